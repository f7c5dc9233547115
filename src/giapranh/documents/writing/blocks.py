"""The body of a paper, block by block."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from docx.shared import Mm

from giapranh.documents.writing import styles
from giapranh.documents.writing.drawing import to_png
from giapranh.documents.writing.elements import TableWriter, fill_paragraph
from giapranh.documents.writing.fonts import FontBook, find_fonts
from giapranh.documents.writing.form import Form
from giapranh.documents.writing.numbering import Counter
from giapranh.documents.writing.ooxml import describe, set_spacing
from giapranh.documents.writing.paper import (
    Basis,
    Block,
    Figure,
    Heading,
    Item,
    Paragraph,
    Run,
    Table,
    Words,
    ending_with,
    plain,
    runs,
)
from giapranh.documents.writing.widths import width_mm
from giapranh.kernel.text import nfc

_CELL_SIDE_MM = 1.2
_CELL_ABOVE_MM = 0.7
_HEADINGS = {1: styles.HEADING_1, 2: styles.HEADING_2, 3: styles.HEADING_3}


class BodyWriter:
    """Writes blocks into a document and keeps count of the headings."""

    def __init__(self, document: Any, form: Form, fonts: FontBook | None) -> None:
        self.document = document
        self.form = form
        self.fonts = fonts
        self.counter = Counter()

    def write(self, block: Block, *, last: bool, room_mm: float) -> None:
        """``last`` keeps the block with the signature below it, so that no name stands alone on a page."""
        match block:
            case Paragraph(words, align, indent):
                self._paragraph(words, styles.BODY, align=align, indent=indent, keep=last)
            case Basis(words):
                self._paragraph(words, styles.BASIS, keep=last)
            case Heading():
                self._heading(block)
            case Item(words, mark):
                style = styles.DASH if mark == "-" else styles.PLUS
                self._paragraph([Run(f"{mark} "), *runs(words)], style, keep=last)
            case Table():
                self._table(block, room_mm)
            case Figure():
                self._figure(block, room_mm)

    def _heading(self, heading: Heading) -> None:
        number = heading.number if heading.number is not None else self.counter.next(heading.level)
        self._paragraph([Run(f"{number} "), *runs(heading.words)], _HEADINGS[heading.level], bold=heading.bold)

    def _paragraph(
        self,
        words: Words,
        style: styles.Style,
        *,
        align: str | None = None,
        indent: bool = True,
        keep: bool = False,
        bold: bool | None = None,
    ) -> None:
        paragraph = self.document.add_paragraph()
        own = align if align and align != style.align else None
        fill_paragraph(paragraph._p, style.id, words, align=own, flush=not indent, keep_next=keep, bold=bold)

    def _table(self, table: Table, room_mm: float) -> None:
        if table.caption:
            self._paragraph(table.caption, styles.CAPTION, keep=True)
        widths = column_widths(table, room_mm, self.form.size("table"))
        writer = TableWriter(widths, side_mm=_CELL_SIDE_MM, above_mm=_CELL_ABOVE_MM)
        writer.row([c.label for c in table.columns], ["center"] * len(widths), styles.CELL_HEAD.id, repeats=True)
        aligns = [column.align for column in table.columns]
        for number, row in enumerate(table.rows):
            if number in table.band_rows:
                writer.band(row[0], styles.CELL_HEAD.id)
            else:
                writer.row(row, aligns, styles.CELL.id)
        space = self.document.add_paragraph(style=styles.RULE.name)
        set_spacing(space, exact=self.form.gap_pt + 2)
        space._p.addprevious(writer.element)

    def _figure(self, figure: Figure, room_mm: float) -> None:
        self.fonts = self.fonts or find_fonts()
        picture = to_png(figure.drawing, self.fonts)
        paragraph = self.document.add_paragraph(style=styles.PICTURE.name)
        inline = paragraph.add_run().add_picture(BytesIO(picture), width=Mm(min(figure.width_mm, room_mm)))
        describe(inline, nfc(figure.alt))
        if not figure.caption:
            paragraph.paragraph_format.keep_with_next = False
            return
        self._paragraph(figure.caption, styles.CAPTION)


def column_widths(table: Table, room_mm: float, size: float) -> list[float]:
    """Widths by share, but no column narrower than its longest word: a date or a name is never broken."""
    total = sum(column.share for column in table.columns)
    wanted = [room_mm * column.share / total for column in table.columns]
    least = [_widest_word(table, index, size) * 1.08 + 2 * _CELL_SIDE_MM + 0.6 for index in range(len(wanted))]
    short = sum(max(low - want, 0) for low, want in zip(least, wanted, strict=True))
    spare = sum(max(want - low, 0) for low, want in zip(least, wanted, strict=True))
    if not short or spare < short:
        return wanted
    return [low if want < low else want - (want - low) * short / spare for low, want in zip(least, wanted, strict=True)]


def _widest_word(table: Table, index: int, size: float) -> float:
    words = {(word, True) for word in table.columns[index].label.split()}
    for number, row in enumerate(table.rows):
        if number not in table.band_rows:
            words |= {(word, False) for word in plain(row[index]).split()}
    return max((width_mm(word, size, bold=bold) for word, bold in words), default=0.0)


def finished_bases(blocks: Sequence[Block]) -> list[Block]:
    """Each legal basis with its semicolon, the last of a row with a full stop."""
    done: list[Block] = []
    for index, block in enumerate(blocks):
        if isinstance(block, Basis):
            more = index + 1 < len(blocks) and isinstance(blocks[index + 1], Basis)
            block = Basis(ending_with(block.words, ";" if more else "."))
        done.append(block)
    return done
