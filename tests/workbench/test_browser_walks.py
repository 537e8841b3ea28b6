"""A morning at the workbench, in a real browser: auditor, reviewer, steward, institution, administrators; both languages."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.workbench.browser import MARKS, Enter, all_drawn, look
from tests.workbench.site import PASSWORD, USERS, Site
from tests.workbench.small_city import institutions

pytestmark = MARKS
#: The words of the frame itself: text that stands directly in headings, labels, buttons … (not in their options or in data).
OWN_TEXTS = """() => Array.from(document.querySelectorAll('header a, h1, h2, h3, th, label, dt, button, summary'))
  .filter(e => !e.closest('.who'))
  .flatMap(e => Array.from(e.childNodes).filter(n => n.nodeType === 3).map(n => n.textContent.trim()))
  .filter(Boolean)"""


@pytest.fixture
def enter(by_browser: Enter) -> Enter:
    """Signs somebody in by the form."""
    return by_browser


def test_an_auditors_morning_from_sign_in_to_export(enter: Enter, tmp_path: Path) -> None:
    page = enter("zhang")
    expect(page.locator("h1")).to_have_text("总览")
    look(page, "01-home")
    page.click("nav >> text=疑点机构")
    look(page, "02-suspects")
    rows = page.locator("table tbody tr")
    everything = rows.count()
    page.select_option("select[name=level]", "red")
    page.wait_for_url("**level=red**")
    expect(page.locator(".light.yellow")).to_have_count(0)
    assert 0 < rows.count() < everything
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/institutions/**")
    expect(page.locator("h2", has_text="为何列入")).to_be_visible()
    look(page, "03-institution")
    page.locator("#findings tbody tr", has_text="购药").locator("a").first.click()
    expect(page.locator("h2", has_text="费用明细")).to_be_visible()
    assert page.locator("#lines tr.fault").count() > 0
    look(page, "04-finding-lines")
    page.click(".tabs >> text=住院逐日")
    expect(page.locator("text=空床日").first).to_be_visible()
    expect(page.locator("text=他处就诊").first).to_be_visible()
    look(page, "05-stay-days")
    page.click(".tabs >> text=个人就诊轨迹")
    look(page, "06-person")
    page.click(".tabs >> text=费用明细")
    page.check("input[name=outcome][value=confirmed]")
    page.fill("#reason", "住院期间无诊疗，且有院外购药，属实。")
    page.click("text=提交判定")
    expect(page.locator("blockquote .state.confirmed")).to_be_visible()
    expect(page.locator("blockquote")).to_contain_text("待复核")
    page.fill("#text", "请 @li 复核")
    page.click("text=发表")
    expect(page.locator("#comments ~ ul")).to_contain_text("请 @li 复核")
    page.click("nav >> text=疑点机构")
    with page.expect_download() as download:
        page.click("text=导出Excel")
    path = tmp_path / "suspects.xlsx"
    download.value.save_as(path)
    import openpyxl

    sheet = openpyxl.load_workbook(path).active
    assert "张稽核" in sheet["A1"].value
    assert sheet.max_row == everything + 3


def test_a_reviewer_agrees_and_is_told_where_he_is_mentioned(enter: Enter) -> None:
    page = enter("li")
    page.click("nav >> text=判定与复核")
    look(page, "07-review")
    expect(page.locator("text=请 @li 复核")).to_be_visible()
    page.locator("button:has-text('通过')").first.click()
    expect(page.locator(".messages .success")).to_be_visible()


def test_a_dialysis_calendar_and_stays_side_by_side(enter: Enter, site: Site) -> None:
    page = enter("wang")
    centre = next(code for code, _name, word, _beds in institutions() if word == "血液透析中心")
    page.goto(f"/institutions/{centre}/")
    page.locator("#findings tbody a").first.click()
    page.click(".tabs >> text=透析日历")
    look(page, "08-dialysis")
    page.goto(f"/institutions/{site.institution}/")
    for box in page.locator("#findings input[name=f]").all()[:2]:
        box.check()
    page.click("text=并列对比")
    expect(page.locator("h1")).to_have_text("就诊并列对比")
    look(page, "09-compare")
    page.goto(f"/institutions/{site.institution}/")
    page.locator("#findings tbody a").first.click()
    page.check("input[name=outcome][value=returned]")
    page.fill("#reason", "请提供该患者住院病历与护理记录。")
    page.click("text=提交判定")
    expect(page.locator("blockquote .state.returned")).to_be_visible()


def test_an_institution_answers_what_was_returned_to_it(enter: Enter) -> None:
    page = enter("hospital")
    expect(page.locator("h1")).to_have_text("待说明事项")
    look(page, "10-hearing")
    page.locator("tbody a").first.click()
    page.fill("#text", "患者因病情需要住院观察，病历附后。")
    page.set_input_files("#file", {"name": "病历.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 test"})
    page.click("text=提交说明")
    expect(page.locator(".comments")).to_contain_text("患者因病情需要住院观察")
    expect(page.locator(".comments")).to_contain_text("病历.pdf")
    look(page, "11-hearing-case")


def test_a_steward_proposes_and_the_director_approves(enter: Enter) -> None:
    page = enter("chen")
    page.click("nav >> text=规则")
    look(page, "12-rules", full=False)
    page.goto("/rules/idle_bed_days/")
    page.select_option("#name", "idle_days_min")
    page.fill("#value", "9")
    page.fill("#why", "本市普遍以九天为限")
    page.click("text=试算（不保存）")
    expect(page.locator("#trial")).to_contain_text("疑点数", timeout=120_000)  # computed beside the pages
    expect(page.locator("text=没有变更。")).to_be_visible()
    look(page, "13-rule-trial")
    assert page.input_value("#why") == "本市普遍以九天为限"
    page.click("text=提交审批")
    expect(page.locator("tr", has_text="本市普遍以九天为限")).to_contain_text("疑点数")
    page.goto("/rules/death_claims/")
    page.fill("#value", "3")
    page.fill("#why", "本市登记普遍延迟三天")
    page.click("text=提交审批")
    expect(page.locator("tr", has_text="本市登记普遍延迟三天")).to_contain_text("待他人审批")
    look(page, "13-rule")
    page.click("nav >> text=模型")
    look(page, "14-models")
    page.click("nav >> text=数据")
    look(page, "15-data")
    page.click("text=fee_list_d.parquet")
    look(page, "16-quarantine")
    director = enter("zhao")
    director.goto("/rules/death_claims/")
    director.click("button:has-text('批准') >> nth=0")
    expect(director.locator("text=已批准")).to_be_visible()


def test_from_the_city_to_a_hospital_its_cases_and_what_the_reform_did(enter: Enter) -> None:
    page = enter("wang")
    page.click("nav >> text=DRG监测")
    look(page, "17-drg")
    page.click(".tabs >> text=医疗机构")
    look(page, "17-drg-hospitals")
    page.locator("table.dense tbody a.name").first.click()
    page.wait_for_url("**level=hospital_drg**")
    page.locator("table.dense tbody a", has_text="病例").first.click()
    expect(page.locator("tbody")).to_contain_text("31天内再住院")
    look(page, "17-drg-cases")
    page.click(".tabs >> text=预警")
    look(page, "17-drg-alerts")
    page.click(".tabs >> text=改革效果")
    expect(page.locator("dl.figures")).to_contain_text("节约（元/年）")
    look(page, "17-drg-effect")
    page.select_option("#measure", "fund_per_case")
    expect(page.locator("dl.figures")).to_contain_text("不能证明")


def test_on_paper_the_list_the_charts_and_who_printed_them_are_there(enter: Enter, site: Site, tmp_path: Path) -> None:
    page = enter("wang")
    for address in ("/suspects/", f"/institutions/{site.institution}/"):
        page.goto(address)
        all_drawn(page)
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 794, "height": 1123})
        expect(page.locator("table[data-keys] tbody tr").first).to_be_visible()
        expect(page.locator("nav[aria-label=主导航]")).to_be_hidden()
        assert "wang" in page.evaluate("getComputedStyle(document.body, '::after').content")
        wide = page.evaluate(
            "Array.from(document.querySelectorAll('.chart canvas')).filter(c => c.getBoundingClientRect().right > innerWidth + 1).length"
        )
        assert not wide, f"{wide} charts are wider than the paper"
        page.emulate_media(media="screen")


def test_the_three_administrators_each_see_their_own_page(enter: Enter) -> None:
    page = enter("sysadmin")
    page.fill("#new-username", "sun")
    page.click("button:has-text('新建')")
    look(page, "18-users")
    page = enter("secadmin")
    row = page.locator("tr", has_text="sun")
    row.locator("summary").click()
    row.locator("select[name=role]").select_option("auditor")
    row.locator("input[name=county][value='431002']").check()
    look(page, "19-granting")
    row.locator("button:has-text('保存授权')").click()
    expect(page.locator("tr", has_text="sun")).to_contain_text("稽核员")
    look(page, "19-grants")
    page = enter("auditadmin")
    page.click("text=校验完整性")
    expect(page.locator(".messages .success")).to_contain_text("链条完整")
    look(page, "20-audit", full=False)


def test_the_list_keeps_columns_and_views_goes_back_and_takes_bulk_decisions_back(enter: Enter) -> None:
    page = enter("wang")
    page.goto("/suspects/")
    page.select_option("select[name=county]", "431002")
    page.wait_for_url("**county=431002**")
    page.click("summary:has-text('列')")
    look(page, "24-columns")
    page.check("input[name=col][value=probability]")
    expect(page.locator("thead")).to_contain_text("查实概率")
    page.go_back()
    expect(page.locator("thead")).not_to_contain_text("查实概率", timeout=30_000)  # only then is the page of before restored
    expect(page.locator("header nav")).to_be_visible()
    expect(page.locator("select[name=county]")).to_be_visible()
    page.go_forward()
    expect(page.locator("thead")).to_contain_text("查实概率", timeout=30_000)
    page.fill("#view-name", "甲城区")
    page.click("button:has-text('保存')")
    expect(page.locator(".messages")).to_contain_text("已保存视图")
    page.goto("/suspects/")
    expect(page.locator("thead")).not_to_contain_text("查实概率")
    page.click(".tag >> text=甲城区")
    expect(page.locator("thead")).to_contain_text("查实概率")
    assert "county=431002" in page.url
    assert page.locator(".up, .down").count(), "movement since the run before"
    assert page.locator("svg.spark").count(), "trend"
    page.locator("h1").click()
    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    expect(page.locator("input[name=code]:checked")).to_have_count(2)
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.select_option("#bulk-outcome", "returned")
    page.fill("#bulk-reason", "请补充出入库记录")
    page.click("button:has-text('批量判定')")
    expect(page.locator(".messages")).to_contain_text("已处理2家机构")
    assert "county=431002" in page.url, "the filters stay"
    expect(page.locator(".state.returned")).to_have_count(2)
    look(page, "25-bulk")
    page.click("text=撤销上次批量判定")
    expect(page.locator(".messages")).to_contain_text("已撤销2项批量判定")
    expect(page.locator(".state.returned")).to_have_count(0)


def test_many_findings_are_decided_at_once_and_reviewed_at_once(enter: Enter, site: Site) -> None:
    page = enter("zhang")
    page.goto(f"/institutions/{site.institution}/")
    rows = page.locator("#findings tbody tr", has_text="2024-06-09")
    for box in rows.locator("input[name=f]").all()[:3]:
        box.check()
    page.select_option("#bulk-outcome", "confirmed")
    page.fill("#bulk-reason", "同批出入院，病历雷同。")
    page.click("#findings button:has-text('批量判定')")
    expect(page.locator(".messages")).to_contain_text("已判定3条疑点")
    expect(rows.locator(".state.confirmed")).to_have_count(3)
    expect(page.locator("#findings button", has_text="撤销上次批量判定")).to_be_visible()
    look(page, "32-bulk-findings")
    reviewer = enter("li")
    reviewer.goto("/verdicts/")
    reviewer.check("thead input[type=checkbox]")
    look(reviewer, "33-bulk-review")
    reviewer.click("text=复核通过勾选的判定")
    expect(reviewer.locator(".messages")).to_contain_text("已复核通过")
    expect(reviewer.locator("main")).to_contain_text("没有判定。")


def test_of_two_who_decide_at_once_neither_is_overwritten(enter: Enter, site: Site) -> None:
    slow, fast = enter("zhang"), enter("wang")
    for page in (slow, fast):
        page.goto(f"/institutions/{site.institution}/")
        page.locator("#findings tbody tr", has_text="集中入院").last.locator("a").click()
    fast.check("input[name=outcome][value=dismissed]")
    fast.fill("#reason", "同村体检，属正常。")
    fast.click("text=提交判定")
    expect(fast.locator("blockquote .state.dismissed")).to_be_visible()
    slow.check("input[name=outcome][value=confirmed]")
    slow.fill("#reason", "属实。")
    slow.click("text=提交判定")
    expect(slow.locator("h1")).to_have_text("您提交之前，他人已作出判定")
    expect(slow.locator("main")).to_contain_text("同村体检，属正常。")
    look(slow, "26-conflict")
    fast.click("text=撤销本人判定")
    expect(fast.locator("blockquote .state.dismissed")).to_have_count(0)


def test_a_number_is_shown_after_a_reason_and_documents_are_made_of_the_ticked(enter: Enter, site: Site, tmp_path: Path) -> None:
    import docx

    page = enter("wang")
    page.goto(f"/institutions/{site.institution}/")
    page.locator("#findings tbody tr", has_text="集中入院").first.locator("a").click()
    assert "****" in page.locator("dl.figures").first.inner_text()
    page.locator("summary", has_text="显示完整编号").click()
    page.fill("#why", "现场核查核对身份")
    page.click("button:has-text('显示')")
    expect(page.locator("dl.figures").first).not_to_contain_text("****")
    look(page, "27-unmasked")
    page.goto(f"/institutions/{site.institution}/")
    for box in page.locator("#findings input[name=f]").all()[:3]:
        box.check()
    page.click("text=用勾选的疑点制作文书")
    expect(page.locator("h1")).to_have_text("制作文书")
    page.fill("#bureau", "甲市医疗保障基金监管中心")
    look(page, "28-documents")
    page.check("input[value=inspection_notice]")
    with page.expect_download() as download:
        page.click("text=制作并下载")
    download.value.save_as(tmp_path / "notice.docx")
    assert download.value.suggested_filename.startswith("稽核通知书-第1人民医院")
    said = "\n".join(paragraph.text for paragraph in docx.Document(str(tmp_path / "notice.docx")).paragraphs)
    assert "甲市医疗保障基金监管中心" in said
    assert "共3项" in said


def test_the_second_factor_is_set_up_on_ones_own_page_and_asked_for(enter: Enter, chromium: Browser, site: Site) -> None:
    page = enter("qian")
    page.goto("/account/")
    page.click("text=启用第二因素")
    secret = page.locator("code").first.inner_text()
    look(page, "29-account")
    page.fill("#code", pyotp.TOTP(secret).now())
    page.click("button:has-text('确认')")
    expect(page.locator("main")).to_contain_text("已启用")
    page.goto("/account/password/")
    look(page, "30-password")
    again = chromium.new_page(base_url=site.url, viewport={"width": 1366, "height": 768})
    again.goto("/login/")
    again.fill("#username", "qian")
    again.fill("#password", PASSWORD)
    again.click("main button.main")
    expect(again.locator("h1")).to_have_text("第二因素")
    look(again, "31-second-factor")
    again.fill("#code", pyotp.TOTP(secret).at(datetime.now(UTC), counter_offset=1))
    again.click("main button.main")
    expect(again.locator("h1")).to_have_text("总览")
    again.close()


def all_pages(site: Site) -> dict[str, list[tuple[str, str]]]:
    """User → (name, address) of every page that the user's role begins from; pages of one finding hang on the finding of the institution."""
    institution, rule = f"/institutions/{site.institution}/", "/rules/idle_bed_days/"
    lead = [
        ("home", "/home/"), ("suspects", "/suspects/"), ("institution", institution), ("documents", f"{institution}documents/"),
        ("verdicts", "/verdicts/?show=all"), ("cases", "/cases/"), ("plan", "/cases/plan/"),
        ("rules", "/rules/"), ("rule", rule), ("models", "/models/"), ("data", "/data/"),
        ("drg", "/drg/?level=hospital"), ("effect", "/drg/effect/"), ("alerts", "/drg/alerts/"), ("cases", "/drg/cases/"),
        ("account", "/account/"), ("password", "/account/password/"), ("missing", "/nowhere/"),
    ]  # fmt: skip
    return {
        "wang": lead,
        "chen": [("quarantine", "/data/quarantine/?file=fee_list_d.parquet")],
        "hospital": [("hearing", "/hearing/")],
        "sysadmin": [("users", "/users/"), ("forbidden", "/suspects/")],
        "secadmin": [("grants", "/users/")],
        "auditadmin": [("audit", "/audit/")],
    }


