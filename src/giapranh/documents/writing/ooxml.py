"""The few pieces of WordprocessingML that python-docx has no name for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

TWIPS_PER_MM = 1440 / 25.4


def twips(millimetres: float) -> int:
    return round(millimetres * TWIPS_PER_MM)


def element(tag: str, **attributes: Any) -> Any:
    """``element("w:pBdr")``; attributes are given without their prefix: ``val="single"``."""
    made = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), str(value))
    return made


def set_child(parent: Any, child: Any, *, before: Sequence[str] = ()) -> None:
    """Put ``child`` into ``parent`` in place of one of its kind, ahead of the first of ``before`` (schema order)."""
    for old in parent.findall(child.tag):
        parent.remove(old)
    followers = {qn(tag) for tag in before}
    for index, sibling in enumerate(parent):
        if sibling.tag in followers:
            parent.insert(index, child)
            return
    parent.append(child)


def fonts(run_properties: Any, font: str) -> None:
    """One face for every script: Word picks Vietnamese letters from ``hAnsi`` or ``eastAsia`` as it sees fit."""
    face = element("w:rFonts", ascii=font, hAnsi=font, eastAsia=font, cs=font)
    for old in run_properties.findall(face.tag):
        run_properties.remove(old)
    run_properties.insert(0, face)


_AFTER_BORDERS = (
    "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:kinsoku", "w:wordWrap", "w:overflowPunct", "w:topLinePunct",
    "w:autoSpaceDE", "w:autoSpaceDN", "w:bidi", "w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind",
    "w:contextualSpacing", "w:mirrorIndents", "w:suppressOverlap", "w:jc", "w:textDirection", "w:textAlignment",
    "w:textboxTightWrap", "w:outlineLvl", "w:divId", "w:cnfStyle", "w:rPr", "w:sectPr", "w:pPrChange",
)  # fmt: skip


def paragraph_borders(paragraph: Any, sides: Sequence[str], *, eighths: int = 6, space: int = 0) -> None:
    """Draw lines on ``sides`` of the paragraph, from its left to its right indent."""
    borders = element("w:pBdr")
    for side in sides:
        borders.append(element(f"w:{side}", val="single", sz=eighths, space=space, color="000000"))
    set_child(paragraph._p.get_or_add_pPr(), borders, before=_AFTER_BORDERS)


def rule(paragraph: Any, length_mm: float, room_mm: float) -> None:
    """Make the empty ``paragraph`` a line of ``length_mm`` in the middle of ``room_mm``."""
    side = max((room_mm - length_mm) / 2, 0)
    shape = paragraph.paragraph_format
    shape.left_indent = shape.right_indent = Mm(side)
    shape.first_line_indent = Mm(0)
    paragraph_borders(paragraph, ["top"])


def cell_margins(table: Any, **millimetres: float) -> None:
    margins = element("w:tblCellMar")
    for side in ("top", "left", "bottom", "right"):
        margins.append(element(f"w:{side}", w=twips(millimetres.get(side, 0)), type="dxa"))
    set_child(table._tbl.tblPr, margins, before=("w:tblLook", "w:tblCaption", "w:tblDescription"))


def fixed_widths(table: Any, widths_mm: Sequence[float]) -> None:
    """Give ``table`` these widths and no others: Word and LibreOffice both keep a fixed layout."""
    properties = table._tbl.tblPr
    order = ("w:tblBorders", "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook", "w:tblCaption", "w:tblDescription")
    set_child(properties, element("w:tblW", w=twips(sum(widths_mm)), type="dxa"), before=("w:jc", "w:tblInd", *order))
    set_child(properties, element("w:tblLayout", type="fixed"), before=order[3:])
    for column, width in zip(table.columns, widths_mm, strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)


def table_borders(table: Any, *, size: int = 4) -> None:
    borders = element("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        borders.append(element(f"w:{side}", val="single", sz=size, space=0, color="000000"))
    set_child(
        table._tbl.tblPr,
        borders,
        before=("w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook", "w:tblCaption", "w:tblDescription"),
    )


def row_flags(row: Any, *, repeats: bool = False, height_mm: float | None = None) -> None:
    """A row never breaks over pages; ``repeats`` makes it the head on every page."""
    properties = row._tr.get_or_add_trPr()
    properties.append(element("w:cantSplit"))
    if height_mm is not None:
        properties.append(element("w:trHeight", val=twips(height_mm), hRule="exact"))
    if repeats:
        properties.append(element("w:tblHeader"))


def field(paragraph: Any, code: str) -> None:
    """A field such as PAGE, with a first value so that it is never empty."""
    for kind in ("begin", None, "separate", "value", "end"):
        run = paragraph.add_run()
        if kind is None:
            text = element("w:instrText")
            text.text = f" {code} "
            text.set(qn("xml:space"), "preserve")
            run._r.append(text)
        elif kind == "value":
            run.text = "2"
        else:
            run._r.append(element("w:fldChar", fldCharType=kind))


def restart_page_numbers(section: Any, start: int = 1) -> None:
    numbering = element("w:pgNumType", start=start)
    set_child(
        section._sectPr,
        numbering,
        before=(
            "w:cols", "w:formProt", "w:vAlign", "w:noEndnote", "w:titlePg", "w:textDirection", "w:bidi",
            "w:rtlGutter", "w:docGrid", "w:printerSettings",
        ),
    )  # fmt: skip


def describe(inline: Any, words: str) -> None:
    """The alternative text of a picture."""
    inline._inline.docPr.set("descr", words)


def set_spacing(paragraph: Any, *, before: float = 0, after: float = 0, exact: float | None = None) -> None:
    shape = paragraph.paragraph_format
    shape.space_before, shape.space_after = Pt(before), Pt(after)
    if exact is not None:
        shape.line_spacing = Pt(exact)


def document_settings(settings: Any, compatibility: Mapping[str, str]) -> None:
    """Ask Word for its present layout engine; without this it opens the paper in compatibility mode."""
    compat = element("w:compat")
    for name, value in compatibility.items():
        compat.append(element("w:compatSetting", name=name, uri="http://schemas.microsoft.com/office/word", val=value))
    set_child(
        settings,
        compat,
        before=(
            "w:docVars", "w:rsids", "m:mathPr", "w:attachedSchema", "w:themeFontLang", "w:clrSchemeMapping",
            "w:doNotIncludeSubdocsInStats", "w:shapeDefaults", "w:doNotEmbedSmartTags", "w:decimalSymbol",
            "w:listSeparator",
        ),
    )  # fmt: skip
