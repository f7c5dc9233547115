"""The paper as lines, and lines as paragraphs whose characters still know where they stand in the paper."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ..schema import Span
from .folding import bare, fold

_PIECES = re.compile(r"\S+(?:[ \t\u00a0]\S+)*")
_BLANKS = " \t\f\u00a0\u200b\ufeff"
_GAP = re.compile(r"\s{3,}|\s*\|\s*|\t+")
_NO_CAPITALS = bytes(c for c in range(256) if not 65 <= c <= 90)
_NO_SMALL_LETTERS = bytes(c for c in range(256) if not 97 <= c <= 122)
_BREAK = re.compile(r"(\r\n|[\n\r\u2028\u2029\x0b\x85])")


def folded_once(text: str) -> tuple[str, str]:
    """A text without marks, and without marks and case. A paper is folded whole; lines and paragraphs take their parts."""
    unmarked = bare(text)
    folded = unmarked.lower()
    return unmarked, folded if len(folded) == len(text) else fold(text)


@dataclass(slots=True)
class Line:
    """One printed line: its place in the paper, its indent in characters and whether white space stands before it."""

    start: int
    end: int
    indent: int
    text: str
    blank_before: bool
    new_page: bool
    bare: str = ""  # the text without marks, as long as the text
    folded: str = ""  # the text without marks and case, as long as the text
    _caps: bool | None = None

    def __post_init__(self) -> None:
        if not self.folded:
            self.bare, self.folded = folded_once(self.text)

    @property
    def caps(self) -> bool:
        """Whether the line is set in capitals (small slips of OCR allowed)."""
        if self._caps is None:
            capital, letters = _letters_of(self)
            self._caps = letters >= 2 and capital >= 0.8 * letters
        return self._caps


def _letters_of(line: Line) -> tuple[int, int]:
    """How many capitals and how many letters the line has."""
    if line.bare.isascii():
        signs = line.bare.encode("ascii")
        capital = len(signs.translate(None, _NO_CAPITALS))
        return capital, capital + len(signs.translate(None, _NO_SMALL_LETTERS))
    letters = [c for c in line.text if c.isalpha()]
    return sum(map(str.isupper, letters)), len(letters)


def _unmarked(raw: str) -> str:
    """The line without the white space and the bold or italic marks of a web copy at its ends."""
    body = raw.strip(_BLANKS)
    if body.startswith(("**", "__")) or body.endswith(("**", "__")):
        body = body.strip("*_" + _BLANKS)
    return body


def lines_of(text: str) -> list[Line]:
    """The lines of the paper that show something."""
    out: list[Line] = []
    at, blank, page = 0, True, True
    unmarked, folded = folded_once(text)
    for raw, ending in _rows(text):
        if "\f" in raw:
            page = blank = True
        body = _unmarked(raw)
        if body:
            lead = raw.find(body)
            start, end = at + lead, at + lead + len(body)
            indent = len(raw[:lead].replace("\f", "").expandtabs(8)) if lead else 0
            out.append(Line(start, end, indent, body, blank, page, unmarked[start:end], folded[start:end]))
            blank = page = False
        else:
            blank = True
        at += len(raw) + ending
    return out


def _rows(text: str) -> Iterator[tuple[str, int]]:
    """The rows of the text and how many characters end each."""
    if not any(sign in text for sign in "\r\u2028\u2029\x0b\x85"):
        yield from ((row, 1) for row in text.split("\n"))
        return
    pieces = _BREAK.split(text)
    yield from zip(pieces[::2], map(len, [*pieces[1::2], ""]), strict=True)


@dataclass(slots=True)
class Para:
    """A paragraph joined from lines. ``text[i]`` stands at ``source(i)`` of the paper."""

    text: str
    starts: list[int]
    places: list[int]
    indent: int = 0
    note: bool = False
    first: Line | None = None
    last: Line | None = None
    bare: str = ""
    folded: str = ""
    column: bool = False  # a cell of a table: other columns stand between its lines
    # What has been read of the paragraph so far.
    phrases: dict[tuple[int, int], Any] = field(default_factory=dict, repr=False, compare=False)
    names: list[tuple[int, int]] | None = field(default=None, repr=False, compare=False)
    listed: frozenset[tuple[int, int]] = frozenset()  # those of the names that the paper's own lists hold
    own: Any = field(default=None, repr=False, compare=False)  # what the paper itself calls its bodies

    def __post_init__(self) -> None:
        if not self.folded:
            self.bare, self.folded = folded_once(self.text)

    def source(self, at: int) -> int:
        """The place in the paper of character ``at`` of this paragraph."""
        piece = bisect_right(self.starts, at) - 1
        return self.places[piece] + at - self.starts[piece]

    def part(self, start: int, end: int) -> Para:
        """A cut of the paragraph as one of its own."""
        while end > start and self.text[end - 1] == " ":
            end -= 1
        inner = [(at, place) for at, place in zip(self.starts, self.places, strict=True) if start < at < end]
        return Para(
            self.text[start:end],
            [0, *(at - start for at, _ in inner)],
            [self.source(start), *(place for _, place in inner)],
            self.indent,
            first=self.first,
            last=self.last,
            bare=self.bare[start:end],
            folded=self.folded[start:end],
        )

    def span(self, start: int, end: int) -> Span:
        """Characters ``start`` to ``end`` of this paragraph as a span of the paper."""
        if end <= start:
            here = self.source(min(start, max(len(self.text) - 1, 0)))
            return Span(here, here)
        if self.column:
            piece = bisect_right(self.starts, start) - 1
            following = self.starts[piece + 1] - 1 if piece + 1 < len(self.starts) else end
            end = max(min(end, following), start + 1)
        return Span(self.source(start), self.source(end - 1) + 1)


def _pieces(text: str) -> list[tuple[int, int]]:
    """Where the columns of a line stand."""
    if text and "  " not in text and text.isprintable() and text[0] != " " and text[-1] != " ":
        return [(0, len(text))]
    return [m.span() for m in _PIECES.finditer(text)]


def join(lines: Iterable[Line], **more: object) -> Para:
    """The lines as one paragraph, with one space between lines and between columns."""
    parts: list[str] = []
    unmarked: list[str] = []
    folded: list[str] = []
    starts: list[int] = []
    places: list[int] = []
    at = 0
    rows = list(lines)
    for line in rows:
        for a, b in _pieces(line.text):
            # The joining space counts to the piece before it, so that no place is left without a source.
            starts.append(at)
            places.append(line.start + a)
            parts.append(line.text[a:b])
            unmarked.append(line.bare[a:b])
            folded.append(line.folded[a:b])
            at += b - a + 1
    return Para(
        " ".join(parts),
        starts or [0],
        places or [rows[0].start if rows else 0],
        rows[0].indent if rows else 0,
        first=rows[0] if rows else None,
        last=rows[-1] if rows else None,
        bare=" ".join(unmarked),
        folded=" ".join(folded),
        **more,  # type: ignore[arg-type]
    )


def columns(line: Line) -> list[Line]:
    """What a line holds between wide gaps, bars or tabs."""
    text = line.text
    if "   " not in text and "|" not in text and text.isprintable():
        return [line] if text else []
    out: list[Line] = []
    at = 0
    for gap in [*_GAP.finditer(text), None]:
        end = gap.start() if gap else len(text)
        if text[at:end].strip(" |"):
            out.append(part_of(line, at, end))
        at = gap.end() if gap else end
    return out


def part_of(line: Line, start: int, end: int) -> Line:
    """A cut of a line, as a line of its own (a column)."""
    text = line.text[start:end]
    body = text.strip()
    a = start + len(text) - len(text.lstrip())
    b = a + len(body)
    return Line(
        line.start + a,
        line.start + b,
        line.indent + a,
        body,
        line.blank_before,
        line.new_page,
        line.bare[a:b],
        line.folded[a:b],
    )
