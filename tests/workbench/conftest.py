"""A small city as run folders, its results loaded, and one user a role."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.workbench.browser import by_browser, chromium, site  # noqa: F401  fixtures of the browser tests
from tests.workbench.small_city import COUNTIES, build

PASSWORD = "Firm-Lamp-2024!"  # noqa: S105  of users who live for one test


@pytest.fixture(scope="session")
def run_folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return build(tmp_path_factory.mktemp("small-city"))


@pytest.fixture(autouse=True)
def _uploads_in_a_temporary_folder(settings: Any, tmp_path: Path) -> None:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # speed only; the rules stay


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any, run_folders: tuple[Path, Path]) -> None:
    """Both runs are loaded once; every test begins with them and leaves nothing behind."""
    from workbench.results.load import load_run

    with django_db_blocker.unblock():
        for folder in run_folders:
            load_run(folder)


@pytest.fixture
def runs(db: None) -> tuple[Any, Any]:
    """The loaded runs, the older first."""
    from workbench.results.models import Run

    return Run.objects.get(run_id="run-2024-12"), Run.objects.get(run_id="run-2025-01")


@pytest.fixture
def make_user(db: None) -> Callable[..., Any]:
    from workbench.accounts.models import User

    def make(role: str, counties: tuple[str, ...] = (COUNTIES[0],), **more: Any) -> Any:
        name = more.pop("username", f"{role}-{'-'.join(counties) or 'city'}")
        return User.objects.create_user(
            name, password=PASSWORD, role=role, counties=list(counties), all_counties=not counties, display_name=name, **more
        )

    return make


@pytest.fixture
def enter(make_user: Callable[..., Any]) -> Callable[..., Client]:
    """A client signed in as a user of the role and counties."""

    def sign_in(role: str, counties: tuple[str, ...] = (COUNTIES[0],), **more: Any) -> Client:
        client = Client(enforce_csrf_checks=more.pop("enforce_csrf_checks", False))
        client.user = make_user(role, counties, **more)  # type: ignore[attr-defined]
        client.force_login(client.user, backend="workbench.accounts.backends.LockoutBackend")  # type: ignore[attr-defined]
        return client

    return sign_in
