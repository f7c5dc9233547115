"""The evidence that goes with a notice: a zip of plain files, each named with its SHA-256 in the manifest.

The same incident gives the same bytes: no clock of this machine is in it beside the day it was made for.
"""

from __future__ import annotations

import csv
import hashlib
import itertools
import json
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO
from typing import Any

from django.db import connection

from giapranh.documents import vault
from giapranh.documents.writing.drawing import Drawing, Line, Polygon, Rect, Shape, Text, to_svg
from giapranh.kernel.text import search_key
from giapranh.water.models import CoursePoint, Incident, RiverFeature, Series, Station
from giapranh.water.queries.incident_place import Surroundings
from giapranh.water.queries.notice_content import FLAGS, series_of

BEFORE, AFTER = timedelta(days=3), timedelta(days=2)
MOST_ROWS = 20_000
SCHEMA = "giapranh-bang-chung/1"


def bundle(incident: Incident, content: Mapping[str, Any], around: Surroundings, *, marks: str = "") -> bytes:
    """The zip: the notice as data, the series around the incident, the map, the arrival windows, the photos."""
    files: dict[str, bytes] = {"thong-bao.json": _json(dict(content))}
    for series in series_of(incident):
        files[f"so-lieu/{_file_name(series)}.csv"] = _extract(series, incident.seen_at)
    files["ban-do.svg"] = to_svg(map_of(incident)).encode()
    files["nuoc-toi.csv"] = _arrivals(around)
    for number, photo in enumerate(incident.photos.all(), 1):
        suffix = photo.file_name.rpartition(".")[2].lower()[:5] or "jpg"
        files[f"anh/{number:02d}.{suffix}"] = vault.read(photo.blob_id)
    manifest = {
        "schema": SCHEMA, "incident": incident.number, "marks": marks,
        "files": {name: {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)} for name, data in files.items()},
    }  # fmt: skip
    return _zip({"manifest.json": _json(manifest), **files})


def verify(data: bytes) -> list[str]:
    """Names of files whose bytes are not those of the manifest; empty when the bundle is whole."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        names = set(archive.namelist()) - {"manifest.json"}
        wanted: dict[str, Any] = manifest["files"]
        bad = [
            name for name, facts in wanted.items()
            if name not in names or hashlib.sha256(archive.read(name)).hexdigest() != facts["sha256"]
        ]  # fmt: skip
    return sorted([*bad, *(names - wanted.keys())])


def _zip(files: Mapping[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _json(data: Mapping[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True).encode()


def _file_name(series: Series) -> str:
    station = series.station.code or search_key(series.station.name).replace(" ", "-")
    clean = "".join(c for c in f"{station}_{series.parameter}_{series.pk}" if c.isalnum() or c in "-_")
    return clean[:80]


def _extract(series: Series, seen_at: datetime) -> bytes:
    """Raw values with their flags, as they came; corrections stand beside in their own column."""
    sql = (
        "select o.time, o.value, o.flag, o.status, o.censored, c.value from water_observation o"
        " left join lateral (select value from water_correction where series_id = o.series_id and time = o.time"
        " order by at desc limit 1) c on true"
        " where o.series_id = %s and o.time between %s and %s order by o.time limit %s"
    )
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["time_utc", "value", "unit", "flag", "flag_words", "device_status", "censored", "corrected"])
    with connection.cursor() as cursor:
        cursor.execute(sql, [series.pk, seen_at - BEFORE, seen_at + AFTER, MOST_ROWS])
        for at, value, flag, status, censored, corrected in cursor.fetchall():
            writer.writerow([
                at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z", "" if value is None else repr(value),
                series.unit_symbol, flag, FLAGS.get(flag, ""), status, censored,
                "" if corrected is None else repr(corrected),
            ])  # fmt: skip
    return out.getvalue().encode()


def _arrivals(around: Surroundings) -> bytes:
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["kind", "name", "river", "km", "distance_km", "earliest_utc", "latest_utc", "province"])
    for each in around.arrivals:
        writer.writerow([
            each.kind, each.name, each.river, f"{each.km:g}", f"{each.distance_km:.1f}",
            each.window[0].astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ"),
            each.window[1].astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ"), each.province,
        ])  # fmt: skip
    return out.getvalue().encode()


# --- the map ---------------------------------------------------------------------------------------------------------

WIDTH, HEIGHT, EDGE = 720.0, 520.0, 40.0


def map_of(incident: Incident) -> Drawing:
    """The river, the place, the stations and the intakes that stand openly on it."""
    points = list(CoursePoint.objects.filter(watercourse=incident.watercourse).order_by("-km"))
    if len(points) < 2:
        return Drawing(WIDTH, 60, [Text(20, 36, str(incident.watercourse))], title=incident.name)
    to_page = _projection([(p.lon, p.lat) for p in points])
    line = [to_page(p.lon, p.lat) for p in points]
    shapes: list[Shape] = [
        Line(*a, *b, width=3) for a, b in itertools.pairwise(line)
    ]  # fmt: skip
    shapes += [Text(line[0][0] + 8, line[0][1] + 4, str(incident.watercourse), bold=True)]
    for name, km, fill in _on_the_river(incident):
        x, y = to_page(*_place_at(points, km))
        shapes += [Rect(x - 5, y - 5, 10, 10, fill=fill), Text(x + 9, y + 4, name[:40], size=11)]
    x, y = to_page(*_place_at(points, incident.km))
    shapes.append(Polygon([(x, y - 12), (x - 10, y + 8), (x + 10, y + 8)], fill="dark"))
    shapes.append(Text(x + 14, y - 8, f"{incident.number} · km {incident.km:g}", bold=True))
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
    for upper, lower in itertools.pairwise(points):
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
