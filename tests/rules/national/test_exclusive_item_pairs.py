"""Emergency monitoring includes the emergency consultation."""

from __future__ import annotations

import pytest

from models.rules.national.exclusive_item_pairs import exclusive_item_pairs
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=["L2"],
    tables={
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time    | hilist_code     | hilist_name
            L1      | M1       | 2024-03-02 08:00 | 001103000010000 | 急诊监护费
            L2      | M1       | 2024-03-02 18:00 | 001102000030000 | 急诊诊查费
        """,
    },
)

LAWFUL = {
    "another day is another session": HIT.but("2024-03-02 18:00", "2024-03-03 07:00"),
    "another visit": HIT.but("L2 | M1", "L2 | M2"),
    "the included item alone": HIT.but("001103000010000", "001103000090000"),
}


def test_exclusive_item_pairs_is_found(city):
    findings = found(exclusive_item_pairs, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]
    assert findings["related_bkkp_sns"].to_list() == [["L1"]]
    assert findings["certainty"].to_list() == ["definite"]


@pytest.mark.parametrize("why", LAWFUL)
def test_exclusive_item_pairs_lets_pass(city, why):
    assert found(exclusive_item_pairs, city(**LAWFUL[why].tables), **HIT.params).is_empty()


PAIR = """
    bkkp_sn | mdtrt_id | fee_ocur_time    | hilist_code
    L1      | M1       | 2024-03-02 08:00 | {including}
    L2      | M1       | 2024-03-02 {at}  | {included}
"""


@pytest.mark.parametrize(
    ("including", "included", "at", "hits"),
    [
        ("003314000020000", "003109040040000", "14:00", 1),
        ("003314000020000", "003109040040000", "14:01", 0),
        ("003102070040000", "003107010210000", "08:59", 1),
        ("003102070040000", "003107010210000", "09:00", 0),
        ("003302010140000", "003302010040000", "23:00", 1),
    ],
)
def test_the_window_of_a_pair_is_kept(city, including, included, at, hits):
    assert found(exclusive_item_pairs, city(fee_list_d=PAIR.format(including=including, included=included, at=at))).height == hits


def test_a_second_session_of_the_day_keeps_its_own_item(city):
    both = HIT.and_("fee_list_d", "L3 | M1 | 2024-03-02 20:00 | 001102000030000 | 急诊诊查费")
    assert lines_of(found(exclusive_item_pairs, city(**both.tables))) == [["L2"]]
