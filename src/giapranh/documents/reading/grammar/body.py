"""Body lines joined into paragraphs, whatever made the text: a layout dump, an OCR, a web copy, a transcription."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from dataclasses import dataclass

from . import anchors
from .lines import Line, Para, join, part_of
from .vocabulary import pattern

_BRACKET = re.compile(r"\(\s?(\d|[iv]{1,3})\s?\)")
MARK = re.compile(
    r"^(?:(?:[IVX]{1,5}|\d{1,2}(?:\.\d{1,2}){0,3})\s?[.)]\s*(?=[^\W\d_]|\d{1,3} |[\"“(])|(?:[IVX]{1,5}|\d{1,2})\s?/\s+(?=[^\W\d_])"
    r"|\d{1,2}(?:\.\d{1,2}){1,3}\s+(?=[^\W\d_])"
    r"|\d{1,2}, (?=[A-ZĐ])|\d{1,2}\s?[-–] (?=[^\W\d_a-z][a-zà-ỹđ])"
    r"|[a-zđ]\s?[).]\s*(?=[^\W\d_a-z])|[a-zđ]\)\s?|8\)\s(?=[A-ZĐ])"
    r"|\(\s?(?:\d{1,2}|[a-zđ]|[ivx]{1,4})\s?\)[.:]?\s*(?=\S)"
    r"|[-–—+•ˆ▪●*]\s?(?=[^\W_])|_[—-]\s(?=\S)|[_~=]\s(?=[^\W\d_a-z])"
    r"|(?:Điều|ĐIỀU|Chương|CHƯƠNG|Phần|PHẦN|Mục|MỤC)\s+(?:\d{1,3}|[IVXLC]{1,6}|thứ \w+)\b)"
)
_DASHED = re.compile(r"^[-–—+•ˆ▪●*]|^_[—-]")
_ENDED = re.compile(r"[.;:!?…][\"”')]*$|\./\.?$")
_DANGLING = frozenset((
    "va", "cua", "tai", "ve", "cho", "voi", "trong", "tren", "duoi", "so", "cac", "nhung", "dieu", "khoan", "diem",
    "theo", "den", "tu", "hoac", "hay", "do", "de", "la", "ngay", "thang", "nam", "tinh", "huyen", "xa", "bo", "ban",
    "uy", "thu", "pho", "boi", "duoc", "khi", "cung", "va/hoac",
))  # fmt: skip
_OPEN_HEADING = re.compile(r"\s(?:va|cua|tai|ve|cho|voi|trong|cac|theo|de|la|do|hoac|nhung|den)$|[,(-]$")
# Words that open a paragraph of their own, where neither a gap nor an indent shows it.
_OPENS = re.compile(
    r"(?:rat mong|tren day|trong qua trinh|yeu cau|de nghi|nay |ket qua|giao |nhan duoc|kinh de nghi|tran trong|can cu |thuc hien |de trien khai|ngoai ra|theo do|sau khi|thua lenh|thua uy quyen|[^.;:]{3,60} (?:yeu cau|de nghi|thong bao|ban hanh) )"
)
_BEFORE_NUMBER = re.compile(r"(?:^|\s)(?:dieu|khoan|diem|so|tu|den|ngay|muc|phan|chuong|phu luc)$|[,/(]$")
_FOOTNOTE = re.compile(r"^\(?\d{1,2}\)?(?:\s{1,6}|$)(?=[^\W\d_a-z]|$)|^\[\d{1,2}\]\s")


@dataclass(slots=True)
class _Shape:
    """How the text is set: full width of a line, the left margin, whether paragraphs are indented or unwrapped."""

    full: int
    margin: int
    indented: bool
    unwrapped: bool


def paragraphs(lines: list[Line]) -> list[Para]:
    """The lines as paragraphs; page numbers dropped, footnotes set apart."""
    kept, notes = _without_page_furniture(lines)
    if not kept and not notes:
        return []
    shape = _shape(kept)
    groups: list[list[Line]] = []
    turned = _behind_page_numbers(lines)
    for line in kept:
        if groups and ((line.start in turned and _halved(groups[-1], line)) or not _begins(groups[-1], line, shape)):
            groups[-1].append(_without_speck(line))
        else:
            groups.append([line])
    out = [piece for g in groups for piece in _lettered(join(g))]
    out += [join(g, note=True) for g in notes]
    return [p for p in out if p.text]


def _behind_page_numbers(lines: list[Line]) -> frozenset[int]:
    """Where the lines begin that stand right behind the number of a page."""
    return frozenset(b.start for a, b in itertools.pairwise(lines) if anchors.PAGE_NUMBER.match(a.folded))


def _halved(group: list[Line], line: Line) -> bool:
    """Whether a page's end cut a sentence behind a semicolon or a comma: it goes on in small letters, without a mark."""
    return line.text[:1].islower() and not MARK.match(line.text) and group[-1].text.endswith((";", ","))


