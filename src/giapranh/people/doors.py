"""Who may pass: every address needs a sign-in unless it is listed, and a view may ask for roles."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

import pghistory
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import resolve_url
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from giapranh.kernel.errors import N_, NotAllowed
from giapranh.people import access
from giapranh.people.roles import Role

if TYPE_CHECKING:
    from giapranh.people.models import Officer

# Names of addresses anybody may open. Everything else needs a sign-in; a test walks every address to see to it.
PUBLIC_URL_NAMES = {
    "account_login",
    "account_logout",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_inactive",
    "account_signup",
    "account_confirm_email",
    "account_email_verification_sent",
    "account_reauthenticate",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "mfa_reauthenticate",
    "mfa_signup_webauthn",
    "openid_connect_login",
    "openid_connect_callback",
    "socialaccount_login_cancelled",
    "socialaccount_login_error",
    "socialaccount_signup",
    "desk:health",
    "desk:set_language",
    "desk:set_theme",
}
# Writing that concerns nobody but oneself: open to those who only read, too.
PERSONAL_URL_NAMES = {"desk:read_all"}

View = Callable[..., HttpResponseBase]
GetResponse = Callable[[HttpRequest], HttpResponseBase]


class LoginRequiredMiddleware:
    """Stops whoever is not signed in, and whoever only reads from writing."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: View, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        match = request.resolver_match
        if match is None or match.view_name in PUBLIC_URL_NAMES or getattr(view, "is_public", False):
            return None
        if not request.user.is_authenticated:
            return _ask_to_sign_in(request)
        own_account = match.view_name in PERSONAL_URL_NAMES or match.view_name.startswith(
            ("account_", "mfa_", "socialaccount_", "usersessions_")
        )
        if request.method not in {"GET", "HEAD", "OPTIONS"} and not own_account:
            try:
                access.check_may_write(request.user)
            except NotAllowed as refusal:  # Django turns what middleware raises here into a 500
                answer: HttpResponseBase = import_string(settings.REFUSAL_ANSWER)(request, refusal)
                return answer
        return None


def _ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    login = resolve_url(settings.LOGIN_URL)
    if request.path.startswith("/api/"):
        return JsonResponse({"code": "sign_in", "message": _("Cần đăng nhập.")}, status=401)
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=401)
        response["HX-Redirect"] = login
        return response
    answer: HttpResponse = redirect_to_login(request.get_full_path(), login)
    return answer


class HistoryMiddleware:
    """Puts the signed-in person into the history that the database keeps of every change."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method in {"GET", "HEAD", "OPTIONS"} or not request.user.is_authenticated:
            return self.get_response(request)
        with pghistory.context(user=request.user.pk, path=request.path):
            return self.get_response(request)


class RoleMissing(NotAllowed):
    code = "role_missing"


def needs(*roles: Role) -> Callable[[View], View]:
    """A view for these roles only. Who reads everything may look (GET) but not write."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            only_looks = request.method in {"GET", "HEAD"} and access.reads_everything(request.user)
            if not only_looks and not access.has_role(request.user, *roles):
                names = ", ".join(str(role.label) for role in roles)
                raise RoleMissing(N_("Việc này dành cho: %(roles)s. Hãy nhờ người có chức trách đó."), roles=names)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def signed_in(request: HttpRequest) -> Officer:
    """Who asks. The middleware let nobody through unsigned; this says so to the type checker."""
    if not request.user.is_authenticated:
        raise RoleMissing(N_("Cần đăng nhập."))
    return request.user


def public(view: View) -> View:
    """Mark a view that needs no sign-in."""
    view.is_public = True  # type: ignore[attr-defined]
    return view
