"""Envelopes: one canonical form out, every vendor's dialect in."""

from __future__ import annotations

import base64
import io
import re
import zipfile
from datetime import date, datetime

import pytest

from giapranh.documents.edxml import (
    Attachment,
    Business,
    BusinessKind,
    Envelope,
    Organ,
    Priority,
    ResponseFor,
    SignerInfo,
    Staff,
    Steering,
    Trace,
    document_id,
    parse,
    write,
)
from giapranh.documents.reading import open_paper
from giapranh.documents.reading.schema import Origin
from giapranh.kernel.clock import VIETNAM
from giapranh.kernel.errors import Refused

LETTER = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nSố: 12/SNNMT-NKS\nKính gửi: Sở Công Thương".encode()
FULL = Envelope(
    sender=Organ("H37.09", "Sở Nông nghiệp & Môi trường", "UBND tỉnh Lạng Sơn", email="so@example.vn"),
    to=(Organ("H05.09", "Sở Nông nghiệp và Môi trường tỉnh Bắc Ninh"), Organ("H05.10", "Sở Công Thương")),
    number="12",
    notation="SNNMT-NKS",
    place="Lạng Sơn",
    date=date(2026, 10, 5),
    type_code="18",
    type_name="Công văn",
    subject="V/v phối hợp kiểm tra khu vực giáp ranh",
    content="V/v phối hợp kiểm tra",
    signer=SignerInfo("Nguyễn Văn Mẫu", "Phó Giám đốc", "KT. GIÁM ĐỐC"),
    due=date(2026, 11, 15),
    to_places=("Như trên", "Lưu: VT, NKS"),
    priority=Priority.URGENT,
    sphere="Liên tỉnh",
    amount=1,
    pages=2,
    appendixes=("Phụ lục I",),
    response_for=(ResponseFor("H05.09", "77/SNNMT-KS", date(2026, 9, 28), "H05.09,2026/09/28,77/SNNMT-KS"),),
    steering=Steering.DIRECTING,
    document_id="H37.09,2026/10/05,12/SNNMT-NKS",
    task_code="NV-2026-15",
    trace=(
        Trace("H37.09", datetime(2026, 10, 5, 8, 1, 2, tzinfo=VIETNAM)),
        Trace("H37", datetime(2026, 10, 5, 8, 3, 0, tzinfo=VIETNAM)),
    ),
    business=Business(BusinessKind.NEW, "gửi mới", staff=Staff("Văn phòng", "Đỗ Văn Thư", "0900000000"), paper=False),
    attachments=(Attachment("Công văn số 12.txt", LETTER, "text/plain", "cid:1", "Công văn"),),
)


def test_what_is_written_reads_back_the_same():
    assert parse(write(FULL)) == FULL


def test_the_same_values_always_give_the_same_bytes():
    assert write(FULL) == write(parse(write(FULL)))


