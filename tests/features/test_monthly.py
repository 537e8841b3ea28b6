"""Institution features month by month."""

from __future__ import annotations

import polars as pl

from features.feature import features_of
from features.lake import Lake
from features.monthly import MONTH_OF, monthly_features
from features.parameters import City
from features.tables import Tables
from tests.features.support import drawn

STAYS = """
    mdtrt_id | fixmedins_code | month   | idle_days | stay_days
    M1       | H1             | 2024-01 | 0         | 4
    M2       | H1             | 2024-01 | 1         | 6
    M3       | H1             | 2024-02 | 5         | 5
    M4       | H2             | 2024-02 | 1         | 5
"""
VOLUME = """
    fixmedins_code | month   | visits | purchases | admissions
    H1             | 2024-01 | 100    | 0         | 0
    H1             | 2024-02 | 100    | 0         | 0
    H1             | 2024-03 | 100    | 0         | 0
    H1             | 2024-04 | 100    | 0         | 0
    H1             | 2024-05 | 400    | 0         | 0
    H1             | 2024-06 | 100    | 0         | 0
"""


PHYSICIANS = """
    dr_code | date       | fixmedins_code
    D1      | 2024-01-02 | H1
    D1      | 2024-01-02 | H2
    D1      | 2024-01-03 | H1
    D1      | 2024-02-02 | H1
"""
#: One diagnosis at three houses of one tier; H1 charges as the others do, and double from February on.
COSTS = """
    mdtrt_id | fixmedins_code | month   | in_hospital | end_date   | fee_fen | los | all_drugs_fen | material_fen | dx3 | age
    A1       | H1             | 2024-01 | no          | 2024-01-05 | 100     | 4   | 10            | 10           | I10 | 60
    A2       | H1             | 2024-02 | no          | 2024-02-05 | 200     | 4   | 10            | 10           | I10 | 60
    A3       | H1             | 2024-03 | no          | 2024-03-05 | 200     | 4   | 10            | 10           | I10 | 60
    B1       | H2             | 2024-01 | no          | 2024-01-05 | 100     | 4   | 10            | 10           | I10 | 60
    B2       | H2             | 2024-02 | no          | 2024-02-05 | 100     | 4   | 10            | 10           | I10 | 60
    C1       | H3             | 2024-01 | no          | 2024-01-05 | 100     | 4   | 10            | 10           | I10 | 60
    C2       | H3             | 2024-02 | no          | 2024-02-05 | 100     | 4   | 10            | 10           | I10 | 60
    C3       | H3             | 2024-03 | no          | 2024-03-05 | 100     | 4   | 10            | 10           | I10 | 60
"""
#: Fees of H1 that begin with a 1 in January and with a 9 in February; the others' begin with a 1.
DIGITS = """
    fixmedins_code | month   | digit_1 | digit_2 | digit_3 | digit_4 | digit_5 | digit_6 | digit_7 | digit_8 | digit_9
    H1             | 2024-01 | 900     | 0       | 0       | 0       | 0       | 0       | 0       | 0       | 0
    H1             | 2024-02 | 0       | 0       | 0       | 0       | 0       | 0       | 0       | 0       | 900
    H2             | 2024-01 | 900     | 0       | 0       | 0       | 0       | 0       | 0       | 0       | 0
    H3             | 2024-02 | 900     | 0       | 0       | 0       | 0       | 0       | 0       | 0       | 0
"""


class EveryTable(Lake):
    """A lake that holds every table; in its registry stand three hospitals of one tier with a hundred beds each."""

    def __init__(self) -> None:
        pass

    def has(self, table: str) -> bool:  # noqa: ARG002 - as the lake declares it
        return True

    def scan(self, table: str, bucket: str | None = None, months: object = None) -> pl.LazyFrame:  # noqa: ARG002 - as the lake declares it
        code = {"fixmedins_b": "fixmedins_code", "medins_info_b": "medins_code"}[table]
        same = {"hosp_lv": "05", "fixmedins_type": "1", "medins_type_name": "综合医院", "aprv_bed_cnt": "100", "pro_techstf_psncnt": "50"}
        empty = dict.fromkeys(("medins_natu", "biznat", "prnt_medins_code", "lnt", "lat", "cred_lv"))
        return pl.LazyFrame([{code: house, **same, **empty} for house in ("H1", "H2", "H3")])


def by_month(names: list[str], institutions: list[str], **facts: str) -> dict[tuple[str, str], float]:
    t = Tables(EveryTable(), facts={name: drawn(text).lazy() for name, text in facts.items()})
    rows = monthly_features(t, names, institutions, City.load())
    return {(row["fixmedins_code"], row["month"]): round(row["value"], 3) for row in rows.iter_rows(named=True)}


def test_every_kind_of_fact_has_a_month_but_items_and_pairs_of_the_whole_period() -> None:
    used = {fact for unit in features_of("institution") for fact in unit.facts}
    assert used - set(MONTH_OF) == {"institution_item", "network_pair"}


def test_a_month_has_the_value_of_its_own_facts_and_others_institutions_are_left_out() -> None:
    assert by_month(["idle_day_share"], ["H1"], stay=STAYS) == {("H1", "2024-01"): 0.1, ("H1", "2024-02"): 1.0}


def test_a_comparison_of_months_has_the_value_it_would_have_had_then() -> None:
    jumps = by_month(["volume_change_jump"], ["H1"], institution_month=VOLUME)
    assert jumps[("H1", "2024-04")] < 1.01, "four equal months"
    assert jumps[("H1", "2024-05")] > 2
    assert jumps[("H1", "2024-06")] == jumps[("H1", "2024-05")], "the jump stays the largest"


def test_a_feature_whose_facts_bear_no_month_has_no_rows() -> None:
    assert by_month(["complaints", "drug_concentration"], ["H1"], institution_month=VOLUME) == {}


def test_a_month_is_held_against_all_houses_whoever_is_asked_for() -> None:
    asked = by_month(["cost_against_expected_fee"], ["H1"], stay=COSTS)
    everybody = by_month(["cost_against_expected_fee"], ["H1", "H2", "H3"], stay=COSTS)
    assert asked == {house_month: value for house_month, value in everybody.items() if house_month[0] == "H1"}
    assert 0.95 < asked[("H1", "2024-01")] <= 1.0, "as the other houses, but for what the mean of all is worth"
    assert asked[("H1", "2024-02")] == asked[("H1", "2024-03")] > 1.95, "twice the other houses, whose norm the house's own months do not raise"


def test_where_else_a_physician_worked_is_seen_though_nobody_asked_for_that_house() -> None:
    assert by_month(["physician_elsewhere_share"], ["H1"], physician_day=PHYSICIANS) == {("H1", "2024-01"): 0.5, ("H1", "2024-02"): 0.0}


def test_a_months_digits_are_held_against_the_other_houses_of_the_whole_period() -> None:
    assert by_month(["digit_distance"], ["H1"], institution_month=DIGITS) == {("H1", "2024-01"): 0.0, ("H1", "2024-02"): 1.0}


def test_every_month_finds_the_house_in_the_registry() -> None:
    days = """
        fixmedins_code | date       | in_bed
        H1             | 2024-01-02 | 90
        H1             | 2024-02-02 | 110
    """
    assert by_month(["bed_days_over"], ["H1"], institution_day=days) == {("H1", "2024-01"): 0.0, ("H1", "2024-02"): 1.0}
