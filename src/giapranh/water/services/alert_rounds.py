"""Once a minute: what did not arrive, quiet hours that are over, alerts nobody took, clocks of notices."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from giapranh.kernel.clock import local_date
from giapranh.places.named import held_on
from giapranh.water.incident_settings import wqi_method
from giapranh.water.models import Alert, AlertRule, RuleKind, Series, Station, StationKind
from giapranh.water.models.observations import MEAN
from giapranh.water.rules import parameters
from giapranh.water.rules.alert_states import LIVE, Run, Verdict
from giapranh.water.rules.readings import Reading
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
    _forget_unwatched(day, at)
    for pk in Alert.objects.filter(state__in=LIVE, opened_at__isnull=False).order_by("pk").values_list("pk", flat=True):
        _guarded_clocks(pk, at, done)
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


def _guarded_clocks(pk: int, at: datetime, done: Round) -> None:
    """One alert that stumbles must not silence the others."""
    try:
        _clocks(pk, at, done)
    except Exception:
        log.exception("clocks of alert %s failed", pk)


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
    """When it should have spoken again. A row of tomorrow (a wrong clock) counts from when it came."""
    assert series.last_time is not None
    ahead = max(series.last_time - (series.last_arrived or series.last_time), timedelta())
    if minutes is not None:
        return series.last_time - ahead + timedelta(minutes=minutes)
    assert series.next_due_at is not None
    return series.next_due_at - ahead


# --- VN_WQI ----------------------------------------------------------------------------------------------------------


def _wqi(rule: AlertRule, station: Station, day: date, at: datetime) -> Seen | None:
    """The index of the station's last hour (a sampling point: of its last sample)."""
    from giapranh.water.rules import wqi

    values, last = _latest_means(station, day, at - timedelta(hours=rule.max_age_hours))
    if last is None or rule.wqi_at_most is None:
        return None
    automatic = station.kind != StationKind.MANUAL
    condition = "automatic" if automatic else "decision_1460"
    found = wqi.vn_wqi(values, local_date(last), method=wqi_method(), condition=condition)
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


LATEST = f"""
select o.series_id, {MEAN.format(v="o.value")}, case when count(*) = 1 then min(o.censored) else 0 end from (
    select o.series_id, case when c.id is null then o.value else c.value end as value,
        coalesce(c.flag, o.flag) as flag, case when c.id is null or c.value = o.value then o.censored else 0 end as censored
    from water_observation o left join lateral (select id, value, flag from water_correction
        where series_id = o.series_id and time = o.time order by at desc, id desc limit 1) c on true
    where o.series_id = any(%s) and o.time > %s and o.time <= %s
) o where o.value is not null and o.flag not in (4, 9) group by o.series_id
"""  # noqa: S608 - nothing from outside


def _latest_means(station: Station, day: date, oldest: datetime) -> tuple[Mapping[str, Reading], datetime | None]:
    """What the index is made of: as corrected, in the unit and basis of the list of parameters."""
    held = Series.objects.filter(held_on(day), station=station, last_time__gte=oldest).exclude(parameter="")
    series = held.in_bulk()
    last = max((row.last_time for row in series.values() if row.last_time is not None), default=None)
    if last is None:
        return {}, None
    span = timedelta(milliseconds=1) if station.kind == StationKind.MANUAL else timedelta(hours=1)
    found: dict[str, list[Reading]] = {}
    with connection.cursor() as cursor:
        cursor.execute(LATEST, [list(series), last - span, last])
        for series_id, mean, censored in cursor.fetchall():
            row = series[series_id]
            if (value := _stored(row, float(mean))) is not None:
                found.setdefault(row.parameter, []).append(Reading(value, censored))
    return {parameter: _one(rows) for parameter, rows in found.items()}, last


def _stored(row: Series, value: float) -> float | None:
    try:
        return float(parameters.to_stored(row.parameter, value, row.unit_symbol or None, row.basis or None))
    except (parameters.UnknownParameter, parameters.UnknownUnit, parameters.UnitsDiffer, parameters.UnknownBasis):
        return None


def _one(rows: list[Reading]) -> Reading:
    """Two devices for one parameter: their mean."""
    if len(rows) == 1:
        return rows[0]
    return Reading(sum(row.value or 0.0 for row in rows) / len(rows))


def _mark_waiting(at: datetime) -> None:
    """Alerts on values that stopped coming: they do not end by themselves, and their page says what they wait for."""
    live = Alert.objects.filter(state__in=LIVE, rule__kind__in=[RuleKind.LEVEL, RuleKind.RATE, RuleKind.QUALITY])
    speaking = Series.objects.filter(Q(next_due_at=None) | Q(next_due_at__gt=at - timedelta(minutes=15)))
    for alert in live.filter(waiting_since=None).only("pk", "watches", "last_at"):
        parts = [int(part) for part in alert.watches if part.isdecimal()]
        if parts and not speaking.filter(pk__in=parts).exists():
            Alert.objects.filter(pk=alert.pk, waiting_since=None).update(waiting_since=alert.last_at or at)


def _forget_unwatched(day: date, at: datetime) -> None:
    """A series or station that retired, a rule that ended: what they said last must not hold an alert for ever.

    A muted alert that waits for them speaks no more, so that the next breach is heard; in a living one the series that
    still speak decide. One that nothing speaks to any more stays until a person ends it.
    """
    rows = Alert.objects.filter(Q(state__in=LIVE) | Q(muted=True)).select_related("rule__reach", "station")
    for alert in rows.order_by("pk"):
        gone = set(alert.watches) - _spoken_to(alert, day)
        if gone and (alert.muted or gone != set(alert.watches)):
            _forget(alert.pk, gone, at)


def _spoken_to(alert: Alert, day: date) -> set[str]:
    """The parts of an alert that its rule still watches."""
    rule, station = alert.rule, alert.station
    if not (rule.holds_on(day) and alert_plan.stations_of(rule, day).filter(pk=station.pk).exists()):
        return set()
    if rule.kind in (RuleKind.SILENCE, RuleKind.WQI):
        return {str(rule.kind)}
    series = alert_plan.series_of(rule, day).filter(station=station)
    return {str(pk) for pk in series.values_list("pk", flat=True)}


def _forget(pk: int, gone: set[str], at: datetime) -> None:
    with transaction.atomic():
        alert = Alert.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=pk).first()
        if alert is None or not (alert.muted or alert.state in LIVE):
            return
        alert.watches = {part: watch for part, watch in alert.watches.items() if part not in gone}
        if alert.muted and not alert.watches:
            alert.muted = False
            alert_growth.happened(alert, "unwatched", at)
        alert.save(update_fields=["watches", "muted"])
