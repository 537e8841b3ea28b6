"""Loading the knowledge tables, laying a city's overlay on them, and reporting what cannot be trusted.

An overlay is a YAML file of dated changes::

    - {action: off, point: K00042, from: 2025-01-01, reason: 本市另有规定}
    - action: add
      class: 药品限医疗机构级别
      item: 某某注射液
      codes: [XC04AXX000B002010100001]
      tier_min: "2"
      from: 2025-03-01
      source: 某医保发〔2025〕8号

Every error in it is reported at once. ``from``/``until`` bound the days of the fee lines to which the change applies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

import polars as pl
import yaml

from features.parameters import did_you_mean
from features.tables import Tables
from models.knowledge.build import DATA, MATCH_SCHEMA, POINT_SCHEMA

#: Name under which a flow hands an overlay to the rules: ``Tables(..., facts={OVERLAY_FACTS: overlay_frame(path).lazy()})``.
OVERLAY_FACTS: Final = "knowledge_overlay"

_ALLOWED: Final = {
    "action", "point", "class", "item", "codes", "names", "prefixes", "sex", "age_min", "age_max", "tier_min", "settings", "days_max",
    "interval_days", "count_max", "unit", "insurance", "icd", "icd_forbidden", "partner", "departments", "including", "included", "window",
    "from", "until", "source", "reason",
}  # fmt: skip
_LISTS: Final = ("settings", "icd", "icd_forbidden", "partner", "departments")
_NUMBERS: Final = ("age_min", "age_max", "days_max", "interval_days", "count_max")
_TEXTS: Final = ("sex", "tier_min", "unit", "insurance")


class KnowledgeError(ValueError):
    """An overlay that cannot be used; the message lists every error in it."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All knowledge tables of one city. ``points`` bear ``valid_from``/``valid_until`` (null = always)."""

    points: pl.DataFrame
    matches: pl.DataFrame
    pairs: pl.DataFrame
    operations: pl.DataFrame
    dx_operations: pl.DataFrame
    icd10: pl.DataFrame
    icd9: pl.DataFrame
    services: pl.DataFrame

    def of(self, *rule_classes: str) -> pl.DataFrame:
        """Executable points of the classes; those of no use to a machine (``why_not``) are left out."""
        return self.points.filter(pl.col("rule_class").is_in(rule_classes) & pl.col("why_not").is_null())

    def matches_of(self, *rule_classes: str) -> pl.DataFrame:
        """point_id, how, value for the executable points of the classes."""
        return self.matches.join(self.of(*rule_classes).select("point_id"), on="point_id", how="semi")

    def count(self, *rule_classes: str) -> tuple[int, int]:
        """How many points the classes have, and how many of them are executable."""
        rows = self.points.filter(pl.col("rule_class").is_in(rule_classes))
        return rows.height, rows.filter(pl.col("why_not").is_null()).height


@cache
def shipped() -> Knowledge:
    """The knowledge tables of the repository, without any city's overlay."""
    tables = {name: pl.read_parquet(DATA / f"{name}.parquet") for name in Knowledge.__slots__}
    bounds = {"valid_from": pl.lit(None, pl.Date), "valid_until": pl.lit(None, pl.Date)}
    tables["points"] = tables["points"].with_columns(**bounds)
    tables["pairs"] = tables["pairs"].with_columns(**bounds)
    return Knowledge(**tables)


def load_knowledge(overlay: Path | None = None) -> Knowledge:
    """The shipped tables with the city's overlay. Raises KnowledgeError listing every error of the overlay."""
    return shipped() if overlay is None else with_overlay(shipped(), overlay_entries(overlay))


def knowledge_of(t: Tables) -> Knowledge:
    """The knowledge that applies to these tables: the shipped one, or with the overlay the flow handed over as facts."""
    try:
        frame = t.facts(OVERLAY_FACTS)
    except KeyError:
        return shipped()
    return with_overlay(shipped(), frame.collect().to_dicts())


def overlay_frame(overlay: Path) -> pl.DataFrame:
    """A checked overlay as one frame, to be handed to ``Tables`` as facts ``OVERLAY_FACTS``."""
    return pl.DataFrame([{"entry": yaml.safe_dump(entry, allow_unicode=True)} for entry in overlay_entries(overlay)], schema={"entry": pl.String()})