def evidence_pages(page: Page, site: Site) -> list[tuple[str, str]]:
    """The pages of one hanging bed of the institution, and of one dialysis."""
    page.goto(f"/institutions/{site.institution}/")
    found = [link.get_attribute("href") for link in page.locator("#findings tbody tr", has_text="购药").locator("a").all()]
    address = str(found[0]).split("?")[0]
    centre = next(code for code, _name, word, _beds in institutions() if word == "血液透析中心")
    page.goto(f"/institutions/{centre}/")
    dialysed = str(page.locator("#findings tbody a").first.get_attribute("href")).split("?")[0]
    return [("finding", address), ("stay", f"{address}stay/"), ("person", f"{address}person/"), ("dialysis", f"{dialysed}dialysis/")]


@pytest.mark.parametrize(
    ("suffix", "width", "height", "english", "dark"),
    [("english-dark", 1366, 768, True, True), ("tablet", 820, 1180, False, False)],
)
def test_every_page_in_english_and_dark_and_on_a_tablet(
    enter: Enter, site: Site, suffix: str, width: int, height: int, *, english: bool, dark: bool
) -> None:
    for user, pages in all_pages(site).items():
        page = enter(user, width=width, height=height)
        if english:
            page.click("header >> text=English")
        if dark:
            page.click("header >> text=Dark")
            expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        for name, address in [*pages, *(evidence_pages(page, site) if user == "wang" else [])]:
            page.goto(address)
            look(page, f"{'22' if english else '23'}-{name}-{suffix}")
            if english:
                left = [text for text in page.evaluate(OWN_TEXTS) if any("\u4e00" <= sign <= "\u9fff" for sign in text)]
                names = ("医院", "卫生院", "药房", "城区", "北区", "阳县", *(shown for _role, _counties, shown in USERS.values()))
                assert not [text for text in left if not any(word in text for word in names)], (name, left)
        if dark:
            page.click("header >> text=Light")
        if english:
            page.click("header >> text=中文")


def test_the_sign_in_page_is_accessible(chromium: Browser, site: Site) -> None:
    page = chromium.new_page(base_url=site.url, viewport={"width": 1366, "height": 768})
    page.goto("/suspects/")
    assert "/login/" in page.url
    look(page, "00-login")
    page.close()
