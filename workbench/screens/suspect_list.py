"""The ranked list: filters, sort, columns. Used by the page, its export and the API alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.cache import cache
from django.db.models import CharField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from workbench.accounts.models import User
from workbench.accounts.rights import in_counties
from workbench.cases.models import Outcome, Verdict
from workbench.results.models import Run, Suspect

#: name → (heading, shown at first)
COLUMNS: dict[str, tuple[Any, bool]] = {
    "level": (_("风险等级"), True),
    "name": (_("机构"), True),
    "county": (_("区县"), True),
    "peer_group": (_("同类组"), False),
    "score": (_("得分"), True),
    "interval": (_("名次区间"), False),
    "probability": (_("查实概率"), False),
    "amount": (_("涉及金额"), True),
    "loss": (_("基金损失"), False),
    "expected": (_("预计追回"), True),
    "kinds": (_("问题类型"), False),
    "reason": (_("主要理由"), True),
    "findings": (_("疑点数"), False),
    "trend": (_("走势"), True),
    "movement": (_("变动"), True),
    "status": (_("状态"), True),
}
SORTS = {
    "rank": "rank",
    "name": "fixmedins_name",
    "score": "score",
    "probability": "probability",
    "amount": "amount_fen",
    "loss": "loss_fen",
    "expected": "expected_fen",
    "findings": "n_findings",
    "county": "admdvs",
}
LIMIT_YUAN = 10**13


def shown_columns(params: Mapping[str, Any]) -> list[str]:
    """The columns asked for by ``col`` (repeated), else the usual ones."""
    asked = params.getlist("col") if hasattr(params, "getlist") else list(params.get("col", []))
    return [name for name in COLUMNS if name in asked] or [name for name, (_label, usual) in COLUMNS.items() if usual]


def base_list(run: Run, user: User) -> QuerySet[Suspect]:
    """All institutions of the run in the user's counties, with the status of their verdict."""
    own = Verdict.objects.filter(fixmedins_code=OuterRef("fixmedins_code"), finding_id="").values("outcome")[:1]
    rows = Suspect.objects.filter(run=run).defer("profile", "reasons", "months")
    mine: QuerySet[Suspect] = in_counties(rows, user)
    return mine.annotate(status=Coalesce(Subquery(own), Value("open"), output_field=CharField()))


def filtered(rows: QuerySet[Suspect], params: Mapping[str, Any]) -> QuerySet[Suspect]:
    """The rows that pass the filters ``q county level group tier kind month status amount``, in the order of ``sort``."""
    text = str(params.get("q") or "").strip().replace("\x00", "")
    if text:
        rows = rows.filter(Q(fixmedins_name__icontains=text) | Q(fixmedins_code__icontains=text))
    exact = {"county": "admdvs", "level": "level", "group": "peer_group", "tier": "tier", "status": "status"}
    for name, column in exact.items():
        value = str(params.get(name) or "").replace("\x00", "")
        if value:
            rows = rows.filter(**{column: value})
    kind = str(params.get("kind") or "").replace("\x00", "")
    if kind:
        rows = rows.filter(Q(kinds=kind) | Q(kinds__startswith=f"{kind};") | Q(kinds__endswith=f";{kind}") | Q(kinds__contains=f";{kind};"))
    month = str(params.get("month") or "").replace("\x00", "")
    if month:
        rows = rows.filter(months__contains=month)
    try:
        least = float(params.get("amount") or 0)
    except (TypeError, ValueError):
        least = 0.0
    if 0 < least < LIMIT_YUAN:
        rows = rows.filter(amount_fen__gte=int(least * 100))
    sort = str(params.get("sort") or "rank")
    column = SORTS.get(sort.lstrip("-"), "rank")
    return rows.order_by(f"-{column}" if sort.startswith("-") else column, "rank", "pk")


def choices(run: Run, user: User) -> dict[str, list[Any]]:
    """What the filters offer: only what occurs in the user's counties. A loaded run never changes, so it is kept for a while."""
    key = f"choices:{run.pk}:{run.loaded.timestamp()}:{'all' if user.all_counties else '-'.join(sorted(user.counties))}"
    found = cache.get_or_set(key, lambda: _choices(run, user), 600)
    return {**(found or {}), "statuses": list(Outcome.choices)}


def _choices(run: Run, user: User) -> dict[str, list[Any]]:
    rows = in_counties(Suspect.objects.filter(run=run), user).order_by()
    months = sorted({month for text in rows.values_list("months", flat=True).distinct() for month in text.split()}, reverse=True)
    kinds = sorted({kind for text in rows.values_list("kinds", flat=True).distinct() for kind in text.split(";") if kind})
    return {
        "counties": sorted(rows.values_list("admdvs", flat=True).distinct()),
        "groups": sorted(group for group in rows.values_list("peer_group", flat=True).distinct() if group),
        "tiers": sorted(tier for tier in rows.values_list("tier", flat=True).distinct() if tier),
        "kinds": kinds,
        "months": months,
    }
