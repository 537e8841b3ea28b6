"""Pharmacists and physicians whose names stand where they do not work."""

from __future__ import annotations

import pytest

from models.rules.conduct.pharmacist_registered_twice import pharmacist_registered_twice
from models.rules.conduct.pharmacy_without_pharmacist import pharmacy_without_pharmacist
from models.rules.conduct.physician_after_leaving import physician_after_leaving
from models.rules.conduct.physician_at_two_places import physician_at_two_places
from models.rules.conduct.physician_day_impossible import physician_day_impossible
from models.rules.conduct.physician_not_registered_here import physician_not_registered_here
from models.rules.conduct.physician_working_while_inpatient import physician_working_while_inpatient
from tests.rules.conduct.draw import day, table
from tests.rules.support import found, lines_of

FEE = "bkkp_sn mdtrt_id psn_no fixmedins_code fee_ocur_time hilist_code pric bilg_dr_code cnt init_feedetl_sn"
DOCTOR = "dr_code psn_no mul_prac_flag medins_code main_pracins_no nemp_time"
PHARMACIST = "phar_code phar_prac_cert_no pracins_no reg_time expy_endtime nemp_time"
ITEM = "001102000010000"


def orders(doctor: str, at: str, days, hour: str = "10:00"):
    """One line a day ordered by ``doctor`` at ``at``."""
    return [(f"{doctor}{at}-{d}", f"M{doctor}{at}{d}", f"P{d}", at, f"{day(d)} {hour}", ITEM, 20, doctor, 1, None) for d in days]


def pharmacies(city, *rows):
    """Pharmacies PA and PB do business all through 2024."""
    business = [
        (f"L{at}{n}", f"M{at}{n}", f"P{n}", at, date, "XC07ABM102A010010101111", 20, None, 1, None)
        for at in ("PA", "PB")
        for n, date in enumerate(("2024-01-02", "2024-12-30"))
    ]
    return city(fee_list_d=table(FEE, business), phar_info_b=table(PHARMACIST, rows))


def test_a_pharmacist_registered_at_two_places_is_held_against_the_later_one(city):
    t = pharmacies(city, ("HY1", "Z1", "PA", "2020-01-01", "2030-01-01", None), ("HY1", "Z1", "PB", "2023-06-01", "2030-01-01", None))
    findings = found(pharmacist_registered_twice, t)
    assert findings.select("fixmedins_code", "kind").rows() == [("PB", "licence_rental")]


def test_a_pharmacist_registered_at_two_places_on_one_day_sends_the_auditor_to_both(city):
    t = pharmacies(city, ("HY1", "Z1", "PA", "2023-06-01", "2030-01-01", None), ("HY1", "Z1", "PB", "2023-06-01", "2030-01-01", None))
    findings = found(pharmacist_registered_twice, t)
    assert sorted(findings["fixmedins_code"]) == ["PA", "PB"]
    assert all("现场核实" in evidence for evidence in findings["evidence"])


def test_two_codes_of_one_licence_are_one_pharmacist(city):
    t = pharmacies(city, ("HY1", "Z1", "PA", "2020-01-01", "2030-01-01", None), ("HY2", "Z1", "PB", "2023-06-01", "2030-01-01", None))
    assert found(pharmacist_registered_twice, t).height == 1


@pytest.mark.parametrize(
    ("why", "old"),
    [
        ("moved on in time", ("HY1", "Z1", "PA", "2020-01-01", "2030-01-01", "2024-01-20")),
        ("the old registration had expired", ("HY1", "Z1", "PA", "2018-01-01", "2023-01-01", None)),
        ("registered twice at the same place", ("HY1", "Z1", "PB", "2020-01-01", "2030-01-01", None)),
        ("another person", ("HY9", "Z9", "PA", "2020-01-01", "2030-01-01", None)),
        ("no day of registration", ("HY1", "Z1", "PA", None, "2030-01-01", None)),
    ],
)
def test_lawful_registrations(city, why, old):
    assert found(pharmacist_registered_twice, pharmacies(city, old, ("HY1", "Z1", "PB", "2023-06-01", "2030-01-01", None))).is_empty(), why


