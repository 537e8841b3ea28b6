"""Neighbours admitted on one day and discharged together."""

from __future__ import annotations

import pytest

from models.rules.inpatient.group_admission import group_admission
from tests.rules.support import found

HEAD = "mdtrt_id | psn_no | begntime | endtime | dscg_maindiag_code | emp_name | med_type\n"
#: other patients of the house, spread over the months, so that a day is one of many
CROWD = "".join(f"C{n} | Q{n} | 2024-{1 + n:02d}-15 | 2024-{1 + n:02d}-20 | I10.x00 | - | 21\n" for n in range(12))
DISEASES = ("M54.500", "I67.900", "K29.500", "G44.200")


def draw(
    city,
    *,
    persons: int = 3,
    doors: tuple[int, ...] = (1, 5, 9, 12),
    dx: tuple[str, ...] = DISEASES,
    ends: tuple[str, ...] = ("12",) * 4,
    village: str = "下桥镇云冲村",
    med_type: str = "21",
    code: str = "003401000010000",
    employer: str = "-",
):
    stays = HEAD + "".join(f"M{n} | P{n} | 2024-06-03 | 2024-06-{ends[n]} | {dx[n]} | {employer} | {med_type}\n" for n in range(persons)) + CROWD
    homes = "psn_no | live_addr\n" + "".join(f"P{n} | {village}{doors[n]}号\n" for n in range(persons))
    fees = "mdtrt_id | fee_ocur_time | hilist_code\n" + "".join(f"M{n} | 2024-06-04 | {code}\n" for n in range(persons))
    return city(mdtrt_d=stays, psn_info_b=homes, fee_list_d=fees)


def test_three_neighbours_of_three_houses_in_and_out_together_are_found(city):
    findings = found(group_admission, draw(city))
    assert findings["mdtrt_id"].to_list() == ["M0", "M1", "M2"]
    assert findings["fund_loss"].to_list() == [7.0, 7.0, 7.0]


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("two neighbours are a coincidence", {"persons": 2}),
        ("a family falls ill together", {"doors": (1, 1, 9, 12)}),
        ("they left on different days", {"ends": ("07", "12", "17", "22")}),
        ("an outbreak or accident brought them", {"dx": ("A09.000", "A09.000", "A09.000", "A09.000")}),
        ("cataract camps operate", {"code": "003304060050000"}),
        ("maternity", {"med_type": "52"}),
    ],
)
def test_what_brings_neighbours_together_lawfully_is_cleared(city, why, change):
    assert found(group_admission, draw(city, **change)).is_empty(), why


def test_discharge_a_day_apart_is_together_and_two_days_are_not(city):
    assert found(group_admission, draw(city, ends=("11", "12", "13", "12"))).height == 3
    assert found(group_admission, draw(city, ends=("10", "12", "14", "12"))).is_empty()


def test_a_refunded_operation_clears_nobody(city):
    t = draw(city)
    stays = HEAD + "".join(f"M{n} | P{n} | 2024-06-03 | 2024-06-12 | {DISEASES[n]} | - | 21\n" for n in range(3)) + CROWD
    fees = "bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code | cnt | init_feedetl_sn\n"
    fees += "".join(
        f"O{n} | M{n} | 2024-06-04 | 003304060050000 | 1 |\nR{n} | M{n} | 2024-06-05 | 003304060050000 | -1 | O{n}\n"
        f"K{n} | M{n} | 2024-06-05 | 003401000010000 | 1 |\n"
        for n in range(3)
    )
    homes = "psn_no | live_addr\n" + "".join(f"P{n} | 下桥镇云冲村{n}号\n" for n in range(3))
    assert found(group_admission, city(mdtrt_d=stays, fee_list_d=fees, psn_info_b=homes)).height == found(group_admission, t).height == 3


def test_the_same_group_by_village_and_by_employer_is_found_once_a_person(city):
    assert found(group_admission, draw(city, employer="红星砖厂")).height == 3


def test_persons_without_address_or_employer_form_no_group(city):
    stays = HEAD + "".join(f"M{n} | P{n} | 2024-06-03 | 2024-06-12 | {DISEASES[n]} | - | 21\n" for n in range(3)) + CROWD
    assert found(group_admission, city(mdtrt_d=stays)).is_empty()
