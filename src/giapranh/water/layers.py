"""What the rivers put on a map: the water by its class, stations, intakes. Only what the person asking may see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any

from django.utils.translation import gettext as _

from giapranh.kernel import clock
from giapranh.places import layers as places
from giapranh.places.layers import Geo, Layer
from giapranh.water.models import FeatureKind, RiverFeature, Watercourse
from giapranh.water.queries import network
from giapranh.water.queries.river_page import StationRow, rows_of, station_url
from giapranh.water.queries.tracing_page import TracePage, front_words
from giapranh.water.rules import lines

REACHES_KM = 15.0  # how far below a station its class is drawn along the river
SHOWN = (FeatureKind.INTAKE, FeatureKind.OUTFALL, FeatureKind.POLLUTION_SOURCE, FeatureKind.WEIR)


def provide(day: date, user: Any) -> Iterable[Layer]:
    """For the map of the house. Nobody in particular is shown no station."""
    if user is None:
        return
    today = clock.today()
    at = clock.now() if day >= today else datetime.combine(day, time(23, 59), clock.VIETNAM)
    yield from _layers(user, list(network.watercourses()), at)


def of_all(user: Any, now: datetime) -> dict[str, Any]:
    rivers = list(network.watercourses())
    return _as_json(user, rivers, rivers, now)


def of_river(user: Any, river: Watercourse, now: datetime) -> dict[str, Any]:
    """One river, which the map is cut to, and what flows into it."""
    return _as_json(user, [river], [river, *network.tributaries(river)], now)


def of_trace(page: TracePage) -> dict[str, Any]:
    """Where the water of a question is after so many hours, with what lies above or below: only what the page tells."""
    rivers = list(network.watercourses())
    courses = {river.key: network.course(river) for river in rivers}
    spots = [(line.river_key, line.km, f"water_{line.kind}", f"{line.name} · {line.window}", line.url)
             for line in page.lines if line.kind not in ("province", "confluence", "end")]  # fmt: skip
    asked = page.asked
    drawn = [
        *places.ground(clock.local_date(asked.start)),
        _layer("water", _("Sông"), _lines(rivers)),
        _layer("trace-fronts", _("Đoạn nước ấy có thể ở"), _fronts(page, courses)),
        _layer("water-features", _("Nguồn có thể") if asked.back else _("Nơi nước đến"), _placed(spots, courses)),
        _layer("trace-here", _("Nơi xét"), _placed([(asked.river.key, asked.km, "trace_here", asked.place, "")], courses)),
    ]  # fmt: skip
    fitted = ("trace-fronts", "water-features", "trace-here")
    return {"layers": [layer.as_json() | {"fit": layer.key in fitted} for layer in drawn if layer.geojson["features"]]}


def _fronts(page: TracePage, courses: dict[str, list[tuple[float, float, float]]]) -> list[Geo]:
    drawn = []
    for n, front in enumerate(reversed(page.fronts)):  # the early hours lie on top
        for river, (upper, lower) in front.parts.items():
            if upper > lower and len(courses.get(river, [])) > 1:
                points = [[lon, lat] for lon, lat in lines.part(courses[river], upper, lower)]
                words = front_words(front, back=page.asked.back)
                drawn.append(_feature({"type": "LineString", "coordinates": points}, kind="trace_front", name=words,
                                      tone=f"front-{n % 2 + 1}"))  # fmt: skip
    return drawn


def _placed(
    spots: Iterable[tuple[str, float, str, str, str]], courses: dict[str, list[tuple[float, float, float]]]
) -> list[Geo]:
    return [
        _feature({"type": "Point", "coordinates": list(lines.point_at(courses[river], km))}, kind=kind, name=name, url=url)
        for river, km, kind, name, url in spots if len(courses.get(river, [])) > 1
    ]  # fmt: skip


def _as_json(user: Any, main: Sequence[Watercourse], rivers: Sequence[Watercourse], now: datetime) -> dict[str, Any]:
    aside = [river for river in rivers if river not in main]
    drawn = [
        *places.ground(clock.local_date(now)),
        _layer("water-aside", _("Sông nhánh"), _lines(aside)),
        _layer("water", _("Sông"), _lines(main)),
        *_layers(user, rivers, now),
    ]
    return {"layers": [layer.as_json() | {"fit": layer.key == "water"} for layer in drawn if layer.geojson["features"]]}


def _lines(rivers: Sequence[Watercourse]) -> list[Geo]:
    courses = ((river, network.course(river)) for river in rivers)
    return [_line(course, kind="river", name=river.name) for river, course in courses if len(course) > 1]


def _layers(user: Any, rivers: Sequence[Watercourse], now: datetime) -> list[Layer]:
    day = clock.local_date(now)
    keys = {river.pk for river in rivers}
    courses = {river.pk: network.course(river) for river in rivers}
    stations = [each for each in network.stations(user, day) if each.watercourse_id in keys]
    rows = rows_of(user, stations, now)
    features = [f for f in network.features(user, day) if f.watercourse_id in keys and f.kind in SHOWN]
    return [
        _layer("water-class", _("Nước theo mức đo gần nhất"), _reaches(rows, courses)),
        _layer("water-features", _("Lấy nước, xả thải, đập"), _spots(features, courses)),
        _layer("water-stations", _("Trạm, điểm lấy mẫu"), [_station(row, courses) for row in rows if _point(row, courses)]),
    ]  # fmt: skip


def _reaches(rows: Sequence[StationRow], courses: dict[int, list[tuple[float, float, float]]]) -> list[Geo]:
    """Below each station the river in the colour of its class, as far as the next station, at most a few kilometres."""
    drawn = []
    for row in rows:
        station = row.station
        course = courses.get(station.watercourse_id or 0, [])
        if station.km is None or len(course) < 2 or not row.state.cls:
            continue
        below = [
            other.station.km for other in rows
            if other.station.watercourse_id == station.watercourse_id and other.station.km is not None
            and other.station.km < station.km
        ]  # fmt: skip
        end = max([*below, station.km - REACHES_KM, 0.0])
        points = [[lon, lat] for lon, lat in lines.part(course, station.km, end)]
        words = _("%(words)s theo %(station)s, %(note)s") % {
            "words": row.words, "station": station.name, "note": row.note}  # fmt: skip
        drawn.append(_feature({"type": "LineString", "coordinates": points}, kind="water_class", name=words,
                              tone=row.state.tone))  # fmt: skip
    return drawn


def _spots(features: Sequence[RiverFeature], courses: dict[int, list[tuple[float, float, float]]]) -> list[Geo]:
    drawn = []
    for feature in features:
        if "km_lower" in feature.details:
            continue  # it lies along a stretch, not at a point
        course = courses.get(feature.watercourse_id, [])
        point = _where(feature.lon, feature.lat, feature.km, course)
        if point:
            kind = str(FeatureKind(feature.kind).label)
            drawn.append(_feature({"type": "Point", "coordinates": list(point)}, kind=f"water_{feature.kind}",
                                  name=f"{feature.name} ({kind})"))  # fmt: skip
    return drawn


def _point(row: StationRow, courses: dict[int, list[tuple[float, float, float]]]) -> tuple[float, float] | None:
    station = row.station
    return _where(station.lon, station.lat, station.km, courses.get(station.watercourse_id or 0, []))


def _station(row: StationRow, courses: dict[int, list[tuple[float, float, float]]]) -> Geo:
    point = _point(row, courses) or (0.0, 0.0)
    return _feature(
        {"type": "Point", "coordinates": list(point)}, kind="water_station",
        name=f"{row.station.name}: {row.words} · {row.note}", tone=row.state.tone, label=row.state.badge,
        url=station_url(row.station.pk), silent="1" if row.state.silent else "",
    )  # fmt: skip


def _where(
    lon: float | None, lat: float | None, km: float | None, course: Sequence[tuple[float, float, float]]
) -> tuple[float, float] | None:
    if lon is not None and lat is not None:
        return lon, lat
    return lines.point_at(course, km) if km is not None and len(course) > 1 else None


def _line(course: Sequence[tuple[float, float, float]], **properties: str) -> Geo:
    points = [[lon, lat] for _km, lon, lat in course]
    return _feature({"type": "LineString", "coordinates": points}, **properties)


def _feature(geometry: Geo, **properties: str) -> Geo:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _layer(key: str, title: str, features: Iterable[Geo]) -> Layer:
    return Layer(key, title, {"type": "FeatureCollection", "features": list(features)})
