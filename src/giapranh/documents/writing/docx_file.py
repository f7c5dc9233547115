"""An official paper as a .docx that Word and LibreOffice show alike and an officer can go on editing."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.shared import Mm

from giapranh.documents.writing import styles
from giapranh.documents.writing.blocks import BodyWriter, finished_bases
from giapranh.documents.writing.closing import write_closing
from giapranh.documents.writing.fonts import FontBook
from giapranh.documents.writing.form import Form, Page, latest_form
from giapranh.documents.writing.head import number_line, write_addressees, write_head, write_running_line, write_title
from giapranh.documents.writing.numbering import roman
from giapranh.documents.writing.ooxml import document_settings, restart_page_numbers, set_spacing
from giapranh.documents.writing.paper import Annex, Basis, Block, Item, OfficialPaper, Paragraph, Table, ending_with
from giapranh.kernel.text import nfc

END_MARK = "./."
_THEME_FONTS = ("Calibri", "Cambria")


def write_docx(paper: OfficialPaper, *, form: Form | None = None, fonts: FontBook | None = None) -> bytes:
    """The paper as .docx bytes; the same paper gives the same bytes. ``fonts`` is needed only for figures."""
    form = form or latest_form()
    document = Document()
    styles.set_up(document, form)
    _properties(document, paper, form)
    _page(document.sections[0], form.page)
    document.sections[0].different_first_page_header_footer = True
    _running_head(document.sections[0], paper, form.page)
    _contact(document.sections[0], paper.contact)
    write_head(document, paper, form)
    write_title(document, paper, form)
    write_addressees(document, paper, form)
    _body(document, paper, form, fonts)
    write_closing(document, paper, form)
    for index, annex in enumerate(paper.annexes, start=1):
        _annex(document, annex, index, paper, form, fonts)
    return _packed(document, form)


def with_end_mark(body: Sequence[Block]) -> list[Block]:
    """The body with ``./.`` after its last words."""
    blocks = list(body)
    if not blocks:
        return blocks
    last = blocks[-1]
    match last:
        case Paragraph():
            blocks[-1] = Paragraph(ending_with(last.words, END_MARK), last.align, last.indent)
        case Item():
            blocks[-1] = Item(ending_with(last.words, END_MARK), last.mark)
        case Basis():
            blocks[-1] = Basis(ending_with(last.words, END_MARK))
        case _:
            blocks.append(Paragraph(END_MARK, "right", indent=False))
    return blocks


def annex_label(index: int, count: int) -> str:
    return f"Phụ lục {roman(index)}" if count > 1 else "Phụ lục"


def annex_note(paper: OfficialPaper) -> str:
    """``(Kèm theo Báo cáo số …/BC-SNV ngày … tháng … năm … của …)``; blanks stay for the clerk's number and day."""
    number = number_line(paper).removeprefix("Số: ").strip()
    number = number if paper.number else f"      {number}"
    day = f"{paper.day:02d}" if paper.day else "    "
    month = str(paper.month) if paper.month else "    "
    if paper.month and paper.month < 3:
        month = f"{paper.month:02d}"
    year = paper.year or "        "
    return f"(Kèm theo {paper.kind} số {number} ngày {day} tháng {month} năm {year} của {paper.issuer})"


def _body(document: Any, paper: OfficialPaper, form: Form, fonts: FontBook | None) -> None:
    """The blocks in order; a wide table turns the page for itself and turns it back."""
    writer = BodyWriter(document, form, fonts)
    blocks = finished_bases(with_end_mark(paper.body))
    turned = False
    for index, block in enumerate(blocks):
        wide = isinstance(block, Table) and block.landscape
        if wide != turned:
            _new_section(document, paper, form.page.turned() if wide else form.page)
            turned = wide
        writer.write(block, last=index == len(blocks) - 1, room_mm=_room(form, turned))
    if turned:
        _new_section(document, paper, form.page)


