"""Imports go one way: features → models → flows; the workbench reads results; the simulation knows only the contracts."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAY_IMPORT = {
    "features": {"features"},
    "models": {"models", "features"},
    "flows": {"flows", "models", "features", "simulation", "workbench"},
    "simulation": {"simulation", "features"},
    "workbench": {"workbench", "models", "features"},
}


def imported_packages(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module.split(".")[0])
    return found & set(MAY_IMPORT)


@pytest.mark.parametrize("package", sorted(MAY_IMPORT))
def test_a_package_imports_only_what_lies_before_it(package: str) -> None:
    offenders = {
        str(path.relative_to(ROOT)): sorted(imported_packages(path) - MAY_IMPORT[package])
        for path in (ROOT / package).rglob("*.py")
        if imported_packages(path) - MAY_IMPORT[package]
    }
    assert not offenders


@pytest.mark.parametrize("package", ["features", "models"])
def test_units_touch_no_clock(package: str) -> None:
    forbidden = ("datetime.now", "date.today", "time.time(")
    offenders = [
        str(path.relative_to(ROOT)) for path in (ROOT / package).rglob("*.py") if any(word in path.read_text(encoding="utf-8") for word in forbidden)
    ]
    assert not offenders


def test_no_source_file_is_longer_than_a_reader_holds_in_mind() -> None:
    packages = [ROOT / name for name in (*MAY_IMPORT, "bench", "tests")]
    long = {
        str(path.relative_to(ROOT)): lines
        for package in packages
        for path in package.rglob("*.py")
        if "migrations" not in path.parts and (lines := len(path.read_text(encoding="utf-8").splitlines())) > 500
    }
    assert not long
