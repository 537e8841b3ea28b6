from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.several_newborns import several_newborns
from models.kinds import Kind
from models.rule import rule
from models.rules.national._points import limited_lines, one_point, per_visit
from models.wording import count


@rule(
    title_zh="医疗服务项目限定频次",
    title_en="Service beyond its daily number",
    kind=Kind.DUPLICATE_CHARGE,
    certainty="definite",
    scope="person",
    gz_code="GZ10000102014000",
    legal_basis=("reg.15", "reg.38.3"),
    needs=("fee_list_d",),
    params=("tolerance",),
    exceptions=("several_newborns", "refund", "self_paid", "late_posting"),
)
def service_frequency(t: Tables, p: Params) -> pl.LazyFrame:
    """Services counted by day or hour (bed, nursing, monitoring, ventilation) billed more often in one visit than its days and hours can hold.

    Lines may be posted late or all on one day, so the visit as a whole is judged: more days than it had, counting both the first and the
    last, or more hours than 24 a day. No honest order of posting can explain that; twins on their mother's record are
    two. At fault are the last lines, those beyond what fits.
    """
    lines = several_newborns.clear(limited_lines(t, "医疗服务项目限定频次").filter(pl.col("count_max").is_not_null()), t, p)
    keys = ["mdtrt_id", "point_id"]
    end = pl.coalesce("end_date", pl.col("date").max().over(keys))
    stay = lines.with_columns(
        span_days=(
            (
                pl.max_horizontal(end, pl.col("date").max().over(keys)) - pl.min_horizontal("begn_date", pl.col("date").min().over(keys))
            ).dt.total_days()
            + 1
        ),
        billed=pl.col("cnt").sum().over(keys),
    ).with_columns(most=pl.col("span_days") * pl.col("count_max"))
    # the days of the stay could not have held what was billed, in whichever order the lines were posted
    over = one_point(stay.filter(pl.col("billed") > pl.col("most") * (1 + p["tolerance"]))).sort("date", "bkkp_sn")
    beyond = over.filter(pl.col("cnt").cum_sum().over(keys) > pl.col("most")).with_columns(
        unit_zh=pl.when(pl.col("unit") == "hour").then(pl.lit("小时")).otherwise(pl.lit("日")),
        billed_zh=count(pl.col("billed")),
        most_zh=count(pl.col("most")),
        span_zh=count(pl.col("span_days")),
    )
    # a line that straddles the limit is at fault only for what lies beyond it: that part is the amount
    return per_visit(
        beyond,
        filled(
            "{}共收取{}{}，就诊仅{}天，最多{}{}；超出部分见{}条，金额{}元。",
            "items",
            "billed_zh",
            "unit_zh",
            "span_zh",
            "most_zh",
            "unit_zh",
            "n_lines",
            "amount",
        ),
        "point_id",
        "billed_zh",
        "unit_zh",
        "span_zh",
        "most_zh",
    )
