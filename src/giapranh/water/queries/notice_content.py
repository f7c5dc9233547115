"""What a notice holds, put together from the incident as it stands: exactly this leaves, nothing else.

The suspected source is never part of it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from giapranh.kernel.clock import VIETNAM
from giapranh.kernel.numbers import format_number
from giapranh.water.models import Bank, Incident, Series, Sign
from giapranh.water.queries.alert_words import parameter_names
from giapranh.water.queries.incident_place import Surroundings
from giapranh.water.rules import parameters

HOURS_BEFORE = timedelta(hours=24)
FLAGS = {1: "đạt", 2: "chưa kiểm tra", 3: "nghi ngờ", 4: "không đạt", 9: "thiếu"}


def when(at: datetime | None) -> str:
    """``07 giờ 30 ngày 21/11/2026``, in Vietnam, as a letter says it."""
    return f"{at.astimezone(VIETNAM):%H giờ %M ngày %d/%m/%Y}" if at else ""


def content_of(incident: Incident, around: Surroundings) -> dict[str, Any]:
    return {
        "number": incident.number,
        "name": incident.name,
        "level": incident.get_extent_display() if incident.extent else "",
        "finder": incident.finder,
        "seen_at": when(incident.seen_at),
        "place": place_words(incident, around),
        "signs": _signs(incident),
        "cause": incident.cause,
        "effect": incident.effect,
        "readings": readings(incident),
        "flow": _flow(incident),
        "downstream": [
            {
                "name": arrival.name, "distance": format_number(round(arrival.distance_km, 1)),
                "earliest": when(arrival.window[0]), "latest": when(arrival.window[1]),
            }
            for arrival in around.arrivals
        ],
        "steps": incident.steps,
        "samples": _samples(incident),
        "documents": "; ".join(str(paper) for paper in incident.papers.all()),
        "next_report_at": when(incident.next_report_at),
    }  # fmt: skip


def place_words(incident: Incident, around: Surroundings) -> str:
    bank = f", {Bank(incident.bank).label}" if incident.bank else ""
    words = f"{incident.watercourse.name}, km {format_number(round(incident.km, 1))} (tính từ cửa sông){bank}"
    commune = incident.commune or ", ".join(around.communes)
    if commune:
        words += f", {commune}"
    if around.border:
        words += "; đoạn sông là ranh giới hai tỉnh"
    if incident.lon is not None and incident.lat is not None:
        lat, lon = format_number(incident.lat, 5), format_number(incident.lon, 5)
        words += f"; tọa độ {lat} vĩ độ Bắc, {lon} kinh độ Đông (WGS 84)"
    return words


def _signs(incident: Incident) -> str:
    known = dict(Sign.choices)
    words = ", ".join(str(known[sign]) for sign in incident.signs if sign in known)
    return "; ".join(part for part in (words, incident.description) if part)


def _flow(incident: Incident) -> str:
    parts = []
    if incident.water_level is not None:
        parts.append(f"mực nước {format_number(incident.water_level)} m")
    if incident.flow is not None:
        parts.append(f"lưu lượng {format_number(incident.flow)} m³/s")
    return ", ".join(parts)


def _samples(incident: Incident) -> str:
    rows = [
        f"{sample.sample_code or '#' + str(sample.pk)} (niêm phong {sample.seal or '–'}, {sample.laboratory or 'chưa gửi'})"
        for sample in incident.samples.all()
    ]
    return "; ".join([*rows, *([incident.samples_words] if incident.samples_words else [])])


def series_of(incident: Incident) -> list[Series]:
    """The series that the incident's alerts speak of."""
    parts: set[int] = set()
    stations: dict[int, set[str]] = {}
    for alert in incident.alerts.all():
        parts |= {int(part) for part in alert.watches if part.isdecimal()}
        stations.setdefault(alert.station_id, set()).update(alert.parameters)
    found = set(Series.objects.filter(pk__in=parts).values_list("pk", flat=True))
    for station, keys in stations.items():
        rows = Series.objects.filter(station=station)
        found |= set((rows.filter(parameter__in=keys) if keys else rows).values_list("pk", flat=True))
    return list(
        Series.objects.filter(pk__in=found).select_related("station").order_by("station__sort_key", "parameter")
    )


def readings(incident: Incident) -> list[dict[str, Any]]:
    """The worst and the newest value of each series since a day before the incident was seen."""
    limits = {
        (alert.station_id, parameter): alert.limit_words
        for alert in incident.alerts.all() for parameter in alert.parameters
    }  # fmt: skip
    found = []
    for series in series_of(incident):
        for at, value, flag, censored, corrected in _worst_and_last(series, incident.seen_at - HOURS_BEFORE):
            sign, flag_words = {-1: "<", 1: ">"}.get(censored, ""), FLAGS.get(flag, str(flag))
            found.append({
                "station": series.station.name, "name": parameter_names([series.parameter])[0],
                "value": f"{sign}{format_number(round(value, 6))}", "unit": series.unit_symbol,
                "at": f"{at.astimezone(VIETNAM):%H:%M %d/%m/%Y}",
                "flag": f"{flag_words}, đính chính" if corrected else flag_words,
                "limit": limits.get((series.station_id, series.parameter), ""),
            })  # fmt: skip
    return found


# As corrected: what a person threw out or put right must not leave as it came.
_ROWS = (
    "with said as (select distinct on (time) time, value, flag from water_correction"
    " where series_id = %(series)s and time >= %(since)s order by time, at desc, id desc),"
    " seen as (select o.time, case when c.time is null then o.value else c.value end as value,"
    " coalesce(c.flag, o.flag) as flag, case when c.time is null or c.value = o.value then o.censored else 0 end as censored,"
    " c.time is not null and c.value is distinct from o.value as corrected"
    " from water_observation o left join said c on c.time = o.time"
    " where o.series_id = %(series)s and o.time >= %(since)s)"
)
_ONE = "(select * from seen where value is not null and ({}) order by {} limit 1)"
_GOOD = "flag not in (4, 9)"  # what failed its checks is not the worst of the water


def _worst_and_last(series: Series, since: datetime) -> list[tuple[datetime, float, int, int, bool]]:
    known = parameters.all_parameters().get(series.parameter)
    ways = {"min": ("value, time",), "range": ("value, time", "value desc, time")}.get(
        known.direction if known else "", ("value desc, time",)
    )
    asked = [_ONE.format(_GOOD, way) for way in ways] + [_ONE.format("true", "time desc")]
    with connection.cursor() as cursor:
        cursor.execute(f"{_ROWS} {' union '.join(asked)} order by 1", {"series": series.pk, "since": since})
        return [(row[0], float(row[1]), int(row[2]), int(row[3]), bool(row[4])) for row in cursor.fetchall()]
