from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exceptions.maternity import maternity
from models.exceptions.urgent_or_fatal import urgent_or_fatal
from models.kinds import Kind
from models.rule import rule
from models.rules.inpatient._chance import at_least
from models.rules.inpatient._stays import dated_stays, houses, stay_lines
from models.wording import percent, span, yuan

CLEARED = (maternity, urgent_or_fatal)


def tests_of_stays(t: Tables, p: Params) -> pl.LazyFrame:
    """Finished stays × test (laboratory, imaging, function): lines, name, fees; stays without any test have one row without ``item``."""
    tests = (
        stay_lines(t)
        .filter(pl.col("role").is_in(["lab", "exam"]) & (pl.col("etip_flag").fill_null("0") != "1"))
        .group_by("mdtrt_id", "item")
        .agg(sns=pl.col("bkkp_sn"), name=pl.col("hilist_name").first(), fen=pl.col("inscp_fen").sum())
    )
    stays = dated_stays(t).filter(pl.col("last_day").is_not_null() & pl.col("main_dx").is_not_null())
    stays = stays.select("mdtrt_id", "psn_no", "fixmedins_code", "begn_date", "last_day", "main_dx")
    for unit in CLEARED:
        stays = unit.clear(stays, t, p)
    return stays.join(tests, on="mdtrt_id", how="left")


