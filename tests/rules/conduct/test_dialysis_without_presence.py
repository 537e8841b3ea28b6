"""Who is never seen by the terminal of the dialysis room was not there."""

from __future__ import annotations

import pytest

from models.rules.conduct.dialysis_without_presence import dialysis_without_presence
from tests.rules.conduct.draw import HD, day, table
from tests.rules.support import found, lines_of

HEAD = "bkkp_sn mdtrt_id psn_no fee_ocur_time hilist_code pric"


def room(city, unseen: set[tuple[str, int]], days: int = 10, persons: tuple[str, ...] = ("P1", "P2", "P3", "P4")):
    """Four persons are dialysed at H1 on each of ten days; the terminal saw all but those ``unseen`` (person, day)."""
    lines = [(f"{who}-{d}", f"M{who}{d}", who, f"{day(d)} 08:00", HD, 400) for d in range(days) for who in persons]
    faces = [(f"F{who}{d}", who, "H1", 1, f"{day(d)} 07:55") for d in range(days) for who in persons if (who, d) not in unseen]
    return city(fee_list_d=table(HEAD, lines), scene_rcd_d=table("rcd_id psn_no fixmedins_code scene_type begntime", faces))


def test_four_unseen_days_of_one_person_are_a_finding_with_their_lines(city):
    findings = found(dialysis_without_presence, room(city, {("P1", d) for d in (2, 4, 6, 8)}))
    assert lines_of(findings) == [["P1-2", "P1-4", "P1-6", "P1-8"]]
    assert findings.select("psn_no", "kind", "amount_at_issue").row(0) == ("P1", "phantom_service", 1600.0)


def test_three_missed_matches_prove_nothing(city):
    assert found(dialysis_without_presence, room(city, {("P1", d) for d in (2, 4, 6)})).is_empty()


def test_an_outage_strikes_everybody_and_is_cleared(city):
    everybody = {(who, d) for who in ("P1", "P2", "P3", "P4") for d in (2, 3, 4, 5)}
    assert found(dialysis_without_presence, room(city, everybody)).is_empty()


def test_days_before_the_terminal_came_do_not_count(city):
    before = {(who, d) for who in ("P1", "P2", "P3", "P4") for d in range(5)}
    assert found(dialysis_without_presence, room(city, before)).is_empty()


@pytest.mark.parametrize(("days", "hits"), [(13, 1), (14, 0)])
def test_thirty_per_cent_of_the_covered_days_are_the_boundary(city, days, hits):
    assert found(dialysis_without_presence, room(city, {("P1", d) for d in (2, 4, 6, 8)}, days)).height == hits


def test_a_terminal_that_misses_everybody_alike_proves_nothing(city):
    six = ("P1", "P2", "P3", "P4", "P5", "P6")
    often = {(who, d) for n, who in enumerate(six) for d in range(10) if d % 3 == n % 3}
    assert found(dialysis_without_presence, room(city, often, persons=six), unseen_min=2).is_empty()
