"""Whether a name goes on past a word that could be a verb, or that nobody has listed: the words behind it tell."""

from __future__ import annotations

import re

from .folding import fold
from .lines import Para
from .vocabulary import body_at, fields, named_at, pattern

# Nothing but the name itself stands before these.
_OPENS_DUTY = (
    "chủ trì|có trách nhiệm|chịu trách nhiệm|được (?:giao|phân công)|là (?:cơ quan|đơn vị|đầu mối|thường trực)|"
    "(?:làm|giữ vai trò) đầu mối"
)
# Between these and a verb no object has room: what stands right before them is no verb.
_NO_OBJECT = "phoi hop (?:voi|cung)|khan truong|chu dong|tiep tuc|can cu|tham muu|theo doi|ra soat|tong hop"
_NO_MORE = (
    "(?!(?:các|những|một số|mọi|từng|việc|nội dung|nhiệm vụ|theo|cho|để|nhằm|tại|trong|trên|khi|đã|đang|được|chưa|sẽ)"
    r"(?!\w))"
)
_WORDS = rf"(?: (?:và )?{_NO_MORE}[^\W\d_]+)"
_CLOSED = re.compile(rf"{_WORDS}{{0,6}}?(?: ?:| (?:{_OPENS_DUTY})(?!\w))")
_CLOSED_AT_ONCE = re.compile(rf" (?:{_OPENS_DUTY}|{_NO_OBJECT})(?!\w)")
_ENDS = re.compile(rf"{_WORDS}{{0,3}}(?=[,;.)]|$)")
_GOES_ON = re.compile(rf"{_WORDS}{{0,3}}? (?:và|-|–) (?=[^\W\d_a-z])")
_OBJECT = re.compile(r"(?:^|[ ,])(?P<verb>[^\W\d_a-z][a-zà-ỹ]* [a-zà-ỹ]+) $")
_COMPOUND = re.compile(r"(?:^ ?|(?P<before>\S+) )(?P<word>[^\W\d_a-z][^\W\d_]*) $")
_LEVELS = frozenset(["tỉnh", "thành", "phố", "huyện", "quận", "thị", "xã", "trấn", "phường", "khu", "thôn", "bản"])
_PLACED = re.compile(
    r"(?: (?:các )?(?:tỉnh|thành phố|huyện|quận|thị xã|xã|phường|thị trấn|đặc khu|khu vực|cấp xã|trung ương|Trung ương)"
    r"(?: [^\W\d_a-z]\w*)*)* ?"
)
_HEADING = 110  # characters of the longest heading


def is_complete(text: str, begin: int, known: list[tuple[int, int]], at: int) -> bool:
    """Whether a name is whole right before ``at``: a name of the dictionary, or a head that needs none, and its place."""
    whole = next((b for _, b in reversed(known) if b <= at), begin)
    if whole == begin and text[begin : begin + 1] != " ":
        return False
    return (whole > begin or at > begin + 1) and _PLACED.fullmatch(text, whole, at) is not None


def verb_in_name(para: Para, begin: int, start: int, end: int, complete: bool) -> bool:
    """Whether the verb from ``start`` to ``end`` belongs to the name before it ("Phòng Kế hoạch đầu tư: …")."""
    if complete:
        return False
    if _wants_object(para.text, begin, start):
        return True
    return bool(_CLOSED.match(para.text, end) or _CLOSED_AT_ONCE.match(para.text, end)) or _ends_heading(para, end)


def _ends_heading(para: Para, end: int) -> bool:
    m = _ENDS.match(para.text, end)
    return m is not None and m.end() == len(para.text) and len(para.text) <= _HEADING


def _wants_object(text: str, begin: int, at: int) -> bool:
    """Whether the name has come to a verb in capitals, which only its object completes ("Đội Quản lý …")."""
    m = _OBJECT.search(text[begin:at])
    return m is not None and fold(m.group("verb")) in fields()


def word_in_name(para: Para, begin: int, word: re.Match[str], complete: bool) -> bool:
    """Whether an unknown small word belongs to the name whose head ends at ``begin``."""
    if complete:
        return False
    text, end = para.text, word.end()
    if _second_half(text, begin, word.start()) or _wants_object(text, begin, word.start()):
        return True
    if _CLOSED.match(text, end) or _CLOSED_AT_ONCE.match(text, end):
        return True
    more = _GOES_ON.match(text, end)
    if more and not named_at(text, more.end()):
        return True
    m = _ENDS.match(text, end)
    if m is None or pattern("long duty").search(para.folded, end, m.end()):
        return False
    # After a comma another body of the list must follow.
    return not text.startswith(",", m.end()) or body_at(text, m.end() + 2) is not None


def _second_half(text: str, begin: int, at: int) -> bool:
    """Whether the word goes with the capital one before it ("Tham mưu"), which is no name of a place."""
    m = _COMPOUND.search(text[begin:at])
    if m is None or m.group("word").isupper():
        return False
    before = m.group("before")
    return before is None or not (before[0].isupper() or before in _LEVELS)
