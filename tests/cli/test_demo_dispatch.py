"""The dispatch the demo starts from: text and .docx say the same, number and day are blank."""

from __future__ import annotations

from io import BytesIO

from docx import Document

from giapranh.cli.demo_data.make_dispatch import dispatch_docx, dispatch_paper, dispatch_text
from giapranh.documents.reading import read_paper


def _words_of(data: bytes) -> str:
    document = Document(BytesIO(data))
    cells = [p.text for t in document.tables for row in t.rows for cell in row.cells for p in cell.paragraphs]
    return " ".join(" ".join([*cells, *(p.text for p in document.paragraphs)]).split())


def test_the_docx_holds_every_paragraph_of_the_text():
    written = _words_of(dispatch_docx())
    for block in dispatch_paper().body:
        assert block.words.removesuffix("./.") in written


def test_number_and_day_are_blank_and_month_and_year_are_not():
    paper = dispatch_paper()
    assert (paper.number, paper.symbol) == (None, "STNMT-NKS")
    assert (paper.day, paper.month, paper.year) == (None, 11, 2024)


def test_five_duties_stand_in_the_body_one_of_them_without_a_number():
    body = [block.words for block in dispatch_paper().body][1:-1]
    assert [words[:2] for words in body] == ["1.", "2.", "3.", "Đô", "4."]


def test_the_docx_is_marked_as_illustrative_and_the_text_is_plain():
    assert dispatch_paper().mark == "Văn bản minh họa"
    assert "minh họa" not in dispatch_text()


def test_the_same_dispatch_gives_the_same_bytes():
    assert dispatch_docx() == dispatch_docx()


def test_text_and_docx_are_read_alike_into_five_duties_with_their_offices():
    from_text, from_docx = (
        read_paper(data, name)
        for data, name in ((dispatch_text().encode(), "dispatch.txt"), (dispatch_docx(), "dispatch.docx"))
    )
    assert [duty.value.n for duty in from_text.directives] == ["1", "2", "3", "3+", "4"]
    for ours, theirs in zip(from_text.directives, from_docx.directives, strict=True):
        assert [lead.value for lead in ours.value.lead] == [lead.value for lead in theirs.value.lead]
    assert [duty.value.lead[0].value for duty in from_text.directives][1:] == [
        "Phòng Quản lý môi trường",
        "Phòng Quản lý Tài nguyên nước và Khoáng sản",
        "Phòng Quản lý Tài nguyên nước và Khoáng sản",
        "Thanh tra Sở",
    ]
