"""What this room may hand to a neighbour: kinds of record, their schema versions, and pure projections of the rows.

An agreement names kinds and fields; the exchange room projects, signs and carries. Nothing here decides to share.
Numbers travel as decimal text, instants as UTC, so that both sides sign the same bytes. The suspected source of an
incident, internal notes and names of officers are in no projection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from giapranh.exchange.ledger.entry import Blob
from giapranh.kernel import clock
from giapranh.kernel.clock import VIETNAM
from giapranh.kernel.errors import N_
from giapranh.places.named import held_on
from giapranh.water.models import (
    Alert,
    Bank,
    BankReach,
    Incident,
    Notice,
    RuleKind,
    Series,
    Sign,
    Station,
    StationKind,
)
from giapranh.water.models.observations import MEAN
from giapranh.water.rules.alert_clocks import SEVERITY_WORDS
from giapranh.water.rules.alert_states import STATE_WORDS
from giapranh.water.rules.incidents import EXTENT_WORDS, INCIDENT_WORDS
from giapranh.water.rules.notices import NOTICE_STATE_WORDS, NOTICE_WORDS
from giapranh.water.rules.parameters import all_parameters
from giapranh.water.rules.quality import FLAG_WORDS
from giapranh.water.services import neighbour_news, neighbour_notices, neighbour_stations

Data = dict[str, Any]
MOST_ROWS = 20_000  # of one series in one record; a longer span is asked for in pieces


def decimal_text(value: float | None) -> str | None:
    """``0.30000000000000004`` stays what it is, never ``3e-1``: the shortest decimal that reads back the same."""
    if value is None or value != value:
        return None
    text = format(Decimal(repr(float(value))), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def instant_text(at: datetime | None) -> str | None:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z" if at else None


# --- projections -----------------------------------------------------------------------------------------------------


def station_record(station: Station) -> Data:
    return {
        "uid": str(station.uid), "name": station.name, "code": station.code, "kind": station.kind,
        "waterBody": station.water_body, "river": station.watercourse.key if station.watercourse else "",
        "riverName": station.watercourse.name if station.watercourse else "", "km": decimal_text(station.km),
        "bank": station.bank, "lon": decimal_text(station.lon), "lat": decimal_text(station.lat),
        "commune": station.unit.full_name if station.unit else "", "owner": station.owner.name if station.owner else "",
        "validFrom": station.valid_from.isoformat() if station.valid_from else "",
        "validTo": station.valid_to.isoformat() if station.valid_to else "",
        "series": [
            {"uid": str(one.uid), "parameter": one.parameter, "basis": one.basis, "unit": one.unit_symbol,
             "cycleSeconds": one.cycle_seconds}
            for one in station.series.order_by("pk")
        ],
        "provinces": provinces_of(station), "illustrative": station.illustrative,
    }  # fmt: skip


def latest_record(station: Station) -> Data:
    """The newest value of every series of a station, with its flag."""
    rows = station.series.filter(last_time__isnull=False).order_by("pk")
    newest = max((one.last_time for one in rows if one.last_time), default=None)
    return {
        "station": str(station.uid), "name": station.name, "at": instant_text(newest),
        "values": [
            {"series": str(one.uid), "parameter": one.parameter, "unit": one.unit_symbol,
             "at": instant_text(one.last_time), "value": decimal_text(one.last_value), "flag": one.last_flag}
            for one in rows
        ],
        "provinces": provinces_of(station), "illustrative": station.illustrative,
    }  # fmt: skip


def daily_record(series: Series, day: date) -> Data:
    """Count, least, mean and most of one day (Vietnam) of one series, as corrected; failed rows are only counted."""
    start = datetime.combine(day, time(), VIETNAM)
    sql = (
        "select count(*), count(*) filter (where good), min(value) filter (where good),"  # noqa: S608 - nothing from outside
        f" {MEAN.format(v='(case when good then value end)')},"
        " max(value) filter (where good) from (select value, value is not null and flag not in (4, 9) as good from"
        " (select case when c.flag is null then o.value else c.value end as value, coalesce(c.flag, o.flag) as flag"
        " from water_observation o left join lateral (select value, flag from water_correction c"
        " where c.series_id = o.series_id and c.time = o.time order by c.id desc limit 1) c on true"
        " where o.series_id = %s and o.time >= %s and o.time < %s) o) o"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [series.pk, start, start + timedelta(days=1)])
        count, good, least, mean, most = cursor.fetchone()
    expected = 86_400 // series.cycle_seconds if series.cycle_seconds else None
    return {
        "series": str(series.uid), "station": str(series.station.uid), "parameter": series.parameter,
        "basis": series.basis, "unit": series.unit_symbol, "day": day.isoformat(), "count": count, "usable": good,
        "expected": expected, "min": decimal_text(least), "mean": decimal_text(mean), "max": decimal_text(most),
        "provinces": provinces_of(series.station), "illustrative": series.illustrative,
    }  # fmt: skip


def series_record(series: Series, start: datetime, end: datetime) -> Data:
    """Raw rows of a span, on request: [time, value, flag, censored]; ``complete`` False when there were more."""
    sql = (
        "select time, value, flag, censored from water_observation where series_id = %s and time >= %s and time < %s"
        " order by time limit %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [series.pk, start, end, MOST_ROWS + 1])
        rows = cursor.fetchall()
    return {
        "series": str(series.uid), "station": str(series.station.uid), "parameter": series.parameter,
        "basis": series.basis, "unit": series.unit_symbol, "from": instant_text(start), "to": instant_text(end),
        "complete": len(rows) <= MOST_ROWS,
        "rows": [[instant_text(at), decimal_text(v), flag, censored] for at, v, flag, censored in rows[:MOST_ROWS]],
        "provinces": provinces_of(series.station), "illustrative": series.illustrative,
    }  # fmt: skip


def alert_record(alert: Alert) -> Data:
    """An alert without who handles it here."""
    return {
        "uid": str(alert.uid), "station": str(alert.station.uid), "stationName": alert.station.name,
        "kind": alert.rule.kind, "parameters": list(alert.parameters), "state": alert.state,
        "severity": alert.severity, "level": alert.level, "since": instant_text(alert.since),
        "openedAt": instant_text(alert.opened_at), "endedAt": instant_text(alert.ended_at), "count": alert.count,
        "peak": decimal_text(alert.peak), "peakAt": instant_text(alert.peak_at), "limit": decimal_text(alert.limit),
        "limitWords": alert.limit_words, "provinces": provinces_of(alert.station), "illustrative": alert.illustrative,
    }  # fmt: skip


def incident_record(incident: Incident) -> Data:
    """The public part of an incident. The suspected source is not here, on purpose."""
    return {
        "uid": str(incident.uid), "number": incident.number, "name": incident.name, "state": incident.state,
        "drill": incident.is_drill, "extent": incident.extent, "provinces": list(incident.provinces),
        "finder": incident.finder, "seenAt": instant_text(incident.seen_at), "river": incident.watercourse.key,
        "riverName": incident.watercourse.name, "km": decimal_text(incident.km), "bank": incident.bank,
        "lon": decimal_text(incident.lon), "lat": decimal_text(incident.lat), "commune": incident.commune,
        "signs": list(incident.signs), "description": incident.description, "cause": incident.cause,
        "effect": incident.effect, "waterLevel": decimal_text(incident.water_level), "flow": decimal_text(incident.flow),
        "steps": incident.steps, "samples": incident.samples_words, "nextReportAt": instant_text(incident.next_report_at),
        "ministryReportedAt": instant_text(incident.ministry_reported_at),
        "ministryDocument": incident.ministry_document, "closedAt": instant_text(incident.closed_at),
        "outcome": incident.outcome, "illustrative": incident.illustrative,
    }  # fmt: skip


def notice_record(notice: Notice) -> Data:
    """A notice as it left, with the acknowledgement that is asked for."""
    return {
        "uid": str(notice.uid), "incident": str(notice.incident.uid), "incidentNumber": notice.incident.number,
        "name": notice.incident.name, "river": notice.incident.watercourse.key,
        "riverName": notice.incident.watercourse.name, "km": decimal_text(notice.incident.km),
        "bank": notice.incident.bank, "lon": decimal_text(notice.incident.lon), "lat": decimal_text(notice.incident.lat),
        "commune": notice.incident.commune, "seenAt": instant_text(notice.incident.seen_at),
        "signs": list(notice.incident.signs),
        "drill": notice.incident.is_drill, "kind": notice.kind, "n": notice.n, "to": notice.province,
        "state": notice.state, "words": notice.words, "content": notice.content,
        "paper": notice.paper.full_number if notice.paper else "", "bundleSha256": notice.bundle_id or "",
        "sentAt": instant_text(notice.sent_at), "acknowledgeBy": instant_text(notice.acknowledge_by),
        "acknowledgedAt": instant_text(notice.acknowledged_at), "answeredAt": instant_text(notice.answered_at),
        "provinces": sorted({*notice.incident.provinces, notice.province}), "illustrative": notice.illustrative,
    }  # fmt: skip


def provinces_of(station: Station) -> list[str]:
    """The provinces a station speaks for: those of the banks at its kilometre, both on a border reach."""
    if station.watercourse_id is not None and station.km is not None:
        rows = BankReach.objects.filter(
            watercourse=station.watercourse_id, km_upper__gte=station.km, km_lower__lte=station.km
        ).filter(held_on(station.valid_to or clock.today()))
        if codes := sorted({code for code in rows.values_list("province_code", flat=True) if code}):
            return codes
    unit = station.unit
    while unit is not None and unit.parent is not None:
        unit = unit.parent
    return [unit.code] if unit is not None and unit.code else []


# --- the list --------------------------------------------------------------------------------------------------------


def _uid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _station(record_id: str) -> Station | None:
    uid = _uid(record_id)
    rows = Station.objects.select_related("watercourse", "unit__parent", "owner")
    return rows.filter(uid=uid, node="").first() if uid else None  # the neighbour's own records are never sent back


def _series(record_id: str) -> Series | None:
    uid = _uid(record_id)
    return Series.objects.select_related("station__unit").filter(uid=uid, station__node="").first() if uid else None


def _of(find: Callable[[str], Any], project: Callable[[Any], Data]) -> Callable[[str], Data | None]:
    def record(record_id: str) -> Data | None:
        found = find(record_id)
        return None if found is None else project(found)

    return record


def _daily(record_id: str) -> Data | None:
    uid, _sep, day = record_id.partition("/")
    series = _series(uid)
    try:
        return daily_record(series, date.fromisoformat(day)) if series else None
    except ValueError:
        return None


def _span(record_id: str) -> Data | None:
    """``uid/2026-11-01T00:00:00Z/2026-11-02T00:00:00Z``."""
    uid, _sep, span = record_id.partition("/")
    start, _sep, end = span.partition("/")
    series = _series(uid)
    try:
        low, high = datetime.fromisoformat(start), datetime.fromisoformat(end)
    except ValueError:
        return None
    if series is None or low.tzinfo is None or high.tzinfo is None:
        return None
    return series_record(series, low, high)


def _alert(record_id: str) -> Alert | None:
    uid = _uid(record_id)
    rows = Alert.objects.select_related("rule", "station__unit__parent", "station__watercourse")
    return rows.filter(uid=uid, opened_at__isnull=False, station__node="").first() if uid else None


def _incident(record_id: str) -> Incident | None:
    uid = _uid(record_id)
    return (
        Incident.objects.select_related("watercourse").filter(uid=uid, confirmed_at__isnull=False).first()
        if uid
        else None
    )


def _notice(record_id: str) -> Notice | None:
    uid = _uid(record_id)
    rows = Notice.objects.select_related("incident__watercourse", "paper", "bundle")
    return rows.filter(uid=uid, incoming=False, sent_at__isnull=False).first() if uid else None


RECENT = timedelta(days=366)  # older alerts are history: an agreement that begins today does not send them
DAYS_BACK = 3  # daily figures told anew each day, for files that came late


def _every_station() -> Iterable[str]:
    return (str(uid) for uid in Station.objects.filter(node="").order_by("pk").values_list("uid", flat=True))


def _every_day() -> Iterable[str]:
    day = clock.today()
    rows = Series.objects.filter(station__node="", last_time__isnull=False).order_by("pk").values_list("uid", flat=True)
    return (f"{uid}/{day - timedelta(days=back)}" for uid in rows for back in range(1, DAYS_BACK + 1))


def _every_alert() -> Iterable[str]:
    rows = Alert.objects.filter(opened_at__gte=clock.now() - RECENT, station__node="").order_by("pk")
    return (str(uid) for uid in rows.values_list("uid", flat=True))


def _every_incident() -> Iterable[str]:
    rows = Incident.objects.filter(confirmed_at__isnull=False).order_by("pk")
    return (str(uid) for uid in rows.values_list("uid", flat=True))


def _every_notice() -> Iterable[str]:
    rows = Notice.objects.filter(incoming=False, sent_at__isnull=False).order_by("pk")
    return (str(uid) for uid in rows.values_list("uid", flat=True))


def _evidence(record_id: str) -> tuple[Blob, ...]:
    """The bundle of a notice: it leaves only under a clause that says so."""
    found = _notice(record_id)
    if found is None or found.bundle is None:
        return ()
    name = f"bang-chung-{found.incident.number}-{found.n}.zip"
    return (Blob(found.bundle.sha256, found.bundle.size, found.bundle.media_type, name),)


_STATION_FIELDS = {
    "uid": N_("mã"), "name": N_("tên trạm"), "code": N_("mã trạm"), "kind": N_("loại"), "waterBody": N_("loại nước"),
    "river": N_("mã sông"), "riverName": N_("sông"), "km": N_("km"), "bank": N_("bờ"), "lon": N_("kinh độ"),
    "lat": N_("vĩ độ"), "commune": N_("xã, phường"), "owner": N_("đơn vị quản lý"), "validFrom": N_("từ ngày"),
    "validTo": N_("đến ngày"), "series": N_("chuỗi số liệu"), "provinces": N_("tỉnh"),
    "illustrative": N_("dữ liệu minh họa"),
}  # fmt: skip
_LATEST_FIELDS = {
    "station": N_("định danh trạm"), "name": N_("tên trạm"), "at": N_("thời điểm"), "values": N_("giá trị mới nhất"),
    "provinces": N_("tỉnh"), "illustrative": N_("dữ liệu minh họa"),
}  # fmt: skip
_SERIES_HEAD = {
    "series": N_("chuỗi số liệu"), "station": N_("định danh trạm"), "parameter": N_("thông số"), "basis": N_("tính theo"),
    "unit": N_("đơn vị"),
}  # fmt: skip
_TAIL = {"provinces": N_("tỉnh"), "illustrative": N_("dữ liệu minh họa")}
_DAILY_FIELDS = {
    **_SERIES_HEAD, "day": N_("ngày"), "count": N_("số giá trị"), "usable": N_("số giá trị dùng được"),
    "expected": N_("số giá trị phải có"), "min": N_("nhỏ nhất"), "mean": N_("trung bình"), "max": N_("lớn nhất"), **_TAIL,
}  # fmt: skip
_SPAN_FIELDS = {
    **_SERIES_HEAD, "from": N_("từ"), "to": N_("đến"), "complete": N_("đủ cả khoảng"), "rows": N_("số liệu thô"), **_TAIL,
}  # fmt: skip
_ALERT_FIELDS = {
    "uid": N_("mã"), "station": N_("định danh trạm"), "stationName": N_("tên trạm"), "kind": N_("loại"),
    "parameters": N_("thông số"), "state": N_("tình trạng"), "severity": N_("mức độ"), "level": N_("cấp"),
    "since": N_("bắt đầu"), "openedAt": N_("mở lúc"), "endedAt": N_("kết thúc lúc"), "count": N_("số giá trị"),
    "peak": N_("xấu nhất"), "peakAt": N_("xấu nhất lúc"), "limit": N_("giới hạn"), "limitWords": N_("căn cứ giới hạn"),
    **_TAIL,
}  # fmt: skip
_INCIDENT_FIELDS = {
    "uid": N_("mã"), "number": N_("mã sự cố"), "name": N_("tên sự cố"), "state": N_("tình trạng"), "drill": N_("diễn tập"),
    "extent": N_("phạm vi"), "finder": N_("người phát hiện"), "seenAt": N_("phát hiện lúc"), "river": N_("mã sông"),
    "riverName": N_("sông"), "km": N_("km"), "bank": N_("bờ"), "lon": N_("kinh độ"), "lat": N_("vĩ độ"),
    "commune": N_("xã, phường"), "signs": N_("dấu hiệu"), "description": N_("mô tả"), "cause": N_("nguyên nhân"),
    "effect": N_("ảnh hưởng"), "waterLevel": N_("mực nước"), "flow": N_("lưu lượng"), "steps": N_("biện pháp đã làm"),
    "samples": N_("mẫu đã lấy"), "nextReportAt": N_("báo tiếp lúc"), "ministryReportedAt": N_("báo cáo Bộ lúc"),
    "ministryDocument": N_("số văn bản báo cáo Bộ"), "closedAt": N_("đóng lúc"), "outcome": N_("kết luận"), **_TAIL,
}  # fmt: skip
_NOTICE_FIELDS = {
    "uid": N_("mã"), "incident": N_("định danh sự cố"), "incidentNumber": N_("mã sự cố"), "drill": N_("diễn tập"),
    "name": N_("tên sự cố"), "river": N_("mã sông"), "riverName": N_("sông"), "km": N_("km"), "bank": N_("bờ"),
    "lon": N_("kinh độ"), "lat": N_("vĩ độ"), "commune": N_("xã, phường"), "seenAt": N_("phát hiện lúc"),
    "signs": N_("dấu hiệu"),
    "kind": N_("loại"), "n": N_("số thứ tự"), "to": N_("gửi tỉnh"), "state": N_("tình trạng"),
    "words": N_("nội dung bổ sung"), "content": N_("nội dung"), "paper": N_("số công văn"),
    "bundleSha256": N_("mã băm gói bằng chứng"), "sentAt": N_("gửi lúc"), "acknowledgeBy": N_("hạn xác nhận"),
    "acknowledgedAt": N_("xác nhận lúc"), "answeredAt": N_("trả lời lúc"), **_TAIL,
}  # fmt: skip


# Coded values in words, for whoever reads a record that came or will leave.
_PARAMETER = {key: about.symbol or about.vi for key, about in all_parameters().items()}
_BANK = dict(Bank.choices)
Words = Mapping[str, Mapping[Any, Any]]
_STATION_WORDS: Words = {
    "kind": dict(StationKind.choices), "bank": _BANK, "series.parameter": _PARAMETER,
    "waterBody": {"river": N_("sông, suối"), "lake": N_("hồ"), "wastewater": N_("nước thải")},
}  # fmt: skip
_VALUE_WORDS: Words = {"values.parameter": _PARAMETER, "values.flag": FLAG_WORDS}
_SERIES_WORDS: Words = {"parameter": _PARAMETER}
_ALERT_WORDS: Words = {
    "kind": dict(RuleKind.choices), "state": STATE_WORDS, "severity": SEVERITY_WORDS, "parameters": _PARAMETER,
}  # fmt: skip
_SIGNS = dict(Sign.choices)
_INCIDENT_WORDS: Words = {"state": INCIDENT_WORDS, "extent": EXTENT_WORDS, "bank": _BANK, "signs": _SIGNS}
_NOTICE_WORDS: Words = {"kind": NOTICE_WORDS, "state": NOTICE_STATE_WORDS, "bank": _BANK, "signs": _SIGNS}


def _day_label(data: Data) -> str:
    """``N-NH₄⁺ 23/11/2026``."""
    key, day = str(data.get("parameter", "")), str(data.get("day") or data.get("from") or "")
    return f"{_PARAMETER.get(key, key)} {'/'.join(reversed(day[:10].split('-')))}".strip()


def _areas(data: Data) -> frozenset[str]:
    return frozenset(data.get("provinces") or ())


def _day(*names: str) -> Callable[[Data], str]:
    def day(data: Data) -> str:
        for name in names:
            text = data.get(name)
            if isinstance(text, str) and text:
                return text[:10] if len(text) == 10 else _local_day(text)
        return ""

    return day


def _local_day(text: str) -> str:
    """The day in Vietnam of an instant."""
    return datetime.fromisoformat(text).astimezone(VIETNAM).date().isoformat()


def _checked(required: Mapping[str, type]) -> Callable[[Data], None]:
    """A check of what came in: the fields without which the record says nothing. Unknown fields pass."""

    def check(data: Data) -> None:
        from giapranh.exchange.ledger.engine import EffectRefused

        for name, kind in required.items():
            if name in data and not isinstance(data[name], kind):
                raise EffectRefused(N_("Trường “%(name)s” không đúng dạng."), name=name)

    return check


def kinds() -> list[Any]:
    """Every kind this room registers with the exchange at start-up."""
    from giapranh.exchange.kinds import DailyFields, Shareable

    return [
        Shareable("water-station", N_("Trạm quan trắc nước"), _STATION_FIELDS, _of(_station, station_record),
                  lambda d: str(d.get("name", "")), check=_checked({"name": str, "series": list}), areas=_areas,
                  every=_every_station, applied=neighbour_stations.station_came, values=_STATION_WORDS),
        Shareable("water-latest", N_("Số liệu mới nhất của trạm"), _LATEST_FIELDS, _of(_station, latest_record),
                  lambda d: str(d.get("name", "")), check=_checked({"values": list}), areas=_areas, day=_day("at"),
                  every=_every_station, applied=neighbour_stations.latest_came, values=_VALUE_WORDS),
        Shareable("water-daily", N_("Số liệu ngày"), _DAILY_FIELDS, _daily,
                  _day_label, check=_checked({"day": str}), areas=_areas, day=_day("day"), every=_every_day,
                  values=_SERIES_WORDS, daily=DailyFields("day", "min", "mean", "max", "unit")),
        Shareable("water-series", N_("Số liệu thô theo yêu cầu"), _SPAN_FIELDS, _span,
                  _day_label, lane="bulk", check=_checked({"rows": list}), areas=_areas, day=_day("from"),
                  values=_SERIES_WORDS),
        Shareable("water-alert", N_("Cảnh báo nước"), _ALERT_FIELDS, _of(_alert, alert_record),
                  lambda d: str(d.get("stationName", "")), lane="alert", check=_checked({"state": str}), areas=_areas,
                  every=_every_alert, day=_day("since"), own_url=_url("canh-bao", _alert), values=_ALERT_WORDS),
        Shareable("water-incident", N_("Sự cố nguồn nước"), _INCIDENT_FIELDS, _of(_incident, incident_record),
                  lambda d: f"{d.get('number', '')} {d.get('name', '')}".strip(), lane="alert",
                  check=_checked({"name": str, "signs": list, "drill": bool}), areas=_areas, day=_day("seenAt"),
                  own_url=_url("su-co", _incident), every=_every_incident, values=_INCIDENT_WORDS),
        Shareable("water-notice", N_("Thông báo sự cố nguồn nước"), _NOTICE_FIELDS, _of(_notice, notice_record),
                  lambda d: f"{d.get('incidentNumber', '')}/{d.get('n', '')}", lane="alert",
                  check=_checked({"kind": str, "content": dict, "drill": bool}), areas=_areas, day=_day("sentAt"),
                  own_url=_url("thong-bao", _notice), every=_every_notice, files=_evidence,
                  applied=neighbour_news.notice_came, read=neighbour_notices.heard_back, values=_NOTICE_WORDS),
    ]  # fmt: skip


def _url(part: str, find: Callable[[str], Any]) -> Callable[[str], str]:
    def url(record_id: str) -> str:
        found = find(record_id)
        return f"/song-ngoi/{part}/{found.pk}/" if found is not None else ""

    return url


KINDS: tuple[tuple[str, int, int], ...] = (
    ("water-station", 1, 0), ("water-latest", 1, 0), ("water-daily", 1, 0), ("water-series", 1, 0),
    ("water-alert", 1, 0), ("water-incident", 1, 0), ("water-notice", 1, 0),
)  # fmt: skip
