"""Signing in and out, second factor, one's own account; users (system administrator) and grants (security administrator)."""

from __future__ import annotations

import secrets
import time
from datetime import timedelta
from typing import Any

import pyotp
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, password_validation, update_session_auth_hash
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from workbench.accounts.models import ApiToken, Role, User
from workbench.accounts.oidc import signed_on
from workbench.accounts.request import Request
from workbench.accounts.rights import may
from workbench.audit.chain import record
from workbench.results.models import Suspect

BACKEND = "workbench.accounts.backends.LockoutBackend"
SECOND_FACTOR_SECONDS = 300


def _after_login(request: Request, target: str) -> HttpResponse:
    safe = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return redirect(target if safe and target else "start")


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: Request) -> HttpResponse:
    """Name and password; then, where set up, the second factor. Says the same whatever was wrong."""
    if request.method == "GET":
        return _login_page(request, request.GET.get("next", ""))
    user = authenticate(request, username=request.POST.get("username", ""), password=request.POST.get("password", ""))
    target = request.POST.get("next", "")
    if user is None:
        messages.error(request, _("用户名或密码不正确，或账户已锁定。"))
        return _login_page(request, target, status=401)
    if user.totp_secret:
        request.session["half_signed_in"] = {"user": user.pk, "until": time.time() + SECOND_FACTOR_SECONDS, "next": target}
        return redirect("second_factor")
    return _enter(request, user, target)


def _login_page(request: Request, target: str, status: int = 200) -> HttpResponse:
    return render(request, "accounts/login.html", {"next": target, "single_sign_on": bool(settings.OIDC_HOOK)}, status=status)


def _enter(request: Request, user: User, target: str) -> HttpResponse:
    login(request, user, backend=BACKEND)
    record(request, "login", "user", user.username)
    return _after_login(request, target)


@require_http_methods(["GET", "POST"])
def second_factor(request: Request) -> HttpResponse:
    """The six digits of the authenticator; each code counts once, wrong ones count towards the lock."""
    half = request.session.get("half_signed_in") or {}
    user = User.objects.filter(pk=half.get("user") or 0, is_active=True).first()
    if user is None or half.get("until", 0) < time.time():
        return redirect("login")
    if request.method == "GET":
        return render(request, "accounts/second_factor.html")
    if user.locked_until and user.locked_until > timezone.now():
        return redirect("login")
    if _totp_fits(user, request.POST.get("code", "")):
        del request.session["half_signed_in"]
        return _enter(request, user, half.get("next", ""))
    tries = half.get("tries", 0) + 1
    request.session["half_signed_in"] = {**half, "tries": tries}
    record(request, "second_factor_failed", "user", user.username, user=user)
    if tries >= 5:
        del request.session["half_signed_in"]
        User.objects.filter(pk=user.pk).update(locked_until=timezone.now() + timedelta(minutes=15))
        return redirect("login")
    messages.error(request, _("验证码不正确。"))
    return render(request, "accounts/second_factor.html", status=401)


def _totp_fits(user: User, code: str) -> bool:
    """True when the code is the present one (or its neighbour) and was not used before."""
    now = int(time.time())
    for shift in (0, -1, 1):
        counter = now // 30 + shift
        if counter > user.totp_last and pyotp.TOTP(user.totp_secret).verify(code.strip(), for_time=counter * 30):
            return bool(User.objects.filter(pk=user.pk, totp_last__lt=counter).update(totp_last=counter))
    return False


@require_http_methods(["GET"])
def oidc(request: Request) -> HttpResponse:
    """Entry for the bureau's single sign-on, where one is set up."""
    user = signed_on(request)
    if user is None:
        messages.error(request, _("单点登录未启用或未通过。"))
        return redirect("login")
    return _enter(request, user, "")


@require_POST
def sign_out(request: Request) -> HttpResponse:
    """Ends the session."""
    record(request, "logout", "user", request.user.username)
    logout(request)
    return redirect("login")


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def password(request: Request) -> HttpResponse:
    """Changes one's own password under the rules; all other sessions end."""
    if request.method == "POST":
        new = request.POST.get("new", "")
        try:
            if not request.user.check_password(request.POST.get("old", "")):
                raise ValidationError(_("原密码不正确。"))
            if new != request.POST.get("again", ""):
                raise ValidationError(_("两次输入的新密码不一致。"))
            password_validation.validate_password(new, request.user)
        except ValidationError as error:
            for text in error.messages:
                messages.error(request, text)
        else:
            request.user.set_password(new)
            request.user.save(update_fields=["password", "password_set"])
            update_session_auth_hash(request, request.user)
            record(request, "password_changed", "user", request.user.username)
            messages.success(request, _("密码已修改。"))
            return redirect("account")
    return render(request, "accounts/password.html", {"help": password_validation.password_validators_help_texts()})


