"""The alert rules at work: on each arrival of rows, and once a minute for what does not arrive.

``check_arrivals`` runs inside the transaction that stores the rows. Rows that no rule watches cost one look into a
dictionary for each series. A fault in here must never cost an observation: it is logged, and the rows stay.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
from django.db import connection, transaction

from giapranh.kernel.clock import local_date
from giapranh.water import alert_limits
from giapranh.water.models import AlertRule, RuleKind, Series
from giapranh.water.rules import alert_checks
from giapranh.water.rules.alert_checks import Array
from giapranh.water.rules.alert_states import Run, Verdict
from giapranh.water.services import alert_growth, alert_plan
from giapranh.water.services.alert_growth import Seen, instant
from giapranh.water.services.alert_rounds import minute_round
from giapranh.water.services.alert_telling import tell_now
from giapranh.water.services.arrivals import Arrived

__all__ = ["check_arrivals", "minute_round", "on_arrival"]

log = logging.getLogger(__name__)
LOOK_BACK = timedelta(days=2)  # how far a rate of change looks for the value before
AHEAD = timedelta(hours=1)  # how far the clock of a device may run ahead


@dataclass(slots=True)
class _Rows:
    """The arrived rows of one watched series."""

    series_id: int
    time_ms: Array
    value: Array
    flag: Array


def on_arrival(arrived: Arrived) -> None:
    """What the store calls."""
    check_arrivals(arrived, at=arrived.at)


def awaits(arrived: Arrived) -> bool:
    """Whether a rule watches any of these series today."""
    watched = alert_plan.watched_on(local_date(arrived.at))
    return bool(watched) and not watched.keys().isdisjoint(arrived.series.tolist())


def check_arrivals(arrived: Arrived, *, at: datetime) -> None:
    """Lead new rows (sorted by series and time) through the rules that watch them."""
    watched = alert_plan.watched_on(local_date(at))
    if not watched or not len(arrived):
        return
    pieces = _watched_pieces(arrived, watched)
    if not pieces:
        return
    try:
        with transaction.atomic():
            _check(pieces, watched, at)
    except Exception:  # whatever went wrong in a rule, the observations must be kept
        log.exception("alert rules failed on %s series", len(pieces))
        _one_by_one(pieces, watched, at)


def _watched_pieces(arrived: Arrived, watched: dict[int, list[int]]) -> list[_Rows]:
    starts = np.concatenate(([0], np.flatnonzero(np.diff(arrived.series)) + 1))
    ends = np.concatenate((starts[1:], [len(arrived)]))
    return [
        _Rows(series_id, arrived.time_ms[start:end], arrived.value[start:end], arrived.flag[start:end])
        for series_id, start, end in zip(arrived.series[starts].tolist(), starts.tolist(), ends.tolist(), strict=True)
        if series_id in watched
    ]


@dataclass(slots=True)
class _Said:
    """Everything a batch says to one rule at one station."""

    rule: AlertRule
    series: Series
    seen: list[Seen] = field(default_factory=list)


def _check(pieces: Sequence[_Rows], watched: dict[int, list[int]], at: datetime) -> None:
    day = local_date(at)
    rules = alert_plan.rules_by_id({rule for piece in pieces for rule in watched[piece.series_id]}, day)
    wanted = [piece.series_id for piece in pieces]
    series = Series.objects.select_related("station__owner", "station__watercourse").in_bulk(wanted)
    living = alert_growth.living(rules, {each.station_id for each in series.values()})
    said: dict[tuple[int, int], _Said] = {}
    for piece in pieces:
        for rule_id in watched[piece.series_id]:
            rule, one = rules.get(rule_id), series.get(piece.series_id)
            if rule is None or one is None:
                continue
            seen = _seen(rule, one, piece, at)
            alive = living.get((rule_id, one.station_id))
            if seen is not None and (alive is not None or _any_breach(seen.runs)):
                key = (rule_id, one.station_id)
                said.setdefault(key, _Said(rule, one)).seen.append(seen)
    grown = [
        alert_growth.grow(each.rule, each.series.station, each.seen, at)
        for _key, each in sorted(said.items())
    ]  # fmt: skip
    tell_now([alert for alert in grown if alert is not None], at)


def _one_by_one(pieces: list[_Rows], watched: dict[int, list[int]], at: datetime) -> None:
    """Where one rule stumbled the others must still be heard."""
    for rule_id in sorted({rule for piece in pieces for rule in watched[piece.series_id]}):
        own = {series: [rule_id] for series, rules in watched.items() if rule_id in rules}
        try:
            with transaction.atomic():
                _check([piece for piece in pieces if piece.series_id in own], own, at)
        except Exception:
            log.exception("alert rule %s failed", rule_id)


def _any_breach(runs: Sequence[Run]) -> bool:
    return any(run.verdict >= Verdict.TENDENCY for run in runs)


def _seen(rule: AlertRule, series: Series, piece: _Rows, at: datetime) -> Seen | None:
    """What the rows say to the rule; nothing when they are history or of tomorrow, or no limit holds.

    A row of tomorrow comes from a wrong clock. Believed, it would make everything after it late for as long.
    """
    oldest = int((at - timedelta(hours=rule.max_age_hours)).timestamp() * 1000)
    latest = int((at + AHEAD).timestamp() * 1000)
    from_row, to_row = (int(np.searchsorted(piece.time_ms, ms)) for ms in (oldest, latest))
    if from_row >= to_row:
        return None
    times, values, flags = (column[from_row:to_row] for column in (piece.time_ms, piece.value, piece.flag))
    part, last = str(series.pk), float(values[-1])
    if rule.kind == RuleKind.QUALITY:
        runs = alert_checks.runs_of(alert_checks.quality_verdicts(flags), times, values)
        return Seen(part, runs, series.parameter, None, last, series.illustrative)
    if rule.kind == RuleKind.RATE:
        codes, rates = alert_checks.rate_verdicts(
            times, values, flags, per_hour=rule.per_hour or 0, direction=rule.rate_direction,
            before=_value_before(series.pk, int(times[0])), hysteresis_percent=rule.hysteresis_percent,
        )  # fmt: skip
        return Seen(part, alert_checks.runs_of(codes, times, np.abs(rates)), series.parameter, None, last,
                    series.illustrative)  # fmt: skip
    limit = alert_limits.limit_of(rule, series, local_date(instant(int(times[-1]))))
    if limit is None:
        return None
    codes = alert_checks.level_verdicts(values, flags, limit.band)
    if (codes >= Verdict.TENDENCY).any():
        codes = alert_checks.level_verdicts(values, flags, limit.band, _censored(series.pk, times))
    runs = alert_checks.runs_of(codes, times, values, falling=limit.band.falling, middle=limit.band.middle)
    return Seen(part, runs, series.parameter, limit, last, series.illustrative)


def _value_before(series_id: int, first_ms: int) -> tuple[int, float] | None:
    """The last usable value before the first new one."""
    sql = (
        "select (extract(epoch from time) * 1000)::bigint, value from water_observation where series_id = %s"
        " and time < %s and time >= %s and value is not null and flag not in (4, 9) order by time desc limit 1"
    )
    first = instant(first_ms)
    with connection.cursor() as cursor:
        cursor.execute(sql, [series_id, first, first - LOOK_BACK])
        row = cursor.fetchone()
    return (int(row[0]), float(row[1])) if row else None


def _censored(series_id: int, times: Array) -> Array:
    """Which of the rows are below or above what the device can see; asked only where something looks too high."""
    found = np.zeros(len(times), np.int16)
    sql = (
        "select (extract(epoch from time) * 1000)::bigint, censored from water_observation where series_id = %s"
        " and time between %s and %s and censored <> 0"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [series_id, instant(int(times[0])), instant(int(times[-1]))])
        for ms, censored in cursor.fetchall():
            at = int(np.searchsorted(times, ms))
            if at < len(times) and times[at] == ms:
                found[at] = censored
    return found
