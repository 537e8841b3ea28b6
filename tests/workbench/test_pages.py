"""What pages say: the network under masks, the DRG monitor by level, the reform's effect, models; files of a later run speak for no older one."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from models.drg_monitor.monitor_table import COLUMNS
from tests.workbench.small_city import COUNTIES, institutions
from workbench.accounts.models import Role
from workbench.audit.models import AuditEntry
from workbench.cases import trials
from workbench.cases.models import Proposal, Trial
from workbench.results.files import run_file
from workbench.results.load import load_run
from workbench.results.models import Finding, Suspect
from workbench.screens import monitor
from workbench.screens.words import measure_title

HOSPITAL = institutions()[0][0]
PERSON = "431000000000000001"


def text(client: Any, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return str(answer.content.decode())


def test_the_network_masks_persons_and_tells_their_number_to_nobody_without_evidence(enter: Callable[..., Any], runs: tuple[Any, Any]) -> None:
    persons = [entry[0] for entry in Suspect.objects.get(run=runs[1], fixmedins_code=HOSPITAL).profile["network"]["persons"]]
    for role, sees in ((Role.AUDITOR, True), (Role.DIRECTOR, False)):
        page = text(enter(role, ()), f"/institutions/{HOSPITAL}/")
        assert "患者与机构网络" in page
        assert not any(person in page for person in persons)
        assert (f"{persons[0][:2]}****{persons[0][-4:]}" in page) == sees
        assert ("患者1" in page) != sees


def test_institutions_of_other_counties_have_no_name_in_the_network(enter: Callable[..., Any], runs: tuple[Any, Any]) -> None:
    network = Suspect.objects.get(run=runs[1], fixmedins_code=HOSPITAL).profile["network"]
    foreign = [code for code, _shared, _all in network["places"] if code[1:7] != COUNTIES[0]]
    assert foreign
    page = text(enter(Role.AUDITOR, (COUNTIES[0],)), f"/institutions/{HOSPITAL}/")
    assert "其他区县机构" in page
    assert not any(f"/institutions/{code}/" in page for code in foreign)


def test_the_list_can_be_narrowed_to_the_month_in_which_findings_occurred(enter: Callable[..., Any], runs: tuple[Any, Any]) -> None:
    client = enter(Role.LEAD, ())
    finding = Finding.objects.filter(run=runs[1], rule_id="dialysis_over_frequency").first()
    month = f"{finding.occurred_from:%Y-%m}"
    there = set(Finding.objects.filter(run=runs[1], occurred_from__startswith=month).values_list("fixmedins_code", flat=True))
    page = text(client, f"/suspects/?month={month}")
    shown = {suspect.fixmedins_code for suspect in Suspect.objects.filter(run=runs[1]) if f'value="{suspect.fixmedins_code}"' in page}
    assert shown == there
    assert there != set(Suspect.objects.filter(run=runs[1]).values_list("fixmedins_code", flat=True))


def test_a_finding_names_the_exceptions_ruled_out_and_the_page_what_would_make_innocent(enter: Callable[..., Any], runs: tuple[Any, Any]) -> None:
    client = enter(Role.AUDITOR, ())
    assert "若属清白，须有查房记录佐证" in text(client, f"/institutions/{HOSPITAL}/")


@pytest.mark.parametrize("table", list(monitor.TABLES))
def test_each_table_of_the_monitor_shows_its_measures_and_the_one_it_is_sorted_by(
    enter: Callable[..., Any], runs: tuple[Any, Any], table: str
) -> None:
    page = text(enter(Role.LEAD, ()), f"/drg/?level=hospital&table={table}&measure=cmi")
    for measure in (*monitor.TABLES[table], "cmi"):
        assert f'<th class="num">{measure_title(measure)}</th>' in page


def test_every_measure_of_the_monitoring_table_stands_in_one_of_the_tables() -> None:
    shown = {name for names in monitor.TABLES.values() for name in names}
    keys = {"level", "month", "fixmedins_code", "fixmedins_name", "dept", "physician", "drg_code", "drg_name", "grouped_cases"}
    assert {name for name in COLUMNS if not name.endswith("_z")} - keys == shown


def test_a_deviation_counts_only_on_the_side_that_is_a_concern() -> None:
    assert [monitor.Cell("cost_index", 0.5, -3.2).grade, monitor.Cell("cost_index", 1.5, 2.1).grade] == ["alarm", "warn"]
    assert [monitor.Cell("readmission_rate", 0.0, -3.2).grade, monitor.Cell("readmission_rate", 0.2, 3.2).grade] == ["", "alarm"]


def test_the_city_page_shows_each_hospitals_use_of_the_fund_to_those_who_may_see_it(enter: Callable[..., Any], runs: tuple[Any, Any]) -> None:
    page = text(enter(Role.LEAD, ()), "/drg/")
    assert "各机构基金使用" in page
    assert "1,320,000.00" in page
    assert "各机构基金使用" not in text(enter(Role.AUDITOR, ("999999",)), "/drg/")


@pytest.mark.parametrize("level", ["city", "hospital", "department", "physician", "drg", "hospital_drg"])
def test_each_level_of_the_monitor_has_its_page(enter: Callable[..., Any], runs: tuple[Any, Any], level: str) -> None:
    page = text(enter(Role.LEAD, ()), f"/drg/?level={level}")
    assert "费用消耗指数" in page
    assert "D431000012345" not in page, "physicians are masked"


def test_departments_bear_their_names_and_deviations_their_colour(enter: Callable[..., Any], runs: tuple[Any, Any]) -> None:
    page = text(enter(Role.LEAD, ()), "/drg/?level=hospital&month=2024-02")
    assert 'class="light red"' in page
    assert 'class="light yellow"' in page


def test_an_unknown_level_or_a_foreign_month_does_no_harm(enter: Callable[..., Any], runs: tuple[Any, Any]) -> None:
    client = enter(Role.LEAD, ())
    assert client.get("/drg/?level=nothing").status_code == 404
    assert client.get("/drg/?level=hospital&month=1999-01&measure=password&page=9999").status_code == 200
    assert client.get("/drg/cases/?alert=999&month=x").status_code == 200


def test_cases_are_masked_and_looking_at_them_is_logged(enter: Callable[..., Any], runs: tuple[Any, Any]) -> None:
    client = enter(Role.LEAD, ())
    page = text(client, "/drg/cases/?alert=0")
    assert PERSON not in page
    assert page.count("<tr>") == 2, "the head and the one case behind the alert"
    logged = AuditEntry.objects.get(action="view_person", object_type="drg_cases")
    assert json.loads(logged.detail)["visits"]
    assert enter(Role.DIRECTOR, ()).get("/drg/cases/").status_code == 403


def test_the_effect_is_claimed_only_where_it_is_proved(enter: Callable[..., Any], runs: tuple[Any, Any]) -> None:
    client = enter(Role.DIRECTOR, ())
    proved = text(client, "/drg/effect/")
    assert "节约（元/年）" in proved
    assert "800,000.00" in proved
    assert "看不出长期效果" in proved
    assert "区间含零，符合预期" in proved
    unproved = text(client, "/drg/effect/?measure=fund_per_case")
    assert "不能证明" in unproved
    assert "800,000.00" not in unproved
    assert "nan" not in unproved
    assert "没有可比较的机构" in text(client, "/drg/effect/?measure=own_measure")


def test_models_tell_weights_drift_gates_and_power(enter: Callable[..., Any], runs: tuple[Any, Any]) -> None:
    page = text(enter(Role.STEWARD, ()), "/models/")
    for said in ("采用先验权重", "已变化", "首位名单变动10%", "未启用", "检出力（植入案例）", "idle_days"):
        assert said in page


def test_a_rule_is_explained_in_the_readers_language(enter: Callable[..., Any], runs: tuple[Any, Any]) -> None:
    client = enter(Role.LEAD, ())
    assert "涉及金额为" in text(client, "/rules/idle_bed_days/")
    client.post("/language/", {"language": "en", "next": "/"})
    page = text(client, "/rules/idle_bed_days/")
    assert "涉及金额为" not in page
    assert "The sum within scope" in page


def test_where_somebody_was_during_a_stay_is_named(enter: Callable[..., Any], runs: tuple[Any, Any]) -> None:
    finding = Finding.objects.filter(run=runs[1], rule_id="idle_bed_days").first()
    client = enter(Role.LEAD, ())
    assert "大药房 ·" in text(client, f"/findings/{finding.finding_id}/stay/")


def test_a_dialysis_calendar_is_offered_only_for_who_is_dialysed(enter: Callable[..., Any], runs: tuple[Any, Any]) -> None:
    client = enter(Role.LEAD, ())
    dialysed = Finding.objects.filter(run=runs[1], kind="dialysis_excess")
    never = Finding.objects.filter(run=runs[1], rule_id="idle_bed_days").exclude(psn_no__in=dialysed.values("psn_no")).first()
    assert "透析日历" in text(client, f"/findings/{dialysed.first().finding_id}/")
    assert "透析日历" not in text(client, f"/findings/{never.finding_id}/")


def test_a_folder_used_by_a_later_run_speaks_for_the_older_one_no_more(
    enter: Callable[..., Any], runs: tuple[Any, Any], run_folders: tuple[Path, Path], tmp_path: Path
) -> None:
    folder = tmp_path / "OUT"
    shutil.copytree(run_folders[1], folder)
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    (folder / "run.json").write_text(json.dumps(record | {"run_id": "first", "started": "2025-06-01T00:00:00+08:00"}), encoding="utf-8")
    first, _ = load_run(folder)
    assert run_file(first, "drg/monitor.parquet") is not None
    (folder / "run.json").write_text(json.dumps(record | {"run_id": "second", "started": "2025-07-01T00:00:00+08:00"}), encoding="utf-8")
    second, _ = load_run(folder)
    assert run_file(first, "drg/monitor.parquet") is None
    assert run_file(second, "drg/monitor.parquet") is not None
    assert "已被后来的批次替换" in text(enter(Role.LEAD, ()), "/drg/?run=first")


# --- calibration, trials, parts of pages ---


def test_the_models_page_holds_what_was_stated_against_what_was_found(
    enter: Callable[..., Any], make_user: Callable[..., Any], runs: tuple[Any, Any]
) -> None:
    from workbench.cases.models import Verdict
    from workbench.screens.calibration import calibration, inspected

    assert calibration(inspected()) == {}
    author = make_user(Role.LEAD, (), username="author")
    older, newer = runs
    findings = list(Finding.objects.filter(run=newer, rule_id="idle_bed_days").order_by("fixmedins_code", "pk"))
    houses = sorted({finding.fixmedins_code for finding in findings})
    decided = [  # house, outcome, review, run
        (houses[0], "confirmed", "agreed", older),
        (houses[0], "dismissed", "agreed", newer),  # one upheld finding makes a house guilty
        (houses[1], "dismissed", "agreed", newer),
        (houses[2], "confirmed", "waiting", newer),  # nobody agreed yet
        (houses[3], "returned", "none", newer),
    ]
    for number, (code, outcome, review, run) in enumerate(decided):
        Verdict.objects.create(fixmedins_code=code, finding_id=f"f{number}", outcome=outcome, review=review, run=run, author=author)
    found = {(round(one.probability, 3), one.guilty) for one in inspected()}
    stated = {code: Suspect.objects.get(run=run, fixmedins_code=code).probability for code, run in ((houses[0], older), (houses[1], newer))}
    assert found == {(stated[houses[0]], True), (stated[houses[1]], False)}, "each house by what was stated before anybody looked"
    table = calibration(inspected())
    assert sum(row["n"] for row in table["rows"]) == 2
    assert table["brier"] == pytest.approx(((stated[houses[0]] - 1) ** 2 + stated[houses[1]] ** 2) / 2)
    page = text(enter(Role.STEWARD, ()), "/models/")
    assert "已核查2家，查实1家" in page
    assert "样本少，仅供参考" in page


@pytest.mark.parametrize(("share", "n", "low", "high"), [(0.5, 10, 0.2366, 0.7634), (0.0, 10, 0.0, 0.2775), (1.0, 1, 0.2065, 1.0)])
def test_the_interval_of_a_share_is_wilsons(share: float, n: int, low: float, high: float) -> None:
    from workbench.screens.calibration import wilson

    assert wilson(share, n) == pytest.approx((low, high), abs=2e-4)


@pytest.fixture
def trying(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trials are computed at once, in this process."""
    monkeypatch.setenv("HUOYAN_TRY_RULE", "flows.cli_rules.try_out")
    monkeypatch.setattr(trials, "launch", lambda trial: trials.compute(trial.pk))


