"""Beds full of colds and high pressure."""

from __future__ import annotations

import pytest

from models.rules.inpatient.mild_diseases_admitted import mild_diseases_admitted
from tests.rules.support import found


def house(
    name: str, mild: int, grave: int, *, dx: str = "J06.900", way: str = "1", nights: int = 4, code: str = "001204000060000"
) -> tuple[str, str]:
    """``mild`` stays for ``dx`` and ``grave`` ones for pneumonia."""
    visits = fees = ""
    for n in range(mild + grave):
        visits += f"{name}S{n} | {name}P{n} | {name} | 2024-03-01 | 2024-03-{1 + nights:02d} | {dx if n < mild else 'J18.900'} | {way}\n"
        fees += f"{name}L{n} | {name}S{n} | {code} | 2024-03-02\n"
    return visits, fees


def lake(city, *houses: tuple[str, str], **tables: str):
    visits = "mdtrt_id | psn_no | fixmedins_code | begntime | endtime | dscg_maindiag_code | dscg_way\n" + "".join(v for v, _ in houses)
    fees = "bkkp_sn | mdtrt_id | hilist_code | fee_ocur_time\n" + "".join(f for _, f in houses)
    return city(mdtrt_d=visits, fee_list_d=fees, **tables)


PEERS = (house("H7", 2, 40), house("H8", 1, 40))


def test_ten_colds_among_twenty_stays_are_found_whatever_was_infused(city):
    findings = found(mild_diseases_admitted, lake(city, house("H1", 10, 10), *PEERS))
    assert findings.height == 10
    assert findings["fixmedins_code"].unique().to_list() == ["H1"]


def test_seven_are_the_nearest_miss(city):
    assert found(mild_diseases_admitted, lake(city, house("H1", 7, 7), *PEERS)).is_empty()
    assert found(mild_diseases_admitted, lake(city, house("H1", 8, 7), *PEERS)).height == 8


@pytest.mark.parametrize("change", [{"dx": "J18.900"}, {"dx": "-"}, {"way": "2"}, {"way": "5"}, {"nights": 8}, {"code": "003304060050000"}])
def test_graver_diseases_long_stays_operations_transfers_and_deaths_are_lawful(city, change):
    assert found(mild_diseases_admitted, lake(city, house("H1", 10, 10, **change), *PEERS)).is_empty()


def test_children_are_admitted_with_less(city):
    born = "psn_no | gend | brdy\n" + "".join(f"H1P{n} | 1 | 2018-01-01\n" for n in range(10))
    assert found(mild_diseases_admitted, lake(city, house("H1", 10, 10), *PEERS, psn_info_b=born)).is_empty()


def test_emergencies_are_lawful(city):
    lists = "setl_id | mdtrt_id | psn_no | fixmedins_code | adm_way_code\n" + "".join(f"SH1S{n} | H1S{n} | H1P{n} | H1 | 1\n" for n in range(10))
    assert found(mild_diseases_admitted, lake(city, house("H1", 10, 10), *PEERS, mdcs_fund_setl_list_d=lists)).is_empty()


def test_where_the_peers_admit_as_many_it_is_the_town(city):
    assert found(mild_diseases_admitted, lake(city, house("H1", 10, 10), house("H7", 15, 20), house("H8", 15, 20))).is_empty()


def test_a_stay_whose_settlement_was_refunded_in_whole_did_not_happen(city):
    settled = "setl_id | mdtrt_id | refd_setl_flag | init_setl_id | medfee_sumamt | inscp_amt | fund_pay_sumamt\n" + "".join(
        f"SH1S{n} | H1S{n} | 0 | | 10 | 10 | 7\nSH1S{n}R | H1S{n} | 1 | SH1S{n} | -10 | -10 | -7\n" for n in range(3)
    )
    assert found(mild_diseases_admitted, lake(city, house("H1", 10, 10), *PEERS, setl_d=settled)).is_empty()


def small(name: str, *counts: tuple[str, int], grave: int = 8) -> tuple[str, str]:
    """A small house that admits ``counts`` stays for each disease and ``grave`` for pneumonia."""
    parts = [house(f"{name}{dx[:3]}", n, 0, dx=dx) for dx, n in counts] + [house(f"{name}G", 0, grave)]
    visits = "".join(v for v, _ in parts)
    for dx in [dx[:3] for dx, _ in counts] + ["G"]:
        visits = visits.replace(f" | {name}{dx} | ", f" | {name} | ")
    return visits, "".join(f for _, f in parts)


COUGHS = ("J20.900", 10)
TOWN = tuple(small(f"T{n}", COUGHS) for n in range(6))


def test_in_a_town_where_all_admit_coughs_the_stiff_backs_of_one_house_stand_out(city):
    findings = found(mild_diseases_admitted, lake(city, small("H1", COUGHS, ("M54.500", 6)), *TOWN))
    assert sorted(findings["mdtrt_id"].to_list()) == [f"H1M54S{n}" for n in range(6)]


def test_four_stiff_backs_are_the_nearest_miss_and_five_must_be_a_share_of_the_house(city):
    assert found(mild_diseases_admitted, lake(city, small("H1", COUGHS, ("M54.500", 4)), *TOWN)).is_empty()
    assert found(mild_diseases_admitted, lake(city, small("H1", COUGHS, ("M54.500", 5)), *TOWN)).height == 5
    assert found(mild_diseases_admitted, lake(city, small("H1", COUGHS, ("M54.500", 5), grave=20), *TOWN)).is_empty()


def test_diseases_that_the_like_admit_now_and_then_are_no_exception(city):
    now_and_then = tuple(small(f"T{n}", COUGHS, ("M54.500", 1)) for n in range(6))
    assert found(mild_diseases_admitted, lake(city, small("H1", COUGHS, ("M54.500", 6)), *now_and_then)).is_empty()


def test_few_houses_do_not_show_what_is_admitted(city):
    assert found(mild_diseases_admitted, lake(city, small("H1", COUGHS, ("M54.500", 6)), *TOWN[:4])).is_empty()


def test_emergencies_make_the_habit_and_are_not_accused(city):
    lists = "setl_id | mdtrt_id | psn_no | fixmedins_code | adm_way_code\n" + "".join(
        f"SH1M54S{n} | H1M54S{n} | H1M54P{n} | H1 | 1\n" for n in range(3)
    )
    findings = found(mild_diseases_admitted, lake(city, small("H1", COUGHS, ("M54.500", 6)), *TOWN, mdcs_fund_setl_list_d=lists))
    assert sorted(findings["mdtrt_id"].to_list()) == ["H1M54S3", "H1M54S4", "H1M54S5"]


def test_a_house_of_chinese_medicine_is_held_against_its_own_craft(city):
    detail = "medins_code | medins_type_name\nH1 | 中医医院\n"
    assert found(mild_diseases_admitted, lake(city, small("H1", COUGHS, ("M54.500", 6)), *TOWN, medins_info_b=detail), usual_floor=0.5).is_empty()
