"""One panel of tests for everybody, whatever the disease."""

from __future__ import annotations

from models.rules.inpatient.panel_for_all import panel_for_all
from tests.rules.support import found

PANEL = ("002504040010000", "002504040020000", "002503090010000")
ROUTINE = "002501010150000"
DISEASES = ("I10.x00", "J18.900", "M51.202", "K80.100")


def ward(house: str, tests: tuple[str, ...], *, stays: int = 12, diseases: tuple[str, ...] = DISEASES, outcome: str = "1") -> tuple[str, str]:
    """Stays of one house whose diseases go round, each with the tests."""
    visits = fees = ""
    for n in range(stays):
        stay = f"{house}S{n}"
        visits += f"{stay} | {house}P{n} | {house} | 2024-03-01 | 2024-03-06 | {diseases[n % len(diseases)]} | {outcome}\n"
        fees += "".join(f"{stay}L{k} | {stay} | {code} | 2024-03-02\n" for k, code in enumerate((ROUTINE, *tests)))
    return visits, fees


def lake(city, *wards: tuple[str, str]):
    visits = "mdtrt_id | psn_no | fixmedins_code | begntime | endtime | dscg_maindiag_code | dscg_way\n" + "".join(v for v, _ in wards)
    return city(mdtrt_d=visits, fee_list_d="bkkp_sn | mdtrt_id | hilist_code | fee_ocur_time\n" + "".join(f for _, f in wards))


PEERS = (ward("H7", (), stays=40), ward("H8", (), stays=40))


def test_three_tests_hardly_done_elsewhere_for_patients_of_four_chapters_are_a_panel(city):
    findings = found(panel_for_all, lake(city, ward("H1", PANEL), *PEERS))
    assert findings.height == 12
    assert findings["fixmedins_code"].unique().to_list() == ["H1"]
    assert findings.filter(mdtrt_id="H1S0")["bkkp_sns"].to_list() == [["H1S0L1", "H1S0L2", "H1S0L3"]]


def test_two_unusual_tests_are_a_habit_of_diagnosis(city):
    assert found(panel_for_all, lake(city, ward("H1", PANEL[:2]), *PEERS)).is_empty()


def test_three_patients_are_no_routine(city):
    assert found(panel_for_all, lake(city, ward("H1", PANEL, stays=3), *PEERS)).is_empty()
    assert found(panel_for_all, lake(city, ward("H1", PANEL, stays=4), *PEERS)).height == 4


def some_incomplete(panel: tuple[str, ...]) -> tuple[str, str]:
    """Eight stays with the whole panel and four more with ``panel``."""
    whole, part = ward("H1", PANEL, stays=8), ward("Hx", panel, stays=4)
    return whole[0] + part[0].replace("| Hx |", "| H1 |"), whole[1] + part[1]


def test_where_the_panel_is_a_habit_a_stay_with_two_of_its_tests_is_found_too_and_one_with_one_is_not(city):
    assert found(panel_for_all, lake(city, some_incomplete(PANEL[:2]), *PEERS)).height == 12
    assert found(panel_for_all, lake(city, some_incomplete(PANEL[:1]), *PEERS)).height == 8


def test_a_pathway_for_the_diseases_of_two_chapters_is_lawful(city):
    assert found(panel_for_all, lake(city, ward("H1", PANEL, diseases=DISEASES[:2]), *PEERS)).is_empty()


def test_what_the_other_houses_do_for_the_same_diseases_is_the_standard(city):
    assert found(panel_for_all, lake(city, ward("H1", PANEL), ward("H7", PANEL, stays=40), ward("H8", (), stays=40))).is_empty()


def test_the_dying_are_tested_for_good_reason(city):
    assert found(panel_for_all, lake(city, ward("H1", PANEL, outcome="5"), *PEERS)).is_empty()


def test_a_house_alone_of_its_kind_has_no_peers_and_is_not_judged(city):
    assert found(panel_for_all, lake(city, ward("H1", PANEL))).is_empty()


def test_diseases_that_the_peers_do_not_treat_are_not_judged(city):
    others = tuple(ward(house, (), stays=40, diseases=("C34.900",)) for house in ("H7", "H8"))
    assert found(panel_for_all, lake(city, ward("H1", PANEL), *others)).is_empty()


def drawn_anew(house: str, tests: int, stays: int = 12, of: int = 9) -> tuple[str, str]:
    """Stays of four diseases; the first ``of`` have ``tests`` unusual tests each, no two the same."""
    wards = [ward(f"{house}{n}", tuple(f"0025{n:02d}{k:02d}0010000" for k in range(tests if n < of else 0)), stays=1) for n in range(stays)]
    visits = "".join(v for v, _ in wards)
    fees = "".join(f for _, f in wards)
    for n in range(stays):
        visits = visits.replace(f"| {house}{n} |", f"| {house} |")
    # the one disease of a ward of one stay goes round by hand
    rows = [row.replace(DISEASES[0], DISEASES[n % len(DISEASES)]) for n, row in enumerate(visits.splitlines())]
    return "\n".join(rows) + "\n", fees


def test_tests_that_hardly_anybody_does_need_not_be_the_same_for_every_patient(city):
    findings = found(panel_for_all, lake(city, drawn_anew("H1x", 3), *PEERS))
    assert findings.height == 9
    assert findings["fixmedins_code"].unique().to_list() == ["H1x"]


def test_two_of_them_a_stay_are_none(city):
    assert found(panel_for_all, lake(city, drawn_anew("H1x", 2), *PEERS)).is_empty()


def test_a_test_that_one_in_ten_of_the_others_has_is_unusual_but_not_that_unusual(city):
    others = ward("H9x", (), stays=40)
    asked = "".join(f"H9L{n}{k} | H9xS{n} | 0025{n:02d}{k:02d}0010000 | 2024-03-02\n" for n in range(9) for k in range(3))
    # each test once among the 40 other patients, ten of each disease
    assert found(panel_for_all, lake(city, drawn_anew("H1x", 3), (others[0], others[1] + asked))).is_empty()
