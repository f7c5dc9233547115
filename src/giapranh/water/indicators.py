"""What the rivers measure for a programme, each number with the records it was counted from.

Drills are counted nowhere. Illustrative rows are counted where the node itself is a demonstration or where nothing else
is there; every citation of one says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from giapranh.exchange import kinds
from giapranh.exchange.models import Entry
from giapranh.kernel import clock
from giapranh.kernel.clock import VIETNAM
from giapranh.kernel.errors import N_
from giapranh.kernel.numbers import format_number
from giapranh.people import queries as people
from giapranh.programme.indicators import Evidence, Measurement, indicator
from giapranh.programme.rules.periods import ReportingPeriod
from giapranh.programme.rules.scope import Scope
from giapranh.water import incident_settings
from giapranh.water.models import PlannedSample, Series, Station, StationKind
from giapranh.water.queries import alert_words, alerts, incidents

ILLUSTRATIVE = N_("minh họa")


def _span(period: ReportingPeriod) -> tuple[datetime, datetime]:
    """The instants of a period, up to now: what has not happened yet is not expected."""
    start = datetime.combine(period.start, time(), VIETNAM)
    end = datetime.combine(period.end + timedelta(days=1), time(), VIETNAM)
    return start, min(end, clock.now())


def _note(row: Any, words: str) -> str:
    return f"{words} ({ILLUSTRATIVE})" if row.illustrative else words


# --- stations --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Received:
    """What a station sent in a span. ``share`` None: nothing was expected of it."""

    station: Station
    count: int
    expected: int

    @property
    def share(self) -> Decimal | None:
        return Decimal(self.count) / Decimal(self.expected) if self.expected else None


def received(start: datetime, end: datetime) -> list[Received]:
    """Records received of those expected, for each automatic station of ours that had a clocked series in the span.

    A record is a turn of the cycle with a value: rows that come twice fill no gap, a second early or late makes none.
    Where nobody said when a series or its station began, it began with its first value.
    """
    sql = (
        "select s.station_id, coalesce(sum(least(o.n, e.n)), 0)::bigint, sum(e.n)::bigint from water_series s"
        " join water_station t on t.id = s.station_id"
        " cross join lateral (select floor(extract(epoch from"
        "   least(%(end)s, (least(s.valid_to, t.valid_to) + 1)::timestamp at time zone 'Asia/Ho_Chi_Minh')"
        "   - greatest(%(start)s, coalesce("
        "     greatest(s.valid_from, t.valid_from)::timestamp at time zone 'Asia/Ho_Chi_Minh', s.first_time)))"
        "   / s.cycle_seconds)::bigint as n) e"
        " left join lateral (select count(distinct ceil(extract(epoch from o.time - %(start)s) / s.cycle_seconds - 0.5))"
        "   as n"
        "   from water_observation o where o.series_id = s.id"
        "   and o.time >= %(start)s and o.time < %(end)s and o.value is not null) o on true"
        " where s.cycle_seconds > 0 and e.n > 0 and s.station_id = any(%(stations)s) group by s.station_id"
    )
    stations = Station.objects.filter(kind=StationKind.AUTOMATIC, node="").order_by("sort_key", "pk").in_bulk()
    with connection.cursor() as cursor:
        cursor.execute(sql, {"start": start, "end": end, "stations": list(stations)})
        rows = {row[0]: (int(row[1]), int(row[2])) for row in cursor.fetchall()}
    return [Received(station, *rows[pk]) for pk, station in stations.items() if pk in rows]


@indicator("water.stations_reporting", title=N_("Trạm gửi đủ số liệu"), unit=N_("trạm"))
def stations_reporting(period: ReportingPeriod, scope: Scope) -> Measurement:
    """Automatic stations that sent at least the agreed share of the records expected of them."""
    start, end = _span(period)
    if end <= start:
        return Measurement(None, N_("trạm"))
    wanted = incident_settings.received_share()
    rows = received(start, end)
    if not rows:
        return Measurement(None, N_("trạm"))
    good = [row for row in rows if row.share is not None and row.share >= wanted]
    cited = tuple(
        Evidence(row.station.name, f"station:{row.station.pk}", f"/song-ngoi/tram/{row.station.pk}/",
                 _note(row.station, f"{format_number(round((row.share or Decimal(0)) * 100, 1))} %"))
        for row in rows
    )  # fmt: skip
    return Measurement(
        Decimal(len(good)), N_("trạm"), cited, out_of=Decimal(len(rows)), query={"share": str(wanted)},
    )  # fmt: skip


# --- samples ---------------------------------------------------------------------------------------------------------


@indicator("water.samples_against_plan", title=N_("Mẫu nước lấy theo kế hoạch"), unit=N_("mẫu"))
def samples_against_plan(period: ReportingPeriod, scope: Scope) -> Measurement:
    """Of the samples whose last day falls into the period: how many were taken. One of today is not missed yet."""
    rows = list(
        PlannedSample.objects.filter(to_day__gte=period.start, to_day__lte=min(period.end, _today()))
        .select_related("campaign", "station").prefetch_related("samples").order_by("to_day", "station__sort_key", "pk")
    )  # fmt: skip
    today = _today()
    rows = [row for row in rows if row.to_day < today or row.samples.all()]
    if not rows:
        return Measurement(None, N_("mẫu"))
    taken = [row for row in rows if row.samples.all()]
    cited = tuple(
        Evidence(f"{row.station.name}, {row.from_day:%d/%m} – {row.to_day:%d/%m/%Y}", f"station:{row.station.pk}",
                 f"/song-ngoi/chien-dich/{row.campaign.pk}/",
                 _note(row.campaign, N_("đã lấy") if row.samples.all() else N_("chưa lấy")))
        for row in rows
    )  # fmt: skip
    return Measurement(Decimal(len(taken)), N_("mẫu"), cited, out_of=Decimal(len(rows)))


# --- exceedances -----------------------------------------------------------------------------------------------------

EXCEEDING = ("level", "wqi")


@indicator("water.exceedances_handled", title=N_("Vượt ngưỡng được xử lý đúng hạn"), unit=N_("lượt cảnh báo"))
def exceedances_handled(period: ReportingPeriod, scope: Scope) -> Measurement:
    """Exceedances opened in the period; of them those a person took over, or that were over, within the time set."""
    start, end = _span(period)
    rows = list(alerts.alerts_between(start, end).filter(rule__kind__in=EXCEEDING, level__gte=3))
    within = incident_settings.handled_within()
    handled = [row for row in rows if _in_time(row, within)]
    cited = tuple(
        Evidence(f"{row.station.name}: {alert_words.what_words(row)}", f"alert:{row.pk}", f"/song-ngoi/canh-bao/{row.pk}/",
                 _note(row, _handled_words(row, within, end)))
        for row in rows
    )  # fmt: skip
    return Measurement(
        Decimal(len(handled)), N_("lượt cảnh báo"), cited, out_of=Decimal(len(rows)),
        query={"hours": within.total_seconds() / 3600},
    )  # fmt: skip


def _handled_words(alert: Any, within: timedelta, at: datetime) -> str:
    if _in_time(alert, within):
        return N_("đúng hạn")
    if alert.acknowledged_at is None and alert.ended_at is None and alert.opened_at + within > at:
        return N_("chưa ai nhận, còn trong hạn")
    return N_("quá hạn, chưa ai nhận kịp")


def _in_time(alert: Any, within: timedelta) -> bool:
    moments = [at for at in (alert.acknowledged_at, alert.ended_at) if at is not None]
    return bool(moments) and min(moments) - alert.opened_at <= within


# --- the neighbour ---------------------------------------------------------------------------------------------------


@indicator("water.notices", title=N_("Thông báo cho tỉnh bạn được xác nhận"), unit=N_("thông báo"))
def notices_acknowledged(period: ReportingPeriod, scope: Scope) -> Measurement:
    """Notices sent in the period; of them those the neighbour acknowledged, whenever."""
    rows = list(incidents.notices_between(*_span(period)))
    known = [row for row in rows if row.acknowledged_at is not None]
    cited = tuple(
        Evidence(f"{row} → {row.neighbour_name}", f"water-notice:{row.pk}", f"/song-ngoi/thong-bao/{row.pk}/",
                 _note(row, _acknowledged(row)))
        for row in rows
    )  # fmt: skip
    return Measurement(Decimal(len(known)), N_("thông báo"), cited, out_of=Decimal(len(rows)))


def _acknowledged(row: Any) -> str:
    if row.acknowledged_at is None:
        return N_("chưa xác nhận")
    late = row.acknowledge_by is not None and row.acknowledged_at > row.acknowledge_by
    return N_("xác nhận muộn") if late else N_("xác nhận đúng hạn")


@indicator("water.incidents", title=N_("Sự cố nguồn nước được xử lý xong"), unit=N_("sự cố"))
def incidents_closed(period: ReportingPeriod, scope: Scope) -> Measurement:
    """Incidents seen in the period that were confirmed; of them those closed."""
    rows = [row for row in incidents.incidents_between(*_span(period)) if row.confirmed_at is not None]
    closed = [row for row in rows if row.closed_at is not None]
    cited: Sequence[Evidence] = [
        Evidence(
            str(row), f"incident:{row.pk}", f"/song-ngoi/su-co/{row.pk}/", _note(row, str(row.get_state_display()))
        )
        for row in rows
    ]
    return Measurement(Decimal(len(closed)), N_("sự cố"), tuple(cited), out_of=Decimal(len(rows)))


def _today() -> date:
    return clock.now().astimezone(VIETNAM).date()


# --- shared data -----------------------------------------------------------------------------------------------------

SHARED = {"water-station": Station, "water-latest": Station, "water-daily": Series, "water-series": Series}


@indicator("water.data_sets_shared", title=N_("Bộ số liệu nước đã chia sẻ"), unit=N_("bộ số liệu"))
def data_sets_shared(period: ReportingPeriod, scope: Scope) -> Measurement:
    """Stations and series of which anything left for a neighbour in the period, each once for each kind of data."""
    here = people.node()
    if here is None:
        return Measurement(None, N_("bộ số liệu"))
    start, end = (int(at.timestamp() * 1000) for at in _span(period))
    rows = Entry.objects.filter(
        stream__startswith=f"{here.node_id}.", kind__in=list(SHARED), sent_at__gte=start, sent_at__lt=end
    ).order_by("kind", "subject").values_list("kind", "subject").distinct()  # fmt: skip
    sets = dict.fromkeys((kind, subject.partition(":")[2].partition("/")[0]) for kind, subject in rows)
    cited = tuple(filter(None, (_shared_evidence(kind, uid) for kind, uid in sets)))
    return Measurement(Decimal(len(sets)), N_("bộ số liệu"), cited)


def _shared_evidence(kind: str, uid: str) -> Evidence | None:
    if SHARED[kind] is Series:
        series = Series.objects.select_related("station").filter(uid=uid).first()
        station, label = (series.station, series.name) if series else (None, "")
    else:
        station = Station.objects.filter(uid=uid).first()
        label = station.name if station else ""
    known = kinds.get(kind)
    if station is None or known is None:
        return None
    return Evidence(label, f"station:{station.pk}", f"/song-ngoi/tram/{station.pk}/", _note(station, known.title))
