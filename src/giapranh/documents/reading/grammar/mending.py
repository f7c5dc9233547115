"""Lines of the head that a web copy broke in the middle of a word group, put together again."""

from __future__ import annotations

import re

from .lines import Line

_NUMBER_WORD = re.compile(r"so\s?:?")
_NUMBER_REST = re.compile(r"\d{0,5}[a-z]?\s?(?:/\d{4})?\s?[/-]")
_HEAD = 45  # lines of the longest head
_NATION = "conghoaxahoichunghiavietnam"
_LETTERS = re.compile(r"[^a-z]")
_DAY = re.compile(r"[A-ZĐ][^,|:;]{1,40},? ?ngay \d{1,2} thang \d{1,2} nam \d{4}[\s|.]*")
_LONE = re.compile(r"[A-ZĐ][a-z]{1,6}")
_LONE_CAPITALS = re.compile(r"(?:[A-ZĐ]{1,6}|T[MLK]\.|KT\.|TUQ\.)")
_WHOLE_WORDS = frozenset(["khan", "mat", "lenh", "noi"])
_CLOSED = re.compile(r"[.;:,|]\s*$")


def mended(lines: list[Line], text: str) -> list[Line]:
    """The lines, with the broken ones of the head (and "TM." of a signature) joined to what they begin."""
    out: list[Line] = []
    i = 0
    while i < len(lines):
        size = _broken(lines, i) if i < _HEAD or len(lines[i].text) <= 4 else 1
        if size > 1:
            out.append(_joined(lines[i : i + size], text))
        else:
            out.append(lines[i])
        i += size
    return out


def _broken(lines: list[Line], i: int) -> int:
    """How many lines from ``i`` on are one."""
    first = lines[i]
    if len(first.text) > 45 or i + 1 >= len(lines) or lines[i + 1].blank_before:
        return 1
    second = lines[i + 1]
    if (
        _LONE_CAPITALS.fullmatch(first.bare)
        and first.folded not in _WHOLE_WORDS
        and second.caps
        and len(second.text) > 3
        and not _is_number(second)
    ):
        return 1 + (_broken(lines, i + 1) if first.bare != "VE" else 1)
    if _NUMBER_WORD.fullmatch(first.folded) and _NUMBER_REST.match(second.folded):
        return 2
    if first.folded.startswith("cong"):
        whole = ""
        for size, line in enumerate(lines[i : i + 3], 1):
            whole += _LETTERS.sub("", line.folded)
            if whole == _NATION:
                return size
    if _CLOSED.search(first.text) and not first.text.endswith(","):
        return 1
    if _DAY.fullmatch(f"{first.bare} {second.bare}") and (
        not _DAY.fullmatch(second.bare) or _LONE.fullmatch(first.bare)
    ):
        return 2
    return 1


def _is_number(line: Line) -> bool:
    return bool(re.search(r"\d", line.text)) and len(line.text) < 30


def _joined(parts: list[Line], text: str) -> Line:
    """The lines as one; each sign between them counts as a space, so that every place stays where it is."""
    first, last = parts[0], parts[-1]
    whole = re.sub(r"[\s|]", " ", text[first.start : last.end])
    return Line(first.start, last.end, first.indent, whole, first.blank_before, first.new_page)
