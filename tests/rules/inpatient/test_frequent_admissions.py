"""Admitted again and again without urgency, operation, cycle or plan."""

from __future__ import annotations

import pytest

from models.rules.inpatient.frequent_admissions import frequent_admissions
from tests.rules.support import found

HEAD = "mdtrt_id | psn_no | fixmedins_code | begntime | endtime | dscg_maindiag_code | med_type\n"


def draw(
    city,
    number: int = 6,
    *,
    dx: str = "I67.900",
    med_type: str = "21",
    code: str = "001204000060000",
    years: bool = False,
    back: bool = False,
    end: str = "09",
):
    stays = HEAD + "".join(
        f"M{n} | P1 | H1 | {2023 + n // 4 if years else 2024}-{1 + n:02d}-01 | "
        + (f"{2023 + n // 4 if years else 2024}-{1 + n:02d}-{end}" if end != "-" else "-")
        + f" | {dx} | {med_type}\n"
        for n in range(number)
    )
    fees = "bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code | cnt | init_feedetl_sn\n" + "".join(
        f"L{n} | M{n} | 2024-{1 + n:02d}-02 | {code} | 1 |\n" + (f"R{n} | M{n} | 2024-{1 + n:02d}-03 | {code} | -1 | L{n}\n" if back else "")
        for n in range(number)
    )
    return city(mdtrt_d=stays, fee_list_d=fees)


def test_six_unexplained_stays_in_a_year_are_one_finding_of_all(city):
    findings = found(frequent_admissions, draw(city))
    assert findings.select("fixmedins_code", "psn_no", "amount_at_issue", "fund_loss").rows() == [("H1", "P1", 60.0, 42.0)]


def test_five_are_the_nearest_miss(city):
    assert found(frequent_admissions, draw(city, 5)).is_empty()


@pytest.mark.parametrize("change", [{"dx": "Z51.102"}, {"dx": "O47.000"}, {"med_type": "24"}, {"code": "003304060050000"}])
def test_cycles_maternity_emergencies_and_operations_are_lawful(city, change):
    assert found(frequent_admissions, draw(city, **change)).is_empty()


def test_stays_spread_over_years_are_not_frequent(city):
    assert found(frequent_admissions, draw(city, 6, years=True), window_days=200).is_empty()


def test_refunded_stays_did_not_happen(city):
    assert found(frequent_admissions, draw(city, back=True)).is_empty()


def test_a_person_is_found_once_even_when_several_windows_reach_the_limit(city):
    assert found(frequent_admissions, draw(city, 8)).height == 1


def test_stays_without_an_end_do_not_count(city):
    assert found(frequent_admissions, draw(city, end="-")).is_empty()
