"""The same tests for every outpatient, whatever the disease."""

from __future__ import annotations

from models.rules.conduct.outpatient_panel_for_all import outpatient_panel_for_all
from tests.rules.support import found

PAIR = ("002504040010000", "002203020010000")
DISEASES = ("J06.900", "K29.700", "M54.500", "L03.107")


def clinic(house: str, tests: tuple[str, ...], *, visits: int = 20, diseases: tuple[str, ...] = DISEASES, med_type: str = "11", out: str = "0"):
    """Outpatient visits of one house whose diseases go round, each with a consultation and the tests."""
    rows = fees = ""
    for n in range(visits):
        visit = f"{house}V{n}"
        rows += f"{visit} | {house}P{n} | {house} | {med_type} | 2024-03-01 | {diseases[n % len(diseases)]}\n"
        fees += "".join(f"{visit}L{k} | {visit} | {code} | 2024-03-01 | {out} | | 1\n" for k, code in enumerate(("001102000010000", *tests)))
    return rows, fees


def lake(city, *clinics: tuple[str, str], more: str = ""):
    visits = "mdtrt_id | psn_no | fixmedins_code | med_type | begntime | dscg_maindiag_code\n" + "".join(v for v, _ in clinics)
    fees = "bkkp_sn | mdtrt_id | hilist_code | fee_ocur_time | etip_flag | init_feedetl_sn | cnt\n" + "".join(f for _, f in clinics) + more
    return city(mdtrt_d=visits, fee_list_d=fees)


PEERS = (clinic("H7", (), visits=80), clinic("H8", (), visits=80))


def test_two_tests_hardly_done_elsewhere_for_patients_of_four_chapters_are_a_panel(city):
    findings = found(outpatient_panel_for_all, lake(city, clinic("H1", PAIR), *PEERS))
    assert findings.height == 20
    assert findings["fixmedins_code"].unique().to_list() == ["H1"]
    assert findings.filter(mdtrt_id="H1V0")["bkkp_sns"].to_list() == [["H1V0L1", "H1V0L2"]]


def test_one_unusual_test_is_a_habit_of_diagnosis(city):
    assert found(outpatient_panel_for_all, lake(city, clinic("H1", PAIR[:1]), *PEERS)).is_empty()


def test_fourteen_patients_are_no_routine(city):
    assert found(outpatient_panel_for_all, lake(city, clinic("H1", PAIR, visits=14), *PEERS)).is_empty()
    assert found(outpatient_panel_for_all, lake(city, clinic("H1", PAIR, visits=15), *PEERS)).height == 15


def test_a_pathway_for_the_diseases_of_two_chapters_is_lawful(city):
    assert found(outpatient_panel_for_all, lake(city, clinic("H1", PAIR, diseases=DISEASES[:2]), *PEERS)).is_empty()


def test_emergencies_and_tests_sent_out_are_not_judged(city):
    assert found(outpatient_panel_for_all, lake(city, clinic("H1", PAIR, med_type="13"), *PEERS)).is_empty()
    assert found(outpatient_panel_for_all, lake(city, clinic("H1", PAIR, out="1"), *PEERS)).is_empty()


def test_what_the_other_houses_do_for_the_same_diseases_is_the_standard(city):
    assert found(outpatient_panel_for_all, lake(city, clinic("H1", PAIR), clinic("H7", PAIR, visits=80), clinic("H8", (), visits=80))).is_empty()


def test_tests_taken_back_were_not_charged(city):
    back = "".join(f"R{n} | H1V{n} | {PAIR[0]} | 2024-03-01 | 0 | H1V{n}L1 | -1\n" for n in range(20))
    assert found(outpatient_panel_for_all, lake(city, clinic("H1", PAIR), *PEERS, more=back)).is_empty()


def test_a_test_charged_twice_at_one_visit_is_one_odd_test(city):
    assert found(outpatient_panel_for_all, lake(city, clinic("H1", (PAIR[0], PAIR[0])), *PEERS)).is_empty()


def test_a_visit_without_a_disease_is_not_judged(city):
    assert found(outpatient_panel_for_all, lake(city, clinic("H1", PAIR, diseases=("-",)), *PEERS)).is_empty()
