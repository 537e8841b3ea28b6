from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.city_practice import without_practice
from models.kinds import Kind
from models.rule import rule
from models.rules.national._points import items_of, per_visit


@rule(
    title_zh="项目内涵已含的步骤另行收费（问题清单）",
    title_en="A step charged beside the service that contains it",
    kind=Kind.DUPLICATE_CHARGE,
    certainty="suspected",
    scope="person",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.3", "base.problems2025"),
    needs=("fee_list_d",),
    params=("pairs", "hours_apart_max", "practice_houses_min", "practice_share_min"),
    exceptions=("city_practice", "refund"),
)
def parts_of_one_service(t: Tables, p: Params) -> pl.LazyFrame:
    """A step of an operation, anaesthesia or test charged beside the service whose price contains it, as the list of problems of 2025 names them:
    intubation beside general anaesthesia, a catheter beside spinal anaesthesia, a chest drain beside a lobectomy, bicarbonate beside blood gases.

    ``pairs`` holds words of the containing service's name and of the step's. Both must lie in one visit, begun at most ``hours_apart_max`` hours
    apart, so that what belongs to another session stays. As many steps fall as there were containing services. Where most houses of the city
    bill the two together its price list evidently parts them. One finding a visit and pair. An honest house shows that the step was done for
    another reason.
    """
    named = items_of(t).filter(pl.col("list_type") == "201").select("hilist_code", "hilist_name")
    words = pl.DataFrame(
        {"whole": list(p["pairs"]), "part": list(p["pairs"].values()), "point_id": [f"Q{n:02d}" for n in range(len(p["pairs"]))]},
        schema={"whole": pl.String, "part": pl.String, "point_id": pl.String},
    )
    both = named.join(words, how="cross").with_columns(
        is_part=pl.col("hilist_name").str.contains(pl.col("part")), is_whole=pl.col("hilist_name").str.contains(pl.col("whole"))
    )
    keys = ["hilist_code", "hilist_name"]
    lines = t.lines.filter((pl.col("list_type") == "201") & (pl.col("inscp_fen") > 0))
    parts = lines.join(both.filter(pl.col("is_part") & ~pl.col("is_whole")).select(*keys, "point_id").lazy(), on=keys)
    wholes = lines.join(both.filter(pl.col("is_whole")).select(*keys, "point_id").lazy(), on=keys).select(
        "mdtrt_id", "point_id", whole_sn="bkkp_sn", whole_name="hilist_name", whole_time="time", whole_cnt="cnt"
    )
    apart = (pl.col("time") - pl.col("whole_time")).dt.total_minutes().abs() / 60
    met = (
        parts.join(wholes, on=["mdtrt_id", "point_id"])
        .filter(apart <= p["hours_apart_max"])
        .sort("bkkp_sn", "point_id", "whole_sn")
        .group_by("bkkp_sn", maintain_order=True)
        .agg(pl.all().exclude("whole_sn", "whole_cnt").first(), related=pl.col("whole_sn").unique(), most=pl.col("whole_cnt").sum())
        .sort("mdtrt_id", "point_id", "time", "bkkp_sn")
        .filter((pl.col("cnt").cum_sum() - pl.col("cnt")).over("mdtrt_id", "point_id") < pl.col("most"))
        .with_columns(by_stem=pl.lit(value=False))
    )
    odd = without_practice(parts, met, t, p)
    return per_visit(
        odd,
        filled(
            "{}收取{}的同时又收取其中已包含的{}{}条，金额{}元（2025年违法违规使用医保基金问题清单）。",
            "days",
            "whole_name",
            "items",
            "n_lines",
            "amount",
        ),
        "point_id",
        "whole_name",
        sure=False,
        related=True,
    )
