"""The evidence that goes with a notice: a zip of plain files, each named with its SHA-256 in the manifest.

The same incident gives the same bytes: no clock of this machine is in it beside the day it was made for.
"""

from __future__ import annotations

import csv
import hashlib
import json
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO
from typing import Any

from django.db import connection

from giapranh.documents import vault
from giapranh.documents.writing.drawing import to_svg
from giapranh.kernel.text import search_key
from giapranh.water.models import Incident, Series
from giapranh.water.queries import incident_map
from giapranh.water.queries.incident_place import Surroundings
from giapranh.water.queries.notice_content import FLAGS, series_of

BEFORE, AFTER = timedelta(days=3), timedelta(days=2)
MOST_ROWS = 100_000  # of one series; of more than that those nearest to when it was seen, and the manifest says so
SCHEMA = "giapranh-bang-chung/1"


def bundle(
    incident: Incident, content: Mapping[str, Any], around: Surroundings, *, at: datetime, marks: str = ""
) -> bytes:
    """The zip: the notice as data, the series around the incident, the map, the arrival windows, the photos.

    The series run up to ``at``: a notice that it is over must show that it is.
    """
    files: dict[str, bytes] = {"thong-bao.json": _json(dict(content))}
    cut = []
    for series in series_of(incident):
        name = f"so-lieu/{_file_name(series)}.csv"
        files[name], whole = _extract(series, incident.seen_at, max(at, incident.seen_at + AFTER))
        cut += [] if whole else [name]
    files["ban-do.svg"] = to_svg(incident_map.map_of(incident)).encode()
    files["nuoc-toi.csv"] = _arrivals(around)
    for number, photo in enumerate(incident.photos.all(), 1):
        suffix = photo.file_name.rpartition(".")[2].lower()[:5] or "jpg"
        files[f"anh/{number:02d}.{suffix}"] = vault.read(photo.blob_id)
    manifest = {
        "schema": SCHEMA, "incident": incident.number, "marks": marks, "cut": cut,
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


def _extract(series: Series, seen_at: datetime, until: datetime) -> tuple[bytes, bool]:
    """Raw values with their flags, as they came, and whether all are there; corrections stand in their own column."""
    sql = (
        "select o.time, o.value, o.flag, o.status, o.censored, c.value, c.flag from (select * from water_observation"
        " where series_id = %s and time between %s and %s"
        " order by abs(extract(epoch from time - %s)), time limit %s) o"
        " left join lateral (select value, flag from water_correction where series_id = o.series_id and time = o.time"
        " order by at desc, id desc limit 1) c on true order by o.time"
    )
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        ["time_utc", "value", "unit", "flag", "flag_words", "device_status", "censored", "corrected", "judged"]
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [series.pk, seen_at - BEFORE, until, seen_at, MOST_ROWS + 1])
        rows = cursor.fetchall()
        for at, value, flag, status, censored, corrected, judged in rows[-MOST_ROWS:]:
            writer.writerow([
                at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z", "" if value is None else repr(value),
                series.unit_symbol, flag, FLAGS.get(flag, ""), status, censored,
                "" if corrected is None else repr(corrected), "" if judged is None else FLAGS.get(judged, str(judged)),
            ])  # fmt: skip
    return out.getvalue().encode(), len(rows) <= MOST_ROWS


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
