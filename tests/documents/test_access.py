"""Who may open which address: An (this office), Bình (another office), Chi (the neighbour), Dũng (nobody), the auditor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse
from tests.factories.documents import AT, make_paper, reading, value

from giapranh.documents import queries, services, urls
from giapranh.documents.models import FieldDecision, Paper, PaperAttachment
from giapranh.documents.services.records import keep_blob
from giapranh.kernel.errors import NotFound
from giapranh.people.models import AuditEvent, Officer

pytestmark = pytest.mark.django_db
Signed = Callable[[Officer | None], Client]

ABOUT_A_PAPER = {
    "paper": "get", "reading": "get", "original": "get", "attached": "get", "page": "get", "envelope": "get",
    "remove": "post", "number": "post", "add_version": "post", "share": "post", "status_reply": "post",
    "decide": "post", "confirm_sure": "post", "directives": "post", "citations": "post", "confirm": "post",
    "entry": "get",
}  # fmt: skip
OPEN_TO_ALL_SIGNED_IN = {"papers", "search", "books", "book", "edxml"}
FOR_WRITERS = {"upload", "new_outgoing"}


@pytest.fixture
def paper(an: Officer) -> Paper:
    confirmed = services.confirm_reading(paper_id=make_paper(an).pk, by=an, at=AT)
    PaperAttachment.objects.create(
        paper=confirmed,
        blob=keep_blob(b"annex", "application/pdf"),
        file_name="phụ lục.pdf",
        media_type="application/pdf",
    )
    return confirmed


def address(name: str, paper: Paper) -> str:
    known = {
        "original": [paper.pk, 1], "attached": [paper.pk, paper.attachments.get().pk], "page": [paper.pk, 1, 1],
        "entry": [paper.entries.get().pk],
    }  # fmt: skip
    return reverse(f"documents:{name}", args=known.get(name, [paper.pk]))


def test_every_address_of_the_room_is_asked_about_here() -> None:
    named = {pattern.name for pattern in urls.urlpatterns}
    assert named == {*ABOUT_A_PAPER, *OPEN_TO_ALL_SIGNED_IN, *FOR_WRITERS, "upload_state"}


@pytest.mark.parametrize("name", list(ABOUT_A_PAPER))
def test_nobody_passes_without_signing_in(name: str, paper: Paper, client_of: Signed) -> None:
    answer = getattr(client_of(None), ABOUT_A_PAPER[name])(address(name, paper))
    assert (answer.status_code, "login" in answer["Location"]) == (302, True)


@pytest.mark.parametrize("name", list(ABOUT_A_PAPER))
@pytest.mark.parametrize("who", ["binh", "chi", "dung"])
def test_a_paper_not_given_to_me_does_not_exist(
    name: str, who: str, paper: Paper, client_of: Signed, request: pytest.FixtureRequest
) -> None:
    officer = request.getfixturevalue(who)
    answer = getattr(client_of(officer), ABOUT_A_PAPER[name])(address(name, paper), {"office": "1"})
    assert answer.status_code in {403, 404}
    words = answer.content.decode()
    assert "07/KH-UBND" not in words
    assert "sông Mẫu" not in words


@pytest.mark.parametrize("name", sorted(OPEN_TO_ALL_SIGNED_IN))
@pytest.mark.parametrize("who", ["binh", "chi", "dung"])
def test_lists_show_nothing_of_it_either(
    name: str, who: str, paper: Paper, client_of: Signed, request: pytest.FixtureRequest
) -> None:
    args = ["den"] if name == "book" else []
    url = reverse(f"documents:{name}", args=args)
    answer = client_of(request.getfixturevalue(who)).get(url, {"q": "nước sông", "nam": "2026"})
    assert answer.status_code == 200
    assert "07/KH-UBND" not in answer.content.decode()


@pytest.mark.parametrize("name", [name for name, how in ABOUT_A_PAPER.items() if how == "post"])
def test_the_auditor_opens_but_writes_nothing(name: str, paper: Paper, auditor: Officer, client_of: Signed) -> None:
    before = AuditEvent.objects.count()
    client = client_of(auditor)
    assert client.get(address("paper", paper)).status_code == 200
    assert client.post(address(name, paper), {"path": "number", "value": "8", "office": "1"}).status_code == 403
    assert (AuditEvent.objects.count(), FieldDecision.objects.count()) == (before, 0)


@pytest.mark.parametrize("name", sorted(FOR_WRITERS))
def test_the_auditor_has_no_upload_page(name: str, auditor: Officer, client_of: Signed) -> None:
    assert client_of(auditor).get(reverse(f"documents:{name}")).status_code == 403


def test_the_auditors_pages_hold_no_buttons_that_write(auditor: Officer, an: Officer, client_of: Signed) -> None:
    paper = make_paper(an)
    for name in ("paper", "reading", "papers"):
        args = [] if name == "papers" else [paper.pk]
        page = client_of(auditor).get(reverse(f"documents:{name}", args=args)).content.decode()
        main = page[page.index("<main") : page.index("</main>")]
        assert 'method="post"' not in main


def test_an_office_given_a_paper_reads_it_until_it_is_withdrawn(
    paper: Paper, an: Officer, binh: Officer, node: Any, client_of: Signed
) -> None:
    url = address("share", paper)
    client_of(an).post(url, {"office": node.minerals.pk})
    assert queries.get_visible(binh, paper.pk) == paper
    client_of(an).post(url, {"office": node.minerals.pk, "do": "withdraw"})
    with pytest.raises(NotFound):
        queries.get_visible(binh, paper.pk)


def test_a_stub_is_seen_only_by_those_who_see_who_cites_it(paper: Paper, an: Officer, binh: Officer) -> None:
    stub = paper.citations.get().cited
    assert queries.get_visible(an, stub.pk) == stub
    with pytest.raises(NotFound):
        queries.get_visible(binh, stub.pk)


@pytest.mark.parametrize("name", ["original", "attached"])
def test_a_stored_file_is_never_opened_inside_the_site(name: str, paper: Paper, an: Officer, client_of: Signed) -> None:
    answer = client_of(an).get(address(name, paper))
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["Content-Type"] in {"application/octet-stream", "application/pdf"}


def test_words_of_a_hostile_paper_are_words_on_the_page(an: Officer, client_of: Signed) -> None:
    evil = "<script>alert(1)</script>"
    paper = make_paper(an, reading(subject=value(evil), remarks=[{"code": "x", "text": evil}]), text=evil)
    for name in ("paper", "reading", "papers"):
        args = [] if name == "papers" else [paper.pk]
        assert evil not in client_of(an).get(reverse(f"documents:{name}", args=args)).content.decode()


# --- the same number of queries, whatever the number of rows ---------------------------------------------------------


@pytest.mark.parametrize("name", ["papers", "search", "book", "edxml", "upload"])
def test_a_list_costs_the_same_at_one_and_at_three_rows(
    name: str, an: Officer, client_of: Signed, django_assert_max_num_queries: Any, django_assert_num_queries: Any
) -> None:
    def add(number: int) -> None:
        data = reading(number=value(number), full_number=f"{number:02d}/KH-UBND")
        paper = make_paper(an, data)
        services.confirm_reading(paper_id=paper.pk, by=an, at=AT)
        paper.uploads.create(file_name=f"{number}.txt", size=1, state="done", by=an)

    url = reverse(f"documents:{name}", args=["den"] if name == "book" else [])
    params = {"q": "nước sông", "nam": "2026"}
    add(1)
    client = client_of(an)
    client.get(url, params)
    with django_assert_max_num_queries(60) as first:
        client.get(url, params)
    for number in (2, 3):
        add(number)
    with django_assert_num_queries(len(first)):
        assert client.get(url, params).status_code == 200


def test_the_chain_costs_a_few_queries_a_level(an: Officer, client_of: Signed, django_assert_num_queries: Any) -> None:
    from tests.factories.documents import citation

    def chained(numbers: list[str]) -> Paper:
        data = reading(
            number=value(90 + len(numbers)), full_number=f"{90 + len(numbers)}/KH-UBND",
            citations=[citation(number, issuer="UBND tỉnh Mẫu") for number in numbers],
        )  # fmt: skip
        return services.confirm_reading(paper_id=make_paper(an, data).pk, by=an, at=AT)

    one, three = chained(["11/QĐ-UBND"]), chained(["21/QĐ-UBND", "22/QĐ-UBND", "23/QĐ-UBND"])
    client = client_of(an)
    client.get(reverse("documents:paper", args=[one.pk]))
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as first:
        client.get(reverse("documents:paper", args=[one.pk]))
    with django_assert_num_queries(len(first)):
        client.get(reverse("documents:paper", args=[three.pk]))


def test_no_address_is_left_without_a_name() -> None:
    for pattern in urls.urlpatterns:
        assert pattern.name
    with pytest.raises(NoReverseMatch):
        reverse("documents:nothing")
