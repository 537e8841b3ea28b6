"""A grouping scheme as a set of tables: the national CHS-DRG 1.1 ships with the code, a city's own loads the same way.

A scheme is a folder (docs/drg.md describes every column):

    scheme.yaml             id, name, in force from/to, order of the MDCs, how ambiguity is treated, source, licence
    mdc_members.parquet     mdc, code, region        main diagnoses of each MDC; region = body region (multiple trauma only)
    adrg.csv                adrg, mdc, adrg_order, dx, op, newborn, weight_from, weight_to, pattern, name
    adrg_members.parquet    adrg, list (dx, op, op2), code, part
    drg.csv                 drg_code, drg_name, adrg, drg_order, needs (all, mcc, cc), discharge
    severity.parquet        code, level (mcc, cc), exclusion
    exclusion.parquet       code, exclusion          of main diagnoses
    valid_operations.parquet code                    operations that count for grouping
    known_codes.parquet     kind (dx, op), code      the code lists of the scheme's ICD version

Conditions are words of a closed vocabulary that the grouper knows; nothing in a table is ever executed.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final, Literal

import polars as pl
import yaml

SHIPPED: Final = Path(__file__).with_name("data")
DEFAULT_SCHEME: Final = "chs_drg_11"

UNGROUPED: Final = "0000"
AMBIGUOUS_SUFFIX: Final = "QY"

#: How an ADRG uses the diagnoses: not at all, the main one, or any of the list.
DX_CONDITIONS: Final = ("none", "main", "any")
#: How it uses the operations: not at all, the main one in list ``op``, one of ``op`` and one of ``op2``, a set of parts
#: (column ``pattern``), any valid main operation, or no valid operation at all.
OP_CONDITIONS: Final = ("none", "main", "pair", "parts", "valid_main", "no_valid")
NEEDS: Final = ("all", "mcc", "cc")
#: ``medical``: an operation that leads to no surgical or procedural ADRG of the MDC is disregarded, the case goes by its diagnosis;
#: ``ambiguous``: such a case goes to the MDC's QY group before the medical ADRGs are tried.
Mismatch = Literal["medical", "ambiguous"]
#: A main diagnosis that is a sub-category's general code (``K35.800``) is in no member list. ``reject``: it has no group;
#: ``inherit``: it is grouped like the listed codes of its sub-category, and the path says so.
Unlisted = Literal["inherit", "reject"]

_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "mdc_members.parquet": ("mdc", "code", "region"),
    "adrg.csv": ("adrg", "mdc", "adrg_order", "dx", "op", "newborn", "weight_from", "weight_to", "pattern", "name"),
    "adrg_members.parquet": ("adrg", "list", "code", "part"),
    "drg.csv": ("drg_code", "drg_name", "adrg", "drg_order", "needs", "discharge"),
    "severity.parquet": ("code", "level", "exclusion"),
    "exclusion.parquet": ("code", "exclusion"),
    "valid_operations.parquet": ("code",),
    "known_codes.parquet": ("kind", "code"),
}
#: ``K35.800``, ``R42.x00``, ``99.2500``: a sub-category without extension.
_GENERAL_CODE: Final = r"^(.{4}[0-9x]00|\d\d\.[0-9x]{2}00)$"
_STAND_INS: Final = {"kind": pl.String, "code": pl.String, "stand_in": pl.String}
_ADRG_TYPES: Final = {
    "adrg": pl.String,
    "mdc": pl.String,
    "adrg_order": pl.Int64,
    "dx": pl.String,
    "op": pl.String,
    "newborn": pl.Boolean,
    "weight_from": pl.Float64,
    "weight_to": pl.Float64,
    "pattern": pl.String,
    "name": pl.String,
}
_DRG_TYPES: Final = {
    "drg_code": pl.String,
    "drg_name": pl.String,
    "adrg": pl.String,
    "drg_order": pl.Int64,
    "needs": pl.String,
    "discharge": pl.String,
}


class SchemeError(ValueError):
    """A scheme's tables cannot be used; the message lists every error in them."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """One version of a grouping scheme, checked and de-duplicated."""

    scheme_id: str
    name_zh: str
    in_force_from: date
    in_force_to: date | None
    mdc_order: tuple[str, ...]
    male_mdcs: frozenset[str]
    female_mdcs: frozenset[str]
    newborn_mdcs: frozenset[str]
    operation_mdcs: frozenset[str]
    trauma_mdcs: frozenset[str]
    newborn_days: int
    mismatch: Mismatch
    unlisted: Unlisted
    source: str
    licence: str
    mdc_members: pl.DataFrame = field(repr=False)
    adrg: pl.DataFrame = field(repr=False)
    adrg_members: pl.DataFrame = field(repr=False)
    drg: pl.DataFrame = field(repr=False)
    severity: pl.DataFrame = field(repr=False)
    exclusion: pl.DataFrame = field(repr=False)
    valid_operations: pl.DataFrame = field(repr=False)
    known_codes: pl.DataFrame = field(repr=False)
    #: kind (dx, op), code, stand_in: general codes and the listed code they are grouped like
    stand_ins: pl.DataFrame = field(repr=False)

    def in_force(self, day: date) -> bool:
        """True when discharges of ``day`` are grouped by this version."""
        return self.in_force_from <= day and (self.in_force_to is None or day <= self.in_force_to)


