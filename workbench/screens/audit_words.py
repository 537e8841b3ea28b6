"""Words for the audit log: actions, objects, roles and what an entry tells beside them. A code without a word is shown as it is, never hidden."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from workbench.accounts.models import Role
from workbench.cases.models import Outcome, Review, Stage, StepKind
from workbench.documents.render import DOCUMENTS, LINES_WORKBOOK
from workbench.screens.formats import masked, yuan
from workbench.screens.words import county_name, rule_title

ACTIONS = {
    "login": _("登录"),
    "login_failed": _("登录失败"),
    "login_refused_locked": _("锁定期间登录被拒"),
    "user_locked": _("账户锁定"),
    "logout": _("退出"),
    "second_factor_on": _("启用第二因素"),
    "second_factor_failed": _("第二因素验证失败"),
    "reset_totp": _("重置第二因素"),
    "password_changed": _("修改密码"),
    "token_made": _("新建接口令牌"),
    "token_ended": _("作废接口令牌"),
    "user_created": _("新建账户"),
    "user_opened": _("启用账户"),
    "user_closed": _("停用账户"),
    "granted": _("授权"),
    "unlock": _("解锁账户"),
    "view": _("查看"),
    "view_person": _("查看个人信息"),
    "unmask": _("显示完整编号"),
    "export": _("导出"),
    "document": _("制作文书"),
    "download": _("下载附件"),
    "attach": _("上传附件"),
    "comment": _("评论"),
    "answer": _("机构说明"),
    "verdict": _("判定"),
    "verdict_undone": _("撤销判定"),
    "review": _("复核"),
    "case": _("办理案件"),
    "propose": _("提出参数变更"),
    "proposal_approved": _("批准参数变更"),
    "proposal_refused": _("不批准参数变更"),
    "tried": _("试算参数"),
    "run_loaded": _("装载批次"),
    "audit_verified": _("校验审计日志"),
}
OBJECTS = {
    "user": _("账户"),
    "token": _("接口令牌"),
    "institution": _("机构"),
    "finding": _("疑点"),
    "person": _("参保人"),
    "verdict": _("判定"),
    "attachment": _("附件"),
    "case": _("案件"),
    "cases": _("清单台账"),
    "suspects": _("疑点机构名单"),
    "parameters": _("已批准参数"),
    "proposal": _("参数变更"),
    "rule": _("规则"),
    "quarantine": _("隔离区文件"),
    "drg_cases": _("DRG病例"),
    "run": _("批次"),
    "audit": _("审计日志"),
}
FIELDS = {
    "run": _("批次"),
    "page": _("页面"),
    "psn_no": _("参保人编号"),
    "reason": _("理由"),
    "finding": _("疑点"),
    "findings": _("疑点"),
    "visits": _("就诊"),
    "filters": _("筛选"),
    "rows": _("行数"),
    "document": _("文书"),
    "outcome": _("判定"),
    "step": _("事项"),
    "stage": _("环节"),
    "amount_fen": _("认定金额（元）"),
    "review": _("复核"),
    "agree": _("同意"),
    "version": _("第几次变更"),
    "to_version_before": _("撤销的变更"),
    "sha256": "SHA-256",
    "size": _("字节数"),
    "role": _("角色"),
    "counties": _("辖区"),
    "all_counties": _("全市"),
    "fixmedins_code": _("机构代码"),
    "by": _("经由"),
    "unit": _("规则"),
    "name": _("参数"),
    "old": _("现值"),
    "new": _("新值"),
    "month": _("月份"),
    "suspects": _("机构"),
    "entries": _("记录数"),
    "broken_at": _("断裂处"),
}
PAGES = {
    "lines": _("费用明细"),
    "stay": _("住院逐日"),
    "person": _("个人就诊轨迹"),
    "dialysis": _("透析日历"),
    "compare": _("并列对比"),
    "hearing": _("机构说明"),
    "api findings": _("接口：疑点"),
}
OTHER_DOCUMENTS = {LINES_WORKBOOK: _("费用明细表（Excel）"), "clearance_letter": _("澄清告知书（Word）"), "handover_letter": _("案件移送函（Word）")}
#: told by other fields or of no use to a reader
LEFT_OUT = frozenset({"author_id", "reviewer_id"})
LONGEST = 60
#: what ``record`` writes for the user, and commands for ``by``, when nobody is signed in
COMMAND_LINE = "command line"


def role_word(role: str) -> str:
    """A role in words."""
    return str(Role(role).label) if role in Role.values else role


def user_word(username: str) -> str:
    """Who did it; the command line has no user."""
    return str(_("命令行")) if username == COMMAND_LINE else username


def action_word(action: str) -> str:
    """An action in words."""
    return str(ACTIONS.get(action, action))


def object_word(kind: str) -> str:
    """What kind of thing an entry is about, in words."""
    return str(OBJECTS.get(kind, kind))


def local_time(at: str) -> str:
    """An entry's time (ISO 8601, UTC) in the bureau's own time."""
    return f"{timezone.localtime(datetime.fromisoformat(at)):%Y-%m-%d %H:%M:%S}"


def detail_pairs(detail: str) -> list[tuple[str, str]]:
    """What an entry tells, as (word, value); person numbers masked, what is empty left out."""
    try:
        content = json.loads(detail) if detail else {}
    except ValueError:
        return [("", detail)]
    return [(str(FIELDS.get(name, name)), shown) for name, value in content.items() if name not in LEFT_OUT and (shown := _shown(name, value))]


def _comma() -> str:
    return ", " if get_language() == "en" else "、"


def _shown(name: str, value: Any) -> str:
    if value is None or value in ("", [], {}):
        return ""
    known: dict[str, Callable[[Any], str]] = {
        "psn_no": masked,
        "page": lambda v: str(PAGES.get(v, v)),
        "outcome": lambda v: str(Outcome(v).label) if v in Outcome.values else str(v),
        "review": lambda v: str(Review(v).label) if v in Review.values else str(v),
        "step": lambda v: str(StepKind(v).label) if v in StepKind.values else str(v),
        "stage": lambda v: str(Stage(v).label) if v in Stage.values else str(v),
        "role": role_word,
        "by": user_word,
        "unit": lambda v: rule_title(v, get_language() or ""),
        "amount_fen": yuan,
        "document": lambda v: str(DOCUMENTS[v].title) if v in DOCUMENTS else str(OTHER_DOCUMENTS.get(v, v)),
        "counties": lambda v: _comma().join(county_name(code) for code in v) if isinstance(v, list) else str(v),
        "filters": lambda v: "；".join(f"{key}={','.join(values)}" for key, values in v.items() if any(values)),
    }
    if name in known:
        return known[name](value)
    if isinstance(value, bool):
        return str(_("是") if value else _("否"))
    if isinstance(value, list):
        return _comma().join(str(item) for item in value[:5]) + ("…" if len(value) > 5 else "")
    text = str(value)
    return text if len(text) <= LONGEST or name == "reason" else text[:LONGEST] + "…"
