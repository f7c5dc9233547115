"""What an official paper consists of, before anybody asks how it looks (Decree 30/2020/NĐ-CP, Annex I)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from giapranh.documents.writing.drawing import Drawing

LETTER = "Công văn"
Align = Literal["left", "center", "right", "justify"]


@dataclass(frozen=True, slots=True)
class Run:
    """Words of one look inside a paragraph. ``raised`` is the small index of a source."""

    text: str
    bold: bool = False
    italic: bool = False
    raised: bool = False


Words = str | Sequence[Run | str]


@dataclass(frozen=True, slots=True)
class Paragraph:
    words: Words
    align: Align = "justify"
    indent: bool = True


@dataclass(frozen=True, slots=True)
class Basis:
    """A legal basis (căn cứ): italic, ends with a semicolon, the last one of a row with a full stop."""

    words: Words


@dataclass(frozen=True, slots=True)
class Heading:
    """A numbered heading: level 1 is ``I.``, 2 is ``1.``, 3 is ``a)``. ``number`` overrides the counting."""

    words: Words
    level: Literal[1, 2, 3] = 1
    number: str | None = None
    bold: bool | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A point below a heading: ``-`` or, one step further in, ``+``."""

    words: Words
    mark: Literal["-", "+"] = "-"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table; ``share`` is its part of the width."""

    label: str
    share: float = 1.0
    align: Align = "left"


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose head repeats on every page. ``landscape`` gives it pages of its own, turned."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Words]]
    caption: str = ""
    landscape: bool = False
    band_rows: frozenset[int] = frozenset()
    """Indexes of rows whose first cell spans the whole table, as a heading inside it."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawn picture: ``alt`` says in words what it shows."""

    drawing: Drawing
    alt: str
    caption: str = ""
    width_mm: float = 150


Block = Paragraph | Basis | Heading | Item | Table | Figure


@dataclass(frozen=True, slots=True)
class Signer:
    """``authority`` holds the lines in capitals, last the position: ``("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC")``."""

    authority: Sequence[str]
    name: str = ""


@dataclass(frozen=True, slots=True)
class Annex:
    """An annex: pages of its own, numbered from 1, after the paper and its signature."""

    title: str
    body: Sequence[Block]
    landscape: bool = False


@dataclass(frozen=True, slots=True)
class OfficialPaper:
    """One paper. ``number`` and the parts of the date may be None: they are left blank, as a draft has them."""

    kind: str
    subject: str
    issuer: str
    issuer_parent: str = ""
    number: int | str | None = None
    symbol: str = ""
    place: str = ""
    day: int | None = None
    month: int | None = None
    year: int | None = None
    addressees: Sequence[str] = ()
    body: Sequence[Block] = ()
    recipients: Sequence[str] = ()
    archive: str = ""
    signer: Signer = field(default_factory=lambda: Signer(()))
    annexes: Sequence[Annex] = ()
    urgency: str = ""
    mark: str = ""
    """A standing mark printed on every page, such as DỮ LIỆU MINH HỌA."""
    contact: str = ""
    made_at: datetime | None = None

    @property
    def is_letter(self) -> bool:
        """A công văn: no type name on the page, its subject stands under the number as V/v …"""
        return self.kind.casefold() == LETTER.casefold()


def plain(words: Words) -> str:
    """The words without their looks."""
    if isinstance(words, str):
        return words
    return "".join(part if isinstance(part, str) else part.text for part in words)


def runs(words: Words) -> list[Run]:
    """The words as runs, whatever way they were given."""
    if isinstance(words, str):
        return [Run(words)] if words else []
    return [Run(part) if isinstance(part, str) else part for part in words]


def ending_with(words: Words, ending: str) -> Words:
    """The same words with ``ending`` instead of what full stop, comma or semicolon they end with.

    Small indexes at the end stay behind it, as footnote marks do.
    """
    parts = runs(words)
    for index in range(len(parts) - 1, -1, -1):
        part = parts[index]
        if part.raised or not part.text.strip():
            continue
        text = part.text.rstrip().removesuffix("./.").rstrip(" .,;")
        parts[index] = Run(text + ending, part.bold, part.italic)
        return parts
    return [*parts, Run(ending)]
