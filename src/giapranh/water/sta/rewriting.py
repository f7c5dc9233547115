"""Changing and deleting observations that stand already.

On a working node raw values stay as they came; what may be added later is what stands beside them (resultTime,
validTime, resultQuality, parameters). Values, times and rows are changed only where the node allows it (``sta_open``
or ``sta_rewrite``: conformance tests, trying out a logger).
"""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

from giapranh.kernel.errors import N_
from giapranh.water.models import MovedObservation, ObservationDetail, Series
from giapranh.water.rules.observation_ids import observation_id, parts
from giapranh.water.services import month_values
from giapranh.water.sta import bodies, database, notify, observations, times
from giapranh.water.sta.access import Principal
from giapranh.water.sta.errors import AlreadyThere, Malformed, NoSuchEntity
from giapranh.water.sta.mapping import OBSERVATION


def change(row_id: int, body: dict[str, Any], who: Principal, *, whole: bool = False) -> None:
    """``whole`` (PUT): what stands beside the row and is not named goes; its time and its feature stay."""
    bodies.check_names(OBSERVATION, body)
    series_id, at = _key(row_id)
    place = observations.stream(series_id, who)
    if whole and "result" not in body:
        raise Malformed(N_("Observation thiếu result."))
    if whole and ObservationDetail.objects.filter(series_id=series_id, time=at).exists():
        body = {**dict.fromkeys(observations.EXTRA), **body}
    if "Datastream" in body and bodies.reference(body["Datastream"]) != series_id:
        raise Malformed(N_("Không nối lại được %(name)s bằng PATCH."), name="Observation/Datastream")
    _set_details(series_id, at, body, place, who)
    if "result" in body:
        _set_result(series_id, at, body["result"], who)
    if "phenomenonTime" in body:
        at = _move(row_id, series_id, at, body["phenomenonTime"], who)
    notify.of_row(series_id, times.to_milliseconds(at))


def _key(row_id: int) -> tuple[int, datetime]:
    series_id, at = parts(row_id)
    key = (series_id, times.from_milliseconds(at))
    row = database.fetch_one("SELECT 1 FROM water_observation WHERE series_id = %s::bigint AND time = %s", key)
    if row is None:
        raise NoSuchEntity(N_("Không có %(entity)s%(id)s."), entity="Observation", id=f"({row_id})")
    return key


def _set_details(series_id: int, at: datetime, body: dict[str, Any], place: Any, who: Principal) -> None:
    given = {name: body[name] for name in (*observations.EXTRA, "FeatureOfInterest") if name in body}
    if not given:
        return
    detail = ObservationDetail.objects.filter(series_id=series_id, time=at).first()
    detail = detail or ObservationDetail(series_id=series_id, time=at)
    fresh = observations.detail_of(given, None, None, None) or ObservationDetail()
    for name, columns in {
        "resultTime": ("result_time",),
        "validTime": ("valid_from", "valid_to"),
        "resultQuality": ("result_quality",),
        "parameters": ("parameters",),
    }.items():
        if name in given:
            for column in columns:
                setattr(detail, column, getattr(fresh, column))
    if given.get("FeatureOfInterest") is not None:
        who.check_may_rewrite()
        if bodies.reference(given["FeatureOfInterest"]) is None:
            raise Malformed(
                N_("PATCH chỉ nối với mục đã có bằng @iot.id; %(name)s có mục viết đầy đủ."),
                name="Observation/FeatureOfInterest",
            )
        detail.feature_id = observations.feature_of(given["FeatureOfInterest"], place, who)
    _keep(detail)
    if "resultTime" in given:
        _recount_result_times([series_id])


def _keep(detail: ObservationDetail) -> None:
    ObservationDetail.objects.filter(series_id=detail.series_id, time=detail.time).delete()
    detail.save(force_insert=True)


def _set_result(series_id: int, at: datetime, value: Any, who: Principal) -> None:
    number, other = observations.result(value)
    detail = ObservationDetail.objects.filter(series_id=series_id, time=at).first()
    row = database.fetch_one("SELECT value FROM water_observation WHERE series_id = %s AND time = %s", [series_id, at])
    stored = row[0] if row else None
    if stored == (None if math.isnan(number) else number) and (detail.result if detail else None) == other:
        return  # clients send the whole entity back with what stands beside it
    who.check_may_rewrite()
    database.execute(
        "UPDATE water_observation SET value = nullif(%s::float8, 'NaN') WHERE series_id = %s AND time = %s",
        [number, series_id, at],
    )
    if detail is not None or other is not None:
        detail = detail or ObservationDetail(series_id=series_id, time=at)
        detail.result = other
        _keep(detail)
    recount([series_id])


