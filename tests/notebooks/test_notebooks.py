"""The notebooks run from top to bottom on one small simulated city, and their own assertions hold."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from bench.cities import CitySpec, run_city

ROOT = Path(__file__).parents[2]
NOTEBOOKS = ("explore_delivery", "bed_hanging_case", "model_validation")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def small_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return run_city(CitySpec("small", 1_500, 3, 0.15, 0.3, None), tmp_path_factory.mktemp("city"))


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_the_notebook_runs_and_draws(name: str, small_run: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    out, truth = small_run
    monkeypatch.setenv("HUOYAN_RUN", str(out))
    monkeypatch.setenv("HUOYAN_TRUTH", str(truth))
    notebook = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
    nbformat.validate(notebook)
    assert not any(cell.get("outputs") for cell in notebook.cells if cell.cell_type == "code"), "stored without outputs"
    NotebookClient(notebook, timeout=240, kernel_name="python3", resources={"metadata": {"path": str(ROOT)}}).execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    pictures = [output for output in outputs if "image/png" in output.get("data", {})]
    assert len(pictures) >= 3
    assert not any(output.get("name") == "stderr" and "Glyph" in output.get("text", "") for output in outputs)