def overlay_entries(overlay: Path) -> list[dict[str, Any]]:
    """The entries of an overlay file, checked. Raises KnowledgeError listing every error."""
    try:
        content = yaml.safe_load(overlay.read_text(encoding="utf-8")) or []
    except (OSError, yaml.YAMLError) as error:
        raise KnowledgeError(f"Cannot read the knowledge overlay {overlay.name}: {error}") from error
    if not isinstance(content, list):
        raise KnowledgeError(f"{overlay.name} must be a list of entries, each with an action (add or off).")
    for entry in content:
        # a bare ``off`` is the boolean False in YAML
        if isinstance(entry, dict) and entry.get("action") is False:
            entry["action"] = "off"
    base = shipped()
    errors = [f"entry {number}: {error}" for number, entry in enumerate(content, start=1) for error in _errors(entry, base)]
    if errors:
        raise KnowledgeError(f"{overlay.name} has {len(errors)} error(s): " + "; ".join(errors))
    return content


def with_overlay(base: Knowledge, rows: list[dict[str, Any]]) -> Knowledge:
    """The tables with checked overlay entries applied: points switched off (from a day on) and points added."""
    entries = [yaml.safe_load(row["entry"]) if "entry" in row and "action" not in row else row for row in rows]
    off = {entry["point"]: entry for entry in entries if entry["action"] == "off"}
    added = [entry for entry in entries if entry["action"] == "add"]
    points = _switched_off(base.points, "point_id", off)
    pairs = _switched_off(base.pairs, "pair_id", off)
    new_points, new_matches, new_pairs = _added(added)
    return replace(
        base,
        points=pl.concat([points, pl.DataFrame(new_points, schema={**POINT_SCHEMA, "valid_from": pl.Date(), "valid_until": pl.Date()})]),
        matches=pl.concat([base.matches, pl.DataFrame(new_matches, schema=MATCH_SCHEMA)]),
        pairs=pl.concat([pairs, pl.DataFrame(new_pairs, schema=pairs.schema)]),
    )


def _switched_off(frame: pl.DataFrame, key: str, off: Mapping[str, Mapping[str, Any]]) -> pl.DataFrame:
    gone = [name for name, entry in off.items() if entry.get("from") is None]
    ends = {name: _day_before(entry["from"]) for name, entry in off.items() if entry.get("from") is not None}
    kept = frame.filter(~pl.col(key).is_in(gone))
    until = pl.col(key).replace_strict(ends, default=None, return_dtype=pl.Date) if ends else pl.lit(None, pl.Date)
    return kept.with_columns(valid_until=pl.coalesce(until, "valid_until"))


def _added(entries: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, str]], list[dict[str, Any]]]:
    points: list[dict[str, Any]] = []
    matches: list[dict[str, str]] = []
    pairs: list[dict[str, Any]] = []
    for number, entry in enumerate(entries, start=1):
        point_id = f"O{number:04d}"
        bounds = {"valid_from": entry.get("from"), "valid_until": entry.get("until")}
        source = entry.get("source")
        if entry["class"] == "医疗服务项目重复收费":
            names = {"including": entry["including"], "included": entry["included"], "item_a": entry["including"], "item_b": entry["included"]}
            pairs.append(
                {**names, "basis": entry.get("item"), "batch": None, "source": source, "window": entry.get("window", "单日"), "window_read": True}
                | {"pair_id": point_id}
                | bounds
            )
            continue
        base = {"point_id": point_id, "rule_class": entry["class"], "item_name": entry["item"], "text": entry.get("reason"), "source": source}
        limits = {name: entry.get(name) for name in (*_NUMBERS, *_TEXTS)} | {name: entry.get(name, []) for name in _LISTS}
        points.append(base | limits | bounds)
        for how, name in (("code", "codes"), ("prefix", "prefixes"), ("name", "names")):
            matches.extend({"point_id": point_id, "how": how, "value": value} for value in entry.get(name, []))
    return points, matches, pairs


