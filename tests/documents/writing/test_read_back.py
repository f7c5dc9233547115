"""What the house writes, the house reads: the parts of a paper come back from the .docx."""

from __future__ import annotations

import pytest
from tests.documents.writing.samples import LETTER, REPORT

from giapranh.documents.reading import read_paper
from giapranh.documents.writing import write_docx


@pytest.fixture(scope="module")
def report():
    return read_paper(write_docx(REPORT), "bao-cao.docx")


@pytest.fixture(scope="module")
def letter():
    return read_paper(write_docx(LETTER), "cong-van.docx")


def test_a_report_with_blank_number_and_day(report):
    assert report.kind.value == "Báo cáo"
    assert (report.number, report.symbol.value) == (None, "BC-SMT")
    assert (report.date.value.day, report.date.value.month, report.date.value.year) == (None, 9, 2026)
    assert report.subject.value == REPORT.subject
    assert report.signer.value.name == "Nguyễn Văn An"


def test_a_letter_with_number_addressees_and_authority(letter):
    assert (letter.number.value, letter.symbol.value) == (5, "SMT-QLMT")
    assert [each.value for each in letter.addressees] == ["Phòng Quản lý môi trường", "Chi cục Bảo vệ môi trường"]
    assert letter.signer.value.name == "Trần Thị Bình"
