"""Running single features on drawn tables.

``of_bucket(unit, t)`` computes one bucket feature on a drawn city; ``of_institution(unit, t, stay="…")`` one institution feature on drawn
facts. Drawn facts are small tables like those of the city: ``-`` or an empty cell is null; whole numbers, decimals, ``yes``/``no`` and
dates are read as such, everything else is text.
"""

from __future__ import annotations

from datetime import date
from typing import Any, TypeAlias

import polars as pl

from features.feature import Feature
from features.parameters import City
from features.tables import Tables

Cell: TypeAlias = str | int | float | bool | date | None
_TEXT_COLUMNS = {"fixmedins_code", "mdtrt_id", "psn_no", "month", "dx3", "dscg_way", "modal_bundle", "hilist_code", "dr_code", "place", "place_type"}


def of_bucket(unit: Feature, t: Tables, **params: Any) -> pl.DataFrame:
    """The feature's frame on the drawn city, rows in order of its keys, columns as declared."""
    frame = unit.function(t, _params(unit, params))
    return frame.select(*unit.grain.keys, *unit.columns).collect().sort(list(unit.grain.keys))


def of_institution(unit: Feature, t: Tables, *, params: dict[str, Any] | None = None, **facts: str) -> dict[str, float | None]:
    """Institution (and member, as ``H1 member``) → value rounded to four decimals, null where the denominator is 0."""
    whole = Tables(t.lake, None, facts={name: drawn(text).lazy() for name, text in facts.items()})
    frame = unit.function(whole, _params(unit, params or {})).collect()
    if "value" not in frame.columns:
        frame = frame.with_columns(value=pl.when(pl.col("denominator") > 0).then(pl.col("numerator") / pl.col("denominator")))
    rows = frame.sort("fixmedins_code", *(["member"] if "member" in frame.columns else [])).iter_rows(named=True)
    return {
        " ".join(filter(None, (row["fixmedins_code"], row.get("member")))): None if row["value"] is None else round(row["value"], 4) for row in rows
    }


def drawn(text: str) -> pl.DataFrame:
    """A small table drawn with ``|`` between cells."""
    grid = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines() if line.strip()]
    head, body = grid[0], grid[1:]
    columns = {name: [_cell(name, row[index]) for row in body] for index, name in enumerate(head)}
    return pl.DataFrame(columns, strict=False)


def column(frame: pl.DataFrame, name: str) -> list[Any]:
    """The values of one column, in the frame's order."""
    return frame[name].to_list()


def _cell(name: str, text: str) -> Cell:
    if text in {"", "-"}:
        return None
    if name in _TEXT_COLUMNS:
        return text
    if text in {"yes", "no"}:
        return text == "yes"
    if len(text) == 10 and text[4] == text[7] == "-":
        return date.fromisoformat(text)
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text


def _params(unit: Feature, changes: dict[str, Any]) -> Any:
    city = City.load()
    return (city.replaced(unit.feature_id, changes) if changes else city)[unit.feature_id]
