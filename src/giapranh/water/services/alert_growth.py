"""How what was seen becomes an alert: one live row per rule and station, which begins, grows, ripens and clears."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q

from giapranh.people import queries as people
from giapranh.people.models import Office
from giapranh.water.alert_limits import Limit
from giapranh.water.models import Alert, AlertEvent, AlertRule, Station
from giapranh.water.queries import on_call
from giapranh.water.rules.alert_clocks import Quiet, Severity, tell_at
from giapranh.water.rules.alert_states import LIVE, AlertState, AlertVerb, Phase, Run, Terms, Watch, follow, move
from giapranh.water.services import neighbour_news

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NEWS = frozenset({"opened", "worse", "cleared"})


@dataclass(frozen=True, slots=True)
class Seen:
    """What one series (``part``: its number; a word where the whole station speaks) says to one rule."""

    part: str
    runs: Sequence[Run]
    parameter: str = ""
    limit: Limit | None = None
    last_value: float | None = None
    illustrative: bool = False


def instant(ms: int) -> datetime:
    return EPOCH + timedelta(milliseconds=ms)


def terms_of(rule: AlertRule, limit: Limit | None = None) -> Terms:
    minute = 60_000
    return Terms(
        grace_ms=rule.grace_minutes * minute, min_values=rule.min_values, clear_ms=rule.clear_minutes * minute,
        falling=bool(limit and limit.band.falling) or rule.kind == "wqi", middle=limit.band.middle if limit else None,
    )  # fmt: skip


def lock_pair(rule_id: int, station_id: int) -> None:
    """Two arrivals at one station wait for each other here, also when there is no alert row yet to wait for."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, %s)", [rule_id, station_id])


def living(rule_ids: Iterable[int], station_ids: Iterable[int]) -> dict[tuple[int, int], Alert]:
    """Alerts that live, and ended ones that keep silent until the water was calm."""
    rows = Alert.objects.filter(
        Q(state__in=LIVE) | Q(muted=True), rule__in=list(rule_ids), station__in=list(station_ids)
    )
    return {(row.rule_id, row.station_id): row for row in rows}


def grow(rule: AlertRule, station: Station, seen: Sequence[Seen], at: datetime) -> Alert | None:
    """Lead what was seen through the watches of the alert; the alert when it lives afterwards. In a transaction."""
    lock_pair(rule.pk, station.pk)
    alert = Alert.objects.select_for_update().filter(
        Q(state__in=LIVE) | Q(muted=True), rule=rule, station=station
    ).first()  # fmt: skip
    for each in seen:
        alert = _feed(alert, rule, station, each, at)
    if alert is not None:
        _save(alert, at)
    return alert


def _save(alert: Alert, at: datetime) -> None:
    """Keep the row; the neighbour hears when it opened, became worse or ended, not of every value."""
    alert.save()
    if alert.__dict__.pop("_is_news", False):
        neighbour_news.changed("water-alert", alert.uid, at)


def _feed(alert: Alert | None, rule: AlertRule, station: Station, seen: Seen, at: datetime) -> Alert | None:
    before = Watch.from_dict(alert.watches[seen.part]) if alert and seen.part in alert.watches else Watch()
    terms = terms_of(rule, seen.limit)
    for run in seen.runs:
        after, ended = follow(before, [run], terms)
        if after == before:
            continue
        alert = alert if alert is not None else _begin(rule, station, after, at, seen)
        _take_in(alert, rule, seen, before, after, ended, at)
        if _is_over(alert, at):
            alert = None
            if after.phase != Phase.CALM:  # ended by a person, and worse now than it was then
                alert = _begin(rule, station, after, at, seen)
                _take_in(alert, rule, seen, before, after, ended, at)
        before = after
    return alert


def _is_over(alert: Alert, at: datetime) -> bool:
    """Whether the row lives no longer; it is kept as it stands then, unless it never opened."""
    over = alert.state == AlertState.ENDED and not alert.muted
    if over and alert.pk is not None:
        _save(alert, at)
    return over


def _begin(rule: AlertRule, station: Station, watch: Watch, at: datetime, seen: Seen) -> Alert:
    alert = Alert(
        rule=rule, station=station, state=AlertState.PENDING, severity=rule.severity, since=instant(watch.since_ms or 0),
        owner=_owner(rule, station), illustrative=station.illustrative or seen.illustrative or rule.illustrative,
    )  # fmt: skip
    alert.save()
    return alert


def _owner(rule: AlertRule, station: Station) -> Office | None:
    """Whose it is: never nobody's, and no office of a neighbour, whose people cannot open it here."""
    if rule.owner is not None:
        return rule.owner
    agency = people.own_agency()
    if station.owner is None or agency is None or station.owner_id in people.ids_below([agency.pk]):
        return station.owner or agency
    return agency