TRIED = {"name": "idle_days_min", "value": "9", "reason": "本市以九天为限"}


@pytest.mark.usefixtures("trying")
def test_a_threshold_is_tried_with_its_effect_before_anything_is_saved(enter: Callable[..., Any], runs: tuple[Any, Any]) -> None:
    client = enter(Role.STEWARD, ())
    tried = client.post("/rules/idle_bed_days/propose/", {**TRIED, "action": "try"}, follow=True).content.decode()
    assert "试算结果（未保存）" in tried
    assert "疑点数：" in tried
    assert "本市以九天为限" in tried, "what was typed is kept"
    assert not Proposal.objects.exists()
    client.post("/rules/idle_bed_days/propose/", {**TRIED, "action": "propose"})
    proposal = Proposal.objects.get()
    assert (proposal.old, proposal.new, proposal.state) == (3, 9, "waiting")
    assert "疑点数" in proposal.effect
    assert AuditEntry.objects.filter(action="tried").count() == 1, "what was tried is not computed twice"
    trial = Trial.objects.get()
    assert trial.done == trial.total > 0


@pytest.mark.usefixtures("trying")
def test_a_trial_that_cannot_be_made_says_why(enter: Callable[..., Any], runs: tuple[Any, Any]) -> None:
    run = runs[1]
    run.lake = "/nowhere"
    run.save()
    page = enter(Role.STEWARD, ()).post("/rules/idle_bed_days/propose/", {**TRIED, "action": "try"}, follow=True).content.decode()
    assert "试算未成" in page


