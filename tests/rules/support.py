"""Draws a small lake from small tables, so that a rule's test reads as a specification.

    def test_a_bed_charged_after_discharge_is_found(city):
        t = city(
            mdtrt_d=\"\"\"
                mdtrt_id | begntime         | endtime
                M1       | 2024-03-01 09:00 | 2024-03-05 10:00
            \"\"\",
            fee_list_d=\"\"\"
                bkkp_sn | mdtrt_id | fee_ocur_time    | hilist_code     | cnt | pric
                L1      | M1       | 2024-03-09 08:00 | 001109000010000 | 1   | 40
            \"\"\",
        )
        assert lines_of(found(charges_outside_stay, t)) == [["L1"]]

``city`` is the fixture of ``tests/rules/conftest.py``; it returns the ``Tables`` of the only bucket.

Cells: an empty cell takes the column's default (below) or is null; ``-`` is always null. A time may be a bare date (midnight).
What a table leaves out is filled in as an honest hospital would have it:

* ``mdtrt_d``: ``psn_no`` P1, ``fixmedins_code`` H1, ``med_type`` 21, ``insutype`` 390, ``inhosp_stas`` 0, ``dscg_way`` 1. Visits that only fee lines
  name are added (``med_type`` of the lines or 11, on the days of their lines).
* ``fee_list_d``: ``bkkp_sn`` L1 L2 …, person and institution of the visit, ``setl_id`` ``S`` + ``mdtrt_id``, ``cnt`` 1, ``pric`` 10,
  ``det_item_fee_sumamt`` = cnt × pric, ``inscp_amt`` the same, ``list_type`` by the code's first letter, ``hilist_name`` the code.
* ``setl_d``: every settlement that fee lines name and the table does not is added with the lines' sums; the fund pays 70 % of
  ``inscp_amt``. Rows that are given take their amounts from their lines too when they leave them out.
* ``psn_info_b``: every person named anywhere, ``gend`` 1, born 1960-01-01. ``fixmedins_b``: every institution named anywhere; codes
  beginning with P are pharmacies, others secondary hospitals (``hosp_lv`` 05), in county 420101.

All other tables hold exactly what is drawn.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary

import polars as pl

from features.lake import MANIFEST, WHOLE, Lake, dtype_of
from features.parameters import City
from features.tables import Tables
from models.finding import FINDING_SCHEMA
from models.rule import Rule
from models.run_rules import run_city_rule, run_extract, settle

Row: TypeAlias = dict[str, str | None]

FUND_SHARE = Decimal("0.70")
_SCHEMAS: dict[str, dict[str, str]] = json.loads(Path(__file__).with_name("lake_schema.json").read_text(encoding="utf-8"))
_LIST_TYPES = {"X": "101", "Z": "101", "T": "102", "0": "201", "C": "301"}
_CHARGE_TYPES = {"X": "09", "Z": "11", "T": "10", "C": "08", "0011": "01", "0012": "07", "0021": "03", "0022": "03", "0025": "04", "0033": "06"}
_PERSON_TABLES_WITHOUT_BUCKET = ("dr_info_b", "phar_info_b")
_DRAWN: WeakKeyDictionary[Lake, dict[str, str]] = WeakKeyDictionary()
_RECORDERS: list[list[Scene]] = []  # of the blocks ``recorded`` that are open


@dataclass(frozen=True)
class Scene:
    """What a test showed a rule, and what the rule found in it."""

    unit: Rule
    tables: dict[str, str]
    facts: Mapping[str, pl.LazyFrame] | None
    params: dict[str, Any]
    findings: pl.DataFrame


@contextmanager
def recorded() -> Iterator[list[Scene]]:
    """Every scene that ``found`` judges within the block."""
    scenes: list[Scene] = []
    _RECORDERS.append(scenes)
    try:
        yield scenes
    finally:
        _RECORDERS.pop()


def city_of(folder: Path, **tables: str) -> Tables:
    """Writes the drawn tables (and what they imply) as a lake under ``folder`` and gives the ``Tables`` of its one bucket.

    Raises ValueError when a table or column is not in the contract or a row has the wrong number of cells.
    """
    drawn = {table: _rows(table, text) for table, text in tables.items()}
    _complete(drawn)
    parts = []
    for table, rows in drawn.items():
        if not rows:
            continue
        by_person = "psn_no" in _SCHEMAS[table] and table not in _PERSON_TABLES_WITHOUT_BUCKET
        path = Path("tables") / table / f"bucket={'000' if by_person else WHOLE}" / "month=all" / "drawn.parquet"
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        _frame(table, rows).write_parquet(folder / path)
        parts.append({"table": table, "bucket": "000" if by_person else WHOLE, "month": WHOLE, "path": str(path), "rows": len(rows), "digest": ""})
    manifest = {"version": 1, "n_buckets": 1, "fingerprint": "drawn", "parts": parts, "schemas": _SCHEMAS}
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    lake = Lake(folder)
    _DRAWN[lake] = tables
    return Tables(lake, "000")


def found(unit: Rule, t: Tables, *, facts: Mapping[str, pl.LazyFrame] | None = None, **params: Any) -> pl.DataFrame:
    """The findings of one rule on a drawn city, person- or city-scope, with some parameters changed when given."""
    findings = _in_order(_judged(unit, t, facts, params))
    for scenes in _RECORDERS:
        if t.lake in _DRAWN:
            scenes.append(Scene(unit, _DRAWN[t.lake], facts or t._facts, params, findings))
    return findings


@cache
def defaults() -> City:
    """The parameters as they are shipped, read once: reading them takes longer than judging a drawn city."""
    return City.load()


def _judged(unit: Rule, t: Tables, facts: Mapping[str, pl.LazyFrame] | None, params: dict[str, Any]) -> pl.DataFrame:
    city = defaults()
    if params:
        city = city.replaced(unit.rule_id, params)
    if unit.scope == "person":
        return settle(run_city_rule(t, unit, city), unit, t.lines, t.stays)
    extracted = run_extract(t, unit, city).lazy() if unit.extract is not None else None
    whole = Tables(t.lake, None, facts=facts, extracted=extracted)
    return settle(run_city_rule(whole, unit, city), unit, t.lines, t.stays)


def lines_of(findings: pl.DataFrame) -> list[list[str]]:
    """The lines at fault of each finding, in order of the findings' first day."""
    return [list(lines or []) for lines in findings["bkkp_sns"].to_list()]


