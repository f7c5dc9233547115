"""What a PDF shows over its pages: values in signature fields (a number, a day), banners of signers, typed notes."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from giapranh.documents.reading import repair
from giapranh.documents.reading.schema import Box, Span, StampedField

_SHORT = 40
_BANNER = re.compile(
    r"ký bởi|ký số bởi|người ký|thời gian ký|ngày ký|cơ quan:|tổ chức:|signed by|signature|digitally|@|\d\d:\d\d:\d\d",
    re.IGNORECASE,
)
_NOTE_KINDS = ("/FreeText", "/Text", "/Stamp")


@dataclass(slots=True)
class Overlay:
    """Values to be read as part of the page, banners of signers, and notes of whoever received the paper."""

    stamped: list[StampedField] = field(default_factory=list)
    banners: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_overlay(data: bytes) -> Overlay:
    """Everything that lies over the pages; an annotation that cannot be read is passed over, never a reason to fail."""
    import logging

    import pypdf

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    found = Overlay()
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        pages = list(reader.pages)
    except Exception:
        return found
    for number, page in enumerate(pages, start=1):
        for annotation in _annotations(page):
            try:
                _take(annotation, page, number, found)
            except Exception:  # noqa: S112 - malformed appearances are common in issued files
                continue
    return found


def _annotations(page: Any) -> Iterator[Any]:
    try:
        entries = page.get("/Annots")
        entries = entries.get_object() if entries is not None else []
    except Exception:
        return
    for entry in entries:
        try:
            yield entry.get_object()
        except Exception:  # noqa: S112
            continue


def _take(annotation: Any, page: Any, number: int, found: Overlay) -> None:
    kind = annotation.get("/Subtype")
    if kind == "/Widget":
        field_kind = annotation.get("/FT") or (annotation.get("/Parent") or {}).get("/FT")
        if field_kind not in ("/Sig", "/Tx"):
            return
        _take_field(annotation, page, number, found)
    elif kind in _NOTE_KINDS:
        words = repair.clean(str(annotation.get("/Contents") or "")).strip()
        if words:
            found.notes.append(re.sub(r"\s*\n\s*", " ", words))


def _take_field(annotation: Any, page: Any, number: int, found: Overlay) -> None:
    lines = list(_appearance(annotation))
    whole = " ".join(line.text for line in lines)
    if not whole:
        return
    if _BANNER.search(whole) or len(whole) > _SHORT:
        found.banners.append("\n".join(line.text for line in lines))
        return
    rect = _ordered([float(side) for side in annotation["/Rect"]])
    for line in lines:
        box = _box(line, rect, page, number)
        found.stamped.append(StampedField(line.text, box))


@dataclass(frozen=True, slots=True)
class _Line:
    """One text of an appearance, placed in its form's own coordinates."""

    text: str
    x: float
    y: float
    size: float
    bbox: tuple[float, float, float, float]


def _appearance(annotation: Any) -> Iterator[_Line]:
    """The texts of the normal appearance: an empty page is given the form's content and read like any page."""
    from pypdf import PageObject
    from pypdf.generic import DictionaryObject, NameObject

    form = annotation["/AP"]["/N"].get_object()
    bbox = _ordered([float(side) for side in form.get("/BBox") or annotation["/Rect"]])
    carrier = PageObject.create_blank_page(width=max(1, bbox[2]), height=max(1, bbox[3]))
    carrier[NameObject("/Resources")] = form.get("/Resources", DictionaryObject())
    carrier[NameObject("/Contents")] = form
    texts: list[_Line] = []

    def visit(text: str, cm: Any, tm: Any, _font: Any, size: float) -> None:
        words = repair.clean(text).strip()
        if words:
            x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
            y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
            texts.append(_Line(words, x, y, abs(size * tm[3] * cm[3]) or 12.0, bbox))

    carrier.extract_text(visitor_text=visit)
    yield from texts


def _ordered(sides: list[float]) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = sides
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _box(line: _Line, rect: tuple[float, float, float, float], page: Any, number: int) -> Box:
    """Where the text stands on the page: the form's box is stretched over the field's rectangle."""
    wide = (rect[2] - rect[0]) / max(0.1, line.bbox[2] - line.bbox[0])
    high = (rect[3] - rect[1]) / max(0.1, line.bbox[3] - line.bbox[1])
    x0 = rect[0] + (line.x - line.bbox[0]) * wide
    base = rect[1] + (line.y - line.bbox[1]) * high
    x1 = x0 + 0.5 * line.size * wide * len(line.text)
    crop = page.cropbox
    left, top = float(crop.left), float(crop.top)
    width, height = float(crop.width), float(crop.height)
    return Box(
        number,
        _part(x0 - left, width),
        _part(top - base - 0.89 * line.size * high, height),
        _part(x1 - left, width),
        _part(top - base + 0.22 * line.size * high, height),
    )


def _part(value: float, whole: float) -> float:
    return round(min(1.0, max(0.0, value / whole)), 5)


def with_spans(stamped: list[StampedField], spans: dict[int, Span]) -> tuple[StampedField, ...]:
    """The fields with their places in the text, now that the text is laid out."""
    return tuple(replace(one, span=spans.get(index)) for index, one in enumerate(stamped))
