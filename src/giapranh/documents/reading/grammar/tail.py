"""The foot of a paper: who gets copies, what is kept, who signs (documents §1.1 boxes 7–9, §1.5)."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from functools import cache

from . import anchors
from .data import bodies
from .folding import fold
from .lines import Line, Para, columns, join, part_of

_SIGN_AND_GAP = re.compile(r"[;.:,)]\s+")
_BEHIND_A_SIGN = re.compile(r"(?<=[;.:,)])\s+(\S.*)$")
_WORDY = re.compile(r"\w{2}")
_DASH = re.compile(r"^(?:[-–—_=+•ˆ*]\s?){1,3}(?=\S)|^[.:]\s?-\s?")
_CAPITAL = "A-ZĐÀ-ẠẢẤẦẨẪẬẮẰẲẴẶẸẺẼẾỀỂỄỆỈỊỌỎỐỒỔỖỘỚỜỞỠỢỤỦỨỪỬỮỰỲỴỶỸƠƯĂÂÊÔ"
_NAME = re.compile(r"^(?:[^\W\d_a-z][\w’']*\s){1,4}[^\W\d_a-z][\w’']*$")
_AUTHORITY = re.compile(
    r"(?<![\w.])(?:(?:TM|T/M|KT|K/T|TL|T/L|TUQ|T\.M|K\.T|T\.L|TUN|Q)\s?[./]\s?|[TK]/[MTL]\s)(?=[^\W\d_a-z])"
)
_POSITION = re.compile(
    r"(?<!\w)(?:quyen )?(?:pho |tong |thuong truc )?(?:pho )?(?:chu tich|giam doc|chanh van phong|chanh thanh tra|bo truong|thu truong|cuc truong|vu truong|vien truong|truong phong|truong ban|truong|chi cuc truong|hieu truong|bi thu|chu nhiem|chanh an|thong doc|thu tuong|thu truong|tu lenh|chi huy truong|tong thanh tra|hat truong|doi truong|chanh|uy vien|thu ky|to truong|pho ban|cuc pho|vu pho)\b"
)
# Names of the highlands have one-letter and broken syllables ("A", "H'Bia").
_SYLLABLE = re.compile(r"^[^\W\d_](?:[’'][^\W\d_]?)?[^\W\d_A-Z]*$")
_TRAILING_NAME = re.compile(r"(?<=\s)([^\W\d_a-z](?:[a-zà-ỹ]+)?)(?: [^\W\d_a-z](?:[’']?[^\W\d_a-z]?[a-zà-ỹ]+)){2,3}$")
_RANK = re.compile(
    r"^(?:(?:Đại|Thượng|Trung|Thiếu) (?:tướng|tá|úy)|(?:PGS|GS|TS|ThS|BS|KS|CN|LS|BSCKI{1,2}|NGƯT|NGND)\b\.?,?)\s*",
    re.I,
)
_SMALL_CHAIN = re.compile(
    r"^(?:(?:TM|KT|TL|TUQ|Q)\.? )?(?:Phó |Tổng |Quyền )?(?:Chủ tịch|Giám đốc|Chánh Văn phòng|Bộ trưởng|Thứ trưởng|Cục trưởng|Vụ trưởng|Trưởng phòng|Trưởng ban|Chi cục trưởng|Hiệu trưởng|Bí thư|Phó Giám đốc|Phó Chủ tịch|Phó Chánh Văn phòng|Tổng Giám đốc|Viện trưởng|Chánh Thanh tra)(?: [^\W\d_].{0,40})?$"
)
_NEXT_RANK = re.compile(
    r"\s+(?=(?:KT|TL|TM|TUQ|K/T|T/M|T/L)[./]|PHÓ (?:CHỦ|GIÁM|TRƯỞNG|CHÁNH|VỤ|CỤC|TỔNG|BÍ|VIỆN)\b|(?<=NHÂN DÂN )CHỦ TỊCH)"
)
_ONLY_NOTE = re.compile(r"^\([^)]*\)[;.,]?$")
_SIGNED = re.compile(r"^\(?(?:da ky|ky boi|nguoi ky|da ky dien tu|ky dien tu)\b.*")


@dataclass(slots=True)
class Tail:
    """The foot as found: ``start`` is its first line, ``end`` the first line after it."""

    start: int
    end: int
    items: list[Para] = field(default_factory=list)
    kept: Para | None = None
    chain: list[Line] = field(default_factory=list)
    name: Line | None = None


@cache
def _surnames() -> frozenset[str]:
    return frozenset(fold(s) for s in bodies()["surnames"])


def read_tail(lines: list[Line], after: int) -> Tail:
    """The foot after line ``after``; an empty one at the end when the paper shows none."""
    at = next((i for i in range(after, len(lines)) if anchors.copies_at(lines[i])), None)
    signed = _signature_at(lines, after, at if at is not None else len(lines))
    if at is None:
        return _without_copies(lines, signed)
    tail = Tail(signed if signed is not None else at, len(lines))
    left, right = _columns(lines, at, tail)
    above = [lines[i] for i in range(signed, at)] if signed is not None else []
    tail.items = _items(left, tail)
    for piece in [*above, *right]:
        _signer_piece(piece, tail)
    return tail


def _without_copies(lines: list[Line], signed: int | None) -> Tail:
    if signed is None:
        return Tail(len(lines), len(lines))
    tail = Tail(signed, len(lines))
    for i in range(signed, min(signed + 14, len(lines))):
        for piece in columns(lines[i]):
            _signer_piece(piece, tail)
        if tail.name is not None:
            tail.end = i + 1
            break
    return tail


def _signature_at(lines: list[Line], after: int, stop: int) -> int | None:
    """The first line of a block of signature that stands before the list of copies (or without one)."""
    end = next((i for i in range(after, stop) if anchors.END_MARK.search(lines[i].text)), None)
    first = end + 1 if end is not None else max(after, stop - 14)
    for i in range(first, min(stop, first + 14 if end is not None else stop)):
        line = lines[i]
        if line.caps and len(line.text) < 90 and (_AUTHORITY.match(line.text) or _POSITION.match(line.folded)):
            return i
    return None


def _columns(lines: list[Line], at: int, tail: Tail) -> tuple[list[Line], list[Line]]:
    left: list[Line] = []
    right: list[Line] = []
    column = _right_column(lines, at)
    kept_at: int | None = None
    for i in range(at, len(lines)):
        line = lines[i]
        if i > at and _past(line, i, at, kept_at, right, lines):
            tail.end = i
            break
        rest = line
        if i == at:
            m = anchors.copies_at(line)
            rest = part_of(line, m.end() if m else 0, len(line.text))
            if not rest.text:
                continue
        for piece in columns(rest):
            if piece.indent >= column and (_DASH.match(piece.text) is None or piece.indent > column + 20):
                right.append(piece)
                continue
            body, cuts = _cut_signer(piece, i > at or bool(left), bool(right))
            right += cuts
            if body is not None and not anchors.PAGE_NUMBER.match(body.folded):
                left.append(body)
                if anchors.KEPT.match(body.folded):
                    kept_at = i
    return left, right


def _right_column(lines: list[Line], at: int) -> int:
    """Where the column of the signature starts, 10⁶ when the text shows no columns."""
    pieces = [[p for p in columns(x) if p.indent > 28] for x in lines[at : at + 40]]
    starts = [p.indent for row in pieces for p in row if _AUTHORITY.match(p.text)]
    starts += [p.indent for row in pieces[:12] for p in row if p.caps]
    return min(starts) - 14 if starts else (30 if any(x.indent > 30 for x in lines[at : at + 25]) else 10**6)


def _past(line: Line, i: int, at: int, kept_at: int | None, right: list[Line], lines: list[Line]) -> bool:
    """Whether the foot is over: an annex, a note, or anything long after what is kept."""
    if anchors.ANNEX.match(line.folded) or anchors.NATION.search(line.folded):
        return True
    if kept_at is None:
        return i > at + 70 or (len(line.text) > 160 and not _DASH.match(line.text) and i > at + 3)
    if re.match(r"^\(\d{1,2}\)\s|^\[\d{1,2}\]\s|^\d{1,2}\s{1,4}[A-ZĐ]", line.text):
        return True
    named = any(_is_name(x) for x in right)
    if named and (line.new_page or i > kept_at + 1) and not _is_name(line) and not line.text[0].islower():
        return True
    if line.caps and (_AUTHORITY.match(line.text) or _POSITION.search(line.folded)):
        return False
    return i > kept_at + 16 or (i > kept_at + 1 and len(line.text) > 60)


def _cut_signer(piece: Line, listed: bool, signing: bool) -> tuple[Line | None, list[Line]]:
    """A recipient and what an OCR put after it from the column of the signature; ``signing`` once that has begun."""
    text = piece.text
    if listed and len(_parts(piece)) > 1 and not _DASH.match(text):
        return None, [piece]
    if not listed or (piece.caps and (_AUTHORITY.match(text) or _POSITION.search(piece.folded))):
        return (None, [piece]) if piece.caps else (piece, [])
    if not _DASH.match(text) and (
        _is_name(piece, piece.blank_before or signing) or (_SMALL_CHAIN.match(text) and piece.blank_before)
    ):
        return None, [piece]
    m = _BEHIND_A_SIGN.search(text)
    spots = [x.end() for x in _SIGN_AND_GAP.finditer(text)]
    for spot in spots:
        cut = part_of(piece, spot, len(text))
        if cut.caps and len(cut.text) > 6 and (_AUTHORITY.match(cut.text) or _POSITION.match(cut.folded)):
            return part_of(piece, 0, spot), [cut]
        if _is_name(cut) and len(cut.text.split()) >= 3 and text[spot - 2] in ";:.":
            return part_of(piece, 0, spot), [cut]
    if anchors.KEPT.match(_DASH.sub("", piece.folded)):
        named = _TRAILING_NAME.search(text)
        sure = named and (fold(named.group(1)) in _surnames() or (signing and text[named.start() - 2] in ".;)"))
        if named and sure and len(named.group().split()) >= 3:
            return part_of(piece, 0, named.start()), [part_of(piece, named.start(), len(text))]
    if m is None and piece.caps and len(text) > 6 and not _DASH.match(text):
        return None, [piece]
    return piece, []


def _is_name(line: Line, alone: bool = False) -> bool:
    """Whether the line is a person's name; ``alone`` when nothing else can stand there."""
    text = _RANK.sub("", line.text.strip(" .,*"))
    if not _NAME.match(text) or (line.caps and len(text.split()) > 5):
        return False
    words = [w for w in text.split() if not w.endswith(".")]
    if not 2 <= len(words) <= 5 or text.isupper():
        return False
    return fold(words[0]) in _surnames() or (alone and len(words) >= 3 and all(_SYLLABLE.match(w) for w in words))


