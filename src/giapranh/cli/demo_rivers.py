"""The rivers of the demonstration: invented stations, a season of made water, and one incident from discharge to end.

Positions are those proposed for study, not of stations that stand. Everything is played through the services that the
pages call, at the times of the story; every row is marked illustrative.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import numpy as np

from giapranh.cli import demo_season as made
from giapranh.cli.demo_exchange import BO_HA
from giapranh.cli.demo_season import HOUR_MS, STEP_MS, Pulse
from giapranh.kernel.clock import VIETNAM, now
from giapranh.kernel.errors import N_
from giapranh.kernel.ids import new_id

if TYPE_CHECKING:
    from giapranh.cli.demo_story import Story
    from giapranh.water.models import Series, Station

MARK = " (minh họa)"
DAYS = 120
SPEED = 0.30  # m/s, low water
SOURCE_KM = 104.5
FULL = ("temp", "ph", "do", "tss", "cod", "nh4_n")
MONTHLY = ("ph", "temp", "do", "tss", "bod5", "cod", "nh4_n", "no3_n", "no2_n", "po4_p", "tp", "tn", "coliform")

# key, name, river, kilometre, bank, longitude, latitude, ours, how dirty (1: as usual)
AUTOMATIC = (
    ("dong-mo", "Thương – Đồng Mỏ", "thuong", 136.8, "right", 106.560, 21.635, True, 0.8),
    ("giap-ranh", "Thương – giáp ranh Tuấn Sơn", "thuong", 93.4, "right", 106.335, 21.439, True, 1.0),
    ("bo-ha", "Thương – Bố Hạ", "thuong", 66.5, "left", 106.211, 21.452, False, 1.15),
    ("huu-lung", "Trung – Hữu Lũng", "trung", 1.6, "right", 106.355, 21.500, True, 0.9),
    ("hoa", "Hóa – giáp ranh", "hoa", 5.2, "left", 106.513, 21.545, True, 0.85),
)
POINTS = (
    ("mau-giap-ranh", "Điểm lấy mẫu Thương – Kép, Tuấn Sơn", "thuong", 90.5, "middle", 106.322, 21.446, True, 1.0),
    ("mau-huu-lung", "Điểm lấy mẫu Thương – Hữu Lũng", "thuong", 102.0, "left", 106.362, 21.485, True, 0.9),
    ("mau-hoa", "Điểm lấy mẫu Hóa – Tân Thành", "hoa", 5.0, "right", 106.512, 21.546, True, 0.8),
    ("mau-an-lac", "Điểm lấy mẫu Lục Nam – An Lạc", "luc-nam", 132.5, "right", 106.989, 21.387, False, 0.75),
)


@dataclass
class Rivers:
    """What the two chapters share."""

    story: Story
    end: datetime
    stations: dict[str, Station] = field(default_factory=dict)
    series: list[tuple[Series, made.Times, made.Floats, Any]] = field(default_factory=list)
    fed_ms: int = 0
    source: Any = None

    @property
    def discharged(self) -> datetime:
        """Late in the evening, nineteen days ago."""
        day = self.end.astimezone(VIETNAM).replace(hour=22, minute=0, second=0, microsecond=0)
        return day - timedelta(days=19)


def chapters() -> Iterator[tuple[str, Callable[[Story], None]]]:
    """The steps, each with a line for the person who watches."""
    found: dict[str, Rivers] = {}

    def network(story: Story) -> None:
        end = now().replace(second=0, microsecond=0)
        found["rivers"] = rivers = Rivers(story, end - timedelta(minutes=end.minute % 15))
        stations_arrive(rivers)
        laboratory(rivers)

    yield N_("Dựng trạm, điểm lấy mẫu và mẫu phòng thí nghiệm (minh họa)"), network
    yield (
        N_("Một mùa số liệu sông và một sự cố từ xả thải đến kết thúc (minh họa)"),
        lambda _story: season(found["rivers"]),
    )


# --- stations and their water ----------------------------------------------------------------------------------------


def stations_arrive(rivers: Rivers) -> None:
    from giapranh.cli.demo_story import office
    from giapranh.water.models import FeatureKind, RiverFeature, Station, StationKind, Watercourse
    from giapranh.water.services import network

    ours = office("ls-snnmt-mt")
    courses = {row.key: row for row in Watercourse.objects.all()}
    for kind, rows in ((StationKind.AUTOMATIC, AUTOMATIC), (StationKind.MANUAL, POINTS)):
        for place, (key, name, river, km, bank, lon, lat, own, _dirt) in enumerate(rows, 1):
            automatic = kind == StationKind.AUTOMATIC
            rivers.stations[key] = Station.objects.create(
                uid=UUID(BO_HA) if key == "bo-ha" else new_id(),
                code=f"MH_QT{place:02}_{'NMT' if automatic else 'LM'}{place:03}", name=name + MARK, kind=kind,
                watercourse=courses[river], km=km, bank=bank, lon=lon, lat=lat, owner=ours if own else None,
                owner_name="" if own else "Sở Nông nghiệp và Môi trường tỉnh Bắc Ninh", node="" if own else "bac-ninh",
                description="Trạm dựng để trình diễn, không có thật.", source="vị trí đề xuất, không phải trạm đang có",
                illustrative=True,
            )  # fmt: skip
    border, below = rivers.stations["giap-ranh"], rivers.stations["bo-ha"]
    border.counterpart, below.counterpart = below, border
    border.save()
    below.save()
    rivers.source = RiverFeature.objects.create(
        watercourse=courses["thuong"], kind=FeatureKind.OUTFALL, name="Cửa xả cụm giết mổ Hữu Lũng" + MARK,
        km=SOURCE_KM, km_uncertainty=0.5, bank="left", province_code="20", restricted=True, illustrative=True,
        details={"releases": "NH4, COD", "parameters": ["nh4_n", "cod"]}, source="dựng để trình diễn",
    )  # fmt: skip
    network.set_target(
        river="thuong", name="Thương: Hữu Lũng – Bố Hạ (mục tiêu minh họa)", km_upper=105, km_lower=66, class_code="B",
        decision="Quyết định minh họa 01/QĐ-MH", valid_from=date(2026, 1, 1), regulation="qcvn_08_2023",
        by=rivers.story["daumoi"], at=rivers.end - timedelta(days=DAYS),
    )  # fmt: skip
    make_season(rivers)


def make_season(rivers: Rivers) -> None:
    """Every series with its rows, ready to be fed in the order of time."""
    from giapranh.water.services.series import make_series

    end_ms = int(rivers.end.timestamp() * 1000)
    times = np.arange(end_ms - DAYS * made.DAY_MS, end_ms + 1, STEP_MS, dtype=np.int64)
    rains = [int(times[0] + day * made.DAY_MS) for day in (6, 17, 29, 33, 48, 71, 96)]
    incident = int(rivers.discharged.timestamp() * 1000)
    quiet = (times > incident - 2 * made.DAY_MS) & (times < incident + 5 * made.DAY_MS)
    for seed, (key, _name, river, km, *_rest, dirt) in enumerate(AUTOMATIC, 100):
        pulses = [_pulse(incident, km)] if river == "thuong" and km < SOURCE_KM else []
        here = made.present(len(times), seed, 0.30 if key == "huu-lung" else 0.03) | quiet
        if key == "hoa":
            here &= times < end_ms - 40 * HOUR_MS  # silent since the day before yesterday
        for parameter in FULL:
            values = made.season(
                parameter, times, seed, dirt if parameter in {"tss", "cod", "nh4_n"} else 1.0, rains, pulses
            )
            faulty, status = made.faults(parameter, values, seed)
            values, status = np.where(quiet, values, faulty), np.where(quiet, np.int16(0), status)
            series, _new = make_series(
                rivers.stations[key], parameter, basis="N" if parameter == "nh4_n" else "", cycle_seconds=900,
                measuring_cycle_seconds=3600 if parameter in {"cod", "nh4_n"} else 900, device="Thiết bị minh họa",
                illustrative=True,
            )  # fmt: skip
            rivers.series.append((series, times[here], values[here], status[here]))
    _flow(rivers, times, rains)


def _pulse(incident_ms: int, km: float) -> Pulse:
    """The middle of the discharge comes two hours after its beginning; further down it is longer and weaker."""
    hours = (SOURCE_KM - km) * 1000 / SPEED / 3600
    strength = (11.1 / (SOURCE_KM - km)) ** 0.55
    adds = {"nh4_n": 1.9 * strength, "cod": 22.0 * strength, "do": -1.7 * strength, "tss": 14 * strength}
    return Pulse(int(incident_ms + (2 + hours) * HOUR_MS), 1.9 * (hours / 10.3) ** 0.5, adds)


def _flow(rivers: Rivers, times: made.Times, rains: list[int]) -> None:
    """Discharge at the border station, once an hour."""
    from giapranh.water.services.series import make_series

    hourly = times[:: HOUR_MS // STEP_MS]
    flow = 26 - 12 * (hourly - hourly[0]) / (hourly[-1] - hourly[0])
    for rain in rains:
        since = (hourly - rain) / HOUR_MS
        flow += np.where(since > 0, 60 * (since / 16) * np.exp(1 - since / 16), 0)
    series, _new = make_series(
        rivers.stations["giap-ranh"], "flow", cycle_seconds=3600, device="Thiết bị minh họa", illustrative=True
    )
    rivers.series.append((series, hourly, np.round(flow, 1), np.zeros(len(hourly), np.int16)))


def feed(rivers: Rivers, until: datetime, step_hours: int = 0) -> None:
    """Bring in what was measured before ``until``; with ``step_hours`` in pieces, as it came."""
    end_ms = int(until.timestamp() * 1000)
    if not rivers.fed_ms:
        rivers.fed_ms = int(rivers.series[0][1][0]) - 1
    step = step_hours * HOUR_MS or end_ms - rivers.fed_ms
    while rivers.fed_ms < end_ms:
        upper = min(end_ms, rivers.fed_ms + step)
        _store(rivers, rivers.fed_ms, upper)
        rivers.fed_ms = upper


def _store(rivers: Rivers, lower_ms: int, upper_ms: int) -> None:
    from giapranh.water.models import SourceFile, SourceKind
    from giapranh.water.services.store import Rows, instant, store

    columns: list[tuple[Any, ...]] = []
    for series, times, values, status in rivers.series:
        a, b = np.searchsorted(times, (lower_ms + 1, upper_ms + 1))
        columns.append((np.full(b - a, series.pk, np.int32), times[a:b], values[a:b], status[a:b]))
    ids, times, values, status = (np.concatenate(each) for each in zip(*columns, strict=True))
    if not len(ids):
        return
    at = instant(upper_ms) + timedelta(minutes=1)
    source = SourceFile.objects.create(kind=SourceKind.DEMO, name="Số liệu dựng để trình diễn", received_at=at)
    store(Rows(ids, times, values, status), source=source, at=at)


# --- the laboratory --------------------------------------------------------------------------------------------------


def laboratory(rivers: Rivers) -> None:
    """Years of monthly samples at the border, quarterly elsewhere; and the plan of this season."""
    today = rivers.end.astimezone(VIETNAM).date()
    campaign = plan(rivers, today)
    for seed, (key, *_place, dirt) in enumerate(POINTS, 40):
        months = [
            (y, m) for y in range(2021, today.year + 1) for m in range(1, 13) if (y, m) < (today.year, today.month)
        ]
        if key != "mau-giap-ranh":
            months = [(y, m) for y, m in months if m % 3 == 2 or (y, m) >= _month(today, -4)]
        sampled(rivers, key, months, seed, dirt)
    from giapranh.water.services.campaigns import bind_samples

    bind_samples(campaign.pk)


def _month(day: date, by: int) -> tuple[int, int]:
    number = day.year * 12 + day.month - 1 + by
    return number // 12, number % 12 + 1


def plan(rivers: Rivers, today: date) -> Any:
    """Every month the same four points; the visit of this month has no sample yet at two of them."""
    from giapranh.cli.demo_story import office
    from giapranh.water.queries.campaigns import PlanRow
    from giapranh.water.services import campaigns

    by, at = rivers.story["truongphong"], rivers.end - timedelta(days=DAYS)
    year, month = _month(today, -4)
    campaign = campaigns.make_campaign(
        name="Quan trắc định kỳ vùng giáp ranh" + MARK, starts_on=date(year, month, 1), ends_on=date(today.year, 12, 31),
        joint_with="Sở Nông nghiệp và Môi trường tỉnh Bắc Ninh", office=office("ls-snnmt-mt"), by=by, at=at,
        illustrative=True,
    )  # fmt: skip
    rows = []
    for back in range(-4, 1):
        year, month = _month(today, back)
        for key, *_place in POINTS:
            rows.append(PlanRow(rivers.stations[key], date(year, month, 8), date(year, month, 14), MONTHLY))
    campaigns.add_rows(campaign_id=campaign.pk, rows=rows, by=by, at=at)
    return campaign


def sampled(rivers: Rivers, key: str, months: list[tuple[int, int]], seed: int, dirt: float) -> None:
    from giapranh.water.models import Sample, SourceFile, SourceKind
    from giapranh.water.services.series import make_series
    from giapranh.water.services.store import Rows, milliseconds, store

    station = rivers.stations[key]
    keys = (*MONTHLY, "pb", "as") if key == "mau-giap-ranh" else MONTHLY
    series = {
        each: make_series(station, each, basis={"nh4_n": "N", "no3_n": "N", "no2_n": "N", "po4_p": "P"}.get(each, ""),
                          device="Phòng thí nghiệm minh họa", mdl=made.LAB[each][4], illustrative=True)[0]
        for each in keys
    }  # fmt: skip
    if (rivers.end.astimezone(VIETNAM).day > 16) and key in {"mau-giap-ranh", "mau-huu-lung"}:
        today = rivers.end.astimezone(VIETNAM).date()
        months = [*months, (today.year, today.month)]
    rows: list[tuple[Any, ...]] = []
    for year, month in months:
        taken = datetime(year, month, 9 + (year * 5 + month * 3) % 4, 9, 20 + seed % 30, tzinfo=VIETNAM)
        Sample.objects.create(
            station=station, taken_at=taken, bank=station.bank, floating_rubbish=month in {7, 8},
            laboratory="Phòng thí nghiệm minh họa", sample_code=f"MH-{key[4:].upper()}-{year}{month:02}",
            taken_by="Triệu Thu Trang", at=taken + timedelta(days=5), by=rivers.story["chuyenvien"], illustrative=True,
        )  # fmt: skip
        for each in keys:
            value, censored = made.lab_result(each, year + (month - 1) / 12, month, seed, dirt)
            rows.append((series[each].pk, milliseconds(taken), value, censored))
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    at = rivers.end - timedelta(hours=2)
    source = SourceFile.objects.create(
        kind=SourceKind.LAB_SHEET, name=f"{key}.xlsx" + MARK, received_at=at, station=station
    )
    store(Rows(columns[0], columns[1], columns[2], censored=columns[3]), source=source, at=at)


# --- the incident ----------------------------------------------------------------------------------------------------


def season(rivers: Rivers) -> None:
    """The water as it came, and what people did when it turned bad."""
    from giapranh.water.services import alerting

    start = rivers.discharged
    watch(rivers, start - timedelta(days=60))
    feed(rivers, start + timedelta(hours=4))
    play(rivers, start)
    feed(rivers, rivers.end)
    correct(rivers)
    alerting.minute_round(now())


def watch(rivers: Rivers, at: datetime) -> None:
    """Rules of the border stations, and who is on call."""
    from giapranh.cli.demo_story import office
    from giapranh.water.models import LimitSource, RuleKind
    from giapranh.water.services import alert_rules
    from giapranh.water.services.alert_rules import RuleValues

    by, owner = rivers.story["truongphong"], office("ls-snnmt-mt")
    border, silent = rivers.stations["giap-ranh"], rivers.stations["hoa"]
    for values in (
        RuleValues(name="Amoni vượt giới hạn sức khỏe, giáp ranh", kind=RuleKind.LEVEL, station=border, parameter="nh4_n",
                   limit_source=LimitSource.TABLE_1, min_values=2, with_preparing=True, severity="critical", owner=owner,
                   acknowledge_minutes=60, clear_minutes=120),
        RuleValues(name="COD vượt mức phải đạt, giáp ranh", kind=RuleKind.LEVEL, station=border, parameter="cod",
                   limit_source=LimitSource.TARGET, min_values=4, owner=owner, clear_minutes=120),
        RuleValues(name="Trạm Hóa không gửi số liệu", kind=RuleKind.SILENCE, station=silent, silence_minutes=720,
                   owner=owner),
    ):  # fmt: skip
        alert_rules.save_rule(values=values, by=by, at=at)
    alert_rules.put_on_call(
        office=owner, officer=rivers.story["chuyenvien"], starts_at=rivers.end - timedelta(days=30),
        ends_at=rivers.end + timedelta(days=20), by=by, at=at, note="Trực số liệu sông" + MARK,
    )  # fmt: skip


def play(rivers: Rivers, start: datetime) -> None:
    """From the first reading over the limit to the end of it."""
    from giapranh.water.rules.incidents import Extent
    from giapranh.water.rules.notices import NoticeKind
    from giapranh.water.services import alert_verbs, incidents

    story = rivers.story
    head, focal = story["truongphong"], story["daumoi"]

    def moment(hours: float) -> datetime:
        when = start + timedelta(hours=hours)
        feed(rivers, when - timedelta(minutes=2), step_hours=1)
        return when

    seen = first_alert(rivers, moment)
    alert = seen[0]
    at = moment(seen[1] + 0.4)
    alert_verbs.acknowledge(alert_id=alert.pk, by=head, at=at, words="Đã gọi trạm: thiết bị bình thường, nước có mùi.")
    at = moment(seen[1] + 0.7)
    incident = incidents.report_incident(
        facts=_facts(rivers, seen[1], start), by=head, at=at, alert_ids=[alert.pk], illustrative=True
    )
    incidents.suspect_source(
        incident_id=incident.pk, words="Cửa xả ở km 104,5 nằm trong khoảng truy nguồn; chưa kết luận.",
        feature_id=rivers.source.pk, by=head, at=moment(seen[1] + 0.9),
    )  # fmt: skip
    incidents.confirm(
        incident_id=incident.pk, extent=Extent.NATIONAL, provinces=["20", "24"], by=head, at=moment(seen[1] + 1.1)
    )
    tell(rivers, incident.pk, NoticeKind.WARNING, moment, seen[1] + 1.3, "Kè Sơn nên ngừng lấy nước từ 08 giờ.",
         "Ông Nguyễn Văn M. (trực Sở Bắc Ninh) xác nhận qua điện thoại, đã báo công trình Kè Sơn.")  # fmt: skip
    incidents.tell_ministry(
        incident_id=incident.pk, reported_at=moment(seen[1] + 4), document="Báo cáo minh họa 02/BC-SNNMT", by=focal,
        at=moment(seen[1] + 4),
    )  # fmt: skip
    incidents.begin_sampling(
        incident_id=incident.pk, words="Hai tỉnh lấy mẫu chung tại km 90,5, hai bờ; niêm phong MH-0411.", by=head,
        at=moment(seen[1] + 5),
    )  # fmt: skip
    tell(rivers, incident.pk, NoticeKind.INFORMATION, moment, seen[1] + 9,
         "Đỉnh đã qua trạm giáp ranh, amoni đang giảm; dự kiến tới Bố Hạ trong đêm.",
         "Bắc Ninh xác nhận bằng thư điện tử công vụ.")  # fmt: skip
    incidents.control(
        incident_id=incident.pk, words="Cơ sở đã dừng xả, bịt cửa xả; amoni tại giáp ranh về dưới 0,3 mg/L.", by=head,
        at=moment(34),
    )  # fmt: skip
    tell(rivers, incident.pk, NoticeKind.END, moment, 59, "Số liệu hai bên đã trở lại bình thường 12 giờ liên tục.",
         "Bắc Ninh xác nhận kết thúc, cấp nước trở lại bình thường.")  # fmt: skip
    incidents.close(
        incident_id=incident.pk, words="Đã xử lý xong; hồ sơ cơ sở chuyển bộ phận kiểm tra.", by=story["giamdoc"],
        at=moment(66),
    )  # fmt: skip


def first_alert(rivers: Rivers, moment: Callable[[float], datetime]) -> tuple[Any, float]:
    """Feed hour by hour until the rule speaks."""
    from giapranh.water.models import Alert

    for quarter in range(20, 60):
        moment(quarter / 4)
        found = Alert.objects.filter(rule__parameter="nh4_n", opened_at__isnull=False).order_by("pk").first()
        if found is not None:
            return found, quarter / 4
    raise RuntimeError("the demonstration's incident raised no alert")


def _facts(rivers: Rivers, hours: float, start: datetime) -> Any:
    from giapranh.water.services.incidents import Facts

    station = rivers.stations["giap-ranh"]
    assert station.watercourse is not None
    assert station.km is not None
    return Facts(
        name="Amoni, COD tăng đột ngột tại giáp ranh sông Thương" + MARK, finder="Trạm tự động, trực số liệu",
        seen_at=start + timedelta(hours=hours), watercourse=station.watercourse, km=station.km, bank=station.bank,
        lon=station.lon, lat=station.lat, commune="xã Tuấn Sơn", signs=("readings", "smell"),
        description="Amoni vượt giới hạn và còn tăng; nước có mùi, chưa thấy cá chết.",
        effect="Công trình lấy nước Kè Sơn cách khoảng 3 km về hạ lưu.", flow=14.0,
        steps="Gọi trạm kiểm tra thiết bị; cử người đi dọc sông lên Hữu Lũng; báo trực Sở Bắc Ninh.",
        samples_words="Mẫu MH-0411 tại trạm, niêm phong lúc 07 giờ.",
    )  # fmt: skip


def tell(
    rivers: Rivers,
    incident_id: int,
    kind: Any,
    moment: Callable[[float], datetime],
    hours: float,
    words: str,
    answer: str,
) -> None:
    """A notice: prepared, numbered, sent, and acknowledged within the agreed three hours."""
    from giapranh.documents import services as documents
    from giapranh.water.services import notices

    focal = rivers.story["daumoi"]
    [notice] = notices.prepare(
        incident_id=incident_id,
        kind=kind,
        provinces=["24"],
        words=words,
        even_incomplete=True,
        by=focal,
        at=moment(hours),
    )
    if notice.paper is not None:
        documents.number_outgoing(paper_id=notice.paper.pk, by=rivers.story["vanthu"], at=moment(hours + 0.1))
    sent = moment(hours + 0.2)
    notices.send(
        notice_id=notice.pk,
        words="Gửi qua trục liên thông và gọi điện trực Sở Bắc Ninh.",
        sent_at=sent,
        by=focal,
        at=sent,
    )
    heard = moment(hours + 0.9)
    notices.acknowledge(notice_id=notice.pk, words=answer, acknowledged_at=heard, by=focal, at=heard)


def correct(rivers: Rivers) -> None:
    """A person looks at what the checks flagged: single spikes are thrown out, a drift of some hours is mended."""
    from giapranh.water.queries import series as reads
    from giapranh.water.rules.quality import Flag
    from giapranh.water.services import corrections
    from giapranh.water.services.corrections import Verdict

    by, at = rivers.story["truongphong"], rivers.end - timedelta(days=2)
    station = rivers.stations["giap-ranh"]
    for parameter in ("nh4_n", "cod"):
        row = next(
            each for each, *_rest in rivers.series if each.station_id == station.pk and each.parameter == parameter
        )
        rows = reads.rows(row.pk, rivers.end - timedelta(days=DAYS), rivers.end)
        for n in np.flatnonzero((rows.flags == Flag.FAIL) & (rows.statuses == 0))[:3].tolist():
            time = reads.from_ms(rows.times[n])
            corrections.judge(
                series_id=row.pk, start=time, end=time, verdict=Verdict.REJECT, by=by, at=at,
                why="Vọt đơn lẻ, nhật ký trạm ghi rửa đầu đo" + MARK,
            )  # fmt: skip
    for n in range(len(rows) - 900, len(rows) - 884):
        time = reads.from_ms(rows.times[n])
        corrections.judge(
            series_id=row.pk, start=time, end=time, verdict=Verdict.CORRECT, value=round(float(rows.values[n]) * 0.93, 1),
            flags=(), why="Trôi 7 % trước khi hiệu chuẩn, theo biên bản hiệu chuẩn" + MARK, by=by, at=at,
        )  # fmt: skip


def summary() -> list[tuple[str, int]]:
    """What was made, counted from the database."""
    from django.db.models import Sum

    from giapranh.water.models import Alert, Incident, Notice, Sample, Series, Station

    return [
        ("trạm, điểm lấy mẫu", Station.objects.count()),
        ("giá trị", int(Series.objects.aggregate(all=Sum("count"))["all"] or 0)),
        ("mẫu", Sample.objects.count()),
        ("cảnh báo", Alert.objects.count()),
        ("sự cố", Incident.objects.count()),
        ("thông báo", Notice.objects.count()),
    ]
