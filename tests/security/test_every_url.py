"""Every address of the house: who may pass, what leaks, what breaks."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from tests.security.world import SECRET, House, pages, parameters

from giapranh.people.doors import PUBLIC_URL_NAMES
from giapranh.people.models import Officer

pytestmark = pytest.mark.django_db

# Neighbouring nodes ask at these, with signatures and passes; a session counts for nothing there.
WIRE = {"wire:card", "wire:hello", "wire:stream", "wire:blob", "wire:hint"}
PUBLIC = PUBLIC_URL_NAMES | WIRE | {"desk:set_theme"}
OWN_ACCOUNT = ("account_", "mfa_", "socialaccount_", "me:")
Visit = Callable[[Officer | None], Client]


def everywhere(house: House) -> Iterator[tuple[str, str]]:
    for page in pages():
        if address := house.address(page.name, page.arguments):
            yield page.name, address


def ours(house: House) -> Iterator[tuple[str, str]]:
    """Without allauth's own, which have tests of their own, and without what everybody may open."""
    for name, address in everywhere(house):
        if not name.startswith(OWN_ACCOUNT) and name not in PUBLIC:
            yield name, address


def words_of(answer: Any) -> str:
    """Everything an answer says, also inside a workbook."""
    content = answer.getvalue() if answer.streaming else answer.content
    if content[:2] != b"PK":
        return " ".join([content.decode("utf-8", "replace"), *map(str, answer.headers.values())])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())


def test_the_house_knows_what_every_address_needs(house: House) -> None:
    """A new address is added to ``world.py``, or nobody walks it."""
    assert [page for page in pages() if not house.address(page.name, page.arguments)] == []


# --- who may pass ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "post", "put", "delete", "patch", "head", "options"])
def test_nobody_passes_without_signing_in(method: str, house: House, visit: Visit) -> None:
    client = visit(None)
    passed = []
    for name, address in everywhere(house):
        if name in PUBLIC:
            continue
        answer = getattr(client, method)(address)
        asked = answer.status_code == 302 and answer.headers["Location"].startswith("/tai-khoan/login/")
        # What we do not offer of allauth leads to one's own page, which asks.
        led_on = answer.status_code == 302 and answer.headers["Location"].startswith("/tai-khoan/")
        if not (asked or led_on or answer.status_code in (401, 405)):
            passed.append((name, answer.status_code))
    assert passed == []


def test_public_pages_show_strangers_nothing_of_the_house(house: House, visit: Visit) -> None:
    client = visit(None)
    for name, address in everywhere(house):
        if name in PUBLIC:
            assert SECRET not in words_of(client.get(address, follow=True)), name


def test_the_doors_for_neighbours_open_to_no_session(house: House, visit: Visit, leader: Officer) -> None:
    """Not one by any method, for a stranger or the leader signed in; the card is a public key and a name, to be read."""
    passed = []
    for client in (visit(None), visit(leader)):
        for name, address in everywhere(house):
            for method in ("get", "post", "put", "delete", "patch", "head", "options"):
                status = getattr(client, method)(address).status_code if name in WIRE else 404
                if status not in (401, 403, 404, 405) and (name, method) != ("wire:card", "get"):
                    passed.append((name, method, status))
    assert passed == []


# Everything here shows something of An's office: a list, a record, a file, a picture.
SHOWS_IT_TO_AN = {
    "desk:home", "desk:notices", "documents:papers", "documents:paper", "documents:reading", "documents:original",
    "documents:upload", "documents:upload_state", "documents:book", "programme:all_tasks", "programme:board",
    "programme:task", "programme:timeline", "programme:programmes", "programme:export", "api:paper", "api:papers",
    "api:tasks",
}  # fmt: skip


