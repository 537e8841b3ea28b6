from __future__ import annotations

from typing import Final

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.recognised_alive import recognised_alive
from models.exceptions.recognised_later import recognised_later
from models.exceptions.treated_by_several import treated_by_several
from models.kinds import Kind
from models.rule import rule
from models.rules._register_entries import rests_on_one_entry
from models.wording import span, yuan

#: Ways of discharge by which the house says that the patient lived: home on orders, to another hospital, to a community. Who leaves against
#: advice often goes home to die.
_ALIVE: Final = ("1", "2", "3")


def _after_death(t: Tables, p: Params) -> pl.LazyFrame:
    """Lines after a registered death, one row a visit and settlement; ``sources`` counts the registers that know of the death, ``on`` tells
    stays that had begun before it and went on."""
    deaths = t.raw("die_reg_d").group_by("psn_no").agg(pl.col("die_date").max(), sources=pl.col("data_src").drop_nulls().n_unique())
    # of whom the house itself says that he went home alive days after his death
    went_on = (
        t.stays.filter(pl.col("dscg_way").is_in(_ALIVE))
        .join(deaths, on="psn_no", how="inner")
        .select("mdtrt_id", last="end_date", on=pl.lit(value=True), died="die_date")
        .filter(pl.col("last") > pl.col("died").dt.offset_by(f"{p['days_on_min']}d"))
        .select("mdtrt_id", "on")
    )
    late = (
        t.lines.join(deaths, on="psn_no", how="inner")
        .filter(pl.col("date") > pl.col("die_date").dt.offset_by(f"{p['grace_days']}d"))
        .join(went_on, on="mdtrt_id", how="left")
        .with_columns(on=pl.col("on").fill_null(value=False) & (pl.col("begn_date") <= pl.col("die_date")))
        .filter(pl.col("on") | (pl.col("begn_date") > pl.col("die_date")))
    )
    for unit in (recognised_alive, recognised_later, treated_by_several):
        late = unit.clear(late, t, p)
    return late.group_by("fixmedins_code", "psn_no", "mdtrt_id", "setl_id", "die_date", "sources", "on").agg(
        pl.col("bkkp_sn").alias("bkkp_sns"),
        pl.col("date").min().alias("occurred_from"),
        pl.col("date").max().alias("occurred_to"),
        pl.col("inscp_fen").sum().alias("amount"),
    )


@rule(
    title_zh="死亡后结算",
    title_en="Claims after death",
    kind=Kind.DEAD_OR_CUSTODY_CLAIMS,
    certainty="definite",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.17", "reg.40.1"),
    needs=("die_reg_d", "fee_list_d"),
    params=("grace_days", "days_on_min", "match_score_min", "persons_sure_min", "houses_doubt_min", "houses_alive_min"),
    exceptions=("late_posting", "recognised_alive", "recognised_later", "treated_by_several", "refund"),
    extract=_after_death,
    version="2",
)
def death_claims(t: Tables, p: Params) -> pl.LazyFrame:
    """Services dated after the person's registered death.

    A line counts when it occurred more than ``grace_days`` after the death, and the visit itself began after the death: lines posted late
    for a stay that ended with the death are bookkeeping, not fraud. A stay that had begun before counts where the house discharged the
    patient alive more than ``days_on_min`` days after it; one date of the two is wrong, so this is suspected only. Registries that
    contradict each other are read in the house's favour (the latest date), and a person whom a face terminal recognised there on that day,
    or anywhere later, was alive: then the registry errs, as it does about a person whom several houses go on examining and treating. Claims
    that rest on a single entry, which may name the wrong person, are suspected only (``_register_entries``).
    """
    after = t.extracted.filter(~pl.col("on")).with_columns(doubt=rests_on_one_entry(p, second_source=pl.col("sources") > 1))
    return pl.concat([after, t.extracted.filter("on").with_columns(doubt=pl.lit(value=True))]).select(
        "fixmedins_code",
        "psn_no",
        "mdtrt_id",
        "setl_id",
        "bkkp_sns",
        "occurred_from",
        "occurred_to",
        certainty=pl.when("doubt").then(pl.lit("suspected")).otherwise(pl.lit("definite")),
        evidence=filled(
            "参保人于{}登记死亡，{}该机构仍上传其{}的费用明细{}条，涉及医保范围内金额{}元。{}",
            "die_date",
            pl.when("on").then(pl.lit("当时正在住院，住院并未随之结束，出院记为生存离院；")).otherwise(pl.lit("")),
            span(pl.col("occurred_from"), pl.col("occurred_to")),
            pl.col("bkkp_sns").list.len(),
            yuan(pl.col("amount")),
            pl.when("on")
            .then(pl.lit("须先核实死亡登记日期与出院记录何者有误。"))
            .when("doubt")
            .then(pl.lit("仅凭一条登记，须先核实登记是否有误。"))
            .otherwise(pl.lit("")),
        ),
    )
