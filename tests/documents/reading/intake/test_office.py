"""Old Word, RTF and OpenDocument files through LibreOffice, and what is said without it."""

from __future__ import annotations

import pytest

from giapranh.documents.reading import open_paper
from giapranh.documents.reading.intake import office
from giapranh.kernel.errors import Unavailable

RTF = (
    rb"{\rtf1\ansi\ansicpg1258\deff0{\fonttbl{\f0 Times New Roman;}}\uc1\f0 "
    + "".join(c if c.isascii() else f"\\u{ord(c)}?" for c in "Kính gửi: Các phòng, đơn vị thuộc Sở.").encode()
    + rb"\par}"
)


@pytest.mark.slow
@pytest.mark.skipif(office.program() is None, reason="LibreOffice is not installed")
def test_an_rtf_paper_is_converted_and_read():
    source = open_paper(RTF, "a.rtf")
    assert source.text.strip() == "Kính gửi: Các phòng, đơn vị thuộc Sở."
    assert source.remarks[0].code == "converted"


def test_without_libreoffice_the_line_says_what_to_do(monkeypatch):
    monkeypatch.setattr(office, "program", lambda: None)
    with pytest.raises(Unavailable, match=r"cài LibreOffice, hoặc lưu tệp thành \.docx"):
        open_paper(RTF, "a.rtf")
