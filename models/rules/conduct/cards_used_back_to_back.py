from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.treated_together import treated_together
from models.kinds import Kind
from models.rule import rule
from models.wording import yuan

#: how many of the next at the till are looked at for cards that come together
NEXT_AT_TILL = 10


def _purchases(t: Tables, p: Params) -> pl.LazyFrame:
    """Every visit at which drugs were fetched and nobody was treated; ``household`` is the address as the lake keeps it.

    Whoever is treated (dialysis, infusions, physiotherapy) comes with the same neighbours at the same hours: such visits are out.
    """
    drugs = t.of_item(pl.col("hilist_code").str.contains("^[XZT]"))
    kept = treated_together.clear(t.lines.filter(~pl.col("inpatient")).with_columns(drugs=drugs), t, p)
    lines = (
        kept.group_by("mdtrt_id")
        .agg(
            pl.col("bkkp_sn").sort(),
            pl.col("inscp_fen").sum(),
            pl.col("drugs").any(),
            lasts=pl.col("prd_days").max().fill_null(0),
        )
        .filter("drugs")
        .drop("drugs")
    )
    return (
        t.visits.filter(~pl.col("inpatient") & (pl.col("begntime").dt.time() != pl.time(0, 0)))
        .select("mdtrt_id", "psn_no", "fixmedins_code", "begntime")
        .join(lines, on="mdtrt_id", how="inner")
        .join(t.persons.select("psn_no", pl.col("live_addr").alias("household")), on="psn_no", how="left")
    )


@rule(
    title_zh="多卡连刷（敛卡空刷）",
    title_en="Cards used back to back",
    kind=Kind.PHANTOM_SERVICE,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.40.1", "reg.41.1", "reg.41.last"),
    needs=("mdtrt_d", "fee_list_d"),
    params=(
        "minutes_apart_max",
        "days_together_min",
        "cards_min",
        "share_together_min",
        "minutes_round_max",
        "cards_in_order_min",
        "in_order_share_min",
        "lasts_max",
        "company_days_min",
        "company_min",
        "cards_company_min",
        "share_rounds_min",
        "rounds_min",
    ),
    exceptions=("treated_together", "refund"),
    extract=_purchases,
    version="2",
    supersedes=("repeated_registration",),
)
def cards_used_back_to_back(t: Tables, p: Params) -> pl.LazyFrame:
    """The same cards at the same till on day after day, one after the other or always in the same order: somebody holds them.

    Two cards are together when on at least ``days_together_min`` days, which are ``share_together_min`` of the rarer card's days there,
    they follow each other within ``minutes_apart_max`` minutes with nobody between. They are together too when others stand between
    and up to ``minutes_round_max`` minutes lie between them, but each card comes with ``cards_in_order_min`` - 1 others, and with
    ``in_order_share_min`` of these in the same order every time: who comes on his own is sometimes first and sometimes last; a drawer
    is emptied from the top. And they are together, in whatever order, when each comes with ``company_min`` others within ``minutes_apart_max``
    minutes on ``company_days_min`` days (for drugs that last ``lasts_max`` days at most: who is supplied for weeks may come on the day of the
    round), ``cards_company_min`` cards in all: an epidemic never brings the same people twice. Households (same address) are cleared: one person
    fetches for the family. Cards that come together make a drawer from ``cards_min`` on (``cards_in_order_min`` where order is the proof). The
    days on which ``cards_min`` of a drawer came are its rounds; whoever else came between its first and last card on ``rounds_min`` rounds that
    are ``share_rounds_min`` of his days there lies in the drawer too. One finding a card and institution, with the visits of the rounds. An
    honest answer would be a village doctor who bills the chronically ill by his list on the day of his round: the patients know whether they had
    the drugs.
    """
    fetched = t.extracted.drop("bkkp_sn", "inscp_fen").sort("fixmedins_code", "begntime", "mdtrt_id")
    # collected: everything below reads the visits again and again
    visits = (
        fetched.with_columns(date=pl.col("begntime").dt.date())
        .with_columns(times=pl.col("date").n_unique().over("fixmedins_code", "psn_no"))
        .collect()
        .lazy()
    )
    days, soon = pl.collect_all([_together(visits, p), _together(visits.filter(pl.col("lasts") <= p["lasts_max"]), p)])
    core = pl.concat([_closely(days.lazy(), p), _in_order(days.lazy(), p), _in_company(soon.lazy(), p)]).unique().collect().lazy()
    house = ["fixmedins_code", "psn_no"]
    came = visits.join(core, on=house, how="semi")
    rounds = (
        came.group_by("fixmedins_code", "date")
        .agg(pl.col("psn_no").n_unique().alias("n"), pl.col("begntime").min().alias("first"), pl.col("begntime").max().alias("last"))
        .filter(pl.col("n") >= p["cards_min"])
    )
    slack = pl.duration(minutes=p["minutes_apart_max"])
    inside = visits.join(rounds, on=["fixmedins_code", "date"], how="inner").filter(
        pl.col("begntime").is_between(pl.col("first") - slack, pl.col("last") + slack)
    )
    n_rounds = pl.col("date").n_unique().over(house)
    others = inside.filter((n_rounds >= p["rounds_min"]) & (n_rounds >= pl.col("times") * p["share_rounds_min"]))
    in_drawer = (
        pl.concat([came.join(rounds, on=["fixmedins_code", "date"], how="semi"), others.drop("n", "first", "last")])
        .unique("mdtrt_id")
        .join(t.extracted.select("mdtrt_id", "bkkp_sn", "inscp_fen"), on="mdtrt_id", how="inner")
    )
    cards = pl.col("psn_no").n_unique().over("fixmedins_code")
    return (
        in_drawer.with_columns(cards=cards)
        .group_by(*house, "cards")
        .agg(
            pl.col("bkkp_sn").list.explode(keep_nulls=False, empty_as_null=False).alias("bkkp_sns"),
            pl.col("date").n_unique().alias("days"),
            pl.col("date").min().alias("occurred_from"),
            pl.col("date").max().alias("occurred_to"),
            pl.col("inscp_fen").sum().alias("worth"),
        )
        .select(
            "fixmedins_code",
            "psn_no",
            "bkkp_sns",
            "occurred_from",
            "occurred_to",
            strength=(0.3 + 0.05 * pl.col("cards") + 0.02 * pl.col("days")).clip(upper_bound=0.95),
            evidence=filled(
                "该参保人的凭证与另外{}张不同住址的凭证在本机构反复于同日先后刷卡（前后相接或每次次序相同），共{}天，涉及医保范围内金额{}元。",
                pl.col("cards") - 1,
                "days",
                yuan(pl.col("worth")),
            ),
        )
    )


