from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.reference.items import is_dialysis, is_inpatient
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._peers import others_rate
from models.wording import percent, yuan


def _chains(t: Tables, p: Params) -> pl.LazyFrame:
    """Runs of outpatient settlements of one person at one institution on one day, and each institution's count of all its visits.

    Rows with ``later`` are chains: ``wide`` false within one department (or physician), medical category and disease, ``wide`` true
    whatever the department. Rows without are the institution's totals.
    """
    dialysis = t.lines.filter(t.of_item(is_dialysis(pl.col("hilist_code")))).select("setl_id")
    settled = t.computed(
        t.settlements.filter(~is_inpatient(pl.col("med_type")))
        .select("setl_id", "mdtrt_id", "psn_no", "fixmedins_code", "med_type", "fee_fen")
        .join(t.visits.select("mdtrt_id", "begntime", "adm_dept_codg", "chfpdr_code", "dise_no"), on="mdtrt_id", how="inner")
        .join(t.lines.select("setl_id"), on="setl_id", how="semi")
        .join(dialysis, on="setl_id", how="anti")
        .with_columns(date=pl.col("begntime").dt.date())
    )
    totals = settled.group_by("fixmedins_code").agg(pl.len().cast(pl.UInt32).alias("visits"))
    # most people settle once a day: only the others can make a chain
    again = settled.filter(pl.len().over("psn_no", "fixmedins_code", "date") > 1)
    return pl.concat([_chained(t, again, p, wide=False), _chained(t, again, p, wide=True), totals], how="diagonal")


def _chained(t: Tables, settled: pl.LazyFrame, p: Params, *, wide: bool) -> pl.LazyFrame:
    order = ["psn_no", "fixmedins_code", "date"] + ([] if wide else ["med_type"])
    before = {name: pl.col(name).shift(1).over(order) for name in ("begntime", "adm_dept_codg", "chfpdr_code", "dise_no")}
    soon = (pl.col("begntime") - before["begntime"]).dt.total_minutes() <= p["minutes_apart_max"]
    same_place = pl.col("adm_dept_codg").fill_null("") == before["adm_dept_codg"].fill_null("")
    same_doctor = (pl.col("chfpdr_code") == before["chfpdr_code"]).fill_null(value=False)
    same_disease = pl.col("dise_no").fill_null("") == before["dise_no"].fill_null("")
    again = soon if wide else soon & (same_place | same_doctor) & same_disease
    chained = (
        settled.sort(*order, "begntime", "setl_id")
        .with_columns(again=again.fill_null(value=False))
        .with_columns(chain=(~pl.col("again")).cum_sum().over(order))
        .filter(pl.len().over(*order, "chain") > 1)
    )
    lines = (
        t.lines.join(chained, on="setl_id", how="semi").group_by("setl_id").agg(pl.col("bkkp_sn").sort(), pl.col("inscp_fen").sum().alias("worth"))
    )
    return (
        chained.join(lines, on="setl_id", how="inner")
        .sort(*order, "begntime", "setl_id")
        .group_by(*order, "chain", maintain_order=True)
        .agg(
            pl.len().alias("n"),
            pl.col("mdtrt_id").first(),
            pl.col("bkkp_sn").slice(1).list.explode(keep_nulls=False, empty_as_null=False).alias("later"),
            pl.col("bkkp_sn").first().alias("first"),
            pl.col("worth").slice(1).sum().alias("worth"),
            pl.col("fee_fen").sum().alias("fee_fen"),
        )
        .select("psn_no", "fixmedins_code", "date", "n", "mdtrt_id", "later", "first", "worth", "fee_fen", wide=pl.lit(value=wide))
    )