def _in_order(findings: pl.DataFrame) -> pl.DataFrame:
    assert list(findings.columns) == list(FINDING_SCHEMA)
    return findings.sort("occurred_from", "fixmedins_code", "psn_no", "mdtrt_id", nulls_last=True)


def _rows(table: str, text: str) -> list[Row]:
    if table not in _SCHEMAS:
        raise ValueError(f"No table {table!r} in the contract.")
    grid = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines() if line.strip()]
    head, body = grid[0], grid[1:]
    unknown = [name for name in head if name not in _SCHEMAS[table]]
    if unknown:
        raise ValueError(f"{table} has no column {', '.join(unknown)}.")
    for cells in body:
        if len(cells) != len(head):
            raise ValueError(f"{table}: {cells} has {len(cells)} cells, expected {len(head)}: {head}.")
    return [{name: cell for name, cell in zip(head, cells, strict=True) if cell} for cells in body]


def _complete(drawn: dict[str, list[Row]]) -> None:
    visits = drawn.setdefault("mdtrt_d", [])
    lines = drawn.setdefault("fee_list_d", [])
    for row in visits:
        _default(row, psn_no="P1", fixmedins_code="H1", med_type="21", insutype="390", inhosp_stas="0", dscg_way="1", vali_flag="1")
    known = {row["mdtrt_id"]: row for row in visits}
    for number, line in enumerate(lines, start=1):
        _complete_line(line, number, known, visits)
    _complete_settlements(drawn.setdefault("setl_d", []), lines, known)
    _complete_registries(drawn)


def _complete_line(line: Row, number: int, known: dict[str | None, Row], visits: list[Row]) -> None:
    code = line.get("hilist_code") or "-"
    visit = known.get(line.get("mdtrt_id"))
    if visit is None:
        day = (line.get("fee_ocur_time") or "2024-01-01")[:10]
        visit = {"mdtrt_id": line.get("mdtrt_id", f"M{number}"), "begntime": day, "endtime": f"{day} 23:00"}
        for name in ("psn_no", "fixmedins_code", "med_type"):
            if line.get(name):
                visit[name] = line[name]
        pharmacy = str(line.get("fixmedins_code", "H1")).startswith("P")
        _default(visit, psn_no="P1", fixmedins_code="H1", med_type="41" if pharmacy else "11", insutype="390", inhosp_stas="0", vali_flag="1")
        known[visit["mdtrt_id"]] = visit
        visits.append(visit)
    _default(
        line,
        bkkp_sn=f"L{number}",
        mdtrt_id=visit["mdtrt_id"],
        psn_no=visit["psn_no"],
        fixmedins_code=visit["fixmedins_code"],
        setl_id=f"S{visit['mdtrt_id']}",
        med_type=visit["med_type"],
        cnt="1",
        pric="10",
        hilist_name=code,
        list_type=_LIST_TYPES.get(code[:1], "201"),
        med_chrgitm_type=_CHARGE_TYPES.get(code[:4], _CHARGE_TYPES.get(code[:1], "05")),
        vali_flag="1",
    )
    _default(line, det_item_fee_sumamt=str((Decimal(str(line["cnt"])) * Decimal(str(line["pric"]))).quantize(Decimal("0.01"))))
    _default(line, inscp_amt=line["det_item_fee_sumamt"])


