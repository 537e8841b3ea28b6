"""The institution page: reasons, findings by rule, funnel, trend, cost structure, occupancy, origin, verdicts, versions."""

from __future__ import annotations

import math
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from workbench.accounts.models import User
from workbench.accounts.request import Request
from workbench.accounts.rights import in_counties, may, needs
from workbench.audit.chain import record
from workbench.cases.models import Attachment, Case, Comment, Origin, Outcome, Stage, Verdict
from workbench.cases.services import current
from workbench.results.models import Finding, RuleTotal, Run, Suspect
from workbench.results.profiles import shares
from workbench.screens.formats import cost_item, county, masked
from workbench.screens.shared import institution_or_404, page_of, subject_of, typed
from workbench.screens.views.decisions import BULK_OUTCOMES

FUNNEL_LEVELS = (1.96, 3.09)
MOST_STRUCTURE = 14
FINDINGS_A_PAGE = 12
LONGEST_LABEL = 12


@require_GET
@needs("suspects")
def institution(request: Request, code: str) -> HttpResponse:
    """Everything one institution is accused of, in one screen."""
    run, suspect = institution_or_404(request, code)
    record(request, "view", "institution", code, {"run": run.run_id})
    totals = list(RuleTotal.objects.filter(run=run, fixmedins_code=code).order_by("-amount_fen"))
    verdicts = Verdict.objects.filter(fixmedins_code=code).select_related("author", "reviewer").order_by("-changed")[:30]
    cases = list(Case.objects.filter(fixmedins_code=code)[:10])
    context = {
        "run": run,
        "suspect": suspect,
        "totals": totals,
        "top_amount": max((total.amount_fen for total in totals), default=0),
        **_findings(request, run, suspect),
        "charts": charts(suspect, request.user),
        "origin": _origin(suspect),
        "verdict": current(subject_of(suspect)),
        "verdicts": verdicts,
        "earlier": Suspect.objects.filter(fixmedins_code=code).exclude(run=run).select_related("run").defer("profile").order_by("-run__started")[:12],
        "outcomes": [choice for choice in Outcome.choices if choice[0] != Outcome.OPEN],
        "comments": Comment.objects.filter(fixmedins_code=code, finding_id="").select_related("author"),
        "attachments": Attachment.objects.filter(fixmedins_code=code, finding_id="").select_related("author"),
        "cases": cases,
        "under_way": any(case.stage != Stage.CLOSED for case in cases),
        "origins": Origin.choices,
        "model": Run.objects.values_list("info__model", flat=True).get(pk=run.pk) or {},
        "subject_url": f"/institutions/{code}/",
        "typed": typed(request, f"/institutions/{code}/"),
    }
    return render(request, "institution/page.html", context)


@require_GET
@needs("evidence")
def institution_findings(request: Request, code: str) -> HttpResponse:
    """One page of the institution's findings, for htmx."""
    run, suspect = institution_or_404(request, code)
    return render(request, "institution/_findings.html", {"run": run, "suspect": suspect, **_findings(request, run, suspect)})


def _findings(request: Request, run: Run, suspect: Suspect) -> dict[str, Any]:
    """A page of the findings, and whether a bulk decision on them can be taken back."""
    code = suspect.fixmedins_code
    return {
        "page": _findings_page(request, run, code, suspect.n_findings),
        "bulk_outcomes": [(value, label) for value, label in Outcome.choices if value in BULK_OUTCOMES],
        "last_batch": request.session.get("last_batch") if request.session.get("last_batch_of") == code else "",
    }


def _findings_page(request: Request, run: Run, code: str, count: int) -> Any:
    rule = request.GET.get("rule", "")
    rows = Finding.objects.filter(run=run, fixmedins_code=code).defer("lines", "related")
    if rule:
        rows = rows.filter(rule_id=rule)
    page = page_of(request, rows.order_by("-amount_fen", "pk"), FINDINGS_A_PAGE, None if rule else count)
    page.object_list = list(page.object_list)
    decided = Verdict.objects.filter(fixmedins_code=code, finding_id__in=[f.finding_id for f in page.object_list])
    states = {finding: (outcome, version) for finding, outcome, version in decided.values_list("finding_id", "outcome", "version")}
    for finding in page.object_list:
        finding.status, finding.version = states.get(finding.finding_id, ("open", 0))
        finding.status_label = Outcome(finding.status).label
    return page


