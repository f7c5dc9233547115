"""The frame: language, light and dark, the menu by permission, and refusals as answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.utils import translation
from django_htmx.middleware import HtmxDetails

from giapranh.desk.refusals import answer
from giapranh.desk.wellness import examine
from giapranh.kernel.errors import BadInput, Conflict, NotAllowed, NotFound, Refused, Unavailable
from giapranh.people.models import Officer

ClientOf = Callable[[Officer | None], Client]


def drawn(template: str, **context: Any) -> str:
    with translation.override("vi"):
        return Template(template).render(Context(context)).strip()


def test_dates_are_written_day_first_and_moments_in_vietnam():
    assert drawn("{{ day|vi_date }}", day=date(2026, 2, 5)) == "05/02/2026"
    assert drawn("{{ at|vi_date }} {{ at|vi_time }}", at=datetime(2026, 2, 4, 18, 30, tzinfo=UTC)) == (
        "05/02/2026 01:30 05/02/2026"
    )


@pytest.mark.parametrize(("bucket", "days", "words"), [
    ("in_time", 12, ("pill-good", "Đúng hạn", "còn 12 ngày làm việc")),
    ("nearly_due", 2, ("pill-soon", "Sắp đến hạn", "còn 2 ngày làm việc")),
    ("overdue", -2, ("pill-bad", "Quá hạn", "2 ngày làm việc")),
    ("no_date", None, ('class="pill"', "Không hạn")),
])  # fmt: skip
def test_a_bucket_is_a_colour_an_icon_and_a_word(bucket: str, days: int | None, words: tuple[str, ...]):
    html = drawn("{% bucket name days %}", name=bucket, days=days)
    assert "<svg" in html
    assert all(word in html for word in words)


def test_a_status_pill_escapes_what_it_shows():
    assert "<b>" not in drawn("{% pill word %}", word="<b>")


REFUSALS = [
    (BadInput, 422),
    (NotAllowed, 403),
    (NotFound, 404),
    (Conflict, 409),
    (Unavailable, 503),
]


@pytest.mark.parametrize(("kind", "status"), REFUSALS)
def test_a_refusal_is_a_page_a_part_or_json_with_its_status(db: None, kind: type[Refused], status: int):
    refusal = kind("Tệp %(name)s rỗng.", name="a.docx")
    page = answer(_request("/van-ban/"), refusal)
    assert (page.status_code, "Tệp a.docx rỗng." in page.content.decode()) == (status, True)
    part = answer(_request("/van-ban/", HX_Request="true"), refusal)
    assert (part.status_code, part["HX-Retarget"]) == (status, "#frame-refusal")
    assert "<html" not in part.content.decode()
    for request in (_request("/api/v1/papers"), _request("/van-ban/", Accept="application/json")):
        json = answer(request, refusal)
        assert (json.status_code, json["Content-Type"]) == (status, "application/json")
        assert kind.code in json.content.decode()


def test_a_refused_post_gives_back_what_was_typed_but_no_password(db: None):
    request = _request("/x/", method="post", data={"note": "Đã làm việc với phía bạn ngày 05/02", "password": "x" * 30})
    html = answer(request, Conflict("Người khác vừa sửa.")).content.decode()
    assert "Đã làm việc với phía bạn" in html
    assert "xxx" not in html


def _request(path: str, *, method: str = "get", data: Any = None, **headers: str) -> HttpRequest:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = getattr(RequestFactory(), method)(path, data, headers=named)
    request.user = AnonymousUser()
    request.htmx = HtmxDetails(request)
    return request


def test_vietnamese_greets_whatever_the_browser_says(leader: Officer, client_of: ClientOf):
    page = client_of(leader).get("/", headers={"Accept-Language": "en-US"})
    assert '<html lang="vi"' in page.content.decode()


def test_language_and_theme_are_remembered_and_lead_back(leader: Officer, client_of: ClientOf):
    client = client_of(leader)
    answered = client.post("/giao-dien/", {"theme": "dark", "next": "/tim/?q=a"})
    assert (answered.status_code, answered["Location"]) == (302, "/tim/?q=a")
    assert 'data-bs-theme="dark"' in client.get("/thong-bao/").content.decode()
    client.post("/ngon-ngu/", {"language": "en"})
    assert '<html lang="en"' in client.get("/thong-bao/").content.decode()


@pytest.mark.parametrize("back", ["https://example.org/", "//example.org", "javascript:alert(1)"])
def test_the_way_back_never_leaves_this_house(node: Any, client_of: ClientOf, back: str):
    assert client_of(None).post("/giao-dien/", {"theme": "light", "next": back})["Location"] == "/"


def test_an_unknown_theme_or_language_changes_nothing(node: Any, client_of: ClientOf):
    client = client_of(None)
    client.post("/giao-dien/", {"theme": "'><script>"})
    client.post("/ngon-ngu/", {"language": "xx"})
    assert {cookie.value for cookie in client.cookies.values()} == {"auto", "vi"}


def test_the_menu_shows_only_what_the_person_may_use(an: Officer, administrator: Officer, client_of: ClientOf):
    assert 'href="/thiet-lap/"' not in client_of(an).get("/").content.decode()
    assert 'href="/thiet-lap/"' in client_of(administrator).get("/").content.decode()
    assert client_of(an).get("/thiet-lap/").status_code == 403


def test_every_page_forbids_inline_script_and_style(administrator: Officer, client_of: ClientOf):
    page = client_of(administrator).get("/thiet-lap/mau/")
    assert "default-src 'none'" in page["Content-Security-Policy"]
    assert "unsafe" not in page["Content-Security-Policy"]
    html = page.content.decode()
    assert " style=" not in html
    assert " onclick=" not in html


def test_health_tells_a_machine_yes_or_no_and_an_administrator_why(
    administrator: Officer, an: Officer, client_of: ClientOf
):
    watcher: HttpResponse = client_of(None).get("/suc-khoe/", headers={"Accept": "application/json"})
    assert (watcher.status_code, watcher.json()) == (200, {"ok": True})
    assert "PostgreSQL" in client_of(administrator).get("/suc-khoe/").content.decode()
    assert "PostgreSQL" not in client_of(an).get("/suc-khoe/").content.decode()


def test_every_finding_says_how_it_stands(db: None):
    assert [finding.tone for finding in examine()] == ["good"] * 4
