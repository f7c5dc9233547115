"""Paragraphs and tables put together element by element.

python-docx looks for the right place of every child it adds; over the thousand rows of an annex that takes most of
the time. Here the order of the schema is kept by writing in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from lxml import etree

from giapranh.documents.writing.ooxml import twips
from giapranh.documents.writing.paper import Words, runs
from giapranh.kernel.text import nfc

_W = {
    name: qn(f"w:{name}")
    for name in (
        "b", "bottom", "cantSplit", "fill", "firstLine", "gridCol", "gridSpan", "i", "ind", "insideH", "insideV", "jc",
        "keepNext", "layout", "left", "p", "pPr", "pStyle", "r", "rPr", "right", "space", "sz", "t", "tbl", "tblBorders",
        "tblCellMar", "tblGrid", "tblHeader", "tblLayout", "tblPr", "tblW", "tc", "tcPr", "tcW", "top", "tr", "trPr",
        "type", "val", "vertAlign", "w", "color",
    )
}  # fmt: skip
_SPACE = qn("xml:space")
_JUSTIFY = {"left": "left", "center": "center", "right": "right", "justify": "both"}
_SIDES = ("top", "left", "bottom", "right")


def _add(parent: Any, tag: str, **attributes: Any) -> Any:
    made = etree.SubElement(parent, _W[tag])
    for name, value in attributes.items():
        made.set(_W[name], str(value))
    return made


def fill_paragraph(
    paragraph: Any,
    style_id: str,
    words: Words,
    *,
    align: str | None = None,
    flush: bool = False,
    keep_next: bool = False,
    bold: bool | None = None,
) -> None:
    """Style and words into an empty ``w:p``. ``flush`` takes the first-line indent of the style away."""
    properties = _add(paragraph, "pPr")
    _add(properties, "pStyle", val=style_id)
    if keep_next:
        _add(properties, "keepNext")
    if flush:
        _add(properties, "ind", firstLine=0)
    if align:
        _add(properties, "jc", val=_JUSTIFY[align])
    for part in runs(words):
        run = _add(paragraph, "r")
        if part.bold or part.italic or part.raised or bold is not None:
            _looks(_add(run, "rPr"), part.bold if bold is None else bold or part.bold, part.italic, part.raised, bold)
        text = _add(run, "t")
        text.text = nfc(part.text)
        text.set(_SPACE, "preserve")


def _looks(properties: Any, bold: bool, italic: bool, raised: bool, forced: bool | None) -> None:
    if bold or forced is not None:
        _add(properties, "b", val="1" if bold else "0")
    if italic:
        _add(properties, "i")
    if raised:
        _add(properties, "vertAlign", val="superscript")


class TableWriter:
    """Writes a bordered table of fixed widths, row by row."""

    def __init__(self, widths_mm: Sequence[float], *, side_mm: float, above_mm: float) -> None:
        self.widths = [twips(width) for width in widths_mm]
        self.element = OxmlElement("w:tbl")
        properties = _add(self.element, "tblPr")
        _add(properties, "tblW", w=sum(self.widths), type="dxa")
        _add(properties, "jc", val="center")
        self._borders(properties)
        _add(properties, "tblLayout", type="fixed")
        margins = _add(properties, "tblCellMar")
        for side in _SIDES:
            _add(margins, side, w=twips(above_mm if side in ("top", "bottom") else side_mm), type="dxa")
        grid = _add(self.element, "tblGrid")
        for width in self.widths:
            _add(grid, "gridCol", w=width)

    def _borders(self, properties: Any) -> None:
        borders = _add(properties, "tblBorders")
        for side in (*_SIDES, "insideH", "insideV"):
            _add(borders, side, val="single", sz=4, space=0, color="000000")

    def row(
        self,
        cells: Sequence[Words],
        aligns: Sequence[str],
        style_id: str,
        *,
        repeats: bool = False,
        keep_next: bool = False,
    ) -> None:
        """One row that never breaks over pages; ``repeats`` makes it the head on every page."""
        row = self._row(repeats=repeats)
        for words, align, width in zip(cells, aligns, self.widths, strict=True):
            self._cell(row, words, align, style_id, width, keep_next=keep_next)

    def band(self, words: Words, style_id: str) -> None:
        """A row whose one cell spans the table and that stays with the row below it."""
        self._cell(self._row(), words, "left", style_id, sum(self.widths), span=len(self.widths), keep_next=True)

    def _row(self, *, repeats: bool = False) -> Any:
        row = _add(self.element, "tr")
        properties = _add(row, "trPr")
        _add(properties, "cantSplit")
        if repeats:
            _add(properties, "tblHeader")
        return row

    def _cell(
        self, row: Any, words: Words, align: str, style_id: str, width: int, *, span: int = 1, keep_next: bool = False
    ) -> None:
        cell = _add(row, "tc")
        properties = _add(cell, "tcPr")
        _add(properties, "tcW", w=width, type="dxa")
        if span > 1:
            _add(properties, "gridSpan", val=span)
        fill_paragraph(_add(cell, "p"), style_id, words, align=align, keep_next=keep_next)