def staffed(city, lines, *register):
    return city(fee_list_d=table(FEE, lines), dr_info_b=table(DOCTOR, register))


def on_record(city, lines, *register):
    """As ``staffed``; the data begin two months before, with another physician's order."""
    return staffed(city, [("L0", "M0", "P0", "H1", "2024-01-02 10:00", ITEM, 20, "D0", 1, None), *lines], *register)


def test_orders_after_leaving_are_found_with_their_lines(city):
    t = on_record(city, orders("D1", "H1", range(0, 20)), ("D1", None, 0, "H1", "H1", "2024-03-05"))
    findings = found(physician_after_leaving, t)
    # left on 5 March; a week's grace ends on the 12th, day 12 is the 13th
    assert lines_of(findings) == [sorted(f"D1H1-{d}" for d in range(12, 20))]
    assert findings.select("kind", "fixmedins_code").row(0) == ("licence_rental", "H1")


@pytest.mark.parametrize(
    ("why", "last", "register"),
    [
        ("two days after the grace", 14, [("D1", None, 0, "H1", "H1", "2024-03-05")]),
        ("still there by another entry", 20, [("D1", None, 0, "H1", "H1", "2024-03-05"), ("D1", None, 0, "H1", "H1", None)]),
        ("left another place", 20, [("D1", None, 0, "H2", "H2", "2024-03-05"), ("D1", None, 0, "H1", "H1", None)]),
        ("an entry older than the data was never kept up", 20, [("D1", None, 0, "H1", "H1", "2023-05-01")]),
        ("never left", 20, [("D1", None, 0, "H1", "H1", None)]),
    ],
)
def test_lawful_orders_after_a_day_of_leaving(city, why, last, register):
    assert found(physician_after_leaving, on_record(city, orders("D1", "H1", range(last)), *register)).is_empty(), why


def test_whom_two_houses_go_on_billing_may_have_been_entered_wrongly(city):
    left = [("D1", None, 1, house, "H1", "2024-03-05") for house in ("H1", "H2")]
    alone = found(physician_after_leaving, on_record(city, orders("D1", "H1", range(20)), *left))
    both = found(physician_after_leaving, on_record(city, [*orders("D1", "H1", range(20)), *orders("D1", "H2", range(14, 20))], *left))
    assert (alone.height, both.height) == (1, 2)
    assert both["strength"].max() < alone["strength"].min()
    assert both["evidence"].str.contains("须先核实离职登记").all()
    assert not alone["evidence"].str.contains("须先核实").any()


def leavers(number: int):
    """Physicians D100 and on who left H1 before the data begin and are never billed there again."""
    return [(f"D{100 + n}", None, 0, "H1", "H1", "2023-06-01") for n in range(number)]


@pytest.mark.parametrize(("others", "hits"), [(9, 1), (8, 0)])
def test_an_older_leaving_is_believed_where_at_most_a_tenth_of_them_still_bill(city, others, hits):
    t = on_record(city, orders("D1", "H1", range(20)), ("D1", None, 0, "H1", "H1", "2023-05-01"), *leavers(others))
    assert found(physician_after_leaving, t).height == hits


def test_refunded_orders_after_leaving_are_gone(city):
    undo = [(f"R{d}", f"MD1H1{d}", f"P{d}", "H1", f"{day(d)} 11:00", ITEM, 20, "D1", -1, f"D1H1-{d}") for d in range(12, 18)]
    t = on_record(city, [*orders("D1", "H1", range(20)), *undo], ("D1", None, 0, "H1", "H1", "2024-03-05"))
    assert found(physician_after_leaving, t).is_empty()


TWICE = (("D1", None, 0, "H1", "H1", None), ("D1", None, 0, "H2", "H2", None))


