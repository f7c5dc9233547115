"""What may cross to the neighbour, word for word; what the rivers measure for a programme."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from tests.factories import water as make
from tests.factories.alerts import AT, facts, incident, rule
from tests.water.alerts.conftest import bring

from giapranh.exchange import kinds as exchange
from giapranh.exchange.ledger import canonical
from giapranh.exchange.ledger.engine import Change, EffectRefused
from giapranh.exchange.models import Entry
from giapranh.kernel import clock
from giapranh.kernel.refs import RecordRef, resolve
from giapranh.people.models import Notice as Bell
from giapranh.programme import indicators
from giapranh.programme.rules.periods import parse_period
from giapranh.programme.rules.scope import Scope
from giapranh.water import shares
from giapranh.water.models import Alert, Campaign, PlannedSample, Sample
from giapranh.water.services import alert_verbs, drills, neighbour_notices, notices
from giapranh.water.services import incidents as deeds

pytestmark = pytest.mark.django_db
PERIOD = parse_period("2026-Q4")


def later(**much):
    return AT + timedelta(**much)


@pytest.fixture
def confirmed(thuong, an, focal, leader):
    make.bank(thuong, "both", 160, 0, "xã Tuấn Sơn", "20")
    made = incident(thuong, an)
    deeds.suspect_source(incident_id=made.pk, words="zqxjkv", feature_id=None, by=focal, at=later(minutes=1))
    deeds.confirm(incident_id=made.pk, extent="national", provinces=["20", "24"], by=focal, at=later(minutes=2))
    made.refresh_from_db()
    return made


def test_every_kind_is_registered_with_its_version():
    known = {kind.name: (kind.major, kind.minor) for kind in exchange.registered()}
    assert {name: (major, minor) for name, major, minor in shares.KINDS}.items() <= known.items()


def test_every_record_holds_exactly_the_fields_an_agreement_may_name(station, ammonium, confirmed, focal):
    rule(ammonium)
    bring(ammonium, [0.1, 0.9])
    notice = notices.prepare(incident_id=confirmed.pk, kind="warning", provinces=["24"], even_incomplete=True, by=focal,
                             at=later(minutes=20))[0]  # fmt: skip
    notices.send(notice_id=notice.pk, words="gọi", sent_at=later(minutes=21), by=focal, at=later(minutes=21))
    ids = {
        "water-station": str(station.uid), "water-latest": str(station.uid),
        "water-daily": f"{ammonium.uid}/2026-11-20",
        "water-series": f"{ammonium.uid}/2026-11-20T00:00:00Z/2026-11-21T00:00:00Z",
        "water-alert": str(Alert.objects.get().uid), "water-incident": str(confirmed.uid),
        "water-notice": str(notice.uid),
    }  # fmt: skip
    for name, record_id in ids.items():
        kind = exchange.get(name)
        data = kind.record(record_id)
        assert set(data) == set(kind.fields), name
        kind.check(data)
        text = canonical.dump(data).decode()
        assert "zqxjkv" not in text
        assert "Đào Đầu Mối" not in text
        assert kind.label(data)


def test_numbers_travel_as_decimal_text_and_days_in_vietnam(station, ammonium):
    bring(ammonium, [0.1, None, 0.25, 900.0])
    day = shares.daily_record(ammonium, AT.date())
    assert (day["count"], day["usable"], day["expected"]) == (4, 2, 288)
    assert (day["min"], day["mean"], day["max"]) == ("0.1", "0.175", "0.25")
    rows = shares.series_record(ammonium, AT, later(minutes=10))["rows"]
    assert rows == [["2026-11-20T03:00:00.000Z", "0.1", rows[0][2], 0], ["2026-11-20T03:05:00.000Z", None, 9, 0]]
    assert exchange.get("water-latest").day({"at": "2026-11-20T20:00:00.000Z"}) == "2026-11-21"
    assert shares.decimal_text(1e-7) == "0.0000001"
    assert shares.decimal_text(float("nan")) is None


def test_a_day_with_a_number_like_1e200_can_be_told(station):
    strange = make.series(station, "oil_grease")
    make.observations(strange, [1e200, 1.0, 1e-310], start=AT)
    assert float(shares.daily_record(strange, AT.date())["mean"]) == pytest.approx(1e200 / 3)


def test_a_border_station_speaks_for_both_provinces(thuong, station):
    make.bank(thuong, "left", 100, 90, "xã Kép", "24")
    make.bank(thuong, "right", 100, 90, "xã Tuấn Sơn", "20")
    assert shares.station_record(station)["provinces"] == ["20", "24"]


def test_nothing_unconfirmed_unsent_or_foreign_is_shared(thuong, an, station):
    made = incident(thuong, an)
    assert exchange.get("water-incident").record(str(made.uid)) is None
    station.node = "bac-ninh"
    station.save()
    assert exchange.get("water-station").record(str(station.uid)) is None
    for name in ("water-station", "water-daily", "water-series", "water-alert", "water-notice"):
        for wrong in ("", "x", "../../etc", f"{station.uid}/x", f"{station.uid}/2026-13-01"):
            assert exchange.get(name).record(wrong) is None


# --- indicators ------------------------------------------------------------------------------------------------------


def measured(key: str):
    found = indicators.measure(key, PERIOD, Scope())
    return found.value, found.out_of, found.citations


def test_references_lead_to_pages(ammonium, confirmed, focal):
    rule(ammonium)
    bring(ammonium, [0.9])
    alert = Alert.objects.get()
    notice = notices.prepare(incident_id=confirmed.pk, kind="end", provinces=["24"], by=focal, at=later(minutes=20))[0]
    assert resolve(RecordRef("alert", str(alert.pk))).url == f"/song-ngoi/canh-bao/{alert.pk}/"
    assert resolve(RecordRef("incident", str(confirmed.pk))).title == str(confirmed)
    assert resolve(RecordRef("water-notice", str(notice.pk))).url == f"/song-ngoi/thong-bao/{notice.pk}/"
    assert resolve(RecordRef("alert", "999999")) is None
    assert resolve(RecordRef("alert", "9" * 40)) is None


def test_exceedances_count_as_handled_when_somebody_took_them_in_time(thuong, node, ammonium, station, an):
    other = make.series(make.station(thuong, 60.0, name="Trạm khác", owner=node.water), "nh4_n")
    early = make.series(station, "do")
    rule(ammonium)
    rule(other)
    rule(early, kind="silence", limit_source="", high=None, silence_minutes=5, name="im lặng")
    bring(ammonium, [0.9])
    bring(other, [0.9])
    first, second = Alert.objects.order_by("pk")
    alert_verbs.acknowledge(alert_id=first.pk, by=an, at=later(hours=23))
    alert_verbs.acknowledge(alert_id=second.pk, by=an, at=later(hours=25))
    value, out_of, cited = measured("water.exceedances_handled")
    assert (value, out_of) == (Decimal(1), Decimal(2))
    assert [each.ref for each in cited] == [f"alert:{first.pk}", f"alert:{second.pk}"]


def test_stations_report_when_they_sent_eighty_percent(thuong, node, monkeypatch):
    from giapranh.water import indicators as ours

    full = make.series(make.station(thuong, 60.0, name="Trạm đủ", owner=node.water), "nh4_n", cycle_seconds=3600)
    poor = make.series(make.station(thuong, 50.0, name="Trạm thiếu", owner=node.water), "nh4_n", cycle_seconds=3600)
    make.series(make.station(thuong, 40.0, name="Điểm mẫu", kind="manual"), "nh4_n")
    start, end = later(hours=-10), AT
    bring(full, [0.1] * 8, first=start, step=60)
    bring(poor, [0.1] * 7 + [None], first=start, step=60)
    monkeypatch.setattr(ours, "_span", lambda period: (start, end))
    value, out_of, cited = measured("water.stations_reporting")
    assert (value, out_of) == (Decimal(1), Decimal(2))
    assert [each.note for each in cited] == ["80 %", "70 %"]


def test_samples_are_counted_against_the_plan(thuong, station, an):
    campaign = Campaign.objects.create(name="Mùa khô", starts_on=AT.date(), ends_on=AT.date())
    days = [AT.date() - timedelta(days=n) for n in (20, 10)]
    plans = [PlannedSample.objects.create(campaign=campaign, station=station, from_day=d, to_day=d) for d in days]
    Sample.objects.create(station=station, planned=plans[0], taken_at=AT, at=AT)
    assert measured("water.samples_against_plan")[:2] == (Decimal(1), Decimal(2))


def test_a_sample_of_today_is_not_missed_before_the_day_is_over(thuong, station, an, monkeypatch):
    from giapranh.water import indicators as ours

    campaign = Campaign.objects.create(name="Mùa khô", starts_on=AT.date(), ends_on=AT.date())
    plan = PlannedSample.objects.create(campaign=campaign, station=station, from_day=AT.date(), to_day=AT.date())
    monkeypatch.setattr(ours, "_today", lambda: plan.to_day)
    assert measured("water.samples_against_plan")[0] is None
    Sample.objects.create(station=station, planned=plan, taken_at=AT, at=AT)
    assert measured("water.samples_against_plan")[:2] == (Decimal(1), Decimal(1))
    Sample.objects.all().delete()
    monkeypatch.setattr(ours, "_today", lambda: plan.to_day + timedelta(days=1))
    assert measured("water.samples_against_plan")[:2] == (Decimal(0), Decimal(1))


def test_notices_and_incidents_are_counted_without_drills(confirmed, thuong, focal):
    notice = notices.prepare(incident_id=confirmed.pk, kind="end", provinces=["24"], by=focal, at=later(minutes=20))[0]
    drills.start_drill(
        facts=facts(thuong), province="24", answer_hours=6, by=focal, at=AT,
    )  # fmt: skip
    assert measured("water.notices")[:2] == (Decimal(0), Decimal(0))
    notices.send(notice_id=notice.pk, words="gọi", sent_at=later(minutes=21), by=focal, at=later(minutes=21))
    assert measured("water.notices")[:2] == (Decimal(0), Decimal(1))
    notices.acknowledge(notice_id=notice.pk, words="bà Hà", acknowledged_at=later(hours=1), by=focal, at=later(hours=1))
    value, out_of, cited = measured("water.notices")
    assert (value, out_of, cited[0].note) == (Decimal(1), Decimal(1), "xác nhận đúng hạn")
    assert measured("water.incidents")[:2] == (Decimal(0), Decimal(1))


def test_data_sets_are_counted_from_what_left(node, station, ammonium):
    subjects = [
        ("water-latest", f"water-latest:{station.uid}"), ("water-latest", f"water-latest:{station.uid}"),
        ("water-daily", f"water-daily:{ammonium.uid}/2026-11-19"), ("water-daily", f"water-daily:{ammonium.uid}/2026-11-20"),
        ("task", "task:1"),
    ]  # fmt: skip
    for seq, (kind, subject) in enumerate(subjects):
        Entry.objects.create(
            stream="lang-son.bac-ninh.record", hash=f"{seq:064d}", epoch=1, seq=seq, prev="", event_id=f"e{seq}",
            kind=kind, subject=subject, clause="c", version=1, base=0, sent_at=int(AT.timestamp() * 1000),
            body_hash="", body_size=0, envelope=b"", at=0,
        )  # fmt: skip
    value, _out_of, cited = measured("water.data_sets_shared")
    assert value == Decimal(2)
    assert {each.ref for each in cited} == {f"station:{station.pk}"}
    assert all(resolve(RecordRef.parse(each.ref)) for each in cited)


def test_what_was_not_measured_is_not_zero(node):
    assert measured("water.stations_reporting")[:2] == (None, None)
    assert measured("water.samples_against_plan")[:2] == (None, None)


# --- what comes in ---------------------------------------------------------------------------------------------------


def came(**data):
    record = {"kind": "warning", "incidentNumber": "SC-2026-007", "n": 2, "drill": False, "content": {}, **data}
    return Change(
        "bac-ninh", "water-notice", "water-notice:x", "bac-ninh", 1, record, "c1", "e1", 0, int(AT.timestamp() * 1000)
    )


def test_a_notice_of_the_neighbour_rings_for_focal_officers_and_leaders_once(focal, leader, an):
    taken_in = exchange.get("water-notice").applied
    taken_in(came())
    taken_in(came(acknowledgedAt="2026-11-20T04:00:00.000Z"))
    assert set(Bell.objects.values_list("officer", "text")) == {
        (focal.pk, "bac-ninh gửi thông báo cảnh báo SC-2026-007/2"),
        (leader.pk, "bac-ninh gửi thông báo cảnh báo SC-2026-007/2"),
    }


def test_a_drill_of_the_neighbour_says_so_before_anything_else(focal):
    exchange.get("water-notice").applied(came(drill=True))
    assert Bell.objects.get().text.startswith("[DIỄN TẬP] ")


def test_data_that_break_the_schema_are_refused_and_unknown_fields_pass():
    check = exchange.get("water-notice").check
    check({"kind": "warning", "content": {}, "drill": False, "later": 1})
    with pytest.raises(EffectRefused):
        check({"kind": "warning", "content": "x", "drill": False})


def test_what_there_is_to_share_is_named_for_a_new_agreement(station, ammonium, confirmed, focal):
    bring(ammonium, [0.1])
    assert list(exchange.get("water-station").every()) == [str(station.uid)]
    assert list(exchange.get("water-incident").every()) == [str(confirmed.uid)]
    assert len(list(exchange.get("water-daily").every())) == shares.DAYS_BACK
    notice = notices.prepare(incident_id=confirmed.pk, kind="end", provinces=["24"], by=focal, at=later(minutes=20))[0]
    assert list(exchange.get("water-notice").every()) == []
    notices.send(notice_id=notice.pk, words="gọi", sent_at=later(minutes=21), by=focal, at=later(minutes=21))
    blob = exchange.get("water-notice").files(str(notice.uid))[0]
    assert (blob.sha256, blob.media) == (notice.bundle_id, "application/zip")


def test_a_notice_of_the_neighbour_rings_for_somebody_where_those_posts_are_vacant(administrator):
    exchange.get("water-notice").applied(came())
    assert set(Bell.objects.values_list("officer", flat=True)) == {administrator.pk}


def test_a_point_that_is_none_does_not_keep_their_warning_out():
    assert neighbour_notices._point({"lat": "106.3", "lon": "21.4"}) == (None, None)
    assert neighbour_notices._point({"lat": "21.4", "lon": "106.3"}) == (21.4, 106.3)


def test_a_station_that_was_taken_down_is_not_expected_to_report(thuong, node, station, ammonium):
    bring(ammonium, [0.1])
    before = measured("water.stations_reporting")[1]
    station.valid_to = date(2026, 8, 31)
    station.save()
    assert before == Decimal(1)
    assert measured("water.stations_reporting")[1] is None


def test_an_exceedance_nobody_took_yet_is_not_late_before_its_time(ammonium, an, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: later(hours=1))
    rule(ammonium)
    bring(ammonium, [0.9])
    _value, _out_of, cited = measured("water.exceedances_handled")
    assert "còn trong hạn" in cited[0].note


def test_rows_that_come_twice_fill_no_gap(station, ammonium):
    from giapranh.water import indicators as measures

    start = datetime(2026, 11, 10, tzinfo=UTC)
    make.observations(ammonium, [0.1] * 12, start=start, step=timedelta(seconds=150))
    [found] = measures.received(start, start + timedelta(hours=1))
    assert (found.count, found.expected) == (6, 12)