def test_the_secret_is_there_for_whom_it_belongs_to(house: House, visit: Visit, an: Officer, leader: Officer) -> None:
    """Without this the next test could pass with an empty house."""
    shown = {name for name, address in ours(house) if SECRET in words_of(visit(an).get(address))}
    assert SHOWS_IT_TO_AN - shown == set()
    reports = {"programme:report", "programme:report_download", "programme:report_numbers"}
    assert {name for name, address in ours(house) if SECRET in words_of(visit(leader).get(address))} >= reports


@pytest.mark.parametrize("who", ["binh", "chi", "dung"])
@pytest.mark.parametrize("how", ["page", "part", "workbook", "printed"])
def test_the_others_never_meet_it(
    who: str, how: str, house: House, visit: Visit, request: pytest.FixtureRequest
) -> None:
    client = visit(request.getfixturevalue(who))
    asked = {"workbook": {"xuat": "xlsx"}, "printed": {"in": "1"}}.get(how, {})
    headers = {"HX-Request": "true"} if how == "part" else {}
    found = []
    for name, address in ours(house):
        # Asked by other words of the same records: the secret itself would come back as what was asked.
        words = {"q": "Quan trắc", "words": "Quan trắc", "loc_subject": "Về việc", "goi": house.values["goi"]}
        answer = client.get(address, {**asked, **words}, headers=headers)
        if SECRET in words_of(answer):
            found.append((name, answer.status_code))
        assert answer.status_code < 500, name
    assert found == []


RECORDS = {
    "documents:paper", "documents:reading", "documents:original", "documents:attached", "documents:page",
    "documents:envelope", "documents:entry", "documents:upload_state", "programme:task", "programme:board",
    "programme:timeline", "programme:matrix", "programme:proofs", "programme:export", "programme:import",
    "programme:report", "programme:report_numbers", "programme:report_download", "programme:report_draft",
    "programme:report_urge", "programme:adopt", "desk:notice", "api:paper",
}  # fmt: skip


@pytest.mark.parametrize("who", ["binh", "chi", "dung"])
@pytest.mark.parametrize("method", ["get", "head", "post", "options"])
def test_a_record_of_another_office_is_not_there(
    who: str, method: str, house: House, visit: Visit, request: pytest.FixtureRequest
) -> None:
    client = visit(request.getfixturevalue(who))
    allowed = (403, 404, 405)
    wrong = []
    for name, address in ours(house):
        if name not in RECORDS:
            continue
        for headers in ({}, {"HX-Request": "true"}, {"Accept": "application/json"}):
            status = getattr(client, method)(address, headers=headers).status_code
            if status not in allowed and not (method == "options" and status == 200):
                wrong.append((name, status))
    assert wrong == []


# --- who may write ---------------------------------------------------------------------------------------------------


def photograph() -> dict[str, str]:
    seen = {}
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names():
            if name not in ("django_session", "people_officer"):
                cursor.execute(
                    f"select md5(coalesce(string_agg(t::text, chr(10) order by t::text), '')) from \"{name}\" t"
                )
                seen[name] = cursor.fetchone()[0]
    return seen


@pytest.mark.parametrize("who", ["auditor", "dung"])
def test_who_only_looks_on_is_refused_every_post(
    who: str, house: House, visit: Visit, request: pytest.FixtureRequest
) -> None:
    client = visit(request.getfixturevalue(who))
    before = photograph()
    answers = {(name, client.post(address).status_code) for name, address in ours(house)}
    own_bell = {("desk:read_all", 302)}
    assert {(name, status) for name, status in answers if status != 403} == own_bell
    assert photograph() == before


