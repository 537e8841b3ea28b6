from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules._for_everybody import EXTRAS_PARAMS, block, extras_for_everybody, strength
from models.rules.inpatient._stays import houses, role
from models.wording import percent, yuan


def _tests_of_visits(t: Tables, p: Params) -> pl.LazyFrame:
    """Outpatient visits × test done in the house (rows with ``item``), and each house's visits by disease group (rows with ``cases``)."""
    del p
    visits = t.visits.filter(
        ~pl.col("inpatient")
        & pl.col("main_dx").is_not_null()
        & (pl.col("main_dx") != "")
        & pl.col("med_type").str.slice(0, 2).is_in(["11", "12", "14"])
    ).select("mdtrt_id", "psn_no", "fixmedins_code", "begn_date", last_day="begn_date", main_dx="main_dx")
    tests = (
        t.lines.filter(~pl.col("inpatient") & (pl.col("etip_flag").fill_null("0") != "1") & t.of_item(role().is_in(["lab", "exam"])))
        .group_by("mdtrt_id", item=pl.col("hilist_code").str.slice(0, 11))
        .agg(sns=pl.col("bkkp_sn"), name=pl.col("hilist_name").first(), fen=pl.col("inscp_fen").sum())
    )
    sizes = visits.group_by("fixmedins_code", block=block()).agg(cases=pl.len())
    return pl.concat([visits.join(tests, on="mdtrt_id", how="inner"), sizes], how="diagonal")


@rule(
    title_zh="不论病种的门诊套餐式检查检验",
    title_en="One panel of tests for every outpatient",
    kind=Kind.OVER_TREATMENT,
    certainty="suspected",
    scope="city",
    gz_code="GZ10000302002000",
    legal_basis=("reg.15", "reg.38.2", "base.problems2025"),
    needs=("mdtrt_d", "fee_list_d"),
    params=EXTRAS_PARAMS,
    exceptions=("refund",),
    extract=_tests_of_visits,
)
def outpatient_panel_for_all(t: Tables, p: Params) -> pl.LazyFrame:
    """The same tests at the outpatient visits of patients of unlike diseases, where other houses hardly ever do them for those diseases.

    Reckoned as for stays (``panel_for_all``), among houses of the same tier and kind. Emergencies and maternity visits, visits without a
    disease, and tests sent out are left out. Either the tests were needless, or nobody did them: the reports show which. An honest answer
    would be a programme of the bureau for these patients. At issue are the odd tests.
    """
    care = houses(t).select("fixmedins_code", "tier", "care_class")
    rows, sizes = t.extracted.drop_nulls("item").drop("block", "cases"), t.extracted.filter(pl.col("item").is_null())
    sizes = sizes.group_by("fixmedins_code", "block").agg(pl.col("cases").sum())
    given = extras_for_everybody(rows, sizes, care, p)
    return given.select(
        "fixmedins_code",
        "psn_no",
        "mdtrt_id",
        "bkkp_sns",
        occurred_from="begn_date",
        occurred_to="last_day",
        strength=strength(),
        evidence=filled(
            "患者（{}）{}门诊做了{}项同病种少做的检查检验：{}（同级同类其他机构该病种最多{}人次做其中任一项），计{}元；"
            "该机构{}人次门诊中{}人次、{}个疾病大类的患者做了这些项目，其他机构有如此多少见项目的门诊不超过{}。须核对检查检验报告。",
            "main_dx",
            "begn_date",
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
