"""A step charged beside the service that contains it."""

from __future__ import annotations

import pytest

from models.rules.conduct.parts_of_one_service import parts_of_one_service
from tests.rules.conduct.draw import table
from tests.rules.support import found, lines_of

HEAD = "bkkp_sn mdtrt_id psn_no fixmedins_code fee_ocur_time hilist_code hilist_name cnt init_feedetl_sn"
WHOLE, PART = "003301000050000", "003301000130000"


def theatre(city, *, houses: int = 1, whole: str = "全身麻醉", part: str = "气管插管术", at: str = "2024-03-01 09:00", tubes: int = 1, undo=()):
    """At each house one general anaesthesia at nine and ``tubes`` intubations."""
    rows = []
    for n in range(houses):
        who = (f"M{n}", f"P{n}", f"H{n}")
        rows.append((f"A{n}", *who, "2024-03-01 09:00", WHOLE, whole, 1, None))
        rows += [(f"B{n}{k}", *who, at, PART, part, 1, None) for k in range(tubes)]
    return city(fee_list_d=table(HEAD, [*rows, *undo]))


def test_intubation_beside_general_anaesthesia_is_found(city):
    findings = found(parts_of_one_service, theatre(city))
    assert lines_of(findings) == [["B00"]]
    assert findings["related_bkkp_sns"].to_list() == [["A0"]]


def test_as_many_steps_fall_as_there_were_services(city):
    assert lines_of(found(parts_of_one_service, theatre(city, tubes=2))) == [["B00"]]


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("five hours later it is another session", {"at": "2024-03-01 14:00"}),
        ("sedation contains no intubation", {"whole": "静脉麻醉"}),
        ("another item whose name holds the word", {"part": "特殊方法气管插管术"}),
        ("what five houses all do is the city's price list", {"houses": 5}),
        ("a step taken back is gone", {"undo": [("U", "M0", "P0", "H0", "2024-03-02", PART, "气管插管术", -1, "B00")]}),
    ],
)
def test_lawful_steps(city, why, change):
    assert found(parts_of_one_service, theatre(city, **change)).is_empty(), why


def test_four_hours_are_one_session_and_four_houses_no_custom(city):
    assert found(parts_of_one_service, theatre(city, at="2024-03-01 13:00", houses=4)).height == 4
