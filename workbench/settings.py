"""Django settings of the auditors' workbench. Everything a bureau sets comes from the environment; see docs/security.md.

HUOYAN_HOME             folder of the database, keys and uploads (default: ``.huoyan`` in the working folder)
HUOYAN_DATABASE_URL     postgresql://user:password@host:port/name; SQLite in HUOYAN_HOME when absent
HUOYAN_HOSTS            comma-separated host names the workbench answers to
HUOYAN_HTTPS            1 (default) demands TLS for cookies; 0 only for a machine of one's own
HUOYAN_SECRET_KEY, HUOYAN_AUDIT_KEY   override the key files (mode 0600, made on first run)
HUOYAN_OIDC             dotted path of an authentication hook, see workbench.accounts.oidc
HUOYAN_REVEAL           dotted path of (lake, token) → clear text of a name; empty: names are never shown, not even unmasked
"""

from __future__ import annotations

import os
from pathlib import Path

from workbench.environment import database_from_url, key_from_file

BASE_DIR = Path(__file__).resolve().parent
HUOYAN_HOME = Path(os.environ.get("HUOYAN_HOME", ".huoyan")).resolve()
HUOYAN_HOME.mkdir(parents=True, exist_ok=True, mode=0o700)

SECRET_KEY = os.environ.get("HUOYAN_SECRET_KEY") or key_from_file(HUOYAN_HOME / "django.key")
AUDIT_KEY = os.environ.get("HUOYAN_AUDIT_KEY") or key_from_file(HUOYAN_HOME / "audit.key")
DEBUG = False
ALLOWED_HOSTS = [host for host in os.environ.get("HUOYAN_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if host]
HTTPS = os.environ.get("HUOYAN_HTTPS", "1") != "0"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "workbench.accounts",
    "workbench.audit",
    "workbench.results",
    "workbench.cases",
    "workbench.screens",
    "workbench.api",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "workbench.middleware.SecurityHeaders",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "workbench.middleware.SignedInOnly",
    "workbench.middleware.Preferences",
]

ROOT_URLCONF = "workbench.urls"
WSGI_APPLICATION = "workbench.wsgi.application"
ASGI_APPLICATION = "workbench.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "workbench.screens.context.frame",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "workbench.screens.templatetags.huoyan"],
        },
    }
]

DATABASES = {"default": database_from_url(os.environ.get("HUOYAN_DATABASE_URL"), HUOYAN_HOME / "workbench.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- who is who ---
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["workbench.accounts.backends.LockoutBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher", "django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "workbench.accounts.passwords.FourClassesValidator"},
    {"NAME": "workbench.accounts.passwords.NotUsedBeforeValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
LOCKOUT_FAILURES = 5
LOCKOUT_MINUTES = 15
PASSWORD_DAYS = 90
OIDC_HOOK = os.environ.get("HUOYAN_OIDC", "")
#: function (lake, token) → clear text or None, asked only after an unmasking; empty = names are never shown
REVEAL_HOOK = os.environ.get("HUOYAN_REVEAL", "flows.cli_workbench.reveal")

# --- sessions and headers ---
SESSION_COOKIE_AGE = 30 * 60
SESSION_SAVE_EVERY_REQUEST = False
SESSION_RENEW_SECONDS = 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = HTTPS
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if os.environ.get("HUOYAN_BEHIND_PROXY") == "1" else None
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

# --- language, time, files ---
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
TIME_ZONE = os.environ.get("HUOYAN_TIME_ZONE", "Asia/Shanghai")
USE_TZ = True
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = None  # nothing to collect: files are served from the package by whitenoise
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    # rows of the persons whose evidence was read last, as the lake has them (under pseudonyms), for all server processes
    "persons": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": HUOYAN_HOME / "persons",
        "TIMEOUT": 8 * 3600,
        "OPTIONS": {"MAX_ENTRIES": 500},
    },
}
UPLOAD_DIR = HUOYAN_HOME / "uploads"
UPLOAD_MAX_BYTES = 20 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
PAGE_SIZE = 50
KEEP_FINDINGS_OF_RUNS = 3
UNMASK_MINUTES = 15

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
