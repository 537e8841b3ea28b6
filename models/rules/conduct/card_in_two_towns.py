from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exceptions.family_account import family_account
from models.exceptions.recognised_alive import recognised_alive
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._peers import others_rate
from models.rules.inpatient._chance import at_least
from models.wording import percent, yuan


def _uses(t: Tables, p: Params) -> pl.LazyFrame:
    """Uses of a card outside a stay: those within minutes of a use in another county (rows with ``psn_no``), each house's count (``visits``)."""
    county = t.lake.scan("fixmedins_b").unique("fixmedins_code", keep="first", maintain_order=True).select("fixmedins_code", county="fix_blng_admdvs")
    uses = (
        family_account.clear(t.lines.filter(~pl.col("inpatient")), t, p)
        .group_by("fixmedins_code", "psn_no", "mdtrt_id")
        .agg(
            pl.col("bkkp_sn").sort(),
            pl.col("setl_id").drop_nulls().first(),
            pl.col("date").min(),
            pl.col("time").min().alias("begun"),
            pl.col("inscp_fen").sum().alias("worth"),
        )
        .join(county, on="fixmedins_code", how="inner")
        # without a time of day nothing is told of minutes
        .filter(pl.col("begun").dt.time() != pl.time(0, 0, 0))
    )
    other = uses.select("psn_no", "date", *(pl.col(name).alias(f"other_{name}") for name in ("fixmedins_code", "county", "begun")))
    met = (
        recognised_alive.clear(uses, t, p)
        .join(other, on=["psn_no", "date"], how="inner")
        .filter(pl.col("county") != pl.col("other_county"))
        .with_columns(minutes=(pl.col("begun") - pl.col("other_begun")).abs().dt.total_minutes())
        .filter(pl.col("minutes") <= p["minutes_max"])
        .sort("mdtrt_id", "minutes", "other_fixmedins_code")
        .unique("mdtrt_id", keep="first", maintain_order=True)
        .drop("county", "other_county")
    )
    return pl.concat([met, uses.group_by("fixmedins_code").agg(pl.len().cast(pl.UInt32).alias("visits"))], how="diagonal")


@rule(
    title_zh="凭证数分钟内在两地使用（冒名）",
    title_en="A card used in two counties within minutes",
    kind=Kind.IMPERSONATION,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.17", "reg.40.1", "reg.41.1"),
    needs=("fee_list_d",),
    params=(
        "minutes_max",
        "persons_min",
        "partners_min",
        "partner_share_max",
        "times_city_min",
        "usual_floor",
        "chance_max",
        "match_score_min",
        "trim_share",
    ),
    exceptions=("family_account", "recognised_alive", "refund"),
    extract=_uses,
)
def card_in_two_towns(t: Tables, p: Params) -> pl.LazyFrame:
    """Cards are used at a house within ``minutes_max`` minutes of their use in another county, sooner than anybody travels.

    One such use may be a relative's errand or a wrong clock, and a shop at the county's border meets the patients of the hospital across the
    street. A house answers when it happens with at least ``persons_min`` persons, with at least ``partners_min`` other houses of which none
    stands for more than ``partner_share_max`` of the uses, in a share of its visits ``times_city_min`` times that of the other houses (the
    highest ``trim_share`` left out, at least ``usual_floor``), and so often by chance with a probability of at most ``chance_max``. Purchases
    from the family's personal accounts and whoever a face terminal knew are cleared. One finding a visit.
    """
    met = t.extracted.filter(pl.col("psn_no").is_not_null()).drop("visits")
    sizes = t.extracted.filter(pl.col("visits").is_not_null()).group_by("fixmedins_code").agg(pl.col("visits").sum())
    partners = met.group_by("fixmedins_code", "other_fixmedins_code").len()
    spread = partners.group_by("fixmedins_code").agg(pl.len().alias("partners"), (pl.col("len").max() / pl.col("len").sum()).alias("top_share"))
    houses = (
        sizes.join(
            met.group_by("fixmedins_code").agg(pl.len().alias("used"), pl.col("psn_no").n_unique().alias("persons")), on="fixmedins_code", how="left"
        )
        .join(spread, on="fixmedins_code", how="left")
        .with_columns(pl.col("used", "persons", "partners").fill_null(0))
        .with_columns(share=pl.col("used") / pl.col("visits"), city=others_rate(pl.col("used"), pl.col("visits"), p["trim_share"]))
        .with_columns(usual=pl.col("city").clip(lower_bound=p["usual_floor"]))
        .with_columns(chance=at_least("persons", "visits", "usual"))
        .filter(
            (pl.col("persons") >= p["persons_min"])
            & (pl.col("partners") >= p["partners_min"])
            & (pl.col("top_share") <= p["partner_share_max"])
            & (pl.col("share") >= p["times_city_min"] * pl.col("usual"))
            & (pl.col("chance") <= p["chance_max"])
        )
        .select("fixmedins_code", "used", "persons", "partners", "share", "city")
    )
    return met.join(houses, on="fixmedins_code", how="inner").select(
        "fixmedins_code",
        "psn_no",
        "mdtrt_id",
        "setl_id",
        pl.col("bkkp_sn").alias("bkkp_sns"),
        occurred_from="date",
        occurred_to="date",
        strength=(0.4 + 0.03 * pl.col("persons")).clip(upper_bound=0.9),
        evidence=pl.format(
            "参保人凭证{}在本机构使用，{}又在外县（区）{}使用，相隔{}分钟，无法往返；涉及医保范围内金额{}元。"
            "本机构共{}名参保人{}次如此，涉及{}家外地机构，占就诊购药{}，全市其他机构为{}。",
            pl.col("begun").dt.strftime("%Y-%m-%d %H:%M"),
            pl.col("other_begun").dt.strftime("%H:%M"),
            "other_fixmedins_code",
            "minutes",
            yuan(pl.col("worth")),
            "persons",
            "used",
            "partners",
            percent(pl.col("share")),
            percent(pl.col("city")),
        ),
    )
