"""The bed's monitor ran all day, and a recorder was billed beside it."""

from __future__ import annotations

import pytest

from models.rules.conduct.monitoring_billed_as_holter import monitoring_billed_as_holter
from tests.rules.conduct.draw import day, table
from tests.rules.support import found, lines_of

FEE = "bkkp_sn mdtrt_id psn_no fixmedins_code fee_ocur_time hilist_code hilist_name cnt pric med_type inscp_amt init_feedetl_sn"
STAY = "mdtrt_id psn_no fixmedins_code begntime endtime"


def ward(city, recorded: int, *, monitored: int = 10, hours: int = 24, later: int = 0, paid: float = 200, elsewhere: int = 0, undo: bool = False):
    """H1 monitors ``monitored`` patients for ``hours`` and records ``recorded`` of them; H2 monitors 40 and records ``elsewhere``."""
    stays, lines = [], []
    for at, n_monitored, n_recorded in (("H1", monitored, recorded), ("H2", 40, elsewhere)):
        for n in range(n_monitored):
            key = f"{at}{n}"
            stays.append((f"M{key}", f"P{key}", at, day(n), day(n + 6)))
            lines.append((f"A{key}", f"M{key}", f"P{key}", at, day(n + 1), "003107020050000", "心电监测", hours, 3, 21, hours * 3, None))
            if n < n_recorded:
                lines.append((f"B{key}", f"M{key}", f"P{key}", at, day(n + 1 + later), "003107010030000", "动态心电图", 1, 200, 21, paid, None))
                if undo:
                    lines.append((f"R{key}", f"M{key}", f"P{key}", at, day(n + 2), "003107010030000", "动态心电图", -1, 200, 21, -paid, f"B{key}"))
    return city(mdtrt_d=table(STAY, stays), fee_list_d=table(FEE, lines))


def test_recorders_on_days_on_the_monitor_are_found_as_a_habit(city):
    findings = found(monitoring_billed_as_holter, ward(city, 6))
    assert sorted(lines_of(findings)) == [[f"BH1{n}"] for n in range(6)]
    assert findings.select("kind", "amount_at_issue").unique().rows() == [("item_swap", 200.0)]
    assert findings["related_bkkp_sns"].explode().sort().to_list() == [f"AH1{n}" for n in range(6)]


@pytest.mark.parametrize(("recorded", "hits"), [(5, 5), (4, 0)])
def test_five_stays_are_the_boundary(city, recorded, hits):
    assert found(monitoring_billed_as_holter, ward(city, recorded)).height == hits


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("half a day on the monitor, then a recorder", {"hours": 19}),
        ("the recorder on another day", {"later": 1}),
        ("a few of many monitored patients", {"monitored": 40}),
        ("the whole city does so", {"elsewhere": 20}),
        ("paid by the patient", {"paid": 0}),
        ("refunded", {"undo": True}),
    ],
)
def test_lawful_recordings(city, why, change):
    assert found(monitoring_billed_as_holter, ward(city, 6, **change)).is_empty(), why
