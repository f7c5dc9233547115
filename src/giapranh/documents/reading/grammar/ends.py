"""Whether a name goes on past a word that could be a verb, or that nobody has listed: the words behind it tell."""

from __future__ import annotations

import re

from .lines import Para
from .vocabulary import body_at, pattern

# Nothing but the name itself stands before these.
_OPENS_DUTY = (
    "chu tri|co trach nhiem|chiu trach nhiem|duoc (?:giao|phan cong)|la (?:co quan|don vi|dau moi|thuong truc)|"
    "(?:lam|giu vai tro) dau moi"
)
# Between these and a verb no object has room: what stands right before them is no verb.
_NO_OBJECT = "phoi hop (?:voi|cung)|khan truong|chu dong|tiep tuc|can cu|tham muu|theo doi|ra soat|tong hop"
_NO_MORE = (
    r"(?!(?:cac|nhung|mot so|moi|tung|viec|noi dung|nhiem vu|theo|cho|de|nham|tai|trong|tren|khi|da|dang|duoc)\b)"
)
_WORDS = rf"(?: (?:va )?{_NO_MORE}[A-Za-z&]+)"
_CLOSED = re.compile(rf"{_WORDS}{{0,6}}?(?: ?:| (?:{_OPENS_DUTY})\b)")
_CLOSED_AT_ONCE = re.compile(rf" (?:{_OPENS_DUTY}|{_NO_OBJECT})\b")
_ENDS = re.compile(rf"{_WORDS}{{0,3}}(?=[,;.)]|$)")
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


def verb_in_name(para: Para, end: int, masked: str, complete: bool) -> bool:
    """Whether the verb that ends at ``end`` belongs to the name before it ("Phòng Kế hoạch đầu tư: …")."""
    if complete:
        return False
    return bool(_CLOSED.match(masked, end) or _CLOSED_AT_ONCE.match(masked, end)) or _ends_heading(para, end, masked)


def _ends_heading(para: Para, end: int, masked: str) -> bool:
    m = _ENDS.match(masked, end)
    return m is not None and m.end() == len(para.text) and len(para.text) <= _HEADING


def word_in_name(para: Para, begin: int, word: re.Match[str], masked: str, complete: bool) -> bool:
    """Whether an unknown small word belongs to the name whose head ends at ``begin``."""
    if complete:
        return False
    if _second_half(para.text, begin, word.start()):
        return True
    if _CLOSED.match(masked, word.end()) or _CLOSED_AT_ONCE.match(masked, word.end()):
        return True
    m = _ENDS.match(masked, word.end())
    if m is None or pattern("long duty").search(para.folded, word.end(), m.end()):
        return False
    # After a comma another body of the list must follow.
    return not para.text.startswith(",", m.end()) or body_at(para.text, m.end() + 2) is not None


def _second_half(text: str, begin: int, at: int) -> bool:
    """Whether the word goes with the capital one before it ("Tham mưu"), which is no name of a place."""
    m = _COMPOUND.search(text[begin:at])
    if m is None or m.group("word").isupper():
        return False
    before = m.group("before")
    return before is None or not (before[0].isupper() or before in _LEVELS)
