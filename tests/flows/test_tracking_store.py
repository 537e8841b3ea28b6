"""MLflow's embedded store appears whole or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

KILLED_WHILE_LAYING_OUT = """
import os, sys
from pathlib import Path
from flows.home import Home
home = Home.of(Path(sys.argv[1]))
home.prepare()
import mlflow.store.db.utils as utils
utils._upgrade_db = lambda engine: os._exit(9)
from flows.tracking import connect
connect(home)
"""
CONNECTS = """
import sys
from pathlib import Path
from flows.home import Home
home = Home.of(Path(sys.argv[1]))
home.prepare()
from flows.tracking import EXPERIMENT, connect
print(connect(home).get_experiment_by_name(EXPERIMENT).artifact_location)
"""


def test_a_run_killed_while_the_store_is_laid_out_leaves_none_and_the_next_makes_it(tmp_path: Path) -> None:
    def python(code: str) -> subprocess.CompletedProcess[str]:
        # without a blank to copy, so that the tables are laid out here
        environment = {**os.environ, "HUOYAN_BLANK_STORES": str(tmp_path / "none")}
        return subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False, capture_output=True, text=True, env=environment)  # noqa: S603

    assert python(KILLED_WHILE_LAYING_OUT).returncode == 9
    assert not (tmp_path / "tracking" / "mlflow.db").exists()
    again = python(CONNECTS)
    assert again.returncode == 0, again.stderr
    assert again.stdout.strip() == (tmp_path / "tracking" / "artifacts").as_uri()
