"""How a feature is declared and found. One feature a file in ``features/<grain>/``; file, function and feature id bear the same name.

    @feature(
        grain="stay", title_zh="空床日", title_en="Idle days", unit="day",
        why="A patient who is not there gets no treatment.",
        numerator="days without a care line", denominator="days of stay",
        needs=("fee_list_d",), columns={"idle_days": "无诊疗天数", ...},
    )
    def idle_days(t: Tables, p: Params) -> pl.LazyFrame:
        \"\"\"How it is counted, and what an honest hospital may answer.\"\"\"

Features of a *bucket grain* (``GRAINS[...].by_bucket``) see the ``Tables`` of one person bucket and return the grain's keys and
their ``columns``. Features of the grain ``institution`` see the whole city through ``t.facts(...)`` and return
``fixmedins_code, numerator, denominator`` (and ``value``, when it is not their quotient; ``member``, when they are a family; ``scatter``, when
the cases behind a quotient tell how far chance moves it).
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal, TypeAlias

import polars as pl

from features.parameters import Params
from features.tables import Tables

FeatureFunction: TypeAlias = Callable[[Tables, Params], pl.LazyFrame]
#: +1 the higher the more suspicious, -1 the lower, 0 both ways.
Direction: TypeAlias = Literal[-1, 0, 1]
#: How chance acts on an institution feature: a share of counted cases (binomial), a rate of events (Poisson), or a mean of anything.
Statistic: TypeAlias = Literal["share", "rate", "mean"]
Months: TypeAlias = Literal["each", "until", "none"]


@dataclass(frozen=True, slots=True)
class Grain:
    """What one row of a facts frame is about, and how the rows of several buckets become one."""

    name: str
    keys: tuple[str, ...]
    by_bucket: bool
    #: True: rows of the same keys in several buckets are added up. False: a key lies in one bucket only.
    additive: bool
    title_zh: str
    title_en: str


GRAINS: Final[dict[str, Grain]] = {
    grain.name: grain
    for grain in (
        Grain("stay", ("mdtrt_id",), by_bucket=True, additive=False, title_zh="住院", title_en="a stay"),
        Grain(
            "person_month",
            ("psn_no", "fixmedins_code", "month"),
            by_bucket=True,
            additive=False,
            title_zh="人员·机构·月",
            title_en="a person at an institution in a month",
        ),
        Grain(
            "institution_month", ("fixmedins_code", "month"), by_bucket=True, additive=True, title_zh="机构·月", title_en="an institution in a month"
        ),
        Grain("institution_day", ("fixmedins_code", "date"), by_bucket=True, additive=True, title_zh="机构·日", title_en="an institution on a day"),
        Grain(
            "institution_item",
            ("fixmedins_code", "hilist_code"),
            by_bucket=True,
            additive=True,
            title_zh="机构·项目",
            title_en="a catalogue item at an institution",
        ),
        Grain(
            "admission_group",
            ("fixmedins_code", "date", "place_type", "place"),
            by_bucket=True,
            additive=True,
            title_zh="机构·入院日·住地或单位",
            title_en="people of one village or employer admitted on a day",
        ),
        Grain(
            "physician_day",
            ("dr_code", "fixmedins_code", "date"),
            by_bucket=True,
            additive=True,
            title_zh="医师·机构·日",
            title_en="a physician at an institution on a day",
        ),
        Grain(
            "surplus_purchase",
            ("psn_no", "fixmedins_code", "date", "dr_code", "door"),
            by_bucket=True,
            additive=False,
            title_zh="人员·机构·日（余量购药）",
            title_en="a person's day of buying drugs in hand",
        ),
        Grain("institution", ("fixmedins_code",), by_bucket=False, additive=False, title_zh="机构", title_en="an institution"),
    )
}


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature with all that the catalogue, the runner, the models and an auditor need to know of it."""

    feature_id: str
    function: FeatureFunction
    grain: Grain
    title_zh: str
    title_en: str
    unit: str
    why: str
    numerator: str
    denominator: str
    needs: tuple[str, ...]
    facts: tuple[str, ...]
    params: tuple[str, ...]
    source: str
    #: bucket grains: returned column → Chinese name; grain institution: member → Chinese name (empty: a single feature)
    columns: Mapping[str, str]
    direction: Direction
    #: ids of the kinds of violation (output contract) that a high value speaks for
    points_to: tuple[str, ...]
    statistic: Statistic
    #: compared on a logarithmic scale (sizes and rates that differ by factors)
    log: bool
    #: means the same in every kind of institution that has it, so that all of them may be peers where its own kind is rare
    universal: bool
    #: hangs on what a house does, so that only houses of its own kind are peers (mix of fees, catchment)
    own_kind: bool
    #: left out of comparison among peers (it only describes)
    descriptive: bool
    #: what a month's value is: of that month's facts (each), of all up to it (until: months are compared), or nothing (none)
    months: Months
    #: grain stay: a stay of which the feature gives no row counts 0 (else null)
    absent_is_zero: bool
    version: str

    @property
    def doc(self) -> str:
        """The docstring: how it is counted, lawful answers."""
        return self.function.__doc__ or ""

    @property
    def names(self) -> tuple[str, ...]:
        """Columns that this feature puts into its grain's frame."""
        if self.grain.by_bucket:
            return tuple(self.columns)
        return tuple(f"{self.feature_id}_{member}" for member in self.columns) or (self.feature_id,)

    def title(self, name: str) -> str:
        """The Chinese name of one of ``names``."""
        if self.grain.by_bucket:
            return self.columns[name]
        member = name.removeprefix(f"{self.feature_id}_")
        return f"{self.title_zh}·{self.columns[member]}" if member in self.columns else self.title_zh


