"""How is Django set up here?

Comes in: a few things that differ from home to home (`SiteSettings`). Goes out: Django's settings as one dictionary. No module is
named in DJANGO_SETTINGS_MODULE: `bootstrap.start` configures Django with this.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HOSTS_VARIABLE = "ARREARS_HOSTS"
HTTPS_VARIABLE = "ARREARS_HTTPS"
HOSTS_OF_THIS_MACHINE = ("localhost", "127.0.0.1", "[::1]")
SESSION_SECONDS = 12 * 3600
"""A working day: nobody stays signed in over night."""


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """What differs from home to home. `database` is Django's form of the address (`database.django_database`).

    `hosts` are the names under which browsers may ask for us; `https` says that a proxy in front speaks TLS.
    """

    home: Path
    secret_key: str = field(repr=False)
    database: Mapping[str, Any] = field(repr=False)
    hosts: tuple[str, ...] = HOSTS_OF_THIS_MACHINE
    https: bool = False


def hosts_and_https(environ: Mapping[str, str]) -> tuple[tuple[str, ...], bool]:
    """Under which names are we asked for, and by TLS?

    >>> hosts_and_https({"ARREARS_HOSTS": "debt.example.org", "ARREARS_HTTPS": "1"})
    (('localhost', '127.0.0.1', '[::1]', 'debt.example.org'), True)
    """
    named = tuple(name.strip() for name in environ.get(HOSTS_VARIABLE, "").split(",") if name.strip())
    return HOSTS_OF_THIS_MACHINE + named, environ.get(HTTPS_VARIABLE, "").strip().lower() in {"1", "true", "yes"}


def as_django(site: SiteSettings) -> dict[str, Any]:
    """Django's settings for this site."""
    return {**_parts(), **_pages(site.home), **_signing_in(), **_security(site), **_of_ours(site)}


def _parts() -> dict[str, Any]:
    """Which applications there are. Ours come before allauth, so that sign-in wears our pages."""
    workbench = ("arrears.workbench",) if importlib.util.find_spec("arrears.workbench.apps") else ()
    return {
        "INSTALLED_APPS": [
            *workbench, "arrears.portal", "arrears.casefile.store",
            "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages",
            "django.contrib.staticfiles", "django.contrib.humanize", "django.contrib.postgres",
            "allauth", "allauth.account", "allauth.mfa", "django_htmx",
        ],
        "MIDDLEWARE": [
            "django.middleware.security.SecurityMiddleware", "whitenoise.middleware.WhiteNoiseMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware", "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware", "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware", "django.middleware.clickjacking.XFrameOptionsMiddleware",
            "allauth.account.middleware.AccountMiddleware", "django_htmx.middleware.HtmxMiddleware",
            *(f"arrears.workbench.middleware.{name}" for name in _WORKBENCH_MIDDLEWARE if workbench),
        ],
        "ROOT_URLCONF": "arrears.site.urls",
        "AUTH_USER_MODEL": "store.User",
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
    }


_WORKBENCH_MIDDLEWARE = ("SecurityHeaders", "ReaderLanguage", "PagePermission", "ActingForInstitution", "RestrictedToStorage")


def _pages(home: Path) -> dict[str, Any]:
    return {
        "TEMPLATES": [{
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {"context_processors": [
                "django.template.context_processors.request", "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth", "django.contrib.messages.context_processors.messages",
            ]},
        }],
        "STATIC_URL": "/static/",
        # Static files are served from the packages they came in: there is no collecting step that somebody could forget.
        "WHITENOISE_USE_FINDERS": True,
        "WHITENOISE_AUTOREFRESH": False,
        "WHITENOISE_MAX_AGE": 3600,
        "LANGUAGE_CODE": "en",
        "LANGUAGES": [("en", "English"), ("zh-hans", "简体中文")],
        "LOCALE_PATHS": [str(home / "cache" / "locale")],
        "LANGUAGE_COOKIE_HTTPONLY": True,
        "LANGUAGE_COOKIE_SAMESITE": "Lax",
        "USE_I18N": True,
        "USE_TZ": True,
        "TIME_ZONE": "UTC",
    }


def _signing_in() -> dict[str, Any]:
    return {
        "AUTHENTICATION_BACKENDS": ["allauth.account.auth_backends.AuthenticationBackend"],
        "AUTH_PASSWORD_VALIDATORS": [
            {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
            {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
            {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
            {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
        ],
        "LOGIN_URL": "account_login",
        "LOGIN_REDIRECT_URL": "/",
        "ACCOUNT_LOGOUT_REDIRECT_URL": "account_login",
        "ACCOUNT_ADAPTER": "arrears.site.signing_in.StaffOnly",
        "ACCOUNT_LOGIN_METHODS": {"username"},
        "ACCOUNT_SIGNUP_FIELDS": ["username*", "password1*"],
        "ACCOUNT_EMAIL_VERIFICATION": "none",
        "ACCOUNT_SESSION_REMEMBER": False,
        "ACCOUNT_PRESERVE_USERNAME_CASING": True,
        "MFA_ADAPTER": "arrears.site.signing_in.SealedSecondFactor",
        "MFA_SUPPORTED_TYPES": ["totp", "recovery_codes"],
        "MFA_TOTP_ISSUER": "arrears",
    }


def _security(site: SiteSettings) -> dict[str, Any]:
    behind_tls: dict[str, Any] = {
        "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": 31_536_000,
        "CSRF_TRUSTED_ORIGINS": [f"https://{host}" for host in site.hosts],
    } if site.https else {}
    return {
        "DEBUG": False,
        "SECRET_KEY": site.secret_key,
        "ALLOWED_HOSTS": list(site.hosts),
        "SESSION_COOKIE_AGE": SESSION_SECONDS,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": site.https,
        "SESSION_EXPIRE_AT_BROWSER_CLOSE": True,
        "CSRF_FAILURE_VIEW": "arrears.workbench.views.errors.csrf_refused",
        "CSRF_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_SAMESITE": "Lax",
        "CSRF_COOKIE_SECURE": site.https,
        "X_FRAME_OPTIONS": "DENY",
        "SECURE_CONTENT_TYPE_NOSNIFF": True,
        "SECURE_REFERRER_POLICY": "same-origin",
        "SECURE_CROSS_ORIGIN_OPENER_POLICY": "same-origin",
        "DATA_UPLOAD_MAX_MEMORY_SIZE": 2_500_000,
        # Uploads lie in files without a name: none is left in a temporary folder when the process is killed.
        "FILE_UPLOAD_HANDLERS": ["arrears.workbench.uploads.UnnamedUpload"],
        **behind_tls,
    }


def _of_ours(site: SiteSettings) -> dict[str, Any]:
    return {
        "DATABASES": {"default": dict(site.database)},
        "ARREARS_HOME": str(site.home),
        "ARREARS_ENVELOPE_KEY_FILE": str(site.home / "secrets" / "envelope.key"),
        "ARREARS_SIGNING_KEY_FILE": str(site.home / "secrets" / "signing.key"),
        # Logging is set up by `logs.start`, once, for Django and everything else.
        "LOGGING_CONFIG": None,
    }
