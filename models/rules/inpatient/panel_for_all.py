from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exception import LawfulException
from models.exceptions.maternity import maternity
from models.exceptions.urgent_or_fatal import urgent_or_fatal
from models.kinds import Kind
from models.rule import rule
from models.rules._for_everybody import EXTRAS_PARAMS, block, extras_for_everybody, strength
from models.rules.inpatient._stays import dated_stays, houses, stay_lines
from models.wording import percent, span, yuan

CLEARED = (maternity, urgent_or_fatal)


def tests_of_stays(t: Tables, p: Params) -> pl.LazyFrame:
    """Finished stays × test (laboratory, imaging, function): lines, name, fees; stays without any test have one row without ``item``."""
    return items_of_stays(t, p, pl.col("role").is_in(["lab", "exam"]) & (pl.col("etip_flag").fill_null("0") != "1"))


def items_of_stays(t: Tables, p: Params, which: pl.Expr, item: pl.Expr | None = None, cleared: tuple[LawfulException, ...] = CLEARED) -> pl.LazyFrame:
    """Finished stays, ``cleared`` of some, × item of the lines ``which`` (or ``item`` of them); stays without any have one row without ``item``."""
    items = (
        stay_lines(t)
        .filter(which)
        .with_columns(item=pl.col("item") if item is None else item)
        .group_by("mdtrt_id", "item")
        .agg(sns=pl.col("bkkp_sn"), name=pl.col("hilist_name").first(), fen=pl.col("inscp_fen").sum())
    )
    stays = dated_stays(t).filter(pl.col("last_day").is_not_null() & pl.col("main_dx").is_not_null())
    stays = stays.select("mdtrt_id", "psn_no", "fixmedins_code", "begn_date", "last_day", "main_dx")
    for unit in cleared:
        stays = unit.clear(stays, t, p)
    return stays.join(items, on="mdtrt_id", how="left")


def sizes_of_stays(stays: pl.LazyFrame) -> pl.LazyFrame:
    """How many stays a house has in a disease group."""
    return stays.unique("mdtrt_id", keep="any").group_by("fixmedins_code", block=block()).agg(cases=pl.len())


@rule(
    title_zh="不论病种的套餐式检查检验",
    title_en="One panel of tests for everybody",
    kind=Kind.OVER_TREATMENT,
    certainty="suspected",
    scope="city",
    gz_code="GZ10000302002000",
    legal_basis=("reg.15", "reg.38.2", "base.problems2025"),
    needs=("mdtrt_d", "fee_list_d"),
    params=EXTRAS_PARAMS,
    exceptions=("maternity", "urgent_or_fatal", "refund"),
    extract=tests_of_stays,
)
def panel_for_all(t: Tables, p: Params) -> pl.LazyFrame:
    """The same extra tests for patients of unlike diseases, where other hospitals hardly ever do them for those diseases.

    A test is odd in a stay when at most ``rare_share_max`` of the other houses' stays of the same tier, kind and disease group (ICD letter
    and first digit, at least ``peer_cases_min``, else with the neighbouring tier) had it; diseases that others hardly see are not judged.
    A house's panel are the tests that are odd in ``favourite_share_min`` of its stays and in ``chapters_min`` ICD chapters: for one disease
    a house may have a pathway of its own. A panel drawn anew for every patient has no favourites: tests done in at most
    ``very_rare_share_max`` of the others' stays count without. A house has the habit when at least ``cases_min`` of its stays have ``items_min``
    odd tests of the panel, over ``chapters_min`` chapters, more than chance allows at the rate at which other houses' stays (the highest
    ``trim_share`` of the houses left out) collect as many odd tests (binomial, ``chance_max``; at least ``usual_floor``). Found are these
    and its stays with ``items_habit_min`` odd tests of the panel, which is not always complete. Emergencies, deaths,
    maternity and tests sent out are left out. One odd test, however frequent, is a habit of diagnosis, not a panel. At issue are the odd tests.
    """
    care = houses(t).select("fixmedins_code", "tier", "care_class")
    panel = extras_for_everybody(t.extracted.drop_nulls("item"), sizes_of_stays(t.extracted), care, p)
    return panel.select(
        "fixmedins_code",
        "psn_no",
        "mdtrt_id",
        "bkkp_sns",
        occurred_from="begn_date",
        occurred_to="last_day",
        strength=strength(),
        evidence=filled(
            "患者（{}）住院{}做了{}项同病种少做的检查检验：{}（同级同类其他机构该病种最多{}病例做其中任一项），计{}元；"
            "该院{}例住院中{}例、{}个疾病大类的患者做了这样一组项目，其他机构有如此多少见项目的住院不超过{}。",
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
