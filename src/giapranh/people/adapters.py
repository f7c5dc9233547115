"""How allauth behaves here: no open sign-up, and an outside sign-in opens only an officer who is here already."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from giapranh.people.models import Officer


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Link the outside account to the officer it names; nobody new comes in this way."""
        if sociallogin.is_existing:
            return
        officer = _officer_named_by(sociallogin)
        if officer is None:
            messages.error(request, _("Tài khoản này chưa có trong hệ thống. Hãy nhờ người quản trị tạo cán bộ trước."))
            raise ImmediateHttpResponse(redirect("account_login"))
        sociallogin.connect(request, officer)


def _officer_named_by(sociallogin: Any) -> Officer | None:
    """By a verified e-mail address first, then by the user name the provider vouches for."""
    for address in sociallogin.email_addresses:
        if address.verified and (found := _one(email__iexact=address.email)):
            return found
    claimed = str((sociallogin.account.extra_data or {}).get("preferred_username", "")).strip()
    return _one(username__iexact=claimed) if claimed else None


def _one(**condition: str) -> Officer | None:
    return Officer.objects.filter(is_active=True, **condition).first()
