"""Envelopes in and out, and what is answered to them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.documents.test_arrivals import PAPER
from tests.factories.documents import AT, make_paper

from giapranh.documents import edxml, queries, services
from giapranh.documents.models import Direction, EdxmlMessage, Paper, PaperAttachment, Upload
from giapranh.kernel.errors import NotAllowed, Refused
from giapranh.people.models import Officer

pytestmark = pytest.mark.django_db
Signed = Callable[[Officer | None], Client]
SENDER = edxml.Organ(organ_id="H02.13", name="Sở Mẫu tỉnh bên")


def envelope(**changes: Any) -> bytes:
    fields: dict[str, Any] = {
        "sender": SENDER, "to": (edxml.Organ(organ_id="H37.13", name="Sở Nông nghiệp và Môi trường"),),
        "number": "41", "notation": "KH-UBND", "date": date(2026, 3, 16), "type_name": "Kế hoạch",
        "subject": "Phối hợp bảo vệ nguồn nước sông Mẫu năm 2026", "due": date(2026, 8, 1),
        "steering": edxml.Steering.DIRECTING, "priority": edxml.Priority.URGENT,
        "document_id": "H02.13,2026/03/16,41/KH-UBND",
        "attachments": (
            edxml.Attachment(name="41-KH.txt", data=PAPER.encode(), content_type="text/plain"),
            edxml.Attachment(name="phu-luc.csv", data=b"STT,ten\n1,a\n", content_type="text/csv"),
        ),
    }  # fmt: skip
    return edxml.write(edxml.Envelope(**{**fields, **changes}))


def receive(data: bytes, by: Any) -> Paper:
    return services.receive_edxml(data=data, name="goi.edxml", by=by, at=AT)


@pytest.fixture
def own_code(node: Any) -> None:
    node.agency.organ_code = "H37.13"
    node.agency.save()


def sent_paper(clerk: Officer) -> Paper:
    draft = services.create_outgoing(
        kind="Báo cáo", subject="Kết quả phối hợp", data=b"bao cao", name="bao-cao.docx", by=clerk, at=AT,
        symbol="BC-SNNMT",
    )  # fmt: skip
    return services.number_outgoing(paper_id=draft.pk, by=clerk, at=AT)


def test_an_envelope_gives_paper_annex_and_due_date(an: Officer) -> None:
    paper = receive(envelope(), an)
    assert (paper.full_number, paper.due_on, paper.urgency, paper.direction) == (
        "41/KH-UBND", date(2026, 8, 1), "khan", Direction.INCOMING,
    )  # fmt: skip
    assert queries.open_blob(paper.versions.get().blob_id) == PAPER.encode()
    assert PaperAttachment.objects.get(paper=paper).file_name == "phu-luc.csv"
    assert EdxmlMessage.objects.get(paper=paper).document_id == "H02.13,2026/03/16,41/KH-UBND"


def test_where_page_and_envelope_differ_a_person_looks(an: Officer) -> None:
    paper = receive(envelope(number="47", document_id="H02.13,2026/03/16,47/KH-UBND"), an)
    number = queries.read_field(an, paper.pk, "number")
    assert (number.value, number.open_weak) == (41, True)
    assert "gói edXML" in (number.reason or "")


def test_what_the_page_lacks_the_envelope_tells(an: Officer) -> None:
    blank = PAPER.replace("Số: 41/KH-UBND", "Số:    /KH-UBND")
    paper = receive(envelope(attachments=(edxml.Attachment(name="a.txt", data=blank.encode()),)), an)
    assert paper.number == 41
    assert not queries.read_field(an, paper.pk, "number").open_weak


def test_the_same_envelope_twice_is_refused(an: Officer) -> None:
    receive(envelope(), an)
    with pytest.raises(Refused, match="đã nhận rồi"):
        receive(envelope(), an)
    assert Paper.objects.count() == 1


def test_an_envelope_with_a_secret_annex_leaves_nothing(an: Officer, vault_folder: Any) -> None:
    secret = PAPER.replace("KẾ HOẠCH\n", "TỐI MẬT\n\nKẾ HOẠCH\n", 1)
    files = (
        edxml.Attachment(name="a.txt", data=PAPER.encode()),
        edxml.Attachment(name="phu-luc.txt", data=secret.encode()),
    )
    with pytest.raises(Refused, match="độ mật"):
        receive(envelope(attachments=files), an)
    assert not Paper.objects.exists()
    assert [path for path in vault_folder.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"<edXML><edXMLEnvelope/></edXML>", "không phải gói edXML"),
        (envelope(attachments=()), "không kèm tệp văn bản nào"),
        (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><edXML>&b;</edXML>', "goi.edxml"),
        (b"<edXML><cut", "goi.edxml"),
    ],
)
def test_a_bad_envelope_is_one_line_and_leaves_nothing(data: bytes, words: str, an: Officer) -> None:
    with pytest.raises(Refused) as refusal:
        receive(data, an)
    assert words in str(refusal.value)
    assert not Paper.objects.exists()


def test_an_uploaded_envelope_goes_the_same_way(an: Officer) -> None:
    import io

    upload = services.receive_upload(
        data=io.BytesIO(envelope()), name="goi.xml", size=len(envelope()), direction="incoming", by=an, at=AT
    )
    services.read_upload(uid=upload.uid, at=AT)
    assert Upload.objects.get().paper.full_number == "41/KH-UBND"


@pytest.mark.usefixtures("own_code")
def test_an_outgoing_paper_becomes_an_envelope_that_reads_back(clerk: Officer) -> None:
    paper = sent_paper(clerk)
    message = services.send_edxml(paper_id=paper.pk, to=[("H02.13", "Sở Mẫu")], by=clerk, at=AT)
    again = edxml.parse(queries.open_blob(message.blob_id))
    assert (again.full_number, again.sender.organ_id, [one.organ_id for one in again.to]) == (
        "01/BC-SNNMT", "H37.13", ["H02.13"],
    )  # fmt: skip
    assert again.document_id == message.document_id == "H37.13,2026/11/23,01/BC-SNNMT"
    assert [(one.name, one.data) for one in again.attachments] == [("bao-cao.docx", b"bao cao")]


@pytest.mark.usefixtures("own_code")
def test_an_answer_is_tied_to_the_paper_it_answers(an: Officer, clerk: Officer) -> None:
    ours = sent_paper(clerk)
    services.send_edxml(paper_id=ours.pk, to=[("H02.13", "Sở Mẫu")], by=clerk, at=AT)
    about = edxml.ResponseFor(organ_id="H37.13", code=ours.full_number, document_id="H37.13,2026/11/23,01/BC-SNNMT")
    assert receive(envelope(response_for=(about,)), an).answers == ours


@pytest.mark.usefixtures("own_code")
def test_our_report_names_the_paper_it_answers(clerk: Officer) -> None:
    asked = receive(envelope(), clerk)
    draft = services.create_outgoing(
        kind="Báo cáo", subject="Trả lời", data=b"tra loi", name="tl.docx", by=clerk, at=AT, symbol="BC-SNNMT",
        answers=asked,
    )  # fmt: skip
    services.number_outgoing(paper_id=draft.pk, by=clerk, at=AT)
    message = services.send_edxml(paper_id=draft.pk, to=[("H02.13", "Sở Mẫu")], steering=3, by=clerk, at=AT)
    answered = edxml.parse(queries.open_blob(message.blob_id)).response_for[0]
    assert (answered.organ_id, answered.document_id) == ("H02.13", "H02.13,2026/03/16,41/KH-UBND")


def test_an_envelope_needs_our_own_code(clerk: Officer) -> None:
    with pytest.raises(Refused, match="chưa có mã định danh"):
        services.send_edxml(paper_id=sent_paper(clerk).pk, to=[("H02.13", "")], by=clerk, at=AT)


@pytest.mark.usefixtures("own_code")
def test_a_status_reply_goes_out_and_one_comes_in(an: Officer, clerk: Officer, client_of: Signed) -> None:
    came = receive(envelope(), clerk)
    answer = client_of(clerk).post(reverse("documents:status_reply", args=[came.pk]), {"status": "03"})
    assert answer.status_code == 302
    made = EdxmlMessage.objects.get(direction="out", kind="status")
    said = edxml.parse_status(queries.open_blob(made.blob_id))
    assert (said.code, said.about.document_id) == (edxml.StatusCode.TAKEN_IN, "H02.13,2026/03/16,41/KH-UBND")

    ours = sent_paper(clerk)
    services.send_edxml(paper_id=ours.pk, to=[("H02.13", "Sở Mẫu")], by=clerk, at=AT)
    about = edxml.ResponseFor(organ_id="H37.13", code="01/BC-SNNMT", document_id="H37.13,2026/11/23,01/BC-SNNMT")
    reply = edxml.write_status(edxml.Status(code=edxml.StatusCode.DONE, sender=SENDER, about=about, at=AT))
    assert receive(reply, clerk) == ours
    assert EdxmlMessage.objects.filter(paper=ours, direction="in", status="06").exists()


def test_refusing_a_paper_needs_a_reason(clerk: Officer) -> None:
    came = receive(envelope(), clerk)
    with pytest.raises(Refused, match="cần ghi lý do"):
        services.reply_status(paper_id=came.pk, status="02", by=clerk, at=AT)


def test_a_recall_keeps_a_trace(clerk: Officer) -> None:
    came = receive(envelope(), clerk)
    business = edxml.Business(
        kind=edxml.BusinessKind.RECALL, reason="Sai thể thức", document_id="H02.13,2026/03/16,41/KH-UBND"
    )
    assert receive(envelope(business=business), clerk) == came
    assert EdxmlMessage.objects.filter(paper=came, status="13", reason="Sai thể thức").exists()


def test_a_message_of_another_paper_is_not_given_out(clerk: Officer, client_of: Signed) -> None:
    came, other = receive(envelope(), clerk), make_paper(clerk)
    message = EdxmlMessage.objects.get(paper=came)
    client = client_of(clerk)
    assert client.get(reverse("documents:envelope", args=[came.pk]), {"goi": message.pk}).status_code == 200
    assert client.get(reverse("documents:envelope", args=[other.pk]), {"goi": message.pk}).status_code == 404


def test_only_those_who_keep_the_books_say_that_a_paper_was_recalled(an: Officer, clerk: Officer) -> None:
    receive(envelope(), clerk)
    business = edxml.Business(kind=edxml.BusinessKind.RECALL, document_id="H02.13,2026/03/16,41/KH-UBND")
    with pytest.raises(NotAllowed):
        receive(envelope(business=business), an)
    assert not EdxmlMessage.objects.filter(status="13").exists()
