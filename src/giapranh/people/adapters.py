"""How allauth behaves here: no open sign-up, and an outside sign-in opens only an officer who is here already."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _lazy
from requests.exceptions import RequestException

from giapranh.kernel.errors import N_, Unavailable
from giapranh.people.models import Officer


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _lazy("Tài khoản này đã đóng. Hãy hỏi người quản trị."),
        "username_password_mismatch": _lazy("Tên đăng nhập hoặc mật khẩu không đúng."),
        "email_password_mismatch": _lazy("Thư điện tử hoặc mật khẩu không đúng."),
        "invalid_login": _lazy("Không đăng nhập được. Hãy thử lại."),
        "too_many_login_attempts": _lazy("Nhập sai quá nhiều lần. Hãy chờ vài phút rồi thử lại."),
        "rate_limited": _lazy("Gửi quá nhiều lần. Hãy chờ vài phút rồi thử lại."),
        "enter_current_password": _lazy("Mật khẩu đang dùng chưa đúng."),
        "incorrect_password": _lazy("Mật khẩu chưa đúng."),
        "incorrect_code": _lazy("Mã chưa đúng hoặc đã hết hạn. Hãy nhập mã đang hiện."),
        "invalid_or_expired_key": _lazy("Đường dẫn đã hết hạn. Hãy xin thư mới."),
        "invalid_password_reset": _lazy("Đường dẫn đặt lại mật khẩu không còn dùng được. Hãy xin thư mới."),
        "unknown_email": _lazy("Không có cán bộ nào dùng thư điện tử này."),
        "email_taken": _lazy("Thư điện tử này đã thuộc một cán bộ khác."),
        "username_taken": _lazy("Tên đăng nhập đã có người dùng."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class MfaAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _lazy("Mã chưa đúng hoặc đã hết hạn. Hãy nhập mã đang hiện."),
        "cannot_delete_authenticator": _lazy("Không tắt được cách xác nhận này."),
        "cannot_generate_recovery_codes": _lazy("Hãy bật ứng dụng mã hoặc khóa bảo mật trước khi tạo mã dự phòng."),
        "unverified_email": _lazy("Hãy xác nhận thư điện tử trước."),
        "add_email_blocked": _lazy("Tài khoản có bảo vệ hai bước: nhờ người quản trị đổi thư điện tử."),
    }

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        return gettext("Khóa của %(name)s") % {"name": user.full_name}


class SignOnSilent(Unavailable):
    code = "sign_on_silent"


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    def get_requests_session(self) -> Any:
        """The line to the sign-on; when nobody answers there, a page says so."""
        session = super().get_requests_session()
        ask = session.request

        def request(*args: Any, **kwargs: Any) -> Any:
            try:
                return ask(*args, **kwargs)
            except RequestException as error:
                raise SignOnSilent(
                    N_("Hệ thống đăng nhập của tỉnh không trả lời. Hãy thử lại sau, hoặc dùng mật khẩu.")
                ) from error

        session.request = request
        return session

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Link the outside account to the officer it names; nobody new comes in this way."""
        if sociallogin.is_existing:
            return
        officer = _officer_named_by(sociallogin)
        if officer is None:
            messages.error(
                request, gettext("Tài khoản này chưa có trong hệ thống. Hãy nhờ người quản trị tạo cán bộ trước.")
            )
            raise ImmediateHttpResponse(redirect("account_login"))
        sociallogin.connect(request, officer)


def _officer_named_by(sociallogin: Any) -> Officer | None:
    """By a verified e-mail address first, then by the user name the provider vouches for."""
    for address in sociallogin.email_addresses:
        if address.verified and (found := _one(email__iexact=address.email)):
            return found
    claimed = _claims(sociallogin).get("preferred_username")
    return _one(username__iexact=claimed.strip()) if isinstance(claimed, str) and claimed.strip() else None


def _claims(sociallogin: Any) -> dict[str, Any]:
    """What the provider says about the person: asked of it directly, else in the token it gave."""
    data = sociallogin.account.extra_data or {}
    return data.get("userinfo") or data.get("id_token") or {}


def _one(**condition: str) -> Officer | None:
    return Officer.objects.filter(is_active=True, **condition).first()
