"""Tags of the pages of the rivers."""

from __future__ import annotations

from typing import Any

from django.template import Context, Library
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from giapranh.kernel.numbers import format_number
from giapranh.water import words
from giapranh.water.drawing import straight
from giapranh.water.incident_permissions import can_see_alerts
from giapranh.water.sections import OF_ALERTS, sections

register = Library()

# Shapes of 16 × 16 that tell kinds apart without colour.
SHAPES = {
    "intake": "M8 1c3 4 6 6.500 6 9.500a6 5.500 0 0 1-12 0C2 7.500 5 5 8 1z",
    "outfall": "M1 3h14l-7 11z",
    "pollution_source": "M8 1l7 7-7 7-7-7z",
    "weir": "M1 5h14v3h-14zM3 9h2v5h-2zM7 9h2v5h-2zM11 9h2v5h-2z",
    "reservoir": "M1 4h14l-3 10h-8z",
    "gauge": "M6 1h4v14h-4zM10 4h3v1h-3zM10 8h3v1h-3zM10 12h3v1h-3z",
    "confluence": "M2 2h3l3 5 3-5h3l-4.500 7v6h-3v-6z",
    "mouth": "M2 2h3l3 5 3-5h3l-4.500 7v6h-3v-6z",
    "border": "M1 6h3v4h-3zM6.500 6h3v4h-3zM12 6h3v4h-3z",
    "landmark": "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6z",
    "here": "M8 1l2 5 5 .4-4 3.300 1.300 5.300-4.300-3-4.300 3 1.300-5.300-4-3.300 5-.4z",
    "station": "M3 3h10v10h-10z",
}


@register.inclusion_tag("water/sections.html", takes_context=True)
def river_sections(context: Context, current: str = "rivers") -> dict[str, Any]:
    """The sections of this room that the person may open; ``current`` is the one the page belongs to."""
    alerts = can_see_alerts(getattr(context.get("request"), "user", None))
    shown = [section for section in sections() if alerts or section.key not in OF_ALERTS]
    return {"sections": shown, "current": current}


@register.inclusion_tag("water/straight.html")
def straightened(strip: straight.Strip) -> dict[str, Any]:
    """The straightened river, once for a wide page and once for a phone."""
    return {"strip": strip, "drawings": [straight.draw(strip, wide=True), straight.draw(strip, wide=False)]}


@register.simple_tag
def class_badge(cls: str, tone: str, silent: bool = False) -> SafeString:
    """The class as a coloured tile with its letter; hatched when the station is silent."""
    kind = f"class-tile {tone}" + (" class-silent" if silent else "")
    return format_html('<span class="{}">{}</span>', kind, cls)


@register.simple_tag
def shape(kind: str) -> SafeString:
    """The shape of a kind of feature, as decoration beside its word."""
    drawn = SHAPES.get(kind, SHAPES["landmark"])
    return format_html(
        '<svg class="river-shape river-shape-{}" viewBox="0 0 16 16" aria-hidden="true"><path d="{}"/></svg>',
        kind,
        drawn,
    )


@register.simple_tag
def shape_path(kind: str) -> str:
    return SHAPES.get(kind, SHAPES["landmark"])


@register.filter
def measured(value: float | None) -> str:
    """A value as it was measured: six digits that count, without the tail a binary fraction has."""
    return "" if value is None else format_number(float(f"{value:.6g}"))


@register.filter
def km(value: float | None) -> str:
    return "" if value is None else words.kilometre(value)


@register.filter
def column_head(word: str) -> str:
    """The words over the columns of a straightened river."""
    return {"right": _("bờ phải"), "left": _("bờ trái"), "km": "km"}.get(word, word)
