"""Signing in by password, with a lock after repeated failures and a trace of every attempt in the audit log."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.db.models import F
from django.utils import timezone

from workbench.accounts.models import User
from workbench.audit.chain import record


class LockoutBackend(ModelBackend):
    """Django's backend plus lock-out: after LOCKOUT_FAILURES wrong passwords the name is locked for LOCKOUT_MINUTES."""

    def authenticate(self, request: Any, username: str | None = None, password: str | None = None, **kwargs: Any) -> User | None:
        user = User.objects.filter(username=username or "").first()
        if user is not None and user.locked_until and user.locked_until > timezone.now():
            record(request, "login_refused_locked", "user", user.username, user=user)
            return None
        found = super().authenticate(request, username=username, password=password, **kwargs)
        if found is not None:
            User.objects.filter(pk=found.pk).update(failures=0, locked_until=None)
            return found
        if user is not None:
            User.objects.filter(pk=user.pk).update(failures=F("failures") + 1)
            user.refresh_from_db()
            if user.failures >= settings.LOCKOUT_FAILURES:
                User.objects.filter(pk=user.pk).update(failures=0, locked_until=timezone.now() + timedelta(minutes=settings.LOCKOUT_MINUTES))
                record(request, "user_locked", "user", user.username, user=user)
        record(request, "login_failed", "user", (username or "")[:60], user=user)
        return None
