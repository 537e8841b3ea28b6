"""A delivery in PostgreSQL gives the same lake as the same tables in files."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from features.contracts import all_tables
from flows.ingest import DeliveryError, ingest
from tests.ingest.small import delivery, lake_files, write

URL = os.environ.get("HUOYAN_TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
_SQL_TYPES = {
    "string": "text",
    "date": "date",
    "datetime": "timestamp",
    "money": "numeric(18,2)",
    "price": "numeric(18,6)",
    "quantity": "double precision",
}


def _reachable() -> bool:
    try:
        psycopg.connect(URL, connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


pytestmark = [pytest.mark.postgres, pytest.mark.skipif(not _reachable(), reason="no PostgreSQL server at HUOYAN_TEST_POSTGRES_URL")]


@pytest.fixture
def schema() -> Iterator[str]:
    name = f"huoyan_test_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(URL, autocommit=True) as connection:
        connection.execute(f'CREATE SCHEMA "{name}"')
        yield name
        connection.execute(f'DROP SCHEMA "{name}" CASCADE')


def _fill(schema: str, *, upper: bool = False) -> None:
    with psycopg.connect(URL) as connection:
        for table, rows in delivery().items():
            columns = all_tables()[table].columns
            stored = table.upper() if upper else table
            names = [column.name.upper() if upper else column.name for column in columns]
            typed = ", ".join(f'"{name}" {_SQL_TYPES[column.kind]}' for name, column in zip(names, columns, strict=True))
            connection.execute(f'CREATE TABLE "{schema}"."{stored}" ({typed})')  # type: ignore[arg-type]
            marks = ", ".join(["%s"] * len(columns))
            values = [[row[column.name] or None for column in columns] for row in rows]
            connection.cursor().executemany(f'INSERT INTO "{schema}"."{stored}" VALUES ({marks})', values)  # type: ignore[arg-type]  # noqa: S608


@pytest.mark.parametrize("upper", [False, True])
def test_a_delivery_in_postgresql_gives_the_same_lake_as_the_same_tables_in_files(tmp_path: Path, schema: str, upper: bool) -> None:
    _fill(schema, upper=upper)
    report = ingest(f"{URL}?schema={schema}", tmp_path / "from_database")
    ingest(write(tmp_path / "files", delivery()), tmp_path / "from_files")
    assert lake_files(tmp_path / "from_database") == lake_files(tmp_path / "from_files")
    assert report.rows_accepted == report.rows_read == 20


def test_a_schema_without_contract_tables_says_what_was_expected(tmp_path: Path, schema: str) -> None:
    with pytest.raises(DeliveryError, match=r"holds no table of the contract .*schema=NAME"):
        ingest(f"{URL}?schema={schema}", tmp_path / "lake")


def test_a_server_that_cannot_be_reached_is_named_without_the_password(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError) as failure:
        ingest("postgresql://reader:secret-word@127.0.0.1:1/city", tmp_path / "lake")
    assert "reader:***@127.0.0.1:1" in str(failure.value) or "reader@127.0.0.1:1" in str(failure.value)
    assert "secret-word" not in str(failure.value)


def test_other_databases_are_refused_with_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match="Export other databases as CSV or Parquet"):
        ingest("mysql://reader@host/city", tmp_path / "lake")
