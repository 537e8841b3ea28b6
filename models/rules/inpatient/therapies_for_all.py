from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.course_of_rehabilitation import course_of_rehabilitation
from models.kinds import Kind
from models.rule import rule
from models.rules._for_everybody import EXTRAS_PARAMS, extras_for_everybody, strength
from models.rules.inpatient._stays import houses_by_craft
from models.rules.inpatient.panel_for_all import items_of_stays, sizes_of_stays
from models.wording import percent, span, yuan

#: physiotherapy and Chinese treatments, by item group (positions 3–4 of a service item)
GROUPS = ["34", "41", "42", "43", "44", "45", "46", "47"]


def therapies_of_stays(t: Tables, p: Params) -> pl.LazyFrame:
    """Finished stays × physiotherapy or Chinese treatment; stays without any have one row without ``item``."""
    code = pl.col("hilist_code")
    given = items_of_stays(t, p, code.str.starts_with("0") & code.str.slice(2, 2).is_in(GROUPS))
    return course_of_rehabilitation.clear(given, t, p)


@rule(
    title_zh="不论病种的理疗、中医治疗",
    title_en="Physiotherapy for everybody",
    kind=Kind.OVER_TREATMENT,
    certainty="suspected",
    scope="city",
    gz_code="GZ10000302002000",
    legal_basis=("reg.15", "reg.38.2", "base.problems2025"),
    needs=("mdtrt_d", "fee_list_d"),
    params=EXTRAS_PARAMS,
    exceptions=("maternity", "urgent_or_fatal", "course_of_rehabilitation", "refund"),
    extract=therapies_of_stays,
)
def therapies_for_all(t: Tables, p: Params) -> pl.LazyFrame:
    """The same physiotherapy or Chinese treatments for patients of unlike diseases, where other hospitals hardly give them for those diseases.

    Reckoned as for tests (``panel_for_all``): a treatment is odd in a stay when at most ``rare_share_max`` of the other houses' stays of the
    same tier, kind and disease group had it; found are stays with ``items_min`` of a house's favourites over ``chapters_min`` ICD chapters,
    more than chance allows. Either the treatments were needless, or they stand on paper only; hours and names of the therapists show which.
    Houses of Chinese medicine are compared among themselves, where such treatments are the craft.
    Courses of rehabilitation, emergencies, deaths and maternity are left out. At issue are the odd treatments.
    """
    care = houses_by_craft(t).select("fixmedins_code", "tier", "care_class")
    given = extras_for_everybody(t.extracted.drop_nulls("item"), sizes_of_stays(t.extracted), care, p)
    return given.select(
        "fixmedins_code",
        "psn_no",
        "mdtrt_id",
        "bkkp_sns",
        occurred_from="begn_date",
        occurred_to="last_day",
        strength=strength(),
        evidence=filled(
            "患者（{}）住院{}收取{}项同病种少做的理疗、中医治疗：{}（同级同类其他机构该病种最多{}病例做其中任一项），计{}元；"
            "该院{}例住院中{}例、{}个疾病大类的患者收取了这些项目，其他机构有如此多少见项目的住院不超过{}。须核对治疗记录与治疗师工时。",
            "main_dx",
            span(pl.col("begn_date"), pl.col("last_day")),
            "n_items",
            "names",
            percent(pl.col("top")),
            yuan(pl.col("fen")),
            "house_cases",
            "found",
            "chapters",
            percent(pl.col("usual")),
        ),
    )
