"""A delivery in a PostgreSQL database: the contract's tables, found by name, streamed through ADBC within one read-only snapshot."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from features.contracts import all_tables
from flows.ingest.batch import Part, RawBatch
from flows.ingest.errors import DeliveryError
from flows.ingest.read_parquet import as_text
from flows.ingest.source import Delivery

_SCHEMES: Final = ("postgresql", "postgres")
_BATCH_BYTES: Final = 32 << 20


class SqlPart:
    """One table of the database."""

    def __init__(self, connection: Any, schema: str, table: str, columns: list[str]) -> None:
        self._connection = connection
        self._schema = schema
        self._table = table
        self._columns = columns

    @property
    def name(self) -> str:
        """``schema.table``."""
        return f"{self._schema}.{self._table}"

    @property
    def encodings(self) -> set[str]:
        """The server hands on UTF-8."""
        return {"postgresql"}

    def header(self) -> list[str]:
        """The column names."""
        return list(self._columns)

    def batches(self) -> Iterator[RawBatch]:
        """The rows, block by block. All values are asked for as text, which is exact for numbers and uniform for dates."""
        wanted = ", ".join(f"{_quoted(column)}::text AS {_quoted(column)}" for column in self._columns)
        with self._connection.cursor() as cursor:
            cursor.adbc_statement.set_options(**{"adbc.postgresql.batch_size_hint_bytes": str(_BATCH_BYTES)})
            cursor.execute(f"SELECT {wanted} FROM {_quoted(self._schema)}.{_quoted(self._table)}")  # noqa: S608 - quoted identifiers
            yield from as_text(cursor.fetch_record_batch())


def is_database(source: str) -> bool:
    """True for a database URL."""
    return "://" in source


@contextmanager
def open_database(url: str) -> Iterator[Delivery]:
    """The delivery in a database. ``?schema=NAME`` names the schema (default: public).

    Raises DeliveryError, never showing the password, when the URL is of another kind, the server cannot be reached, or no table is there.
    """
    parts = urlsplit(url)
    if parts.scheme not in _SCHEMES:
        raise DeliveryError(f"Databases are read by a postgresql:// URL, not {parts.scheme}://. Export other databases as CSV or Parquet.")
    options = dict(parse_qsl(parts.query))
    schema = options.pop("schema", "public")
    plain = urlunsplit(parts._replace(query=urlencode(options)))
    import adbc_driver_postgresql.dbapi as adbc  # noqa: PLC0415 - only needed for databases

    try:
        connection = adbc.connect(plain)
    except Exception as error:
        raise DeliveryError(f"Cannot connect to {_without_password(url)}: {_first_line(error, parts.password)}") from None
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SET LOCAL datestyle TO 'ISO, YMD'")
        yield Delivery(_without_password(url), _find(connection, schema, url))
    finally:
        connection.close()


def _find(connection: Any, schema: str, url: str) -> dict[str, list[Part]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name::text, column_name::text FROM information_schema.columns "
            "WHERE table_schema = $1 ORDER BY table_name, ordinal_position",
            (schema,),
        )
        columns: dict[str, list[str]] = {}
        for table, column in cursor.fetchall():
            columns.setdefault(table, []).append(column)
    found: dict[str, list[Part]] = {}
    for table, names in columns.items():
        if table.lower() in all_tables():
            found.setdefault(table.lower(), []).append(SqlPart(connection, schema, table, names))
    if not found:
        raise DeliveryError(
            f"The schema {schema!r} of {_without_password(url)} holds no table of the contract (mdtrt_d, setl_d, fee_list_d …). "
            "Name another schema with ?schema=NAME, and check that the user may read it."
        )
    return found


def _quoted(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _without_password(url: str) -> str:
    return re.sub(r"://([^:/@]*):[^@]*@", r"://\1@", url)


def _first_line(error: Exception, password: str | None) -> str:
    line = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return line.replace(password, "***") if password else line
