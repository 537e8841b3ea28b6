"""The cities in which a rule's own tests show it to somebody, and the same cities with one thing changed.

A test of a rule draws a city and asks what the rule finds. ``scenes_of`` runs the tests of a rule and hands out what they drew, so that
``test_every_rule`` can ask of every rule what holds for all: that a refund, a line posted twice or an empty cell accuses nobody anew.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from itertools import count, product
from pathlib import Path
from types import ModuleType
from typing import Any

from features.contracts import all_tables
from features.tables import Tables
from models.handbook import Proof, proofs
from tests.rules.network.support import facts_of
from tests.rules.support import Row, Scene, _rows, city_of, found, recorded

TESTS = Path(__file__).parents[1]
#: Columns that say whose and which a row is: without them there is no row.
KEYS = ("bkkp_sn", "mdtrt_id", "setl_id", "psn_no", "fixmedins_code", "medins_code", "dr_code", "phar_code", "hilist_code", "init_feedetl_sn")
#: Columns that ``city_of`` fills in and an export may leave empty.
FILLED_IN = {"fee_list_d": ("inscp_amt", "med_type"), "mdtrt_d": ("insutype", "inhosp_stas", "dscg_way")}
FEE_AMOUNTS = ("det_item_fee_sumamt", "inscp_amt")
SETTLED_AMOUNTS = ("medfee_sumamt", "inscp_amt", "fund_pay_sumamt", "fulamt_ownpay_amt")


@cache
def proved() -> dict[str, Proof]:
    """Rule → its tests."""
    return proofs(TESTS)


def drawing(folder: Path) -> Callable[..., Tables]:
    """What the fixture ``city`` gives, every city in a folder of its own."""
    numbers = count()

    def draw(**tables: str) -> Tables:
        place = folder / f"lake{next(numbers)}"
        place.mkdir(parents=True)
        return city_of(place, **tables)

    return draw


def scenes_of(rule_id: str, folder: Path) -> Iterator[Scene]:
    """The scenes of the rule's tests, in their order; tests that need more than a city, a folder and a table of cases are left out."""
    module = _module(rule_id)
    draw = drawing(folder)
    for name, function in list(vars(module).items()):
        if not name.startswith("test_") or not inspect.isfunction(function):
            continue
        for case in _cases(function):
            wanted = set(inspect.signature(function).parameters)
            given = {"city": draw, "tmp_path": folder}
            if wanted - given.keys() != set(case):
                continue
            with recorded() as scenes:
                function(**case, **{fixture: value for fixture, value in given.items() if fixture in wanted})
            yield from (scene for scene in scenes if scene.unit.rule_id == rule_id)


def draws_cities(rule_id: str) -> bool:
    """Whether the rule's tests judge drawn cities, so that there are scenes."""
    return getattr(_module(rule_id), "found", None) is found


def hit_and_miss(rule_id: str, folder: Path) -> tuple[Scene, Scene] | None:
    """The first scene of the rule's tests with a finding and the first with fewer findings than one before it."""
    folder.mkdir(parents=True)
    hits: list[Scene] = []
    for scene in scenes_of(rule_id, folder):
        for hit in hits:
            if scene.findings.height < hit.findings.height:
                return hit, scene
        if not scene.findings.is_empty():
            hits.append(scene)
    return None


def judged(scene: Scene, folder: Path) -> Scene:
    """The scene judged anew."""
    t = drawing(folder)(**scene.tables)
    facts = facts_of(t) if scene.facts and "network_pair" in scene.facts else scene.facts
    return replace(scene, findings=found(scene.unit, Tables(t.lake, t.bucket, facts=facts), facts=facts, **scene.params))


def accused(scene: Scene) -> set[tuple[str, str | None]]:
    """Institution and person of every finding."""
    return set(scene.findings.select("fixmedins_code", "psn_no").iter_rows())


