"""Headers for every answer, sign-in for every page, language and theme of the user."""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import resolve
from django.utils import translation

#: Views anyone may reach; all others need a full sign-in. The API authenticates by itself.
OPEN_VIEWS = frozenset({"login", "second_factor", "set_language", "oidc", "healthz"})
#: Views a user with an expired password may still reach.
EXPIRED_VIEWS = frozenset({"account", "password", "logout", "set_language"})

Handler = Callable[[HttpRequest], HttpResponse]


class SecurityHeaders:
    """Content-security policy, permissions policy; pages with data are never stored by the browser."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", settings.CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "no-store, private")
        return response


class SignedInOnly:
    """No page without signing in; an expired password leads to the page where it is changed. Sessions end after 30 idle minutes."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(("/api/", settings.STATIC_URL)):
            return self.get_response(request)
        try:
            name = resolve(request.path_info).url_name
        except Exception:  # an unknown address: only who is signed in learns that it is unknown
            name = None
        if name in OPEN_VIEWS:
            return self.get_response(request)
        if not request.user.is_authenticated:
            return _to_login(request)
        if request.user.password_expired and name not in EXPIRED_VIEWS:
            return redirect("password")
        seen, now = request.session.get("seen", 0), int(time.time())
        if now - seen > settings.SESSION_RENEW_SECONDS:
            request.session["seen"] = now  # writes the session, which pushes its end out
        return self.get_response(request)


def _to_login(request: HttpRequest) -> HttpResponse:
    address = f"/login/?next={quote(request.get_full_path())}" if request.method == "GET" else "/login/"
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=401)
        response.headers["HX-Redirect"] = "/login/"
        return response
    return redirect(address)


class Preferences:
    """The user's language: his own choice, else the cookie, else Chinese (never the browser's guess)."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        known = dict(settings.LANGUAGES)
        own = getattr(request.user, "language", "") if request.user.is_authenticated else ""
        language = own or request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME) or settings.LANGUAGE_CODE
        translation.activate(language if language in known else settings.LANGUAGE_CODE)
        request.LANGUAGE_CODE = translation.get_language() or settings.LANGUAGE_CODE
        return self.get_response(request)
