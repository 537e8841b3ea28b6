"""Neighbours admitted within days and discharged together."""

from __future__ import annotations

from datetime import date, timedelta

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


#: thirty other patients of the house from elsewhere, one every ten days, of many lengths of stay
OTHERS = [(f"C{n}", f"Q{n}", date(2024, 1, 5) + timedelta(10 * n), 4 + n % 9, f"乙县远山镇松树村{n}号") for n in range(30)]


def town(city, group: list[tuple[int, int, str]], others=OTHERS, dx: str = "I10.x00", lists: str = ""):
    """A group (days after 6 June, length of stay, address) beside the house's other patients."""
    rows = [(f"M{n}", f"P{n}", date(2024, 6, 6) + timedelta(after), days, home) for n, (after, days, home) in enumerate(group)] + others
    stays = "".join(f"{key} | {psn} | {came} | {came + timedelta(days)} | {dx} | - | 21\n" for key, psn, came, days, _ in rows)
    homes = "".join(f"{psn} | {home}\n" for _, psn, _, _, home in rows)
    listed = {"mdcs_fund_setl_list_d": lists} if lists else {}
    return city(mdtrt_d=HEAD + stays, psn_info_b="psn_no | live_addr\n" + homes, **listed)


def of_villages(*days: tuple[int, int]) -> list[tuple[int, int, str]]:
    """Persons of one town, each of another village."""
    return [(after, los, f"甲县东河镇{name}村{name}1号") for (after, los), name in zip(days, "石柳上新龙花桃", strict=False)]


def test_four_of_one_town_and_four_villages_within_days_and_kept_equally_long_are_found(city):
    findings = found(group_admission, town(city, of_villages((0, 8), (1, 8), (2, 8), (2, 9))))
    assert findings["mdtrt_id"].to_list() == ["M0", "M1", "M2", "M3"]
    assert "同乡镇" in findings["evidence"][0]


def test_people_of_one_town_over_five_days_or_of_unlike_stays_came_by_themselves(city):
    assert found(group_admission, town(city, of_villages((0, 8), (1, 8), (2, 8), (3, 8), (4, 8), (9, 8)))).height == 5
    assert found(group_admission, town(city, of_villages((0, 4), (0, 7), (0, 10), (0, 13)))).is_empty()


def test_a_group_from_the_houses_own_catchment_is_what_the_day_brings(city):
    near = [(key, psn, came, days, f"甲县东河镇{n}村1号") for n, (key, psn, came, days, _) in enumerate(OTHERS)]
    assert found(group_admission, town(city, of_villages((0, 8), (1, 8), (2, 8), (2, 9)), near)).is_empty()


def test_on_a_day_on_which_everybody_comes_a_town_comes_too(city):
    """Accounts closed and opened again at the quarter's end bring all patients on one day."""
    crowd = [(f"D{n}", f"R{n}", date(2024, 6, 6), 8, f"丁县第{n}镇高山村{n}号") for n in range(60)]
    assert found(group_admission, town(city, of_villages((0, 8), (0, 8), (0, 8), (0, 8)), OTHERS + crowd)).is_empty()


def test_five_of_one_address_are_a_home_and_four_a_family(city):
    home = [(0, 8, "甲县东河镇敬老院1号")] * 5
    assert found(group_admission, town(city, home)).height == 5
    assert found(group_admission, town(city, home[:4])).is_empty()
    assert found(group_admission, town(city, home, dx="J10.100")).is_empty(), "influenza in the home"
    # eight in-patients of one address are no family
    others = [(f"H{n}", f"R{n}", date(2024, 1, 20) + timedelta(31 * n), 6 + n, "甲县东河镇敬老院1号") for n in range(4)]
    assert found(group_admission, town(city, home[:4], OTHERS + others)).height == 4


def test_bronchitis_admitted_by_appointment_is_no_outbreak(city):
    t = town(city, of_villages((0, 8), (0, 8), (0, 8), (0, 8)), dx="J20.900")
    assert found(group_admission, t).is_empty()
    listed = "setl_id | mdtrt_id | psn_no | fixmedins_code | adm_way_code\n" + "".join(f"L{n} | M{n} | P{n} | H1 | 2\n" for n in range(4))
    assert found(group_admission, town(city, of_villages((0, 8), (0, 8), (0, 8), (0, 8)), dx="J20.900", lists=listed)).height == 4


def test_a_house_with_several_unlikely_groups_has_a_habit_where_one_alone_might_be_chance(city):
    group = of_villages((0, 8), (1, 8), (2, 8))
    again = [(f"E{n}", f"S{n}", date(2024, 9, 3) + timedelta(n), 8, f"丙县西山镇{n}村1号") for n in range(3)]
    assert found(group_admission, town(city, group)).is_empty()
    assert found(group_admission, town(city, group, OTHERS + again)).height == 6


def test_accounts_closed_and_opened_again_for_one_town_are_no_admissions(city):
    before = [(f"E{n}", f"P{n}", date(2024, 5, 29), 8, home) for n, (_, _, home) in enumerate(of_villages(*[(0, 8)] * 4))]
    assert found(group_admission, town(city, of_villages((0, 8), (0, 8), (0, 8), (0, 8)), OTHERS)).height == 4
    closed = [(key, psn, came - timedelta(7 * n), 8 + 7 * n, home) for n, (key, psn, came, _, home) in enumerate(before)]
    assert found(group_admission, town(city, of_villages((0, 8), (0, 8), (0, 8), (0, 8)), OTHERS + closed)).is_empty()
