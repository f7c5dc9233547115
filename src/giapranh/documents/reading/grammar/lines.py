"""The paper as lines, and lines as paragraphs whose characters still know where they stand in the paper."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from ..schema import Span
from .folding import bare, fold

_PIECES = re.compile(r"\S+(?:[ \t\u00a0]\S+)*")
_BLANKS = " \t\f\u00a0\u200b\ufeff"
_BREAK = re.compile(r"(\r\n|[\n\r\u2028\u2029\x0b\x85])")


@dataclass(slots=True)
class Line:
    """One printed line: its place in the paper, its indent in characters and whether white space stands before it."""

    start: int
    end: int
    indent: int
    text: str
    blank_before: bool
    new_page: bool
    _bare: str | None = None
    _folded: str | None = None
    _caps: bool | None = None

    @property
    def bare(self) -> str:
        """The text without marks, as long as the text."""
        if self._bare is None:
            self._bare = bare(self.text)
        return self._bare

    @property
    def folded(self) -> str:
        """The text without marks and case, as long as the text."""
        if self._folded is None:
            self._folded = self.bare.lower()
            if len(self._folded) != len(self.text):
                self._folded = fold(self.text)
        return self._folded

    @property
    def caps(self) -> bool:
        """Whether the line is set in capitals (small slips of OCR allowed)."""
        if self._caps is None:
            letters = [c for c in self.text if c.isalpha()]
            self._caps = len(letters) >= 2 and sum(map(str.isupper, letters)) >= 0.8 * len(letters)
        return self._caps


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
    for turn, raw in enumerate(_BREAK.split(text)):
        if turn % 2:
            at += len(raw)
            continue
        if "\f" in raw:
            page = blank = True
        body = _unmarked(raw)
        if body:
            lead = raw.find(body)
            out.append(
                Line(
                    at + lead, at + lead + len(body), len(raw[:lead].replace("\f", "").expandtabs(8)), body, blank, page
                )
            )
            blank = page = False
        else:
            blank = True
        at += len(raw)
    return out


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

    def __post_init__(self) -> None:
        self.bare = bare(self.text)
        self.folded = self.bare.lower()
        if len(self.folded) != len(self.text):
            self.folded = fold(self.text)

    def source(self, at: int) -> int:
        """The place in the paper of character ``at`` of this paragraph."""
        piece = bisect_right(self.starts, at) - 1
        return self.places[piece] + at - self.starts[piece]

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


def join(lines: Iterable[Line], **more: object) -> Para:
    """The lines as one paragraph, with one space between lines and between columns."""
    parts: list[str] = []
    starts: list[int] = []
    places: list[int] = []
    at = 0
    rows = list(lines)
    for line in rows:
        for piece in _PIECES.finditer(line.text):
            if parts:
                parts.append(" ")
                # The joining space counts to the piece before it, so that no place is left without a source.
                at += 1
            starts.append(at)
            places.append(line.start + piece.start())
            parts.append(piece.group())
            at += len(parts[-1])
    return Para(
        "".join(parts),
        starts or [0],
        places or [rows[0].start if rows else 0],
        rows[0].indent if rows else 0,
        first=rows[0] if rows else None,
        last=rows[-1] if rows else None,
        **more,  # type: ignore[arg-type]
    )


def part_of(line: Line, start: int, end: int) -> Line:
    """A cut of a line, as a line of its own (a column)."""
    text = line.text[start:end]
    lead = len(text) - len(text.lstrip())
    body = text.strip()
    return Line(
        line.start + start + lead,
        line.start + start + lead + len(body),
        line.indent + start + lead,
        body,
        line.blank_before,
        line.new_page,
    )
