"""Signing in, headers, CSRF, masks, uploads, the audit log."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import polars as pl
import pyotp
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from tests.workbench.conftest import PASSWORD
from workbench.accounts.models import Role, User
from workbench.audit.chain import record, verify
from workbench.audit.models import AuditEntry, AuditHead
from workbench.results.models import Finding, Suspect

# --- signing in ---


def sign_in(client: Client, name: str, password: str = PASSWORD) -> Any:
    return client.post("/login/", {"username": name, "password": password})


def test_five_wrong_passwords_lock_the_name_even_for_the_right_one(make_user: Callable[..., Any], client: Client) -> None:
    make_user(Role.AUDITOR, username="a")
    for _ in range(5):
        assert sign_in(client, "a", "wrong").status_code == 401
    assert sign_in(client, "a").status_code == 401
    User.objects.update(locked_until=timezone.now() - timedelta(seconds=1))
    assert sign_in(client, "a").status_code == 302


def test_an_unknown_name_and_a_wrong_password_answer_alike(make_user: Callable[..., Any], client: Client) -> None:
    make_user(Role.AUDITOR, username="a")
    known, unknown = sign_in(client, "a", "x"), sign_in(client, "nobody", "x")
    assert known.status_code == unknown.status_code == 401
    assert "用户名或密码不正确" in known.content.decode()
    assert "用户名或密码不正确" in unknown.content.decode()


def test_the_second_factor_is_asked_for_and_each_code_counts_once(make_user: Callable[..., Any]) -> None:
    secret = pyotp.random_base32()
    make_user(Role.AUDITOR, username="a", totp_secret=secret)
    client = Client()
    assert sign_in(client, "a")["Location"] == "/login/code/"
    assert client.get("/home/").status_code == 302, "half signed in is not signed in"
    code = pyotp.TOTP(secret).now()
    assert client.post("/login/code/", {"code": "000000" if code != "000000" else "000001"}).status_code == 401
    assert client.post("/login/code/", {"code": code})["Location"] == "/"
    again = Client()
    sign_in(again, "a")
    assert again.post("/login/code/", {"code": code}).status_code == 401


def test_after_signing_in_no_foreign_address_is_followed(make_user: Callable[..., Any], client: Client) -> None:
    make_user(Role.AUDITOR, username="a")
    answer = client.post("/login/", {"username": "a", "password": PASSWORD, "next": "https://evil.example/"})
    assert answer["Location"] == "/"


def vouches_for_the_header(request: Any) -> str | None:
    """A single sign-on that has proved the name in a header, as a test's bureau would have."""
    return request.headers.get("X-Proved") or None


def test_single_sign_on_lets_in_whom_it_vouches_for_and_nobody_else(make_user: Callable[..., Any], settings: Any) -> None:
    user = make_user(Role.AUDITOR, username="a")
    assert "单点登录" not in Client().get("/login/").content.decode()
    assert Client().get("/login/oidc/", headers={"X-Proved": "a"})["Location"] == "/login/", "no hook, no entry"
    settings.OIDC_HOOK = f"{__name__}.vouches_for_the_header"
    assert "单点登录" in Client().get("/login/").content.decode()
    for proved in ("", "nobody"):
        assert Client().get("/login/oidc/", headers={"X-Proved": proved})["Location"] == "/login/", proved
    client = Client()
    assert client.get("/login/oidc/", headers={"X-Proved": "a"})["Location"] == "/"
    assert client.get("/suspects/").status_code == 200
    assert AuditEntry.objects.filter(action="login", username="a").exists()
    User.objects.filter(pk=user.pk).update(locked_until=timezone.now() + timedelta(minutes=5))
    assert Client().get("/login/oidc/", headers={"X-Proved": "a"})["Location"] == "/login/", "a locked account stays locked"
    User.objects.filter(pk=user.pk).update(locked_until=None, is_active=False)
    assert Client().get("/login/oidc/", headers={"X-Proved": "a"})["Location"] == "/login/", "a closed account stays closed"


@pytest.mark.parametrize("weak", ["short1!A", "alllowercase1!", "NOLOWER1234!", "NoDigitsHere!!", "NoOther12345", PASSWORD])
def test_weak_and_former_passwords_are_refused(enter: Callable[..., Any], weak: str) -> None:
    client = enter(Role.AUDITOR)
    client.post("/account/password/", {"old": PASSWORD, "new": weak, "again": weak})
    client.user.refresh_from_db()
    assert client.user.check_password(PASSWORD)


def test_an_expired_password_must_be_changed_first(enter: Callable[..., Any]) -> None:
    client = enter(Role.AUDITOR)
    User.objects.update(password_set=timezone.now() - timedelta(days=91))
    assert client.get("/suspects/")["Location"] == "/account/password/"
    client.post("/account/password/", {"old": PASSWORD, "new": "Other-Lamp-2024!", "again": "Other-Lamp-2024!"})
    assert client.get("/suspects/").status_code == 200


