"""Implants beside the operation that takes them in."""

from __future__ import annotations

import pytest

from models.rules.conduct.implants_beyond_operation import implants_beyond_operation
from models.rules.conduct.implants_without_operation import implants_without_operation
from tests.rules.conduct.draw import table
from tests.rules.support import found, lines_of

SCREW, PLATE, LENS = "C15010101300001000000050100", "C15010201400001000000050200", "C16010102800001000000070100"
STENT = "C02010100100001000000090100"
NAMES = {STENT: "药物洗脱冠状动脉支架系统", SCREW: "金属接骨螺钉(锁定)", PLATE: "金属锁定接骨板", LENS: "人工晶状体"}
FEE = "bkkp_sn mdtrt_id psn_no fixmedins_code med_type fee_ocur_time hilist_code hilist_name cnt pric init_feedetl_sn"


def theatre(city, counts: list[int], *, item: str = SCREW, peers: int = 6, usual: int = 6, operations: int = 1, undo: int = 0, surgery: bool = True):
    """One stay at H1 with ``counts`` pieces a line, and ``peers`` stays with the same operation at H2 with ``usual`` pieces."""
    name = NAMES[item]
    fees = [(f"L{n}", "M1", "P1", "H1", 21, f"2024-03-02 1{n}:00", item, name, cnt, 200, None) for n, cnt in enumerate(counts)]
    if undo:
        fees.append(("R", "M1", "P1", "H1", 21, "2024-03-03 10:00", item, name, -undo, 200, f"L{len(counts) - 1}"))
    fees += [(f"K{n}", f"Q{n}", f"R{n}", "H2", 21, "2024-03-02 10:00", item, name, usual, 200, None) for n in range(peers)]
    stays = ["M1", *(f"Q{n}" for n in range(peers))]
    lists = [(f"S{stay}", stay, "P1" if stay == "M1" else f"R{stay[1:]}", "H1" if stay == "M1" else "H2") for stay in stays]
    done = [
        (f"O{stay}{n}", f"S{stay}", "P1" if stay == "M1" else f"R{stay[1:]}", 1 if n == 0 else 0, f"79.3{n + 2}00", "骨折切开复位内固定术")
        for stay in stays
        for n in range(operations if stay == "M1" else 1)
        if surgery or stay != "M1"
    ]
    return city(
        fee_list_d=table(FEE, fees),
        mdcs_fund_setl_list_d=table("setl_id mdtrt_id psn_no fixmedins_code", lists),
        mdcs_fund_setl_list_oprn_d=table("setl_list_oprn_id setl_id psn_no main_oprn_flag oprn_oprt_code oprn_oprt_name", done),
    )


def test_twice_the_usual_screws_are_found_and_the_lines_billed_last_are_at_fault(city):
    findings = found(implants_beyond_operation, theatre(city, [6, 9]))
    assert lines_of(findings) == [["L1"]]
    assert findings["related_bkkp_sns"].to_list() == [["L0"]]
    assert findings.select("fixmedins_code", "amount_at_issue", "fund_loss").row(0) == ("H1", 1800.0, 1260.0)


@pytest.mark.parametrize(("pieces", "hits"), [(6, 0), (14, 0), (15, 1)])
def test_a_difficult_fracture_may_take_some_more(city, pieces, hits):
    assert found(implants_beyond_operation, theatre(city, [pieces])).height == hits


def test_a_second_plate_is_a_surgeon_s_choice_and_a_third_is_not(city):
    assert found(implants_beyond_operation, theatre(city, [2], item=PLATE, usual=1)).is_empty()
    assert found(implants_beyond_operation, theatre(city, [3], item=PLATE, usual=1)).height == 1


def test_several_operations_take_more(city):
    assert found(implants_beyond_operation, theatre(city, [16], operations=3)).is_empty()


def test_few_peers_prove_nothing(city):
    assert found(implants_beyond_operation, theatre(city, [16], peers=4)).is_empty()


def test_where_no_peer_shows_the_need_the_usual_number_of_stents_does(city):
    assert found(implants_beyond_operation, theatre(city, [3], item=STENT, peers=0)).is_empty()
    findings = found(implants_beyond_operation, theatre(city, [2, 3], item=STENT, peers=0))
    assert lines_of(findings) == [["L1"]]
    assert findings["amount_at_issue"].to_list() == [600.0]


