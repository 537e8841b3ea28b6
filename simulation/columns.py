"""A growing table of numpy columns: rows are added in batches, read and changed in place."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

VISIT: dict[str, tuple[Any, Any]] = {
    "person": (np.int64, -1),
    "inst": (np.int64, -1),
    "med": (np.int64, 11),
    "begn": (np.int64, 0),
    "end": (np.int64, 0),
    "dept": (np.int64, 0),
    "dx": (np.int64, -1),
    "dise": (np.int64, -1),
    "doc": (np.int64, -1),
    "profile": (np.int64, -1),
    "way": (np.int64, 0),
    "admway": (np.int64, 2),
    "opday": (np.int64, -1),
    "bed": (np.int64, 0),
    "open": (np.bool_, False),
    "refer": (np.int64, -1),
    "case": (np.int64, -1),
    "extra_dx": (np.int64, -1),
    "extra_op": (np.int64, -1),
    "claimed_dx": (np.int64, -1),
    "interim": (np.int64, 0),
    "norefund": (np.bool_, False),
    "manual": (np.int64, 0),
    "invoice": (np.int64, 0),
    "clear": (np.int64, 0),
    "presence": (np.int64, 1),
    "alive": (np.bool_, True),
}

LINE: dict[str, tuple[Any, Any]] = {
    "visit": (np.int64, -1),
    "item": (np.int64, -1),
    "t": (np.int64, 0),
    "cnt": (np.float64, 1.0),
    "sku": (np.int64, -1),
    "price": (np.int64, 0),
    "doc": (np.int64, -2),
    "dept": (np.int64, -1),
    "days": (np.float64, -1.0),
    "home": (np.bool_, False),
    "outside": (np.bool_, False),
    "selfpay": (np.bool_, False),
    "unstocked": (np.bool_, False),
    "trace": (np.int64, 0),
    "fault": (np.int64, 0),
    "case": (np.int64, -1),
    "alive": (np.bool_, True),
}


class Columns:
    """Equal-long columns by name. ``add`` returns the positions of the new rows; positions never change.

    Columns grow by doubling; an array read before an ``add`` is read again after it, never written to.
    """

    def __init__(self, spec: dict[str, tuple[Any, Any]]) -> None:
        self.spec = spec
        self.size = 0
        self._room = 1_024
        self._whole: dict[str, Array] = {name: np.empty(self._room, dtype) for name, (dtype, _) in spec.items()}

    def add(self, count: int, **values: Any) -> npt.NDArray[np.int64]:
        """Adds ``count`` rows; columns not named take their default. KeyError on an unknown column."""
        unknown = set(values) - set(self.spec)
        if unknown:
            raise KeyError(f"Unknown columns: {', '.join(sorted(unknown))}.")
        first, last = self.size, self.size + count
        if last > self._room:
            self._room = max(last, self._room * 2)
            for name, column in self._whole.items():
                grown = np.empty(self._room, column.dtype)
                grown[:first] = column[:first]
                self._whole[name] = grown
        for name, (_, default) in self.spec.items():
            self._whole[name][first:last] = values.get(name, default)
        self.size = last
        return np.arange(first, last, dtype=np.int64)

    def __getitem__(self, name: str) -> Array:
        return self._whole[name][: self.size]

    def copy_rows(self, rows: npt.NDArray[np.int64], **changes: Any) -> npt.NDArray[np.int64]:
        """Adds copies of the rows with some columns changed; returns the copies' positions."""
        values = {name: self[name][rows] for name in self.spec}
        values.update(changes)
        return self.add(len(rows), **values)
