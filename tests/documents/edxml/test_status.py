"""Status replies: what became of a paper."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from giapranh.documents.edxml import Organ, ResponseFor, Staff, Status, StatusCode, parse_status, write_status
from giapranh.documents.edxml.status import STATUS_WORDS
from giapranh.kernel.clock import VIETNAM
from giapranh.kernel.errors import Refused

ABOUT = ResponseFor("H37.09", "12/SNNMT-NKS", date(2026, 10, 5), "H37.09,2026/10/05,12/SNNMT-NKS")
REPLY = Status(
    code=StatusCode.REFUSED,
    sender=Organ("H05.09", "Sở Nông nghiệp và Môi trường"),
    about=ABOUT,
    at=datetime(2026, 10, 5, 9, 0, 0, tzinfo=VIETNAM),
    description="Không thuộc thẩm quyền",
    staff=Staff("Văn phòng", "Lê Thị Chi"),
)


def test_a_reply_reads_back_the_same():
    assert parse_status(write_status(REPLY)) == REPLY


def test_every_state_has_its_words():
    assert set(STATUS_WORDS) == set(StatusCode)


def test_a_state_without_its_leading_zero_is_understood():
    data = write_status(REPLY).replace(b">02<", b">2<")
    assert parse_status(data).code is StatusCode.REFUSED


def test_an_unknown_state_is_refused_and_never_guessed():
    with pytest.raises(Refused, match="trạng thái lạ “77”"):
        parse_status(write_status(REPLY).replace(b">02<", b">77<"))


def test_another_xml_is_no_reply():
    with pytest.raises(Refused, match="không phải phản hồi trạng thái"):
        parse_status(b"<edXML/>")
