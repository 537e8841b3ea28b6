"""Empty databases of Prefect and MLflow, laid out once at set-up (``python -m flows.blank_stores``) and copied by every first run.

Each is made by a hundred migrations, which take longer than some stages of the main job. A blank bears the release of its package in its
name, so that another release never takes it, and it serves only a database at its own revision; without a blank everything works, later.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Final

#: A process of its own each: both packages read their environment once.
_LAY_OUT: Final = {
    "prefect": """
import asyncio
from prefect.server.database import provide_database_interface
asyncio.run(provide_database_interface().create_db())
""",
    "mlflow": """
import os, sqlite3
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
place = os.environ["BLANK"]
SqlAlchemyStore(f"sqlite:///{place}", "file:///nowhere").engine.dispose()
with sqlite3.connect(place) as database:
    database.execute("DELETE FROM experiments")  # they name a folder: the run's own are made when it opens its copy
""",
}


def folder() -> Path:
    """Where the blanks lie: in the installation, or where HUOYAN_BLANK_STORES says."""
    return Path(os.environ.get("HUOYAN_BLANK_STORES") or Path(sys.prefix) / "share" / "huoyan")


def blank_of(package: str) -> Path:
    """The blank of the installed release of ``package`` (prefect, mlflow); it need not be there."""
    return folder() / f"{package}-{version(package)}.db"


def copy_blank(package: str, place: Path) -> None:
    """Copies the blank of the installed release to ``place``; without one, nothing."""
    blank = blank_of(package)
    if blank.is_file():
        shutil.copyfile(blank, place)


def laid_out(package: str, place: Path) -> bool:
    """True when the database at ``place`` needs no migration; one that is missing is copied from the blank.

    False (and nothing done) without a blank of the installed release, or when the database is at another revision than the blank.
    """
    blank = blank_of(package)
    if not blank.is_file():
        return False
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = place.with_name(f".{place.name}.draft")
        copy_blank(package, draft)
        draft.replace(place)
    return revision(place) == revision(blank)


def revision(database: Path) -> str | None:
    """The last migration a database has seen; None when it has seen none or is none."""
    connection = sqlite3.connect(database)
    try:
        found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError:
        return None
    finally:
        connection.close()
    return str(found[0]) if found else None


def make(package: str) -> Path:
    """Lays the blank of the installed release out anew."""
    blank = blank_of(package)
    blank.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        made, whole = Path(temporary) / "made.db", Path(temporary) / "whole.db"
        environment = {
            **os.environ,
            "BLANK": str(made),
            "PREFECT_HOME": temporary,
            "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{made}",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "DO_NOT_TRACK": "1",
            "MLFLOW_DISABLE_TELEMETRY": "true",
        }
        subprocess.run([sys.executable, "-c", _LAY_OUT[package]], check=True, env=environment, capture_output=True)  # noqa: S603 - our own interpreter
        connection = sqlite3.connect(made)
        # one file, whatever still lies in the journal beside it
        connection.execute("VACUUM INTO ?", (str(whole),))
        connection.close()
        for older in blank.parent.glob(f"{package}-*.db"):
            older.unlink()
        draft = blank.with_name(f".{blank.name}.draft")
        shutil.copyfile(whole, draft)
        draft.replace(blank)
    return blank


if __name__ == "__main__":
    for name in _LAY_OUT:
        make(name)