@rule(
    title_zh="同日分解结算",
    title_en="Same-day split settlements",
    kind=Kind.SPLIT_BILLING,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.2"),
    needs=("setl_d", "fee_list_d"),
    params=("minutes_apart_max", "chains_min", "share_min", "times_peers_min", "trim_share"),
    exceptions=("refund",),
    extract=_chains,
)
def same_day_split_settlements(t: Tables, p: Params) -> pl.LazyFrame:
    """One visit billed as several: settlements of one person in the same department (or by the same physician) minutes apart.

    Settlements chain when each begins at most ``minutes_apart_max`` after the one before, in the same medical category and for
    the same chronic disease; a second department, an afternoon visit, a chronic-disease prescription beside an ordinary one and
    dialysis are lawful and break the chain. Chains happen to everybody (a forgotten drug, a failed payment), so they count only
    where they are a habit: at least ``chains_min`` chains, ``share_min`` of the institution's settlements in them beyond the
    first, and ``times_peers_min`` times the rate of institutions of its kind (the highest ``trim_share`` of them left out). Where such
    a habit stands and settlements minutes apart *across* departments are as far beyond its peers, as in a clinic whose departments
    are names on a form, these are counted too; where departments are real, patients of two of them keep the rate usual. At fault are
    the lines of the later settlements.
    """
    chains = t.extracted.filter(pl.col("later").is_not_null())
    totals = t.extracted.filter(pl.col("visits").is_not_null()).group_by("fixmedins_code").agg(pl.col("visits").sum())
    strict, wide = (_habit(t, p, chains.filter(pl.col("wide") == across), totals) for across in (False, True))
    across = wide.join(strict.select("fixmedins_code"), on="fixmedins_code", how="semi")
    habit = pl.concat(
        [strict.join(across, on="fixmedins_code", how="anti").with_columns(wide=pl.lit(value=False)), across.with_columns(wide=pl.lit(value=True))]
    )
    return chains.join(habit, on=["fixmedins_code", "wide"], how="inner").select(
        "fixmedins_code",
        "psn_no",
        "mdtrt_id",
        pl.col("later").alias("bkkp_sns"),
        pl.col("first").alias("related_bkkp_sns"),
        pl.col("date").alias("occurred_from"),
        pl.col("date").alias("occurred_to"),
        strength=(0.4 + pl.col("share")).clip(upper_bound=0.95),
        evidence=filled(
            "{}同一参保人在本机构{}连续{}次挂号结算，每次相隔不超过{}分钟，合计{}元；第2次起涉及医保范围内金额{}元。本机构此类结算占{}（共{}组），同类机构为{}。",
            "date",
            pl.when("wide").then(pl.lit("")).otherwise(pl.lit("同一科室（或同一医师）")),
            "n",
            pl.lit(str(p["minutes_apart_max"])),
            yuan(pl.col("fee_fen")),
            yuan(pl.col("worth")),
            percent(pl.col("share")),
            "chains",
            percent(pl.col("peers")),
        ),
    )


def _habit(t: Tables, p: Params, chains: pl.LazyFrame, totals: pl.LazyFrame) -> pl.LazyFrame:
    """Institutions where such chains are a habit: ``fixmedins_code chains share peers``."""
    counted = chains.group_by("fixmedins_code").agg(pl.len().alias("chains"), (pl.col("n") - 1).sum().alias("extra"))
    rated = (
        totals.join(counted, on="fixmedins_code", how="left")
        .join(t.institutions.select("fixmedins_code", "is_pharmacy", "tier"), on="fixmedins_code", how="left")
        .with_columns(pl.col("chains").fill_null(0), pl.col("extra").fill_null(0))
    )
    peers = others_rate(pl.col("extra"), pl.col("visits"), p["trim_share"], over=["is_pharmacy", "tier"])
    return (
        rated.with_columns(share=pl.col("extra") / pl.col("visits"), peers=peers)
        .filter(
            (pl.col("chains") >= p["chains_min"]) & (pl.col("share") >= p["share_min"]) & (pl.col("share") >= p["times_peers_min"] * pl.col("peers"))
        )
        .select("fixmedins_code", "chains", "share", "peers")
    )
