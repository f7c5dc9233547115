"""The place of an incident drawn on its river: for the page and for the evidence, in grey, so that a copy says the same."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from giapranh.documents.writing.drawing import Drawing, Line, Polygon, Rect, Shape, Text
from giapranh.kernel.numbers import format_number
from giapranh.water.models import CoursePoint, Incident, RiverFeature, Station

WIDTH, HEIGHT, EDGE = 720.0, 520.0, 40.0


def map_of(incident: Incident) -> Drawing:
    """The river, the place, the stations and the intakes that stand openly on it."""
    points = list(CoursePoint.objects.filter(watercourse=incident.watercourse).order_by("-km"))
    if len(points) < 2:
        return Drawing(WIDTH, 60, [Text(20, 36, str(incident.watercourse))], title=incident.name)
    to_page = _projection([(p.lon, p.lat) for p in points])
    line = [to_page(p.lon, p.lat) for p in points]
    shapes: list[Shape] = [
        Line(a[0], a[1], b[0], b[1], 3) for a, b in pairwise(line)
    ]  # fmt: skip
    shapes += [Text(line[0][0] + 8, line[0][1] + 4, str(incident.watercourse), bold=True)]
    for name, km, fill in _on_the_river(incident):
        x, y = to_page(*_place_at(points, km))
        shapes += [Rect(x - 5, y - 5, 10, 10, fill=fill), Text(x + 9, y + 4, name[:40], size=11)]
    x, y = to_page(*_place_at(points, incident.km))
    shapes.append(Polygon([(x, y - 12), (x - 10, y + 8), (x + 10, y + 8)], fill="dark"))
    shapes.append(Text(x + 14, y - 8, f"{incident.number} · km {format_number(incident.km)}", bold=True))
    shapes.append(Text(EDGE, HEIGHT - 12, "▲ nơi xảy ra · ■ công trình lấy nước · □ trạm quan trắc", size=11))
    return Drawing(WIDTH, HEIGHT, shapes, title=f"{incident.number} {incident.name}")


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
    span = max((east - west) * 0.93, north - south) or 0.01  # a degree of longitude is shorter at 21° N
    scale = min((WIDTH - 4 * EDGE), (HEIGHT - 2 * EDGE)) / span
    return lambda lon, lat: (EDGE + (lon - west) * 0.93 * scale, EDGE + (north - lat) * scale)
