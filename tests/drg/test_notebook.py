"""The notebook on the reform's effect runs from top to bottom and finds the effect it simulated."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_the_notebook_runs_and_its_interval_holds_the_simulated_truth() -> None:
    notebook = nbformat.read(ROOT / "notebooks" / "effect_of_drg.ipynb", as_version=4)
    check = nbformat.v4.new_code_cell("assert effect.low <= TRUTH <= effect.high and claim.proved and nothing.low <= 0 <= nothing.high")
    notebook.cells.append(check)
    NotebookClient(notebook, timeout=240, kernel_name="python3", resources={"metadata": {"path": str(ROOT)}}).execute()
    pictures = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs if "image/png" in output.get("data", {})]
    assert len(pictures) == 3
    printed = "".join(output.get("text", "") for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs)
    assert "共节约" in printed
