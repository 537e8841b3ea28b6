"""How a contract table is declared: columns with type, unit, code list and Chinese name; keys, months, money, personal data.

A column is a dataframely column; what dataframely has no word for stands in its ``metadata``. The functions below are the only way
columns are made, so that the kind (``string date datetime money price quantity``) and the polars type always agree.
"""

from __future__ import annotations

import decimal
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

import dataframely as dy

Kind: TypeAlias = Literal["string", "date", "datetime", "money", "price", "quantity"]
#: What a personal-data column holds. Equal clear text of one kind gets the same token in every table.
Personal: TypeAlias = Literal["name", "identity", "address", "text"]

#: Kinds that are decimals in the bureau's tables.
DECIMALS: Final[tuple[Kind, ...]] = ("money", "price", "quantity")
#: Nothing a bureau books happened before the People's Republic; birth dates have a bound of their own.
EARLIEST_YEAR: Final = 1949
#: Systems write 9999-12-31 or 2199-01-01 for "no end".
LATEST_YEAR: Final = 2100
SCALES: Final[Mapping[str, int]] = {"money": 2, "price": 6, "quantity": 4}


def text(zh: str, *, required: bool = False, codes: str | None = None, personal: Personal | None = None) -> dy.String:
    """A string: an id, a name, or with ``codes`` a value of that list in ``codes.csv``; ``personal`` values enter the lake as tokens only."""
    return dy.String(nullable=not required, description=zh, metadata=_metadata("string", required, codes=codes, personal=personal))


def date(zh: str, *, required: bool = False, earliest: int = EARLIEST_YEAR) -> dy.Date:
    """A calendar day. A year before ``earliest`` cannot be true (systems write 1900-01-01 or 0001-01-01 for "unknown")."""
    return dy.Date(nullable=not required, description=zh, metadata=_metadata("date", required, earliest=earliest))


def datetime(zh: str, *, required: bool = False) -> dy.Datetime:
    """Local date and time, to the second."""
    return dy.Datetime(nullable=not required, description=zh, metadata=_metadata("datetime", required, earliest=EARLIEST_YEAR))


def money(zh: str, *, required: bool = False) -> dy.Decimal:
    """Yuan with two decimals."""
    return dy.Decimal(18, 2, nullable=not required, description=zh, metadata=_metadata("money", required, unit="元"))


def price(zh: str, *, unit: str, required: bool = False, within: tuple[int, int] | None = None) -> dy.Decimal:
    """A unit price, weight or score with six decimals. Values outside ``within`` cannot be true."""
    return _decimal("price", zh, required, unit, within)


def quantity(zh: str, *, unit: str, required: bool = False, within: tuple[int, int] | None = None) -> dy.Decimal:
    """A count or measure with four decimals. Values outside ``within`` cannot be true."""
    return _decimal("quantity", zh, required, unit, within)


def _decimal(kind: Kind, zh: str, required: bool, unit: str, within: tuple[int, int] | None) -> dy.Decimal:
    low, high = within or (None, None)
    return dy.Decimal(
        18,
        SCALES[kind],
        nullable=not required,
        min=None if low is None else decimal.Decimal(low),
        max=None if high is None else decimal.Decimal(high),
        description=zh,
        metadata=_metadata(kind, required, unit=unit, within=within),
    )


def _metadata(kind: Kind, required: bool, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "required": required, **{name: value for name, value in more.items() if value is not None}}


@dataclass(frozen=True, slots=True)
class Column:
    """What ingest, documents and screens need to know of one column."""

    name: str
    kind: Kind
    zh: str
    required: bool
    unit: str | None = None
    codes: str | None = None
    personal: Personal | None = None
    within: tuple[int, int] | None = None
    earliest: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the contract.

    ``key`` identifies a row; two different rows of one key are versions, of which one stands. ``month`` is the time column by which
    the lake is cut into months (None: not cut). ``yuan`` is the amount by which the delivery is reconciled. ``prefer`` orders the
    versions of a key, the first difference decides: ``is:column=value``, ``has:column`` (filled), ``open:column`` (empty),
    ``last:column`` (larger) say which version is the newer one; ``first:column`` (smaller) is taken where none is known to be newer.
    ``derived`` are columns the lake adds. An ``extension`` is no part of the fixed contract: a city's own table that some rule waits for,
    taken in when a delivery holds it.
    """

    name: str
    zh: str
    meaning: str
    need: Literal["required", "optional"]
    origin: Literal["national", "local", "extension"]
    schema: type[dy.Schema]
    key: tuple[str, ...]
    month: str | None = None
    yuan: str | None = None
    prefer: tuple[str, ...] = ()
    bucketed: bool = False
    derived: Mapping[str, str] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[Column, ...]:
        """The delivered columns, in the contract's order."""
        return tuple(
            Column(
                name=name,
                kind=_meta(column)["kind"],
                zh=column.description or "",
                required=_meta(column)["required"],
                unit=_meta(column).get("unit"),
                codes=_meta(column).get("codes"),
                personal=_meta(column).get("personal"),
                within=_meta(column).get("within"),
                earliest=_meta(column).get("earliest"),
            )
            for name, column in self.schema.columns().items()
        )

    @property
    def required_columns(self) -> tuple[str, ...]:
        """Names of the columns no row may lack."""
        return tuple(column.name for column in self.columns if column.required)

    @property
    def personal_columns(self) -> tuple[str, ...]:
        """Names of the columns whose clear text never enters the lake."""
        return tuple(column.name for column in self.columns if column.personal)

    @property
    def money_columns(self) -> tuple[str, ...]:
        """Names of the yuan columns."""
        return tuple(column.name for column in self.columns if column.kind == "money")

    @property
    def lake_schema(self) -> dict[str, str]:
        """Column → kind as the lake's manifest keeps it: the delivered columns, then the derived ones."""
        kinds: dict[str, str] = {column.name: column.kind for column in self.columns}
        return kinds | dict.fromkeys(self.derived, "string")


def _meta(column: dy.Column) -> dict[str, Any]:
    if column.metadata is None:
        raise TypeError(f"Column {column.name!r} was not made by features.contracts.column.")
    return column.metadata
