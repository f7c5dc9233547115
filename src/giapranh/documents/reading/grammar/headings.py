"""Headings and lead-in sentences: which bodies they name for what stands below them."""

from __future__ import annotations

import re
from collections.abc import Callable

from . import clauses, labels
from .clauses import Clause
from .lines import Para
from .naming import spelt_small
from .phrases import phrase_at
from .structure import Node
from .units import split
from .vocabulary import body_at
from .wording import SECTION, SILENT, TITLED


def capital_heading(node: Node) -> Clause | None:
    """ "II. BỘ CHỈ HUY QUÂN SỰ TỈNH": a heading in capitals that names bodies, spelt as in running text."""
    text = node.text.rstrip(" :.")
    if not node.children or len(text) > 150 or not caps(text):
        return None
    spelt = Para(node.para.text[: node.at] + spelt_small(node.para.text[node.at :]), node.para.starts, node.para.places)
    if not body_at(spelt.text, node.at) or SILENT.match(node.folded) or SECTION.search(node.folded):
        return None
    units = split(spelt, node.at, node.at + len(text))
    return Clause(node.at, len(node.para.text), tuple(units), None, False, True) if units else None


def titled(para: Para, at: int, end: int) -> Clause | None:
    """ "Trách nhiệm của Sở X": a heading that names its body after a title."""
    m = TITLED.match(para.folded, at, end)
    phrase = phrase_at(para, m.end(), end) if m else None
    if phrase is None or phrase.end < end - 2:
        return None
    return Clause(at, end, phrase.units, None, False, True)


def usable(para: Para, clause: Clause, end: int) -> bool:
    return not clauses.tells(para, clause, False) and bool(clause.units)


def is_label(node: Node) -> bool:
    """Whether the line only labels the task above it ("Đơn vị chủ trì: …"); a numbered heading never does."""
    return (
        node.kind in ("plain", "dash", "plus", "star", "letter", "bracket")
        and labels.label_of(node.para, node.at) is not None
    )


def names_body(node: Node) -> bool:
    return bool(body_at(node.para.text, node.at))


def caps(text: str) -> bool:
    if text.islower():
        return False
    letters = sum(map(str.isalpha, text))
    return letters > 3 and sum(map(str.isupper, filter(str.isalpha, text))) > 0.85 * letters


def topic(node: Node) -> str | None:
    text = node.text.strip(" :.;")
    return text if len(text) <= 160 and node.children else None


_URGES = re.compile(
    r"[ ,]*(?:la (?:co quan |don vi )?)?(?:chu tri,? )?(?:dau moi )?(?:don doc|yeu cau|giao) (?=[^\W\d_])"
)


def urged(para: Para, clause: Clause, end: int) -> Clause | None:
    """ "Sở X là đầu mối đôn đốc Y, Z thực hiện:": Y and Z carry what stands below."""
    m = _URGES.match(para.folded, clause.verb, end)
    phrase = phrase_at(para, m.end(), end) if m else None
    if phrase is None or phrase.stop in ("", ":"):
        return None
    return Clause(clause.start, phrase.end, phrase.units, clause.mode, clause.ordered, outer=clause)


def last_order(para: Para, at: int, end: int, speaks: Callable[[Clause], bool]) -> Clause | None:
    """The last order of a lead-in sentence; the ones before it only tell."""
    best: Clause | None = None
    clause = clauses.inside(para, at, end, speaks)
    rounds = 0
    while clause is not None and rounds < 12:
        best, rounds = clause, rounds + 1
        clause = clauses.inside(para, max(clause.verb, clause.start + 1), end, speaks)
    return best
