"""Plain text and Markdown in the encodings they were typed in."""

from __future__ import annotations

import unicodedata

import pytest

from giapranh.documents.reading import open_paper, repair
from giapranh.documents.reading.intake.limits import Limits
from giapranh.documents.reading.schema import Origin
from giapranh.kernel.errors import Refused

TEXT = (
    "ỦY BAN NHÂN DÂN TỈNH LẠNG SƠN\nCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\n\n"
    "Kính gửi: Các phòng, đơn vị thuộc Sở.\nĐề nghị các đơn vị thực hiện trước ngày 15/12/2026./.\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_unicode_writing_gives_the_same_text(encoding):
    source = open_paper(TEXT.encode(encoding), "a.txt")
    assert (source.text, source.origin) == (TEXT, Origin.PLAIN)


def test_decomposed_text_is_composed():
    assert open_paper(unicodedata.normalize("NFD", TEXT).encode(), "a.txt").text == TEXT


def test_windows_1258_is_recognised():
    words = "ban hành quy chế phối hợp, đề nghị phòng Khoáng sản báo cáo"
    typed = "".join(_shape_and_tone(sign) for sign in words).encode("cp1258")
    source = open_paper(typed, "a.txt")
    assert source.text == words
    assert [remark.code for remark in source.remarks][:1] == ["legacy_encoding"]


def _shape_and_tone(sign):
    """A letter as Windows-1258 has it: the shape in one sign, the tone in the next."""
    decomposed = unicodedata.normalize("NFD", sign)
    tones = [c for c in decomposed if c in "\u0300\u0301\u0303\u0309\u0323"]
    shape = unicodedata.normalize("NFC", "".join(c for c in decomposed if c not in tones))
    return shape + "".join(tones)


def test_tcvn3_bytes_are_recognised():
    table = {value: key for key, value in zip(repair._TCVN3_KEYS, repair._TCVN3_VALUES, strict=True)}
    words = "ủy ban nhân dân tỉnh đề nghị các phòng, đơn vị thuộc sở triển khai thực hiện kế hoạch"
    source = open_paper("".join(table.get(sign, sign) for sign in words).encode("latin-1"), "a.txt")
    assert source.text == words


def test_vni_bytes_are_recognised():
    typed = "UÛy ban nhaân daân tænh ñeà nghò caùc phoøng, ñôn vò thuoäc sôû trieån khai thöïc hieän keá hoaïch"
    source = open_paper(typed.encode("cp1252"), "a.txt")
    assert source.text == "Ủy ban nhân dân tỉnh đề nghị các phòng, đơn vị thuộc sở triển khai thực hiện kế hoạch"


def test_markdown_signs_are_not_part_of_the_paper():
    source = open_paper(
        "# THÔNG BÁO\n\n***Nơi nhận:***\n\\- Như trên;  \n**KT. GIÁM ĐỐC**\n(*) ghi chú".encode(), "a.md"
    )
    assert source.text == "THÔNG BÁO\n\nNơi nhận:\n- Như trên;\nKT. GIÁM ĐỐC\n(*) ghi chú"


def test_a_paper_in_english_is_read_and_said_to_be_foreign():
    source = open_paper(
        b"Dear Sir, we would like to invite you to the annual meeting of the board in October.", "a.txt"
    )
    assert [remark.code for remark in source.remarks] == ["not_vietnamese_paper"]


def test_a_vietnamese_paper_gets_no_such_remark():
    assert open_paper(TEXT.encode(), "a.txt").remarks == ()


def test_a_text_longer_than_any_paper_is_refused_in_one_line():
    with pytest.raises(Refused, match="hơn 100 ký tự") as refusal:
        open_paper(("Sở Nông nghiệp và Môi trường báo cáo. " * 10).encode(), "dài.txt", limits=Limits(characters=100))
    assert refusal.value.stable_code == "paper_too_many_pages"
