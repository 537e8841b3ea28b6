"""Every message has its English, and the compiled catalogue is up to date."""

from __future__ import annotations

import gettext
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from workbench import messages
from workbench.accounts.models import Role

ROOT = Path(__file__).resolve().parents[2]


def test_every_message_has_its_english_and_the_catalogue_is_compiled() -> None:
    entries = messages.read_po()
    assert messages.missing(entries) == []
    assert messages.MO.read_bytes() == messages.compiled(entries)


def test_the_compiled_catalogue_is_what_gettext_reads() -> None:
    catalogue = gettext.GNUTranslations(io.BytesIO(messages.compiled({"疑点": "Findings", "一\0多": "one\0many"})))
    assert catalogue.gettext("疑点") == "Findings"
    assert (catalogue.ngettext("一", "多", 1), catalogue.ngettext("一", "多", 2)) == ("one", "many")


@pytest.mark.parametrize("address", ["/home/", "/suspects/", "/verdicts/", "/rules/", "/models/", "/data/", "/drg/", "/account/"])
def test_each_language_gives_its_own_words(enter: Callable[..., Any], runs: tuple[Any, Any], address: str) -> None:
    client = enter(Role.LEAD, ())
    assert 'lang="zh-hans"' in client.get(address).content.decode()
    client.post("/language/", {"language": "en", "next": address})
    page = client.get(address).content.decode()
    assert 'lang="en"' in page
    assert "Sign out" in page


def test_every_picture_of_the_auditors_guide_is_there_and_shown() -> None:
    guide = (ROOT / "docs" / "auditor-guide.zh-CN.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\(screenshots/([^)]+)\)", guide))
    assert named == {path.name for path in (ROOT / "docs" / "screenshots").glob("*.png")}
