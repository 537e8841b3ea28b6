"""Rules and models: parameters, hits, precision from verdicts, proposals under four eyes; champion, challengers, drift."""

from __future__ import annotations

import os
from typing import Any

import yaml
from django.contrib import messages
from django.db.models import Count, Q, Sum
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from workbench.accounts.request import Request
from workbench.accounts.rights import in_counties, may, needs
from workbench.audit.chain import record
from workbench.cases.models import Outcome, Proposal, Review, Trial, Verdict
from workbench.cases.trials import ask, can_try, refreshed
from workbench.results.models import CountyTotal, Finding, RuleTotal, Run, Suspect
from workbench.results.parameters import defaults
from workbench.screens.calibration import calibration, inspected
from workbench.screens.formats import kind_name
from workbench.screens.shared import chosen_run, wants_part, whole_number
from workbench.screens.words import explanation, rules_by_id

ENOUGH_VERDICTS = 5
MOST_TEXT = 2000


def precision_by_rule() -> dict[str, dict[str, Any]]:
    """From reviewed verdicts on findings: how many were decided, the share confirmed (also partly)."""
    good = Q(outcome__in=[Outcome.CONFIRMED, Outcome.PARTLY])
    rows = (
        Verdict.objects.filter(review=Review.AGREED, outcome__in=[Outcome.CONFIRMED, Outcome.PARTLY, Outcome.DISMISSED])
        .exclude(finding_id="")
        .order_by()
        .values("rule_id")
        .annotate(n=Count("pk"), good=Count("pk", filter=good))
    )
    return {row["rule_id"]: {"n": row["n"], "share": row["good"] / row["n"], "enough": row["n"] >= ENOUGH_VERDICTS} for row in rows}


@require_GET
@needs("rules")
def rules(request: Request) -> HttpResponse:
    """Every registered rule with its last hits and its precision; what could not run and why."""
    run = chosen_run(request)
    units = rules_by_id()
    totals = CountyTotal.objects.filter(run=run).exclude(rule_id="")
    if may(request.user, "suspects"):
        totals = in_counties(totals, request.user)
    sums = totals.order_by().values("rule_id").annotate(findings=Sum("n"), amount=Sum("amount_fen"), places=Sum("institutions"))
    hits = {row["rule_id"]: {**row, "n": row["findings"]} for row in sums}
    waiting = (run.info.get("waiting") or {}) if run else {}
    precision = precision_by_rule()
    text = request.GET.get("q", "").strip().lower()
    rows = [
        {"id": rule_id, "unit": unit, "hits": hits.get(rule_id), "precision": precision.get(rule_id), "waiting": waiting.get(rule_id)}
        for rule_id, unit in units.items()
        if not text or text in f"{rule_id} {unit.title_zh} {unit.title_en} {unit.gz_code}".lower()
    ]
    rows += [{"id": rule_id, "unit": None, "hits": hits[rule_id], "precision": precision.get(rule_id)} for rule_id in hits if rule_id not in units]
    rows.sort(key=lambda row: -(row["hits"] or {}).get("amount", 0))
    context = {
        "run": run,
        "rows": rows,
        "proposals": Proposal.objects.select_related("author", "decided_by", "trial")[:20],
        "n_waiting": len(waiting),
    }
    return render(request, "rules/list.html", context)


@require_GET
@needs("rules")
def rule(request: Request, rule_id: str) -> HttpResponse:
    """One rule: meaning, law, data, parameters, exceptions, hits by institution, precision, trials and proposals."""
    unit = rules_by_id().get(rule_id)
    run = chosen_run(request)
    totals = RuleTotal.objects.filter(run=run, rule_id=rule_id)
    if unit is None and not totals.exists():
        raise Http404
    sees = may(request.user, "suspects")
    mine = in_counties(totals, request.user) if sees else totals
    city, in_force = defaults()[rule_id], _in_force(run, rule_id)
    context = {
        "run": run,
        "rule_id": rule_id,
        "unit": unit,
        "explained": explanation(rule_id) if unit else None,
        "parameters": [{"p": city.describe(name), "in_force": in_force[name]} for name in city],
        "hits": _named(run, list(mine.order_by("-amount_fen")[:20])) if sees else [],
        "sums": mine.aggregate(n=Sum("n"), amount=Sum("amount_fen"), loss=Sum("loss_fen"), places=Count("fixmedins_code", distinct=True)),
        "examples": list(in_counties(Finding.objects.filter(run=run, rule_id=rule_id), request.user).order_by("-amount_fen")[:3])
        if may(request.user, "evidence")
        else [],
        "precision": precision_by_rule().get(rule_id),
        "proposals": Proposal.objects.filter(unit_id=rule_id).select_related("author", "decided_by", "trial"),
        "can_try": can_try(run),
        "trial": _trial(request, run, rule_id),
        "typed": request.GET.get("reason", ""),
    }
    return render(request, "rules/rule.html", context)


