"""Words with places become text laid out as on the page: what stands side by side stays on one line."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from giapranh.documents.reading.schema import Box, SourcePage, Span, Word


@dataclass(frozen=True, slots=True)
class Piece:
    """A word where it stands, in points from the top left of its page."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    sure: float = 1.0
    font: str | None = None
    stamp: int | None = None
    """Index of the stamped field this word came from."""
    alone: bool = False
    """A mark that stands on no line of the text: it gets one of its own."""
    tight: tuple[float, float] | None = None
    """Top and bottom of the word itself, where y0 and y1 are those of its line."""
    shown: tuple[float, float, float, float] | None = None
    """The box on the page as given, in fractions, where the page had to be straightened or turned to be read."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page before it is text."""

    number: int
    width: float
    height: float
    pieces: tuple[Piece, ...]
    upright_height: float | None = None
    """The height after turning, for pages that lay on their side."""

    @property
    def tall(self) -> float:
        return self.upright_height or self.height


@dataclass(frozen=True, slots=True)
class Laid:
    """Pages as text; ``stamps`` tells where the words of each stamped field went."""

    text: str
    pages: tuple[SourcePage, ...]
    words: tuple[Word, ...]
    stamps: dict[int, Span]


Line = list[Piece]

_PAGE_NUMBER = re.compile(r"^[-–—\s]*(?:trang\s*)?\d{1,3}(?:\s*/\s*\d{1,3})?[-–—\s.]*$", re.IGNORECASE)
_EDGE = 0.09
_DIGITS = re.compile(r"\d+")


def lay_out(sheets: Sequence[Sheet]) -> Laid:
    """The text of all pages; a form feed opens every page but the first, as ``pdftotext`` does."""
    lined = [_lines(sheet.pieces) for sheet in sheets]
    heads = _running_heads(lined, sheets)
    out: list[str] = []
    pages: list[SourcePage] = []
    words: list[Word] = []
    stamps: dict[int, Span] = {}
    offset = 0
    for sheet, lines in zip(sheets, lined, strict=True):
        kept = [line for line in lines if not _is_furniture(line, sheet, heads)]
        if pages:
            out.append("\f")
            offset += 1
        text = _write(kept, sheet, offset, words, stamps)
        pages.append(SourcePage(sheet.number, sheet.width, sheet.height, Span(offset, offset + len(text))))
        out.append(text)
        offset += len(text)
    return Laid("".join(out), tuple(pages), tuple(words), stamps)


def _lines(pieces: Iterable[Piece]) -> list[Line]:
    """Words that share a base line, from top to bottom, each line from left to right."""
    lines: list[Line] = []
    bands: list[tuple[float, float]] = []
    pieces = sorted(pieces, key=lambda p: (p.y0 + p.y1) / 2)
    for piece in pieces:
        if piece.stamp is not None or piece.alone:
            continue
        best, overlap = None, 0.0
        for index in range(len(lines) - 1, max(-1, len(lines) - 5), -1):
            top, bottom = bands[index]
            shared = min(bottom, piece.y1) - max(top, piece.y0)
            share = shared / max(0.1, min(bottom - top, piece.y1 - piece.y0))
            if share > overlap:
                best, overlap = index, share
        if best is not None and overlap >= 0.5 and not _collides(lines[best], piece):
            lines[best].append(piece)
            count = len(lines[best])
            top, bottom = bands[best]
            bands[best] = (top + (piece.y0 - top) / count, bottom + (piece.y1 - bottom) / count)
        else:
            lines.append([piece])
            bands.append((piece.y0, piece.y1))
    for piece in pieces:
        if piece.stamp is not None:
            _stamp(piece, lines, bands)
        elif piece.alone:
            lines.append([piece])
            bands.append((piece.y0, piece.y0 + 1))
    order = sorted(range(len(lines)), key=lambda i: bands[i][0] + bands[i][1])
    return [sorted(lines[i], key=lambda p: p.x0) for i in order]


def _stamp(piece: Piece, lines: list[Line], bands: list[tuple[float, float]]) -> None:
    """A stamped value goes into the nearest line that leaves it room: stamps rarely hit the base line."""
    middle = (piece.y0 + piece.y1) / 2
    near = sorted(range(len(lines)), key=lambda i: abs((bands[i][0] + bands[i][1]) / 2 - middle))
    for index in near[:3]:
        top, bottom = bands[index]
        reach = 0.8 * max(bottom - top, piece.y1 - piece.y0)
        if abs((top + bottom) / 2 - middle) <= reach and _has_room(lines[index], piece):
            lines[index].append(piece)
            return
    lines.append([piece])
    bands.append((piece.y0, piece.y1))


def _has_room(line: Line, piece: Piece) -> bool:
    half = 0.5 * (piece.x1 - piece.x0)
    return all(min(other.x1, piece.x1) - max(other.x0, piece.x0) < half for other in line)