def _move(row_id: int, series_id: int, at: datetime, given: Any, who: Principal) -> datetime:
    """Where it stands now."""
    start, end = times.interval(given)
    new_id = observation_id(series_id, start)
    to = times.from_milliseconds(start)
    detail = ObservationDetail.objects.filter(series_id=series_id, time=at).first()
    same = to == at and (detail.end_time if detail else None) == (None if end is None else times.from_milliseconds(end))
    if same:
        return at
    who.check_may_rewrite()
    if to != at:
        if database.fetch_one("SELECT 1 FROM water_observation WHERE series_id = %s AND time = %s", [series_id, to]):
            raise AlreadyThere(N_("Datastream đã có Observation ở thời điểm này."))
        database.execute(
            "UPDATE water_observation SET time = %s WHERE series_id = %s AND time = %s", [to, series_id, at]
        )
        MovedObservation.objects.filter(series_id=series_id, time=at).update(time=to)
        MovedObservation.objects.filter(pk=new_id).delete()
        MovedObservation.objects.update_or_create(pk=row_id, defaults={"series_id": series_id, "time": to})
    if detail is not None or end is not None:
        ObservationDetail.objects.filter(series_id=series_id, time=at).delete()
        detail = detail or ObservationDetail(series_id=series_id)
        detail.time = to
        detail.end_time = None if end is None else times.from_milliseconds(end)
        _keep(detail)
    recount([series_id])
    return to


# --- deleting --------------------------------------------------------------------------------------------------------


def delete_one(row_id: int, who: Principal) -> None:
    series_id, at = _key(row_id)
    observations.stream(series_id, who)
    who.check_may_rewrite()
    _delete("series_id = %s AND time = %s", [series_id, at])


def delete_series(series: Series, who: Principal) -> None:
    if series.count:
        who.check_may_rewrite()
        _delete("series_id = %s", [series.pk])
    series.delete()


def delete_of_feature(feature_id: int, who: Principal) -> None:
    """The observations about a feature go with it."""
    condition = OBSERVATION_OF_FEATURE
    row = database.fetch_one(f"SELECT 1 FROM water_observation t WHERE {condition} LIMIT 1", [feature_id] * 3)
    if row is not None:
        who.check_may_rewrite()
        _delete(condition, [feature_id] * 3)


def _of_feature() -> str:
    from giapranh.water.sta.mapping import TYPES

    return TYPES["FeatureOfInterest"].links["Observations"].by_id.format(t="t", p="%s")


OBSERVATION_OF_FEATURE = _of_feature()


def _delete(condition: str, values: list[Any]) -> None:
    deleted = database.fetch(f"DELETE FROM water_observation t WHERE {condition} RETURNING t.series_id, t.time", values)
    if not deleted:
        return
    series = sorted({row[0] for row in deleted})
    keys = [[row[0] for row in deleted], [row[1] for row in deleted]]
    for table in ("water_observationdetail", "water_movedobservation", "water_correction"):
        database.execute(
            f"DELETE FROM {table} x USING unnest(%s::int[], %s::timestamptz[]) AS k(series_id, time)"
            " WHERE x.series_id = k.series_id AND x.time = k.time",
            keys,
        )
    recount(series)


def recount(series_ids: list[int]) -> None:
    """What the series know of their rows, read anew."""
    month_values.drop_all(series_ids)
    database.execute(
        "UPDATE water_series s SET count = k.n, first_time = k.first, last_time = k.last, last_value = l.value,"
        " last_flag = l.flag FROM (SELECT x.id, count(o.time) AS n, min(o.time) AS first, max(o.time) AS last"
        " FROM unnest(%s::int[]) AS x(id) LEFT JOIN water_observation o ON o.series_id = x.id GROUP BY x.id) k"
        " LEFT JOIN water_observation l ON l.series_id = k.id AND l.time = k.last WHERE s.id = k.id",
        [series_ids],
    )
    _recount_result_times(series_ids)


def _recount_result_times(series_ids: list[int]) -> None:
    database.execute(
        "UPDATE water_series s SET result_time_first = k.first, result_time_last = k.last FROM (SELECT x.id,"
        " min(d.result_time) AS first, max(d.result_time) AS last FROM unnest(%s::int[]) AS x(id)"
        " LEFT JOIN water_observationdetail d ON d.series_id = x.id GROUP BY x.id) k WHERE s.id = k.id",
        [series_ids],
    )