def test_a_physician_at_two_places_on_one_day_is_held_against_the_place_of_fewer_days(city):
    t = staffed(city, [*orders("D1", "H1", range(30)), *orders("D1", "H2", (3, 9, 12))], *TWICE)
    findings = found(physician_at_two_places, t)
    assert lines_of(findings) == [["D1H2-12", "D1H2-3", "D1H2-9"]]
    assert findings["related_bkkp_sns"].to_list() == [["D1H1-12", "D1H1-3", "D1H1-9"]]


@pytest.mark.parametrize(
    ("why", "there", "register"),
    [
        ("two common days", (3, 9), TWICE),
        ("leave for several sites", (3, 9, 12), (("D1", None, 1, "H1", "H1", None), ("D1", None, 1, "H2", "H1", None))),
        ("moved on: no common day", (40, 41, 42), TWICE),
        ("registered at one place only", (3, 9, 12), TWICE[:1]),
    ],
)
def test_lawful_work_at_two_places(city, why, there, register):
    t = staffed(city, [*orders("D1", "H1", range(30)), *orders("D1", "H2", there)], *register)
    assert found(physician_at_two_places, t).is_empty(), why


def test_the_place_that_is_not_his_main_place_answers_however_many_days_he_bills_there(city):
    register = (("D1", None, 0, "H1", "H1", None), ("D1", None, 0, "H2", "H1", None))
    t = staffed(city, [*orders("D1", "H1", (3, 9, 12)), *orders("D1", "H2", range(30))], *register)
    findings = found(physician_at_two_places, t)
    assert findings["fixmedins_code"].to_list() == ["H2"]
    assert "主执业机构" in findings["evidence"][0]


@pytest.mark.parametrize(("there", "hits"), [((3, 5, 7, 9, 11), 1), ((3, 5, 7, 9), 0), ((21, 22, 23, 24, 25), 0)])
def test_days_in_turn_at_two_places_count_like_common_ones_but_a_move_does_not(city, there, hits):
    t = staffed(city, [*orders("D1", "H1", range(0, 20, 2)), *orders("D1", "H2", there)], *TWICE)
    assert found(physician_at_two_places, t).height == hits


@pytest.mark.parametrize(("main_days", "hits"), [((40, 42, 44, 46, 48), 1), ((40, 42, 44, 46), 0)])
def test_a_rented_name_bills_all_year_and_works_at_his_main_place_between(city, main_days, hits):
    register = (("D1", None, 0, "H1", "H1", None), ("D1", None, 0, "H2", "H1", None))
    rented = [d for d in range(90) if d not in range(40, 49)] + [41, 43, 45, 47]
    t = staffed(city, [*orders("D1", "H1", main_days), *orders("D1", "H2", rented)], *register)
    assert found(physician_at_two_places, t)["fixmedins_code"].to_list() == ["H2"] * hits


@pytest.mark.parametrize(("parent", "hits"), [("H1", 0), ("H3", 1)])
def test_a_branch_of_his_hospital_is_the_same_place(city, parent, hits):
    t = city(
        fee_list_d=table(FEE, [*orders("D1", "H1", range(30)), *orders("D1", "H2", (3, 9, 12))]),
        dr_info_b=table(DOCTOR, TWICE),
        medins_info_b=table("medins_code prnt_medins_code", [("H2", parent)]),
    )
    assert found(physician_at_two_places, t).height == hits


def test_orders_of_a_physician_of_no_register_are_found(city):
    t = staffed(city, [*orders("D1", "H1", range(30)), *orders("D7", "H1", range(5))], ("D1", None, 0, "H1", "H1", None))
    findings = found(physician_not_registered_here, t)
    assert lines_of(findings) == [[f"D7H1-{d}" for d in range(5)]]
    assert "不在医师登记库" in findings["evidence"][0]