def _errors(entry: object, base: Knowledge) -> list[str]:
    if not isinstance(entry, dict) or entry.get("action") not in ("add", "off"):
        return ["needs an action: add or off"]
    errors = [f"unknown key {key!r}{did_you_mean(str(key), sorted(_ALLOWED))}" for key in entry if key not in _ALLOWED]
    errors += [f"{name} must be a date, not {entry[name]!r}" for name in ("from", "until") if name in entry and not isinstance(entry[name], date)]
    if entry["action"] == "off":
        known = set(base.points["point_id"]) | set(base.pairs["pair_id"])
        if entry.get("point") not in known:
            errors.append(f"no point {entry.get('point')!r} (see huoyan rules points)")
        return errors
    classes = [*base.points["rule_class"].unique(), "医疗服务项目重复收费", *EXTRA_CLASSES]
    if entry.get("class") not in classes:
        errors.append(f"no rule class {entry.get('class')!r}{did_you_mean(str(entry.get('class')), classes)}")
    if "source" not in entry:
        errors.append("an added point needs its source")
    if entry.get("class") == "医疗服务项目重复收费":
        errors += [f"a pair needs {name} (a code)" for name in ("including", "included") if not isinstance(entry.get(name), str)]
        return errors
    if not entry.get("item"):
        errors.append("an added point needs the item's name (item)")
    if not any(entry.get(name) for name in ("codes", "prefixes", "names")):
        errors.append("an added point needs codes, prefixes or names")
    errors += [f"{name} must be a whole number" for name in _NUMBERS if name in entry and not isinstance(entry[name], int)]
    errors += [f"{name} must be text in quotes" for name in _TEXTS if name in entry and not isinstance(entry[name], str)]
    errors += [f"{name} must be a list" for name in (*_LISTS, "codes", "prefixes", "names") if name in entry and not isinstance(entry[name], list)]
    return errors


#: National classes that ship without points; a city may add them.
EXTRA_CLASSES: Final = ("医疗服务项目限工伤保险", "医疗服务项目限新生儿使用", "医疗服务项目限儿童使用", "药品超限定病种目录范围使用")


def _day_before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)


def knowledge_report(knowledge: Knowledge | None = None) -> pl.DataFrame:
    """What the tables hold that cannot be used or needs a look: finding, point_id, rule_class, item_name, detail.

    ``not executable`` points no condition could be read from; ``duplicate`` the same class, item and text twice;
    ``contradiction`` one code under one class with two sexes, ages or levels; ``unknown code`` of no national form;
    ``window not read`` pairs taken by the day because nobody read their window.
    """
    k = knowledge or shipped()
    columns = ["finding", "point_id", "rule_class", "item_name", "detail"]
    points = k.points
    frames = [
        points.filter(pl.col("why_not").is_not_null()).with_columns(finding=pl.lit("not executable"), detail="why_not"),
        points.filter(pl.struct("rule_class", "item_name", "text").is_duplicated() & (pl.col("text") != "")).with_columns(
            finding=pl.lit("duplicate"), detail=pl.col("text").str.slice(0, 60)
        ),
        _contradictions(k).with_columns(finding=pl.lit("contradiction")),
        _unknown_codes(k).with_columns(finding=pl.lit("unknown code")),
        k.pairs.filter(~pl.col("window_read")).select(
            finding=pl.lit("window not read"), point_id="pair_id", rule_class=pl.lit("医疗服务项目重复收费"), item_name="item_a", detail="item_b"
        ),
    ]
    return pl.concat([frame.select(columns) for frame in frames])


_FORM: Final = r"^(X[A-Z]\d{2}[A-Z]{2}[A-Z]\d{3}[A-Z]\d{3}\d{9}|Z[A-Z]\d{2}[A-Z]{2}[A-Z]\d{13}|T\d{9}|C\d{19}(\d{7})?|0[01]\d{13})$"


def _unknown_codes(k: Knowledge) -> pl.DataFrame:
    odd = k.matches.filter((pl.col("how") == "code") & ~pl.col("value").str.contains(_FORM))
    return odd.join(k.points, on="point_id").with_columns(detail="value")


def _contradictions(k: Knowledge) -> pl.DataFrame:
    exact = k.matches.filter(pl.col("how") == "code").join(k.points.filter(pl.col("why_not").is_null()), on="point_id")
    limits = ["sex", "age_max", "tier_min", "days_max"]
    odd = exact.group_by("rule_class", "value").agg(pl.col(name).n_unique().alias(f"n_{name}") for name in limits)
    odd = odd.filter(pl.any_horizontal(pl.col(f"n_{name}") > 1 for name in limits))
    return exact.join(odd, on=["rule_class", "value"]).with_columns(detail="value")
