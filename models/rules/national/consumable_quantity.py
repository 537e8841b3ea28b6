from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.national._points import limited_lines, one_point, per_visit
from models.wording import count


@rule(
    title_zh="医用耗材数量超标",
    title_en="More consumables than sessions",
    kind=Kind.PHANTOM_SERVICE,
    certainty="suspected",
    scope="person",
    gz_code="GZ10000303003000",
    legal_basis=("reg.15", "reg.40.3"),
    needs=("fee_list_d",),
    params=("spare",),
    exceptions=("refund", "self_paid"),
)
def consumable_quantity(t: Tables, p: Params) -> pl.LazyFrame:
    """More dialysers, blood lines or perfusion cartridges billed for a person in a month than there were treatments to use them.

    Each treatment uses one; ``spare`` more are allowed a month for a clotted filter. Persons with none of the treatments are another rule's.
    """
    lines = one_point(limited_lines(t, "医用耗材数量超标").filter(pl.col("partner").list.len() > 0)).with_columns(
        month=pl.col("date").dt.truncate("1mo")
    )
    keys = ["psn_no", "month", "fixmedins_code"]
    people = lines.select("psn_no").unique()
    services = (
        t.lines.filter(t.of_item(pl.col("hilist_code").str.starts_with("003110000")))
        .join(people, on="psn_no", how="semi")
        .with_columns(month=pl.col("date").dt.truncate("1mo"))
    )
    partners = lines.select("point_id", "partner").unique(["point_id"]).explode("partner")
    sessions = (
        services.join(partners, how="cross")
        .filter(pl.col("hilist_code").str.starts_with(pl.col("partner")))
        .group_by(*keys, "point_id")
        .agg(pl.col("cnt").sum().alias("sessions"))
    )
    summed = lines.join(sessions, on=[*keys, "point_id"], how="inner").with_columns(used=pl.col("cnt").sum().over(*keys, "point_id"))
    limit = pl.col("sessions") * pl.col("count_max") + p["spare"]
    odd = summed.filter(pl.col("used") > limit).sort("date", "bkkp_sn").filter(pl.col("cnt").cum_sum().over(*keys, "point_id") > limit)
    return per_visit(
        odd.with_columns(used_zh=count(pl.col("used")), sessions_zh=count(pl.col("sessions")), month_zh=pl.col("month").dt.strftime("%Y年%m月")),
        filled("{}{}共收取{}个，同月治疗仅{}次，超出部分{}条，金额{}元。", "month_zh", "items", "used_zh", "sessions_zh", "n_lines", "amount"),
        "point_id",
        "month_zh",
        "used_zh",
        "sessions_zh",
        sure=False,
    )
