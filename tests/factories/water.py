"""Small makers of rivers, stations, series and observations for tests."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection
from django.utils.crypto import get_random_string

from giapranh.water.models import (
    BankReach,
    CoursePoint,
    FeatureKind,
    ObservedProperty,
    Reach,
    RiverFeature,
    Sensor,
    Series,
    Station,
    StationKind,
    TargetClass,
    Watercourse,
)

AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
DAY = date(2026, 11, 20)


def river(key: str = "thuong", name: str = "Sông Thương", *, length_km: float = 160, **fields: Any) -> Watercourse:
    """A river with a straight course of two points."""
    fields.setdefault("chainage_version", "thử")
    made = Watercourse.objects.create(key=key, name=name, length_km=length_km, **fields)
    CoursePoint.objects.create(watercourse=made, km=length_km, lon=106.6, lat=21.7)
    CoursePoint.objects.create(watercourse=made, km=0, lon=106.3, lat=21.1)
    return made


def feature(
    watercourse: Watercourse, km: float, name: str = "Điểm lấy nước", kind: str = FeatureKind.INTAKE, **fields: Any
) -> RiverFeature:
    return RiverFeature.objects.create(watercourse=watercourse, km=km, name=name, kind=kind, **fields)


def reach(watercourse: Watercourse, km_upper: float, km_lower: float, name: str = "Đoạn sông", **fields: Any) -> Reach:
    return Reach.objects.create(watercourse=watercourse, km_upper=km_upper, km_lower=km_lower, name=name, **fields)


def target(
    on: Reach,
    class_code: str = "B",
    *,
    regulation: str = "qcvn_08_2023",
    decision: str = "123/QĐ-UBND",
    **fields: Any,
) -> TargetClass:
    return TargetClass.objects.create(
        reach=on, class_code=class_code, regulation=regulation, decision=decision, **fields
    )


def bank(
    watercourse: Watercourse,
    side: str,
    km_upper: float,
    km_lower: float,
    unit_name: str = "xã Tuấn Sơn",
    province_code: str = "20",
    **fields: Any,
) -> BankReach:
    return BankReach.objects.create(
        watercourse=watercourse, bank=side, km_upper=km_upper, km_lower=km_lower, unit_name=unit_name,
        province_code=province_code, **fields,
    )  # fmt: skip


def station(
    watercourse: Watercourse | None = None, km: float | None = None, *, name: str = "Trạm Hữu Lũng", **fields: Any
) -> Station:
    fields.setdefault("code", f"LS_QT_{get_random_string(6).upper()}")
    fields.setdefault("kind", StationKind.AUTOMATIC)
    return Station.objects.create(name=name, watercourse=watercourse, km=km, **fields)


def series(
    at: Station | None = None,
    parameter: str = "nh4_n",
    *,
    unit: str = "mg/L",
    basis: str = "",
    cycle_seconds: int | None = 300,
    **fields: Any,
) -> Series:
    """A series of a station (a new one when none is given)."""
    at = at if at is not None else station()
    prop, _ = ObservedProperty.objects.get_or_create(
        parameter=parameter, defaults={"name": parameter, "definition": f"urn:{parameter}"}
    )
    sensor, _ = Sensor.objects.get_or_create(name="Thiết bị thử")
    fields.setdefault("name", f"{at.name} {parameter}")
    return Series.objects.create(
        station=at, observed_property=prop, sensor=sensor, parameter=parameter, unit_symbol=unit, basis=basis,
        cycle_seconds=cycle_seconds, **fields,
    )  # fmt: skip


def observations(
    of: Series,
    values: Iterable[float | None],
    *,
    start: datetime = AT,
    step: timedelta = timedelta(minutes=5),
    flag: int = 1,
) -> list[datetime]:
    """Rows straight into the table, with the figures of the series as the door keeps them. Returns their times.

    Makes the months it needs. What is under test goes through ``services.store``; this is for those who read.
    """
    rows = [(start + step * n, value) for n, value in enumerate(values)]
    _make_months({(at.year, at.month) for at, _ in rows})
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into water_observation (time, arrived, value, series_id, flag, reason, status, censored)"
            " values (%s, %s, %s, %s, %s, 0, 0, 0)",
            [(at, at + timedelta(minutes=1), value, of.pk, flag if value is not None else 9) for at, value in rows],
        )
    last_at, last_value = rows[-1]
    of.count += len(rows)
    of.first_time = min(filter(None, [of.first_time, rows[0][0]]))
    if of.last_time is None or last_at >= of.last_time:
        of.last_time, of.last_value, of.last_arrived = last_at, last_value, last_at + timedelta(minutes=1)
        of.last_flag = flag if last_value is not None else 9
        if of.cycle_seconds:
            of.next_due_at = last_at + 3 * timedelta(seconds=of.cycle_seconds)
    of.save()
    return [at for at, _ in rows]


def _make_months(months: set[tuple[int, int]]) -> None:
    with connection.cursor() as cursor:
        for year, month in sorted(months):
            after = (year + month // 12, month % 12 + 1)
            cursor.execute(
                f"create table if not exists water_observation_y{year:04d}m{month:02d} partition of water_observation"
                f" for values from ('{year:04d}-{month:02d}-01 00:00+00') to ('{after[0]:04d}-{after[1]:02d}-01 00:00+00')"
            )
