"""The province's sign-on by setting: the whole way there and back, with a provider that speaks OpenID Connect."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlparse

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from giapranh.people.models import Officer

SIGN_ON = "/tai-khoan/oidc/province/login/"


class Provider(BaseHTTPRequestHandler):
    person: dict[str, object] = {}

    def _say(self, answer: dict[str, object]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def do_GET(self) -> None:
        host = f"http://{self.headers['Host']}"
        if self.path.endswith("/openid-configuration"):
            ends = {"authorization_endpoint": "authorize", "token_endpoint": "token", "userinfo_endpoint": "userinfo"}
            self._say({"issuer": host, "jwks_uri": f"{host}/jwks", **{k: f"{host}/{v}" for k, v in ends.items()}})
        else:
            self._say(self.person)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._say({"access_token": "t", "token_type": "Bearer", "expires_in": 60})

    def log_message(self, *_args: object) -> None:
        """Quiet."""


@pytest.fixture
def provider(db, settings) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    app = {"provider_id": "province", "name": "Tỉnh", "client_id": "giapranh", "secret": "s"}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [{**app, "settings": {"server_url": address}}]}}
    yield address
    server.shutdown()
    server.server_close()


def come_back(client: Client, person: dict[str, object]) -> str:
    """Go to the provider, come back as ``person``; the address where one ends up."""
    Provider.person = person
    there = client.post(SIGN_ON)
    assert there.status_code == 302, there.content.decode()
    state = parse_qs(urlparse(there["Location"]).query)["state"][0]
    return client.get(f"{SIGN_ON}callback/", {"code": "c", "state": state}, follow=True).request["PATH_INFO"]


def test_the_sign_in_page_offers_the_sign_on_and_leads_to_it(provider):
    client = Client()
    assert "Đăng nhập bằng Tỉnh" in client.get("/tai-khoan/login/").content.decode()
    assert client.post(SIGN_ON)["Location"].startswith(f"{provider}/authorize?")


@pytest.mark.parametrize(
    "person",
    [{"sub": "1", "email": "an@example.vn", "email_verified": True}, {"sub": "2", "preferred_username": "AN"}],
)
def test_an_officer_who_is_here_comes_in(person, provider, an):
    client = Client()
    assert come_back(client, person) == "/"
    assert client.session["_auth_user_id"] == str(an.pk)
    client.logout()
    assert come_back(client, {"sub": person["sub"]}) == "/"  # known from now on, whatever the provider tells


@pytest.mark.parametrize(
    "person", [{"sub": "3", "email": "an@example.vn"}, {"sub": "4", "preferred_username": "nguoi-la"}, {"sub": "5"}]
)
def test_nobody_else_does(person, provider, an):
    client = Client()
    assert come_back(client, person) == "/tai-khoan/login/"
    assert "_auth_user_id" not in client.session
    assert (Officer.objects.count(), SocialAccount.objects.count()) == (1, 0)


def test_the_setting_switches_it_on_and_lets_the_form_lead_there(tmp_path):
    code = (
        "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'giapranh.config.settings'\n"
        "from django.conf import settings as s\n"
        "print(s.SOCIALACCOUNT_PROVIDERS['openid_connect']['APPS'][0]['settings']['server_url'])\n"
        "print(s.CONTENT_SECURITY_POLICY['DIRECTIVES']['form-action'][1:])"
    )
    env = {**os.environ, "GIAPRANH_HOME": str(tmp_path), "GIAPRANH_DATABASE": "off",
           "GIAPRANH_OIDC_SERVER": "https://sso.langson.gov.vn/realms/tinh"}  # fmt: skip
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, check=True)
    assert done.stdout.splitlines() == ["https://sso.langson.gov.vn/realms/tinh", "['https://sso.langson.gov.vn']"]


def test_a_sign_on_that_does_not_answer_is_one_line(provider, settings):
    apps = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    apps[0]["settings"]["server_url"] = "http://127.0.0.1:9"  # nobody listens there
    answer = Client().post(SIGN_ON)
    assert answer.status_code == 503
    assert "Hệ thống đăng nhập của tỉnh không trả lời" in answer.content.decode()
