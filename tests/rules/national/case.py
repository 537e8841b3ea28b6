"""One drawn city and the lines at fault in it; ``but`` gives the same city with one thing changed.

Every test file of a national rule holds ``HIT``, the plainest city in which the rule finds something, and its neighbours: what an honest
hospital would look like, drawn as the same city but for one word. ``test_common_ground`` takes every ``HIT`` through refunds, void rows,
nulls, patient-paid lines and a second person.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Case:
    """Drawn tables (see tests/rules/support.py), the lines at fault, and parameters other than the default."""

    at_fault: list[str]
    tables: dict[str, str]
    params: dict[str, object] = field(default_factory=dict)

    def but(self, old: str, new: str) -> Case:
        """The same city with every ``old`` in its tables written ``new``; an ``old`` that does not occur is a mistake of the test."""
        plain = {name: _plain(text) for name, text in self.tables.items()}
        changed = {name: text.replace(_plain(old), new) for name, text in plain.items()}
        assert changed != plain, f"{old!r} does not occur"
        return Case(self.at_fault, changed, self.params)

    def and_(self, table: str, row: str) -> Case:
        """The same city with one row more."""
        return Case(self.at_fault, {**self.tables, table: self.tables[table].rstrip() + "\n" + row + "\n"}, self.params)


def _plain(text: str) -> str:
    return re.sub(r" +(?=\|)", " ", text)
