"""High grades of nursing for everybody, whatever the condition."""

from __future__ import annotations

from models.rules.inpatient.nursing_grade_for_all import nursing_grade_for_all
from tests.rules.support import found

FIRST, SECOND, INTENSIVE_BED = "001201000030000", "001201000040000", "001109000030000"
DISEASES = ("I10.x00", "J18.900", "M51.202", "K80.100")


def ward(
    house: str, grades: str, *, stays: int = 12, diseases: tuple[str, ...] = DISEASES, bed: str = "001109000010000", way: str = "1"
) -> tuple[str, str]:
    """Stays of one house whose diseases go round; ``grades`` has one figure a day, 1 or 2. Grade I costs 36, II 18."""
    visits = fees = ""
    for n in range(stays):
        stay = f"{house}S{n}"
        visits += f"{stay} | {house}P{n} | {house} | 2024-03-01 | 2024-03-06 | {diseases[n % len(diseases)]} | {way}\n"
        fees += f"{stay}B | {stay} | {bed} | 2024-03-01 | | 5 | 40\n"
        for k, grade in enumerate(grades, 1):
            fees += f"{stay}L{k} | {stay} | {FIRST if grade == '1' else SECOND} | 2024-03-0{k} | | 1 | {36 if grade == '1' else 18}\n"
    return visits, fees


def lake(city, *wards: tuple[str, str], more: str = ""):
    visits = "mdtrt_id | psn_no | fixmedins_code | begntime | endtime | dscg_maindiag_code | dscg_way\n" + "".join(v for v, _ in wards)
    fees = "bkkp_sn | mdtrt_id | hilist_code | fee_ocur_time | init_feedetl_sn | cnt | pric\n" + "".join(f for _, f in wards) + more
    return city(mdtrt_d=visits, fee_list_d=fees)


PEERS = (ward("H7", "12222", stays=40), ward("H8", "22222", stays=40))


def test_grade_one_on_most_days_of_all_patients_is_found_and_costs_what_exceeds_grade_two(city):
    findings = found(nursing_grade_for_all, lake(city, ward("H1", "11112"), *PEERS))
    assert findings.height == 12
    one = findings.filter(mdtrt_id="H1S0")
    assert one["bkkp_sns"].to_list() == [["H1S0L1", "H1S0L2", "H1S0L3", "H1S0L4"]]
    assert one.select("amount_at_issue", "fund_loss").row(0) == (144.0, 50.4)


def test_grade_one_on_half_of_the_days_or_on_two_is_watching_a_new_patient(city):
    assert found(nursing_grade_for_all, lake(city, ward("H1", "1122"), *PEERS)).is_empty()
    assert found(nursing_grade_for_all, lake(city, ward("H1", "11"), *PEERS)).is_empty()


def test_one_patient_in_six_may_be_gravely_ill(city):
    assert found(nursing_grade_for_all, lake(city, ward("H1", "11112", stays=4), ward("H1b", "22222"), *PEERS)).is_empty()


def test_what_the_other_houses_do_for_the_same_diseases_is_the_standard(city):
    assert found(nursing_grade_for_all, lake(city, ward("H1", "11112"), ward("H7", "11112", stays=40), PEERS[1])).is_empty()


def test_intensive_care_strokes_and_the_dying_need_it(city):
    assert found(nursing_grade_for_all, lake(city, ward("H1", "11112", bed=INTENSIVE_BED), *PEERS)).is_empty()
    assert found(nursing_grade_for_all, lake(city, ward("H1", "11112", way="5"), *PEERS)).is_empty()
    strokes = ("I63.900", "S72.000", "G82.100")
    assert found(nursing_grade_for_all, lake(city, ward("H1", "11112", diseases=strokes), *PEERS)).is_empty()


def test_days_taken_back_were_not_charged(city):
    back = "".join(f"R{n}{k} | H1S{n} | {FIRST} | 2024-03-05 | H1S{n}L{k} | -1 | 36\n" for n in range(12) for k in (1, 2))
    assert found(nursing_grade_for_all, lake(city, ward("H1", "11112"), *PEERS, more=back)).is_empty()


def test_a_stay_without_a_disease_is_not_judged(city):
    assert found(nursing_grade_for_all, lake(city, ward("H1", "11112", diseases=("-",)), *PEERS)).is_empty()