def _items(left: list[Line], tail: Tail) -> list[Para]:
    if len(left) == 1 and (left[0].text.count(";") > 1 or re.search(r"; ?[-–] ?\w", left[0].text)):
        left = _split_inline(left[0])
    dashed = sum(bool(_DASH.match(x.text)) for x in left) * 2 > len(left) / 2
    groups: list[list[Line]] = []
    for line in left:
        if not _WORDY.search(line.text) or _SIGNED.match(line.folded):
            continue
        if groups and _kept(groups[-1]) and not _DASH.match(line.text) and not groups[-1][-1].text.endswith(","):
            break
        starts = bool(_DASH.match(line.text)) or bool(anchors.KEPT.match(line.folded))
        if not starts and not dashed:
            starts = not groups or groups[-1][-1].text.rstrip().endswith((";", "."))
        if _ONLY_NOTE.match(line.text) and groups:
            starts = False
        if starts or not groups:
            groups.append([line])
        else:
            groups[-1].append(line)
    items = []
    for group in groups:
        m = _DASH.match(group[0].text)
        group[0] = part_of(group[0], m.end() if m else 0, len(group[0].text))
        items.append(join(group))
        if _kept(group):
            tail.kept = items[-1]
    return items


def _split_inline(line: Line) -> list[Line]:
    return [part_of(line, m.start(), m.end()) for m in re.finditer(r"[^;]+;?", line.text)]


