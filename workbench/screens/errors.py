"""Error pages in the workbench's own frame; none tells what lies behind an address."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:  # noqa: ARG001  Django's interface
    return render(request, "error.html", {"code": 403}, status=403)


def missing(request: HttpRequest, exception: Any = None) -> HttpResponse:  # noqa: ARG001  Django's interface
    return render(request, "error.html", {"code": 404}, status=404)


def failed(request: HttpRequest) -> HttpResponse:
    return render(request, "error.html", {"code": 500}, status=500)
