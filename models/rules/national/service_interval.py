from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.national._points import limited_lines, one_point, per_visit


@rule(
    title_zh="医疗服务项目周期超频次",
    title_en="Service sooner than its interval",
    kind=Kind.POLICY_LIMIT,
    certainty="suspected",
    scope="person",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.6"),
    needs=("fee_list_d",),
    params=("interval_share",),
    exceptions=("refund", "self_paid"),
    version="2",
)
def service_interval(t: Tables, p: Params) -> pl.LazyFrame:
    """A test or assessment repeated by the same institution before its interval has passed (glycated haemoglobin, functional assessments).

    Intervals given as "two to three" use the shorter, and only a repetition before ``interval_share`` of it counts. Another hospital's test
    does not count against this one. Children of one item (methods) are one family. On
    admission a hospital may lawfully measure anew, so a stay is judged by itself: what it repeats, it has just measured.
    """
    lines = limited_lines(t, "医疗服务项目周期超频次").filter(pl.col("interval_days").is_not_null())
    keys = ["psn_no", "series", "family"]
    lines = lines.with_columns(
        family=pl.col("hilist_code").str.slice(0, 11), series=pl.when("inpatient").then("mdtrt_id").otherwise(pl.lit("outpatient"))
    )
    days = (
        lines.group_by(*keys, "date")
        .agg(pl.col("bkkp_sn").alias("previous_lines"), pl.col("interval_days").min(), pl.col("fixmedins_code").first().alias("at"))
        .sort(*keys, "date")
    )
    since = days.with_columns(
        previous=pl.col("date").shift(1).over(keys), related=pl.col("previous_lines").shift(1).over(keys), before=pl.col("at").shift(1).over(keys)
    ).with_columns(since=(pl.col("date") - pl.col("previous")).dt.total_days())
    slack = pl.col("interval_days") * p["interval_share"]
    soon = since.filter((pl.col("since") > 0) & (pl.col("since") < slack) & (pl.col("at") == pl.col("before"))).select(
        *keys, "date", "since", "related"
    )
    odd = one_point(lines.join(soon, on=[*keys, "date"], how="inner"))
    return per_visit(
        odd,
        filled("{}收取{}，距上次仅{}天，规定间隔{}天，{}条，金额{}元。", "days", "items", "since", "interval_days", "n_lines", "amount"),
        "since",
        "interval_days",
        sure=False,
        related=True,
    )