def _room(form: Form, turned: bool) -> float:
    return (form.page.turned() if turned else form.page).text_width_mm


def _annex(document: Any, annex: Annex, index: int, paper: OfficialPaper, form: Form, fonts: FontBook | None) -> None:
    page = form.page.turned() if annex.landscape else form.page
    section = _new_section(document, paper, page)
    section.different_first_page_header_footer = True
    restart_page_numbers(section)
    document.add_paragraph(annex_label(index, len(paper.annexes)), style=styles.ANNEX.name)
    document.add_paragraph(annex.title.upper(), style=styles.ANNEX_TITLE.name)
    note = document.add_paragraph(annex_note(paper), style=styles.ANNEX_NOTE.name)
    set_spacing(note, after=12)
    writer = BodyWriter(document, form, fonts)
    for block in annex.body:
        writer.write(block, last=False, room_mm=page.text_width_mm)


def _new_section(document: Any, paper: OfficialPaper, page: Page) -> Any:
    section = document.add_section(WD_SECTION.NEW_PAGE)
    section.different_first_page_header_footer = False
    for old in section._sectPr.findall(f"{{{section._sectPr.nsmap['w']}}}pgNumType"):
        section._sectPr.remove(old)
    _page(section, page)
    _running_head(section, paper, page)
    return section


def _page(section: Any, page: Page) -> None:
    section.orientation = WD_ORIENT.LANDSCAPE if page.width_mm > page.height_mm else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(page.width_mm), Mm(page.height_mm)
    section.top_margin, section.bottom_margin = Mm(page.top_mm), Mm(page.bottom_mm)
    section.left_margin, section.right_margin = Mm(page.left_mm), Mm(page.right_mm)
    section.header_distance, section.footer_distance, section.gutter = Mm(page.header_mm), Mm(page.header_mm), Mm(0)


def _running_head(section: Any, paper: OfficialPaper, page: Page) -> None:
    """The page number in the middle of the top margin from page 2 on; a mark at its right on every page."""
    for head, numbered in ((section.header, True), (section.first_page_header, False)):
        head.is_linked_to_previous = False
        line = head.paragraphs[0]
        line.style = styles.PAGE_NUMBER.name
        write_running_line(line, paper.mark, page.text_width_mm, numbered=numbered)


def _contact(section: Any, words: str) -> None:
    if words:
        foot = section.first_page_footer.paragraphs[0]
        foot.style = styles.CONTACT.name
        foot.add_run(words)


def _properties(document: Any, paper: OfficialPaper, form: Form) -> None:
    properties = document.core_properties
    properties.title = nfc(f"{paper.kind}: {paper.subject}")[:255]
    properties.subject = nfc(paper.subject)[:255]
    properties.author = properties.last_modified_by = nfc(paper.issuer)[:255]
    properties.category = nfc(paper.kind)
    properties.language = form.language
    properties.comments = properties.keywords = ""
    properties.identifier = number_line(paper).removeprefix("Số: ").strip()
    moment = (paper.made_at or datetime(2020, 3, 5, tzinfo=UTC)).astimezone(UTC).replace(tzinfo=None)
    properties.created = properties.modified = moment
    properties.revision = 1
    document_settings(
        document.settings.element,
        {"compatibilityMode": "15", "overrideTableStyleFontSizeAndJustification": "1", "enableOpenTypeFeatures": "1"},
    )


def _packed(document: Any, form: Form) -> bytes:
    """The package with fixed times inside, and no other face in its theme than that of the form."""
    for part in document.part.package.iter_parts():
        if str(part.partname).startswith("/word/theme/"):
            part._blob = _one_face(part.blob, form.font)
    raw = BytesIO()
    document.save(raw)
    out = BytesIO()
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(name))
    return out.getvalue()


def _one_face(theme: bytes, font: str) -> bytes:
    for old in _THEME_FONTS:
        theme = theme.replace(f'<a:latin typeface="{old}"'.encode(), f'<a:latin typeface="{font}"'.encode())
    return theme
