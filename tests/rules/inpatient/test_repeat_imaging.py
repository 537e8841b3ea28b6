"""Imaging repeated within days without a reason in the course."""

from __future__ import annotations

import pytest

from models.rules.inpatient.repeat_imaging import repeat_imaging
from tests.rules.support import found, lines_of

HEAD = "mdtrt_id | psn_no | fixmedins_code | begntime | endtime | dscg_maindiag_code\n"
FEES = "bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code | init_feedetl_sn | cnt\n"
CT = "002103000010000"


def draw(city, *, repeats: int = 6, day: int = 4, dx: str = "J18.900", extra: str = ""):
    """Ten stays at H1, ``repeats`` of which repeat a CT of the 1st on ``day``; forty honest single CTs at H2."""
    stays = HEAD + "".join(f"M{n} | P{n} | H1 | 2024-03-01 | 2024-03-20 | {dx}\n" for n in range(10))
    stays += "".join(f"C{n} | Q{n} | H2 | 2024-03-01 | 2024-03-10 | J18.900\n" for n in range(40))
    fees = FEES + "".join(f"A{n} | M{n} | 2024-03-01 | {CT} | | 1\n" for n in range(10))
    fees += "".join(f"B{n} | M{n} | 2024-03-{day:02d} | {CT} | | 1\n" for n in range(repeats))
    fees += "".join(f"H{n} | C{n} | 2024-03-02 | {CT} | | 1\n" for n in range(40))
    return city(mdtrt_d=stays, fee_list_d=fees + extra)


def test_a_house_that_repeats_six_of_ten_is_found_with_each_repeat_and_what_it_repeats(city):
    findings = found(repeat_imaging, draw(city))
    assert lines_of(findings) == [[f"B{n}"] for n in range(6)]
    assert findings["related_bkkp_sns"].to_list()[0] == ["A0"]


def test_four_repeats_are_the_nearest_miss(city):
    assert found(repeat_imaging, draw(city, repeats=4)).is_empty()


def test_the_eighth_day_is_a_follow_up_and_the_seventh_a_repeat(city):
    assert found(repeat_imaging, draw(city, day=8)).height == 6
    assert found(repeat_imaging, draw(city, day=9)).is_empty()


@pytest.mark.parametrize("dx", ["I63.900", "S06.000", "K85.900", "C34.900", "O80.000"])
def test_courses_that_need_repeated_pictures_are_lawful(city, dx):
    assert found(repeat_imaging, draw(city, dx=dx)).is_empty()


def test_an_operation_in_the_stay_explains_a_second_picture(city):
    operated = "".join(f"O{n} | M{n} | 2024-03-02 | 003304060050000 | | 1\n" for n in range(10))
    assert found(repeat_imaging, draw(city, extra=operated)).is_empty()


def test_refunded_repeats_are_no_repeats(city):
    back = "".join(f"R{n} | M{n} | 2024-03-05 | {CT} | B{n} | -1\n" for n in range(6))
    assert found(repeat_imaging, draw(city, extra=back)).is_empty()


def test_two_pictures_of_one_day_are_one_examination(city):
    assert found(repeat_imaging, draw(city, day=1)).is_empty()


def test_a_visit_without_a_diagnosis_is_judged_by_its_lines(city):
    assert found(repeat_imaging, draw(city, dx="-")).height == 6


@pytest.mark.parametrize(("beside", "hits"), [("J90.x00", 0), ("J96.000", 0), ("I10.x00", 6)])
def test_an_effusion_beside_the_main_diagnosis_is_followed_by_pictures(city, beside, hits):
    lists = "".join(f"D{n} | SM{n} | P{n} | 0 | {beside}\n" for n in range(10))
    stays = HEAD + "".join(f"M{n} | P{n} | H1 | 2024-03-01 | 2024-03-20 | J18.900\n" for n in range(10))
    stays += "".join(f"C{n} | Q{n} | H2 | 2024-03-01 | 2024-03-10 | J18.900\n" for n in range(40))
    fees = FEES + "".join(f"A{n} | M{n} | 2024-03-01 | {CT} | | 1\n" for n in range(10))
    fees += "".join(f"B{n} | M{n} | 2024-03-04 | {CT} | | 1\n" for n in range(6))
    fees += "".join(f"H{n} | C{n} | 2024-03-02 | {CT} | | 1\n" for n in range(40))
    settled = "setl_id | mdtrt_id | psn_no | fixmedins_code\n" + "".join(f"SM{n} | M{n} | P{n} | H1\n" for n in range(10))
    diagnoses = "setl_list_diag_id | setl_id | psn_no | maindiag_flag | diag_code\n" + lists
    t = city(mdtrt_d=stays, fee_list_d=fees, mdcs_fund_setl_list_d=settled, mdcs_fund_setl_list_diag_d=diagnoses)
    assert found(repeat_imaging, t).height == hits
