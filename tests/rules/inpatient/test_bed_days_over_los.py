"""More bed or nursing days than the stay had."""

from __future__ import annotations

from models.rules.inpatient.bed_days_over_los import bed_days_over_los
from tests.rules.support import found, lines_of

STAY = """
    mdtrt_id | begntime         | endtime
    M1       | 2024-03-01 09:00 | 2024-03-04 10:00
"""


def beds(*rows: str) -> str:
    return "bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code | cnt | pric\n" + "\n".join(rows)


def test_five_bed_days_in_a_stay_of_three_nights_are_one_too_many(city):
    t = city(mdtrt_d=STAY, fee_list_d=beds("L1 | M1 | 2024-03-01 | 001109000010000 | 5 | 40"))
    findings = found(bed_days_over_los, t)
    assert lines_of(findings) == [["L1"]]
    assert findings.select("amount_at_issue", "fund_loss").row(0) == (40.0, 28.0)
    assert findings["certainty"].to_list() == ["definite"]


def test_four_bed_days_in_a_stay_of_three_nights_are_the_boundary_and_lawful(city):
    t = city(mdtrt_d=STAY, fee_list_d=beds("L1 | M1 | 2024-03-01 | 001109000010000 | 4 | 40"))
    assert found(bed_days_over_los, t).is_empty()


def test_two_beds_on_each_day_are_surplus_even_with_different_codes(city):
    rows = [f"A{d} | M1 | 2024-03-0{d} | 001109000010000 | 1 | 40" for d in (1, 2, 3)]
    rows += [f"B{d} | M1 | 2024-03-0{d} | 001109000010200 | 1 | 40" for d in (1, 2, 3)]
    findings = found(bed_days_over_los, city(mdtrt_d=STAY, fee_list_d=beds(*rows)))
    assert findings["amount_at_issue"].to_list() == [80.0]
    assert len(lines_of(findings)[0]) == 2


def test_a_move_to_intensive_care_may_charge_both_beds_on_its_day(city):
    rows = [f"A{d} | M1 | 2024-03-0{d} | 001109000010000 | 1 | 40" for d in (1, 2, 3, 4)]
    rows.append("B2 | M1 | 2024-03-02 | 001109000030000 | 1 | 200")
    assert found(bed_days_over_los, city(mdtrt_d=STAY, fee_list_d=beds(*rows))).is_empty()


def test_the_newborns_cot_beside_the_mothers_bed_is_lawful(city):
    rows = [f"A{d} | M1 | 2024-03-0{d} | 001109000010000 | 1 | 40" for d in (1, 2, 3)]
    rows += [f"B{d} | M1 | 2024-03-0{d} | 001109000010600 | 1 | 10" for d in (1, 2, 3)]
    assert found(bed_days_over_los, city(mdtrt_d=STAY, fee_list_d=beds(*rows))).is_empty()


def test_a_refunded_bed_day_counts_for_nothing(city):
    t = city(
        mdtrt_d=STAY,
        fee_list_d="""
            bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code     | cnt | pric | init_feedetl_sn
            L1      | M1       | 2024-03-01    | 001109000010000 | 5   | 40   |
            L2      | M1       | 2024-03-04    | 001109000010000 | -1  | 40   | L1
        """,
    )
    assert found(bed_days_over_los, t).is_empty()


def test_the_same_evidence_gives_the_same_finding_once(city):
    draw = {"mdtrt_d": STAY, "fee_list_d": beds("L1 | M1 | 2024-03-01 | 001109000010000 | 6 | 40")}
    first, second = (found(bed_days_over_los, city(**draw)) for _ in range(2))
    assert first.height == 1
    assert first["finding_id"].to_list() == second["finding_id"].to_list()


def test_a_stay_without_an_end_or_with_an_end_before_its_beginning_is_not_judged(city):
    t = city(
        mdtrt_d="""
            mdtrt_id | begntime   | endtime    | inhosp_stas
            M1       | 2024-03-01 | -          | 1
            M2       | 2024-03-09 | 2024-03-02 | 0
        """,
        fee_list_d=beds("L1 | M1 | 2024-03-01 | 001109000010000 | 30 | 40", "L2 | M2 | 2024-03-05 | 001109000010000 | 7 | 40"),
    )
    assert found(bed_days_over_los, t).is_empty()
