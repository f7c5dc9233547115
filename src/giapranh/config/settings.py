"""Django settings of a node. Everything an operator may change is a ``setting`` (docs/how-to/settings.md)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from giapranh.node import home, postgres

PACKAGE = Path(__file__).resolve().parents[1]
HOME = home.home()
SECRET_KEY = home.secret("django")
DEBUG = home.switch("debug")
ILLUSTRATIVE = home.switch("illustrative")  # a demonstration: every page and export says so
ALLOWED_HOSTS = home.setting("hosts", "127.0.0.1,localhost,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in home.setting("origins").split(",") if origin]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "pgtrigger",
    "pghistory",
    "django_htmx",
    "csp",
    "procrastinate.contrib.django",
    "giapranh.places",
    "giapranh.people",
    "giapranh.exchange",
    "giapranh.documents",
    "giapranh.programme",
    "giapranh.water",
    "giapranh.desk",
    "giapranh.api",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "giapranh.desk.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "giapranh.people.doors.LoginRequiredMiddleware",
    "giapranh.people.doors.HistoryMiddleware",
    "giapranh.desk.refusals.RefusalMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "giapranh.config.urls"
WSGI_APPLICATION = "giapranh.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "giapranh.desk.frame.context",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "giapranh.desk.templatetags.giapranh",
            ],
        },
    }
]


def _database() -> dict[str, Any]:
    url = os.environ.get("DATABASE_URL") or home.setting("database_url")
    if url:
        parts = urlparse(url)
        address: dict[str, Any] = {
            "NAME": unquote(parts.path.lstrip("/")), "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""), "HOST": parts.hostname or "", "PORT": parts.port or "",
        }  # fmt: skip
    elif os.environ.get("GIAPRANH_DATABASE") == "off":  # type checks and message extraction need no server
        address = {"NAME": "unused"}
    else:
        address = postgres.ensure_running().settings()
    return {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 300,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
        **address,
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"  # each room's jobs.py

# --- people ----------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "people.Officer"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "giapranh.people.adapters.AccountAdapter"
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key", "reset_password": "5/m/ip"}
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Giáp Ranh] "
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_FORMS = {
    "login": "giapranh.people.account_forms.LoginForm",
    "change_password": "giapranh.people.account_forms.ChangePasswordForm",
    "set_password": "giapranh.people.account_forms.SetPasswordForm",
    "reset_password": "giapranh.people.account_forms.ResetPasswordForm",
    "reset_password_from_key": "giapranh.people.account_forms.ResetPasswordKeyForm",
    "reauthenticate": "giapranh.people.account_forms.ReauthenticateForm",
}
MFA_ADAPTER = "giapranh.people.adapters.MfaAdapter"
MFA_FORMS = {
    "authenticate": "giapranh.people.account_forms.MfaAuthenticateForm",
    "reauthenticate": "giapranh.people.account_forms.MfaReauthenticateForm",
    "activate_totp": "giapranh.people.account_forms.ActivateTOTPForm",
    "add_webauthn": "giapranh.people.account_forms.AddWebAuthnForm",
    "edit_webauthn": "giapranh.people.account_forms.EditWebAuthnForm",
}
SOCIALACCOUNT_ADAPTER = "giapranh.people.adapters.SocialAccountAdapter"
SOCIALACCOUNT_ONLY = False
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not home.switch("https")
MFA_TOTP_ISSUER = "Giáp Ranh"
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {}
SIGN_ON_ORIGINS: list[str] = []  # where the sign-in form may lead; browsers check the whole way of a form
if home.setting("oidc_server"):
    _sign_on = urlparse(home.setting("oidc_server"))
    SIGN_ON_ORIGINS = [f"{_sign_on.scheme}://{_sign_on.netloc}"]
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "APPS": [
            {
                "provider_id": "province",
                "name": home.setting("oidc_name", "SSO"),
                "client_id": home.setting("oidc_client_id"),
                "secret": home.setting("oidc_secret"),
                "settings": {"server_url": home.setting("oidc_server")},
            }
        ]
    }
# Sign-in limits are counted here: one folder, so that all web processes count together.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": HOME / "cache",
        "TIMEOUT": 3600,
    }
}
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True  # pages carry the token themselves
# Two nodes on one machine share the host name, so each names its cookies.
_COOKIE = home.setting("cookie", "giapranh")
SESSION_COOKIE_NAME = f"{_COOKIE}_session"
CSRF_COOKIE_NAME = f"{_COOKIE}_csrf"
LANGUAGE_COOKIE_NAME = f"{_COOKIE}_language"

# --- security --------------------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF, *SIGN_ON_ORIGINS],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
REFUSAL_ANSWER = "giapranh.desk.refusals.answer"  # for rooms below the desk that must answer before any view runs
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
if home.switch("https"):
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
DATA_UPLOAD_MAX_NUMBER_FILES = 1000  # a station may bring 500 at once; beyond that the page says so itself
UPLOAD_LIMIT_BYTES = int(home.setting("upload_limit_mb", "100")) * 1024 * 1024

# --- language --------------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = ["giapranh.config.formats"]

# --- files, mail, work -----------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STATIC_ROOT.mkdir(exist_ok=True)  # whitenoise warns of a folder that is not there
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": HOME / "files"}},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
BLOBS = HOME / "blobs"
EMAIL_HOST = home.setting("smtp_host")
if EMAIL_HOST:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_PORT = int(home.setting("smtp_port", "587"))
    EMAIL_HOST_USER = home.setting("smtp_user")
    EMAIL_HOST_PASSWORD = home.setting("smtp_password")
    EMAIL_USE_TLS = home.switch("smtp_tls", default=True)
    EMAIL_TIMEOUT = 20
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = HOME / "mail"
DEFAULT_FROM_EMAIL = home.setting("mail_from", "giapranh@localhost")
SITE_ADDRESS = home.setting("address", "http://127.0.0.1:8020")
SITE_NAME = _("Giáp Ranh")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": home.setting("log_level", "WARNING")},
}
