"""Text is in one form from the door on, whatever keyboard it was typed on."""

from __future__ import annotations

import unicodedata

import pytest
from django.test import Client

from giapranh.people.models import Office, Officer

pytestmark = pytest.mark.django_db
NAME = "Phòng Đường thuỷ"


def apart(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def test_what_a_form_sends_apart_is_kept_composed(administrator, client_of):
    answer = client_of(administrator).post("/to-chuc/don-vi/moi/", {"name": apart(NAME), "kind": "division"})
    assert answer.status_code == 302
    assert Office.objects.filter(name=NAME).exists()


def test_a_search_typed_apart_finds_and_shows_it_composed(node, an, client_of):
    page = client_of(an).get("/tim/", {"q": apart("Phòng Khoáng sản")}).content.decode()
    assert 'value="Phòng Khoáng sản"' in page
    assert "/to-chuc/don-vi/" in page


def test_a_password_is_the_same_word_on_every_keyboard(an):
    an.set_password("Sông Thương mùa lũ 2026")
    an.save()
    client = Client()
    client.post("/tai-khoan/login/", {"login": "an", "password": apart("Sông Thương mùa lũ 2026")})
    assert client.session["_auth_user_id"] == str(Officer.objects.get(username="an").pk)