def test_the_auditor_reads_everything_of_the_house(house: House, visit: Visit, auditor: Officer) -> None:
    client = visit(auditor)
    not_for_reading = {
        "programme:evidence",
        "api:api-root",
        "documents:upload", "documents:new_outgoing", "documents:entry", "documents:upload_state", "desk:notice",
        "programme:report_draft", "programme:report_urge", "programme:adopt", "programme:import",
        "programme:import_new", "people:new_office", "people:edit_office", "people:paste", "people:new_officer",
        "people:edit_officer", "people:new_succession", "people:succession_done", "programme:step", "documents:envelope",
        "water:new_alert_rule", "water:alert_rule", "water:new_incident", "water:incident_facts",
        "exchange:meet", "exchange:new_clause", "exchange:clause", "water:new_station", "water:edit_station", "water:lab_sheet", "water:by_hand",
        "water:new_campaign", "water:edit_campaign", "water:plan_campaign", "water:series_data",
        "programme:part_step", "people:name_office", "people:appoint", "programme:thresholds",
    }  # fmt: skip
    refused = {}
    for name, address in ours(house):
        status = client.get(address).status_code
        assert status < 500, name
        if status not in (200, 302, 405):
            refused[name] = status
    assert set(refused) - not_for_reading == set(), refused


@pytest.mark.parametrize("who", ["binh", "chi"])
def test_posts_of_another_office_change_nothing(
    who: str, house: House, visit: Visit, request: pytest.FixtureRequest
) -> None:
    client = visit(request.getfixturevalue(who))
    posted = dict.fromkeys(parameters(), "1") | {"do": "remove", "path": "number", "reason": "x", "note": "x"}
    before = photograph()
    for name, address in ours(house):
        if name in RECORDS or any(word in address for word in ("/van-ban/1", "/viec/", "/bao-cao/", "/to-chuc/")):
            status = client.post(address, posted).status_code
            assert status < 500, name
    after = photograph()
    assert {name for name in before if before[name] != after[name]} == set()


def test_every_post_needs_the_token_of_its_session(house: House, leader: Officer) -> None:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(leader)
    passed = []
    for name, address in everywhere(house):
        status = client.post(address, {"x": "y"}).status_code
        if status not in (403, 405) and (name, status) not in {("wire:stream", 401), ("wire:hint", 401)}:
            passed.append((name, status))
    assert passed == []


# --- what leaves -----------------------------------------------------------------------------------------------------

SOURCE = re.compile(r"'(?:none|self)'|data:")


def check_policy(name: str, answer: Any) -> None:
    policy = answer.headers.get("Content-Security-Policy", "")
    parts = dict(part.strip().partition(" ")[::2] for part in policy.split(";") if part.strip())
    assert parts.get("default-src") == "'none'", (name, answer.status_code, policy)
    if "sandbox" in parts:
        return
    assert parts.get("frame-ancestors") == "'none'", name
    assert parts.get("base-uri") == "'none'", name
    assert all(SOURCE.fullmatch(word) for value in parts.values() for word in value.split()), (name, policy)
    assert parts["script-src"] == "'self'"


def test_every_answer_carries_a_strict_policy(house: House, visit: Visit, leader: Officer) -> None:
    for officer in (leader, None):
        client = visit(officer)
        for name, address in everywhere(house):
            for answer in (client.get(address), client.post(address), client.delete(address)):
                check_policy(name, answer)
                assert answer.headers.get("X-Content-Type-Options") == "nosniff", name
                assert answer.headers.get("X-Frame-Options") == "DENY", name
                assert answer.status_code < 500, (name, address)


def test_errors_carry_it_too(house: House, visit: Visit, leader: Officer, monkeypatch: pytest.MonkeyPatch) -> None:
    client = visit(leader)
    check_policy("no such page", client.get("/khong-co-trang-nay/"))
    check_policy("no such page of the api", client.get("/api/khong-co/"))
    check_policy("forged host", client.get("/", headers={"Host": "evil.example"}))
    monkeypatch.setattr("giapranh.documents.views.papers.queries.papers_of_tab", lambda *_a: 1 / 0)
    broken = client.get("/van-ban/")
    assert broken.status_code == 500
    check_policy("broken", broken)
    assert "ZeroDivisionError" not in broken.content.decode()


