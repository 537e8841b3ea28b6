"""The same people in one house again and again, for one mild disease after the other."""

from __future__ import annotations

from models.rules.inpatient.returning_patients import returning_patients
from tests.rules.support import found

BACK, CHEST, PRESSURE = "M51.202", "J20.900", "I10.x00"


def village(
    house: str, returning: int, *, single: int = 20, diseases: tuple[str, str] = (BACK, CHEST), code: str = "001204000060000", way: str = "1"
) -> tuple[str, str]:
    """``returning`` persons with two stays each, and ``single`` with one."""
    visits = fees = ""
    stays = [(f"R{n}", f"A{n}", "2024-03", diseases[0]) for n in range(returning)]
    stays += [(f"R{n}", f"B{n}", "2024-06", diseases[1]) for n in range(returning)]
    stays += [(f"Q{n}", f"C{n}", "2024-04", BACK) for n in range(single)]
    for person, stay, month, dx in stays:
        visits += f"{house}{stay} | {house}{person} | {house} | {month}-01 | {month}-08 | {dx} | {way}\n"
        fees += f"{house}{stay}L | {house}{stay} | {code} | {month}-02\n"
    return visits, fees


def lake(city, *villages: tuple[str, str], **tables: str):
    visits = "mdtrt_id | psn_no | fixmedins_code | begntime | endtime | dscg_maindiag_code | dscg_way\n" + "".join(v for v, _ in villages)
    fees = "bkkp_sn | mdtrt_id | hilist_code | fee_ocur_time\n" + "".join(f for _, f in villages)
    return city(mdtrt_d=visits, fee_list_d=fees, **tables)


PEERS = (village("H7", 1, single=60), village("H8", 0, single=60))


def test_eight_people_with_two_unlike_mild_diseases_each_are_found_with_all_their_stays(city):
    findings = found(returning_patients, lake(city, village("H1", 8), *PEERS))
    assert findings.height == 16
    assert findings["fixmedins_code"].unique().to_list() == ["H1"]


def test_four_people_are_the_nearest_miss(city):
    assert found(returning_patients, lake(city, village("H1", 4, single=5), *PEERS)).is_empty()


def test_one_disease_that_comes_back_is_a_chronic_patient(city):
    assert found(returning_patients, lake(city, village("H1", 8, diseases=(PRESSURE, PRESSURE)), *PEERS)).is_empty()


def test_grave_diseases_bring_people_back(city):
    assert found(returning_patients, lake(city, village("H1", 8, diseases=("I63.900", "J18.900")), *PEERS)).is_empty()


def test_where_the_other_houses_see_their_people_as_often_it_is_the_town(city):
    assert found(returning_patients, lake(city, village("H1", 8), village("H7", 20, single=40), village("H8", 20, single=40))).is_empty()


def test_operations_transfers_and_deaths_are_not_counted(city):
    assert found(returning_patients, lake(city, village("H1", 8, code="003304060050000"), *PEERS)).is_empty()
    assert found(returning_patients, lake(city, village("H1", 8, way="2"), *PEERS)).is_empty()


def test_a_stay_whose_settlement_was_refunded_in_whole_did_not_happen(city):
    settled = "setl_id | mdtrt_id | refd_setl_flag | init_setl_id | medfee_sumamt | inscp_amt | fund_pay_sumamt\n" + "".join(
        f"SH1B{n} | H1B{n} | 0 | | 10 | 10 | 7\nSH1B{n}R | H1B{n} | 1 | SH1B{n} | -10 | -10 | -7\n" for n in range(8)
    )
    assert found(returning_patients, lake(city, village("H1", 8), *PEERS, setl_d=settled)).is_empty()


def test_a_stay_without_a_disease_is_not_judged(city):
    assert found(returning_patients, lake(city, village("H1", 8, diseases=("-", "-")), *PEERS)).is_empty()
