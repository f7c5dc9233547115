"""Once a minute: what did not arrive, quiet hours that are over, alerts nobody took, clocks of notices."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.models import Q

from giapranh.kernel.clock import local_date
from giapranh.water.models import Alert, AlertRule, RuleKind, Series, Station, StationKind
from giapranh.water.rules.alert_states import LIVE, Run, Verdict
from giapranh.water.services import alert_growth, alert_plan, alert_telling
from giapranh.water.services.alert_growth import Seen
from giapranh.water.services.notice_clocks import notice_round

log = logging.getLogger(__name__)
WQI_BAND = 5  # points above the line that count as “between”


@dataclass(slots=True)
class Round:
    """What one round did."""

    grown: int = 0
    told: int = 0
    climbed: int = 0
    reminded: int = 0
    urged: int = 0


def minute_round(at: datetime) -> Round:
    """Safe to run any number of times, and by two workers at once."""
    done = Round()
    day = local_date(at)
    for rule in alert_plan.rules_on(day).filter(kind__in=[RuleKind.SILENCE, RuleKind.WQI]):
        look = _silence if rule.kind == RuleKind.SILENCE else _wqi
        for station in alert_plan.stations_of(rule, day):
            done.grown += _guarded(look, rule, station, day, at)
    _mark_waiting(at)
    for pk in Alert.objects.filter(state__in=LIVE, opened_at__isnull=False).order_by("pk").values_list("pk", flat=True):
        _clocks(pk, at, done)
    done.urged = notice_round(at)
    return done


def _guarded(look: Any, rule: AlertRule, station: Station, day: date, at: datetime) -> int:
    """One rule that stumbles must not stop the others."""
    try:
        with transaction.atomic():
            seen = look(rule, station, day, at)
            if seen is None:
                return 0
            alive = alert_growth.living([rule.pk], [station.pk])
            if not alive and all(run.verdict < Verdict.TENDENCY for run in seen.runs):
                return 0
            grown = alert_growth.grow(rule, station, [seen], at)
            if grown is not None:
                alert_telling.tell_now([grown], at)
            return 1
    except Exception:
        log.exception("alert rule %s failed at station %s", rule.pk, station.pk)
        return 0


def _clocks(pk: int, at: datetime, done: Round) -> None:
    with transaction.atomic():
        alert = (
            Alert.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("rule", "station", "owner", "acknowledged_by", "assigned").filter(pk=pk).first()
        )  # fmt: skip
        if alert is None:
            return
        done.told += alert_telling.tell_now([alert], at)
        done.climbed += alert_telling.climb(alert, at)
        done.reminded += alert_telling.remind(alert, at)


# --- silence ---------------------------------------------------------------------------------------------------------


def _silence(rule: AlertRule, station: Station, day: date, at: datetime) -> Seen | None:
    """A station is silent when none of its watched series spoke in time; one that never spoke is not yet at work."""
    rows = alert_plan.series_of(rule, day).filter(station=station, last_time__isnull=False)
    if rule.silence_minutes is None:
        rows = rows.filter(next_due_at__isnull=False)
    series = list(rows)
    if not series:
        return None
    due = max(_due(each, rule.silence_minutes) for each in series)
    silent = due <= at
    at_ms = int(at.timestamp() * 1000)
    first_ms = int(due.timestamp() * 1000) if silent else at_ms
    run = Run(Verdict.EXCEEDED if silent else Verdict.CALM, first_ms, at_ms, 1)
    return Seen("silence", [run], rule.parameter, None, None, any(each.illustrative for each in series))


def _due(series: Series, minutes: int | None) -> datetime:
    assert series.last_time is not None
    if minutes is not None:
        return series.last_time + timedelta(minutes=minutes)
    assert series.next_due_at is not None
    return series.next_due_at


# --- VN_WQI ----------------------------------------------------------------------------------------------------------


def _wqi(rule: AlertRule, station: Station, day: date, at: datetime) -> Seen | None:
    """The index of the station's last hour (a sampling point: of its last sample)."""
    from giapranh.water.rules import wqi

    values, last = _latest_means(station, day, at - timedelta(hours=rule.max_age_hours))
    if last is None or rule.wqi_at_most is None:
        return None
    automatic = station.kind != StationKind.MANUAL
    found = wqi.vn_wqi(values, local_date(last), condition="automatic" if automatic else "decision_1460")
    if found.value is None:
        return None
    verdict = Verdict.CALM
    if found.value <= rule.wqi_at_most:
        verdict = Verdict.EXCEEDED
    elif found.value <= rule.wqi_at_most + WQI_BAND:
        verdict = Verdict.BETWEEN
    ms = int(last.timestamp() * 1000)
    peak = float(found.value) if verdict == Verdict.EXCEEDED else None
    return Seen("wqi", [Run(verdict, ms, ms, 1, peak, ms)], "", None, float(found.value), station.illustrative)


LATEST = """
select s.parameter, avg(o.value) from water_series s, water_observation o
where s.id = any(%s) and o.series_id = s.id and o.time > %s and o.time <= %s
  and o.value is not null and o.flag not in (4, 9) group by s.parameter
"""


def _latest_means(station: Station, day: date, oldest: datetime) -> tuple[Mapping[str, float], datetime | None]:
    rows = list(
        Series.objects.filter(station=station, last_time__gte=oldest)
        .exclude(parameter="")
        .values_list("pk", "last_time")
    )
    last = max((when for _pk, when in rows if when is not None), default=None)
    if last is None:
        return {}, None
    span = timedelta(milliseconds=1) if station.kind == StationKind.MANUAL else timedelta(hours=1)
    with connection.cursor() as cursor:
        cursor.execute(LATEST, [[pk for pk, _when in rows], last - span, last])
        means = {parameter: float(value) for parameter, value in cursor.fetchall() if np.isfinite(value)}
    return means, last


def _mark_waiting(at: datetime) -> None:
    """Alerts on values that stopped coming: they do not end by themselves, and their page says what they wait for."""
    live = Alert.objects.filter(state__in=LIVE, rule__kind__in=[RuleKind.LEVEL, RuleKind.RATE, RuleKind.QUALITY])
    speaking = Series.objects.filter(Q(next_due_at=None) | Q(next_due_at__gt=at - timedelta(minutes=15)))
    for alert in live.filter(waiting_since=None).only("pk", "watches", "last_at"):
        parts = [int(part) for part in alert.watches if part.isdecimal()]
        if parts and not speaking.filter(pk__in=parts).exists():
            Alert.objects.filter(pk=alert.pk, waiting_since=None).update(waiting_since=alert.last_at or at)