def charts(suspect: Suspect, user: User) -> dict[str, Any]:
    """Data of the page's charts, labels in the user's language."""
    profile = suspect.profile
    return {
        "monthly": {
            "months": [row["month"] for row in profile.get("monthly", [])],
            "series": [
                {"name": _("医疗总费用"), "data": [round(row["fee_fen"] / 100) for row in profile.get("monthly", [])]},
                {"name": _("基金支付"), "data": [round(row["fund_fen"] / 100) for row in profile.get("monthly", [])]},
            ],
            "unit": _("元"),
        },
        "structure": _structure(suspect),
        "occupancy": {
            "months": [row["month"] for row in profile.get("occupancy", [])],
            "mean": [row["mean"] for row in profile.get("occupancy", [])],
            "peak": [row["peak"] for row in profile.get("occupancy", [])],
            "beds": suspect.beds,
            "unit": _("人、张"),
            "names": [_("日均在院人数"), _("最高在院人数"), _("核定床位")],
        },
        "funnel": funnel(suspect, user),
        "network": network(suspect, user),
    }


def network(suspect: Suspect, user: User) -> dict[str, Any]:
    """The picture of persons who go together here and of the institutions that share persons with this one; empty without any.

    Person numbers are masked, and told only to those who may see evidence; institutions of other counties have no name.
    """
    stored = suspect.profile.get("network") or {}
    if not stored:
        return {}
    evidence, names = may(user, "evidence"), _place_names(suspect, user, [code for code, _shared, _all in stored["places"]])
    persons = [
        {"label": masked(psn) if evidence else _("患者{}").format(number), "n": n, "rule": rule}
        for number, (psn, n, rule) in enumerate(stored["persons"], start=1)
    ]
    nodes = [{"name": "own", "category": 0, "symbolSize": 26, "says": suspect.fixmedins_name, "label": {"formatter": suspect.fixmedins_name}}]
    for number, entry in enumerate(persons):
        says = _("{}：本机构疑点{}条").format(entry["label"], entry["n"])
        nodes.append({"name": f"p{number}", "category": 1, "symbolSize": min(8 + 2 * entry["n"], 20), "says": says, "label": {"show": False}})
    for number, (code, shared, _all) in enumerate(stored["places"]):
        says = _("{}：共同患者{}人").format(names[code], shared)
        label = {"formatter": names[code] if len(names[code]) <= LONGEST_LABEL else names[code][:LONGEST_LABEL] + "…"}
        nodes.append({"name": f"o{number}", "category": 2, "symbolSize": min(12 + 2 * shared, 26), "says": says, "label": label})
    tied = {place for a, b, _n in stored["ties"] for place in (a, b)}
    links = [{"source": "own", "target": f"p{number}", "lineStyle": {"opacity": 0.25}, "says": ""} for number in range(len(persons))]
    links += [
        {"source": f"p{a}", "target": f"p{b}", "lineStyle": {"width": min(1 + n, 6)}, "says": _("同日出现{}次").format(n)}
        for a, b, n in stored["ties"]
    ]
    links += [{"source": f"p{a}", "target": f"o{place}", "says": _("在该机构疑点{}条").format(n)} for a, place, n in stored["visits"]]
    return {
        "nodes": nodes,
        "links": links,
        "categories": [_("本机构"), _("患者"), _("其他机构")],
        "persons": [entry for number, entry in enumerate(persons) if number in tied],
        "places": [
            {"name": names[code], "code": code if names[code] != _elsewhere() else "", "shared": shared, "all": everybody}
            for code, shared, everybody in stored["places"]
        ],
        "left_out": stored.get("left_out", 0),
    }