def test_a_new_account_can_do_nothing_until_rights_are_granted_by_the_other_administrator(enter: Callable[..., Any]) -> None:
    enter(Role.SYSTEM_ADMIN, ()).post("/users/", {"action": "create", "username": "new"})
    made = User.objects.get(username="new")
    assert (made.role, made.counties, made.password_expired) == ("", [], True)
    assert enter(Role.SYSTEM_ADMIN, (), username="s2").post("/users/", {"action": "grant", "pk": made.pk, "role": "lead"}).status_code == 403
    assert enter(Role.SECURITY_ADMIN, ()).post("/users/", {"action": "create", "username": "x"}).status_code == 403
    security = enter(Role.SECURITY_ADMIN, (), username="s3")
    security.post("/users/", {"action": "grant", "pk": made.pk, "role": "auditor", "counties": "431002"})
    made.refresh_from_db()
    assert (made.role, made.counties) == ("auditor", ["431002"])
    assert security.post("/users/", {"action": "grant", "pk": security.user.pk, "role": "lead"}).status_code == 403, "nobody raises himself"


def test_a_representative_is_granted_an_institution_that_there_is(enter: Callable[..., Any], runs: tuple[Any, Any]) -> None:
    security, made = enter(Role.SECURITY_ADMIN, ()), enter("", ()).user
    form = {"action": "grant", "pk": made.pk, "role": Role.INSTITUTION}
    refused = security.post("/users/", {**form, "fixmedins_code": "H000"}, follow=True)
    made.refresh_from_db()
    assert "没有代码为“H000”的机构" in refused.content.decode()
    assert made.role == ""
    there = Suspect.objects.filter(run=runs[1]).first()
    assert there is not None
    security.post("/users/", {**form, "fixmedins_code": there.fixmedins_code})
    made.refresh_from_db()
    assert (made.role, made.fixmedins_code) == (Role.INSTITUTION, there.fixmedins_code)


# --- headers ---