def _collides(line: Line, piece: Piece) -> bool:
    """Two words cannot stand on the same place of one line: the lower one opens a line of its own."""
    for other in line:
        shared = min(other.x1, piece.x1) - max(other.x0, piece.x0)
        if shared > 0.6 * min(other.x1 - other.x0, piece.x1 - piece.x0) and abs(other.y0 - piece.y0) > 1.0:
            return True
    return False


def _plain(line: Line) -> str:
    return " ".join(piece.text for piece in line)


def _at_edge(line: Line, sheet: Sheet) -> bool:
    middle = (line[0].y0 + line[0].y1) / 2
    return middle < _EDGE * sheet.tall or middle > (1 - _EDGE) * sheet.tall


def _running_heads(lined: list[list[Line]], sheets: Sequence[Sheet]) -> set[str]:
    """Lines that come back at the edge of three pages or more, whatever their numbers."""
    if len(sheets) < 3:
        return set()
    seen: Counter[str] = Counter()
    for sheet, lines in zip(sheets, lined, strict=True):
        edge = {_DIGITS.sub("#", _plain(line)) for line in (*lines[:2], *lines[-2:]) if _at_edge(line, sheet)}
        seen.update(edge)
    return {text for text, count in seen.items() if count >= 3 and count >= len(sheets) / 2}


def _is_furniture(line: Line, sheet: Sheet, heads: set[str]) -> bool:
    if not _at_edge(line, sheet):
        return False
    text = _plain(line)
    return bool(_PAGE_NUMBER.match(text)) or (bool(heads) and _DIGITS.sub("#", text) in heads)


def _write(lines: list[Line], sheet: Sheet, offset: int, words: list[Word], stamps: dict[int, Span]) -> str:
    if not lines:
        return "\n"
    letter = _letter_width(lines)
    left = min(line[0].x0 for line in lines)
    pitch = _pitch(lines)
    parts: list[str] = []
    at = offset
    previous: Line | None = None
    for line in lines:
        blanks = _blank_lines(previous, line, pitch)
        parts.append("\n" * blanks)
        at += blanks
        at = _write_line(line, left, letter, at, parts, words, stamps, sheet)
        parts.append("\n")
        at += 1
        previous = line
    return "".join(parts)


def _write_line(
    line: Line,
    left: float,
    letter: float,
    at: int,
    parts: list[str],
    words: list[Word],
    stamps: dict[int, Span],
    sheet: Sheet,
) -> int:
    column = 0
    usual = _usual_gap(line, letter)
    for index, piece in enumerate(line):
        wanted = round((piece.x0 - left) / letter)
        if index == 0:
            spaces = max(0, wanted)
        elif piece.x0 - line[index - 1].x1 <= usual or _fills_blank(line[index - 1], piece, letter):
            spaces = 1
        else:
            spaces = max(3, wanted - column)
        parts.append(" " * spaces)
        at += spaces
        column += spaces
        span = Span(at, at + len(piece.text))
        words.append(Word(span, _box(piece, sheet), piece.sure))
        if piece.stamp is not None:
            known = stamps.get(piece.stamp)
            stamps[piece.stamp] = Span(known.start, span.end) if known else span
        parts.append(piece.text)
        at += len(piece.text)
        column += len(piece.text)
    return at


def _fills_blank(before: Piece, piece: Piece, letter: float) -> bool:
    """A number stamped over a blank belongs to the words around it, however wide the blank was left."""
    stamped = before.stamp is not None or piece.stamp is not None
    return stamped and piece.x0 - before.x1 < 9 * letter


def _usual_gap(line: Line, letter: float) -> float:
    """The widest gap that is still one space: justified lines stretch all their gaps alike."""
    gaps = [b.x0 - a.x1 for a, b in itertools.pairwise(line)]
    if len(gaps) < 3:
        return 1.9 * letter
    return max(1.9 * letter, min(2.2 * median(gaps), 4.0 * letter))


def _letter_width(lines: list[Line]) -> float:
    widths = [(p.x1 - p.x0) / len(p.text) for line in lines for p in line if len(p.text) > 1]
    return max(1.0, median(widths)) if widths else 6.0


def _pitch(lines: list[Line]) -> float:
    steps = [b[0].y0 - a[0].y0 for a, b in itertools.pairwise(lines)]
    steps = [step for step in steps if step > 4]
    return median(steps) if steps else 16.0


def _blank_lines(previous: Line | None, line: Line, pitch: float) -> int:
    if previous is None:
        return 0
    step = min(p.y0 for p in line) - min(p.y0 for p in previous)
    return min(2, max(0, round(step / pitch - 0.85)))


def _box(piece: Piece, sheet: Sheet) -> Box:
    if piece.shown:
        return Box(sheet.number, *piece.shown)
    return Box(
        sheet.number,
        _fraction(piece.x0, sheet.width),
        _fraction(piece.y0, sheet.height),
        _fraction(piece.x1, sheet.width),
        _fraction(piece.y1, sheet.height),
    )


def _fraction(value: float, whole: float) -> float:
    return round(min(1.0, max(0.0, value / whole)), 5)