def test_a_line_only_part_of_which_is_too_much_counts_with_that_part(city):
    findings = found(implants_beyond_operation, theatre(city, [16]))
    assert findings["amount_at_issue"].to_list() == [2000.0]


def test_a_body_has_room_for_two_lenses(city):
    assert found(implants_beyond_operation, theatre(city, [2], item=LENS, peers=0)).is_empty()
    assert found(implants_beyond_operation, theatre(city, [3], item=LENS, peers=0)).height == 1


def test_pieces_taken_back_are_gone(city):
    assert found(implants_beyond_operation, theatre(city, [6, 9], undo=9)).is_empty()


def test_implants_without_any_operation_are_found(city):
    findings = found(implants_without_operation, theatre(city, [6], surgery=False))
    assert lines_of(findings) == [["L0"]]


def test_implants_with_an_operation_in_the_list_are_lawful(city):
    assert found(implants_without_operation, theatre(city, [6])).is_empty()


def test_an_operation_in_the_fee_lines_is_enough(city):
    t = city(
        fee_list_d=table(
            FEE,
            [
                ("L1", "M1", "P1", "H1", 21, "2024-03-02", SCREW, NAMES[SCREW], 6, 200, None),
                ("L2", "M1", "P1", "H1", 21, "2024-03-02", "003315050070000", "桡尺骨骨折切开复位内固定术", 1, 900, None),
                ("L3", "M2", "P2", "H1", 21, "2024-03-02", "003310030220000", "阑尾切除术", 1, 900, None),
            ],
        ),
        mdcs_fund_setl_list_d=table("setl_id mdtrt_id psn_no fixmedins_code", [("SM1", "M1", "P1", "H1"), ("SM2", "M2", "P2", "H1")]),
        mdcs_fund_setl_list_oprn_d=table("setl_list_oprn_id setl_id psn_no main_oprn_flag oprn_oprt_code", [("O1", "SM2", "P2", 1, "47.0100")]),
    )
    assert found(implants_without_operation, t).is_empty()


def test_a_stay_without_a_settlement_list_is_left_alone(city):
    t = city(
        fee_list_d=table(FEE, [("L1", "M1", "P1", "H1", 21, "2024-03-02", SCREW, NAMES[SCREW], 6, 200, None)]),
        mdcs_fund_setl_list_d=table("setl_id mdtrt_id psn_no fixmedins_code", [("SM2", "M2", "P2", "H1")]),
        mdcs_fund_setl_list_oprn_d=table("setl_list_oprn_id setl_id psn_no main_oprn_flag oprn_oprt_code", [("O1", "SM2", "P2", 1, "47.0100")]),
    )
    assert found(implants_without_operation, t).is_empty()


@pytest.mark.parametrize(("pieces", "hits"), [(14, 0), (30, 1)])
def test_two_broken_bones_take_two_sets_of_screws(city, pieces, hits):
    def stay(n: str, house: str, count: int, *codes: str):
        fee = (f"L{n}", f"M{n}", f"P{n}", house, 21, "2024-03-02 10:00", SCREW, NAMES[SCREW], count, 200, None)
        return (
            fee,
            (f"SM{n}", f"M{n}", f"P{n}", house),
            [(f"O{n}{k}", f"SM{n}", f"P{n}", int(k == 0), code, "骨折切开复位内固定术") for k, code in enumerate(codes)],
        )

    stays = [stay("1", "H1", pieces, "79.3600x012", "79.3200x011")]
    stays += [stay(f"a{n}", "H2", 7, "79.3600x012") for n in range(6)] + [stay(f"b{n}", "H3", 7, "79.3200x011") for n in range(6)]
    t = city(
        fee_list_d=table(FEE, [fee for fee, _, _ in stays]),
        mdcs_fund_setl_list_d=table("setl_id mdtrt_id psn_no fixmedins_code", [listed for _, listed, _ in stays]),
        mdcs_fund_setl_list_oprn_d=table(
            "setl_list_oprn_id setl_id psn_no main_oprn_flag oprn_oprt_code oprn_oprt_name", [row for _, _, done in stays for row in done]
        ),
    )
    assert found(implants_beyond_operation, t).height == hits
