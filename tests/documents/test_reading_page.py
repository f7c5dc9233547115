"""The reading page by plain forms, as a browser without JavaScript uses it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.factories.documents import TEXT, make_paper, reading, value

from giapranh.documents import queries
from giapranh.documents.models import FieldDecision, Paper, PaperState
from giapranh.documents.rules import marks
from giapranh.people.models import Officer

pytestmark = pytest.mark.django_db
Signed = Callable[[Officer | None], Client]


def post(client: Client, page: str, paper: Paper, /, **data: Any) -> Any:
    return client.post(reverse(f"documents:{page}", args=[paper.pk]), data)


def weak_number(**changes: Any) -> dict[str, Any]:
    return reading(number=value(7, "07", confidence=0.4, reason="Số viết tay, máy đọc không chắc."), **changes)


def test_weak_fields_come_first_with_their_reason(an: Officer, client_of: Signed) -> None:
    paper = make_paper(an, weak_number())
    page = client_of(an).get(reverse("documents:reading", args=[paper.pk])).content.decode()
    assert page.index("Cần xem lại") < page.index('id="o-number"') < page.index("Chắc chắn")
    assert "Số viết tay, máy đọc không chắc." in page
    assert page.index('id="o-kind"') > page.index("Chắc chắn")


def test_a_field_and_its_words_lead_to_each_other(an: Officer, client_of: Signed) -> None:
    paper = make_paper(an)
    page = client_of(an).get(reverse("documents:reading", args=[paper.pk])).content.decode()
    assert 'href="?xem=chu#noi-directives.0.lead"' in page
    assert 'id="noi-directives.0.lead"' in page
    assert 'href="#o-directives.0.lead"' in page
    assert 'id="o-directives.0.lead"' in page


def test_the_text_is_whole_again_when_its_pieces_are_joined(an: Officer) -> None:
    read = queries.read_paper(queries.latest_reading(make_paper(an).pk))
    segments = marks.cut(TEXT, read.all_fields())
    assert "".join(segment.text for segment in segments) == TEXT
    lead = next(s for s in segments if s.path == "directives.0.lead")
    assert (lead.text, lead.group) == ("Phòng Quản lý môi trường", "lead")
    assert "directives.0.text" in lead.paths


def test_the_button_confirms_what_was_not_changed(an: Officer, client_of: Signed) -> None:
    paper = make_paper(an, weak_number())
    answer = post(client_of(an), "decide", paper, path="number", value="7")
    assert answer["Location"] == reverse("documents:reading", args=[paper.pk]) + "#o-number"
    assert FieldDecision.objects.get().state == "confirmed"


def test_the_same_button_corrects_what_was_changed(an: Officer, client_of: Signed) -> None:
    paper = make_paper(an, weak_number())
    post(client_of(an), "decide", paper, path="number", value="17")
    decision = FieldDecision.objects.get()
    assert (decision.state, decision.machine_value, decision.value) == ("corrected", 7, 17)


@pytest.mark.parametrize(
    ("path", "typed", "state"),
    [
        ("date", {"day": "12", "month": "3", "year": "2026"}, "confirmed"),
        ("date", {"day": "", "month": "3", "year": "2026"}, "corrected"),
        ("signer", {"name": "Nguyễn Văn Mẫu", "title": "CHỦ TỊCH"}, "confirmed"),
        ("signer", {"name": "Trần Văn Mẫu", "title": "CHỦ TỊCH"}, "corrected"),
        ("subject", {"value": "Về việc phối hợp bảo vệ nguồn nước sông Mẫu"}, "confirmed"),
        ("directives.0.lead", {"value": "Phòng Quản lý môi trường"}, "confirmed"),
        ("directives.0.lead", {"value": "Phòng Quản lý môi trường\nVăn phòng Sở"}, "corrected"),
        (
            "directives.0.due",
            {"kind": "date", "date": "30/06/2026", "words": "trước ngày 30/6/2026", "before": "1"},
            "confirmed",
        ),
        ("directives.0.due", {"kind": "none"}, "corrected"),
        ("directives.1.due", {"kind": "none"}, "confirmed"),
        (
            "citations.0",
            {
                "number": "15-BB/TUA-TUB", "kind": "Biên bản ghi nhớ", "day": "2", "month": "2", "year": "2025",
                "legal_basis": "1",
            },
            "confirmed",
        ),
        ("citations.0", {"number": "16-BB/TUA-TUB", "kind": "Biên bản ghi nhớ"}, "corrected"),
    ],
)  # fmt: skip
def test_every_kind_of_field_knows_whether_it_was_changed(
    path: str, typed: dict[str, str], state: str, an: Officer, client_of: Signed
) -> None:
    paper = make_paper(an)
    assert post(client_of(an), "decide", paper, path=path, **typed).status_code == 302
    assert FieldDecision.objects.get().state == state


def test_what_was_typed_stays_with_the_error_beside_it(an: Officer, client_of: Signed) -> None:
    paper = make_paper(an, weak_number())
    answer = post(client_of(an), "decide", paper, path="number", value="mười bảy")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="mười bảy"' in page
    assert "không phải là số văn bản" in page


def test_a_wrong_day_of_a_deadline_stays_typed(an: Officer, client_of: Signed) -> None:
    paper = make_paper(an)
    answer = post(client_of(an), "decide", paper, path="directives.0.due", kind="date", date="31/02/2026")
    assert answer.status_code == 422
    assert 'value="31/02/2026"' in answer.content.decode()


def test_htmx_gets_the_right_side_only(an: Officer, client_of: Signed) -> None:
    paper = make_paper(an, weak_number())
    answer = client_of(an).post(
        reverse("documents:decide", args=[paper.pk]), {"path": "number", "value": "7"}, HTTP_HX_REQUEST="true"
    )
    assert answer.content.decode().strip().startswith('<section class="reading-fields"')


def test_undo_brings_back_what_the_machine_read(an: Officer, client_of: Signed) -> None:
    paper, client = make_paper(an), client_of(an)
    post(client, "decide", paper, path="number", value="17")
    post(client, "decide", paper, path="number", do="undo")
    assert queries.read_field(an, paper.pk, "number").value == 7


def test_duties_are_added_split_removed_and_put_back_by_forms(an: Officer, client_of: Signed) -> None:
    paper, client = make_paper(an), client_of(an)
    post(client, "directives", paper, do="add", text="Việc mới", lead="Văn phòng Sở", date="05/02/2027", after="0")
    post(client, "directives", paper, do="split", index="1", first="Rà soát.", second="Báo cáo.")
    post(client, "directives", paper, do="remove", index="0")
    read = queries.read_paper(queries.latest_reading(paper.pk))
    assert [(d.index, d.value("text"), d.removed) for d in read.directives][1:] == [
        (2, "Việc mới", False), (1, "Rà soát.", False), (3, "Báo cáo.", False),
    ]  # fmt: skip
    assert read.directives[0].removed
    post(client, "directives", paper, do="restore", index="0")
    assert not queries.read_paper(queries.latest_reading(paper.pk)).directives[0].removed


def test_a_weak_field_cannot_be_smuggled_into_the_bulk(an: Officer, client_of: Signed) -> None:
    paper = make_paper(an, weak_number())
    answer = post(client_of(an), "confirm_sure", paper, path=["kind", "number"])
    assert answer.status_code == 422
    assert not FieldDecision.objects.exists()


def test_confirming_with_weak_fields_open_leads_back_with_a_line(an: Officer, client_of: Signed) -> None:
    paper, client = make_paper(an, weak_number()), client_of(an)
    answer = client.post(reverse("documents:confirm", args=[paper.pk]), follow=True)
    assert "Còn 1 giá trị chưa chắc cần bạn xem: Số." in answer.content.decode()
    paper.refresh_from_db()
    assert paper.state == PaperState.TO_CONFIRM


def test_confirming_leads_to_the_next_step(an: Officer, client_of: Signed, monkeypatch: pytest.MonkeyPatch) -> None:
    from giapranh.documents import next_steps

    monkeypatch.setattr(next_steps, "_steps", {})
    next_steps.register_next_step("adopt", "Giao việc", lambda paper, user: f"/chuong-trinh/moi/{paper.pk}/")
    paper = make_paper(an)
    answer = post(client_of(an), "confirm", paper, then="assign")
    assert answer["Location"] == f"/chuong-trinh/moi/{paper.pk}/"


def test_the_second_confirmer_gets_a_page_that_says_who_was_first(
    an: Officer, leader: Officer, client_of: Signed
) -> None:
    paper = make_paper(an)
    post(client_of(an), "confirm", paper)
    answer = post(client_of(leader), "confirm", paper)
    assert answer.status_code == 409
    assert "Nguyễn Văn An đã xác nhận văn bản này" in answer.content.decode()


def test_page_pictures_come_from_the_pdf(an: Officer, binh: Officer, client_of: Signed) -> None:
    import io

    from pypdf import PdfWriter

    writer, stream = PdfWriter(), io.BytesIO()
    writer.add_blank_page(595, 842)
    writer.write(stream)
    paper = make_paper(an, content=stream.getvalue())
    version = paper.versions.get()
    version.media_type = "application/pdf"
    version.save()
    url = reverse("documents:page", args=[paper.pk, 1, 1])
    answer = client_of(an).get(url)
    assert (answer["Content-Type"], answer.content[:4]) == ("image/png", b"\x89PNG")
    assert client_of(an).get(reverse("documents:page", args=[paper.pk, 1, 2])).status_code == 404
    assert client_of(binh).get(url).status_code == 404
    assert url in client_of(an).get(reverse("documents:reading", args=[paper.pk])).content.decode()


SIGNED = {
    "signer": "Sở Nông nghiệp và Môi trường", "organisation": "UBND tỉnh Mẫu", "signed_at": "2026-03-12T02:00:00+00:00",
    "intact": True, "trusted": None, "covers_whole_file": True, "sub_filter": None,
}  # fmt: skip


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({}, "Nguyên vẹn"),
        ({"trusted": True}, "Hợp lệ"),
        ({"trusted": False}, "Chưa tin cậy"),
        ({"intact": False}, "Không hợp lệ"),
        ({"covers_whole_file": False}, "sau chữ ký này tệp còn được ghi thêm"),
    ],
)
def test_who_signed_the_file_when_and_whether_it_holds(
    found: dict[str, Any], said: str, an: Officer, client_of: Signed
) -> None:
    paper = make_paper(an, reading(signatures=[{**SIGNED, **found}]))
    for name in ("reading", "paper"):
        page = client_of(an).get(reverse(f"documents:{name}", args=[paper.pk])).content.decode()
        assert "Chữ ký điện tử" in page
        assert "09:00" in page  # of Vietnam
        assert said in page
