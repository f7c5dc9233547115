"""The fixed words of an official paper, found in folded text and forgiving to OCR (documents §4.2)."""

from __future__ import annotations

import re

from .folding import near
from .lines import Line

NATION = re.compile(
    r"c.{0,2}ng h.{1,3}a? ?x.{1,2} h.{1,3}i ?ch.{1,2} ngh.{1,4}\s?vi.{1,3}t\s+nam|dang cong san viet nam"
)
_PART_OF_NATION = re.compile(r"chu ng|nghia v|iet nam|cong ho|xa hoi")
_PART_OF_MOTTO = re.compile(r"hanh|phuc|doc l|tu do")
_TOKEN = re.compile(r"[a-z0-9]+")
PARTY = re.compile(r"dang c.{1,2}ng s.{1,2}n vi.{1,3}t nam")
MOTTO = re.compile(r"d.{1,3}c l.{1,2}p.{1,5}t.{1,2} ?do.{1,5}h.{1,3}h ?ph.{1,2}c")
ABOUT = re.compile(r"^\W{0,2}(?:v ?/ ?v:?|ve viec:?)\s+", re.I)
ABOUT_SHORT = re.compile(r"^\W{0,2}v ?[/.] ?v\b:?\s*")
TO = re.compile(r"^\W{0,3}k.{1,2}nh g.{1,2}[iu]\w?\s*[:;.]?")
COPIES = re.compile(r"\W{0,6}n.{1,2}i nh.{1,2}n\s*[:;.]*\s*")
_TWO_WORDS = re.compile(r"\W{0,4}(\w{2,5})\s+(\w{2,5})\s*[:;.]$")
RULE = re.compile(r"^[\W_]*$")
PAGE_NUMBER = re.compile(r"^[-–—. ]*\d{1,3}[-–—. ]*$")
END_MARK = re.compile(r"\.\s?/\s?\.\s*$|/\s?\.\s*$")
KEPT = re.compile(r"^\W{0,4}l.{1,2}u\s*[:;.]?\s*(?:v[tưp]|tai|van thu|hs|ho so|[a-z]{2,}[,.;])|^\W{0,4}luu\s*[:.]")
SIGNS_FOR = re.compile(
    r"\b(?:t ?[/.] ?m|k ?[/.] ?t|t ?[/.] ?l|t ?[/.] ?u ?[/.]? ?q|tm|kt|tl|tuq|q)\. ?(?=[A-ZĐƯỦÀ-Ỹ])|\b[TK]/[MTL]\s",
    re.I,
)
ANNEX = re.compile(
    r"^\W{0,2}ph.{1,2} l.{1,2}c\b(?: ?(?:so )?[\divxlc]{1,4})?\W*$|^\W{0,2}ph.{1,2} luc (?:so )?[\divxlc]{1,4}\b|^danh muc kem theo"
)


def nation_at(line: Line) -> tuple[int, int] | None:
    """Where the nation's name (or the Party's) stands on a line, letters changed by OCR allowed."""
    m = NATION.search(line.folded)
    if m:
        return m.span()
    return _nearly(line, "conghoaxahoichunghiavietnam", 5) if _PART_OF_NATION.search(line.folded) else None


def motto_at(line: Line) -> tuple[int, int] | None:
    """Where the motto stands on a line, letters changed by OCR allowed."""
    m = MOTTO.search(line.folded)
    if m:
        return m.span()
    return _nearly(line, "doclaptudohanhphuc", 4) if _PART_OF_MOTTO.search(line.folded) else None


def _nearly(line: Line, words: str, most: int) -> tuple[int, int] | None:
    if not len(words) - most <= len(line.folded) <= 220:
        return None
    tokens = list(_TOKEN.finditer(line.folded))
    for first in range(len(tokens)):
        joined = ""
        for token in tokens[first : first + 11]:
            joined += token.group()
            if len(joined) > len(words) + most:
                break
            if len(joined) >= len(words) - 2 and near(joined, words, most):
                return tokens[first].start(), token.end()
    return None


def copies_at(line: Line) -> re.Match[str] | None:
    """Where "Nơi nhận" stands at the head of a line, slips of OCR included."""
    found = COPIES.match(line.folded) if "i nh" in line.folded[:14] else None
    if found:
        return found
    words = _TWO_WORDS.match(line.folded) if line.folded.endswith((":", ";", ".")) else None
    if words and near(words.group(1), "noi", 1) and near(words.group(2), "nhan", 2) and words.group(1)[0] in "nv":
        return words
    return None
