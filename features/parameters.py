"""A city's parameters: every threshold lives in one commented YAML with its unit and source; code holds none.

The defaults ship as ``features/city.yaml``. A city's own file (``--config city.yaml``) names only what differs::

    bed_hanging:
      idle_days_min: 4                      # a bare value, or
      idle_share_min: {value: 0.6, source: 本市医保发〔2025〕3号, from: 2025-01-01}

All errors of a file are reported at once, with the nearest known name.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import yaml

DEFAULTS = Path(__file__).with_name("city.yaml")

Value: TypeAlias = bool | int | float | str | list[Any] | dict[str, Any]


class ParameterError(ValueError):
    """A parameter file that cannot be used; the message lists every error in it."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One threshold with what a reader needs to trust it."""

    unit_id: str
    name: str
    value: Value
    unit: str
    source: str
    meaning_zh: str
    in_force_from: date | None = None


class Params(Mapping[str, Any]):
    """The parameters of one unit: ``params["idle_days_min"]`` gives the value, a missing name a clear error."""

    def __init__(self, unit_id: str, values: Mapping[str, Parameter]) -> None:
        self.unit_id = unit_id
        self._values = dict(values)

    def __getitem__(self, name: str) -> Any:
        try:
            return self._values[name].value
        except KeyError:
            raise ParameterError(
                f"{self.unit_id} asks for a parameter {name!r} that features/city.yaml does not define{did_you_mean(name, self._values)}"
            ) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def describe(self, name: str) -> Parameter:
        """The parameter with its unit, source and meaning."""
        return self._values[name]

    def replaced(self, changes: Mapping[str, Value]) -> Params:
        """A copy with some values changed, for trying a threshold out. Unknown names raise ParameterError."""
        unknown = [name for name in changes if name not in self._values]
        if unknown:
            raise ParameterError("; ".join(f"{self.unit_id} has no parameter {name!r}{did_you_mean(name, self._values)}" for name in unknown))
        updated = dict(self._values)
        for name, value in changes.items():
            old = updated[name]
            updated[name] = Parameter(old.unit_id, old.name, value, old.unit, "trial", old.meaning_zh, old.in_force_from)
        return Params(self.unit_id, updated)


class City:
    """All parameters of a city: the shipped defaults overlaid with the city's own file."""

    def __init__(self, units: Mapping[str, Mapping[str, Parameter]]) -> None:
        self._units = {unit: dict(values) for unit, values in units.items()}

    @classmethod
    def load(cls, own: Path | None = None) -> City:
        """The defaults, overlaid with ``own`` when given. Raises ParameterError listing every error."""
        units = {unit: dict(values) for unit, values in _read_defaults(DEFAULTS).items()}
        if own is not None:
            _overlay(units, own)
        return cls(units)

    def __getitem__(self, unit_id: str) -> Params:
        return Params(unit_id, self._units.get(unit_id, {}))

    def __contains__(self, unit_id: object) -> bool:
        return unit_id in self._units

    @property
    def units(self) -> list[str]:
        """The ids of all units that have parameters, in the file's order."""
        return list(self._units)

    def replaced(self, unit_id: str, changes: Mapping[str, Value]) -> City:
        """A copy in which some values of one unit are changed."""
        changed = self[unit_id].replaced(changes)
        return City({**self._units, unit_id: {name: changed.describe(name) for name in changed}})

    def as_plain(self) -> dict[str, dict[str, Value]]:
        """unit → name → value, for recording with a run."""
        return {unit: {name: p.value for name, p in values.items()} for unit, values in self._units.items()}


def did_you_mean(name: str, known: Mapping[str, Any] | list[str]) -> str:
    """``. Did you mean 'x'?`` or ``.`` when nothing is near."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f". Did you mean {near[0]!r}?" if near else "."


@cache
def _read_defaults(path: Path) -> dict[str, dict[str, Parameter]]:
    # libyaml reads the file ten times as fast as Python does
    content = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)) or {}  # noqa: S506 - safe either way
    errors: list[str] = []
    units: dict[str, dict[str, Parameter]] = {}
    for unit_id, entries in content.items():
        units[unit_id] = {}
        for name, entry in (entries or {}).items():
            missing = [key for key in ("value", "unit", "source", "zh") if not isinstance(entry, dict) or key not in entry]
            if missing:
                errors.append(f"{unit_id}.{name} lacks {', '.join(missing)}")
                continue
            units[unit_id][name] = Parameter(
                unit_id, name, entry["value"], str(entry["unit"]), str(entry["source"]), str(entry["zh"]), entry.get("from")
            )
    if errors:
        raise ParameterError(f"{path.name} has {len(errors)} error(s): " + "; ".join(errors))
    return units


def _overlay(units: dict[str, dict[str, Parameter]], own: Path) -> None:
    try:
        content = yaml.safe_load(own.read_text(encoding="utf-8")) or {}
    except (OSError, yaml.YAMLError) as error:
        raise ParameterError(f"Cannot read the parameter file {own}: {error}") from error
    if not isinstance(content, dict):
        raise ParameterError(f"{own} must be a mapping of unit → parameter → value.")
    errors: list[str] = []
    for unit_id, entries in content.items():
        if unit_id not in units:
            errors.append(f"no unit {unit_id!r}{did_you_mean(str(unit_id), units)}")
            continue
        for name, entry in (entries or {}).items():
            known = units[unit_id]
            if name not in known:
                errors.append(f"{unit_id} has no parameter {name!r}{did_you_mean(str(name), known)}")
                continue
            old = known[name]
            given = entry if isinstance(entry, dict) and "value" in entry else {"value": entry}
            if not _same_kind(old.value, given["value"]):
                errors.append(f"{unit_id}.{name} must be like {old.value!r} ({old.unit}), not {given['value']!r}")
                continue
            known[name] = Parameter(
                unit_id,
                name,
                given["value"],
                old.unit,
                str(given.get("source", f"city file {own.name}")),
                old.meaning_zh,
                given.get("from", old.in_force_from),
            )
    if errors:
        raise ParameterError(f"{own} has {len(errors)} error(s): " + "; ".join(errors))


def _same_kind(default: Value, given: object) -> bool:
    if isinstance(default, bool) or isinstance(given, bool):
        return isinstance(default, bool) and isinstance(given, bool)
    if isinstance(default, int | float):
        return isinstance(given, int | float)
    return isinstance(given, type(default))
