"""Signing in: what is open to nobody, what a second step asks, what is refused and how."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.urls import reverse
from tests.factories.people import PASSWORD

from giapranh.people.models import Officer


@pytest.fixture(autouse=True)
def fresh_limits(settings):
    cache.clear()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def an_with_password(an) -> Officer:
    an.set_password(PASSWORD)
    an.save()
    return an


def sign_in(client, login="an", password=PASSWORD):
    return client.post(reverse("account_login"), {"login": login, "password": password})


@pytest.mark.parametrize("login", ["an", "AN", "an@example.vn"])
def test_an_officer_signs_in_with_name_or_address(login, an_with_password, client_of):
    client = client_of(None)
    assert sign_in(client, login).status_code == 302
    assert client.get(reverse("me:account")).status_code == 200


def test_a_wrong_password_gets_one_line_in_vietnamese(an_with_password, client_of):
    page = sign_in(client_of(None), password="sai mat khau")
    assert "Tên đăng nhập hoặc mật khẩu không đúng." in page.content.decode()


def test_guessing_is_stopped_after_a_few_tries(an_with_password, client_of):
    client = client_of(None)
    for _try in range(5):
        sign_in(client, password="sai mat khau")
    assert "Nhập sai quá nhiều lần" in sign_in(client).content.decode()
    assert client.get(reverse("me:account")).status_code == 302


def test_too_many_requests_get_a_plain_page(db, client_of):
    client = client_of(None)
    answers = [client.post(reverse("account_reset_password"), {"email": "ai@example.vn"}) for _try in range(6)]
    assert answers[-1].status_code == 429
    assert "Hãy chờ vài phút rồi thử lại" in answers[-1].content.decode()


def test_the_password_is_kept_as_argon2(an_with_password):
    assert an_with_password.password.startswith("argon2$argon2id$")


def test_nobody_makes_an_account_for_themselves(db, client_of):
    answer = client_of(None).post(
        reverse("account_signup"), {"username": "moi", "password1": PASSWORD, "email": "moi@example.vn"}
    )
    assert "Không tự tạo tài khoản" in answer.content.decode()
    assert not Officer.objects.filter(username="moi").exists()


def test_a_closed_account_does_not_open(an_with_password, client_of):
    an_with_password.is_active = False
    an_with_password.save()
    client = client_of(None)
    sign_in(client)
    assert client.get(reverse("me:account")).status_code == 302


def test_a_lost_password_is_set_anew_from_the_letter(an_with_password, client_of):
    client = client_of(None)
    assert client.post(reverse("account_reset_password"), {"email": "an@example.vn"}).status_code == 302
    (letter,) = mail.outbox
    assert letter.subject.strip().endswith("Đặt mật khẩu mới")
    assert "Kính gửi đồng chí" in letter.body
    link = re.search(r"https?://[^/]+(/\S+)", letter.body)
    page = client.get(link[1], follow=True)
    new = "một mật khẩu khác 2026"
    done = client.post(page.request["PATH_INFO"], {"password1": new, "password2": new})
    assert done.status_code == 302
    assert sign_in(client_of(None), password=new).status_code == 302


def test_asking_for_an_unknown_address_tells_nothing(db, client_of):
    answer = client_of(None).post(reverse("account_reset_password"), {"email": "ai@example.vn"})
    assert (answer.status_code, answer.url) == (302, reverse("account_reset_password_done"))


def test_the_second_step_is_asked_once_it_is_on(an_with_password, client_of):
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, hotp_value, yield_hotp_counters_from_time

    secret = generate_totp_secret()
    TOTP.activate(an_with_password, secret)
    client = client_of(None)
    answer = sign_in(client)
    assert answer.url.startswith(reverse("mfa_authenticate"))
    assert client.get(reverse("me:account")).status_code == 302
    assert "Nhập mã xác nhận" in client.get(reverse("mfa_authenticate")).content.decode()
    wrong = client.post(reverse("mfa_authenticate"), {"code": "000000"}).content.decode()
    assert "Mã chưa đúng" in wrong
    code = f"{hotp_value(secret, next(yield_hotp_counters_from_time())):06d}"
    assert client.post(reverse("mfa_authenticate"), {"code": code}).status_code == 302
    assert client.get(reverse("me:account")).status_code == 200


SIGNED_IN = [
    "me:account", "account_change_password", "account_logout", "mfa_index", "mfa_activate_totp",
    "mfa_list_webauthn", "mfa_add_webauthn", "account_reauthenticate",
]  # fmt: skip
OPEN = [
    "account_login", "account_signup", "account_reset_password", "account_reset_password_done",
    "account_reset_password_from_key_done", "account_inactive", "socialaccount_login_cancelled",
    "socialaccount_login_error",
]  # fmt: skip


@pytest.mark.parametrize("name", SIGNED_IN + OPEN)
def test_every_account_page_is_ours_in_vietnamese_without_inline_script(name, an_with_password, client_of):
    client = client_of(None)
    if name in SIGNED_IN:
        sign_in(client)
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    answer = client.get(reverse(name))
    text = answer.content.decode()
    assert answer.status_code == (401 if name == "socialaccount_login_error" else 200)
    assert 'id="main"' in text
    assert not re.search(r"<script(?![^>]*(?:src=|application/json))", text)
    assert not re.search(r"\sstyle=|\son[a-z]+=", text)
    visible = re.sub(r"<script.*?</script>|<[^>]+>", " ", text, flags=re.DOTALL)
    assert not re.search(r"\b(?:password|username|sign in|email address|your)\b", visible, re.IGNORECASE), visible


def test_addresses_are_not_changed_behind_the_administrators_back(an_with_password, client_of):
    client = client_of(an_with_password)
    answer = client.post("/tai-khoan/email/", {"email": "khac@example.vn", "action_add": ""})
    assert answer.url == reverse("me:account")


def test_a_passkey_letter_and_a_totp_letter_are_ours(an_with_password):
    from django.template.loader import render_to_string

    for name in ("mfa/email/totp_activated", "account/email/password_changed", "mfa/email/webauthn_added"):
        text = render_to_string(f"{name}_message.txt", {"ip": "127.0.0.1"})
        assert "Kính gửi đồng chí" in text
        assert "báo ngay người quản trị" in text