def test_every_page_carries_the_headers_that_keep_it_safe(enter: Callable[..., Any], runs: tuple[Any, Any]) -> None:
    answer = enter(Role.AUDITOR).get("/suspects/")
    assert "script-src 'self';" in answer["Content-Security-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "no-store, private"
    assert answer["Referrer-Policy"] == "same-origin"
    body = answer.content.decode()
    assert " style=" not in body
    assert "onclick" not in body
    assert "http://" not in body.replace("http://www.w3.org", "")


def test_cookies_are_secure_and_out_of_reach_of_scripts(make_user: Callable[..., Any], client: Client, settings: Any) -> None:
    make_user(Role.AUDITOR, username="a")
    assert settings.SESSION_COOKIE_SECURE == settings.CSRF_COOKIE_SECURE == settings.HTTPS
    sign_in(client, "a")
    assert client.cookies["sessionid"]["httponly"]
    assert client.cookies["sessionid"]["samesite"] == "Lax"


def test_a_form_without_the_csrf_token_is_refused(enter: Callable[..., Any], runs: tuple[Any, Any]) -> None:
    client = enter(Role.AUDITOR, (), enforce_csrf_checks=True)
    code = Suspect.objects.filter(run=runs[1]).first().fixmedins_code
    assert client.post(f"/institutions/{code}/comment/", {"text": "x"}).status_code == 403


# --- personal data ---


def test_person_numbers_are_masked_until_a_reason_is_given_and_that_is_logged(enter: Callable[..., Any], runs: tuple[Any, Any]) -> None:
    finding = Finding.objects.filter(run=runs[1]).exclude(psn_no="").first()
    client, address = enter(Role.AUDITOR, ()), f"/findings/{finding.finding_id}/"
    for page in ("", "stay/", "person/", "dialysis/"):
        assert finding.psn_no not in client.get(address + page).content.decode()
    client.post(address + "unmask/", {"reason": "x"})
    assert finding.psn_no not in client.get(address).content.decode()
    client.post(address + "unmask/", {"reason": "现场核查需要核对身份"})
    assert finding.psn_no in client.get(address).content.decode()
    logged = AuditEntry.objects.get(action="unmask")
    assert "现场核查需要核对身份" in logged.detail
    assert AuditEntry.objects.filter(action="view_person", object_id=finding.finding_id).count() >= 5
    other = enter(Role.LEAD, ())
    assert finding.psn_no not in other.get(address).content.decode(), "unmasking is one's own"


def test_a_name_comes_from_the_vault_only_after_unmasking(enter: Callable[..., Any], runs: tuple[Any, Any], settings: Any, tmp_path: Any) -> None:
    from flows.cli_workbench import reveal
    from flows.ingest.vault import Vault

    (tmp_path / "lake").mkdir()
    with Vault(tmp_path / "lake", create=True) as vault:
        token = vault.keep("name", pl.Series(["李明"]))[0]
    assert reveal(str(tmp_path / "lake"), token) == "李明"
    assert reveal(str(tmp_path / "lake"), "unknown") is None
    assert reveal(str(tmp_path / "nowhere"), token) is None


# --- uploads ---


def office(name: str, *names: str) -> SimpleUploadedFile:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for inner in names:
            archive.writestr(inner, "x")
    return SimpleUploadedFile(name, content.getvalue())


@pytest.mark.parametrize(
    "upload",
    [
        SimpleUploadedFile("a.html", b"<script>alert(1)</script>"),
        SimpleUploadedFile("a.svg", b"<svg onload='alert(1)'/>"),
        SimpleUploadedFile("a.exe", b"MZ"),
        SimpleUploadedFile("a.pdf", b"<html>not a pdf"),
        SimpleUploadedFile("a.png", b"GIF89a"),
        SimpleUploadedFile("a.txt", b"\x00\x01binary"),
        office("a.docx", "x"),
        office("a.xlsx", "[Content_Types].xml", "xl/vbaProject.bin"),
        SimpleUploadedFile("noending", b"x"),
    ],
    ids=lambda upload: upload.name,
)
def test_files_that_could_do_harm_are_refused(upload: Any, enter: Callable[..., Any], runs: tuple[Any, Any], settings: Any) -> None:
    from workbench.cases.models import Attachment

    code = Suspect.objects.filter(run=runs[1]).first().fixmedins_code
    upload.seek(0)
    enter(Role.AUDITOR, ()).post(f"/institutions/{code}/attach/", {"file": upload})
    assert not Attachment.objects.exists()
    assert not settings.UPLOAD_DIR.exists() or not list(settings.UPLOAD_DIR.iterdir())


def test_a_file_leaves_only_as_a_download_under_a_clean_name(enter: Callable[..., Any], runs: tuple[Any, Any], settings: Any) -> None:
    from workbench.cases.models import Attachment

    code = Suspect.objects.filter(run=runs[1]).first().fixmedins_code
    client = enter(Role.AUDITOR, ())
    client.post(f"/institutions/{code}/attach/", {"file": SimpleUploadedFile("..\\..\\记录.pdf", b"%PDF-1.7 x")})
    kept = Attachment.objects.get()
    assert kept.name.endswith(".pdf")
    assert not set(kept.name) & set('/\\"\r\n')
    path = settings.UPLOAD_DIR / kept.stored
    assert path.stat().st_mode & 0o777 == 0o600
    answer = client.get(f"/attachments/{kept.pk}/")
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Type"] == "application/octet-stream"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert b"".join(answer.streaming_content) == b"%PDF-1.7 x"


@pytest.mark.parametrize(
    ("given", "kept"),
    [("../../etc/passwd", "passwd"), ("C:\\a\\b.pdf", "b.pdf"), ('a"\r\nX: y.pdf', "a___X_ y.pdf"), ("\u202efdp.exe", "_fdp.exe"), ("...", "file")],
)
def test_a_file_name_keeps_nothing_that_could_mislead(given: str, kept: str) -> None:
    from workbench.cases.uploads import clean_name

    assert clean_name(given) == kept


# --- the audit log ---


def test_the_chain_verifies_and_counts(db: None) -> None:
    for number in range(5):
        record(None, "view", "institution", f"H{number}")
    assert verify().broken_at is None
    assert verify().entries == AuditHead.objects.get().seq


def test_two_first_entries_at_once_share_one_head(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db.models import QuerySet

    record(None, "view", "institution", "H1")
    before = AuditHead.objects.get().seq
    real, blind = QuerySet.first, [True]

    def first(self: Any) -> Any:
        """The head as somebody sees it who looked before the other's was committed."""
        return None if self.model is AuditHead and blind and blind.pop() else real(self)

    monkeypatch.setattr(QuerySet, "first", first)
    record(None, "view", "institution", "H2")
    assert AuditHead.objects.get().seq == before + 1
    assert verify().broken_at is None


@pytest.mark.parametrize("statement", ["UPDATE audit_auditentry SET username = 'x'", "DELETE FROM audit_auditentry"])
def test_the_database_itself_refuses_to_change_or_remove_an_entry(db: None, statement: str) -> None:
    record(None, "view", "institution", "H1")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert verify().broken_at is None


def _without_triggers(statement: str) -> None:
    """What somebody with all rights on the database could do."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE audit_auditentry DISABLE TRIGGER USER")
        else:
            cursor.execute("DROP TRIGGER audit_no_update")
            cursor.execute("DROP TRIGGER audit_no_delete")
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("statement", "place", "reason"),
    [
        ("UPDATE audit_auditentry SET username = 'someone else' WHERE seq = {1}", 1, "changed entry"),
        ("DELETE FROM audit_auditentry WHERE seq = {1}", 1, "missing entry"),
        ("DELETE FROM audit_auditentry WHERE seq = {3}", 3, "entries cut off at the end"),
        ("UPDATE audit_audithead SET seq = seq - 1", 4, "forged head"),
    ],
)
def test_tampering_by_somebody_with_all_rights_is_noticed(db: None, statement: str, place: int, reason: str) -> None:
    start = AuditHead.objects.first().seq if AuditHead.objects.exists() else 0
    for number in range(3):
        record(None, "view", "institution", f"H{number}")
    _without_triggers(statement.replace("{1}", str(start + 1)).replace("{3}", str(start + 3)))
    result = verify()
    assert (result.broken_at, result.reason) == (start + place, reason)
