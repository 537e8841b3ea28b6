from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.family_account import family_account
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._peers import others_rate
from models.rules.inpatient._chance import at_least
from models.wording import percent, yuan


def _visits(t: Tables, p: Params) -> pl.LazyFrame:
    """Visits whose holder was in another county minutes before or after (rows with ``psn_no``), and each house's visits (``visits``)."""
    counties = t.institutions.select("fixmedins_code", county="fix_blng_admdvs")
    lines = t.lines.filter(~pl.col("inpatient") & (pl.col("etip_flag").fill_null("0") != "1"))
    seen = family_account.clear(t.visits.filter(~pl.col("inpatient") & (pl.col("begntime").dt.time() != pl.time(0, 0))), t, p)
    visits = t.computed(
        seen.select("mdtrt_id", "psn_no", "fixmedins_code", "begntime")
        .join(lines.select("mdtrt_id"), on="mdtrt_id", how="semi")
        .join(counties, on="fixmedins_code", how="inner")
        .filter(pl.col("county").is_not_null())
        .sort("psn_no", "begntime", "mdtrt_id")
    )
    columns = ["psn_no", "mdtrt_id", "fixmedins_code", "county", "begntime"]
    # the visits stand person by person
    sides = [visits.with_columns(pl.col(name).shift(step).alias(f"there_{name}") for name in columns) for step in (1, -1)]
    met = t.computed(
        pl.concat(sides)
        .filter((pl.col("there_psn_no") == pl.col("psn_no")) & (pl.col("there_county") != pl.col("county")))
        .with_columns(minutes=((pl.col("begntime") - pl.col("there_begntime")).dt.total_seconds().abs() / 60))
        .filter(pl.col("minutes") <= p["minutes_max"])
        .sort("mdtrt_id", "minutes", "there_fixmedins_code")
        .unique("mdtrt_id", keep="first", maintain_order=True)
    )
    both = pl.concat([met.select("mdtrt_id"), met.select(mdtrt_id="there_mdtrt_id")]).unique()
    billed = t.computed(
        lines.join(both, on="mdtrt_id", how="semi")
        .group_by("mdtrt_id")
        .agg(pl.col("bkkp_sn").sort(), pl.col("setl_id").drop_nulls().first(), pl.col("inscp_fen").sum().alias("worth"))
    )
    met = (
        met.join(billed, on="mdtrt_id", how="inner")
        .join(billed.select(there_mdtrt_id="mdtrt_id", there_lines="bkkp_sn"), on="there_mdtrt_id", how="inner")
        .select(
            "mdtrt_id",
            "psn_no",
            "fixmedins_code",
            "setl_id",
            "begntime",
            "minutes",
            "worth",
            bkkp_sns="bkkp_sn",
            there="there_fixmedins_code",
            there_lines="there_lines",
        )
    )
    sizes = visits.group_by("fixmedins_code").agg(pl.len().cast(pl.UInt32).alias("visits"))
    return pl.concat([met, sizes], how="diagonal")


@rule(
    title_zh="数分钟内在两地就诊购药（冒名）",
    title_en="One card in two towns within minutes",
    kind=Kind.IMPERSONATION,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.17", "reg.40.1", "reg.41.1", "reg.41.last"),
    needs=("mdtrt_d", "fee_list_d"),
    params=("minutes_max", "persons_min", "partners_min", "partner_share_max", "times_city_min", "usual_floor", "chance_max", "trim_share"),
    exceptions=("family_account", "refund"),
    extract=_visits,
)
def two_places_at_once(t: Tables, p: Params) -> pl.LazyFrame:
    """A card is used at this house while its holder is, minutes before or after, seen at a house of another county: two people bear it.

    The way from county to county takes longer than ``minutes_max``. One such visit may be a relative who fetches drugs, or a clock that
    goes wrong, and accuses nobody; a shop at the county's border meets the patients of the hospital across the street. A house answers when
    it happens to at least ``persons_min`` persons, with ``partners_min`` other houses of which none stands for more than
    ``partner_share_max``, in a share of its visits ``times_city_min`` times that of the other houses (the highest ``trim_share`` of them
    left out) and more often than chance allows (``chance_max``) at their rate, taken as ``usual_floor`` at least: the other places of its
    customers have each only one or two. Purchases from the family's personal accounts and samples sent in are cleared. An honest answer
    would be the clock of its till, or drugs fetched for the sick with their cards. One finding a visit; the lines of the other visit are
    cited beside it.
    """
    met = t.extracted.filter(pl.col("psn_no").is_not_null()).drop("visits")
    sizes = t.extracted.filter(pl.col("visits").is_not_null()).group_by("fixmedins_code").agg(pl.col("visits").sum())
    spread = (
        met.group_by("fixmedins_code", "there")
        .len()
        .group_by("fixmedins_code")
        .agg(pl.len().alias("partners"), (pl.col("len").max() / pl.col("len").sum()).alias("top_share"))
    )
    houses = (
        sizes.join(
            met.group_by("fixmedins_code").agg(pl.len().alias("odd"), pl.col("psn_no").n_unique().alias("persons")), on="fixmedins_code", how="left"
        )
        .join(spread, on="fixmedins_code", how="left")
        .with_columns(pl.col("odd", "persons").fill_null(0))
        .with_columns(share=pl.col("odd") / pl.col("visits"), city=others_rate(pl.col("odd"), pl.col("visits"), p["trim_share"]))
        .with_columns(usual=pl.col("city").clip(lower_bound=p["usual_floor"]))
        .with_columns(chance=at_least("odd", "visits", "usual"))
        .filter(
            (pl.col("persons") >= p["persons_min"])
            & (pl.col("partners") >= p["partners_min"])
            & (pl.col("top_share") <= p["partner_share_max"])
            & (pl.col("share") >= p["times_city_min"] * pl.col("usual"))
            & (pl.col("chance") <= p["chance_max"])
        )
        .select("fixmedins_code", "odd", "persons", "share", "city")
    )
    names = t.institutions.select(there="fixmedins_code", there_name="fixmedins_name")
    return (
        met.join(houses, on="fixmedins_code", how="inner")
        .join(names, on="there", how="left")
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            "setl_id",
            "bkkp_sns",
            pl.col("there_lines").alias("related_bkkp_sns"),
            occurred_from=pl.col("begntime").dt.date(),
            occurred_to=pl.col("begntime").dt.date(),
            strength=(0.4 + 0.03 * pl.col("persons")).clip(upper_bound=0.9),
            evidence=filled(
                "{}在本机构就诊（购药）{}元，与其在另一县区的{}的就诊（购药）仅隔{}分钟，持证人不可能往返。本机构共{}名参保人{}人次如此，占{}，全市其他机构为{}。",
                pl.col("begntime").dt.strftime("%Y-%m-%d %H:%M"),
                yuan(pl.col("worth")),
                pl.coalesce("there_name", "there"),
                pl.col("minutes").round(0).cast(pl.Int64),
                "persons",
                "odd",
                percent(pl.col("share")),
                percent(pl.col("city")),
            ),
        )
    )
