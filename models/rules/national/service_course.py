from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.national._points import limited_lines, one_point, per_visit


@rule(
    title_zh="医疗服务项目限支付疗程",
    title_en="Service beyond its paid course",
    kind=Kind.POLICY_LIMIT,
    certainty="suspected",
    scope="person",
    gz_code="GZ10000102010000",
    legal_basis=("reg.15", "reg.38.6"),
    needs=("fee_list_d",),
    params=("course_gap_days",),
    exceptions=("refund", "self_paid"),
)
def service_course(t: Tables, p: Params) -> pl.LazyFrame:
    """A rehabilitation service billed on more days of one course than are paid.

    A course ends when ``course_gap_days`` pass without the service; a new illness afterwards begins a new one. At fault are the days beyond.
    """
    lines = limited_lines(t, "医疗服务项目限支付疗程").filter(pl.col("days_max").is_not_null())
    keys = ["psn_no", "point_id"]
    days = lines.select(*keys, "date", "days_max").unique([*keys, "date"]).sort(*keys, "date")
    gap = (pl.col("date") - pl.col("date").shift(1).over(keys)).dt.total_days().fill_null(0)
    course = days.with_columns(course=(gap > p["course_gap_days"]).cast(pl.Int32).cum_sum().over(keys)).with_columns(
        used=pl.len().over(*keys, "course"),
        day_no=pl.int_range(1, pl.len() + 1).over(*keys, "course"),
        began=pl.col("date").min().over(*keys, "course"),
    )
    late = course.filter(pl.col("day_no") > pl.col("days_max")).select(*keys, "date", "used", "began")
    odd = one_point(lines.join(late, on=[*keys, "date"], how="inner"))
    return per_visit(
        odd,
        filled("{}自{}起已收取{}天，支付限{}天，{}超出部分{}条，金额{}元。", "items", "began", "used", "days_max", "days", "n_lines", "amount"),
        "began",
        "used",
        "days_max",
        sure=False,
    )
