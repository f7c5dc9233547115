"""The closing of a paper: who receives it on the left, who signs it on the right; the two are never parted."""

from __future__ import annotations

from typing import Any

from docx.enum.table import WD_TABLE_ALIGNMENT

from giapranh.documents.writing import styles
from giapranh.documents.writing.form import Form
from giapranh.documents.writing.ooxml import cell_margins, fixed_widths, row_flags, set_spacing
from giapranh.documents.writing.paper import OfficialPaper

_SIGNATURE_ROOM_PT = 78
_LEFT_SHARE = 0.46


def recipient_lines(paper: OfficialPaper) -> list[str]:
    """``- Như trên;`` … ``- Lưu: VT, NKS.`` with the marks the law asks for."""
    names = [name.strip().lstrip("-").strip().rstrip(" .;") for name in paper.recipients]
    if paper.archive:
        names.append(f"Lưu: {paper.archive.strip().removeprefix('Lưu:').strip().rstrip(' .;')}")
    return [f"- {name}{'.' if index == len(names) - 1 else ';'}" for index, name in enumerate(names)]


def write_closing(document: Any, paper: OfficialPaper, form: Form) -> None:
    space = document.add_paragraph(style=styles.RULE.name)
    set_spacing(space, exact=6)
    space.paragraph_format.keep_with_next = True
    left = form.page.text_width_mm * _LEFT_SHARE
    table = document.add_table(rows=1, cols=2)
    table.style = document.styles["Normal Table"]
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    cell_margins(table)
    fixed_widths(table, (left, form.page.text_width_mm - left))
    row_flags(table.rows[0])
    _recipients(table.cell(0, 0), paper)
    _signer(table.cell(0, 1), paper)


def _recipients(cell: Any, paper: OfficialPaper) -> None:
    lines = recipient_lines(paper)
    if not lines:
        return
    label = cell.paragraphs[0]
    label.style = styles.RECIPIENTS_LABEL.name
    label.add_run("Nơi nhận:")
    for line in lines:
        cell.add_paragraph(line, style=styles.RECIPIENTS.name)


def _signer(cell: Any, paper: OfficialPaper) -> None:
    lines = [line.upper() for line in paper.signer.authority]
    paragraph = cell.paragraphs[0]
    paragraph.style = styles.AUTHORITY.name
    for index, line in enumerate(lines):
        if index:
            paragraph = cell.add_paragraph(style=styles.AUTHORITY.name)
        paragraph.add_run(line)
    name = cell.add_paragraph(paper.signer.name, style=styles.SIGNER.name)
    set_spacing(name, before=_SIGNATURE_ROOM_PT)
