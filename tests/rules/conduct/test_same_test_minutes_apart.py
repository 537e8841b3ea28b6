"""One laboratory test charged twice within minutes."""

from __future__ import annotations

import pytest

from models.rules.conduct.same_test_minutes_apart import same_test_minutes_apart
from tests.rules.support import found, lines_of

HEAD = "bkkp_sn | mdtrt_id | psn_no | fixmedins_code | fee_ocur_time | hilist_code | hilist_name | init_feedetl_sn | cnt\n"
BLOOD_COUNT = "002501010150000"


def twice(city, *, visits: int = 5, second: str = "08:05:00", name: str = "血细胞分析", undo: str = ""):
    """Visits at H1 with one test at 08:00 and again at ``second``; forty visits at H2 with one each."""
    rows = ""
    for n in range(visits):
        rows += f"A{n} | M{n} | P{n} | H1 | 2024-03-01 08:00:00 | {BLOOD_COUNT} | {name} | | 1\n"
        rows += f"B{n} | M{n} | P{n} | H1 | 2024-03-01 {second} | {BLOOD_COUNT} | {name} | | 1\n"
    rows += "".join(f"C{n} | N{n} | Q{n} | H2 | 2024-03-01 08:00:00 | {BLOOD_COUNT} | {name} | | 1\n" for n in range(40))
    return city(fee_list_d=HEAD + rows + undo)


def test_five_blood_counts_charged_again_five_minutes_later_are_found_with_the_later_line(city):
    findings = found(same_test_minutes_apart, twice(city))
    assert sorted(lines_of(findings)) == [[f"B{n}"] for n in range(5)]
    assert findings.filter(mdtrt_id="M0")["related_bkkp_sns"].to_list() == [["A0"]]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"visits": 4}, "four repeats are accidents"),
        ({"second": "08:31:00"}, "half an hour later the course may be checked"),
        ({"second": "08:00:00"}, "lines of one second are another rule's matter"),
        ({"name": "葡萄糖测定"}, "glucose is tested in a series"),
        (
            {"undo": "R0 | M0 | P0 | H1 | 2024-03-02 08:00:00 | 002501010150000 | 血细胞分析 | B0 | -1\n"},
            "a repeat taken back is gone, and four remain",
        ),
    ],
)
def test_lawful_or_single_repeats(city, change, why):
    assert found(same_test_minutes_apart, twice(city, **change)).is_empty(), why


def test_the_thirtieth_minute_still_counts(city):
    assert found(same_test_minutes_apart, twice(city, second="08:30:00")).height == 5


def test_what_the_other_houses_do_as_often_is_the_city_s_way_of_posting(city):
    rows = HEAD
    for house in ("H1", "H2", "H3"):
        for n in range(6):
            for sn, time in (("A", "08:00:00"), ("B", "08:05:00")):
                rows += f"{house}{sn}{n} | {house}M{n} | {house}P{n} | {house} | 2024-03-01 {time} | {BLOOD_COUNT} | 血细胞分析 | | 1\n"
    assert found(same_test_minutes_apart, city(fee_list_d=rows)).is_empty()
