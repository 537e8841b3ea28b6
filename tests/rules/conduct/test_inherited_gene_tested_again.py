"""What a man is born with is tested once."""

from __future__ import annotations

import pytest

from models.rules.conduct.inherited_gene_tested_again import inherited_gene_tested_again
from tests.rules.conduct.draw import day, table
from tests.rules.support import found, lines_of

HEAD = "bkkp_sn mdtrt_id psn_no fixmedins_code fee_ocur_time hilist_code hilist_name pric cnt init_feedetl_sn"
CODE, NAME = "002507000210000", "氯吡格雷代谢CYP2C19基因检测"


def twice(city, *, apart: int = 15, name: str = NAME, second: str = "H1", code: str = CODE, undo=()):
    """P1 is tested at H1 and ``apart`` days later at ``second``."""
    rows = [
        ("A", "M1", "P1", "H1", f"{day(0)} 09:00", CODE, name, 700, 1, None),
        ("B", "M2", "P1", second, f"{day(apart)} 09:00", code, name, 700, 1, None),
    ]
    return city(fee_list_d=table(HEAD, [*rows, *undo]))


def test_the_second_test_is_at_fault(city):
    findings = found(inherited_gene_tested_again, twice(city))
    assert lines_of(findings) == [["B"]]
    assert findings.select("kind", "amount_at_issue").row(0) == ("gene_test_abuse", 700.0)


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("within two weeks the sample had failed", {"apart": 14}),
        ("a tumour's mutations change", {"name": "EGFR基因突变检测"}),
        ("a virus is followed", {"name": "乙型肝炎病毒DNA测定"}),
        ("another house may not know", {"second": "H2"}),
        ("another gene", {"code": "002507000240000"}),
        ("taken back", {"undo": [("U", "M2", "P1", "H1", f"{day(20)} 09:00", CODE, NAME, 700, -1, "B")]}),
    ],
)
def test_lawful_tests(city, why, change):
    assert found(inherited_gene_tested_again, twice(city, **change)).is_empty(), why
