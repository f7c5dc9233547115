"""The body of a paper, block by block."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.shared import Mm

from giapranh.documents.writing import styles
from giapranh.documents.writing.drawing import to_png
from giapranh.documents.writing.fonts import FontBook, find_fonts
from giapranh.documents.writing.form import Form
from giapranh.documents.writing.numbering import Counter
from giapranh.documents.writing.ooxml import (
    cell_margins,
    describe,
    fixed_widths,
    row_flags,
    set_spacing,
    table_borders,
)
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
        paragraph = self._paragraph([Run(f"{number} "), *runs(heading.words)], _HEADINGS[heading.level])
        if heading.bold is not None:
            for run in paragraph.runs:
                run.bold = heading.bold

    def _paragraph(
        self, words: Words, style: styles.Style, *, align: str | None = None, indent: bool = True, keep: bool = False
    ) -> Any:
        paragraph = self.document.add_paragraph()
        paragraph._p.style = style.id
        add_runs(paragraph, words)
        if align and align != style.align:
            paragraph.paragraph_format.alignment = styles.alignment(align)
        if not indent:
            paragraph.paragraph_format.first_line_indent = Mm(0)
        if keep:
            paragraph.paragraph_format.keep_with_next = True
        return paragraph

    def _table(self, table: Table, room_mm: float) -> None:
        if table.caption:
            self._paragraph(table.caption, styles.CAPTION)
        made = self.document.add_table(rows=1 + len(table.rows), cols=len(table.columns))
        made.style = self.document.styles["Normal Table"]
        made.alignment = WD_TABLE_ALIGNMENT.CENTER
        cell_margins(made, top=0.7, bottom=0.7, left=_CELL_SIDE_MM, right=_CELL_SIDE_MM)
        table_borders(made)
        fixed_widths(made, column_widths(table, room_mm, self.form.size("table")))
        cells = made._cells
        width = len(table.columns)
        row_flags(made.rows[0], repeats=True)
        for index, column in enumerate(table.columns):
            fill_cell(cells[index], column.label, styles.CELL_HEAD, "center")
        rows = list(made.rows)
        for number, row in enumerate(table.rows):
            row_flags(rows[number + 1])
            line = cells[(number + 1) * width : (number + 2) * width]
            if number in table.band_rows:
                merged = line[0].merge(line[-1])
                fill_cell(merged, row[0], styles.CELL_HEAD, "left")
                merged.paragraphs[0].paragraph_format.keep_with_next = True
            else:
                self._row(line, row, table)
        set_spacing(self.document.add_paragraph(style=styles.RULE.name), exact=self.form.gap_pt + 2)

    def _row(self, cells: Sequence[Any], row: Sequence[Words], table: Table) -> None:
        for cell, column, words in zip(cells, table.columns, row, strict=True):
            fill_cell(cell, words, styles.CELL, column.align)

    def _figure(self, figure: Figure, room_mm: float) -> None:
        self.fonts = self.fonts or find_fonts()
        picture = to_png(figure.drawing, self.fonts)
        paragraph = self.document.add_paragraph(style=styles.PICTURE.name)
        inline = paragraph.add_run().add_picture(BytesIO(picture), width=Mm(min(figure.width_mm, room_mm)))
        describe(inline, nfc(figure.alt))
        if not figure.caption:
            paragraph.paragraph_format.keep_with_next = False
            return
        caption = self._paragraph(figure.caption, styles.CAPTION)
        caption.paragraph_format.keep_with_next = False


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


def add_runs(paragraph: Any, words: Words) -> None:
    for part in runs(words):
        run = paragraph.add_run(nfc(part.text))
        if part.bold:
            run.bold = True
        if part.italic:
            run.italic = True
        if part.raised:
            run.font.superscript = True


def fill_cell(cell: Any, words: Words, style: styles.Style, align: str) -> None:
    paragraph = cell.paragraphs[0]
    paragraph._p.style = style.id
    add_runs(paragraph, words)
    if align != style.align:
        paragraph.paragraph_format.alignment = styles.alignment(align)


def finished_bases(blocks: Sequence[Block]) -> list[Block]:
    """Each legal basis with its semicolon, the last of a row with a full stop."""
    done: list[Block] = []
    for index, block in enumerate(blocks):
        if isinstance(block, Basis):
            more = index + 1 < len(blocks) and isinstance(blocks[index + 1], Basis)
            block = Basis(ending_with(block.words, ";" if more else "."))
        done.append(block)
    return done