def test_who_comes_back_finds_his_trial_under_way_and_a_dead_one_can_be_asked_again(
    enter: Callable[..., Any], runs: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUOYAN_TRY_RULE", "flows.cli_rules.try_out")
    launched: list[int] = []
    monkeypatch.setattr(trials, "launch", lambda trial: launched.append(trial.pk))
    client = enter(Role.STEWARD, ())
    assert "排队等候" in client.post("/rules/idle_bed_days/propose/", {**TRIED, "action": "try"}, follow=True).content.decode()
    Trial.objects.update(state="running", done=3, total=8)
    page = client.get("/rules/idle_bed_days/").content.decode()
    assert 'hx-trigger="every 2s"' in page
    assert "37%" in page
    client.post("/rules/idle_bed_days/propose/", {**TRIED, "action": "try"})
    assert len(launched) == 1, "the same question waits for the same trial"
    Trial.objects.update(alive=timezone.now() - timedelta(seconds=trials.DEAD_SECONDS + 1))
    assert "试算进程已中断" in client.get(f"/trials/{launched[0]}/", headers={"HX-Request": "true"}).content.decode()
    client.post("/rules/idle_bed_days/propose/", {**TRIED, "action": "try"})
    assert len(launched) == 2


def test_a_trial_computes_in_the_home_of_the_workbench_wherever_that_was_started(
    runs: tuple[Any, Any], make_user: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any
) -> None:
    asked: list[dict[str, Any]] = []
    monkeypatch.setattr(trials.subprocess, "Popen", lambda _command, **more: asked.append(more))
    monkeypatch.setenv("HUOYAN_HOME", ".huoyan")
    settings.HUOYAN_HOME = tmp_path
    trials.launch(Trial.objects.create(run=runs[1], unit_id="idle_bed_days", name="days", old=1, new=2, author=make_user(Role.STEWARD, ())))
    assert [more["env"]["HUOYAN_HOME"] for more in asked] == [str(tmp_path)]


@pytest.mark.usefixtures("trying")
def test_a_proposal_made_before_its_trial_ends_gets_the_effect_later(
    enter: Callable[..., Any], runs: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trials, "launch", lambda _trial: None)
    enter(Role.STEWARD, ()).post("/rules/idle_bed_days/propose/", {**TRIED, "action": "propose"})
    assert Proposal.objects.get().effect == {}
    trials.compute(Trial.objects.get().pk)
    assert "疑点数" in Proposal.objects.get().effect


def test_reading_on_from_finding_to_finding_meets_each_of_the_institution_once_also_those_of_one_amount(
    enter: Callable[..., Any], runs: tuple[Any, Any]
) -> None:
    client, rows = enter(Role.LEAD, ()), Finding.objects.filter(run=runs[1], fixmedins_code=HOSPITAL)
    in_order = list(rows.order_by("-amount_fen", "pk").values_list("finding_id", flat=True))
    assert len(set(rows.values_list("amount_fen", flat=True))) < len(in_order)

    run_id = runs[1].run_id

    def onwards(first: str, label: str) -> list[str]:
        met, here = [], first
        while here:
            met.append(here)
            found = re.search(
                rf'<a class="button no-print" href="/findings/([^"/]+)/\?run={run_id}">[^<]*{label}', text(client, f"/findings/{here}/?run={run_id}")
            )
            here = found[1] if found else ""
        return met

    assert onwards(in_order[0], "下一条") == in_order
    assert onwards(in_order[-1], "上一条") == in_order[::-1]


def test_going_back_restores_the_whole_page_not_its_part(enter: Callable[..., Any], runs: tuple[Any, Any]) -> None:
    client = enter(Role.LEAD, ())
    part = client.get("/suspects/?level=red", headers={"HX-Request": "true"}).content.decode()
    whole = client.get("/suspects/?level=red", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "<html" in whole


def test_in_english_sentences_of_the_run_are_marked_as_the_original_chinese(enter: Callable[..., Any], runs: tuple[Any, Any]) -> None:
    client = enter(Role.LEAD, ())
    assert 'class="original"' not in text(client, "/suspects/")
    client.post("/language/", {"language": "en", "next": "/"})
    page = text(client, f"/institutions/{HOSPITAL}/")
    assert '<span lang="zh-hans" class="original">' in page
    assert "Use of Medical Security Funds, Art. 38 (1)" in page
    assert "条例" not in page


def test_the_lines_of_several_persons_are_theirs_alone(runs: tuple[Any, Any]) -> None:
    from workbench.results.lakeview import lines_of_persons, person_evidence

    lake, persons = runs[1].lake, ["431000000000000001", "431000000000000002"]
    together = lines_of_persons(lake, persons).collect()
    alone = [person_evidence("", lake, person, "x").lines for person in persons]
    assert together.height == sum(frame.height for frame in alone) > 0
    assert set(together["psn_no"]) == set(persons)
    assert lines_of_persons(lake, [*persons, "nobody"]).collect().height == together.height