def _trial(request: Request, run: Run | None, rule_id: str) -> Trial | None:
    """The trial asked for, else the user's own that still waits or runs: who comes back finds it again."""
    if not may(request.user, "propose"):
        return None
    mine = Trial.objects.filter(run=run, unit_id=rule_id)
    asked = whole_number(request.GET.get("trial"))
    found = mine.filter(pk=asked).first() if asked else mine.filter(author=request.user, finished=None).first()
    return refreshed(found) if found else None


def _in_force(run: Run | None, rule_id: str) -> dict[str, Any]:
    """The rule's parameters as the run used them; the shipped value where the run recorded none."""
    city = defaults()[rule_id]
    used = ((run.info.get("parameters") or {}).get(rule_id) or {}) if run else {}
    return {name: used.get(name, city[name]) for name in city}


def _named(run: Run | None, totals: list[RuleTotal]) -> list[RuleTotal]:
    """The totals with the names of their institutions."""
    codes = [total.fixmedins_code for total in totals]
    names = dict(Suspect.objects.filter(run=run, fixmedins_code__in=codes).values_list("fixmedins_code", "fixmedins_name"))
    for total in totals:
        total.name = names.get(total.fixmedins_code, total.fixmedins_code)  # type: ignore[attr-defined]  # for the page
    return totals


@require_POST
@needs("propose")
def propose(request: Request, rule_id: str) -> HttpResponse:
    """Another value of a parameter: tried out (``action=try``, nothing is changed), or proposed, when it waits for a second person."""
    name, reason = request.POST.get("name", ""), request.POST.get("reason", "").strip()
    run = chosen_run(request)
    if name not in list(defaults()[rule_id]):
        raise Http404
    old = _in_force(run, rule_id)[name]
    try:
        new = _typed(request.POST.get("value", ""), old)
    except ValueError:
        messages.error(request, _("参数值须与现值同类。"))
        return redirect("rule", rule_id=rule_id)
    trial = ask(request, run, rule_id, name, old, new) if run is not None and can_try(run) else None
    if request.POST.get("action") == "try":
        return redirect(f"{reverse('rule', args=[rule_id])}?{urlencode({'trial': trial.pk if trial else '', 'reason': reason})}#trial")
    if len(reason) < 4 or new == old:
        messages.error(request, _("请填写与现值不同的新值和理由（不少于4个字）。"))
        return redirect("rule", rule_id=rule_id)
    proposal = Proposal.objects.create(unit_id=rule_id, name=name, old=old, new=new, reason=reason[:MOST_TEXT], trial=trial, author=request.user)
    if trial is not None:  # one that ends later writes its effect itself
        trial.refresh_from_db()
        Proposal.objects.filter(pk=proposal.pk).update(effect=trial.effect)
    record(request, "propose", "proposal", str(proposal.pk), {"unit": rule_id, "name": name, "old": old, "new": new})
    messages.success(request, _("已提交，须另一人批准后生效。"))
    return redirect("rule", rule_id=rule_id)


def _typed(text: str, like: Any) -> Any:
    text = text.strip()
    if isinstance(like, bool):
        if text.lower() not in ("true", "false"):
            raise ValueError(text)
        return text.lower() == "true"
    if isinstance(like, int):
        return int(text) if text.lstrip("-").isdigit() else float(text)
    if isinstance(like, float):
        return float(text)
    if isinstance(like, str) and text:
        return text
    raise ValueError(text)


@require_GET
@needs("propose")
def trial(request: Request, pk: int) -> HttpResponse:
    """How far a trial is, for htmx; the whole rule page where it is asked for without."""
    found = Trial.objects.filter(pk=pk).select_related("author").first()
    if found is None:
        raise Http404
    if not wants_part(request):
        return redirect(f"{reverse('rule', args=[found.unit_id])}?{urlencode({'trial': pk})}#trial")
    return render(request, "rules/_trial.html", {"trial": refreshed(found)})


