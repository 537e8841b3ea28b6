from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.family_account import family_account
from models.exceptions.recognised_alive import recognised_alive
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._peers import others_rate
from models.rules.inpatient._chance import at_least
from models.wording import percent, yuan


def _visits(t: Tables, p: Params) -> pl.LazyFrame:
    """Purchases of persons who lie in a hospital in another city (rows with ``psn_no``), and each house's count of purchases (``visits``)."""
    edge = p["edge_days"]
    away = (
        t.raw("outmed_setl_d")
        .filter(pl.col("med_type").str.slice(0, 1) == "2")
        .select("psn_no", away_begn=pl.col("begndate"), away_end=pl.col("enddate"))
    )
    visit = ["fixmedins_code", "psn_no", "mdtrt_id"]
    drug = t.of_item(pl.col("hilist_code").str.contains("^[XZT]"))
    lines = family_account.clear(t.lines.filter(~pl.col("inpatient")).with_columns(drug=drug), t, p)
    # a hand laid on the patient is the matter of treated_here_hospitalised_away
    fetched = t.computed(lines.group_by(visit).agg(drugs_only=pl.col("drug").all()).filter("drugs_only"))
    purchases = (
        t.lines.join(fetched.join(away, on="psn_no", how="semi"), on=visit, how="semi")
        .group_by(visit)
        .agg(
            pl.col("bkkp_sn").sort(),
            pl.col("setl_id").drop_nulls().first(),
            pl.col("date").min(),
            pl.col("inscp_fen").sum().alias("worth"),
        )
    )
    met = (
        recognised_alive.clear(purchases.join(away, on="psn_no", how="inner"), t, p)
        .filter(pl.col("date").is_between(pl.col("away_begn").dt.offset_by(f"{edge}d"), pl.col("away_end").dt.offset_by(f"-{edge}d")))
        .sort("mdtrt_id", "away_begn")
        .unique("mdtrt_id", keep="first", maintain_order=True)
    )
    visits = fetched.group_by("fixmedins_code").agg(pl.len().cast(pl.UInt32).alias("visits"))
    return pl.concat([met, visits], how="diagonal")


@rule(
    title_zh="外地住院期间多人凭证在本机构购药（冒名）",
    title_en="Cards of several persons used while they lie in hospital in another city",
    kind=Kind.IMPERSONATION,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.17", "reg.40.1", "reg.41.1"),
    needs=("outmed_setl_d", "fee_list_d"),
    params=("edge_days", "persons_min", "times_city_min", "usual_floor", "chance_max", "match_score_min", "trim_share"),
    exceptions=("family_account", "recognised_alive", "refund"),
    extract=_visits,
)
def cards_used_while_hospitalised_away(t: Tables, p: Params) -> pl.LazyFrame:
    """Drugs are sold again and again at one house on the cards of persons who on that day lie in a hospital of another city.

    A relative may fetch a patient's tablets, so single purchases prove nothing and days within ``edge_days`` of admission and discharge
    away are left out; purchases from the family's personal accounts are cleared, and whoever a face terminal knew there was there. But
    relatives go to the shop round the corner, whichever it is. A house answers when at least ``persons_min`` persons' cards were used so,
    their share of its purchases is ``times_city_min`` times that of the other houses (the highest ``trim_share`` of them left out, at
    least ``usual_floor``), and so many would come there by chance with a probability of at most ``chance_max``: somebody keeps the cards.
    One finding a visit.
    """
    met = t.extracted.filter(pl.col("psn_no").is_not_null()).drop("visits")
    sizes = t.extracted.filter(pl.col("visits").is_not_null()).group_by("fixmedins_code").agg(pl.col("visits").sum())
    houses = (
        sizes.join(
            met.group_by("fixmedins_code").agg(pl.len().alias("used"), pl.col("psn_no").n_unique().alias("persons")), on="fixmedins_code", how="left"
        )
        .with_columns(pl.col("used", "persons").fill_null(0))
        .with_columns(share=pl.col("used") / pl.col("visits"), city=others_rate(pl.col("used"), pl.col("visits"), p["trim_share"]))
        .with_columns(usual=pl.col("city").clip(lower_bound=p["usual_floor"]))
        .with_columns(chance=at_least("persons", "visits", "usual"))
        .filter(
            (pl.col("persons") >= p["persons_min"])
            & (pl.col("share") >= p["times_city_min"] * pl.col("usual"))
            & (pl.col("chance") <= p["chance_max"])
        )
        .select("fixmedins_code", "used", "persons", "share", "city")
    )
    return met.join(houses, on="fixmedins_code", how="inner").select(
        "fixmedins_code",
        "psn_no",
        "mdtrt_id",
        "setl_id",
        pl.col("bkkp_sn").alias("bkkp_sns"),
        pl.col("date").alias("occurred_from"),
        pl.col("date").alias("occurred_to"),
        strength=(0.4 + 0.03 * pl.col("persons")).clip(upper_bound=0.9),
        evidence=filled(
            "参保人{}至{}在外地住院，{}其凭证在本机构购药，涉及医保范围内金额{}元。本机构共{}名外地住院参保人{}次如此，占购药人次{}，全市其他机构为{}。",
            "away_begn",
            "away_end",
            "date",
            yuan(pl.col("worth")),
            "persons",
            "used",
            percent(pl.col("share")),
            percent(pl.col("city")),
        ),
    )