def _together(visits: pl.LazyFrame, p: Params) -> pl.LazyFrame:
    """Two cards of different households on one day at one till: ``a`` < ``b``, ``a_first``, ``gap`` (minutes), ``next`` (nobody between)."""
    first = visits.unique(["fixmedins_code", "psn_no", "date"], keep="first", maintain_order=True)
    # who comes on fewer days than any test asks for stands between others, but is nobody's company
    regular = min(p["days_together_min"], p["company_days_min"])
    steps = []
    for k in range(1, NEXT_AT_TILL + 1):
        # the visits stand house by house: the next rows are the next at the till wherever the house is the same
        after = {name: pl.col(name).shift(-k) for name in ("fixmedins_code", "psn_no", "begntime", "household", "date", "times")}
        at_till = (after["fixmedins_code"] == pl.col("fixmedins_code")) & (after["date"] == pl.col("date"))
        minutes = (after["begntime"] - pl.col("begntime")).dt.total_seconds() / 60
        steps.append(
            first.with_columns(
                other=after["psn_no"], gap=minutes, their_home=after["household"], other_times=after["times"], next=pl.lit(k == 1)
            ).filter(at_till & (minutes <= p["minutes_round_max"]) & (pl.min_horizontal("times", after["times"]) >= regular))
        )
    same_home = (pl.col("household") == pl.col("their_home")).fill_null(value=False)
    return (
        pl.concat(steps)
        .filter(~same_home)
        .select(
            "fixmedins_code",
            "date",
            "gap",
            "next",
            a=pl.min_horizontal("psn_no", "other"),
            b=pl.max_horizontal("psn_no", "other"),
            a_first=pl.col("psn_no") < pl.col("other"),
            rarer=pl.min_horizontal("times", "other_times"),
        )
    )


def _pairs(days: pl.LazyFrame, p: Params, *, days_min: int | None = None) -> pl.LazyFrame:
    """Cards together on enough days: ``fixmedins_code a b days same_order`` (always in one order)."""
    return (
        days.group_by("fixmedins_code", "a", "b")
        .agg(
            pl.col("date").n_unique().alias("days"),
            pl.col("rarer").min(),
            same_order=pl.col("a_first").all() | ~pl.col("a_first").any(),
        )
        .filter((pl.col("days") >= (days_min or p["days_together_min"])) & (pl.col("days") >= pl.col("rarer") * p["share_together_min"]))
    )


def _both_ways(pairs: pl.LazyFrame) -> pl.LazyFrame:
    """One row a card of each pair: ``fixmedins_code psn_no other same_order``."""
    return pl.concat(
        [
            pairs.select("fixmedins_code", "same_order", psn_no="a", other="b"),
            pairs.select("fixmedins_code", "same_order", psn_no="b", other="a"),
        ]
    )


def _closely(days: pl.LazyFrame, p: Params) -> pl.LazyFrame:
    """Cards that follow each other with nobody between, ``cards_min`` of them at a house."""
    close = days.filter(pl.col("next") & (pl.col("gap") <= p["minutes_apart_max"]))
    members = _both_ways(_pairs(close, p)).select("fixmedins_code", "psn_no").unique()
    return members.filter(pl.len().over("fixmedins_code") >= p["cards_min"])


def _in_order(days: pl.LazyFrame, p: Params) -> pl.LazyFrame:
    """Cards that come with several others, and with nearly all of these always in one order, ``cards_in_order_min`` of them at a house."""
    company = _both_ways(_pairs(days, p))
    members = (
        company.group_by("fixmedins_code", "psn_no")
        .agg(pl.len().alias("others"), pl.col("same_order").mean())
        .filter((pl.col("others") >= p["cards_in_order_min"] - 1) & (pl.col("same_order") >= p["in_order_share_min"]))
        .select("fixmedins_code", "psn_no")
    )
    return members.filter(pl.len().over("fixmedins_code") >= p["cards_in_order_min"])


def _in_company(days: pl.LazyFrame, p: Params) -> pl.LazyFrame:
    """Cards each of which comes again and again with the same others, in whatever order, ``cards_company_min`` of them at a house."""
    company = _both_ways(_pairs(days.filter(pl.col("gap") <= p["minutes_apart_max"]), p, days_min=p["company_days_min"]))
    members = company.group_by("fixmedins_code", "psn_no").agg(pl.len().alias("others")).filter(pl.col("others") >= p["company_min"])
    return members.select("fixmedins_code", "psn_no").filter(pl.len().over("fixmedins_code") >= p["cards_company_min"])
