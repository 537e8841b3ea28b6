"""Where a run or an installation keeps its things, and the environment its libraries need for that.

OUT/                      what ``huoyan run`` hands back (suspects.csv, findings.parquet, reports …)
OUT/lake/                 the lake, unless ``--lake`` names another
OUT/facts/                feature frames the workbench reads
OUT/evidence/             what the workbench shows of the persons whom findings name (flows/evidence.py); safe to delete
OUT/drg/, OUT/effect/     monitoring of case payment, and what it changed (docs/drg.md)
OUT/work/                 finished steps, by key; safe to delete
OUT/tracking/             MLflow's database and artifacts, unless HUOYAN_MLFLOW_URI names a server
OUT/.prefect/             Prefect's own store, unless PREFECT_HOME or PREFECT_API_URL is set

Both databases are copied from blanks where set-up laid them out (flows/blank_stores.py).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

#: polars gives memory back after ten seconds instead of half a second: it is wanted again before
MALLOC: Final = "dirty_decay_ms:10000,muzzy_decay_ms:10000"


@dataclass(frozen=True, slots=True)
class Home:
    """The folders of one run."""

    out: Path
    lake: Path
    tracking_uri: str

    @classmethod
    def of(cls, out: Path, lake: Path | None = None) -> Home:
        """The folders for ``out``; ``lake`` and the tracking server may lie elsewhere."""
        out = out.resolve()
        tracking = os.environ.get("HUOYAN_MLFLOW_URI") or f"sqlite:///{out / 'tracking' / 'mlflow.db'}"
        return cls(out, (lake or out / "lake").resolve(), tracking)

    @property
    def work(self) -> Path:
        return self.out / "work"

    @property
    def facts(self) -> Path:
        return self.out / "facts"

    @property
    def evidence(self) -> Path:
        # features.person_evidence.FOLDER, written out: nothing heavy is loaded here
        return self.out / "evidence"

    @property
    def artifacts(self) -> Path:
        """MLflow's artifacts when the tracking store is the run's own database."""
        return self.out / "tracking" / "artifacts"

    def prepare(self) -> None:
        """Makes the folders and points Prefect and MLflow at them. Must run before either library is imported."""
        for folder in (self.out, self.work, self.facts, self.artifacts):
            folder.mkdir(parents=True, exist_ok=True)
        if not os.environ.get("HOME"):
            os.environ["HOME"] = str(self.out)
        settings = {
            "PREFECT_HOME": str(self.out / ".prefect"),
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
            "PREFECT_LOGGING_LEVEL": "CRITICAL",
            "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
            "DO_NOT_TRACK": "1",
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "MLFLOW_TRACKING_URI": self.tracking_uri,
            "GIT_PYTHON_REFRESH": "quiet",
            "_RJEM_MALLOC_CONF": MALLOC,
        }
        for name, value in settings.items():
            os.environ.setdefault(name, value)
