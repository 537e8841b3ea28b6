"""More patients than approved beds."""

from __future__ import annotations

from models.rules.inpatient.beds_over_approved import beds_over_approved
from tests.rules.support import found

HEAD = "mdtrt_id | psn_no | begntime | endtime\n"


def draw(city, patients: int, *, days: int = 14, beds: str = "10", back: bool = False, doubled: bool = False, end: str = "2024-03-30"):
    stays = HEAD + "".join(f"M{n} | P{n} | 2024-03-01 | {end}\n" for n in range(patients))
    rows = []
    for n in range(patients):
        for d in range(1, days + 1):
            rows.append(f"L{n}x{d} | M{n} | 2024-03-{d:02d} | 001109000010000 | 1 |")
            if back:
                rows.append(f"R{n}x{d} | M{n} | 2024-03-{d:02d} | 001109000010000 | -1 | L{n}x{d}")
            if doubled:
                rows.append(f"D{n}x{d} | M{n} | 2024-03-{d:02d} | 001109000010200 | 1 |")
    fees = "bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code | cnt | init_feedetl_sn\n" + "\n".join(rows)
    return city(mdtrt_d=stays, fee_list_d=fees, medins_info_b=f"medins_code | aprv_bed_cnt\nH1 | {beds}\n")


def test_sixteen_patients_in_ten_beds_for_a_fortnight_are_found_with_the_surplus(city):
    findings = found(beds_over_approved, draw(city, 16))
    assert findings.select("fixmedins_code", "psn_no", "amount_at_issue").rows() == [("H1", None, 840.0)]


def test_five_corridor_beds_are_the_boundary(city):
    assert found(beds_over_approved, draw(city, 15)).is_empty()


def test_thirteen_days_are_a_bad_winter(city):
    assert found(beds_over_approved, draw(city, 16, days=13)).is_empty()


def test_a_register_without_beds_accuses_nobody(city):
    assert found(beds_over_approved, draw(city, 16, beds="-")).is_empty()
    assert found(beds_over_approved, draw(city, 16, beds="0")).is_empty()


def test_refunded_beds_were_not_occupied(city):
    assert found(beds_over_approved, draw(city, 16, back=True)).is_empty()


def test_two_bed_lines_of_one_patient_are_one_patient(city):
    assert found(beds_over_approved, draw(city, 8, doubled=True)).is_empty()


def test_patients_still_in_hospital_count_by_their_bed_days(city):
    assert found(beds_over_approved, draw(city, 16, end="-")).height == 1
