"""What bad input gets: one clear Vietnamese line with a stable code, never a traceback."""

from __future__ import annotations

import io
import zipfile

import pypdf
import pytest
from tests.documents.reading.intake.making import PAPER, docx_of, p, pdf

from giapranh.documents.reading import open_paper
from giapranh.documents.reading.intake import Limits
from giapranh.documents.reading.intake.character import secrecy_mark
from giapranh.documents.reading.intake.refusals import NotForThisSystem
from giapranh.documents.reading.schema import Origin, SourceText
from giapranh.kernel.errors import Refused

WORDS = p("Kính gửi: Các phòng, đơn vị thuộc Sở.")


def _encrypted():
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf(PAPER)))
    writer.encrypt("bí mật", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _zip(**members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), data)
    return out.getvalue()


def _macro():
    out = io.BytesIO(docx_of(WORDS))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("word/vbaProject.bin", b"\xd0\xcf")
    return out.getvalue()


def _ole(*streams):
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 512 + b"".join(s.encode("utf-16-le") for s in streams)


ENTITY = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;">]><edXML>&y;</edXML>'
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><edXML>&x;</edXML>'

BAD = {
    "empty": (b"", "a.pdf", "paper_empty"),
    "only spaces": (b"  \n\t ", "a.txt", "paper_empty"),
    "only zeros": (b"\x00" * 900, "a.docx", "paper_empty"),
    "encrypted pdf": (_encrypted(), "a.pdf", "paper_encrypted"),
    "truncated pdf": (pdf(PAPER)[:400], "a.pdf", "paper_damaged"),
    "pdf in name only": (b"%PDF-1.7\nnothing", "a.pdf", "paper_damaged"),
    "truncated docx": (docx_of(WORDS)[:-60], "a.docx", "paper_damaged"),
    "docx with broken xml": (_zip(word__document_dot_xml="<w:document><w:body>"), "a.docx", "paper_damaged"),
    "docx without body": (_zip(word__document_dot_xml="<document/>"), "a.docx", "paper_damaged"),
    "spreadsheet": (_zip(xl__workbook_dot_xml="<workbook/>"), "a.xlsx", "paper_unknown_format"),
    "plain zip": (_zip(a="x"), "a.zip", "paper_unknown_format"),
    "zip bomb": (_zip(word__document_dot_xml=b"0" * 60_000_000), "a.docx", "paper_archive_bomb"),
    "macro in docx": (_macro(), "a.docx", "paper_macros"),
    "docm": (docx_of(WORDS), "a.docm", "paper_macros"),
    "macro in doc": (_ole("WordDocument", "_VBA_PROJECT"), "a.doc", "paper_macros"),
    "encrypted docx": (_ole("EncryptedPackage"), "a.docx", "paper_encrypted"),
    "old spreadsheet": (_ole("Workbook"), "a.xls", "paper_unknown_format"),
    "renamed program": (b"MZ\x90\x00\x03" + b"\x00" * 800, "a.docx", "paper_executable"),
    "renamed linux program": (b"\x7fELF\x02\x01" + b"\x00" * 800, "a.pdf", "paper_executable"),
    "entities": (ENTITY, "a.xml", "paper_hostile_xml"),
    "entity from outside": (OUTSIDE, "a.xml", "paper_hostile_xml"),
    "entities in docx": (_zip(word__document_dot_xml=ENTITY), "a.docx", "paper_hostile_xml"),
    "other xml": (b"<?xml version='1.0'?><html><body/></html>", "a.xml", "edxml_not_an_envelope"),
    "broken picture": (b"\x89PNG\r\n\x1a\n" + b"\x00\x01" * 300, "a.png", "paper_damaged"),
    "noise": (bytes(range(256)) * 20, "a.bin", "paper_unknown_format"),
    "no letters": (b"12 34 56 -- 78", "a.txt", "paper_no_text"),
    "docx without words": (docx_of("<w:p/>"), "a.docx", "paper_no_text"),
}


@pytest.mark.parametrize(("data", "name", "code"), BAD.values(), ids=BAD)
def test_bad_input_is_refused_in_one_line_that_names_the_file(data, name, code):
    with pytest.raises(Refused) as refusal:
        open_paper(data, name)
    assert refusal.value.stable_code == code
    assert name in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_paper_of_too_many_pages_is_refused():
    pages = [[(70, 100, "Trang có chữ đủ dài để đọc.")]] * 5
    with pytest.raises(Refused, match="có 5 trang, quá giới hạn 4 trang"):
        open_paper(pdf(*pages), "a.pdf", limits=Limits(pages=4))


def test_a_file_over_the_size_limit_is_refused_unread():
    with pytest.raises(Refused, match="quá giới hạn"):
        open_paper(b"a" * 3_000_000, "a.txt", limits=Limits(bytes=2_000_000))


def test_deeply_nested_xml_is_refused_and_does_not_crash():
    deep = "<w:sdt>" * 3000 + WORDS + "</w:sdt>" * 3000
    with pytest.raises(Refused) as refusal:
        open_paper(docx_of(deep), "a.docx")
    assert refusal.value.stable_code == "paper_hostile_xml"


def test_a_folder_in_the_name_is_not_repeated_to_the_reader():
    with pytest.raises(Refused) as refusal:
        open_paper(b"", "phong/ban/a.pdf")
    assert str(refusal.value) == "Tệp a.pdf rỗng (0 byte nội dung): xin gửi lại tệp gốc."


def test_words_that_start_like_a_program_are_still_words():
    assert open_paper("MZ là ký hiệu của mỏ, đề nghị các phòng kiểm tra.".encode(), "a.txt").text.startswith("MZ")


@pytest.mark.parametrize("mark", ["MẬT", "TỐI MẬT", "TUYỆT MẬT", "[ MẬT ]", "Độ mật: Tối mật"])
def test_a_secret_paper_is_refused_with_the_reason(mark):
    text = f"UBND TỈNH LẠNG SƠN        CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\n{mark}\nSố: 05/QĐ-UBND\nKính gửi các đơn vị"
    with pytest.raises(NotForThisSystem, match="không được phép xử lý văn bản mật"):
        open_paper(text.encode(), "a.txt")


def test_a_mark_beside_the_number_counts_too():
    with pytest.raises(NotForThisSystem):
        open_paper("SỞ CÔNG THƯƠNG\nSố: 05/QĐ       TỐI MẬT\nKính gửi các đơn vị".encode(), "a.txt")


@pytest.mark.parametrize(
    "line",
    [
        "bảo vệ bí mật nhà nước, tài liệu mật",
        "Căn cứ Luật Bảo vệ bí mật nhà nước;",
        "V/v rà soát văn bản MẬT đã giải mật",
        "CÔNG TY MẬT ONG HỮU LŨNG",
        "mật",
    ],
)
def test_secret_as_an_ordinary_word_is_no_mark(line):
    assert open_paper(f"SỞ CÔNG THƯƠNG\n{line}\nKính gửi các đơn vị".encode(), "a.txt").text


def test_a_mark_deep_in_an_annex_is_no_mark_of_the_paper():
    text = "Kính gửi các đơn vị\n" + "dòng nội dung\n" * 40 + "MẬT\n"
    assert secrecy_mark(SourceText(text, Origin.PLAIN)) is None


def test_a_mark_badly_read_from_a_scan_still_counts():
    assert secrecy_mark(SourceText("SỞ CÔNG THƯƠNG\nTÓI MẠT\nKính gửi", Origin.SCAN)) == "TỐI MẬT"