def _without_speck(line: Line) -> Line:
    """A continued line without the dash or dot OCR made of a speck in the margin."""
    if line.text[0] not in "-–.:_'`":
        return line
    speck = re.match(r"[-–.:_'`]+\s+(?=[^\W\d_])", line.text)
    if speck and line.text[speck.end()].islower():
        return part_of(line, speck.end(), len(line.text))
    return line


def _without_page_furniture(lines: list[Line]) -> tuple[list[Line], list[list[Line]]]:
    kept: list[Line] = []
    notes: list[list[Line]] = []
    in_note = False
    for i, line in enumerate(lines):
        if anchors.PAGE_NUMBER.match(line.folded) or anchors.RULE.match(line.folded):
            following = lines[i + 1] if i + 1 < len(lines) else None
            is_note = (
                following is not None
                and line.indent > 2
                and following.indent > line.indent
                and not following.blank_before
                and line.text.isdigit()
                and len(following.text) > 12
            )
            if is_note and int(line.text) < 60:
                in_note = True
                notes.append([])
            elif in_note:
                in_note = False
            continue
        if in_note and line.new_page:
            in_note = False
        if (
            not in_note and line.blank_before and line.indent > 3 and re.match(r"^\d{1,2}\s{2,6}[A-ZĐ]", line.text)
        ) or (not in_note and _lone_note(lines, i)):
            in_note = True
            notes.append([])
        if in_note:
            if re.match(r"^\d{1,2}\s{2,6}[A-ZĐ]", line.text) and notes[-1]:
                notes.append([])
            notes[-1].append(line)
        else:
            kept.append(line)
    return kept, [n for n in notes if n]


_FIRST_LETTER = re.compile(r"^[^:;]{6,150}: (?=a\) )")
_NEXT_LETTER = re.compile(r"(?<=; )(?=([b-eđ])\) )")


def _lettered(para: Para) -> list[Para]:
    """ "Đề nghị Sở X: a) …; b) …; c) …" in one paragraph, as the heading and its items."""
    first = _FIRST_LETTER.match(para.text)
    if first is None:
        return [para]
    cuts = [0, first.end()]
    for wanted, m in zip("bcdđe", _NEXT_LETTER.finditer(para.text, first.end()), strict=False):
        if m.group(1) != wanted:
            break
        cuts.append(m.start())
    if len(cuts) < 3:
        return [para]
    return [para.part(a, b) for a, b in itertools.pairwise([*cuts, len(para.text)])]


def _lone_note(lines: list[Line], i: int) -> bool:
    """Whether "1 Báo cáo số …", set apart at the foot of a page, is a note: the page ends with it."""
    line = lines[i]
    if not line.blank_before or not re.match(r"\d{1,2} [A-ZĐ]", line.text):
        return False
    return i + 1 < len(lines) and (lines[i + 1].new_page or bool(anchors.PAGE_NUMBER.match(lines[i + 1].folded)))


