"""What holds for every national rule: a refund, a void row, a null or a line the patient pays is evidence of nothing."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from models.rule import Rule
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

CASES: dict[str, tuple[Rule, Case]] = {}
for path in sorted(Path(__file__).parent.glob("test_*.py")):
    name = path.stem.removeprefix("test_")
    case = getattr(importlib.import_module(f"tests.rules.national.{path.stem}"), "HIT", None) if name != "common_ground" else None
    if case is not None:
        CASES[name] = (getattr(importlib.import_module(f"models.rules.national.{name}"), name), case)
OF_LINES = {name: pair for name, pair in CASES.items() if pair[1].at_fault}


def with_column(case: Case, column: str, value: str) -> Case:
    """The same city with one column of every fee line set."""
    head, *rows = [line.strip() for line in case.tables["fee_list_d"].strip().splitlines()]
    if column in [cell.strip() for cell in head.split("|")]:
        place = [cell.strip() for cell in head.split("|")].index(column)
        rows = [" | ".join(value if i == place else cell.strip() for i, cell in enumerate(row.split("|"))) for row in rows]
        return Case(case.at_fault, {**case.tables, "fee_list_d": "\n".join([head, *rows])}, case.params)
    return Case(case.at_fault, {**case.tables, "fee_list_d": "\n".join([f"{head} | {column}", *(f"{row} | {value}" for row in rows)])}, case.params)


def refunded(case: Case) -> Case:
    """The same city in which every line at fault was taken back in full."""
    head, *rows = [line.strip() for line in case.tables["fee_list_d"].strip().splitlines()]
    names = [cell.strip() for cell in head.split("|")]
    back = []
    for row in rows:
        cells = dict(zip(names, (cell.strip() for cell in row.split("|")), strict=True))
        if cells["bkkp_sn"] in case.at_fault:
            cells |= {"bkkp_sn": "R" + cells["bkkp_sn"], "init_feedetl_sn": cells["bkkp_sn"], "cnt": f"-{cells.get('cnt') or 1}"}
            cells |= {"inscp_amt": f"-{cells['inscp_amt']}"} if "inscp_amt" in cells else {}
            back.append(cells)
    extra = [name for name in ("cnt", "init_feedetl_sn") if name not in names]
    lines = [" | ".join([head, *extra])] + [" | ".join([row, *("1" if name == "cnt" else "" for name in extra)]) for row in rows]
    lines += [" | ".join(cells.get(name, "") for name in [*names, *extra]) for cells in back]
    return Case(case.at_fault, {**case.tables, "fee_list_d": "\n".join(lines)}, case.params)


@pytest.mark.parametrize("name", OF_LINES)
def test_lines_taken_back_are_evidence_of_nothing(city, name):
    unit, case = OF_LINES[name]
    assert found(unit, city(**refunded(case).tables), **case.params).is_empty()


@pytest.mark.parametrize("name", OF_LINES)
def test_void_lines_are_evidence_of_nothing(city, name):
    unit, case = OF_LINES[name]
    assert found(unit, city(**with_column(case, "vali_flag", "0").tables), **case.params).is_empty()


@pytest.mark.parametrize("name", [name for name, (unit, _) in OF_LINES.items() if "self_paid" in unit.exceptions])
def test_lines_that_the_patient_pays_keep_the_limit(city, name):
    unit, case = OF_LINES[name]
    assert found(unit, city(**with_column(case, "inscp_amt", "0").tables), **case.params).is_empty()


@pytest.mark.parametrize("name", OF_LINES)
def test_nulls_never_break_a_rule_nor_make_a_finding(city, name):
    unit, case = OF_LINES[name]
    bare = case
    for column in ("bilg_dept_name", "bilg_dr_code", "prd_days", "rx_drord_no", "med_chrgitm_type"):
        bare = with_column(bare, column, "-")
    assert lines_of(found(unit, city(**bare.tables), **case.params)) in ([], [case.at_fault])


@pytest.mark.parametrize("name", CASES)
def test_evidence_is_a_chinese_sentence_without_gaps_and_has_one_id(city, name):
    unit, case = CASES[name]
    t = city(**case.tables)
    findings, again = found(unit, t, **case.params), found(unit, t, **case.params)
    assert findings["finding_id"].to_list() == again["finding_id"].to_list() != []
    assert all(text is not None and text.endswith("。") and "{" not in text and "null" not in text for text in findings["evidence"])


def test_every_national_rule_of_lines_or_stays_has_its_case():
    files = {path.stem for path in Path(importlib.import_module("models.rules.national").__file__ or "").parent.glob("[a-z]*.py")}
    tested = {path.stem.removeprefix("test_") for path in Path(__file__).parent.glob("test_*.py")}
    assert files - tested == set()
