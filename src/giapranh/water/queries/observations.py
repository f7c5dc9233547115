"""Reading observations for the desks: where they came from, what the checks flagged, what people said of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Count, Max, Q, QuerySet, Sum
from django.utils.translation import gettext

from giapranh.kernel.errors import N_, NotFound
from giapranh.water.models import Correction, FileColumn, Series, SourceFile, SourceKind, Station
from giapranh.water.permissions import visible_stations
from giapranh.water.rules.quality import Flag, words
from giapranh.water.rules.station_clock import CLOCK_WORDS, Clock, judge_clock
from giapranh.water.rules.station_names import BadFileName, parse_name

GAP = timedelta(hours=3)  # flagged rows nearer than this belong to one story
MOST_ROWS = 50_000


class NoSuchSource(NotFound):
    code = "no_such_source"


class NoSuchSeries(NotFound):
    code = "no_such_series"


# --- where data comes from -------------------------------------------------------------------------------------------


def sources(user: Any) -> QuerySet[SourceFile]:
    """Files and sittings the person may know of; those that belong to no station only to who sees all."""
    from giapranh.water.permissions import sees_all_stations

    seen = Q() if sees_all_stations(user) else Q(station__isnull=False) & visible_stations(user, "station__")
    return SourceFile.objects.filter(seen).select_related("station", "by").order_by("-received_at", "-pk")


def source(user: Any, source_id: int) -> SourceFile:
    found = sources(user).filter(pk=source_id).first()
    if found is None:
        raise NoSuchSource(N_("Không có tệp này, hoặc tệp không thuộc đơn vị của bạn."))
    return found


@dataclass(slots=True)
class Sender:
    """An automatic station and how its files come in."""

    station: Station
    last_file: datetime | None = None
    last_value: datetime | None = None
    files_of_day: int = 0
    refused_of_day: int = 0
    unmatched: int = 0
    clock: str = ""  # what is odd about the logger's clock, as a message id

    @property
    def clock_words(self) -> str:
        return gettext(self.clock) if self.clock else ""


def senders(user: Any, at: datetime) -> list[Sender]:
    """Stations that send files, and what came of it in the last day; those with trouble first."""
    stations = Station.objects.filter(
        visible_stations(user), Q(kind__in=("automatic", "wastewater")) | ~Q(door_account=""), node="", valid_to=None
    ).order_by("sort_key")
    found = {station.pk: Sender(station) for station in stations}
    series = Series.objects.filter(station__in=found)
    for pk, last in series.values_list("station").annotate(last=Max("last_time")):
        found[pk].last_value = last
    files = SourceFile.objects.filter(station__in=found, kind=SourceKind.STATION_FILE)
    month = files.filter(received_at__gte=at - timedelta(days=30))
    for pk, last in month.values_list("station").annotate(last=Max("received_at")):
        found[pk].last_file = last
    day = files.filter(received_at__gte=at - timedelta(days=1))
    for pk, count, refused in day.values_list("station").annotate(n=Count("pk"), refused=Sum("rows_refused")):
        found[pk].files_of_day, found[pk].refused_of_day = count, refused
    undecided = FileColumn.objects.filter(station__in=found, series=None, ignored=False)
    for pk, count in undecided.values_list("station").annotate(n=Count("pk")):
        found[pk].unmatched = count
    for pk, words_of_clock in _clocks(files, at).items():
        found[pk].clock = words_of_clock
    return sorted(found.values(), key=lambda sender: (not sender.refused_of_day, sender.station.sort_key))


def _clocks(files: QuerySet[SourceFile], at: datetime) -> dict[int, str]:
    """Stations whose logger's clock does not agree with the hour its files of the last three hours came in."""
    behind: dict[int, list[float]] = {}
    recent = files.filter(received_at__gte=at - timedelta(hours=3)).order_by("received_at", "name")
    for pk, name, received in recent.values_list("station", "name", "received_at"):
        try:
            behind.setdefault(pk, []).append((received - parse_name(name).at).total_seconds())
        except BadFileName:
            continue
    judged = {pk: judge_clock(np.array(seconds)) for pk, seconds in behind.items()}
    return {
        pk: CLOCK_WORDS[finding.kind]
        for pk, finding in judged.items()
        if finding.kind not in (Clock.RIGHT, Clock.UNKNOWN)
    }


def columns_of(station: Station) -> list[FileColumn]:
    return list(FileColumn.objects.filter(station=station, sheet="").select_related("series").order_by("symbol"))