def test_the_canonical_form_is_pinned():
    lines = [line.strip() for line in write(FULL).decode().splitlines()]
    assert lines[:2] == [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<edXML:edXML xmlns:edXML="http://www.mic.gov.vn/TBT/QCVN_102_2016">',
    ]
    opened = [re.match(r"<edXML:(\w+)", line).group(1) for line in lines if line.startswith("<edXML:")]
    order = [
        "edXML",
        "edXMLEnvelope",
        "edXMLHeader",
        "MessageHeader",
        "From",
        "OrganId",
        "OrganizationInCharge",
        "OrganName",
        "Email",
        "To",
        "OrganId",
        "OrganName",
        "To",
        "OrganId",
        "OrganName",
        "Code",
        "CodeNumber",
        "CodeNotation",
        "PromulgationInfo",
        "Place",
        "PromulgationDate",
        "DocumentType",
        "Type",
        "TypeName",
        "Subject",
        "Content",
        "SignerInfo",
        "Competence",
        "Position",
        "FullName",
        "DueDate",
        "ToPlaces",
        "Place",
        "Place",
        "OtherInfo",
        "Priority",
        "SphereOfPromulgation",
        "PromulgationAmount",
        "PageAmount",
        "Appendixes",
        "Appendix",
        "ResponseFor",
        "OrganId",
        "Code",
        "PromulgationDate",
        "DocumentId",
        "SteeringType",
        "DocumentId",
        "ResponseForTask",
        "TaskCode",
        "TraceHeaderList",
        "TraceHeader",
        "OrganId",
        "Timestamp",
        "TraceHeader",
        "OrganId",
        "Timestamp",
        "Bussiness",
        "BussinessDocType",
        "BussinessDocReason",
        "StaffInfo",
        "Department",
        "Staff",
        "Mobile",
        "Paper",
        "edXMLBody",
        "edXMLManifest",
        "Reference",
        "Description",
        "AttachmentName",
        "ContentType",
        "ContentId",
        "AttachmentEncoded",
        "Attachment",
        "ContentType",
        "ContentId",
        "Description",
        "ContentTransferEncoded",
        "AttachmentName",
    ]
    assert opened == order
    assert "<edXML:PromulgationDate>2026/10/05</edXML:PromulgationDate>" in lines
    assert "<edXML:Timestamp>2026/10/05 08:01:02</edXML:Timestamp>" in lines
    assert "<edXML:OrganName>Sở Nông nghiệp &amp; Môi trường</edXML:OrganName>" in lines


def test_a_missing_identity_is_made_from_sender_day_and_number():
    from dataclasses import replace

    assert parse(write(replace(FULL, document_id=None))).document_id == FULL.document_id
    assert document_id("H37.09", date(2026, 1, 2), "05/BC-SNNMT") == "H37.09,2026/01/02,05/BC-SNNMT"


def _bare(**changes):
    """A dialect without prefix or namespace, dates day first, the file not zipped."""
    said = {
        "root": "<edXML>",
        "day": "05/10/2026",
        "priority": "1",
        "steering": "0",
        "encoded": base64.b64encode(LETTER).decode(),
        "field": "ContentTransferEncoded",
        "business": "Business",
    } | changes
    end = said["root"].split()[0].strip("<>")
    return f"""{said["root"]}<edXMLEnvelope><edXMLHeader><MessageHeader>
      <From><OrganId> H37.09 </OrganId><OrganName>Sở  A</OrganName></From><To><OrganId>H05.09</OrganId></To>
      <Code><CodeNumber>12</CodeNumber><CodeNotation>SNNMT-NKS</CodeNotation></Code>
      <PromulgationInfo><Place>Lạng Sơn</Place><PromulgationDate>{said["day"]}</PromulgationDate></PromulgationInfo>
      <DocumentType><Type>1</Type><TypeName>Công văn</TypeName></DocumentType><Subject>V/v phối hợp</Subject>
      <OtherInfo><Priority>{said["priority"]}</Priority></OtherInfo><SteeringType>{said["steering"]}</SteeringType>
      </MessageHeader><TraceHeaderList><{said["business"]}><BussinessDocType>3</BussinessDocType>
      </{said["business"]}></TraceHeaderList></edXMLHeader></edXMLEnvelope><AttachmentEncoded><Attachment>
      <{said["field"]}>{said["encoded"]}</{said["field"]}><AttachmentName>a.txt</AttachmentName>
      </Attachment></AttachmentEncoded></{end}>""".encode()


def test_an_envelope_without_namespace_is_read_and_the_oddity_kept():
    envelope = parse(_bare())
    assert (envelope.sender.organ_id, envelope.sender.name, envelope.full_number) == ("H37.09", "Sở A", "12/SNNMT-NKS")
    assert envelope.date == date(2026, 10, 5)
    assert envelope.attachments[0].data == LETTER
    assert envelope.business.kind is BusinessKind.REPLACE
    assert envelope.oddities == ("namespace", "steering")