def taken_back(scene: Scene) -> Scene:
    """The same city after everything was refunded in full: every fee line by a line, every settlement by a settlement.

    A visit that a test draws without lines was paid for with ten yuan, which were given back.
    """
    lines = _lines(scene)
    back = [
        {**line, **_opposite(line, FEE_AMOUNTS), "bkkp_sn": f"R{line['bkkp_sn']}", "init_feedetl_sn": line["bkkp_sn"]}
        | {"cnt": _minus(line.get("cnt") or "1"), "setl_id": f"R{line['setl_id']}"}
        for line in lines
        if line.get("init_feedetl_sn") in (None, "-")
    ]
    known = {row["setl_id"]: row for row in _table(scene, "setl_d")}
    settled = {line["setl_id"]: {"setl_id": line["setl_id"], "mdtrt_id": line["mdtrt_id"]} for line in lines if line["setl_id"] not in (None, "-")}
    settlements = [*known.values(), *(row for number, row in settled.items() if number not in known)]
    visited = {row["mdtrt_id"] for row in settlements}
    paid = {"medfee_sumamt": "10", "inscp_amt": "10", "fund_pay_sumamt": "7"}
    settlements += [
        {"setl_id": f"S{row['mdtrt_id']}", "mdtrt_id": row["mdtrt_id"], **paid} for row in _table(scene, "mdtrt_d") if row["mdtrt_id"] not in visited
    ]
    undone = [
        {**row, **_opposite(row, SETTLED_AMOUNTS), "setl_id": f"R{row['setl_id']}", "init_setl_id": row["setl_id"], "refd_setl_flag": "1"}
        for row in settlements
        if row.get("refd_setl_flag") != "1"
    ]
    return _with(_with(scene, "fee_list_d", [*lines, *back]), "setl_d", [*settlements, *undone])


def posted_twice(scene: Scene) -> Scene:
    """The same city with every fee line posted once more under another number."""
    lines = _lines(scene)
    return _with(scene, "fee_list_d", [*lines, *({**line, "bkkp_sn": f"D{line['bkkp_sn']}"} for line in lines)])


def emptied(scene: Scene, table: str, column: str) -> Scene:
    """The same city with one column of one table empty."""
    return _with(scene, table, [{**row, column: "-"} for row in _table(scene, table)])


def columns_drawn(scene: Scene) -> list[tuple[str, str]]:
    """The tables and columns a test draws because the rule reads them, and those filled in for it that may be empty.

    Left out are those without which ingest lets no row in.
    """
    columns = []
    for table, text in scene.tables.items():
        needed = {*KEYS, *all_tables()[table].required_columns, *all_tables()[table].key}
        names = dict.fromkeys([*_head(text), *(FILLED_IN.get(table, ()) if _head(text) else ())])
        columns += [(table, name) for name in names if name not in needed]
    return columns


def _module(rule_id: str) -> ModuleType:
    return importlib.import_module(".".join(Path(proved()[rule_id].file).with_suffix("").parts))


def _cases(function: Callable[..., None]) -> Iterator[dict[str, Any]]:
    """The arguments ``pytest.mark.parametrize`` gives a test, one dictionary a case; one empty dictionary without such a mark."""
    marks = [mark for mark in getattr(function, "pytestmark", []) if mark.name == "parametrize"]
    ways = []
    for mark in marks:
        names = [name.strip() for name in (mark.args[0].split(",") if isinstance(mark.args[0], str) else mark.args[0])]
        values = [getattr(value, "values", value) if not isinstance(value, dict) else value for value in mark.args[1]]
        ways.append([dict(zip(names, value if len(names) > 1 or hasattr(value, "id") else (value,), strict=True)) for value in values])
    for chosen in product(*ways):
        yield {name: value for part in chosen for name, value in part.items()}


def _lines(scene: Scene) -> list[Row]:
    """The fee lines with the numbers that ``city_of`` would give them."""
    lines = []
    for number, row in enumerate(_table(scene, "fee_list_d"), start=1):
        visit = row.get("mdtrt_id", f"M{number}")
        lines.append({**row, "mdtrt_id": visit, "bkkp_sn": row.get("bkkp_sn", f"L{number}"), "setl_id": row.get("setl_id", f"S{visit}")})
    return lines


def _table(scene: Scene, table: str) -> list[Row]:
    return _rows(table, scene.tables[table]) if scene.tables.get(table, "").strip() else []


def _head(text: str) -> list[str]:
    return [cell.strip() for cell in text.strip().splitlines()[0].split("|")] if text.strip() else []


def _with(scene: Scene, table: str, rows: list[Row]) -> Scene:
    head = list(dict.fromkeys([*_head(scene.tables.get(table, "")), *(name for row in rows for name in row)]))
    text = "\n".join(" | ".join(cells) for cells in [head, *([row.get(name) or "" for name in head] for row in rows)])
    return replace(scene, tables={**scene.tables, table: text} if rows else scene.tables)


def _opposite(row: Row, amounts: tuple[str, ...]) -> Row:
    return {name: _minus(value) for name in amounts if (value := row.get(name)) not in (None, "-")}


def _minus(number: str | None) -> str:
    text = str(number)
    return text if text == "-" else text[1:] if text.startswith("-") else f"-{text}"