@require_http_methods(["GET", "POST"])
def account(request: Request) -> HttpResponse:
    """One's own account: second factor and API tokens."""
    context: dict[str, Any] = {}
    action = request.POST.get("action", "") if request.method == "POST" else ""
    if action == "totp_begin":
        request.session["totp_new"] = pyotp.random_base32()
    elif action == "totp_confirm":
        _confirm_totp(request)
        return redirect("account")
    elif action == "token" and may(request.user, "api"):
        token, clear = ApiToken.make(request.user, request.POST.get("name", "").strip()[:60] or "API")
        record(request, "token_made", "token", str(token.pk))
        context["clear"] = clear
    elif action == "token_end":
        ApiToken.objects.filter(pk=request.POST.get("pk") or 0, user=request.user).delete()
        record(request, "token_ended", "token", request.POST.get("pk", ""))
    secret = request.session.get("totp_new")
    if secret:
        context |= {"secret": secret, "uri": pyotp.TOTP(secret).provisioning_uri(name=request.user.username, issuer_name="Huoyan")}
    context["tokens"] = request.user.tokens.order_by("-created")
    return render(request, "accounts/account.html", context)


def _confirm_totp(request: Request) -> None:
    secret = request.session.get("totp_new", "")
    if secret and pyotp.TOTP(secret).verify(request.POST.get("code", "").strip(), valid_window=1):
        User.objects.filter(pk=request.user.pk).update(totp_secret=secret, totp_last=0)
        del request.session["totp_new"]
        record(request, "second_factor_on", "user", request.user.username)
        messages.success(request, _("第二因素已启用。"))
    else:
        messages.error(request, _("验证码不正确。"))


@require_http_methods(["GET", "POST"])
def users(request: Request) -> HttpResponse:
    """Users. The system administrator makes and closes accounts; the security administrator grants role and counties and unlocks."""
    makes, grants = may(request.user, "accounts"), may(request.user, "grants")
    if not (makes or grants):
        raise PermissionDenied
    context: dict[str, Any] = {}
    if request.method == "POST":
        action = request.POST.get("action", "")
        if action == "create" and makes:
            context["initial"] = _create(request)
        elif action in ("close", "open") and makes:
            _set_active(request, action == "open")
        elif action in ("grant", "unlock", "reset_totp") and grants:
            _grant(request, action)
        else:
            raise PermissionDenied
    context |= {
        "rows": User.objects.order_by("username"),
        "makes": makes,
        "grants": grants,
        "roles": Role.choices,
        "known": sorted(Suspect.objects.order_by().values_list("admdvs", flat=True).distinct()) if grants else [],
    }
    return render(request, "accounts/users.html", context)


def _create(request: Request) -> dict[str, str] | None:
    username = request.POST.get("username", "").strip()
    user = User(username=username, display_name=request.POST.get("display_name", "").strip()[:60])
    first = secrets.token_urlsafe(9) + "aA1!"
    try:
        user.set_password(first)
        user.password_set = timezone.now() - timedelta(days=3650)  # must be changed at the first sign-in
        user.full_clean()
    except ValidationError as error:
        for text in error.messages:
            messages.error(request, text)
        return None
    user.save()
    record(request, "user_created", "user", username)
    messages.success(request, _("账户已建立；授权前不能使用任何页面。"))
    return {"username": username, "password": first}


def _target(request: Request) -> User:
    user = User.objects.filter(pk=request.POST.get("pk") or 0).first()
    if user is None:
        raise Http404
    if user.pk == request.user.pk:
        raise PermissionDenied  # nobody changes his own rights
    return user


def _set_active(request: Request, active: bool) -> None:
    user = _target(request)
    User.objects.filter(pk=user.pk).update(is_active=active)
    record(request, "user_opened" if active else "user_closed", "user", user.username)


def _grant(request: Request, action: str) -> None:
    user = _target(request)
    if action == "unlock":
        User.objects.filter(pk=user.pk).update(failures=0, locked_until=None)
    elif action == "reset_totp":
        User.objects.filter(pk=user.pk).update(totp_secret="", totp_last=0)
    else:
        role = request.POST.get("role", "")
        typed = request.POST.get("counties", "").replace("，", ",").split(",")
        counties = list(dict.fromkeys(part.strip() for part in [*request.POST.getlist("county"), *typed] if part.strip().isdigit()))
        if role not in Role.values:
            messages.error(request, _("请选择角色。"))
            return
        house = request.POST.get("fixmedins_code", "").strip()[:30] if role == Role.INSTITUTION else ""
        # before the first run no institution is known
        if role == Role.INSTITUTION and Suspect.objects.exists() and not Suspect.objects.filter(fixmedins_code=house).exists():
            messages.error(request, _("没有代码为“{}”的机构，请核对机构代码。").format(house))
            return
        changes = {
            "role": role,
            "counties": counties,
            "all_counties": request.POST.get("all_counties") == "1",
            "fixmedins_code": house,
        }
        User.objects.filter(pk=user.pk).update(**changes)
        record(request, "granted", "user", user.username, changes)
        messages.success(request, _("授权已更新。"))
        return
    record(request, action, "user", user.username)
    messages.success(request, _("已处理。"))
