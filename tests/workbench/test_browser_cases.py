"""A case from the clue to its end, in a real browser: lead, auditors of another county, reviewer."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.workbench.browser import MARKS, Enter, look
from tests.workbench.small_city import institutions

pytestmark = MARKS


def do(page: Page, kind: str, note: str) -> None:
    """Enters what was done in the case."""
    page.select_option("#kind", kind)
    page.fill("#note", note)
    page.click("main button:text-is('登记')")
    expect(page.locator(".messages .success")).to_have_text("已登记。")


def to(page: Page, stage: str) -> None:
    """Takes the case to the stage."""
    page.click(f"main button:text-is('{stage}')")
    expect(page.locator(".stages .here")).to_have_text(stage)


def test_a_case_goes_from_the_clue_over_auditors_of_another_county_to_its_end(by_browser: Enter) -> None:
    lead = by_browser("wang")
    lead.click("nav >> text=案件")
    lead.click("text=检查计划")
    look(lead, "34-plan")
    pharmacy = next(code for code, _name, word, _beds in institutions() if word == "零售药店" and code.startswith("P431021"))
    lead.goto(f"/institutions/{pharmacy}/")
    lead.click("summary:has-text('登记线索，立案核查')")
    lead.select_option("#origin", "report")
    lead.fill("#clue", "群众举报为他人刷卡购药")
    lead.click("button:has-text('登记线索')")
    expect(lead.locator(".messages .success")).to_contain_text("线索已登记")
    lead.select_option("#team", "431002")
    for name in ("张稽核", "胡稽核"):
        lead.locator("label", has_text=name).locator("input").check()
    lead.fill("#due", "2030-03-31")
    look(lead, "35-case-assign")
    lead.click("text=保存分派")
    auditor = by_browser("zhang")
    auditor.click("nav >> text=案件")
    auditor.click(".tabs >> text=我承办的")
    auditor.locator("tbody a.name").first.click()
    to(auditor, "核查")
    do(auditor, "visit", "现场调取进销存记录和购药小票")
    to(auditor, "约谈与陈述申辩")
    do(auditor, "interview", "约谈负责人，承认为他人刷卡")
    to(auditor, "处理")
    expect(auditor.locator("main")).to_contain_text("由承办人以外的复核员、组长或主任办理")
    reviewer = by_browser("li")
    reviewer.goto(auditor.url)
    reviewer.fill("#owed", "300.00")
    to(reviewer, "追回与整改")
    auditor.reload()
    auditor.fill("#amount", "300")
    do(auditor, "recovered", "转账退回")
    reviewer.reload()
    reviewer.check("input[name=result][value=handled]")
    reviewer.fill("#closing", "基金损失全部退回，已整改。")
    look(reviewer, "36-case")
    to(reviewer, "结案")
    reviewer.goto("/cases/?show=closed")
    expect(reviewer.locator("tbody")).to_contain_text("已处理")
    look(reviewer, "37-cases")
    with reviewer.expect_download() as download:
        reviewer.click("text=导出四清单三台账")
    assert download.value.suggested_filename.startswith("清单台账-")
    reviewer.goto(auditor.url)
    reviewer.click("header >> text=English")
    expect(reviewer.locator(".stages .here")).to_have_text("Closed")
    look(reviewer, "38-case-english")
