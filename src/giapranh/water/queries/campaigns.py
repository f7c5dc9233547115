"""Campaigns of sampling: what was planned, what was taken, what came out, who is late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet

from giapranh.kernel.clock import local_date
from giapranh.kernel.errors import N_
from giapranh.kernel.text import search_key
from giapranh.people.models import Office
from giapranh.water import permissions
from giapranh.water.campaign_permissions import NoSuchCampaign
from giapranh.water.models import Campaign, PlannedSample, Sample, Series, Station
from giapranh.water.queries import network, results
from giapranh.water.queries.results import Latest, StationResult
from giapranh.water.rules import parameters
from giapranh.water.rules.plan_sheet import PlanLine, RefusedLine

TAKEN, LATE, NOW, AHEAD = "taken", "late", "now", "ahead"


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One visit that shall be made."""

    station: Station
    from_day: date
    to_day: date
    parameters: tuple[str, ...]
    office: Office | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """One planned visit and what became of it."""

    planned: PlannedSample
    samples: tuple[Sample, ...]
    state: str
    days_late: int = 0
    results: int = 0  # values of its samples
    missing: tuple[str, ...] = ()  # parameters that were planned and have no result

    @property
    def office_name(self) -> str:
        office = self.planned.office or self.planned.campaign.office
        return office.name if office else ""


@dataclass(frozen=True, slots=True)
class SampleResult:
    """One sample with its values by parameter."""

    sample: Sample
    result: StationResult
    values: dict[str, Latest]


@dataclass(frozen=True, slots=True)
class CampaignPage:
    campaign: Campaign
    day: date
    windows: list[tuple[date, date]]
    matrix: list[tuple[Station, list[Visit | None]]]
    visits: list[Visit]
    results: list[SampleResult]

    @property
    def due(self) -> int:
        """Visits whose time has come."""
        return sum(1 for each in self.visits if each.state != AHEAD)

    @property
    def taken(self) -> int:
        return sum(1 for each in self.visits if each.samples)

    @property
    def late(self) -> list[Visit]:
        return sorted((each for each in self.visits if each.state == LATE), key=lambda each: -each.days_late)

    @property
    def waiting(self) -> list[Visit]:
        """Taken, but results are missing."""
        return [each for each in self.visits if each.samples and each.missing]

    @property
    def parameters(self) -> list[str]:
        """What was measured, in the order of the list."""
        seen = {key for row in self.results for key in row.values}
        return [key for key in parameters.all_parameters() if key in seen]


def campaigns(user: Any, now: datetime) -> QuerySet[Campaign]:
    """The campaigns a person may see, with their counts."""
    day = local_date(now)
    found = Campaign.objects.select_related("office", "paper")
    if not permissions.sees_all_stations(user):
        found = found.filter(permissions.visible_stations(user, "planned__station__")).distinct()
    late = Q(planned__to_day__lt=day, planned__samples__isnull=True)
    return found.annotate(
        all_visits=Count("planned", distinct=True),
        taken_visits=Count("planned", filter=Q(planned__samples__isnull=False), distinct=True),
        late_visits=Count("planned", filter=late, distinct=True),
    ).order_by("-starts_on", "-pk")


def campaign(user: Any, campaign_id: int) -> Campaign:
    found = Campaign.objects.select_related("office", "paper").filter(pk=campaign_id)
    if not permissions.sees_all_stations(user):
        found = found.filter(permissions.visible_stations(user, "planned__station__")).distinct()
    row = found.first()
    if row is None:
        raise NoSuchCampaign(N_("Không có chiến dịch lấy mẫu này, hoặc không thuộc đơn vị của bạn."))
    return row


