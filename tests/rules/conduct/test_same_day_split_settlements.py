"""One visit, many settlements, as a habit of the house."""

from __future__ import annotations

import pytest

from models.rules.conduct.same_day_split_settlements import same_day_split_settlements
from tests.rules.conduct.draw import HD, day, table
from tests.rules.support import found, lines_of

VISIT = "mdtrt_id psn_no fixmedins_code med_type begntime endtime adm_dept_codg chfpdr_code dise_no"
FEE = "bkkp_sn mdtrt_id fee_ocur_time hilist_code pric cnt init_feedetl_sn"
DRUG = "XC07ABM102A010010101111"


def house(city, *, minutes: int = 20, dept: str = "A1", doctor: str = "D1", kind: str = "11", disease: str = "", groups: int = 6, back=(), code=DRUG):
    """H1 settles ``groups`` persons' visits twice, ``minutes`` apart; H2 settles 200 visits once."""
    visits, fees = [], []
    for n in range(groups):
        for part in (0, 1):
            time = f"{day(n)} {9 + part * minutes // 60:02d}:{part * minutes % 60:02d}"
            place = ("A1", "D1", "11", "") if part == 0 else (dept, doctor, kind, disease)
            visits.append((f"M{n}{part}", f"P{n}", "H1", place[2], time, time, place[0], place[1], place[3] or None))
            fees.append((f"L{n}{part}", f"M{n}{part}", time, code, 50, 1, None))
    for n in range(200):
        visits.append((f"Q{n}", f"R{n}", "H2", "11", f"{day(n % 60)} 10:00", f"{day(n % 60)} 10:00", "A1", "D2", None))
        fees.append((f"K{n}", f"Q{n}", f"{day(n % 60)} 10:00", DRUG, 50, 1, None))
    return city(mdtrt_d=table(VISIT, visits), fee_list_d=table(FEE, [*fees, *back]))


def test_two_settlements_minutes_apart_again_and_again_are_found_with_the_later_lines(city):
    findings = found(same_day_split_settlements, house(city))
    assert lines_of(findings) == [[f"L{n}1"] for n in range(6)]
    assert findings["related_bkkp_sns"].to_list()[0] == ["L00"]
    assert findings.select("fixmedins_code", "amount_at_issue", "fund_loss").row(0) == ("H1", 50.0, 35.0)


@pytest.mark.parametrize(("minutes", "hits"), [(60, 6), (61, 0)])
def test_an_hour_is_the_boundary(city, minutes, hits):
    assert found(same_day_split_settlements, house(city, minutes=minutes)).height == hits


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("another department and physician", {"dept": "B2", "doctor": "D9"}),
        ("a chronic-disease prescription beside an ordinary one", {"kind": "14", "disease": "M03900"}),
        ("four persons are no habit", {"groups": 4}),
        ("dialysis is settled session by session", {"code": HD}),
    ],
)
def test_lawful_reasons_for_two_settlements(city, why, change):
    assert found(same_day_split_settlements, house(city, **change)).is_empty(), why


def test_refunded_settlements_break_the_chain(city):
    back = [(f"B{n}", f"M{n}1", f"{day(n)} 12:00", DRUG, 50, -1, f"L{n}1") for n in range(6)]
    assert found(same_day_split_settlements, house(city, back=back)).is_empty()


def test_a_habit_of_the_whole_tier_is_nobody_s_fault(city):
    visits, fees = [], []
    for house_ in ("H1", "H2"):
        for n in range(6):
            for part in (0, 1):
                key = f"{house_}{n}{part}"
                time = f"{day(n)} 09:{part * 20:02d}"
                visits.append((key, f"P{house_}{n}", house_, "11", time, time, "A1", "D1", None))
                fees.append((f"L{key}", key, time, DRUG, 50, 1, None))
    t = city(mdtrt_d=table(VISIT, visits), fee_list_d=table(FEE, fees))
    assert found(same_day_split_settlements, t).is_empty()


def clinic(city, *, across: int, elsewhere: int = 0):
    """H1 settles six persons twice under one department and ``across`` more under two; H2 ``elsewhere`` of 200 under two."""
    visits, fees = [], []

    def settled(key: str, person: str, at: str, n: int, time: str, dept: str, doctor: str):
        visits.append((key, person, at, "11", f"{day(n)} {time}", f"{day(n)} {time}", dept, doctor, None))
        fees.append((f"L{key}", key, f"{day(n)} {time}", DRUG, 50, 1, None))

    for n in range(6 + across):
        settled(f"M{n:02d}a", f"P{n}", "H1", n, "09:00", "A1", "D1")
        settled(f"M{n:02d}b", f"P{n}", "H1", n, "09:20", "A1" if n < 6 else "B2", "D1" if n < 6 else "D9")
    for n in range(200):
        settled(f"Q{n:03d}a", f"R{n}", "H2", n % 60, "09:00", "A1", "D2")
        if n < elsewhere:
            settled(f"Q{n:03d}b", f"R{n}", "H2", n % 60, "09:20", "B2", "D3")
    return city(mdtrt_d=table(VISIT, visits), fee_list_d=table(FEE, fees))


def test_in_a_house_that_splits_a_department_more_on_the_form_is_no_excuse(city):
    assert lines_of(found(same_day_split_settlements, clinic(city, across=4))) == [[f"LM{n:02d}b"] for n in range(10)]


def test_where_patients_of_two_departments_are_usual_only_the_same_department_counts(city):
    assert lines_of(found(same_day_split_settlements, clinic(city, across=4, elsewhere=80))) == [[f"LM{n:02d}b"] for n in range(6)]
