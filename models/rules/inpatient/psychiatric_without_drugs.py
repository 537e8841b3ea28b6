from __future__ import annotations

from typing import Final

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.therapy_cycle import therapy_cycle
from models.exceptions.transfer import transfer
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._peers import others_rate
from models.rules.inpatient._chance import at_least
from models.rules.inpatient._stays import PSYCHIATRIC_NAMES, dated_stays, houses, stay_lines
from models.wording import percent, span, yuan

CLEARED = (therapy_cycle, transfer)

#: Organic and substance-related disorders, schizophrenia, mood disorders: what a psychiatric ward treats with drugs. Not dementia or handicap.
TREATED: Final = r"^F(?:0[4-9]|[123])"
#: Antiepileptics and mood stabilisers, antipsychotics, sedatives, antidepressants, drugs against addiction, vitamins of the withdrawal.
OF_THE_MIND: Final = r"^X(?:N03A|N05|N06|N07B|A11D)"


def psychiatric_stays(t: Tables, p: Params) -> pl.LazyFrame:
    """Finished, settled psychiatric stays of at least ``days_min`` days for diseases treated with drugs; ``undrugged`` where none was given."""
    psychiatric = houses(t).filter(pl.col("care_class") == "psychiatric").select("fixmedins_code", house_is=pl.lit(value=True))
    stays = (
        dated_stays(t)
        .filter(pl.col("last_day").is_not_null() & pl.col("settled") & (pl.col("los") >= p["days_min"]))
        .join(psychiatric, on="fixmedins_code", how="left")
        .filter(pl.col("house_is").fill_null(value=False) | pl.col("adm_dept_name").str.contains(PSYCHIATRIC_NAMES).fill_null(value=False))
        .filter(pl.col("main_dx").str.contains(TREATED).fill_null(value=False) & ~pl.col("dscg_way").is_in(["2", "4", "5"]).fill_null(value=False))
    )
    for unit in CLEARED:
        stays = unit.clear(stays, t, p)
    code = pl.col("hilist_code")
    # patent and herbal medicines count too: a house may treat with them; so does a drug whose code does not tell what it is for
    untold = (pl.col("role") == "drug") & ~code.str.contains(r"^X[A-Z]\d\d")
    given = code.str.contains(OF_THE_MIND) | code.str.contains("^[ZT]") | untold
    care = stay_lines(t).group_by("mdtrt_id").agg(drugged=given.any(), charged_days=pl.col("date").n_unique())
    return (
        stays.select(
            "mdtrt_id",
            "psn_no",
            "fixmedins_code",
            "begn_date",
            "last_day",
            "los",
            "main_dx",
            "dscg_maindiag_name",
            pl.coalesce("drg_fund_fen", "fund_fen", 0).alias("paid_fen"),
        )
        .join(care, on="mdtrt_id")
        .with_columns(undrugged=~pl.col("drugged"))
    )


@rule(
    title_zh="精神科住院全程无精神科用药",
    title_en="Psychiatric stays without any drug of the mind",
    kind=Kind.FAKE_INPATIENT,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.40.1", "reg.40.3", "impl.25"),
    needs=("mdtrt_d", "fee_list_d", "setl_d"),
    params=("chance_max", "days_min", "persons_min", "times_usual", "trim_share", "usual_floor"),
    exceptions=(*(unit.name for unit in CLEARED), "refund"),
    loss="stay",
    extract=psychiatric_stays,
)
def psychiatric_without_drugs(t: Tables, p: Params) -> pl.LazyFrame:
    """Healthy people recruited into a psychiatric ward are coded as drinkers or confused, observed and occupied, and given no drug.

    A stay counts when it lasted at least ``days_min`` days for an organic, substance-related, psychotic or mood disorder and no antipsychotic,
    sedative, antidepressant, mood stabiliser, drug of withdrawal nor any medicine of Chinese make, nor one whose code does not tell what
    it is, was charged from the first day to the last. One such patient refuses his drugs or brings them. Found are houses with at least
    ``persons_min`` such persons, ``times_usual`` times the rate of the other psychiatric houses and wards (the highest ``trim_share`` of
    them left out) and more than chance allows (binomial, ``chance_max``; the rate taken as at least ``usual_floor``). Dementia and
    handicap, for which care may be all, transfers, leaving against advice and deaths are not counted. Unlike psychiatric_pattern it asks
    for no chain and no daily bundle. An honest house would show the record of another treatment; the persons, asked at home, know why they
    were there.
    """
    stays = t.extracted
    house = (
        stays.group_by("fixmedins_code")
        .agg(house_stays=pl.len(), house_undrugged=pl.col("undrugged").sum(), persons=pl.col("psn_no").filter("undrugged").n_unique())
        .with_columns(others=others_rate(pl.col("house_undrugged"), pl.col("house_stays"), p["trim_share"]))
        .with_columns(usual=pl.col("others").clip(p["usual_floor"]), share=pl.col("house_undrugged") / pl.col("house_stays"))
        .with_columns(chance=at_least("house_undrugged", "house_stays", "usual"))
        .filter(
            (pl.col("persons") >= p["persons_min"]) & (pl.col("share") >= p["times_usual"] * pl.col("others")) & (pl.col("chance") <= p["chance_max"])
        )
    )
    return (
        stays.filter("undrugged")
        .join(house, on="fixmedins_code")
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            occurred_from="begn_date",
            occurred_to="last_day",
            strength=(0.5 + 0.5 * pl.col("share")).clip(0.5, 0.9),
            evidence=filled(
                "患者以{}（{}）住院{}共{}天，计费{}天，全程无抗精神病药、镇静催眠药、抗抑郁药、心境稳定剂、戒断用药，也无中药；"
                "该院此类疾病住院{}例中{}例（{}人）如此（{}），其他精神科为{}。本次基金支付{}元。",
                pl.col("dscg_maindiag_name").fill_null("精神类疾病"),
                "main_dx",
                span(pl.col("begn_date"), pl.col("last_day")),
                "los",
                "charged_days",
                "house_stays",
                "house_undrugged",
                "persons",
                percent(pl.col("share")),
                percent(pl.col("others")),
                yuan(pl.col("paid_fen")),
            ),
        )
    )