@pytest.mark.parametrize(
    "changes",
    [
        {"root": '<eDoc xmlns="http://www.go.vn/eDoc">'},
        {"root": '<x:edXML xmlns:x="http://www.go.vn/eDoc" xmlns="http://www.go.vn/eDoc">'},
        {"day": "2026-10-05T00:00:00"},
        {"day": "2026/10/5"},
        {"field": "Content"},
        {"field": "ContentTransferEncoding"},
        {"business": "Bussiness"},
        {"encoded": "data:text/plain;base64," + base64.b64encode(LETTER).decode()},
        {"encoded": base64.b64encode(LETTER).decode().rstrip("=")},
        {"encoded": "\n".join(re.findall(".{1,40}", base64.b64encode(LETTER).decode()))},
    ],
)
def test_dialects_give_the_same_paper(changes):
    envelope = parse(_bare(**changes))
    assert (envelope.date, envelope.attachments[0].data, envelope.type_name) == (date(2026, 10, 5), LETTER, "Công văn")


def test_unknown_values_fall_back_to_the_ordinary_and_are_named():
    envelope = parse(_bare(priority="9", steering="x"))
    assert (envelope.priority, envelope.steering) == (Priority.NORMAL, Steering.NONE)
    assert envelope.oddities == ("namespace", "priority", "steering")


def test_a_date_no_calendar_has_is_no_date():
    assert parse(_bare(day="2026/02/31")).date is None


def test_a_zipped_word_file_stays_one_file():
    from tests.documents.reading.intake.making import docx_of, p

    paper = docx_of(p("Kính gửi: Các phòng, đơn vị thuộc Sở."))
    [attachment] = parse(_bare(encoded=base64.b64encode(paper).decode())).attachments
    assert attachment.data == paper


def test_a_zip_of_many_files_gives_them_all():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("thu/cong-van.txt", LETTER)
        archive.writestr("phu-luc.txt", b"phu luc")
    envelope = parse(_bare(encoded=base64.b64encode(packed.getvalue()).decode()))
    assert [one.name for one in envelope.attachments] == ["cong-van.txt", "phu-luc.txt"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<edXML/>", "edxml_not_an_envelope"),
        (_bare().replace(b"<OrganId> H37.09 </OrganId>", b""), "edxml_not_an_envelope"),
        (_bare(encoded="không phải base64 " * 20), "edxml_broken_attachment"),
        (_bare()[:300], "paper_damaged"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]>' + _bare(), "paper_hostile_xml"),
    ],
)
def test_what_is_no_envelope_is_refused_in_one_line(data, code):
    with pytest.raises(Refused) as refusal:
        parse(data, "goi.edxml")
    assert refusal.value.stable_code == code
    assert "goi.edxml" in str(refusal.value)


def test_a_bomb_inside_an_attachment_is_refused():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", b"0" * 60_000_000)
    with pytest.raises(Refused) as refusal:
        parse(_bare(encoded=base64.b64encode(packed.getvalue()).decode()))
    assert refusal.value.stable_code == "paper_archive_bomb"


def test_a_paper_in_an_envelope_is_read_with_the_header_beside_it():
    source = open_paper(write(FULL), "goi.edxml")
    assert source.origin is Origin.EDXML
    assert "Kính gửi: Sở Công Thương" in source.text
    assert source.envelope["number"] == "12"
    assert source.envelope["due"] == "2026-11-15"
    assert source.envelope["read_from"] == "Công văn số 12.txt"
    assert FULL.gives_task


def test_a_zipped_envelope_is_opened():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("goi.edxml", write(FULL))
    assert open_paper(packed.getvalue(), "goi.zip").envelope["number"] == "12"


def test_an_envelope_without_files_is_refused():
    from dataclasses import replace

    with pytest.raises(Refused, match="không kèm tệp văn bản nào"):
        open_paper(write(replace(FULL, attachments=())), "goi.edxml")


def test_the_first_readable_attachment_is_the_paper():
    from dataclasses import replace

    bad = Attachment("hong.pdf", b"%PDF-1.7 hong", "application/pdf", "cid:0")
    source = open_paper(write(replace(FULL, attachments=(bad, *FULL.attachments))), "goi.edxml")
    assert source.envelope["read_from"] == "Công văn số 12.txt"
