"""What every page's frame needs: the navigation the role may use, the run shown, the watermark."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from workbench.accounts.rights import RIGHTS, may

NAVIGATION = (
    ("home", _("总览"), "dashboard"),
    ("suspects", _("疑点机构"), "suspects"),
    ("verdicts", _("判定与复核"), "suspects"),
    ("cases", _("案件"), "suspects"),
    ("rules", _("规则"), "rules"),
    ("models", _("模型"), "rules"),
    ("drg", _("DRG监测"), "drg"),
    ("data", _("数据"), "data"),
    ("users", _("用户"), "accounts"),
    ("users", _("授权"), "grants"),
    ("audit", _("审计日志"), "audit"),
    ("hearing", _("待说明事项"), "hearing"),
)


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context of the base template."""
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    current = request.resolver_match.url_name if request.resolver_match else ""
    return {
        "navigation": [(name, label, name == current) for name, label, right in NAVIGATION if signed_in and may(user, right)],
        "rights": {right: signed_in and may(user, right) for right in RIGHTS},
        "languages": settings.LANGUAGES,
        "theme": getattr(user, "theme", "") if signed_in else "",
    }