def campaign_page(user: Any, campaign_id: int, now: datetime) -> CampaignPage:
    row = campaign(user, campaign_id)
    day = local_date(now)
    planned = list(
        PlannedSample.objects.filter(permissions.visible_stations(user, "station__"), campaign=row)
        .select_related("station", "office", "campaign__office")
        .order_by("from_day", "station__sort_key")
    )
    samples: dict[int, list[Sample]] = {}
    for sample in Sample.objects.filter(planned__in=planned).select_related("station").order_by("taken_at"):
        samples.setdefault(sample.planned_id or 0, []).append(sample)
    measured = results_of([each for found in samples.values() for each in found])
    by_sample = {each.sample.pk: each for each in measured}
    visits = [_visit(each, samples.get(each.pk, []), by_sample, day) for each in planned]
    windows = sorted({(each.from_day, each.to_day) for each in planned})
    stations = list(dict.fromkeys(each.station for each in planned))
    at = {(each.planned.station_id, each.planned.from_day): each for each in visits}
    matrix = [(station, [at.get((station.pk, first)) for first, _last in windows]) for station in stations]
    return CampaignPage(row, day, windows, matrix, visits, measured[::-1])


def _visit(planned: PlannedSample, found: list[Sample], by_sample: dict[int, SampleResult], day: date) -> Visit:
    if not found:
        if planned.to_day < day:
            return Visit(planned, (), LATE, (day - planned.to_day).days)
        return Visit(planned, (), NOW if planned.from_day <= day else AHEAD)
    got = {key for sample in found if sample.pk in by_sample for key in by_sample[sample.pk].values}
    missing = tuple(key for key in planned.parameters if key not in got)
    return Visit(planned, tuple(found), TAKEN, 0, len(got), missing)


# --- results of samples ----------------------------------------------------------------------------------------------

VALUES = """
SELECT k.n, s.id, o.time, o.value, o.flag, o.reason, o.status, o.censored, o.source_id, c.value, c.flag, c.id
FROM unnest(%s::int[], %s::timestamptz[]) WITH ORDINALITY AS k(station, time, n)
JOIN water_series s ON s.station_id = k.station
JOIN water_observation o ON o.series_id = s.id AND o.time = k.time
LEFT JOIN LATERAL (SELECT id, value, flag FROM water_correction
                   WHERE series_id = s.id AND time = o.time ORDER BY at DESC, id DESC LIMIT 1) c ON true
ORDER BY k.n, s.id
"""


def results_of(samples: Sequence[Sample]) -> list[SampleResult]:
    """What the laboratory found in each of ``samples``: two queries for all, classes by the day of each sample."""
    if not samples:
        return []
    with connection.cursor() as cursor:
        cursor.execute(VALUES, [[each.station_id for each in samples], [each.taken_at for each in samples]])
        found = cursor.fetchall()
    series = Series.objects.in_bulk({row[1] for row in found})
    rows: dict[int, list[Latest]] = {}
    for n, series_id, at, raw, flag, reason, status, censored, source_id, said, said_flag, correction in found:
        value, settled, sign, judged = results.as_said(raw, flag, censored, said, said_flag, correction)
        rows.setdefault(n - 1, []).append(
            Latest(series[series_id], at, value, raw, settled, reason, status, sign, source_id, judged)
        )
    return [_sample_result(sample, rows.get(n, [])) for n, sample in enumerate(samples)]


def _sample_result(sample: Sample, rows: list[Latest]) -> SampleResult:
    result = results.result(sample.station, rows, {sample.taken_at: sample.floating_rubbish}, condition="decision_1460")
    return SampleResult(sample, result, {row.series.parameter: row for row in result.rows if row.series.parameter})


# --- making a plan ---------------------------------------------------------------------------------------------------


def settled_rows(user: Any, lines: Sequence[PlanLine], day: date) -> tuple[list[PlanRow], list[RefusedLine]]:
    """The points of a plan's lines, by code or by name; what names no single point is refused with its line."""
    stations = list(network.stations(user, day))
    codes = {row.code.casefold(): row for row in stations if row.code}
    names: dict[str, list[Station]] = {}
    for row in stations:
        names.setdefault(search_key(row.name), []).append(row)
    rows: list[PlanRow] = []
    refused: list[RefusedLine] = []
    for line in lines:
        found = codes.get(line.point.casefold())
        named = [found] if found else names.get(search_key(line.point), [])
        if len(named) == 1:
            rows.append(PlanRow(named[0], line.first, line.last, line.parameters))
            continue
        template = N_("Không có điểm “%(point)s”.") if not named else N_("Có nhiều điểm tên “%(point)s”: hãy ghi mã.")
        refused.append(RefusedLine(line.number, NoSuchCampaign(template, point=line.point[:80])))
    return rows, refused
