"""The dashboard: fund at risk, findings by kind, counties compared, this week's work."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Q, Sum
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from workbench.accounts.models import Role, User
from workbench.accounts.request import Request
from workbench.accounts.rights import in_counties, may, needs
from workbench.cases.deadlines import pressing
from workbench.cases.flow import visible
from workbench.cases.models import Outcome, Proposal, Review, Stage, Verdict
from workbench.results.models import CountySum, CountyTotal, Run
from workbench.screens.formats import county, kind_name
from workbench.screens.shared import chosen_run
from workbench.screens.suspect_list import base_list

SUMMED = ("n", "red", "yellow", "findings", "amount", "loss", "expected")


@require_GET
def start(request: Request) -> HttpResponse:
    """Leads each role to the page it begins the day with."""
    pages: dict[str, str] = {
        Role.SYSTEM_ADMIN: "users",
        Role.SECURITY_ADMIN: "users",
        Role.AUDIT_ADMIN: "audit",
        Role.INSTITUTION: "hearing",
    }
    return redirect(pages.get(request.user.role, "home" if may(request.user, "dashboard") else "account"))


@require_GET
@needs("dashboard")
def home(request: Request) -> HttpResponse:
    """The dashboard for the user's counties."""
    run = chosen_run(request)
    if run is None:
        return render(request, "empty.html", {"title": _("总览")})
    user = request.user
    sums = _county_sums(run, user)
    kinds = _kinds(run, user)
    context = {
        "run": run,
        "sums": {name: sum(row[name] for row in sums) for name in SUMMED},
        "kinds": kinds,
        "counties": sums,
        "week": week_of_work(user),
        "cases": case_load(user) if may(user, "suspects") else {},
        "leaders": base_list(run, user).filter(level="red").order_by("rank")[:8] if may(user, "suspects") else [],
        "earlier": Run.objects.exclude(pk=run.pk).defer("info", "delivery")[:6],
        "proposals": Proposal.objects.filter(state="waiting").exclude(author=user).count() if may(user, "approve") else 0,
        "charts": {
            "kinds": {"names": [str(kind_name(r["kind"])) for r in kinds[:12]], "values": [round(r["amount"] / 100) for r in kinds[:12]]},
            "counties": {
                "names": [county(r["admdvs"]) for r in sums],
                "amount": [round(r["amount"] / 100) for r in sums],
                "red": [r["red"] for r in sums],
                "labels": [_("涉及金额（元）"), _("红色机构数")],
            },
        },
    }
    return render(request, "home.html", context)


def _county_sums(run: Run, user: User) -> list[dict[str, Any]]:
    """The counties the user may see with their institutions and amounts, largest amount first."""
    rows = CountySum.objects.filter(run=run)
    if may(user, "suspects"):
        rows = in_counties(rows, user)
    named = rows.values("admdvs", "n", "red", "yellow", "findings", amount=F("amount_fen"), loss=F("loss_fen"), expected=F("expected_fen"))
    return [dict(row) for row in named.order_by("-amount", "admdvs")]


def _kinds(run: Run, user: User) -> list[dict[str, Any]]:
    totals = CountyTotal.objects.filter(run=run, rule_id="")
    if may(user, "suspects"):
        totals = in_counties(totals, user)
    rows = (
        totals.order_by()
        .values("kind")
        .annotate(n=Sum("n"), amount=Sum("amount_fen"), loss=Sum("loss_fen"), places=Sum("institutions"))
        .order_by("-amount")
    )
    return [dict(row) for row in rows]


def week_of_work(user: User) -> dict[str, Any]:
    """Verdicts of the last seven days in the user's counties, what waits for review, yuan confirmed."""
    since = timezone.now() - timedelta(days=7)
    rows = in_counties(Verdict.objects.exclude(outcome=Outcome.OPEN), user)
    counts = rows.filter(changed__gte=since).aggregate(
        n=Count("pk"),
        confirmed=Count("pk", filter=Q(outcome__in=[Outcome.CONFIRMED, Outcome.PARTLY])),
        dismissed=Count("pk", filter=Q(outcome=Outcome.DISMISSED)),
        fen=Sum("amount_fen", filter=Q(review=Review.AGREED)),
        mine=Count("pk", filter=Q(author=user)),
    )
    return {**counts, "waiting": rows.filter(review=Review.WAITING).count(), "returned": rows.filter(outcome=Outcome.RETURNED).count()}


def case_load(user: User) -> dict[str, int]:
    """Open cases the user handles, those he sees that are near or past a date, and those of his counties that nobody handles yet."""
    seen = visible(user)
    unassigned = seen.filter(stage=Stage.CLUE, handlers=None).count() if may(user, "assign") else 0
    return {"mine": user.cases.exclude(stage=Stage.CLOSED).count(), "due": len(pressing(seen)), "unassigned": unassigned}


@require_POST
def set_language(request: Request) -> HttpResponse:
    """Changes the language for this browser and, when signed in, for the user."""
    language = request.POST.get("language", "")
    back = request.POST.get("next", "/")
    response = redirect(back if back.startswith("/") and not back.startswith(("//", "/\\")) else "/")
    if language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, language, max_age=365 * 86400, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
        )
        if request.user.is_authenticated:
            User.objects.filter(pk=request.user.pk).update(language=language)
    return response


@require_POST
def set_theme(request: Request) -> HttpResponse:
    """Light, dark, or as the machine says."""
    theme = request.POST.get("theme", "")
    if theme in ("", "light", "dark"):
        User.objects.filter(pk=request.user.pk).update(theme=theme)
    back = request.POST.get("next", "/")
    return redirect(back if back.startswith("/") and not back.startswith(("//", "/\\")) else "/")


@require_GET
def watermark(request: Request) -> HttpResponse:
    """Who looks and on which day, as a faint repeated picture behind every page."""
    text = escape(f"{request.user.name} {request.user.username} {timezone.localdate():%Y-%m-%d}")
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="360" height="220"><text x="20" y="130" transform="rotate(-20 180 110)" '
        f'font-family="sans-serif" font-size="15" fill="#7a8794" fill-opacity="0.16">{text}</text></svg>'
    )
    return HttpResponse(
        svg, content_type="image/svg+xml", headers={"Cache-Control": "private, max-age=600", "Content-Security-Policy": "default-src 'none'"}
    )


@require_GET
def healthz(request: Request) -> HttpResponse:  # noqa: ARG001  Django's interface
    """Answers when the database does; for the service that watches this one."""
    Run.objects.only("pk").first()
    return HttpResponse("ok", content_type="text/plain")
