"""The audit log as its administrator reads it: words for every code, the bureau's own time, filters, and the verifier of the command line."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from typer.testing import CliRunner

from workbench.accounts.models import Role
from workbench.audit.chain import record
from workbench.audit.models import AuditEntry
from workbench.screens.audit_words import ACTIONS, OBJECTS, detail_pairs, local_time, user_word

ROOT = Path(__file__).resolve().parents[2]


def recorded() -> set[tuple[str, str]]:
    """(action, object) of every call of ``record`` in the code whose words are constants."""
    found = set()
    for path in [*(ROOT / "workbench").rglob("*.py"), *(ROOT / "flows").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "record" and len(node.args) > 1:
                constants = [[part.value for part in ast.walk(arg) if isinstance(part, ast.Constant)] for arg in node.args[1:3]]
                found |= {(str(action), str(thing)) for action in constants[0] for thing in (constants[1] if len(constants) > 1 else [""])}
    return found


def test_every_action_and_object_the_code_records_has_its_word() -> None:
    calls = recorded()
    assert ("unmask", "person") in calls
    assert not {action for action, _thing in calls} - set(ACTIONS) - {"proposal_"}, "proposal_ is followed by approved or refused"
    assert not {thing for _action, thing in calls} - set(OBJECTS) - {""}


def test_the_page_speaks_words_and_masks_numbers(enter: Callable[..., Any], runs: tuple[Any, Any]) -> None:
    client = enter(Role.AUDIT_ADMIN, ())
    record(None, "view_person", "finding", "f1", {"page": "stay", "psn_no": "431000000000000001"})
    record(None, "unmask", "person", "431000000000000001", {"reason": "现场核查", "finding": "f1"})
    record(None, "verdict", "finding", "f1", {"outcome": "partly", "amount_fen": 12345, "review": "waiting", "author_id": 7})
    page = client.get("/audit/").content.decode()
    for word in ("查看个人信息", "住院逐日", "显示完整编号", "现场核查", "部分属实", "123.45", "待复核", "命令行"):
        assert word in page, word
    for code in ("view_person", "431000000000000001", "author_id", "partly", "command line"):
        assert code not in page.replace('value="view_person"', ""), code


def test_an_entry_without_known_words_is_shown_as_it_is() -> None:
    assert detail_pairs("not json") == [("", "not json")]
    assert detail_pairs(json.dumps({"strange": "x", "reason": "", "run": None})) == [("strange", "x")]
    assert user_word("zhang") == "zhang"


def test_days_are_those_of_the_bureaus_own_time(enter: Callable[..., Any], db: None) -> None:
    client = enter(Role.AUDIT_ADMIN, ())
    assert local_time("2026-03-07T16:30:00.000000+00:00") == "2026-03-08 00:30:00"
    for seq, (at, name) in enumerate(
        (("2026-03-07T15:59:59.999999", "before"), ("2026-03-07T16:00:00.000000", "first"), ("2026-03-08T16:00:00.000000", "after"))
    ):
        AuditEntry.objects.create(seq=9000 + seq, at=f"{at}+00:00", username=name, action="view", previous="0" * 64, digest="0" * 64)
    page = client.get("/audit/?day=2026-03-08").content.decode()
    assert "<td>first</td>" in page
    assert "<td>before</td>" not in page
    assert "<td>after</td>" not in page
    assert client.get("/audit/?day=nonsense").status_code == 200
    assert client.get("/audit/?day=2026-13-45").status_code == 200


def test_the_command_line_verifies_and_names_where_the_chain_breaks(db: None) -> None:
    from flows.cli_workbench import audit

    for number in range(3):
        record(None, "view", "institution", f"H{number}")
    whole = CliRunner().invoke(audit, ["verify"])
    assert whole.exit_code == 0
    assert "The audit log is whole" in whole.stdout
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE audit_auditentry DISABLE TRIGGER USER")
        else:
            cursor.execute("DROP TRIGGER audit_no_update")
        cursor.execute("UPDATE audit_auditentry SET object_id = 'H9' WHERE object_id = 'H1'")
    broken = CliRunner().invoke(audit, ["verify"])
    assert broken.exit_code == 1
    assert "changed entry" in broken.output


@pytest.mark.parametrize("role", [Role.LEAD, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN])
def test_nobody_but_the_audit_administrator_reads_the_log(enter: Callable[..., Any], db: None, role: str) -> None:
    assert enter(role, ()).get("/audit/").status_code == 403