def _shape(lines: list[Line]) -> _Shape:
    if not lines:
        return _Shape(80, 0, False, False)
    lengths = sorted(len(x.text) + x.indent for x in lines)
    full = lengths[min(len(lengths) - 1, int(0.9 * len(lengths)))]
    counts = Counter(x.indent for x in lines)
    margin = min((k for k, n in counts.items() if n >= max(2, len(lines) // 12)), default=min(counts))
    inside = sum(n for k, n in counts.items() if k <= margin + 1)
    set_in = sum(n for k, n in counts.items() if margin + 3 <= k <= margin + 16)
    return _Shape(full, margin, set_in >= 2 and inside >= 1 and set_in + inside >= 0.5 * len(lines), full > 135)


def _begins(group: list[Line], line: Line, shape: _Shape) -> bool:
    before = group[-1]
    ended = bool(_ENDED.search(before.text))
    small = line.text[:1].islower()
    if shape.unwrapped:
        if ended or not small or MARK.match(line.text):
            return (
                ended or len(before.text) > 60 or bool(MARK.match(line.text)) or not _OPEN_HEADING.search(before.folded)
            )
        return False
    short = len(before.text) + before.indent < 0.8 * shape.full
    flush = line.indent <= shape.margin + 1
    dangling = _dangles(before.folded)
    mark = MARK.match(line.text)
    inside = flush if shape.indented else not short
    # A dash that had room on the line above was put on a new one on purpose.
    room = len(before.text) + before.indent + 2 + len(line.text[:24].split(" ", 2)[-1].split(" ")[0]) < shape.full - 4
    inside = inside and not room
    dash = bool(mark and _DASHED.match(line.text))
    if dash and not ended and not before.caps and not _heading(group) and not line.blank_before and inside:
        return False
    if mark and not ended and _DASHED.match(line.text) and line.text[mark.end() : mark.end() + 1].islower():
        return False
    if len(group) == 1 and not line.blank_before and _UNFINISHED.fullmatch(before.text):
        return False
    if short and not ended and _opens_duty(group, line):
        return True
    if _heads_a_verb(group, line, shape):
        return True
    if mark and _goes_on_counting(group, line):
        return False
    if mark and not (_BEFORE_NUMBER.search(before.folded) and not line.blank_before and re.match(r"\d", line.text)):
        return not (small and not ended and not re.match(r"^[a-zđ]\s?[).]", line.text))
    if _heading(group) and not ended and short and not small and not _OPEN_HEADING.search(before.folded):
        return True
    if line.blank_before:
        if ended:
            return not (small and before.text.endswith((";", ":")) is False and _abbreviated(before))
        if small or dangling:
            return False
        if shape.indented:
            return not (flush and not short and not before.caps)
        return short or before.caps or line.caps
    if before.caps != line.caps and (before.caps or (line.caps and len(line.text) > 12)):
        return not small
    if shape.indented:
        if small and not ended:
            return False
        return line.indent >= shape.margin + 3 or (ended and short and not before.text.endswith(","))
    if ended and not small and (_OPENS.match(line.folded) or len(before.text) + before.indent < 0.9 * shape.full):
        return True
    return ended and short and not small


# A marker alone, or one with the mere head of a name: a web copy broke the line there.
_UNFINISHED = re.compile(
    r"(?:Điều\s+\d{1,3}|\d{1,2}(?:\.\d{1,2}){0,2}|[a-zđ])\s?[.):](?: (?:Sở|Bộ|Ủy|Uỷ|Ủy ban|Uỷ ban|UBND|Ban|Phòng|Chi cục|Trung tâm|Giao|Giao Sở|Giám đốc|Giám đốc Sở))?|[-+]"
)
_CAPITAL_DUTY = re.compile(
    r"(?:Chủ trì|Phối hợp|Tham mưu|Chỉ đạo|Hướng dẫn|Xây dựng|Tổ chức|Tiếp tục|Tăng cường|Rà soát|Triển khai|Thực hiện|Chủ động|Theo dõi|Bố trí|Tổng hợp)\b"
)


def _opens_duty(group: list[Line], line: Line) -> bool:
    """Whether a duty begins under a numbered heading that a web copy broke into several lines."""
    if len(group) < 2 or line.blank_before or not MARK.match(group[0].text) or not _CAPITAL_DUTY.match(line.text):
        return False
    return sum(len(x.text) for x in group) < 80 and not re.search(r"[.;,]", "".join(x.text[4:] for x in group))


def _heads_a_verb(group: list[Line], line: Line, shape: _Shape) -> bool:
    """Whether a duty begins on a new line below the numbered names of those who have it: its verb had room above."""
    before = group[-1]
    if len(group) > 2 or line.blank_before or not line.text[:1].isupper() or not MARK.match(group[0].text):
        return False
    if _dangles(before.folded) or re.search(r"[.;:,]$|(?<=..\D)[.;:]", before.text) or before.caps:
        return False
    verb = pattern("long duty").match(line.folded)
    room = len(before.text) + before.indent + 1 + len(line.text.split(" ", 1)[0]) < shape.full - 4
    return verb is not None and room and not line.text[: verb.end()].istitle()


_COUNTED = {"2": "1", "3": "2", "4": "3", "5": "4", "6": "5", "ii": "i", "iii": "ii", "iv": "iii", "v": "iv"}


def _goes_on_counting(group: list[Line], line: Line) -> bool:
    """Whether "(ii) …" at the head of a line goes on counting what "…: (i) …" began inside the paragraph."""
    m = _BRACKET.match(line.folded)
    before = _COUNTED.get(m.group(1)) if m else None
    if before is None:
        return False
    return any(
        x.folded.find(f"({before})", 1 if i == 0 else 0) > 0 or (i and x.folded.startswith(f"({before})"))
        for i, x in enumerate(group)
    )


def _dangles(folded: str) -> bool:
    """Whether the line ends with a word or a sign that nothing ends with."""
    return folded.endswith((",", "/", "(", "-")) or folded.rsplit(None, 1)[-1] in _DANGLING


def _heading(group: list[Line]) -> bool:
    return len(group) == 1 and bool(MARK.match(group[0].text)) and len(group[0].text) < 60


def _abbreviated(line: Line) -> bool:
    return bool(re.search(r"\b(?:TP|Tp|KT|TM|TL|St|Q|P|Tr)\.$", line.text))