def load_scheme(folder: Path | None = None) -> Scheme:
    """The scheme in ``folder``, the shipped CHS-DRG 1.1 when none is given. Raises SchemeError listing all that is wrong."""
    folder = folder or SHIPPED / DEFAULT_SCHEME
    meta_path = folder / "scheme.yaml"
    if not meta_path.is_file():
        raise SchemeError(f"{folder} is no grouping scheme: scheme.yaml is missing. docs/drg.md names the tables; huoyan drg compile makes them.")
    meta = yaml.safe_load(meta_path.read_text(encoding="utf-8"))
    frames = {name: _read(folder / name, columns) for name, columns in _COLUMNS.items()}
    scheme = Scheme(
        scheme_id=str(meta["id"]),
        name_zh=str(meta["name_zh"]),
        in_force_from=meta["from"],
        in_force_to=meta.get("to"),
        mdc_order=tuple(meta["mdc_order"]),
        male_mdcs=frozenset(meta.get("male_mdcs", ())),
        female_mdcs=frozenset(meta.get("female_mdcs", ())),
        newborn_mdcs=frozenset(meta.get("newborn_mdcs", ())),
        operation_mdcs=frozenset(meta.get("operation_mdcs", ())),
        trauma_mdcs=frozenset(meta.get("trauma_mdcs", ())),
        newborn_days=int(meta.get("newborn_days", 28)),
        mismatch=meta.get("mismatch", "medical"),
        unlisted=meta.get("unlisted", "reject"),
        source=str(meta["source"]),
        licence=str(meta["licence"]),
        mdc_members=frames["mdc_members.parquet"],
        adrg=frames["adrg.csv"].sort("mdc", "adrg_order"),
        adrg_members=frames["adrg_members.parquet"],
        drg=frames["drg.csv"].sort("adrg", "drg_order"),
        severity=frames["severity.parquet"],
        exclusion=frames["exclusion.parquet"],
        valid_operations=frames["valid_operations.parquet"],
        known_codes=frames["known_codes.parquet"],
        stand_ins=_stand_ins(frames) if meta.get("unlisted") == "inherit" else pl.DataFrame(schema=_STAND_INS),
    )
    errors = _errors(scheme)
    if errors:
        raise SchemeError(f"The scheme in {folder} has {len(errors)} error(s): " + "; ".join(errors))
    return scheme


def load_schemes(folder: Path | None = None) -> tuple[Scheme, ...]:
    """The versions in ``folder`` (itself a scheme, or one sub-folder a version), oldest first; the shipped ones when none is given.

    Raises SchemeError when a version cannot be used or two are in force on the same day.
    """
    folder = folder or SHIPPED
    folders = [folder] if (folder / "scheme.yaml").is_file() else sorted(path.parent for path in folder.glob("*/scheme.yaml"))
    # a folder without any is told what it lacks
    versions = sorted((load_scheme(path) for path in folders or [folder]), key=lambda scheme: scheme.in_force_from)
    for earlier, later in itertools.pairwise(versions):
        if earlier.in_force_to is None or earlier.in_force_to >= later.in_force_from:
            raise SchemeError(
                f"{earlier.scheme_id} ({earlier.in_force_from}–{earlier.in_force_to or ''}) and {later.scheme_id} (from {later.in_force_from}) "
                f"are in force on the same day; give {earlier.scheme_id} a `to` before that in its scheme.yaml."
            )
    return tuple(versions)