@rule(
    title_zh="不论病种的套餐式检查检验",
    title_en="One panel of tests for everybody",
    kind=Kind.OVER_TREATMENT,
    certainty="suspected",
    scope="city",
    gz_code="GZ10000302002000",
    legal_basis=("reg.15", "reg.38.2", "base.problems2025"),
    needs=("mdtrt_d", "fee_list_d"),
    params=(
        "chance_max",
        "chapters_min",
        "favourite_share_min",
        "items_min",
        "peer_stays_min",
        "rare_share_max",
        "stays_min",
        "usual_floor",
        "very_rare_share_max",
    ),
    exceptions=("maternity", "urgent_or_fatal", "refund"),
    extract=tests_of_stays,
)
def panel_for_all(t: Tables, p: Params) -> pl.LazyFrame:
    """The same extra tests for patients of unlike diseases, where other hospitals hardly ever do them for those diseases.

    A test is odd in a stay when at most ``rare_share_max`` of the other houses' stays of the same tier, kind and disease group (ICD letter
    and first digit, at least ``peer_stays_min``) had it; diseases that others hardly see are not judged. A house's panel are the tests
    that are odd in ``favourite_share_min`` of its stays and in ``chapters_min`` ICD chapters: for one disease a house may have a pathway
    of its own. A panel drawn anew for every patient has no favourites: tests done in at most ``very_rare_share_max`` of the others' stays
    count without. Found are stays with ``items_min`` odd tests of the panel, in houses with at least ``stays_min`` of them, over
    ``chapters_min`` chapters, more than chance allows at the rate at which other houses' stays collect as many odd tests (binomial,
    ``chance_max``). Emergencies, deaths, maternity and tests sent out are left out. One odd test, however frequent, is a habit of
    diagnosis, not a panel. At issue are the odd tests.
    """
    care = houses(t).select("fixmedins_code", "tier", "care_class")
    rows = t.extracted.join(care, on="fixmedins_code", how="left").with_columns(block=pl.col("main_dx").str.slice(0, 2))
    group = ["tier", "care_class", "block"]
    stays = rows.unique("mdtrt_id", keep="any").select("mdtrt_id", "fixmedins_code", "main_dx", *group)
    rate = _rate_of_others(rows, stays, group, p)
    chapter = pl.col("main_dx").str.slice(0, 1)
    total = stays.group_by("fixmedins_code").agg(house_stays=pl.len())
    odd = (
        rows.drop_nulls("item")
        .join(rate, on=["fixmedins_code", *group, "item"], nulls_equal=True)
        .filter(pl.col("usual_share") <= p["rare_share_max"])
        .join(total, on="fixmedins_code")
    )
    crowded = odd.group_by("mdtrt_id", "fixmedins_code").agg(n=pl.col("item").n_unique()).filter(pl.col("n") >= p["items_min"])
    per_house = (
        total.join(crowded.group_by("fixmedins_code").agg(any_odd=pl.len()), on="fixmedins_code", how="left")
        .with_columns(pl.col("any_odd").fill_null(0))
        .with_columns(
            usual=((pl.col("any_odd").sum() - pl.col("any_odd")) / (pl.col("house_stays").sum() - pl.col("house_stays")).clip(1)).clip(
                p["usual_floor"]
            )
        )
        .drop("house_stays", "any_odd")
    )
    key = ["fixmedins_code", "item"]
    favourite = (pl.col("on") >= p["favourite_share_min"] * pl.col("house_stays")) & (pl.col("chapters") >= p["chapters_min"])
    panel = (
        odd.with_columns(on=pl.col("mdtrt_id").n_unique().over(key), chapters=chapter.n_unique().over(key))
        .filter(favourite | (pl.col("usual_share") <= p["very_rare_share_max"]))
        .filter(pl.col("item").n_unique().over("mdtrt_id") >= p["items_min"])
        .sort("mdtrt_id", "item")
        .group_by("fixmedins_code", "psn_no", "mdtrt_id", "begn_date", "last_day", "main_dx", "house_stays")
        .agg(
            bkkp_sns=pl.col("sns").explode(),
            n_items=pl.len(),
            names=pl.col("name").str.join("、"),
            fen=pl.col("fen").sum(),
            top=pl.col("usual_share").max(),
        )
        .with_columns(panelled=pl.len().over("fixmedins_code"), chapters=chapter.n_unique().over("fixmedins_code"))
        .join(per_house, on="fixmedins_code")
        .with_columns(chance=at_least("panelled", "house_stays", "usual"))
        .filter((pl.col("panelled") >= p["stays_min"]) & (pl.col("chapters") >= p["chapters_min"]) & (pl.col("chance") <= p["chance_max"]))
    )
    return panel.select(
        "fixmedins_code",
        "psn_no",
        "mdtrt_id",
        "bkkp_sns",
        occurred_from="begn_date",
        occurred_to="last_day",
        strength=(0.4 + 0.05 * pl.col("n_items") + 0.3 * pl.col("panelled") / pl.col("house_stays")).clip(0.4, 0.9),
        evidence=pl.format(
            "患者（{}）住院{}做了{}项同病种少做的检查检验：{}（同级同类其他机构该病种最多{}病例做其中任一项），计{}元；"
            "该院{}例住院中{}例、{}个疾病大类的患者做了这样一组项目，其他机构有如此多少见项目的住院不超过{}。",
            "main_dx",
            span(pl.col("begn_date"), pl.col("last_day")),
            "n_items",
            "names",
            percent(pl.col("top")),
            yuan(pl.col("fen")),
            "house_stays",
            "panelled",
            "chapters",
            percent(pl.col("usual")),
        ),
    )


def _rate_of_others(rows: pl.LazyFrame, stays: pl.LazyFrame, group: list[str], p: Params) -> pl.LazyFrame:
    """``usual_share``: the share of other houses' stays in the ``group`` that had the test; no row where these stays are few."""
    size = (
        stays.group_by("fixmedins_code", *group)
        .agg(own=pl.len())
        .with_columns(peers=pl.col("own").sum().over(group) - pl.col("own"))
        .filter(pl.col("peers") >= p["peer_stays_min"])
        .drop("own")
    )
    return (
        rows.drop_nulls("item")
        .group_by("fixmedins_code", *group, "item")
        .agg(own=pl.len())
        .with_columns(theirs=pl.col("own").sum().over([*group, "item"]) - pl.col("own"))
        .join(size, on=["fixmedins_code", *group], nulls_equal=True)
        .select("fixmedins_code", *group, "item", (pl.col("theirs") / pl.col("peers")).alias("usual_share"))
    )
