"""Features of people who go together: who fetches drugs they have in hand, and what share of a house's business circuits and groups are."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.institution.circuit_share import circuit_share
from features.institution.group_stay_share import group_stay_share
from features.institution_day.drug_visits import drug_visits
from features.lake import Lake
from features.surplus_purchase.surplus_purchases import surplus_purchases
from features.tables import Tables
from tests.features.support import of_bucket, of_institution
from tests.rules.support import city_of

TABLETS = ("XC08CAA168A001010102459", "XA10BAE045A001010100561")


class NoTables(Lake):
    """A lake of which nothing is read: the facts are drawn."""

    def __init__(self) -> None:
        pass


def pairs(network: str, persons: int) -> str:
    """One community of ``persons`` at H1: P0 with each of the others."""
    rows = [f"{network} | H1 | 0 | {persons} | P0 | P{n}" for n in range(1, persons)]
    return "\n".join(["network | fixmedins_code | community | persons | a | b", *rows])


@pytest.mark.parametrize(("persons", "share"), [(3, 0.0), (4, 0.8)])
def test_a_circuit_of_four_counts_with_its_drugs_and_a_household_of_three_does_not(persons: int, share: float) -> None:
    months = """
        fixmedins_code | psn_no | drug_fen
        H1             | P0     | 500
        H1             | P1     | 300
        H1             | Q      | 200
        H2             | Q      | 200
        H3             | Q      | 0
    """
    found = of_institution(circuit_share, Tables(NoTables()), person_month=months, network_pair=pairs("drug_circuit", persons))
    assert found == {"H1": share, "H2": 0.0}


@pytest.mark.parametrize(("persons", "share"), [(3, 0.0), (4, 0.5)])
def test_stays_of_a_group_count_where_it_was_admitted_together_and_not_elsewhere(persons: int, share: float) -> None:
    stays = """
        fixmedins_code | psn_no
        H1             | P0
        H1             | P1
        H1             | Q1
        H1             | Q2
        H2             | P0
    """
    found = of_institution(group_stay_share, Tables(NoTables()), stay=stays, network_pair=pairs("admitted_together", persons))
    assert found == {"H1": share, "H2": 0.0}


def test_persons_who_fetch_drugs_are_counted_once_a_day_and_in_patients_not(tmp_path: Path) -> None:
    t = city_of(
        tmp_path,
        mdtrt_d="mdtrt_id | psn_no | begntime | endtime | med_type\nM9 | P9 | 2024-03-01 | 2024-03-05 | 21",
        fee_list_d=f"""
            mdtrt_id | psn_no | fee_ocur_time | hilist_code
            M1       | P1     | 2024-03-01    | {TABLETS[0]}
            M2       | P1     | 2024-03-01    | {TABLETS[1]}
            M3       | P2     | 2024-03-01    | {TABLETS[0]}
            M4       | P3     | 2024-03-01    | 001102000010000
            M9       | P9     | 2024-03-01    | {TABLETS[0]}
        """,
    )
    assert of_bucket(drug_visits, t)["drug_visits"].to_list() == [2]


@pytest.mark.parametrize(("days", "drugs", "rows"), [((0, 1, 2, 3), 2, 3), ((0, 1, 2), 2, 0), ((0, 1, 2, 3), 1, 0), ((0, 30, 60, 90), 2, 0)])
def test_two_drugs_bought_on_three_days_while_a_month_was_in_hand_are_surplus(tmp_path: Path, days: tuple[int, ...], drugs: int, rows: int) -> None:
    lines = [f"M{d} | P1 | 2024-{1 + d // 30:02}-{1 + d % 30:02} | {TABLETS[n]} | 60 | 100" for d in days for n in range(drugs)]
    t = city_of(tmp_path, fee_list_d="\n".join(["mdtrt_id | psn_no | fee_ocur_time | hilist_code | prd_days | pric", *lines]))
    found = of_bucket(surplus_purchases, t)
    assert found.height == rows
    assert found["surplus_fen"].to_list() == [20000] * rows