def _take_in(
    alert: Alert, rule: AlertRule, seen: Seen, before: Watch, after: Watch, ended: Sequence[Watch], at: datetime
) -> None:
    """One step of one series into the row of the alert."""
    _keep(alert, seen.part, after)
    grown = after if after.phase != Phase.CALM else ended[-1] if ended else after
    if seen.parameter and seen.parameter not in alert.parameters:
        alert.parameters = [*alert.parameters, seen.parameter]
    if grown.count:
        alert.count += max(grown.count - before.count, 0)
        _worst(alert, grown, terms_of(rule, seen.limit))
    if after.last_ms is not None:
        alert.last_at = max(filter(None, [alert.last_at, instant(after.last_ms)]))
        alert.last_value = seen.last_value if seen.last_value is not None else alert.last_value
        alert.waiting_since = None
    if seen.limit is not None:
        alert.limit, alert.limit_words = seen.limit.value, seen.limit.words
    _settle(alert, rule, after, at)


def _keep(alert: Alert, part: str, watch: Watch) -> None:
    parts = dict(alert.watches)
    if watch.phase == Phase.CALM:
        parts.pop(part, None)
    else:
        parts[part] = watch.as_dict()
    alert.watches = parts


def _worst(alert: Alert, watch: Watch, terms: Terms) -> None:
    if watch.peak is not None and terms.is_worse(watch.peak, alert.peak):
        alert.peak, alert.peak_at = watch.peak, instant(watch.peak_ms or 0)
    if watch.since_ms is not None:
        alert.since = min(alert.since, instant(watch.since_ms))


def _settle(alert: Alert, rule: AlertRule, latest: Watch, at: datetime) -> None:
    """The state that follows from all watches together."""
    watches = [Watch.from_dict(each) for each in alert.watches.values()]
    burning = [watch for watch in watches if watch.burning]
    level = max((watch.level for watch in burning), default=0)
    if alert.muted:
        _settle_muted(alert, rule, watches, level, at)
        return
    if alert.state == AlertState.PENDING and burning:
        _ripen(alert, rule, level, at)
    elif alert.state in LIVE and level > alert.level:
        _worsen(alert, rule, level, at)
    if not watches:
        _clear(alert, at)


def _ripen(alert: Alert, rule: AlertRule, level: int, at: datetime) -> None:
    alert.state = move(AlertState(alert.state), AlertVerb.RIPEN)
    alert.opened_at, alert.level = at, level
    alert.acknowledge_by = at + timedelta(minutes=rule.acknowledge_minutes)
    alert.tell_at = tell_at(at, Severity(rule.severity), Quiet(rule.quiet_from, rule.quiet_to))
    if alert.tell_at > at:
        alert.acknowledge_by = alert.tell_at + timedelta(minutes=rule.acknowledge_minutes)
    duty = on_call.on_call_at(alert.owner_id, alert.tell_at)
    alert.assigned = duty[0] if duty else None
    happened(alert, "opened", at, data={"level": level, "value": alert.peak})


def _worsen(alert: Alert, rule: AlertRule, level: int, at: datetime) -> None:
    """A higher level is told anew; the same level never is."""
    alert.level = level
    alert.tell_at = tell_at(at, Severity(rule.severity), Quiet(rule.quiet_from, rule.quiet_to))
    happened(alert, "worse", at, data={"level": level, "value": alert.peak})


def _clear(alert: Alert, at: datetime) -> None:
    if alert.opened_at is None:
        alert.delete()  # nobody was told, nothing came of it
        alert.state, alert.ended_at = AlertState.ENDED, at
        return
    alert.state = move(AlertState(alert.state), AlertVerb.CLEAR)
    alert.ended_at, alert.tell_at = at, None
    happened(alert, "cleared", at)


def _settle_muted(alert: Alert, rule: AlertRule, watches: Sequence[Watch], level: int, at: datetime) -> None:
    """A person ended it: silent until the water was calm once, or it became worse than when it was ended."""
    if not watches:
        alert.muted = False
        happened(alert, "calm_again", at)
    elif level > alert.muted_level:
        alert.muted = False
        happened(alert, "worse_after_end", at, data={"level": level})


def happened(
    alert: Alert, what: str, at: datetime, *, by: Any = None, words: str = "", data: Mapping[str, Any] | None = None
) -> None:
    if what in NEWS:
        alert.__dict__["_is_news"] = True
    AlertEvent.objects.create(alert=alert, what=what, at=at, by=by, words=words, data=dict(data or {}))
