"""Users with one role and the counties they may see, former passwords, API tokens."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """One role a user: what he may do stands in ``workbench.accounts.rights``."""

    AUDITOR = "auditor", _("稽核员")
    REVIEWER = "reviewer", _("复核员")
    LEAD = "lead", _("组长")
    DIRECTOR = "director", _("主任")
    STEWARD = "steward", _("模型管理员")
    SYSTEM_ADMIN = "system_admin", _("系统管理员")
    SECURITY_ADMIN = "security_admin", _("安全管理员")
    AUDIT_ADMIN = "audit_admin", _("审计管理员")
    INSTITUTION = "institution", _("机构代表")


class User(AbstractUser):
    """A person who signs in. ``counties`` empty = none; ``all_counties`` = the whole city."""

    display_name = models.CharField(max_length=60, blank=True)
    role = models.CharField(max_length=20, choices=Role.choices, blank=True)
    counties = models.JSONField(default=list, blank=True)
    all_counties = models.BooleanField(default=False)
    fixmedins_code = models.CharField(max_length=30, blank=True)
    totp_secret = models.CharField(max_length=64, blank=True)
    totp_last = models.BigIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    locked_until = models.DateTimeField(null=True, blank=True)
    password_set = models.DateTimeField(default=timezone.now)
    language = models.CharField(max_length=10, blank=True)
    theme = models.CharField(max_length=10, blank=True)

    @property
    def name(self) -> str:
        """What is shown: the display name, else the user name."""
        return self.display_name or self.username

    @property
    def password_expired(self) -> bool:
        """True when the password is older than PASSWORD_DAYS."""
        return timezone.now() - self.password_set > timedelta(days=settings.PASSWORD_DAYS)

    def set_password(self, raw_password: str | None) -> None:
        """Sets the password; the former one is kept (hashed) so that it cannot come back at once."""
        if self.pk and self.password:
            FormerPassword.objects.create(user=self, password=self.password)
        super().set_password(raw_password)
        self.password_set = timezone.now()


class FormerPassword(models.Model):
    """A hashed password a user had before."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="former_passwords")
    password = models.CharField(max_length=200)
    at = models.DateTimeField(default=timezone.now)


class ApiToken(models.Model):
    """A token for the REST API; only its hash is kept. It has exactly its user's rights."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    created = models.DateTimeField(default=timezone.now)
    expires = models.DateTimeField()
    last_used = models.DateTimeField(null=True, blank=True)

    @classmethod
    def make(cls, user: User, name: str, days: int = 90) -> tuple[ApiToken, str]:
        """A new token and its clear text, which is shown once and never stored."""
        clear = "hy_" + secrets.token_urlsafe(32)
        return cls.objects.create(user=user, name=name, digest=cls.digest_of(clear), expires=timezone.now() + timedelta(days=days)), clear

    @staticmethod
    def digest_of(clear: str) -> str:
        """The hash under which a token is found."""
        return hashlib.sha256(clear.encode()).hexdigest()
