"""How wide words are in Times New Roman, without a font: for rules as long as their line, and even line breaks."""

from __future__ import annotations

import tomllib
import unicodedata
from functools import cache
from pathlib import Path

_FILE = Path(__file__).resolve().parents[1] / "data" / "times_widths.toml"
_MM_PER_POINT = 25.4 / 72
_AVERAGE = 500
_KEEPS = "ơƯưƠđĐ"


@cache
def _faces() -> dict[str, dict[str, int]]:
    data = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {
        face: {letter: int(width) for width, letters in table.items() for letter in letters}
        for face, table in data.items()
        if isinstance(table, dict)
    }


def width_mm(text: str, size: float, *, bold: bool = False, italic: bool = False) -> float:
    """The width of ``text`` on one line, in millimetres."""
    face = {(False, False): "regular", (True, False): "bold", (False, True): "italic"}.get(
        (bold, italic), "bold_italic"
    )
    table = _faces()[face]
    return (
        sum(_width(character, table) for character in unicodedata.normalize("NFC", text)) * size / 1000 * _MM_PER_POINT
    )


def _width(character: str, table: dict[str, int]) -> int:
    if character in table:
        return table[character]
    # The horn of ơ and ư is part of the advance; other marks stand above or below their letter.
    for part in unicodedata.normalize("NFD", character):
        if part == "\u031b":
            return table["ơ" if character.islower() else "Ơ"]
    base = unicodedata.normalize("NFD", character)[0]
    return table.get(base, _AVERAGE)


def balanced(text: str, size: float, limit_mm: float, *, bold: bool = False) -> list[str]:
    """``text`` on as few lines as fit into ``limit_mm``, as even as can be: no single word left on the last one."""
    words = text.split()
    if not words:
        return []
    for count in range(1, len(words) + 1):
        lines = _split(tuple(words), count, size, bold)
        if max(width_mm(line, size, bold=bold) for line in lines) <= limit_mm or count == len(words):
            return lines
    return [text]


def _split(words: tuple[str, ...], count: int, size: float, bold: bool) -> list[str]:
    """The split of ``words`` into ``count`` lines whose widest line is narrowest."""

    @cache
    def best(start: int, left: int) -> tuple[float, tuple[str, ...]]:
        if left == 1:
            line = " ".join(words[start:])
            return width_mm(line, size, bold=bold), (line,)
        options = []
        for end in range(start + 1, len(words) - left + 2):
            line = " ".join(words[start:end])
            widest, rest = best(end, left - 1)
            options.append((max(width_mm(line, size, bold=bold), widest), (line, *rest)))
        return min(options)

    return list(best(0, count)[1])