class Tags(HTMLParser):
    """Collects what a browser would run."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if (
            tag == "script"
            and not (named.get("src") or "").startswith("/static/")
            and named.get("type") != "application/json"
        ):
            self.found.append(f"<script> {named}")
        if tag in ("style", "object", "embed", "iframe", "base"):
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            words = (value or "").strip().lower()
            if name.startswith("on") or name == "style" or (words.startswith("javascript:")):
                self.found.append(f"{tag} {name}={value}")


def test_nothing_people_wrote_breaks_out_of_its_page(
    house: House, visit: Visit, an: Officer, leader: Officer, administrator: Officer, auditor: Officer
) -> None:
    found = []
    seen = 0
    for officer in (an, leader, administrator, auditor):
        client = visit(officer)
        for name, address in everywhere(house):
            for headers in ({}, {"HX-Request": "true"}):
                answer = client.get(
                    address, {"q": "<script>alert(1)</script>"} if "search" in name else {}, headers=headers
                )
                if not answer.headers.get("Content-Type", "").startswith("text/html"):
                    continue
                page = answer.content.decode()
                seen += "&lt;script&gt;alert(1)" in page
                parser = Tags()
                parser.feed(page)
                if parser.found:
                    found.append((officer.username, name, parser.found))
                assert "x='14'" not in page
    assert found == []
    assert seen > 60


# --- what breaks -----------------------------------------------------------------------------------------------------

NASTY = [
    "' or 1=1; drop table people_officer; --", "x\x00y", "9" * 30, "9" * 5000, "-1", "²", "１２",
    "\"'><script>alert(1)</script>", "../../../../etc/passwd", "31/02/2026", "2026-13-45", "1e400", "NaN", "%", "\\",
    "*:*", "a & | ! ( ) <-> :*", "\u202e\ufeff", "é" * 2000, "[]", "None", "0",
]  # fmt: skip


def every_parameter(value: str) -> dict[str, str]:
    return {name: value[:300] if len(value) < 4000 else value for name in parameters() if name != "xuat"}


@pytest.mark.parametrize("value", NASTY, ids=range(len(NASTY)))
def test_no_query_string_breaks_a_page(value: str, house: House, visit: Visit, leader: Officer) -> None:
    client = visit(leader)
    broken = []
    for name, address in ours(house):
        for asked in (every_parameter(value), {"xuat": "xlsx", "loc_subject": value[:300], "loc_name": value[:300]}):
            answer = client.get(address, asked)
            page = answer.headers.get("Content-Type", "").startswith("text/html")
            if answer.status_code >= 500 or (page and "<script>alert" in words_of(answer)):
                broken.append((name, answer.status_code))
    assert broken == []


@pytest.mark.parametrize("value", NASTY[:6], ids=range(6))
def test_no_form_breaks_a_page(value: str, house: House, visit: Visit, leader: Officer, administrator: Officer) -> None:
    broken = []
    for officer in (leader, administrator):
        client = visit(officer)
        for name, address in ours(house):
            for do in ({}, {"do": "add"}):
                with transaction.atomic():
                    answer = client.post(address, every_parameter(value) | do)
                    transaction.set_rollback(True)
                if answer.status_code >= 500:
                    broken.append((officer.username, name, do, answer.status_code))
    assert broken == []


@pytest.mark.parametrize("number", ["0", "999999999999", "9" * 19, "9" * 4400])
def test_no_number_in_an_address_breaks_a_page(number: str, house: House, visit: Visit, leader: Officer) -> None:
    client = visit(leader)
    broken = []
    for page in pages():
        numbers = [each for each in page.arguments if each.endswith("_id") or each in ("n", "number", "pk")]
        if not numbers:
            continue
        known = house.address(page.name, page.arguments)
        for each in numbers if known else ():
            value = str(house.values.get(f"{page.name}.{each}", house.values.get(each)))
            address = re.sub(rf"(?<=/){value}(?=[/.]|$)", number, known)
            status = client.get(address).status_code
            if status not in (400, 403, 404, 405, 422):
                broken.append((page.name, each, status))
    assert broken == []
