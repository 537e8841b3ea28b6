"""A house's own staff in its beds."""

from __future__ import annotations

import pytest

from models.rules.inpatient.staff_as_patients import staff_as_patients
from tests.rules.support import found

HEAD = "mdtrt_id | psn_no | begntime | endtime | emp_name | dscg_way | med_type\n"
NAMES = "fixmedins_code | fixmedins_name\nH1 | 丙阳信福医院\n"


def draw(
    city, *, staff: int = 3, employer: str = "丙阳信福医院", way: str = "1", med_type: str = "21", code: str = "001204000060000", back: bool = False
):
    stays = "".join(f"M{n} | P{n} | 2024-03-01 | 2024-03-08 | {employer} | {way} | {med_type}\n" for n in range(staff))
    crowd = "".join(f"C{n} | Q{n} | 2024-03-01 | 2024-03-08 | 红星砖厂 | 1 | 21\n" for n in range(10))
    fees = "bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code | cnt | init_feedetl_sn\n" + "".join(
        f"L{n} | M{n} | 2024-03-02 | {code} | 1 |\n" + (f"R{n} | M{n} | 2024-03-03 | {code} | -1 | L{n}\n" if back else "") for n in range(staff)
    )
    return city(mdtrt_d=HEAD + stays + crowd, fixmedins_b=NAMES, fee_list_d=fees)


def test_three_of_thirteen_patients_from_the_houses_own_staff_are_found(city):
    assert found(staff_as_patients, draw(city), chance_max=0.01)["mdtrt_id"].to_list() == ["M0", "M1", "M2"]


def test_two_are_the_nearest_miss(city):
    assert found(staff_as_patients, draw(city, staff=2), chance_max=0.01).is_empty()


def test_the_chance_of_the_shipped_parameters_needs_more_than_three_in_thirteen(city):
    assert found(staff_as_patients, draw(city)).is_empty()
    assert found(staff_as_patients, draw(city, staff=5)).height == 5


@pytest.mark.parametrize("change", [{"way": "5"}, {"med_type": "52"}, {"code": "003304060050000"}])
def test_death_maternity_and_operations_of_staff_are_lawful(city, change):
    assert found(staff_as_patients, draw(city, staff=5, **change)).is_empty()


def test_an_operation_that_was_refunded_explains_nothing(city):
    assert found(staff_as_patients, draw(city, staff=5, code="003304060050000", back=True)).height == 5


def test_an_unknown_or_another_employer_is_no_staff(city):
    assert found(staff_as_patients, draw(city, staff=5, employer="-")).is_empty()
    assert found(staff_as_patients, draw(city, staff=5, employer="信福超市")).is_empty()


def test_brackets_and_blanks_in_names_do_not_hide_the_employer(city):
    assert found(staff_as_patients, draw(city, staff=5, employer="丙阳信福 医院")).height == 5


def test_an_emergency_of_staff_is_one_unless_the_disease_is_a_stiff_back(city):
    def urgent(dx: str):
        stays = "mdtrt_id | psn_no | begntime | endtime | emp_name | dscg_maindiag_code | dscg_way\n"
        stays += "".join(f"M{n} | P{n} | 2024-03-01 | 2024-03-08 | 丙阳信福医院 | {dx} | 1\n" for n in range(5))
        stays += "".join(f"C{n} | Q{n} | 2024-03-01 | 2024-03-08 | 红星砖厂 | {dx} | 1\n" for n in range(10))
        lists = "setl_id | mdtrt_id | psn_no | fixmedins_code | adm_way_code\n" + "".join(f"SM{n} | M{n} | P{n} | H1 | 1\n" for n in range(5))
        return city(mdtrt_d=stays, fixmedins_b=NAMES, mdcs_fund_setl_list_d=lists)

    assert found(staff_as_patients, urgent("I21.900")).is_empty()
    assert found(staff_as_patients, urgent("M51.202")).height == 5