def test_a_rented_name_that_orders_nearly_everything_does_not_shake_the_register(city):
    staff = [(f"D{n}", None, 0, "H1", "H1", None) for n in (1, 2, 3, 4)]
    regular = [row for n in (1, 2, 3, 4) for row in orders(f"D{n}", "H1", range(5))]
    t = staffed(city, [*regular, *orders("D7", "H1", range(90))], *staff, ("D7", None, 0, "H2", "H2", None))
    assert [sorted(lines) for lines in lines_of(found(physician_not_registered_here, t))] == [sorted(f"D7H1-{d}" for d in range(90))]
    # a register that lacks one of four is incomplete: who stands in none may be a gap of it, who stands elsewhere is not
    few = staffed(city, [*regular, *orders("D7", "H1", range(90))], *staff[:3], ("D7", None, 0, "H2", "H2", None))
    assert [sorted(lines) for lines in lines_of(found(physician_not_registered_here, few))] == [sorted(f"D7H1-{d}" for d in range(90))]


@pytest.mark.parametrize(("others", "hits"), [(500, 1), (50, 0)])
def test_who_stands_in_no_register_is_found_at_a_small_house_where_the_citys_register_is_full(city, others, hits):
    elsewhere = orders("D2", "H2", range(others))
    t = staffed(
        city,
        [*orders("D1", "H1", range(9)), *orders("D7", "H1", range(9)), *elsewhere],
        *((f"D{n}", None, 0, f"H{n}", f"H{n}", None) for n in (1, 2)),
    )
    assert found(physician_not_registered_here, t).height == hits


@pytest.mark.parametrize(("parent", "hits"), [("H1", 0), ("H3", 1)])
def test_a_colleague_from_another_house_of_the_same_organisation_is_no_stranger(city, parent, hits):
    t = city(
        fee_list_d=table(FEE, [*orders("D1", "H1", range(9)), *orders("D7", "H1", range(9)), *orders("D7", "H2", range(20, 29))]),
        dr_info_b=table(DOCTOR, [("D1", None, 0, "H1", "H1", None), ("D7", None, 0, "H2", "H2", None)]),
        medins_info_b=table("medins_code prnt_medins_code", [("H2", parent)]),
    )
    assert found(physician_not_registered_here, t).height == hits


@pytest.mark.parametrize(
    ("why", "known", "stray", "register"),
    [
        ("four days are a locum", 30, 4, [("D1", None, 0, "H1", "H1", None)]),
        ("a register that knows half the staff is incomplete", 5, 5, [("D1", None, 0, "H1", "H1", None)]),
        ("leave for several sites", 30, 5, [("D1", None, 0, "H1", "H1", None), ("D7", None, 1, "H2", "H2", None)]),
        ("registered here too", 30, 5, [("D1", None, 0, "H1", "H1", None), ("D7", None, 0, "H1", "H1", None)]),
    ],
)
def test_lawful_orders_of_strangers(city, why, known, stray, register):
    t = staffed(city, [*orders("D1", "H1", range(known)), *orders("D7", "H1", range(stray))], *register)
    assert found(physician_not_registered_here, t).is_empty(), why


def in_bed(city, days, *, psn: str | None = "PD"):
    """Physician D1 (person PD) lies in H9 from 1 to 11 March and orders at H1 on ``days``."""
    return city(
        mdtrt_d=table("mdtrt_id psn_no fixmedins_code begntime endtime", [("S1", "PD", "H9", "2024-03-01", "2024-03-11")]),
        fee_list_d=table(FEE, orders("D1", "H1", days)),
        dr_info_b=table(DOCTOR, [("D1", psn, 0, "H1", "H1", None)]),
    )


def test_orders_from_the_own_sick_bed_are_found(city):
    assert lines_of(found(physician_working_while_inpatient, in_bed(city, (0, 1, 5, 9, 10)))) == [["D1H1-1", "D1H1-5", "D1H1-9"]]


@pytest.mark.parametrize(
    ("why", "days", "psn"), [("one day", (0, 5, 10), "PD"), ("after discharge", (12, 13, 14), "PD"), ("unknown person", (4, 5, 6), None)]
)
def test_lawful_orders_of_a_sick_physician(city, why, days, psn):
    assert found(physician_working_while_inpatient, in_bed(city, days, psn=psn)).is_empty(), why


