"""Small helpers to read a sentence or a small paper in a test."""

from __future__ import annotations

from giapranh.documents.reading.grammar import read
from giapranh.documents.reading.grammar.deadlines import FoundDue, find_due
from giapranh.documents.reading.grammar.lines import Para, join, lines_of
from giapranh.documents.reading.grammar.phrases import phrase_at
from giapranh.documents.reading.grammar.units import split
from giapranh.documents.reading.schema import DateParts, Directive, Origin, Reading, SourceText

ISSUED = DateParts(1, 8, 2025)


def plain(text: str) -> Reading:
    return read(SourceText(text, Origin.PLAIN))


def para(text: str) -> Para:
    return join(lines_of(text))


def names(text: str) -> list[str]:
    whole = para(text)
    return [u.name for u in split(whole, 0, len(whole.text))]


def named_at_start(text: str) -> list[str]:
    found = phrase_at(para(text), 0)
    return [u.name for u in found.units] if found else []


def due(text: str, issued: DateParts | None = ISSUED) -> FoundDue | None:
    whole = para(text)
    return find_due(whole, 0, len(whole.text), [], issued)


LETTER = """ỦY BAN NHÂN DÂN                 CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
TỈNH HÒA BÌNH                      Độc lập - Tự do - Hạnh phúc

Số: 218/UBND-KTN                   Hòa Bình, ngày 01 tháng 8 năm 2025
V/v tăng cường quản lý đê điều

Kính gửi: Các sở, ban, ngành.

{body}

Nơi nhận:                                       TM. ỦY BAN NHÂN DÂN
- Như trên;                                          CHỦ TỊCH
- Lưu: VT, KTN.

                                                   Bùi Văn Khánh
"""


def letter(body: str) -> Reading:
    return plain(LETTER.format(body=body))


def given(body: str) -> list[Directive]:
    return [d.value for d in letter(body).directives]


def leads(task: Directive) -> list[str]:
    return [v.value for v in task.lead]


def partners(task: Directive) -> list[str]:
    return [v.value for v in task.coordinating]


INTRO = "Ủy ban nhân dân tỉnh yêu cầu các cơ quan, đơn vị thực hiện các nội dung sau:\n\n"
NEXT = "\n\n9. Sở Y tế chuẩn bị thuốc men."


def first(sentence: str) -> Directive:
    """The only duty of a numbered item among others."""
    task, last = given(INTRO + "1. " + sentence + NEXT)
    assert leads(last) == ["Sở Y tế"]
    return task
