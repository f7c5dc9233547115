"""The sign-in forms in our own words: allauth ships no Vietnamese."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.contrib.auth import password_validation
from django.utils.translation import gettext_lazy as _

_LABELS = {
    "login": _("Tên đăng nhập hoặc thư điện tử"),
    "password": _("Mật khẩu"),
    "remember": _("Nhớ tôi trên máy này"),
    "email": _("Thư điện tử"),
    "oldpassword": _("Mật khẩu đang dùng"),
    "password1": _("Mật khẩu mới"),
    "password2": _("Nhập lại mật khẩu mới"),
    "code": _("Mã 6 số trong ứng dụng, hoặc một mã dự phòng"),
    "name": _("Tên gọi của khóa"),
    "passwordless": _("Dùng để đăng nhập không cần mật khẩu"),
}


class Worded(forms.Form):
    """Our labels; no placeholder that repeats the label."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = _LABELS.get(name, field.label)
            field.help_text = ""
            field.widget.attrs.pop("placeholder", None)
        if "password1" in self.fields:
            self.fields["password1"].help_text = " ".join(password_validation.password_validators_help_texts())


class LoginForm(Worded, account.LoginForm):
    """Sign-in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs |= {"autocomplete": "username", "autofocus": True}


class ChangePasswordForm(Worded, account.ChangePasswordForm):
    """A new password, knowing the old one."""


class SetPasswordForm(Worded, account.SetPasswordForm):
    """A first password."""


class ResetPasswordForm(Worded, account.ResetPasswordForm):
    """A letter to whoever lost the password."""


class ResetPasswordKeyForm(Worded, account.ResetPasswordKeyForm):
    """A new password from the letter."""


class ReauthenticateForm(Worded, account.ReauthenticateForm):
    """The password once more."""


class MfaAuthenticateForm(Worded, mfa.AuthenticateForm):
    """The second step."""


class MfaReauthenticateForm(Worded, mfa.ReauthenticateForm):
    """The second step once more."""


class ActivateTOTPForm(Worded, totp.ActivateTOTPForm):
    """Turning the second step on."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Mã 6 số hiện trong ứng dụng")


class AddWebAuthnForm(Worded, webauthn.AddWebAuthnForm):
    """A new passkey."""


class EditWebAuthnForm(Worded, webauthn.EditWebAuthnForm):
    """Another name for a passkey."""
