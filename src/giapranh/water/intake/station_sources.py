"""Where rows came from: the source of each file, known by its bytes. Ten thousand at once."""

from __future__ import annotations

import json
from datetime import datetime

from django.db import connection

from giapranh.kernel.text import storable
from giapranh.water.intake.file_reports import FileReport
from giapranh.water.models import SourceFile, SourceKind

_LOCK = 0x6769_6172  # of pg_advisory_xact_lock: one process at a time asks whether a file is known and keeps its source


def source_of(report: FileReport) -> int:
    assert report.source_id is not None
    return report.source_id


def alone() -> None:
    """Until the transaction ends: the same file from two sides at once (the folder, a person) has one source."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def mark_known(reports: list[FileReport]) -> None:
    """The same bytes for the same station, before or in this batch."""
    hashes = list({report.sha256 for report in reports if report.sha256})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sha256, station_id, id, rows_refused FROM water_sourcefile WHERE sha256 = ANY(%s)",
            ["{" + ",".join(hashes) + "}"],
        )
        before = {(sha, station): (pk, refused) for sha, station, pk, refused in cursor.fetchall()}
    seen: set[tuple[str, int | None]] = set()
    for report in reports:
        if not report.sha256:
            continue
        key = (report.sha256, report.station_id)
        pk, refused = before.get(key, (None, 0))
        if (pk is not None and not refused) or key in seen:
            report.state = "known"
        report.source_id, report.again = pk, pk is not None
        seen.add(key)


def give_ids(reports: list[FileReport]) -> None:
    """Rows carry the number of their source, and the source carries their counts: the number comes first."""
    fresh = [report for report in reports if report.source_id is None]
    if not fresh:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('water_sourcefile', 'id')) FROM generate_series(1, %s)",
            [len(fresh)],
        )
        for report, (number,) in zip(fresh, cursor.fetchall(), strict=True):
            report.source_id = number


_SOURCE = (
    "COPY water_sourcefile (id, kind, name, sha256, size, station_id, received_at, rows_stored, rows_known,"
    " rows_refused, refusals) FROM STDIN"
)


def write_sources(reports: list[FileReport], at: datetime) -> None:
    give_ids(reports)
    received = at.isoformat()
    lines = "".join(_source_line(report, received) for report in reports if not report.again)
    with connection.cursor() as cursor, cursor.copy(_SOURCE) as copy:
        copy.write(lines)
    for report in reports:
        if report.again:  # what it could not give before it may give now
            source = SourceFile.objects.get(pk=source_of(report))
            source.rows_stored += report.stored
            source.rows_known, source.rows_refused = report.known, report.refused
            source.refusals = [line.as_dict() for line in report.lines]
            source.save()


def _source_line(report: FileReport, at: str) -> str:
    """A row as COPY reads it: ten thousand at once, so without psycopg's look at every column."""
    refusals = _escaped(json.dumps([line.as_dict() for line in report.lines])) if report.lines else "[]"
    return (
        f"{report.source_id}\t{_KIND}\t{_clean(report.path.name)}\t{report.sha256}"
        f"\t{report.size}\t{report.station_id or _NULL}\t{at}\t{report.stored}\t{report.known}\t{report.refused}"
        f"\t{refusals}\n"
    )


_NULL = r"\N"
_KIND = SourceKind.STATION_FILE.value
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES)


def _clean(name: str) -> str:
    """A name the database can hold: a file system may give bytes that are no text, or a NUL."""
    if name.isascii() and name.isprintable() and "\\" not in name and len(name) <= 500:
        return name
    return _escaped(storable(name)[:500])
