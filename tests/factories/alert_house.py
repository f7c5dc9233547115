"""One of everything that the pages of alerts show, for the tests that walk every address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

from PIL import Image
from tests.factories import water as make
from tests.factories.alerts import facts
from tests.factories.alerts import rule as make_rule

from giapranh.kernel.clock import now
from giapranh.people.models import Officer
from giapranh.water.models import Alert, AlertEvent, Drill, Incident, Notice, Reach, Watercourse
from giapranh.water.services import alert_rules, drills, incidents, notices


def furnish(
    node: Any, by: Officer, decider: Officer, say: Callable[[str], str] = lambda word: word, whisper: str = "nghi vấn"
) -> dict[str, Any]:
    """Rules, an alert, a confirmed incident with photo and notice, a drill.

    ``say`` makes the words people typed; ``whisper`` is the suspected source, which few may read.
    """
    river = Watercourse.objects.filter(key="thu-canh-bao").first() or make.river("thu-canh-bao", say("Sông Thử")[:110])
    make.bank(river, "both", 160, 60, say("xã")[:110], node.province.code)
    make.bank(river, "both", 60, 0, say("xã dưới")[:110], node.neighbour_province.code)
    make.feature(river, 40, say("Nhà máy nước")[:190])
    station = make.station(river, 95.0, name=say("Trạm"), owner=node.water)
    series = make.series(station, "nh4_n")
    make.observations(series, [0.1, 0.9, 0.6], start=now() - timedelta(hours=1))
    on_series = make_rule(series, name=say("Amoni")[:190], note=say("ghi chú"), owner=node.water, created_by=by)
    reach = Reach.objects.create(watercourse=river, name=say("đoạn")[:190], km_upper=100, km_lower=80)
    make_rule(None, reach=reach, parameter="do", limit_source="table1", high=None, name=say("Oxy")[:190])
    alert = _alert(on_series, station, node, by, say)
    duty = alert_rules.put_on_call(
        office=node.water, officer=by, starts_at=now(), ends_at=now() + timedelta(days=1), note=say("trực")[:190],
        by=decider, at=now(),
    )  # fmt: skip
    incident, photo, notice = _incident(river, alert, node, by, decider, say, whisper)
    drill = drills.start_drill(
        facts=facts(river, seen_at=now(), name=say("Diễn tập")[:190]), province=node.neighbour_province.code,
        answer_hours=6, by=decider, at=now(), note=say("ghi chú"),
    )  # fmt: skip
    assert Incident.objects.count() == 2
    assert Drill.objects.count() == 1
    views = ("notice", "notice_step", "notice_bundle")
    return {
        "alert_id": alert.pk, "rule_id": on_series.pk, "row_id": duty.pk, "incident_id": incident.pk,
        "photo_id": photo.pk, "drill_id": drill.pk, "water:alert_step.name": "note",
        "water:incident_step.name": "note", "water:notice_step.name": "acknowledge",
        **{f"water:{view}.notice_id": notice.pk for view in views},
    }  # fmt: skip


def _alert(rule: Any, station: Any, node: Any, by: Officer, say: Callable[[str], str]) -> Alert:
    at = now() - timedelta(minutes=50)
    alert = Alert.objects.create(
        rule=rule, station=station, state="open", severity="warning", level=3, since=at, opened_at=at, count=2, peak=0.9,
        peak_at=at, last_value=0.6, last_at=at, limit=0.3, limit_words="≤ 0,3 mg/L", parameters=["nh4_n"],
        owner=node.water, assigned=by, acknowledge_by=at + timedelta(hours=1), told_at=at,
    )  # fmt: skip
    AlertEvent.objects.create(alert=alert, what="note", at=at, by=by, words=say("ghi thêm"))
    return alert


def _incident(
    river: Watercourse,
    alert: Alert,
    node: Any,
    by: Officer,
    decider: Officer,
    say: Callable[[str], str],
    whisper: str,
) -> tuple[Incident, Any, Notice]:
    at = now() - timedelta(minutes=40)
    known = facts(
        river, name=say("Cá chết")[:190], finder=say("Ông Tự")[:190], seen_at=at, commune=say("xã")[:190],
        description=say("nước đen"), steps=say("đã lấy mẫu"), cause=say("chưa rõ"), samples_words=say("M1"),
        lon=106.3, lat=21.4, flow=31.5,
    )  # fmt: skip
    incident = incidents.report_incident(facts=known, alert_ids=[alert.pk], by=by, at=at)
    incidents.suspect_source(incident_id=incident.pk, words=whisper, feature_id=None, by=decider, at=at)
    codes = [node.province.code, node.neighbour_province.code]
    incidents.confirm(incident_id=incident.pk, extent="national", provinces=codes, by=decider, at=at)
    picture = BytesIO()
    Image.new("RGB", (64, 48), "teal").save(picture, "PNG")
    photo = incidents.add_photo(
        incident_id=incident.pk, data=picture.getvalue(), name=say("ảnh").replace("/", "")[:90] + ".png",
        words=say("bờ phải")[:290], by=by, at=at,
    )  # fmt: skip
    notice = notices.prepare(
        incident_id=incident.pk, kind="warning", provinces=codes[1:], words=say("nội dung"), even_incomplete=True,
        by=decider, at=at,
    )[0]  # fmt: skip
    notices.send(notice_id=notice.pk, words=say("điện thoại"), sent_at=at + timedelta(minutes=5), by=decider, at=now())
    incident.refresh_from_db()
    return incident, photo, notice
