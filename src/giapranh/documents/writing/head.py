"""The head of a paper: who issues it, the country's name, number, place and date, and what it is about."""

from __future__ import annotations

from typing import Any

from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.shared import Mm, Pt

from giapranh.documents.writing import styles
from giapranh.documents.writing.form import Form
from giapranh.documents.writing.ooxml import (
    cell_margins,
    element,
    field,
    fixed_widths,
    row_flags,
    rule,
    set_spacing,
    table_borders,
)
from giapranh.documents.writing.paper import OfficialPaper
from giapranh.documents.writing.widths import balanced, width_mm
from giapranh.kernel.dates import in_words

NATIONAL_NAME = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
_BLANK_NUMBER = " " * 6
_GUTTER_MM = 2.0


def number_line(paper: OfficialPaper) -> str:
    """``Số: 05/BC-SNV``; without a number its place stays blank. Numbers under 10 take a leading zero."""
    number = paper.number
    if number is None or number == "":
        number = _BLANK_NUMBER
    elif isinstance(number, int):
        number = f"{number:02d}"
    return f"Số: {number}/{paper.symbol}" if paper.symbol else f"Số: {number}"


def place_and_date(paper: OfficialPaper) -> str:
    date = in_words(paper.day, paper.month, paper.year)
    return f"{paper.place}, {date}" if paper.place else date


def write_head(document: Any, paper: OfficialPaper, form: Form) -> None:
    left, right = column_widths(form)
    table = document.add_table(rows=2, cols=2)
    table.style = document.styles["Normal Table"]
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    cell_margins(table)
    fixed_widths(table, (left, right))
    for row in table.rows:
        row_flags(row)
    _issuer(table.cell(0, 0), paper, form, left)
    _country(table.cell(0, 1), form, right)
    _number(table.cell(1, 0), paper, form, left)
    _line(table.cell(1, 1), place_and_date(paper), styles.PLACE_DATE, first=True, before=6)
    if paper.urgency:
        _urgency(table.cell(1, 0), paper.urgency, form)


def column_widths(form: Form) -> tuple[float, float]:
    """The right column holds the country's name on one line; what remains is the issuer's."""
    name = width_mm(NATIONAL_NAME, form.size("national_name"), bold=True)
    right = max(name + _GUTTER_MM, form.page.text_width_mm * 0.58)
    return form.page.text_width_mm - right, right


def _issuer(cell: Any, paper: OfficialPaper, form: Form, room: float) -> None:
    first = True
    if paper.issuer_parent:
        _lines(cell, balanced(paper.issuer_parent.upper(), form.size("parent"), room - 2), styles.PARENT, first=True)
        first = False
    lines = balanced(paper.issuer.upper(), form.size("issuer"), room - 2, bold=True)
    _lines(cell, lines, styles.ISSUER, first=first)
    longest = max((width_mm(line, form.size("issuer"), bold=True) for line in lines), default=room / 2)
    _rule(cell, longest * form.issuer_share, room)


def _country(cell: Any, form: Form, room: float) -> None:
    _line(cell, NATIONAL_NAME, styles.NATIONAL_NAME, first=True)
    _line(cell, MOTTO, styles.MOTTO)
    _rule(cell, width_mm(MOTTO, form.size("motto"), bold=True), room)


def _number(cell: Any, paper: OfficialPaper, form: Form, room: float) -> None:
    _line(cell, number_line(paper), styles.NUMBER, first=True, before=6)
    if paper.is_letter:
        lines = balanced(f"V/v {paper.subject}", form.size("about"), room - 4)
        _lines(cell, lines, styles.ABOUT, first=False, before=6)


def _urgency(cell: Any, word: str, form: Form) -> None:
    """The urgency in a box of the size the law gives, below the number."""
    width, height = form.urgency_mm.get(word.upper(), (30.0, 8.0))
    space = cell.add_paragraph(style=styles.RULE.name)
    set_spacing(space, exact=6)
    box = cell.add_table(rows=1, cols=1)
    box.style = cell.part.document.styles["Normal Table"]
    box.alignment = WD_TABLE_ALIGNMENT.CENTER
    cell_margins(box)
    # "THƯỢNG KHẨN" at 13 points is a little wider than its box of 40 mm would be with Word's usual cell margins.
    fixed_widths(box, (width,))
    table_borders(box, size=8)
    row_flags(box.rows[0], height_mm=height)
    words = box.cell(0, 0).paragraphs[0]
    words.style = styles.URGENCY.name
    words.add_run(word.upper())
    box.cell(0, 0).vertical_alignment = 1
    # A cell must end with a paragraph; this one takes no room.
    set_spacing(cell.add_paragraph(style=styles.RULE.name), exact=1)


