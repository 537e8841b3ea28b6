"""Hook for the bureau's single sign-on (OIDC) in front of the workbench.

``HUOYAN_OIDC=package.module.function`` names a function ``(HttpRequest) -> str | None`` that gives the user name which the bureau's
sign-on has proved (from a verified ID token), or None. A user must have been made here beforehand: sign-on proves who
somebody is, role and counties stay with the three administrators. The second factor is then the sign-on's concern.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.module_loading import import_string

from workbench.accounts.models import User


def signed_on(request: HttpRequest) -> User | None:
    """The active, unlocked user whom the hook vouches for, or None."""
    if not settings.OIDC_HOOK:
        return None
    username = import_string(settings.OIDC_HOOK)(request)
    user = User.objects.filter(username=username, is_active=True).first() if username else None
    return None if user is None or (user.locked_until and user.locked_until > timezone.now()) else user
