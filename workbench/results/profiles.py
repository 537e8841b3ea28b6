"""What an institution's page shows beside its findings, gathered once when a run is loaded.

From the run's own frames (reasons, institution_z) as they are, and plain sums of the lake: months, cost structure, origin of
patients, occupancy, visits under a finding. No scores are made here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import polars as pl

from features.lake import Lake
from features.networks.network_pairs import PAIR_SCHEMA
from features.tables import Tables
from workbench.results import sums
from workbench.results.networks import networks

#: column names under which a reason's parts may come, first match wins
REASON_NAMES = {
    "sentence": ("sentence", "text", "reason"),
    "source": ("feature", "rule", "rule_id", "source", "item"),
    "value": ("value",),
    "peer": ("peer_value", "peer_median", "peer"),
    "since": ("since_month", "since", "month"),
}
FEATURE_NAMES = {
    "feature": ("feature", "name"),
    "value": ("value",),
    "peer": ("peer_median", "peer_value", "median", "peer"),
    "z": ("z", "z_score", "score"),
    "title": ("title_zh", "zh", "title"),
}
INNOCENT_NAMES = {"sentence": ("sentence",), "kind": ("kind",)}
SHAPLEY_NAMES = {"feature": ("feature",), "value": ("shap",)}
MOST_FEATURES = 20  # shown; the whole frame stays in the run folder
MOST_SHAPLEY = 10
LEAST_OF_A_MONTH = 0.1  # of the median month's settlements


@dataclass(slots=True)
class Profiles:
    """Everything by institution code; absent inputs leave empty dicts."""

    registry: dict[str, dict[str, Any]] = field(default_factory=dict)
    reasons: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    features: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    monthly: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    structure: dict[str, dict[str, float]] = field(default_factory=dict)
    origin: dict[str, dict[str, int]] = field(default_factory=dict)
    occupancy: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    departments: dict[str, str] = field(default_factory=dict)
    innocent: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    shapley: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    network: dict[str, dict[str, Any]] = field(default_factory=dict)
    visits: dict[str, int] = field(default_factory=dict)
    flagged: dict[str, int] = field(default_factory=dict)
    trend: dict[str, list[int]] = field(default_factory=dict)
    months: dict[str, list[str]] = field(default_factory=dict)
    counts: dict[str, tuple[int, int]] = field(default_factory=dict)
    group_of: dict[str, str] = field(default_factory=dict)
    peers: dict[str, dict[str, float]] = field(default_factory=dict)

    def add_peers(self, group_of: dict[str, str]) -> None:
        """Remembers, per peer group, the median share of each cost category among its members."""
        members: dict[str, list[dict[str, float]]] = {}
        for code, group in group_of.items():
            own = shares(self.structure.get(code, {}))
            if own:
                members.setdefault(group, []).append(own)
        self.group_of = group_of
        for group, listed in members.items():
            items = {item for own in listed for item in own}
            if len(listed) > 1:
                self.peers[group] = {item: median(own.get(item, 0.0) for own in listed) for item in sorted(items)}

    def fields(self, code: str, reasons: str) -> dict[str, Any]:
        """The fields of Suspect that come from here."""
        registry = self.registry.get(code, {})
        own = self.reasons.get(code) or [{"sentence": part.strip()} for part in reasons.replace("；", ";").split(";") if part.strip()]
        n, definite = self.counts.get(code, (0, 0))
        return {
            "type_name": registry.get("medins_type_name") or "",
            "tier": registry.get("tier") or "",
            "beds": registry.get("beds"),
            "main_reason": own[0]["sentence"] if own else "",
            "n_findings": n,
            "n_definite": definite,
            "n_visits": self.visits.get(code),
            "n_flagged": self.flagged.get(code),
            "trend": self.trend.get(code, []),
            "months": " ".join(self.months.get(code, [])),
            "profile": {
                "reasons": own,
                "features": self.features.get(code, []),
                "monthly": self.monthly.get(code, []),
                "structure": self.structure.get(code, {}),
                "peer_structure": self.peers.get(self.group_of.get(code, ""), {}),
                "origin": self.origin.get(code, {}),
                "occupancy": self.occupancy.get(code, []),
                "innocent": self.innocent.get(code, []),
                "shapley": self.shapley.get(code, []),
                "network": self.network.get(code, {}),
            },
        }


def shares(structure: dict[str, float]) -> dict[str, float]:
    """Amounts by category as shares of their sum; categories that net to nothing or less are left out."""
    amounts = {item: fen for item, fen in structure.items() if fen > 0}
    total = sum(amounts.values())
    return {item: fen / total for item, fen in amounts.items()} if total else {}


def profiles_of(folder: Path, lake_path: Path | None, findings: pl.DataFrame) -> Profiles:
    """Profiles of all institutions of a run folder; whatever input is absent is left out."""
    found = Profiles()
    found.reasons = _grouped(_first(folder, "reasons.parquet", "facts/reasons.parquet"), REASON_NAMES, sort="order")
    found.features = _features(_first(folder, "institution_z.parquet", "facts/institution_z.parquet"))
    found.innocent = _grouped(_first(folder, "innocent.parquet"), INNOCENT_NAMES, sort="order")
    found.shapley = _strongest(_grouped(_first(folder, "facts/shap.parquet"), SHAPLEY_NAMES), "value", MOST_SHAPLEY)
    pairs = _first(folder, "facts/network_pair.parquet")
    found.network = networks(findings, pl.DataFrame(schema=PAIR_SCHEMA) if pairs is None else pairs)
    _from_findings(found, findings)
    if lake_path is not None:
        lake = Lake(lake_path)
        _from_lake(found, lake)
    return found


def _from_findings(found: Profiles, findings: pl.DataFrame) -> None:
    counts = findings.group_by("fixmedins_code").agg(
        pl.len().alias("n"),
        (pl.col("certainty") == "definite").sum().alias("definite"),
        pl.col("mdtrt_id").filter(pl.col("mdtrt_id").is_not_null() & (pl.col("mdtrt_id") != "")).n_unique().alias("flagged"),
    )
    for code, n, definite, flagged in counts.iter_rows():
        found.counts[code] = (n, definite)
        found.flagged[code] = flagged
    dated = findings.filter(pl.col("occurred_from").is_not_null()).with_columns(month=pl.col("occurred_from").dt.strftime("%Y-%m"))
    found.months = dict(dated.group_by("fixmedins_code").agg(pl.col("month").unique().sort()).iter_rows())
    months = dated["month"].unique().sort().to_list()[-24:]
    place = {month: index for index, month in enumerate(months)}
    for code, month, amount in dated.group_by("fixmedins_code", "month").agg(pl.col("amount_fen").sum()).iter_rows():
        if month in place:
            found.trend.setdefault(code, [0] * len(months))[place[month]] = amount


def _from_lake(found: Profiles, lake: Lake) -> None:
    t = Tables(lake)
    if lake.has("fixmedins_b"):
        wanted = [name for name in ("fixmedins_code", "medins_type_name", "tier", "beds") if name in t.institutions.collect_schema().names()]
        found.registry = {row["fixmedins_code"]: row for row in t.institutions.select(wanted).collect().iter_rows(named=True)}
    if lake.has("setl_d"):
        for row in _whole_months(sums.monthly(lake)).iter_rows(named=True):
            found.monthly.setdefault(row.pop("fixmedins_code"), []).append(row)
    if lake.has("fee_list_d"):
        for code, item, amount in sums.structure(lake).iter_rows():
            found.structure.setdefault(code, {})[item or ""] = amount
    if lake.has("mdtrt_d"):
        for code, county, persons in sums.origin(lake).iter_rows():
            found.origin.setdefault(code, {})[county or ""] = persons
        found.visits = dict(sums.visits(lake).iter_rows())
        found.departments = sums.departments(lake)
        for row in sums.occupancy(lake).iter_rows(named=True):
            found.occupancy.setdefault(row.pop("fixmedins_code"), []).append(row)


def _whole_months(monthly: pl.DataFrame) -> pl.DataFrame:
    """Without the months at either end that hold next to nothing (late refunds, a delivery's first days): they would look like a collapse."""
    city = monthly.group_by("month").agg(pl.col("settlements").sum()).sort("month")
    whole = city.filter(pl.col("settlements") >= pl.col("settlements").median() * LEAST_OF_A_MONTH)["month"]
    return monthly.filter(pl.col("month").is_between(pl.lit(whole.min()), pl.lit(whole.max()))) if len(whole) else monthly


def _first(folder: Path, *names: str) -> pl.DataFrame | None:
    return next((pl.read_parquet(folder / name) for name in names if (folder / name).is_file()), None)


def _grouped(frame: pl.DataFrame | None, names: Mapping[str, tuple[str, ...]], sort: str | None = None) -> dict[str, list[dict[str, Any]]]:
    if frame is None or "fixmedins_code" not in frame.columns:
        return {}
    chosen = {key: next((name for name in candidates if name in frame.columns), None) for key, candidates in names.items()}
    if sort and sort in frame.columns:
        frame = frame.sort("fixmedins_code", sort)
    picked = frame.select("fixmedins_code", *(pl.col(name).alias(key) for key, name in chosen.items() if name))
    grouped: dict[str, list[dict[str, Any]]] = {}
    for row in picked.iter_rows(named=True):
        grouped.setdefault(row.pop("fixmedins_code"), []).append(
            {k: v if isinstance(v, int | float | str | None) else str(v) for k, v in row.items()}
        )
    return grouped


def _features(frame: pl.DataFrame | None) -> dict[str, list[dict[str, Any]]]:
    grouped = _grouped(frame, FEATURE_NAMES) if frame is not None and "feature" in frame.columns else {}
    return _strongest(grouped, "z", MOST_FEATURES)


def _strongest(grouped: dict[str, list[dict[str, Any]]], by: str, most: int) -> dict[str, list[dict[str, Any]]]:
    """The rows with the largest figures, of either sign; noughts and unknown figures are left out."""
    kept = {}
    for code, rows in grouped.items():
        known = [row for row in rows if isinstance(row.get(by), int | float) and not math.isnan(row[by]) and row[by]]
        kept[code] = sorted(known, key=lambda row: -abs(row[by]))[:most]
    return kept