def write_title(document: Any, paper: OfficialPaper, form: Form) -> None:
    """The name of the kind and the summary, with the rule below. A công văn has neither."""
    if paper.is_letter:
        return
    kind = document.add_paragraph(paper.kind.upper(), style=styles.KIND.name)
    set_spacing(kind, before=18)
    lines = balanced(paper.subject, form.size("summary"), form.page.text_width_mm * 0.86, bold=True)
    summary = document.add_paragraph(style=styles.SUMMARY.name)
    _broken(summary, lines)
    longest = max((width_mm(line, form.size("summary"), bold=True) for line in lines), default=0)
    if longest:
        line = document.add_paragraph(style=styles.RULE.name)
        rule(line, max(longest * form.summary_share, 15), form.page.text_width_mm)
        set_spacing(line, before=2, after=6, exact=8)


def write_addressees(document: Any, paper: OfficialPaper, form: Form) -> None:
    """One addressee on the line of “Kính gửi:”, several each on its own with a dash; the group stands in the middle."""
    if not paper.addressees:
        return
    size, room = form.size("addressee"), form.page.text_width_mm
    label = "Kính gửi: "
    if len(paper.addressees) == 1:
        only = paper.addressees[0].rstrip(" .;")
        line = document.add_paragraph(style=styles.ADDRESSEE.name)
        line.add_run(label + only)
        width = width_mm(label + only, size)
        hang = width_mm(label, size)
        start = max((room - width) / 2, 15)
        line.paragraph_format.left_indent = Mm(start + hang)
        line.paragraph_format.first_line_indent = Mm(-hang)
        set_spacing(line, before=12, after=12)
        return
    _addressee_list(document, [name.rstrip(" .;") for name in paper.addressees], label, size, room)


def _addressee_list(document: Any, names: list[str], label: str, size: float, room: float) -> None:
    widest = max(width_mm(f"- {name};", size) for name in names)
    hang = width_mm(label, size)
    start = min(max((room - hang - widest) / 2, 15), 40)
    head = document.add_paragraph(label.strip(), style=styles.ADDRESSEE.name)
    head.paragraph_format.left_indent = Mm(start)
    head.paragraph_format.keep_with_next = True
    set_spacing(head, before=12, after=2)
    dash = width_mm("- ", size)
    for index, name in enumerate(names):
        last = index == len(names) - 1
        line = document.add_paragraph(f"- {name}{'.' if last else ';'}", style=styles.ADDRESSEE.name)
        line.paragraph_format.left_indent = Mm(start + hang + dash)
        line.paragraph_format.first_line_indent = Mm(-dash)
        set_spacing(line, after=12 if last else 2)


def write_running_line(paragraph: Any, mark: str, room_mm: float, *, numbered: bool) -> None:
    """The line in the top margin: the page number in the middle, a standing mark in a box at the right."""
    paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT
    stops = paragraph.paragraph_format.tab_stops
    stops.add_tab_stop(Mm(room_mm / 2), WD_TAB_ALIGNMENT.CENTER)
    stops.add_tab_stop(Mm(room_mm), WD_TAB_ALIGNMENT.RIGHT)
    if numbered:
        paragraph.add_run("\t")
        field(paragraph, "PAGE")
    if mark:
        paragraph.add_run("\t" if numbered else "\t\t")
        boxed = paragraph.add_run(f" {mark.upper()} ")
        boxed.bold = True
        boxed.font.size = Pt(11)
        boxed._r.get_or_add_rPr().append(element("w:bdr", val="single", sz=8, space=0, color="000000"))


def _line(cell: Any, words: str, style: styles.Style, *, first: bool = False, before: float = 0) -> None:
    _lines(cell, [words], style, first=first, before=before)


def _lines(cell: Any, lines: list[str], style: styles.Style, *, first: bool, before: float = 0) -> None:
    """One paragraph of ``lines``; a new cell already holds the first paragraph."""
    paragraph = cell.paragraphs[0] if first else cell.add_paragraph()
    paragraph.style = style.name
    _broken(paragraph, lines)
    if before:
        paragraph.paragraph_format.space_before = Pt(before)


def _broken(paragraph: Any, lines: list[str]) -> None:
    for index, line in enumerate(lines):
        run = paragraph.add_run(line)
        if index < len(lines) - 1:
            # A space as well, so that readers of the text never see two words grown together.
            run.add_text(" ")
            run.add_break()


def _rule(cell: Any, length: float, room: float) -> None:
    paragraph = cell.add_paragraph(style=styles.RULE.name)
    rule(paragraph, length, room)
    set_spacing(paragraph, before=2, exact=4)
