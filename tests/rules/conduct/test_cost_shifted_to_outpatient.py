"""What belongs to a case-paid stay is not billed beside it."""

from __future__ import annotations

import pytest

from models.rules.conduct.cost_shifted_to_outpatient import cost_shifted_to_outpatient
from tests.rules.conduct.draw import HD, day, table
from tests.rules.support import found, lines_of

VISIT = "mdtrt_id psn_no fixmedins_code med_type begntime endtime"
FEE = "bkkp_sn mdtrt_id fee_ocur_time hilist_code pric cnt init_feedetl_sn"
CT = "002103000010000"


def hospital(
    city, shifted: int, *, offset: int = 2, kind: str = "11", code: str = CT, case_type: str = "1", paymtd: str = "4", undo=(), early: bool = False
):
    """H1 and H2 have 20 case-paid stays of five days each; in ``shifted`` of H1's a visit is billed ``offset`` days after admission."""
    visits, fees, lists, groups = [], [], [], []
    for at in ("H1", "H2"):
        for n in range(20):
            key, psn = f"{at}-{n:02d}", f"P{at}{n}"
            visits.append((key, psn, at, "21", f"{day(10 * n)} 09:00", f"{day(10 * n + 5)} 10:00"))
            fees.append((f"B{key}", key, f"{day(10 * n + 1)} 00:00", "001109000010000", 40, 1, None))
            lists.append((f"S{key}", key, psn, at, paymtd))
            groups.append((f"S{key}", "ES35", 0.8, 4000, case_type))
            if at == "H1" and n < shifted:
                when = f"{day(10 * n + offset)} 11:00"
                visits.append((f"V{n:02d}", psn, at, kind, when, when))
                fees.append((f"C{n:02d}", f"V{n:02d}", when, code, 300, 1, None))
                if early:
                    before = f"{day(10 * n - 2)} 11:00"
                    visits.append((f"W{n:02d}", psn, at, kind, before, before))
                    fees.append((f"E{n:02d}", f"W{n:02d}", before, code, 200, 1, None))
    return city(
        mdtrt_d=table(VISIT, visits),
        fee_list_d=table(FEE, [*fees, *undo]),
        mdcs_fund_setl_list_d=table("setl_id mdtrt_id psn_no fixmedins_code hi_paymtd", lists),
        drg_setl_d=table("setl_id drg_code drg_wt drg_pay_std drg_case_type", groups),
    )


def test_examinations_billed_beside_five_stays_are_found_a_stay_each(city):
    findings = found(cost_shifted_to_outpatient, hospital(city, 5))
    assert lines_of(findings) == [[f"C{n:02d}"] for n in range(5)]
    assert findings.select("mdtrt_id", "amount_at_issue", "fund_loss").row(0) == ("H1-00", 300.0, 210.0)


def test_visits_just_before_such_stays_are_added(city):
    assert lines_of(found(cost_shifted_to_outpatient, hospital(city, 5, early=True)))[0] == ["C00", "E00"]


def test_two_stays_are_forgotten_orders(city):
    assert found(cost_shifted_to_outpatient, hospital(city, 2)).is_empty()


def test_three_of_twenty_stays_are_a_habit_only_where_chance_does_not_bring_them(city):
    assert found(cost_shifted_to_outpatient, hospital(city, 3), usual_floor=0.005).height == 3
    assert found(cost_shifted_to_outpatient, hospital(city, 3), usual_floor=0.02).is_empty()


@pytest.mark.parametrize(("offset", "hits"), [(0, 0), (1, 6), (4, 6), (5, 0), (6, 0)])
def test_the_days_of_admission_and_discharge_are_lawful(city, offset, hits):
    assert found(cost_shifted_to_outpatient, hospital(city, 6, offset=offset)).height == hits


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("chronic-disease prescriptions go on", {"kind": "14"}),
        ("dialysis goes on", {"code": HD}),
    ],
)
def test_lawful_reasons_for_visits_during_a_stay(city, why, change):
    assert found(cost_shifted_to_outpatient, hospital(city, 10, **change)).is_empty(), why


def test_stays_paid_by_item_count_as_well(city):
    assert found(cost_shifted_to_outpatient, hospital(city, 6, paymtd="1")).height == 6


def test_refunded_visits_are_gone(city):
    undo = [(f"R{n}", f"V{n:02d}", f"{day(10 * n + 2)} 12:00", CT, 300, -1, f"C{n:02d}") for n in range(4)]
    assert found(cost_shifted_to_outpatient, hospital(city, 6, undo=undo)).is_empty()