def feature(
    *,
    grain: str,
    title_zh: str,
    title_en: str,
    unit: str,
    why: str,
    numerator: str,
    denominator: str,
    needs: tuple[str, ...] = (),
    facts: tuple[str, ...] = (),
    params: tuple[str, ...] = (),
    source: str = "",
    columns: Mapping[str, str] | None = None,
    direction: Direction = 1,
    points_to: tuple[str, ...] = (),
    statistic: Statistic | None = None,
    log: bool = False,
    universal: bool = False,
    own_kind: bool = False,
    descriptive: bool = False,
    months: Months = "each",
    absent_is_zero: bool = True,
    version: str = "1",
) -> Callable[[FeatureFunction], Feature]:
    """Declares a feature; see the module's example.

    ``needs`` are optional tables without which it cannot be computed, ``facts`` the facts frames it reads (grain institution).
    Raises ValueError for an unknown grain, a missing docstring, or a bucket feature that names no columns.
    """

    def declare(function: FeatureFunction) -> Feature:
        name = function.__name__
        if not function.__doc__:
            raise ValueError(f"Feature {name} has no docstring; the catalogue is built from it.")
        if grain not in GRAINS:
            raise ValueError(f"Feature {name} is of the unknown grain {grain!r}; there are: {', '.join(GRAINS)}.")
        if GRAINS[grain].by_bucket and not columns:
            raise ValueError(f"Feature {name} of grain {grain} must name its columns with their Chinese names.")
        return Feature(
            name,
            function,
            GRAINS[grain],
            title_zh,
            title_en,
            unit,
            why,
            numerator,
            denominator,
            needs,
            facts,
            params,
            source,
            dict(columns or {}),
            direction,
            points_to,
            statistic or ("share" if unit == "share" else "mean"),
            log,
            universal,
            own_kind,
            descriptive,
            months,
            absent_is_zero,
            version,
        )

    return declare


@cache
def all_features() -> tuple[Feature, ...]:
    """Every feature of the packages ``features.<grain>``, by grain and id.

    Raises ValueError when a file does not hold the feature it is named for, or when two features of a grain give the same column.
    """
    found: list[Feature] = []
    for grain in GRAINS:
        package = importlib.import_module(f"features.{grain}")
        owner: dict[str, str] = {}
        for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda info: info.name):
            if info.name.startswith("_"):
                continue
            unit = getattr(importlib.import_module(f"features.{grain}.{info.name}"), info.name, None)
            if not isinstance(unit, Feature) or unit.grain.name != grain:
                raise ValueError(f"features/{grain}/{info.name}.py must define a feature of grain {grain} named {info.name}.")
            for name in unit.names:
                if name in owner:
                    raise ValueError(f"Features {owner[name]} and {unit.feature_id} of grain {grain} both give a column {name!r}.")
                owner[name] = unit.feature_id
            found.append(unit)
    return tuple(found)


def features_of(grain: str) -> tuple[Feature, ...]:
    """The features of one grain, by id."""
    return tuple(unit for unit in all_features() if unit.grain.name == grain)