def _complete_settlements(settlements: list[Row], lines: list[Row], known: dict[str | None, Row]) -> None:
    given = {row["setl_id"] for row in settlements}
    for line in lines:
        if line["setl_id"] not in given and line["setl_id"] not in (None, "-"):
            given.add(line["setl_id"])
            settlements.append({"setl_id": line["setl_id"], "mdtrt_id": line["mdtrt_id"]})
    for row in settlements:
        own = [line for line in lines if line["setl_id"] == row["setl_id"]]
        visit = known.get(row.get("mdtrt_id"), {})
        begin = str(visit.get("begntime") or "2024-01-01")[:10]
        end = visit.get("endtime")
        last = begin if end in (None, "-") else str(end)[:10]
        total, within = (_sum(own, name) for name in ("det_item_fee_sumamt", "inscp_amt"))
        _default(row, psn_no=visit.get("psn_no", "P1"), fixmedins_code=visit.get("fixmedins_code", "H1"), med_type=visit.get("med_type", "21"))
        _default(row, begndate=begin, enddate=last, refd_setl_flag="0", mid_setl_flag="0", vali_flag="1", insutype=visit.get("insutype"))
        _default(row, setl_time=f"{row['enddate']} 16:00", medfee_sumamt=str(total), inscp_amt=str(within))
        _default(row, fund_pay_sumamt=str((Decimal(str(row["inscp_amt"])) * FUND_SHARE).quantize(Decimal("0.01"))))


def _complete_registries(drawn: dict[str, list[Row]]) -> None:
    persons = {row["psn_no"] for table, rows in drawn.items() for row in rows if "psn_no" in row and table not in _PERSON_TABLES_WITHOUT_BUCKET}
    houses = {row["fixmedins_code"] for rows in drawn.values() for row in rows if "fixmedins_code" in row}
    people = drawn.setdefault("psn_info_b", [])
    people.extend({"psn_no": number} for number in sorted(str(p) for p in persons - {row["psn_no"] for row in people}))
    for row in people:
        _default(row, gend="1", brdy="1960-01-01")
    registry = drawn.setdefault("fixmedins_b", [])
    registry.extend({"fixmedins_code": code} for code in sorted(str(h) for h in houses - {row["fixmedins_code"] for row in registry}))
    for row in registry:
        pharmacy = str(row["fixmedins_code"]).startswith("P")
        _default(row, fixmedins_name=f"机构{row['fixmedins_code']}", fixmedins_type="2" if pharmacy else "1", hosp_lv="11" if pharmacy else "05")
        _default(row, fix_blng_admdvs="420101", begntime="2020-01-01", vali_flag="1")


def _default(row: Row, **values: str | None) -> None:
    for name, value in values.items():
        row.setdefault(name, value)


def _sum(lines: list[Row], column: str) -> Decimal:
    return sum((Decimal(str(line[column])) for line in lines if line.get(column) not in (None, "-")), Decimal("0.00"))


def _frame(table: str, rows: list[Row]) -> pl.DataFrame:
    columns = []
    for name, word in _SCHEMAS[table].items():
        cells = [None if row.get(name) in (None, "-") else row.get(name) for row in rows]
        text = pl.Series(name, cells, dtype=pl.String)
        columns.append(_cast(text, word))
    return pl.DataFrame(columns)


def _cast(text: pl.Series, word: str) -> pl.Series:
    if word == "datetime":
        whole = [None if cell is None else f"{cell} 00:00:00"[:19] if len(cell) == 10 else f"{cell}:00"[:19] for cell in text.to_list()]
        return pl.Series(text.name, whole, dtype=pl.String).str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us")
    if word == "date":
        return text.str.to_date("%Y-%m-%d")
    return text if word == "string" else text.cast(dtype_of(word))
