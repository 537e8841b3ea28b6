"""Who may do what: rights by role, objects by county. Every view asks here; objects of other counties do not exist (404)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase

from workbench.accounts.models import Role, User

#: Right → roles. One line a right, so that the whole matrix is seen at once; docs/security.md prints it.
RIGHTS: Final[dict[str, frozenset[str]]] = {
    name: frozenset(roles)
    for name, roles in {
        "dashboard": (Role.AUDITOR, Role.REVIEWER, Role.LEAD, Role.DIRECTOR, Role.STEWARD),
        "suspects": (Role.AUDITOR, Role.REVIEWER, Role.LEAD, Role.DIRECTOR),
        "evidence": (Role.AUDITOR, Role.REVIEWER, Role.LEAD),
        "unmask": (Role.AUDITOR, Role.REVIEWER, Role.LEAD),
        "documents": (Role.AUDITOR, Role.REVIEWER, Role.LEAD),
        "export": (Role.AUDITOR, Role.REVIEWER, Role.LEAD, Role.DIRECTOR),
        "comment": (Role.AUDITOR, Role.REVIEWER, Role.LEAD, Role.DIRECTOR),
        "verdict": (Role.AUDITOR, Role.LEAD),
        "bulk": (Role.AUDITOR, Role.LEAD),
        "review": (Role.REVIEWER, Role.LEAD),
        "case_work": (Role.AUDITOR, Role.LEAD),
        "assign": (Role.LEAD, Role.DIRECTOR),
        "settle": (Role.REVIEWER, Role.LEAD, Role.DIRECTOR),
        "rules": (Role.AUDITOR, Role.REVIEWER, Role.LEAD, Role.DIRECTOR, Role.STEWARD),
        "propose": (Role.STEWARD, Role.LEAD),
        "approve": (Role.STEWARD, Role.DIRECTOR),
        "data": (Role.LEAD, Role.DIRECTOR, Role.STEWARD, Role.SYSTEM_ADMIN),
        "quarantine_rows": (Role.STEWARD,),
        "drg": (Role.AUDITOR, Role.REVIEWER, Role.LEAD, Role.DIRECTOR, Role.STEWARD),
        "accounts": (Role.SYSTEM_ADMIN,),
        "grants": (Role.SECURITY_ADMIN,),
        "audit": (Role.AUDIT_ADMIN,),
        "hearing": (Role.INSTITUTION,),
        "api": (Role.AUDITOR, Role.REVIEWER, Role.LEAD, Role.DIRECTOR),
    }.items()
}


def may(user: Any, right: str) -> bool:
    """True when the user's role bears the right."""
    return bool(user.is_authenticated and user.is_active and user.role in RIGHTS[right])


def needs(right: str) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Guards a view: 403 for roles without the right. The name stays on the view for the table-driven test."""
    if right not in RIGHTS:
        raise KeyError(f"No right {right!r}.")

    def guard(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not may(request.user, right):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.right = right  # type: ignore[attr-defined]
        return guarded

    return guard


def sees_county(user: User, admdvs: str | None) -> bool:
    """True when the user may see objects of the county (six-digit code, or a city prefix of it)."""
    if user.all_counties:
        return True
    return bool(admdvs) and any(str(admdvs).startswith(county) for county in user.counties if county)


def in_counties(queryset: QuerySet[Any], user: User, field: str = "admdvs") -> QuerySet[Any]:
    """The rows of the user's counties."""
    if user.all_counties:
        return queryset
    return queryset.filter(**{f"{field}__in": county_codes(user)})


def county_codes(user: User) -> list[str]:
    """The six-digit codes the user may see; a shorter code stands for all known counties below it."""
    from workbench.results.models import CountySum  # noqa: PLC0415  accounts is imported before the apps are ready

    whole = [county for county in user.counties if len(county) == 6]
    prefixes = tuple(county for county in user.counties if 0 < len(county) < 6)
    if prefixes:
        whole += [code for code in CountySum.objects.order_by().values_list("admdvs", flat=True).distinct() if code.startswith(prefixes)]
    return whole


def or_404(user: User, thing: Any, field: str = "admdvs") -> Any:
    """The thing, or 404 when it lies in another county and is none of his cases: what may not be seen does not exist."""
    if thing is None or not (sees_county(user, getattr(thing, field)) or lent(user, thing)):
        raise Http404
    return thing


def lent(user: User, thing: Any) -> bool:
    """True when the user handles an open case about the thing's institution: auditors inspect across counties by name, not by county."""
    from workbench.cases.models import Case, Stage  # noqa: PLC0415  accounts is imported before the apps are ready

    code = getattr(thing, "fixmedins_code", "")
    return bool(code) and Case.objects.filter(fixmedins_code=code, handlers=user).exclude(stage=Stage.CLOSED).exists()
