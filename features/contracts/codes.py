"""The code lists of the contract (``codes.csv``): which values a coded column may hold, and what they mean in Chinese."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

#: Lists a city may extend behind the national digits: a longer code is known when it begins with a known one of this many digits.
EXTENSIBLE: Final[Mapping[str, int]] = {"med_type": 2, "psn_type": 2, "insutype": 3}

_TRUE_FALSE: Final[Mapping[str, str]] = {"true": "1", "false": "0", "y": "1", "n": "0", "是": "1", "否": "0"}


@cache
def code_lists() -> Mapping[str, Mapping[str, str]]:
    """List name → code → Chinese meaning."""
    lists: dict[str, dict[str, str]] = {}
    with (Path(__file__).parent / "codes.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            lists.setdefault(row["list"], {})[row["code"]] = row["meaning_zh"]
    return lists


def canonical(list_name: str, value: str) -> str | None:
    """The code as the list writes it, or None when the list does not know the value.

    Takes back drift of type only (``2`` or ``2.0`` for ``02``, ``true`` for ``1``); it never guesses a meaning.
    """
    known = code_lists()[list_name]
    bare = value.removesuffix(".0")
    for form in (value, bare, bare.lstrip("0"), *(bare.zfill(width) for width in sorted({len(code) for code in known}))):
        if form in known:
            return form
    if list_name in EXTENSIBLE and bare.isdigit() and bare[: EXTENSIBLE[list_name]] in known:
        return bare
    spelled = _TRUE_FALSE.get(value.lower())
    return spelled if spelled in known else None
