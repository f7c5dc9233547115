"""Routing notes that a receiving office typed onto a born-digital page: another typeface, beside or above the text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from giapranh.kernel.text import search_key

from .canvas import Piece

_SANS = ("arial", "helvetica", "tahoma", "calibri", "verdana", "segoe", "roboto", "liberationsans", "dejavusans")
_STYLE = re.compile(r"^[A-Z]{6}\+|[-,].*$|ps(?:mt)?$|mt$", re.IGNORECASE)
_ROUTING = re.compile(
    r"\b(?:chuyen|kinh chuyen|giao|gui|trinh|phoi hop|trien khai|tham muu|theo doi|bao cao|de biet|d/c|lanh dao)\b"
)
_LEAST_LETTERS = 15
_MOST_SHARE = 0.3


def family(font: str | None) -> str:
    """The typeface without subset prefix and style: "ABCDEF+Arial-BoldMT" is "arial"."""
    name = (font or "").replace(" ", "")
    previous = None
    while previous != name:
        previous, name = name, _STYLE.sub("", name)
    return name.lower()


def typed_notes(pieces: Sequence[Piece], height: float) -> tuple[list[Piece], str | None]:
    """The pieces of the paper itself, and the words of a routing note if there is one in the page's upper half."""
    letters: Counter[str] = Counter()
    for piece in pieces:
        letters[family(piece.font)] += len(piece.text)
    if len(letters) < 2 or _is_sans(letters.most_common(1)[0][0]):
        return list(pieces), None
    foreign = [piece for piece in pieces if _is_sans(family(piece.font)) and piece.y1 < 0.5 * height]
    size = sum(len(piece.text) for piece in foreign)
    if size < _LEAST_LETTERS or size > _MOST_SHARE * sum(letters.values()):
        return list(pieces), None
    said = " ".join(piece.text for piece in sorted(foreign, key=lambda p: (round(p.y0 / 6), p.x0)))
    if not _ROUTING.search(search_key(said)):
        return list(pieces), None
    return [piece for piece in pieces if piece not in foreign], said


def _is_sans(name: str) -> bool:
    return name.startswith(_SANS)
