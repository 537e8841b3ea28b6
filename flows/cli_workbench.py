"""``huoyan user …``, ``huoyan audit …``, ``huoyan workbench …``: users, the audit log, and results in the auditors' workbench."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

user = typer.Typer(help="Users of the workbench.", no_args_is_help=True)
audit = typer.Typer(help="The audit log of the workbench.", no_args_is_help=True)
workbench = typer.Typer(help="The auditors' workbench: its database and what it shows.", no_args_is_help=True)


def _ready() -> None:
    """Django set up and its database at the present version."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "workbench.settings")
    import django  # noqa: PLC0415 - Django must read the environment first
    from django.core.management import call_command  # noqa: PLC0415

    django.setup()
    call_command("migrate", verbosity=0, interactive=False)


def _fail(message: str) -> typer.Exit:
    typer.echo(message, err=True)
    return typer.Exit(1)


@user.command("add")
def user_add(
    username: Annotated[str, typer.Argument(help="The name to sign in with.")],
    role: Annotated[
        str,
        typer.Option(
            help="auditor, reviewer, lead, director, steward, system_admin, security_admin, audit_admin or institution; "
            "without one the security administrator grants it."
        ),
    ] = "",
    counties: Annotated[str, typer.Option(help="Comma-separated county codes the user may see; 'all' for the whole city.")] = "",
    name: Annotated[str, typer.Option(help="The name shown.")] = "",
    institution: Annotated[str, typer.Option(help="Institution code, for an institution's representative.")] = "",
    password: Annotated[
        str,
        typer.Option(
            envvar="HUOYAN_PASSWORD", prompt=True, hide_input=True, confirmation_prompt=True, help="At least 10 characters of four classes."
        ),
    ] = "",
) -> None:
    """Makes a user. The first three to make are the administrators: system_admin, security_admin, audit_admin."""
    _ready()
    from django.contrib.auth.password_validation import validate_password  # noqa: PLC0415
    from django.core.exceptions import ValidationError  # noqa: PLC0415

    from workbench.accounts.models import Role, User  # noqa: PLC0415
    from workbench.audit.chain import record  # noqa: PLC0415

    if role and role not in Role.values:
        raise _fail(f"No role {role!r}; there are: {', '.join(Role.values)}.")
    codes = [] if counties == "all" else [code.strip() for code in counties.split(",") if code.strip()]
    made = User(username=username, display_name=name, role=role, counties=codes, all_counties=counties == "all", fixmedins_code=institution)
    try:
        validate_password(password, made)
        made.set_password(password)
        made.full_clean(exclude=["password_set"])
    except ValidationError as error:
        raise _fail("; ".join(error.messages)) from error
    made.save()
    record(None, "user_created", "user", username, {"role": role, "counties": counties, "by": "command line"})
    typer.echo(f"{username}: {role or 'no role yet'}; counties: {counties or 'none'}.")


def count_users() -> int:
    """How many may sign in."""
    _ready()
    from workbench.accounts.models import User  # noqa: PLC0415

    return User.objects.filter(is_active=True).count()


@user.command("list")
def user_list() -> None:
    """Who may sign in, with role and counties."""
    _ready()
    from workbench.accounts.models import User  # noqa: PLC0415

    for known in User.objects.order_by("username"):
        state = "" if known.is_active else " (closed)"
        typer.echo(
            f"{known.username}{state}: {known.role or 'no role'}; counties: {'all' if known.all_counties else ', '.join(known.counties) or 'none'}"
        )


@audit.callback()
def audit_group() -> None:
    """The audit log of the workbench."""


@audit.command("verify")
def audit_verify() -> None:
    """Walks the audit log's chain; ends with code 1 where an entry was changed, removed or cut off."""
    _ready()
    from workbench.audit.chain import verify  # noqa: PLC0415

    result = verify()
    if result.broken_at is not None:
        raise _fail(f"The audit log is broken at entry {result.broken_at}: {result.reason}. {result.entries} entries before it are whole.")
    typer.echo(f"The audit log is whole: {result.entries} entries.")


@workbench.command("load")
def workbench_load(run: Annotated[Path, typer.Argument(help="A finished run folder (OUT of huoyan run).")]) -> None:
    """Loads a run's results in one transaction; loading it again changes nothing."""
    _ready()
    from workbench.audit.chain import record  # noqa: PLC0415
    from workbench.results.load import LoadError, load_run  # noqa: PLC0415

    try:
        loaded, changed = load_run(run)
    except LoadError as error:
        raise _fail(str(error)) from error
    if changed:
        record(None, "run_loaded", "run", loaded.run_id, {"suspects": loaded.n_suspects, "findings": loaded.n_findings})
    state = "loaded" if changed else "already there, nothing changed"
    typer.echo(f"{loaded.run_id}: {state}; {loaded.n_suspects} institutions, {loaded.n_findings} findings.")


@workbench.command("verdicts")
def workbench_verdicts(path: Annotated[Path, typer.Argument(help="Where to write verdicts.parquet.")]) -> None:
    """Writes the auditors' verdicts for the models' memory."""
    _ready()
    from workbench.cases.services import export_verdicts  # noqa: PLC0415

    typer.echo(f"{export_verdicts(path)} verdicts written to {path}.")


def reveal(lake: str, token: str) -> str | None:
    """The clear text behind a token of the lake, for the one page that may show it; None when the vault or its key is not here."""
    from flows.ingest.errors import VaultError  # noqa: PLC0415 - only when somebody unmasks
    from flows.ingest.vault import Vault  # noqa: PLC0415

    try:
        with Vault(Path(lake)) as vault:
            return vault.reveal(token)
    except (VaultError, KeyError, OSError):
        return None


def server_command(host: str, port: int, workers: int = 2, threads: int = 4) -> tuple[str, ...]:
    """The command that serves the workbench; ``huoyan serve`` starts it beside the other services.

    Gunicorn with threads: the pages are synchronous, and a thread keeps its database connection from one request to the next.
    """
    python = (sys.executable, "-m", "gunicorn", "workbench.wsgi:application", "--timeout", "120")
    return (
        *python,
        "--bind",
        f"{host}:{port}",
        "--workers",
        str(workers),
        "--worker-class",
        "gthread",
        "--threads",
        str(threads),
        "--timeout",
        "120",
    )
