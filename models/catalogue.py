"""The national catalogue of 2025: its 88 rules, and which unit serves each.

A unit serves a national rule when it bears the rule's code (``gz_code``), or, for the rules the first framework did not number, when it is
named in ``UNNUMBERED``. Some national rules ask the same of the same items and share a unit (``SHARED``).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal, TypeAlias

import polars as pl

from features.contracts import all_tables
from models.knowledge.load import Knowledge, shipped
from models.rule import Rule, all_rules

TABLE: Final = Path(__file__).parent / "knowledge" / "curated" / "catalogue.csv"

State: TypeAlias = Literal["executable", "waiting for tables", "waiting for points"]

#: National rules that the 2025 edition added without a code of the first framework, by name.
UNNUMBERED: Final = {
    "药品限最大开药天数/开药量": "drug_supply_days",
    "药品限就医方式": "drug_setting",
    "医疗服务项目限年龄": "service_age",
    "医疗服务项目与医用耗材重复收费": "consumable_in_service",
    "医疗服务项目周期超频次": "service_interval",
    "超互联网医院药品支付范围": "internet_controlled_drugs",
    "中药饮片超大处方": "herb_many_pieces",
    "中药饮片超量上传": "herb_dose",
    "医用耗材与性别不符": "consumable_sex",
    "医用耗材限疾病使用": "consumable_indication",
}

#: National rules served by the unit of another: policy and medical class ask the same of the same children's services.
SHARED: Final = {"医疗服务项目限儿童使用": "service_child_only"}

#: Units that judge nothing until a city adds points to the class.
NEEDS_POINTS: Final = {"service_work_injury_only": "医疗服务项目限工伤保险"}

#: Classes of the knowledge tables under another name than the rule's.
_POINT_CLASS: Final = {"医疗服务项目限儿童使用": "医疗服务项目儿童专用"}


@dataclass(frozen=True, slots=True)
class NationalRule:
    """One of the 88: its place in the catalogue, the units that serve it, whether they can run, and its knowledge points."""

    seq: int
    tier1: str
    tier2: str
    name: str
    gz_code: str | None
    units: tuple[Rule, ...]
    state: State
    waits_for: tuple[str, ...]
    points: int
    executable_points: int


@cache
def catalogue_table() -> pl.DataFrame:
    """seq, tier1, tier2, name, gz_code of the 88 rules."""
    return pl.read_csv(TABLE, schema_overrides={"seq": pl.Int32}, infer_schema_length=0)


def national_rules(contract_tables: Collection[str] | None = None, knowledge: Knowledge | None = None) -> tuple[NationalRule, ...]:
    """The 88 rules in order. ``contract_tables`` are the tables that may be delivered; None takes the whole contract.

    Raises ValueError naming every national rule that no unit serves.
    """
    tables = set(contract_tables) if contract_tables is not None else contract()
    k = knowledge or shipped()
    by_code: dict[str, list[Rule]] = {}
    for unit in all_rules():
        if unit.gz_code:
            by_code.setdefault(unit.gz_code, []).append(unit)
    by_id = {unit.rule_id: unit for unit in all_rules()}
    rows = []
    orphans = []
    for row in catalogue_table().iter_rows(named=True):
        named = UNNUMBERED.get(row["name"]) or SHARED.get(row["name"])
        units = by_code.get(row["gz_code"] or "", []) + ([by_id[named]] if named in by_id else [])
        if not units:
            orphans.append(f"{row['seq']} {row['name']}")
            continue
        rows.append(_national(row, tuple(units), tables, k))
    if orphans:
        raise ValueError("No unit serves these national rules: " + "; ".join(orphans))
    return tuple(rows)


def _national(row: dict[str, str], units: tuple[Rule, ...], tables: set[str], k: Knowledge) -> NationalRule:
    ready = [unit for unit in units if set(unit.needs) <= tables]
    missing = sorted({table for unit in units for table in unit.needs if table not in tables})
    point_class = _POINT_CLASS.get(row["name"], row["name"])
    total, executable = _points(point_class, k)
    state: State = "executable" if ready else "waiting for tables"
    waits = () if ready else tuple(missing)
    if ready and all(NEEDS_POINTS.get(unit.rule_id) == row["name"] for unit in ready) and not executable:
        state, waits = "waiting for points", (row["name"],)
    return NationalRule(int(row["seq"]), row["tier1"], row["tier2"], row["name"], row["gz_code"], units, state, waits, total, executable)


def _points(name: str, k: Knowledge) -> tuple[int, int]:
    special = {"医疗服务项目重复收费": k.pairs, "手术操作编码与性别不符": k.operations, "诊断编码与手术操作编码不符": k.dx_operations}
    if name in special:
        return special[name].height, special[name].height
    return k.count(name)


def without_points(knowledge: Knowledge) -> dict[str, str]:
    """Unit → its class, of the units that judge nothing because the knowledge holds no executable point of their class."""
    return {rule_id: name for rule_id, name in NEEDS_POINTS.items() if not _points(name, knowledge)[1]}


def contract() -> set[str]:
    """Names of all tables of the fixed input contract, without its extensions."""
    return {name for name, table in all_tables().items() if table.origin != "extension"}
