"""Password rules beyond Django's own: four classes of characters, and none of the last five again."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

CLASSES = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^A-Za-z0-9]")


class FourClassesValidator:
    """Small and capital letters, digits and another character must all occur."""

    def validate(self, password: str, user: Any = None) -> None:  # noqa: ARG002  Django's interface
        if not all(re.search(pattern, password) for pattern in CLASSES):
            raise ValidationError(self.get_help_text(), code="classes")

    def get_help_text(self) -> str:
        return _("密码须同时含大写字母、小写字母、数字和其他字符。")


class NotUsedBeforeValidator:
    """The last five passwords may not come back."""

    def validate(self, password: str, user: Any = None) -> None:
        if user is None or not user.pk:
            return
        former = [user.password, *user.former_passwords.order_by("-at").values_list("password", flat=True)[:4]]
        if any(check_password(password, old) for old in former if old):
            raise ValidationError(self.get_help_text(), code="reused")

    def get_help_text(self) -> str:
        return _("不得使用最近五次用过的密码。")
