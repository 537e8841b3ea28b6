from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.maternity import maternity
from models.kinds import Kind
from models.rule import rule
from models.rules._for_everybody import ONE_PARAMS, several_for_everybody
from models.rules.inpatient._stays import houses
from models.rules.inpatient.panel_for_all import items_of_stays, sizes_of_stays
from models.wording import percent, span, yuan

#: what every infusion needs: saline, glucose, electrolytes, water for injection
CARRIERS = r"^XB05(?:XA|BA|BB0[12]|CB|XX)"


def drugs_of_stays(t: Tables, p: Params) -> pl.LazyFrame:
    """Finished stays × class of drug (four levels of ATC, by kind of patent drug); stays without any have one row without ``item``."""
    code = pl.col("hilist_code")
    given = (pl.col("role") == "drug") & code.str.contains("^[XZ]") & ~pl.col("take_home") & ~code.str.contains(CARRIERS)
    stays = items_of_stays(t, p, given, code.str.slice(0, 6), cleared=(maternity,))
    return stays.join(t.stays.filter(pl.col("dscg_way").is_in(["2", "5"])).select("mdtrt_id"), on="mdtrt_id", how="anti")


@rule(
    title_zh="不论病种的辅助用药",
    title_en="The same drugs for everybody",
    kind=Kind.OVER_TREATMENT,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.2", "base.problems2025"),
    needs=("mdtrt_d", "fee_list_d"),
    params=("items_min", *ONE_PARAMS),
    exceptions=("maternity", "refund"),
    extract=drugs_of_stays,
)
def drugs_for_all(t: Tables, p: Params) -> pl.LazyFrame:
    """The same classes of drugs for patients of unlike diseases, where other hospitals hardly give them for those diseases: adjuvants, albumin.

    Reckoned by class of drug (the four levels of the ATC code, the kind of a patent drug), so that another
    maker or another drug of the same class is no difference; carrier fluids, drugs to take home, mothers and newborns, the dying and those sent on
    are left out. A class is rare in a stay when at most ``rare_share_max`` of the other houses' stays of the same tier, kind and disease group
    (``peer_cases_min``, else with the neighbouring tier) had it. A house gives it to everybody when its rare uses are at least ``cases_min``
    over ``chapters_min`` ICD chapters, ``house_share_min`` of its stays, ``times_usual`` times what the others' rates for the same
    diseases would give, and more than chance allows (binomial, ``chance_max``; the rate taken as at least ``usual_floor``). One such class
    may be the choice of a house: found are stays with ``items_min`` of them, in houses that have as many. An honest house
    would show the indications in the records: liver values, malnutrition. At issue are the drugs rare for the stay's disease.
    """
    care = houses(t).select("fixmedins_code", "tier", "care_class")
    given = several_for_everybody(t.extracted.drop_nulls("item"), sizes_of_stays(t.extracted), care, p)
    return given.select(
        "fixmedins_code",
        "psn_no",
        "mdtrt_id",
        "bkkp_sns",
        occurred_from="begn_date",
        occurred_to="last_day",
        strength=(0.4 + 0.5 * pl.col("found") / pl.col("judged")).clip(0.4, 0.9),
        evidence=filled(
            "患者（{}）住院{}使用同病种少用的药品：{}（同级同类其他机构该病种最多{}病例使用其中任一类），计{}元；"
            "该院可比住院{}例，跨{}个疾病大类普遍使用：{}，预期数按其他机构同病种比率计。须核对用药指征。",
            "main_dx",
            span(pl.col("begn_date"), pl.col("last_day")),
            "names",
            percent(pl.col("top")),
            yuan(pl.col("fen")),
            "judged",
            "chapters",
            "told",
        ),
    )
