"""An institution's representative sees what was returned to his own institution, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from workbench.accounts.models import Role
from workbench.cases.models import Attachment, Comment
from workbench.results.models import Finding


@pytest.fixture
def findings(runs: tuple[Any, Any]) -> list[Finding]:
    """Two findings of different institutions."""
    first = Finding.objects.filter(run=runs[1], rule_id="idle_bed_days").first()
    assert first is not None
    second = Finding.objects.filter(run=runs[1]).exclude(fixmedins_code=first.fixmedins_code).first()
    assert second is not None
    return [first, second]


def returned(client: Any, finding: Finding) -> None:
    client.post(f"/findings/{finding.finding_id}/verdict/", {"outcome": "returned", "version": "0", "reason": "请提供病历资料"})


def test_only_returned_findings_of_the_own_institution_are_seen(findings: list[Finding], enter: Callable[..., Any]) -> None:
    lead = enter(Role.LEAD, ())
    client = enter(Role.INSTITUTION, (), fixmedins_code=findings[0].fixmedins_code)
    assert client.get(f"/hearing/{findings[0].finding_id}/").status_code == 404, "not yet returned"
    for finding in findings:
        returned(lead, finding)
    page = client.get("/hearing/").content.decode()
    assert findings[0].finding_id in page
    assert findings[1].finding_id not in page
    assert client.get(f"/hearing/{findings[0].finding_id}/").status_code == 200
    assert client.get(f"/hearing/{findings[1].finding_id}/").status_code == 404
    assert client.post(f"/hearing/{findings[1].finding_id}/answer/", {"text": "x"}).status_code == 404


def test_the_answer_and_its_file_reach_the_auditors(findings: list[Finding], enter: Callable[..., Any]) -> None:
    lead = enter(Role.LEAD, ())
    returned(lead, findings[0])
    client = enter(Role.INSTITUTION, (), fixmedins_code=findings[0].fixmedins_code)
    client.post(f"/hearing/{findings[0].finding_id}/answer/", {"text": "病历附后", "file": SimpleUploadedFile("a.pdf", b"%PDF-1")})
    assert Comment.objects.get().from_institution
    page = lead.get(f"/findings/{findings[0].finding_id}/").content.decode()
    assert "病历附后" in page
    assert "a.pdf" in page
    kept = Attachment.objects.get()
    assert client.get(f"/hearing/files/{kept.pk}/").status_code == 200
    stranger = enter(Role.INSTITUTION, (), username="stranger", fixmedins_code=findings[1].fixmedins_code)
    assert stranger.get(f"/hearing/files/{kept.pk}/").status_code == 404


def test_the_auditors_own_remarks_stay_with_the_auditors(findings: list[Finding], enter: Callable[..., Any]) -> None:
    lead = enter(Role.LEAD, ())
    returned(lead, findings[0])
    lead.post(f"/findings/{findings[0].finding_id}/comment/", {"text": "内部意见"})
    client = enter(Role.INSTITUTION, (), fixmedins_code=findings[0].fixmedins_code)
    assert "内部意见" not in client.get(f"/hearing/{findings[0].finding_id}/").content.decode()