@pytest.mark.parametrize(("visits", "days", "hits"), [(4, 5, 1), (3, 5, 0), (4, 4, 0)])
def test_more_visits_a_day_than_hours_allow_on_several_days(city, visits, days, hits):
    rows = [(f"M{d}x{n}", f"P{n}", "H1", 11, f"{day(d)} 09:00", f"{day(d)} 09:00", "D1") for d in range(days) for n in range(visits)]
    t = city(mdtrt_d=table("mdtrt_id psn_no fixmedins_code med_type begntime endtime chfpdr_code", rows))
    assert found(physician_day_impossible, t, visits_a_day_max=3).height == hits


def test_visits_without_a_physician_prove_nothing(city):
    rows = [(f"M{d}x{n}", f"P{n}", "H1", 11, f"{day(d)} 09:00", f"{day(d)} 09:00", "-") for d in range(5) for n in range(9)]
    t = city(mdtrt_d=table("mdtrt_id psn_no fixmedins_code med_type begntime endtime chfpdr_code", rows))
    assert found(physician_day_impossible, t, visits_a_day_max=3).is_empty()


def shop(city, *entries, days: int = 40, shops: int = 20):
    """PA does business on ``days`` days from 1 March; the other pharmacies too, with their pharmacists in office."""
    lines = [(f"LA{d}", f"MA{d}", f"P{d}", "PA", day(d), "XC07ABM102A010010101111", 20, None, 1, None) for d in range(days)]
    lines += [(f"LB{n}", f"MB{n}", f"P{n}", f"PB{n}", day(1), "XC07ABM102A010010101111", 20, None, 1, None) for n in range(shops)]
    others = [(f"HB{n}", f"ZB{n}", f"PB{n}", "2020-01-01", "2030-01-01", None) for n in range(shops)]
    return city(fee_list_d=table(FEE, lines), phar_info_b=table(PHARMACIST, [*entries, *others]))


LEFT, RAN_OUT = ("HY1", "Z1", "PA", "2020-01-01", "2030-01-01", "2024-02-10"), ("HY1", "Z1", "PA", "2019-02-10", "2024-02-10", None)


@pytest.mark.parametrize("entry", [LEFT, RAN_OUT])
def test_a_pharmacy_goes_on_after_its_last_pharmacist(city, entry):
    findings = found(pharmacy_without_pharmacist, shop(city, entry))
    assert findings.select("fixmedins_code", "kind", "amount_at_issue").rows() == [("PA", "licence_rental", 0.0)]
    assert "HY1" in findings["evidence"][0]


@pytest.mark.parametrize(("days", "hits"), [(30, 1), (29, 0)])
def test_thirty_days_of_business_are_the_boundary(city, days, hits):
    assert found(pharmacy_without_pharmacist, shop(city, LEFT, days=days)).height == hits


@pytest.mark.parametrize(
    ("why", "entries"),
    [
        ("a successor is in office", [LEFT, ("HY2", "Z2", "PA", "2024-02-01", None, None)]),
        ("the register does not list the pharmacy", []),
    ],
)
def test_lawful_business_of_a_pharmacy(city, why, entries):
    assert found(pharmacy_without_pharmacist, shop(city, *entries)).is_empty(), why


def test_a_register_nobody_tends_proves_nothing(city):
    lines = [(f"L{s}{d}", f"M{s}{d}", f"P{d}", f"P{s}", day(d), "XC07ABM102A010010101111", 20, None, 1, None) for s in "ABCDE" for d in range(40)]
    entries = [(f"HY{s}", f"Z{s}", f"P{s}", "2019-02-10", "2024-02-10", None) for s in "ABCDE"]
    assert found(pharmacy_without_pharmacist, city(fee_list_d=table(FEE, lines), phar_info_b=table(PHARMACIST, entries))).is_empty()
