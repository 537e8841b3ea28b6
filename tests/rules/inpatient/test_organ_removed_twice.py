"""An organ that exists once is removed twice."""

from __future__ import annotations

import pytest

from models.rules.inpatient.organ_removed_twice import organ_removed_twice
from tests.rules.support import found

STAYS = """
    mdtrt_id | psn_no | fixmedins_code | begntime   | endtime    | med_type
    M1       | P1     | H1             | 2024-03-01 | 2024-03-06 | 21
    M2       | P1     | H2             | 2024-09-01 | 2024-09-07 | 21
"""


def operations(city, first: str = "阑尾切除术", second: str = "经腹腔镜阑尾切除术", extra: str = ""):
    return city(
        mdtrt_d=STAYS,
        fee_list_d=f"""
            bkkp_sn | mdtrt_id | psn_no | fixmedins_code | fee_ocur_time    | hilist_code     | hilist_name | pric | cnt | init_feedetl_sn
            L1      | M1       | P1     | H1             | 2024-03-02 09:00 | 003310100010000 | {first}     | 900  | 1   |
            L2      | M2       | P1     | H2             | 2024-09-02 09:00 | 003310100010001 | {second}    | 950  | 1   |
            {extra}
        """,
    )


def test_the_second_appendix_of_one_person_is_told_of_the_later_stay_with_both_operations(city):
    findings = found(organ_removed_twice, operations(city))
    assert findings.select("kind", "fixmedins_code", "mdtrt_id", "amount_at_issue").rows() == [("impersonation", "H2", "M2", 950.0)]
    assert sorted(findings["related_bkkp_sns"][0]) == ["L1", "L2"]
    assert "2024-03-02在H1" in findings["evidence"][0]


@pytest.mark.parametrize(
    ("why", "first", "second"),
    [
        ("another organ", "阑尾切除术", "胆囊切除术"),
        ("the remnant of the first", "胆囊切除术", "残余胆囊切除术"),
        ("a part, then the rest", "子宫次全切除术", "全子宫切除术"),
        ("polyps", "阑尾切除术", "肠息肉切除术"),
    ],
)
def test_operations_that_can_follow_each_other_are_lawful(city, why, first, second):
    assert found(organ_removed_twice, operations(city, first, second)).is_empty(), why


@pytest.mark.parametrize(("again", "hits"), [("2024-03-31", 0), ("2024-04-01", 1)])
def test_thirty_days_are_the_boundary_between_one_illness_and_two(city, again, hits):
    lines = f"""
        bkkp_sn | mdtrt_id | psn_no | fixmedins_code | fee_ocur_time | hilist_code     | hilist_name
        L1      | M1       | P1     | H1             | 2024-03-02    | 003310100010000 | 阑尾切除术
        L2      | M2       | P1     | H2             | {again}       | 003310100010000 | 阑尾切除术
    """
    stays = STAYS.replace("2024-09-01", again).replace("2024-09-07", "2024-04-09")
    assert found(organ_removed_twice, city(mdtrt_d=stays, fee_list_d=lines)).height == hits


def test_two_persons_have_an_appendix_each(city):
    two = city(
        mdtrt_d=STAYS.replace("M2       | P1", "M2       | P2"),
        fee_list_d="""
            bkkp_sn | mdtrt_id | psn_no | fixmedins_code | fee_ocur_time | hilist_code     | hilist_name
            L1      | M1       | P1     | H1             | 2024-03-02    | 003310100010000 | 阑尾切除术
            L2      | M2       | P2     | H2             | 2024-09-02    | 003310100010000 | 阑尾切除术
        """,
    )
    assert found(organ_removed_twice, two).is_empty()


def test_an_operation_taken_back_did_not_happen(city):
    undo = "L3 | M1 | P1 | H1 | 2024-03-03 09:00 | 003310100010000 | 阑尾切除术 | 900 | -1 | L1"
    assert found(organ_removed_twice, operations(city, extra=undo)).is_empty()


def test_two_lines_of_one_operation_on_one_day_are_a_duplicate_and_no_second_organ(city):
    same = "L3 | M1 | P1 | H1 | 2024-03-02 09:00 | 003310100010000 | 阑尾切除术 | 900 | 1 |"
    assert found(organ_removed_twice, operations(city, second="胆囊切除术", extra=same)).is_empty()


def test_a_line_without_a_name_is_no_operation(city):
    assert found(organ_removed_twice, operations(city, second="-")).is_empty()
