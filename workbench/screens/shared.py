"""What several pages share: the run shown, one institution or finding within the user's rights, pages of a list."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.http import Http404

from workbench.accounts.request import Request
from workbench.accounts.rights import or_404
from workbench.cases.services import Subject
from workbench.results.models import Finding, Run, Suspect


def chosen_run(request: Request) -> Run | None:
    """The run named by ``?run=``, else the newest; None when nothing is loaded yet."""
    wanted = request.GET.get("run") or request.POST.get("run")
    runs = Run.objects.defer("info", "delivery")
    if wanted:
        run = runs.filter(run_id=wanted).first()
        if run is None:
            raise Http404
        return run
    return runs.first()


def institution_or_404(request: Request, code: str) -> tuple[Run, Suspect]:
    """The institution in the chosen run, if it lies in the user's counties; else 404."""
    run = chosen_run(request)
    if run is None:
        raise Http404
    suspect = or_404(request.user, Suspect.objects.filter(run=run, fixmedins_code=code).first())
    suspect.run = run
    return run, suspect


def finding_or_404(request: Request, finding_id: str) -> tuple[Run, Finding]:
    """The finding in the chosen run (else in the newest that has it), if it lies in the user's counties; else 404."""
    run = chosen_run(request)
    found = Finding.objects.filter(run=run, finding_id=finding_id).first()
    if found is None:
        found = Finding.objects.filter(finding_id=finding_id).order_by("-run__started").first()
    known: Finding = or_404(request.user, found)
    if run is not None and run.pk == known.run_id:
        known.run = run  # read already
    return known.run, known


def wants_part(request: Request) -> bool:
    """True when htmx asks for the changing part of a page only; not when it restores a whole page on going back."""
    return bool(request.htmx) and not request.htmx.boosted and not request.htmx.history_restore_request


def subject_of(thing: Suspect | Finding) -> Subject:
    """What a verdict on the thing hangs on."""
    if isinstance(thing, Finding):
        return Subject(thing.fixmedins_code, thing.admdvs, thing.finding_id, thing.rule_id, thing.kind)
    return Subject(thing.fixmedins_code, thing.admdvs)


def keep_typed(request: Request, address: str, *fields: str) -> None:
    """Keeps what a refused form held until its page is shown again, so that nobody types a reason twice."""
    request.session["typed"] = {"address": address, **{name: request.POST.get(name, "") for name in fields}}


def typed(request: Request, address: str) -> dict[str, str]:
    """What a form of the page held when it was refused, once; empty otherwise."""
    kept: dict[str, str] = request.session.get("typed") or {}
    if kept.get("address") != address:
        return {}
    del request.session["typed"]
    return kept


def page_of(request: Request, rows: Any, size: int | None = None, count: int | None = None) -> Page[Any]:
    """One page of a list, queryset or frame by ``?page=``; ``count`` spares counting when the number is known."""
    paginator: Paginator[Any] = Paginator(rows, size or settings.PAGE_SIZE)
    if count is not None:
        paginator.count = count
    return paginator.get_page(request.GET.get("page"))


def whole_number(text: str | None, default: int = 0) -> int:
    """A number from a form field; the default for anything else."""
    try:
        return int(text or "")
    except ValueError:
        return default


def fen_from(text: str | None) -> int | None:
    """Yuan as typed (commas allowed) in fen; None when empty. Raises ValueError when it is no amount."""
    cleaned = (text or "").replace(",", "").replace("，", "").strip()
    if not cleaned:
        return None
    value = float(cleaned)
    if not abs(value) <= 1e13:  # also refuses nan
        raise ValueError(cleaned)
    return round(value * 100)
