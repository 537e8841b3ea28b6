"""The input contract: every table a bureau can deliver, one file a table. ``all_tables()`` is the registry.

Beside the tables of the fixed contract stand its extensions (``origin="extension"``): local tables that single rules wait for.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from features.contracts.column import Column, Table

__all__ = ["Column", "Table", "all_tables", "table"]

_NOT_TABLES = ("codes", "column")


@cache
def all_tables() -> Mapping[str, Table]:
    """Table name → declaration, in the order of their names. Raises ValueError when a file does not declare the table it is named for."""
    found: dict[str, Table] = {}
    for module_info in pkgutil.iter_modules(__path__):
        if module_info.name in _NOT_TABLES:
            continue
        declared = getattr(importlib.import_module(f"{__name__}.{module_info.name}"), "TABLE", None)
        if not isinstance(declared, Table) or declared.name != module_info.name:
            raise ValueError(f"features/contracts/{module_info.name}.py must declare TABLE, the contract of {module_info.name}.")
        found[declared.name] = declared
    return MappingProxyType(found)


def table(name: str) -> Table:
    """The declaration of one table; KeyError names the tables there are."""
    try:
        return all_tables()[name]
    except KeyError:
        raise KeyError(f"The contract has no table {name!r}; it has {', '.join(all_tables())}.") from None