def _kept(group: list[Line]) -> bool:
    return bool(anchors.KEPT.match(_DASH.sub("", group[0].folded)))


def _signer_piece(piece: Line, tail: Tail) -> None:
    for part in _parts(piece):
        _take_part(part, tail)


def _parts(piece: Line) -> list[Line]:
    """One cell of a web copy may hold the whole block: "KT. CHỦ TỊCH PHÓ CHỦ TỊCH Lê Văn An"."""
    out: list[Line] = []
    rest = piece
    name = _TRAILING_NAME.search(piece.text)
    if name and piece.text[: name.start()].strip().isupper() and _POSITION.search(piece.folded, 0, name.start()):
        rest = part_of(piece, 0, name.start())
        out.append(part_of(piece, name.start(), len(piece.text)))
    cuts = [0, *(m.end() for m in _NEXT_RANK.finditer(rest.text)), len(rest.text)] if rest.caps else [0, len(rest.text)]
    return [part_of(rest, a, b) for a, b in itertools.pairwise(cuts) if b > a] + out


def _take_part(piece: Line, tail: Tail) -> None:
    if _SIGNED.match(piece.folded):
        return
    if tail.name is None and _is_name(piece, bool(tail.chain)):
        rank = _RANK.match(piece.text)
        tail.name = part_of(piece, rank.end() if rank else 0, len(piece.text))
        return
    if tail.name is None and len(piece.text) < 60 and _SMALL_CHAIN.match(piece.text) and not _DASH.match(piece.text):
        tail.chain.append(piece)
        return
    if not piece.caps or tail.name is not None or ":" in piece.text or len(re.findall(r"[^\W\d_]", piece.text)) < 4:
        return
    if _AUTHORITY.search(piece.text) or _POSITION.search(piece.folded) or (tail.chain and len(piece.text) > 4):
        tail.chain.append(piece)