def unmatched_symbols(station: Station, at: datetime) -> list[tuple[str, str]]:
    """Symbols that recent files of the station were refused for, with the reason (message id)."""
    known = {column.symbol for column in columns_of(station)}
    found: dict[str, str] = {}
    recent = SourceFile.objects.filter(
        station=station, kind=SourceKind.STATION_FILE, rows_refused__gt=0, received_at__gte=at - timedelta(days=30)
    )
    for refusals in recent.order_by("-received_at").values_list("refusals", flat=True)[:200]:
        for line in refusals:
            symbol = (line.get("params") or {}).get("symbol")
            if symbol and symbol not in known:
                found.setdefault(symbol, line["what"])
    return sorted(found.items())


# --- the quality desk ------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Stretch:
    """Flagged rows of one series near each other that nobody has judged."""

    series: Series
    start: datetime
    end: datetime
    rows: int
    worst: int
    reason: int
    low: float | None
    high: float | None
    reasons: list[str] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        return self.worst == Flag.FAIL


FLAGGED = """
SELECT o.series_id, o.time, o.value, o.flag, o.reason FROM unnest(%s::int[]) AS s(id), LATERAL (
    SELECT series_id, time, value, flag, reason FROM water_observation
    WHERE series_id = s.id AND time >= %s AND time <= %s AND flag IN (3, 4) OFFSET 0) o
WHERE NOT EXISTS (SELECT 1 FROM water_correction c WHERE c.series_id = o.series_id AND c.time = o.time)
ORDER BY o.series_id, o.time LIMIT %s
"""


def flagged(
    user: Any, *, since: datetime, until: datetime, station_id: int | None = None, reason: int = 0
) -> list[Stretch]:
    """What the checks flagged and nobody has judged, in stretches; failures first, then the newest."""
    series = Series.objects.filter(visible_stations(user, "station__"), last_time__gte=since).select_related("station")
    if station_id is not None:
        series = series.filter(station_id=station_id)
    by_id = {row.pk: row for row in series}
    with connection.cursor() as cursor:
        cursor.execute(FLAGGED, [list(by_id), since, until, MOST_ROWS])
        rows = cursor.fetchall()
    found: list[Stretch] = []
    for series_id, time, value, flag, why in rows:
        if reason and not why & reason:
            continue
        last = found[-1] if found else None
        if last is None or last.series.pk != series_id or time - last.end > GAP:
            last = Stretch(by_id[series_id], time, time, 0, 0, 0, None, None)
            found.append(last)
        last.end, last.rows, last.worst, last.reason = time, last.rows + 1, max(last.worst, flag), last.reason | why
        if value is not None:
            last.low = value if last.low is None else min(last.low, value)
            last.high = value if last.high is None else max(last.high, value)
    for stretch in found:
        stretch.reasons = words(stretch.reason)
    return sorted(found, key=lambda stretch: (-stretch.worst, -stretch.end.timestamp()))


@dataclass(slots=True)
class Row:
    """One observation as stored, with the newest word on it."""

    time: datetime
    value: float | None
    flag: int
    reason: int
    status: int
    word: Correction | None = None

    @property
    def reasons(self) -> list[str]:
        return words(self.reason)

    @property
    def is_flagged(self) -> bool:
        return self.flag in (Flag.SUSPECT, Flag.FAIL)


def series(user: Any, series_id: int) -> Series:
    found = Series.objects.filter(visible_stations(user, "station__"), pk=series_id).select_related("station").first()
    if found is None:
        raise NoSuchSeries(N_("Không có chuỗi số liệu này, hoặc trạm không thuộc đơn vị của bạn."))
    return found


def rows_between(of: Series, start: datetime, end: datetime, most: int = 2000) -> list[Row]:
    """Rows of a stretch, both ends included, with what people said of them."""
    from giapranh.water.models import Observation

    said: dict[datetime, Correction] = {}
    for word in (
        Correction.objects.filter(series=of, time__gte=start, time__lte=end).select_related("by").order_by("at")
    ):
        said[word.time] = word
    rows = Observation.objects.filter(series=of, time__gte=start, time__lte=end).order_by("time")
    found = rows.values_list("time", "value", "flag", "reason", "status")[:most]
    return [Row(time, value, flag, reason, status, said.get(time)) for time, value, flag, reason, status in found]


def words_of(user: Any) -> QuerySet[Correction]:
    """What people said lately, newest first."""
    return (
        Correction.objects.filter(visible_stations(user, "series__station__"))
        .select_related("series__station", "by").order_by("-at", "-time")
    )  # fmt: skip