def _read(path: Path, columns: tuple[str, ...]) -> pl.DataFrame:
    if not path.is_file():
        raise SchemeError(f"{path.parent} lacks the table {path.name} with the columns {', '.join(columns)}.")
    types = {"adrg.csv": _ADRG_TYPES, "drg.csv": _DRG_TYPES}.get(path.name)
    frame = pl.read_csv(path, schema_overrides=types) if path.suffix == ".csv" else pl.read_parquet(path)
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise SchemeError(f"{path.name} lacks the columns {', '.join(missing)}; expected {', '.join(columns)}.")
    return frame.select(columns).unique(maintain_order=True)


def _stand_ins(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """General codes in no list → the listed code of their sub-category with the commonest set of ADRGs (the smallest code of those)."""
    members = frames["adrg_members.parquet"].with_columns(kind=pl.when(pl.col("list") == "dx").then(pl.lit("dx")).otherwise(pl.lit("op")))
    sub_category = pl.col("code").str.slice(0, 5).alias("sub")
    listed = pl.concat(
        [
            frames["mdc_members.parquet"].select(pl.lit("dx").alias("kind"), "code"),
            frames["valid_operations.parquet"].select(pl.lit("op").alias("kind"), "code"),
            members.select("kind", "code"),
        ]
    ).unique()
    general = (
        frames["known_codes.parquet"]
        .filter(pl.col("code").str.contains(_GENERAL_CODE))
        .join(listed, on=["kind", "code"], how="anti")
        .select("kind", "code", sub_category)
    )
    # two spellings of an ADRG's list must not make two sets: ADRGs are joined sorted
    adrgs = members.group_by("kind", "code").agg(pl.col("adrg").unique().sort().str.join("|").alias("adrgs"))
    best = (
        listed.join(adrgs, on=["kind", "code"])
        .with_columns(sub_category)
        .group_by("kind", "sub", "adrgs")
        .agg(pl.len().alias("n"), pl.col("code").min().alias("stand_in"))
        .sort(["kind", "sub", "n", "stand_in"], descending=[False, False, True, False])
        .unique(["kind", "sub"], keep="first", maintain_order=True)
    )
    return general.join(best, on=["kind", "sub"]).select("kind", "code", "stand_in").sort("kind", "code")


def _errors(scheme: Scheme) -> list[str]:
    errors: list[str] = []
    adrg, drg = scheme.adrg, scheme.drg

    def complain(what: str, values: pl.Series) -> None:
        if len(values):
            errors.append(f"{what}: {', '.join(str(value) for value in values.unique().sort().head(5))}")

    complain("ADRG twice", adrg.filter(pl.col("adrg").is_duplicated())["adrg"])
    complain("DRG twice", drg.filter(pl.col("drg_code").is_duplicated())["drg_code"])
    complain("unknown diagnosis condition", adrg.filter(~pl.col("dx").is_in(DX_CONDITIONS))["dx"])
    complain("unknown operation condition", adrg.filter(~pl.col("op").is_in(OP_CONDITIONS))["op"])
    complain("unknown DRG condition", drg.filter(~pl.col("needs").is_in(NEEDS))["needs"])
    complain("MDC without place in mdc_order", adrg.filter(~pl.col("mdc").is_in(scheme.mdc_order))["mdc"])
    complain("DRG of an unknown ADRG", drg.join(adrg, on="adrg", how="anti")["drg_code"])
    complain("ADRG without DRG", adrg.join(drg, on="adrg", how="anti")["adrg"])
    complain("members of an unknown ADRG", scheme.adrg_members.join(adrg, on="adrg", how="anti")["adrg"])
    open_end = drg.group_by("adrg").agg(pl.col("needs").sort_by("drg_order").last().alias("last"), pl.col("discharge").sort_by("drg_order").last())
    complain("ADRG whose last DRG is not open to all", open_end.filter((pl.col("last") != "all") | pl.col("discharge").is_not_null())["adrg"])
    complain("code both MCC and CC", scheme.severity.filter(pl.col("code").is_duplicated())["code"])
    complain("parts wanted but no pattern", adrg.filter((pl.col("op") == "parts") & pl.col("pattern").is_null())["adrg"])
    if scheme.mismatch not in ("medical", "ambiguous"):
        errors.append(f"mismatch must be medical or ambiguous, not {scheme.mismatch!r}")
    if scheme.unlisted not in ("inherit", "reject"):
        errors.append(f"unlisted must be inherit or reject, not {scheme.unlisted!r}")
    return errors
