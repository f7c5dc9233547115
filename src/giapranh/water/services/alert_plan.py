"""Which series are watched by which rules today. Kept in memory for seconds, so that rows nobody watches cost nothing."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q, QuerySet

from giapranh.places.named import held_on
from giapranh.water.models import AlertRule, RuleKind, Series, Station

FRESH_SECONDS = 5.0
ON_ARRIVAL = (RuleKind.LEVEL, RuleKind.RATE, RuleKind.QUALITY)


@dataclass(slots=True)
class Plan:
    day: date
    made: float
    watched: dict[int, list[int]] = field(default_factory=dict)  # series → rules


_plan: Plan | None = None


def forget() -> None:
    """A rule or a series changed here: read again. Other processes notice within ``FRESH_SECONDS``."""
    global _plan
    _plan = None


def watched_on(day: date) -> dict[int, list[int]]:
    """Series → ids of the rules that look at its rows when they arrive."""
    global _plan
    now = time.monotonic()
    if _plan is None or _plan.day != day or now - _plan.made > FRESH_SECONDS:
        _plan = Plan(day, now, _read(day))
    return _plan.watched


def _read(day: date) -> dict[int, list[int]]:
    watched: dict[int, list[int]] = defaultdict(list)
    rules = list(rules_on(day).filter(kind__in=ON_ARRIVAL))
    # Most rules name their series: those are looked up at once.
    named = [rule.series_id for rule in rules if rule.series_id is not None]
    held = set(Series.objects.filter(held_on(day), pk__in=named).values_list("pk", flat=True))
    for rule in rules:
        if rule.series_id is None:
            for series_id in series_of(rule, day).values_list("pk", flat=True):
                watched[series_id].append(rule.pk)
        elif rule.series_id in held:
            watched[rule.series_id].append(rule.pk)
    return dict(watched)


def rules_on(day: date) -> QuerySet[AlertRule]:
    return AlertRule.objects.filter(held_on(day)).select_related("station", "reach", "series", "owner").order_by("pk")


def stations_of(rule: AlertRule, day: date) -> QuerySet[Station]:
    """The stations a rule looks at on ``day``."""
    held = Station.objects.filter(held_on(day)).select_related("owner", "watercourse").order_by("pk")
    if rule.series_id is not None:
        return held.filter(series=rule.series_id)
    if rule.station_id is not None:
        return held.filter(pk=rule.station_id)
    assert rule.reach is not None
    return held.filter(watercourse=rule.reach.watercourse_id, km__lte=rule.reach.km_upper, km__gte=rule.reach.km_lower)


def series_of(rule: AlertRule, day: date) -> QuerySet[Series]:
    """The series a rule looks at on ``day``: of its parameter where it names one."""
    held = Series.objects.filter(held_on(day)).select_related("station__owner").order_by("pk")
    if rule.series_id is not None:
        return held.filter(pk=rule.series_id)
    found = held.filter(station__in=stations_of(rule, day))
    return found.filter(parameter=rule.parameter) if rule.parameter else found.filter(~Q(parameter=""))


def rules_by_id(ids: Iterable[int], day: date) -> dict[int, AlertRule]:
    """The rules as they stand now, whatever the plan remembered."""
    return {rule.pk: rule for rule in rules_on(day).filter(pk__in=list(ids))}
