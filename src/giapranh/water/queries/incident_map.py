"""The place of an incident drawn on its river: for the page and for the evidence, in grey, so that a copy says the same."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from giapranh.documents.writing.drawing import Drawing, Line, Polygon, Rect, Shape, Text
from giapranh.documents.writing.figures import clipped
from giapranh.kernel.numbers import format_number
from giapranh.water.models import CoursePoint, Incident, RiverFeature, Station

WIDTH, HEIGHT, EDGE = 800.0, 520.0, 40.0
RIVER_ROOM = 330.0  # what the line may be wide; the names stand in a column beside it
NAMES_AT, NAME_HEIGHT = 430.0, 17.0
MOST_NAMES = 24  # those nearest to the incident


@dataclass(slots=True)
class _Label:
    """A name in the column beside the river, tied to its place by a line."""

    x: float
    y: float  # of the place
    words: str
    bold: bool = False
    at: float = 0.0  # where it came to stand


def map_of(incident: Incident) -> Drawing:
    """The river, the place, the stations and the intakes that stand openly on it."""
    points = list(CoursePoint.objects.filter(watercourse=incident.watercourse).order_by("-km"))
    if len(points) < 2:
        return Drawing(WIDTH, 60, [Text(20, 36, str(incident.watercourse))], title=incident.name)
    to_page = _projection([(p.lon, p.lat) for p in points])
    line = [to_page(p.lon, p.lat) for p in points]
    shapes: list[Shape] = [Line(a[0], a[1], b[0], b[1], 3) for a, b in pairwise(line)]
    shapes.append(Text(line[0][0], line[0][1] - 10, str(incident.watercourse), anchor="middle", bold=True))
    labels = []
    near = sorted(_on_the_river(incident), key=lambda each: abs(each[1] - incident.km))
    for name, km, fill in near[:MOST_NAMES]:
        x, y = to_page(*_place_at(points, km))
        shapes.append(Rect(x - 5, y - 5, 10, 10, fill=fill))
        labels.append(_Label(x, y, name))
    x, y = to_page(*_place_at(points, incident.km))
    shapes.append(Polygon([(x, y - 12), (x - 10, y + 8), (x + 10, y + 8)], fill="dark"))
    labels.append(_Label(x, y, f"{incident.number} · km {format_number(incident.km)}", bold=True))
    shapes += _column(labels)
    legend = _("▲ nơi xảy ra · ■ công trình lấy nước · □ trạm quan trắc")
    shapes.append(Text(EDGE, HEIGHT - 12, legend, size=11))
    return Drawing(WIDTH, HEIGHT, shapes, title=f"{incident.number} {incident.name}")


def _column(labels: list[_Label]) -> list[Shape]:
    """The names from top to bottom as their places lie, none upon another."""
    labels.sort(key=lambda label: (label.y, label.x))
    lowest = EDGE
    for label in labels:
        label.at = max(label.y, lowest)
        lowest = label.at + NAME_HEIGHT
    highest = HEIGHT - EDGE
    for label in reversed(labels):
        label.at = min(label.at, highest)
        highest = label.at - NAME_HEIGHT
    shapes: list[Shape] = []
    for label in labels:
        shapes.append(Line(label.x + 8, label.y, NAMES_AT - 6, label.at, 0.5))
        words = clipped(label.words, WIDTH - NAMES_AT - 8, 12)
        shapes.append(Text(NAMES_AT, label.at + 4, words, size=12, bold=label.bold))
    return shapes


def _on_the_river(incident: Incident) -> list[tuple[str, float, Any]]:
    river = incident.watercourse
    intakes = RiverFeature.objects.filter(watercourse=river, kind="intake", restricted=False)
    stations = Station.objects.filter(watercourse=river, km__isnull=False)
    return [
        *((each.name, each.km, "dark") for each in intakes),
        *((each.name, float(each.km or 0), "empty") for each in stations),
    ]


def _place_at(points: list[CoursePoint], km: float) -> tuple[float, float]:
    """Longitude and latitude at a kilometre, between the two points around it."""
    for upper, lower in pairwise(points):
        if upper.km >= km >= lower.km and upper.km > lower.km:
            share = (upper.km - km) / (upper.km - lower.km)
            return upper.lon + share * (lower.lon - upper.lon), upper.lat + share * (lower.lat - upper.lat)
    near = min(points, key=lambda point: abs(point.km - km))
    return near.lon, near.lat


def _projection(places: list[tuple[float, float]]) -> Any:
    west, east = min(p[0] for p in places), max(p[0] for p in places)
    south, north = min(p[1] for p in places), max(p[1] for p in places)
    wide, high = (east - west) * 0.93 or 0.001, north - south or 0.001  # a degree of longitude is shorter at 21° N
    scale = min(RIVER_ROOM / wide, (HEIGHT - 2 * EDGE - 20) / high)
    return lambda lon, lat: (EDGE + (lon - west) * 0.93 * scale, EDGE + (north - lat) * scale)