def _elsewhere() -> str:
    return _("其他区县机构")


def _place_names(suspect: Suspect, user: User, codes: list[str]) -> dict[str, str]:
    mine = in_counties(Suspect.objects.filter(run=suspect.run_id, fixmedins_code__in=codes), user)
    return dict.fromkeys(codes, _elsewhere()) | dict(mine.values_list("fixmedins_code", "fixmedins_name"))


def _structure(suspect: Suspect) -> dict[str, Any]:
    own, peers = shares(suspect.profile.get("structure", {})), suspect.profile.get("peer_structure", {})
    items = sorted(own, key=lambda item: -own[item])[:MOST_STRUCTURE]
    return {
        "items": [cost_item(item) for item in items],
        "own": [round(own[item] * 100, 1) for item in items],
        "peers": [round(peers.get(item, 0.0) * 100, 1) for item in items] if peers else [],
        "names": [_("本机构"), _("同类中位数")],
    }


def _origin(suspect: Suspect) -> list[dict[str, Any]]:
    origin = suspect.profile.get("origin", {})
    total = sum(origin.values())
    rows = sorted(origin.items(), key=lambda pair: -pair[1])[:12]
    return [
        {"code": code, "name": county(code) if code else _("未登记"), "persons": n, "share": n / total, "own": code == suspect.admdvs}
        for code, n in rows
    ]


def funnel(suspect: Suspect, user: User) -> dict[str, Any]:
    """Share of visits under a finding against the number of visits, with binomial limits about the peers' mean.

    The peers' points come apart (``peer_points``), since all institutions of a group share them.
    """
    peers = _peers(suspect.run_id, suspect.run.loaded, suspect.peer_group)
    if not peers or not suspect.n_visits:
        return {}
    visits = sum(n for _code, _county, n, _flagged in peers)
    share = sum(flagged for _code, _county, _n, flagged in peers) / visits
    largest = max(n for _code, _county, n, _flagged in peers)
    steps = [max(1, round(largest * (i / 40) ** 2)) for i in range(1, 41)]
    limits = []
    for level in FUNNEL_LEVELS:
        spread = [level * math.sqrt(share * (1 - share) / n) for n in steps]
        limits.append([[n, round(min(1.0, share + s) * 100, 3)] for n, s in zip(steps, spread, strict=True)])
    return {
        "points": peer_points(suspect.run_id, suspect.run.loaded, suspect.peer_group, None if user.all_counties else tuple(sorted(user.counties))),
        "own": [suspect.n_visits, round(100 * (suspect.n_flagged or 0) / suspect.n_visits, 3), suspect.fixmedins_name],
        "mean": round(share * 100, 3),
        "limits": limits,
        "names": [_("同类机构"), _("本机构"), _("95%上限"), _("99.8%上限"), _("同类平均")],
        "axes": [_("就诊人次"), _("涉疑就诊占比 %")],
    }


@lru_cache(maxsize=128)
def _peers(run: int, _loaded: datetime, group: str) -> list[tuple[str, str, int, int]]:
    """(code, county, visits, visits under a finding) of a peer group. A loaded run never changes; loading it again changes the key."""
    peers = Suspect.objects.filter(run=run, peer_group=group, n_visits__gt=0, n_flagged__isnull=False).order_by("fixmedins_code")
    return [
        (code, admdvs, n or 0, flagged or 0) for code, admdvs, n, flagged in peers.values_list("fixmedins_code", "admdvs", "n_visits", "n_flagged")
    ]


@lru_cache(maxsize=128)
def peer_points(run: int, loaded: datetime, group: str, counties: tuple[str, ...] | None) -> list[list[Any]]:
    """[visits, per cent under a finding, code] of each peer; the code is empty outside ``counties`` (None = the whole city is known)."""
    return [
        [n, round(100 * flagged / n, 2), code if counties is None or (admdvs and admdvs.startswith(counties)) else ""]
        for code, admdvs, n, flagged in _peers(run, loaded, group)
    ]
