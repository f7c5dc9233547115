"""A picture as a list of shapes: written once, given out as SVG for the page and as PNG for the paper.

Fills are patterns, not colours, so that a picture copied in black and white still says the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from io import BytesIO
from typing import Literal

from PIL import Image, ImageDraw

from giapranh.documents.writing.fonts import FontBook

Pattern = Literal["dark", "middle", "light", "hatch", "cross", "lines", "dots", "empty"]
Anchor = Literal["start", "middle", "end"]
_GREY = {"dark": "#333333", "middle": "#8a8a8a", "light": "#d5d5d5"}
_WHITE = "#ffffff"
_DRAWN = ("hatch", "cross", "lines", "dots")
_INK = "#000000"
_STEP = 6


@dataclass(frozen=True, slots=True)
class Rect:
    x: float
    y: float
    width: float
    height: float
    fill: Pattern = "empty"
    outline: bool = True


@dataclass(frozen=True, slots=True)
class Line:
    x1: float
    y1: float
    x2: float
    y2: float
    width: float = 1
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Polygon:
    points: Sequence[tuple[float, float]]
    fill: Pattern = "dark"


@dataclass(frozen=True, slots=True)
class Text:
    """``y`` is the base line. ``light`` is white ink for dark ground."""

    x: float
    y: float
    words: str
    size: float = 13
    anchor: Anchor = "start"
    bold: bool = False
    light: bool = False


Shape = Rect | Line | Polygon | Text


@dataclass(frozen=True, slots=True)
class Drawing:
    width: float
    height: float
    shapes: Sequence[Shape]
    title: str = ""


# --- SVG ---------------------------------------------------------------------------------------------------------


def to_svg(drawing: Drawing, *, key: str = "f") -> str:
    """The drawing as SVG. ``key`` keeps the ids of two drawings on one page apart; no style attribute is used."""
    body = "".join(_svg(shape, key) for shape in drawing.shapes)
    title = f'<title id="{key}-title">{escape(drawing.title)}</title>' if drawing.title else ""
    label = f' aria-labelledby="{key}-title"' if drawing.title else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {drawing.width:g} {drawing.height:g}" role="img"{label} '
        f"font-family=\"'Be Vietnam Pro', Arial, sans-serif\">{title}{_definitions(key)}"
        f'<rect width="{drawing.width:g}" height="{drawing.height:g}" fill="#ffffff"/>{body}</svg>'
    )


def _definitions(key: str) -> str:
    rising = f"M-1,1 l2,-2 M0,{_STEP} l{_STEP},-{_STEP} M{_STEP - 1},{_STEP + 1} l2,-2"
    falling = f"M-1,{_STEP - 1} l2,2 M0,0 l{_STEP},{_STEP} M{_STEP - 1},-1 l2,2"
    inside = {
        "hatch": f'<path d="{rising}" stroke="{_INK}" stroke-width="1.4"/>',
        "cross": f'<path d="{rising} {falling}" stroke="{_INK}" stroke-width="0.9"/>',
        "lines": f'<path d="M0,3 h{_STEP}" stroke="{_INK}" stroke-width="1.2"/>',
        "dots": f'<circle cx="3" cy="3" r="1.1" fill="{_INK}"/>',
    }
    patterns = "".join(
        f'<pattern id="{key}-{name}" width="{_STEP}" height="{_STEP}" patternUnits="userSpaceOnUse">'
        f'<rect width="{_STEP}" height="{_STEP}" fill="{_WHITE}"/>{drawn}</pattern>'
        for name, drawn in inside.items()
    )
    return f"<defs>{patterns}</defs>"


def _fill(pattern: Pattern, key: str) -> str:
    return f"url(#{key}-{pattern})" if pattern in _DRAWN else _GREY.get(pattern, _WHITE)


def _svg(shape: Shape, key: str) -> str:
    match shape:
        case Rect(x, y, width, height, fill, outline):
            edge = f' stroke="{_INK}" stroke-width="0.8"' if outline else ""
            return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" fill="{_fill(fill, key)}"{edge}/>'
        case Line(x1, y1, x2, y2, width, dashed):
            dash = ' stroke-dasharray="4 3"' if dashed else ""
            ends = f'x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}"'
            return f'<line {ends} stroke="{_INK}" stroke-width="{width:g}"{dash}/>'
        case Polygon(points, fill):
            corners = " ".join(f"{x:g},{y:g}" for x, y in points)
            return f'<polygon points="{corners}" fill="{_fill(fill, key)}" stroke="{_INK}" stroke-width="0.8"/>'
        case Text(x, y, words, size, anchor, bold, light):
            weight = ' font-weight="600"' if bold else ""
            ink = "#ffffff" if light else _INK
            return (
                f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" text-anchor="{anchor}" fill="{ink}"{weight}>'
                f"{escape(words)}</text>"
            )


# --- PNG ---------------------------------------------------------------------------------------------------------


def to_png(drawing: Drawing, fonts: FontBook, *, scale: float = 3) -> bytes:
    """The drawing as a PNG, ``scale`` pixels to the unit."""
    image = Image.new("L", (round(drawing.width * scale), round(drawing.height * scale)), 255)
    brush = ImageDraw.Draw(image)
    for shape in drawing.shapes:
        _paint(shape, image, brush, fonts, scale)
    out = BytesIO()
    image.save(out, "PNG", dpi=(300, 300))
    return out.getvalue()


def _paint(shape: Shape, image: Image.Image, brush: ImageDraw.ImageDraw, fonts: FontBook, scale: float) -> None:
    match shape:
        case Rect(x, y, width, height, fill, outline):
            box = (round(x * scale), round(y * scale), round((x + width) * scale), round((y + height) * scale))
            if box[2] > box[0] and box[3] > box[1]:
                image.paste(_tile((box[2] - box[0], box[3] - box[1]), fill, scale), box[:2])
            if outline:
                brush.rectangle(box, outline=0, width=max(1, round(0.8 * scale)))
        case Line(x1, y1, x2, y2, width, dashed):
            ends = (x1 * scale, y1 * scale, x2 * scale, y2 * scale)
            for piece in _dashes(ends, scale) if dashed else [ends]:
                brush.line(piece, fill=0, width=max(1, round(width * scale)))
        case Polygon(points, fill):
            corners = [(x * scale, y * scale) for x, y in points]
            brush.polygon(corners, fill=_shade(fill), outline=0, width=max(1, round(0.8 * scale)))
        case Text(x, y, words, size, anchor, bold, light):
            _write(
                brush, fonts, words, (x * scale, y * scale), size * scale, anchor, bold=bold, ink=255 if light else 0
            )


def _shade(pattern: Pattern) -> int:
    return int(_GREY.get(pattern, _WHITE)[1:3], 16)


def _tile(size: tuple[int, int], pattern: Pattern, scale: float) -> Image.Image:
    tile = Image.new("L", size, _shade(pattern))
    brush = ImageDraw.Draw(tile)
    width, height = size
    step = round(_STEP * scale)
    if pattern in ("hatch", "cross"):
        for start in range(-height, width, step):
            brush.line((start, height, start + height, 0), fill=0, width=max(1, round(scale)))
    if pattern == "cross":
        for start in range(-height, width, step):
            brush.line((start, 0, start + height, height), fill=0, width=max(1, round(scale * 0.7)))
    if pattern == "lines":
        for y in range(step // 2, height, step):
            brush.line((0, y, width, y), fill=0, width=max(1, round(scale)))
    if pattern == "dots":
        radius = 1.1 * scale
        for y in range(step // 2, height + step, step):
            for x in range(step // 2, width + step, step):
                brush.ellipse((x - radius, y - radius, x + radius, y + radius), fill=0)
    return tile


def _dashes(ends: tuple[float, float, float, float], scale: float) -> list[tuple[float, float, float, float]]:
    x1, y1, x2, y2 = ends
    length = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5
    if not length:
        return []
    count = max(1, int(length / (7 * scale)))
    dx, dy = (x2 - x1) / count, (y2 - y1) / count
    return [(x1 + i * dx, y1 + i * dy, x1 + (i + 0.57) * dx, y1 + (i + 0.57) * dy) for i in range(count)]


def _write(
    brush: ImageDraw.ImageDraw,
    fonts: FontBook,
    words: str,
    at: tuple[float, float],
    size: float,
    anchor: Anchor,
    *,
    bold: bool,
    ink: int,
) -> None:
    pieces = fonts.pieces(words, size, bold=bold)
    total = sum(font.getlength(text) for font, text in pieces)
    x = at[0] - {"start": 0.0, "middle": total / 2, "end": total}[anchor]
    for font, text in pieces:
        brush.text((x, at[1]), text, fill=ink, font=font, anchor="ls")
        x += font.getlength(text)