@require_POST
@needs("approve")
def decide_proposal(request: Request, pk: int) -> HttpResponse:
    """A second person approves or refuses; nobody decides on his own proposal."""
    state = "approved" if request.POST.get("approve") == "1" else "refused"
    proposal = Proposal.objects.filter(pk=pk).first()
    if proposal is None:
        raise Http404
    if proposal.author_id == request.user.pk:
        messages.error(request, _("不得审批本人提出的变更。"))
        return redirect("rule", rule_id=proposal.unit_id)
    changed = Proposal.objects.filter(pk=pk, state="waiting").update(state=state, decided_by=request.user, decided=timezone.now())
    if changed:
        record(request, f"proposal_{state}", "proposal", str(pk), {"unit": proposal.unit_id, "name": proposal.name, "new": proposal.new})
        messages.success(request, _("审批意见已记录。"))
    else:
        messages.error(request, _("该变更已被处理。"))
    return redirect("rule", rule_id=proposal.unit_id)


@require_GET
@needs("approve")
def approved_parameters(request: Request) -> HttpResponse:
    """The approved values as the city's own parameter file, for ``huoyan run --config``."""
    approved: dict[str, dict[str, Any]] = {}
    for proposal in Proposal.objects.filter(state="approved").order_by("decided").select_related("author", "decided_by"):
        source = f"提出 {proposal.author.name}，批准 {proposal.decided_by.name if proposal.decided_by else ''}：{proposal.reason}"
        since = timezone.localdate(proposal.decided) if proposal.decided else None
        approved.setdefault(proposal.unit_id, {})[proposal.name] = {"value": proposal.new, "source": source, "from": since}
    record(request, "export", "parameters")
    text = yaml.safe_dump(approved, allow_unicode=True, sort_keys=True) if approved else "{}\n"
    return HttpResponse(text, content_type="application/yaml; charset=utf-8", headers={"Content-Disposition": 'attachment; filename="city.yaml"'})


@require_GET
@needs("rules")
def models(request: Request) -> HttpResponse:
    """Which model scored what: champion, challengers, calibration, drift, as the runs recorded them."""
    runs = list(Run.objects.defer("delivery")[:12])
    latest = runs[0].info if runs else {}
    calibrated, power = calibration(inspected()), _power(latest.get("power") or [])
    context = {
        "runs": runs,
        "latest": latest,
        "model": latest.get("model") or {},
        "drift": latest.get("drift") or {},
        "shifts": latest.get("shifts") or [],
        "learned": latest.get("learned") or {},
        "retrained": latest.get("retrained") or {},
        "power": power,
        "calibration": calibrated,
        "charts": {"calibration": _calibration_chart(calibrated), "power": _power_chart(power)},
        "precision": precision_by_rule(),
        "mlflow": os.environ.get("HUOYAN_MLFLOW_PAGES", ""),
    }
    return render(request, "rules/models.html", context)


def _calibration_chart(found: dict[str, Any]) -> dict[str, Any]:
    """Points (stated, found guilty, low, high, n), in per cent."""
    if not found:
        return {}
    points = [[round(100 * row[name], 1) for name in ("stated", "share", "bottom", "top")] + [row["n"]] for row in found["rows"]]
    names = [_("核查结果"), _("95%区间"), _("完全校准")]
    return {"points": points, "names": names, "axes": [_("名单所示查实概率 %"), _("实际查实比例 %")], "count": _("{}家")}


def _power_chart(power: dict[str, Any]) -> dict[str, Any]:
    """The curves by kind: share found over strength, averaged over the kind's plants."""
    if not power:
        return {}
    kinds: dict[str, list[list[float | None]]] = {}
    for plant in power["plants"]:
        kinds.setdefault(plant["kind"], []).append(plant["found"])
    series = []
    for kind, curves in kinds.items():
        means = [[value for value in at if value is not None] for at in zip(*curves, strict=True)]
        series.append({"name": kind_name(kind), "data": [round(100 * sum(at) / len(at), 1) if at else None for at in means]})
    return {"strengths": [f"{strength:.0%}" for strength in power["strengths"]], "series": series, "axes": [_("作弊强度"), _("查出比例 %")]}


def _power(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The curves of the planted-case test: strengths, and by plant the share found at each."""
    if not rows:
        return {}
    strengths = sorted({row["strength"] for row in rows})
    plants: dict[str, dict[str, Any]] = {}
    for row in rows:
        entry = plants.setdefault(row["plant_id"], {"plant": row["plant_id"], "kind": row["kind"], "found": {}, "median_rank": None})
        entry["found"][row["strength"]] = row["share_found"]
        if row["strength"] == strengths[-1]:
            entry |= {"median_rank": row.get("median_rank"), "share_red": row.get("share_red")}
    listed = sorted(plants.values(), key=lambda entry: str(entry["kind"]))
    return {"strengths": strengths, "plants": [{**entry, "found": [entry["found"].get(strength) for strength in strengths]} for entry in listed]}
