"""An outside sign-in opens only the officer it names, and makes nobody new."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.contrib.messages.storage.fallback import FallbackStorage
from django.test import RequestFactory

from giapranh.people.adapters import SocialAccountAdapter
from giapranh.people.models import Officer


def visit(email: str = "", *, verified: bool = True, username: str = "") -> SocialLogin:
    account = SocialAccount(provider="province", uid="77", extra_data={"userinfo": {"preferred_username": username}})
    addresses = [EmailAddress(email=email, verified=verified, primary=True)] if email else []
    return SocialLogin(user=Officer(username="x", full_name="x"), account=account, email_addresses=addresses)


def arrive(login: SocialLogin) -> Officer | None:
    """The officer whose account opens, or None when the visitor is turned away."""
    request = RequestFactory().get("/")
    request.session = {}
    request._messages = FallbackStorage(request)
    try:
        SocialAccountAdapter().pre_social_login(request, login)
    except ImmediateHttpResponse:
        return None
    return SocialAccount.objects.get(uid="77").user


@pytest.fixture(autouse=True)
def in_a_request(db, monkeypatch):
    monkeypatch.setattr(SocialLogin, "connect", lambda self, request, user: _keep(self, user))


def _keep(login: SocialLogin, user: Officer) -> None:
    login.account.user = user
    login.account.save()


def test_a_verified_address_opens_the_officer_who_has_it(an):
    assert arrive(visit("AN@example.vn")) == an


def test_an_unverified_address_opens_nothing(an):
    assert arrive(visit("an@example.vn", verified=False)) is None


def test_a_user_name_the_provider_vouches_for_opens_that_officer(an):
    assert arrive(visit(username="An")) == an


def test_a_stranger_is_turned_away_and_no_account_is_made(an):
    assert arrive(visit("ai@example.vn", username="ai")) is None
    assert Officer.objects.filter(username="ai").count() == 0


def test_a_closed_account_stays_closed(an):
    an.is_active = False
    an.save()
    assert arrive(visit("an@example.vn")) is None
