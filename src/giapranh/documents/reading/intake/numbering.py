"""The numbers Word writes by itself in front of list paragraphs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Protocol

from .xmlnames import attribute, child, children

_HOLE = re.compile(r"%(\d)")
_ROMAN = (
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
    (9, "ix"),
    (5, "v"),
    (4, "iv"),
    (1, "i"),
)


class _StyleSource(Protocol):
    def paragraph_property(self, style: str | None, wanted: str) -> Any | None: ...


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    form: str
    text: str
    legal: bool


class Numbering:
    """Counts the lists of one document; ``marker`` must be asked once for each paragraph, in order."""

    def __init__(self, root: Any | None, styles: _StyleSource) -> None:
        self._styles = styles
        self._abstract: dict[str, dict[int, _Level]] = {}
        self._lists: dict[str, tuple[str, dict[int, _Level]]] = {}
        self._counts: dict[str, dict[int, int]] = {}
        self._started: set[tuple[str, int]] = set()
        if root is not None:
            self._load(root)

    def _load(self, root: Any) -> None:
        for entry in children(root, "abstractNum"):
            levels = {int(attribute(lvl, "ilvl") or 0): _level(lvl) for lvl in children(entry, "lvl")}
            self._abstract[attribute(entry, "abstractNumId") or ""] = levels
        for entry in children(root, "num"):
            held = child(entry, "abstractNumId")
            abstract = (attribute(held, "val") if held is not None else None) or ""
            overrides: dict[int, _Level] = {}
            for override in children(entry, "lvlOverride"):
                at = int(attribute(override, "ilvl") or 0)
                base = self._abstract.get(abstract, {}).get(at)
                own = child(override, "lvl")
                start = child(override, "startOverride")
                if own is not None:
                    overrides[at] = _level(own)
                elif start is not None and base is not None:
                    overrides[at] = _Level(int(attribute(start, "val") or 1), base.form, base.text, base.legal)
            self._lists[attribute(entry, "numId") or ""] = (abstract, overrides)

    def marker(self, properties: Any | None, style: str | None) -> str:
        """What stands before the paragraph, "" when it is in no list."""
        chosen = child(properties, "numPr") if properties is not None else None
        inherited = self._styles.paragraph_property(style, "numPr")
        identity = _number(chosen, "numId") or _number(inherited, "numId")
        if not identity or identity == "0" or identity not in self._lists:
            return ""
        depth = int(_number(chosen, "ilvl") or _number(inherited, "ilvl") or 0)
        abstract, overrides = self._lists[identity]
        levels = self._abstract.get(abstract, {}) | overrides
        level = levels.get(depth)
        if level is None:
            return ""
        if level.form == "bullet":
            return "-" if level.text.strip() not in ("+", "*") else level.text.strip()
        counts = self._counts.setdefault(abstract, {})
        self._count(counts, identity, depth, levels, overrides)
        return _HOLE.sub(lambda hole: _shown(counts, levels, int(hole.group(1)) - 1, level), level.text).strip()

    def _count(
        self,
        counts: dict[int, int],
        identity: str,
        depth: int,
        levels: dict[int, _Level],
        overrides: dict[int, _Level],
    ) -> None:
        restart = depth in overrides and (identity, depth) not in self._started
        self._started.add((identity, depth))
        counts[depth] = levels[depth].start if restart or depth not in counts else counts[depth] + 1
        for deeper in [key for key in counts if key > depth]:
            del counts[deeper]


def _level(entry: Any) -> _Level:
    def told(wanted: str, default: str) -> str:
        found = child(entry, wanted)
        value = attribute(found, "val") if found is not None else None
        return default if value is None else value

    legal = child(entry, "isLgl")
    return _Level(int(told("start", "1") or 1), told("numFmt", "decimal"), told("lvlText", "%1."), legal is not None)


def _number(holder: Any | None, wanted: str) -> str | None:
    found = child(holder, wanted) if holder is not None else None
    return attribute(found, "val") if found is not None else None


def _shown(counts: dict[int, int], levels: dict[int, _Level], at: int, asked: _Level) -> str:
    level = levels.get(at)
    if level is None:
        return ""
    form = "decimal" if asked.legal else level.form
    return as_written(counts.get(at, level.start), form)


def as_written(count: int, form: str) -> str:
    """A count in Word's number format."""
    if form in ("lowerRoman", "upperRoman"):
        roman = _roman(count)
        return roman.upper() if form == "upperRoman" else roman
    if form in ("lowerLetter", "upperLetter"):
        letter = chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 + 1)
        return letter.upper() if form == "upperLetter" else letter
    if form == "decimalZero":
        return f"{count:02d}"
    return "" if form == "none" else str(count)


def _roman(count: int) -> str:
    out = ""
    for value, letters in _ROMAN:
        while count >= value:
            out += letters
            count -= value
    return out
