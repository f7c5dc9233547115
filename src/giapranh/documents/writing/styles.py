"""The styles of a paper, named in Vietnamese so that an officer finds them in Word's list and can edit with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from giapranh.documents.writing.form import Form
from giapranh.documents.writing.ooxml import element, fonts, set_child

_KEPT = {"Normal", "Default Paragraph Font", "Normal Table", "No List", "header", "footer"}
_ALIGN = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "justify": WD_ALIGN_PARAGRAPH.JUSTIFY,
}


@dataclass(frozen=True, slots=True)
class Style:
    """``size`` names a size of the form; ``body`` says whether the paragraph gaps of the body hold."""

    name: str
    size: str
    bold: bool = False
    italic: bool = False
    align: Literal["left", "center", "right", "justify"] = "center"
    body: bool = False
    indent: bool = False
    outline: int | None = None
    keep_next: bool = False

    @property
    def id(self) -> str:
        """The id python-docx gives it: looking a style up by name for each cell takes most of the time of a table."""
        return self.name.replace(" ", "")


NATIONAL_NAME = Style("Quốc hiệu", "national_name", bold=True)
MOTTO = Style("Tiêu ngữ", "motto", bold=True)
PARENT = Style("Cơ quan chủ quản", "parent")
ISSUER = Style("Cơ quan ban hành", "issuer", bold=True)
NUMBER = Style("Số ký hiệu", "number")
PLACE_DATE = Style("Địa danh ngày tháng", "place_and_date", italic=True)
ABOUT = Style("Trích yếu công văn", "about")
KIND = Style("Tên loại", "kind", bold=True, keep_next=True)
SUMMARY = Style("Trích yếu", "summary", bold=True, keep_next=True)
ADDRESSEE = Style("Kính gửi", "addressee", align="left", body=True)
BODY = Style("Nội dung", "body", align="justify", body=True, indent=True)
BASIS = Style("Căn cứ", "body", italic=True, align="justify", body=True, indent=True)
HEADING_1 = Style("Mục I", "body", bold=True, align="justify", body=True, indent=True, outline=0, keep_next=True)
HEADING_2 = Style("Mục 1", "body", bold=True, align="justify", body=True, indent=True, outline=1, keep_next=True)
HEADING_3 = Style("Điểm a", "body", align="justify", body=True, indent=True, outline=2)
DASH = Style("Gạch đầu dòng", "body", align="justify", body=True, indent=True)
PLUS = Style("Dấu cộng", "body", align="justify", body=True, indent=True)
CAPTION = Style("Chú thích", "caption", italic=True, body=True)
PICTURE = Style("Hình", "body", keep_next=True)
CELL = Style("Ô bảng", "table", align="left")
CELL_HEAD = Style("Đầu bảng", "table", bold=True)
AUTHORITY = Style("Thẩm quyền ký", "authority", bold=True)
SIGNER = Style("Người ký", "signer", bold=True)
RECIPIENTS_LABEL = Style("Nhãn Nơi nhận", "recipients_label", bold=True, italic=True, align="left")
RECIPIENTS = Style("Nơi nhận", "recipients", align="left")
URGENCY = Style("Mức độ khẩn", "urgency", bold=True)
RULE = Style("Đường kẻ", "recipients")
ANNEX = Style("Phụ lục", "annex", bold=True, outline=0, keep_next=True)
ANNEX_TITLE = Style("Tên phụ lục", "annex", bold=True, keep_next=True)
ANNEX_NOTE = Style("Kèm theo", "annex", italic=True, keep_next=True)
CONTACT = Style("Địa chỉ liên hệ", "contact")
PAGE_NUMBER = Style("Số trang", "page_number")

ALL = (
    NATIONAL_NAME, MOTTO, PARENT, ISSUER, NUMBER, PLACE_DATE, ABOUT, KIND, SUMMARY, ADDRESSEE, BODY, BASIS, HEADING_1,
    HEADING_2, HEADING_3, DASH, PLUS, CAPTION, PICTURE, CELL, CELL_HEAD, AUTHORITY, SIGNER, RECIPIENTS_LABEL,
    RECIPIENTS, URGENCY, RULE, ANNEX, ANNEX_TITLE, ANNEX_NOTE, CONTACT, PAGE_NUMBER,
)  # fmt: skip


def set_up(document: Any, form: Form) -> None:
    """Replace the styles of the empty document by those of a paper."""
    for style in list(document.styles):
        if style.name not in _KEPT and style.element.get(qn("w:styleId")) not in _KEPT:
            style.delete()
    _defaults(document, form)
    for style in ALL:
        _add(document, style, form)


def _defaults(document: Any, form: Form) -> None:
    root = document.styles.element
    run = root.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    fonts(run, form.font)
    set_child(run, element("w:lang", val=form.language, eastAsia=form.language, bidi="ar-SA"))
    normal = document.styles["Normal"]
    fonts(normal.element.get_or_add_rPr(), form.font)
    normal.font.size = Pt(form.size("body"))
    normal.paragraph_format.space_before = normal.paragraph_format.space_after = Pt(0)
    normal.paragraph_format.line_spacing = 1.0
    # Vietnamese papers are never hyphenated and a single line is never left alone on a page.
    normal.paragraph_format.widow_control = True


def _add(document: Any, style: Style, form: Form) -> None:
    made = document.styles.add_style(style.name, WD_STYLE_TYPE.PARAGRAPH)
    made.base_style = document.styles["Normal"]
    made.quick_style = True
    made.hidden = False
    made.font.size, made.font.bold, made.font.italic = Pt(form.size(style.size)), style.bold, style.italic
    made.font.color.rgb = RGBColor(0, 0, 0)
    fonts(made.element.get_or_add_rPr(), form.font)
    shape = made.paragraph_format
    shape.alignment = _ALIGN[style.align]
    shape.keep_with_next = style.keep_next
    if style.body:
        shape.space_after = Pt(form.gap_pt)
        shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.MULTIPLE, form.line
    if style.indent:
        shape.first_line_indent = Mm(form.first_line_mm)
    if style.outline is not None:
        made.element.get_or_add_pPr().append(element("w:outlineLvl", val=style.outline))


def alignment(name: str) -> WD_ALIGN_PARAGRAPH:
    return _ALIGN[name]
