"""The dearer of two services instead of the usual one."""

from __future__ import annotations

import pytest

from models.rules.conduct.dearer_service_instead import dearer_service_instead
from tests.rules.support import found

DRY, ENZYME = ("002503020010003", "葡萄糖测定(干化学法)", 12), ("002503020010001", "葡萄糖测定(酶法)", 5)
HEAD = "bkkp_sn | mdtrt_id | psn_no | fixmedins_code | hilist_code | hilist_name | fee_ocur_time | pric | cnt | init_feedetl_sn\n"


def laboratory(house: str, dear: int, usual: int, *, price: int = DRY[2]) -> tuple[str, str]:
    """Outpatient visits with one test each, the first ``dear`` of them by the dearer method."""
    visits = fees = ""
    for n in range(dear + usual):
        code, name, pric = (DRY[0], DRY[1], price) if n < dear else ENZYME
        visits += f"{house}V{n} | {house}P{n} | {house} | 11 | 2024-03-01 | 2024-03-01 | E11.900\n"
        fees += f"{house}L{n} | {house}V{n} | {house}P{n} | {house} | {code} | {name} | 2024-03-01 | {pric} | 1 |\n"
    return visits, fees


def lake(city, *houses: tuple[str, str], more: str = "", dx: str = "E11.900"):
    visits = "mdtrt_id | psn_no | fixmedins_code | med_type | begntime | endtime | dscg_maindiag_code\n" + "".join(v for v, _ in houses)
    return city(mdtrt_d=visits.replace("E11.900", dx), fee_list_d=HEAD + "".join(f for _, f in houses) + more)


PEERS = (laboratory("H7", 2, 40), laboratory("H8", 0, 40))


def test_a_laboratory_that_bills_the_dearer_method_for_nearly_everybody_is_found(city):
    findings = found(dearer_service_instead, lake(city, laboratory("H1", 18, 2), *PEERS))
    assert findings.height == 18
    assert findings.select("amount_at_issue", "fund_loss").row(0) == (12.0, 4.9)
    assert "每次较葡萄糖测定(酶法)多收7.00元" in findings["evidence"][0]


@pytest.mark.parametrize(("dear", "usual", "hits"), [(8, 12, 8), (7, 12, 0), (8, 40, 0)])
def test_few_uses_or_a_small_share_are_taste(city, dear, usual, hits):
    assert found(dearer_service_instead, lake(city, laboratory("H1", dear, usual), *PEERS)).height == hits


def test_where_others_use_the_dear_one_half_of_the_time_it_is_usual(city):
    others = (laboratory("H7", 30, 30), laboratory("H8", 28, 32))
    assert found(dearer_service_instead, lake(city, laboratory("H1", 16, 4), *others)).is_empty()


def test_a_method_that_costs_a_tenth_more_is_no_gain(city):
    assert found(dearer_service_instead, lake(city, laboratory("H1", 18, 2, price=5.5), *PEERS)).is_empty()


def test_few_uses_elsewhere_prove_nothing(city):
    assert found(dearer_service_instead, lake(city, laboratory("H1", 18, 2), laboratory("H7", 0, 9))).is_empty()


def test_tests_taken_back_were_not_charged(city):
    back = "".join(f"R{n} | H1V{n} | H1P{n} | H1 | {DRY[0]} | {DRY[1]} | 2024-03-02 | 12 | -1 | H1L{n}\n" for n in range(18))
    assert found(dearer_service_instead, lake(city, laboratory("H1", 18, 2), *PEERS, more=back)).is_empty()


def test_a_visit_without_a_disease_is_not_judged(city):
    assert found(dearer_service_instead, lake(city, laboratory("H1", 18, 2), *PEERS, dx="-")).is_empty()
