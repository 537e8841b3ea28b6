"""What the browser tests share: a served workbench, a browser, signing in by the form, looking at a page.

Every page looked at is checked by axe for serious violations, and for messages in the browser's console (a broken content-security policy would
show there). With HUOYAN_SCREENSHOTS=1 a picture of every page is taken: those of docs/auditor-guide.zh-CN.md anew, the others to build/screenshots.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.workbench.site import CHROMIUM, CHROMIUM_ARGS, PASSWORD, ROOT, Site, missing_browser, serve
from tests.workbench.small_city import institutions

SHOTS = os.environ.get("HUOYAN_SCREENSHOTS") == "1"
GUIDE = (ROOT / "docs" / "auditor-guide.zh-CN.md").read_text(encoding="utf-8")
MARKS = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(missing_browser() is not None, reason=f"browser tests: {missing_browser()}"),
]
Enter = Callable[..., Page]
EMPTY_STYLE = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, run_folders: tuple[Path, Path]) -> Iterator[Site]:
    with serve(tmp_path_factory.mktemp("home"), run_folders, institutions()[0][0]) as running:
        yield running


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        yield browser
        browser.close()


@pytest.fixture
def by_browser(chromium: Browser, site: Site) -> Iterator[Enter]:
    """Signs somebody in by the form; console messages on any page fail the test."""
    said: list[str] = []
    contexts = []

    def sign_in(name: str, *, width: int = 1366, height: int = 768) -> Page:
        context = chromium.new_context(base_url=site.url, viewport={"width": width, "height": height}, locale="zh-CN", accept_downloads=True)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(f"{page.url}: {message.text}") if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: said.append(f"{page.url}: {error}"))
        page.goto("/login/")
        page.fill("#username", name)
        page.fill("#password", PASSWORD)
        page.click("main button.main")
        page.wait_for_url(lambda url: "/login" not in url)
        return page

    yield sign_in
    for context in contexts:
        context.close()
    # the 4xx are those the walk asks for; the empty style element is what taking a picture leaves in the page
    wrong = [text for text in said if "status of 4" not in text and not (SHOTS and EMPTY_STYLE in text)]
    assert not wrong, "\n".join(wrong)


def all_drawn(page: Page) -> None:
    """Waits until every chart is drawn, by a locator: an expression that is polled would be refused by the content-security policy."""
    expect(page.locator("[data-chart]:not([data-drawn])")).to_have_count(0, timeout=30_000)


def look(page: Page, name: str, *, full: bool = True) -> None:
    """Axe finds no serious violation; all charts are drawn; the picture is kept when asked for."""
    all_drawn(page)
    from axe_playwright_python.sync_playwright import Axe

    found = [v for v in Axe().run(page).response["violations"] if v["impact"] in ("serious", "critical")]
    assert not found, [(v["id"], [node["html"] for node in v["nodes"]][:3]) for v in found]
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{name} scrolls sideways by {wide} px"
    assert page.evaluate("[...document.querySelectorAll('link[rel=stylesheet]')].every(link => link.sheet)"), f"{name} came without its styles"
    if SHOTS:
        folder = ROOT / ("docs" if f"(screenshots/{name}.png)" in GUIDE else "build") / "screenshots"
        folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=folder / f"{name}.png", full_page=full)
