"""Institution features month by month."""

from __future__ import annotations

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


class EveryTable(Lake):
    """A lake that holds every table, none of which is read."""

    def __init__(self) -> None:
        pass

    def has(self, table: str) -> bool:  # noqa: ARG002 - as the lake declares it
        return True


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
