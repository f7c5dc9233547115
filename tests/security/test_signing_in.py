"""Signing in: what is kept of a password, who is let in how often, where one is led afterwards."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from tests.factories.people import PASSWORD

from giapranh.people.models import Officer

pytestmark = pytest.mark.django_db
LOGIN = "/tai-khoan/login/"


@pytest.fixture
def known(an: Officer) -> Officer:
    an.set_password(PASSWORD)
    an.save()
    return an


def sign_in(client: Client, password: str = PASSWORD, **more: str):
    return client.post(LOGIN, {"login": "an", "password": password, **more})


def test_a_password_is_kept_as_argon2(known: Officer) -> None:
    assert known.password.startswith("argon2$argon2id$")
    assert PASSWORD not in known.password


def test_every_cookie_is_out_of_reach_of_scripts_and_other_sites(known: Officer) -> None:
    client = Client()
    client.get(LOGIN)
    sign_in(client)
    client.post("/ngon-ngu/", {"language": "en"})
    client.post("/giao-dien/", {"theme": "dark"})
    assert len(client.cookies) >= 4
    for cookie in client.cookies.values():
        assert cookie["httponly"], cookie.key
        assert cookie["samesite"] in ("Lax", "Strict"), cookie.key


def test_signing_in_changes_the_session(known: Officer) -> None:
    """A session somebody slipped to the officer before is worth nothing afterwards."""
    client = Client()
    client.get(LOGIN)
    session = client.session
    session["planted"] = "x"
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = before = session.session_key
    assert sign_in(client).status_code == 302
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != before
    stranger = Client()
    stranger.cookies[settings.SESSION_COOKIE_NAME] = before
    assert stranger.get("/").status_code == 302


def test_guessing_is_stopped_even_for_who_then_knows(known: Officer) -> None:
    client = Client()
    for _try in range(6):
        assert sign_in(client, "sai mật khẩu").status_code != 302
    assert sign_in(client).status_code != 302
    assert client.get("/").status_code == 302


@pytest.mark.parametrize(
    "away", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "https:evil.example"]
)
def test_nobody_is_led_away(away: str, known: Officer) -> None:
    for answer in (
        sign_in(Client(), next=away),
        Client().post("/ngon-ngu/", {"language": "en", "next": away}),
        Client().post("/giao-dien/", {"theme": "dark", "next": away}),
    ):
        assert answer.status_code == 302
        assert answer.headers["Location"] == "/"


def test_a_forged_host_is_refused(client_of: Callable[..., Client]) -> None:
    client = client_of(None)
    client.raise_request_exception = False
    for host in ("evil.example", "127.0.0.1.evil.example", "localhost@evil.example"):
        assert client.get(LOGIN, headers={"Host": host}).status_code == 400


def test_there_is_no_open_sign_up() -> None:
    answer = Client().post("/tai-khoan/signup/", {"username": "moi", "password1": PASSWORD})
    assert not Officer.objects.filter(username="moi").exists()
    assert answer.status_code < 500


def test_a_closed_account_is_out_at_once(known: Officer) -> None:
    client = Client()
    assert sign_in(client).status_code == 302
    assert client.get("/").status_code == 200
    Officer.objects.filter(pk=known.pk).update(is_active=False)
    assert client.get("/").status_code == 302
    assert sign_in(Client()).headers.get("Location") in (None, "/tai-khoan/inactive/")
