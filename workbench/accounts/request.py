"""The request as views see it: whoever gets that far is signed in (workbench.middleware), and htmx's headers are read."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from workbench.accounts.models import User


class Request(HttpRequest):
    """For type checkers only; Django makes plain requests and the middleware sets these attributes on them."""

    user: User
    htmx: HtmxDetails
