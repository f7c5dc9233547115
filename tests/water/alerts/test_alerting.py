"""Alerts from rows that arrive through the store, and from rows that do not."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.factories import water as make
from tests.factories.alerts import AT, rule
from tests.water.alerts.conftest import bring

from giapranh.people.models import Delivery, Notice
from giapranh.water.models import Alert, AlertEvent, Observation, RuleKind
from giapranh.water.rules import parameters as known
from giapranh.water.rules.alert_states import WrongAlertState
from giapranh.water.services import alert_growth, alert_verbs, alerting

pytestmark = pytest.mark.django_db


def later(**much):
    return AT + timedelta(**much)


def deeds(alert):
    return list(AlertEvent.objects.filter(alert=alert).order_by("id").values_list("what", flat=True))


def test_an_exceedance_opens_one_alert_that_grows(ammonium, an):
    rule(ammonium)
    bring(ammonium, [0.1, 0.5])
    bring(ammonium, [0.9, 0.7, 0.6], first=later(minutes=10))
    alert = Alert.objects.get()
    assert (alert.state, alert.level, alert.count, alert.peak) == ("open", 3, 4, 0.9)
    assert (alert.since, alert.peak_at) == (later(minutes=5), later(minutes=10))
    assert alert.parameters == ["nh4_n"]
    assert "≤ 0,3 mg/L" in alert.limit_words
    assert deeds(alert) == ["opened", "told"]
    assert [notice.url for notice in Notice.objects.filter(officer=an)] == [f"/song-ngoi/canh-bao/{alert.pk}/"]


def test_it_ends_by_itself_when_the_water_is_calm_and_a_later_one_is_a_new_alert(ammonium, an):
    rule(ammonium, clear_minutes=10)
    bring(ammonium, [0.5, 0.28, 0.1, 0.1])
    assert Alert.objects.get().state == "open"
    bring(ammonium, [0.1], first=later(minutes=20))
    ended = Alert.objects.get()
    assert (ended.state, ended.ended_by, ended.ended_at) == ("ended", None, later(minutes=20, seconds=30))
    assert deeds(ended)[-1] == "cleared"
    bring(ammonium, [0.4], first=later(minutes=25))
    assert list(Alert.objects.order_by("pk").values_list("state", flat=True)) == ["ended", "open"]


def test_two_episodes_in_one_batch_are_two_alerts(ammonium, an):
    rule(ammonium)
    bring(ammonium, [0.5, 0.1, 0.1, 0.6, 0.1])
    assert list(Alert.objects.order_by("pk").values_list("state", "peak")) == [("ended", 0.5), ("ended", 0.6)]


def test_a_breach_shorter_than_its_grace_leaves_nothing(ammonium, an):
    rule(ammonium, grace_minutes=15)
    bring(ammonium, [0.5, 0.6])
    assert Alert.objects.get().state == "pending"
    assert Notice.objects.count() == 0
    bring(ammonium, [0.1], first=later(minutes=10))
    assert Alert.objects.count() == 0
    bring(ammonium, [0.5, 0.5, 0.5, 0.5], first=later(minutes=15))
    assert Alert.objects.get().state == "open"


def test_history_raises_no_alert(ammonium, an):
    rule(ammonium, max_age_hours=24)
    bring(ammonium, [0.9] * 3, first=later(days=-30), at=AT)
    assert Alert.objects.count() == 0


def test_a_rule_counts_only_within_its_dates(ammonium, an):
    rule(ammonium, valid_to=date(2026, 11, 1))
    bring(ammonium, [0.9])
    assert Alert.objects.count() == 0


def test_two_series_of_one_station_share_the_alert_which_ends_with_the_last(station, ammonium, an):
    other = make.series(station, "nh4_n", name="NH4 phòng thí nghiệm", cycle_seconds=None)
    rule(None, station=station, parameter="nh4_n", owner=station.owner)
    bring(ammonium, [0.5])
    bring(other, [0.8])
    bring(ammonium, [0.1], first=later(minutes=5))
    alert = Alert.objects.get()
    assert (alert.state, alert.peak, alert.count) == ("open", 0.8, 2)
    bring(other, [0.1], first=later(minutes=10))
    assert Alert.objects.get().state == "ended"


def test_a_reach_watches_every_station_on_it(thuong, station, ammonium, node, an):
    below = make.series(make.station(thuong, 40.0, name="Trạm dưới", owner=node.water), "nh4_n")
    inside = make.series(make.station(thuong, 90.0, name="Trạm trong", owner=node.water), "nh4_n")
    rule(None, reach=make.reach(thuong, 96, 80), parameter="nh4_n", owner=node.water)
    for series in (ammonium, below, inside):
        bring(series, [0.9])
    assert set(Alert.objects.values_list("station__name", flat=True)) == {station.name, "Trạm trong"}


def test_levels_rise_and_each_is_told_once(ammonium, an):
    rule(ammonium, high=1.0, with_tendency=True, with_preparing=True)
    bring(ammonium, [0.75, 0.78, 0.92, 0.75, 1.2, 0.95, 1.3])
    alert = Alert.objects.get()
    assert (alert.level, alert.told_level) == (3, 3)
    bring(ammonium, [0.75, 1.4], first=later(minutes=60))
    assert Notice.objects.filter(officer=an).count() == 1
    assert Alert.objects.get().count == 9


def test_a_rising_level_is_told_anew(ammonium, an):
    rule(ammonium, high=1.0, with_tendency=True)
    bring(ammonium, [0.75])
    bring(ammonium, [1.2], first=later(minutes=5))
    bring(ammonium, [1.3], first=later(minutes=10))
    assert Notice.objects.filter(officer=an).count() == 2
    assert deeds(Alert.objects.get()) == ["opened", "told", "worse", "told"]


def test_fast_change_looks_at_the_value_before_the_batch(ammonium, an):
    rule(ammonium, kind=RuleKind.RATE, limit_source="", high=None, per_hour=1.0, rate_direction="up")
    bring(ammonium, [0.1])
    bring(ammonium, [0.3], first=later(minutes=5))
    alert = Alert.objects.get()
    assert alert.peak == pytest.approx(2.4)


def test_failed_rows_raise_the_quality_rule_and_not_the_level_rule(ammonium, an):
    level = rule(ammonium)
    quality = rule(ammonium, kind=RuleKind.QUALITY, limit_source="", high=None, min_values=2, name="Chất lượng")
    bring(ammonium, [900.0, 905.0])  # no river holds this much: the gross range fails
    assert set(Observation.objects.filter(series=ammonium).values_list("flag", flat=True)) == {4}
    assert list(Alert.objects.values_list("rule", flat=True)) == [quality.pk]
    assert level.alerts.count() == 0


def test_limits_of_the_regulation_are_those_of_the_day(ammonium, an):
    rule(ammonium, limit_source="table1", high=None)
    bring(ammonium, [0.25])
    assert Alert.objects.count() == 0
    bring(ammonium, [0.31], first=later(minutes=5))
    assert Alert.objects.get().limit == 0.3


def test_the_target_of_the_reach_is_the_limit(thuong, station, an):
    oxygen = make.series(station, "do")
    make.target(make.reach(thuong, 100, 80), "B")
    rule(oxygen, limit_source="target", high=None)
    bring(oxygen, [5.2, 4.7])
    alert = Alert.objects.get()
    assert (alert.limit, alert.peak) == (5.0, 4.7)
    assert "123/QĐ-UBND" in alert.limit_words


def test_without_a_limit_for_the_day_the_rule_is_silent(thuong, station, an):
    turbidity = make.series(station, "turbidity", unit="NTU")
    rule(turbidity, limit_source="table1", high=None)
    bring(turbidity, [5000])
    assert Alert.objects.count() == 0


def test_rows_that_nobody_watches_ask_the_database_nothing(ammonium, django_assert_num_queries):
    rule(ammonium)
    other = make.series(ammonium.station, "ph", unit="")
    bring(other, [7.0])
    import numpy as np

    from giapranh.water.services.arrivals import Arrived

    rows = Arrived(
        np.full(1000, other.pk, np.int32), np.arange(1000, dtype=np.int64), np.ones(1000), np.ones(1000, np.int16), AT
    )
    with django_assert_num_queries(0):
        alerting.check_arrivals(rows, at=AT)


def test_a_fault_in_a_rule_costs_no_observation(ammonium, an, monkeypatch, caplog):
    rule(ammonium)

    def stumble(*args, **kwargs):
        raise RuntimeError("broken")

    monkeypatch.setattr(alert_growth, "grow", stumble)
    bring(ammonium, [0.9])
    assert Observation.objects.filter(series=ammonium).count() == 1
    assert "alert rules failed" in caplog.text


# --- persons ---------------------------------------------------------------------------------------------------------


def test_taking_over_and_ending_with_words(ammonium, an, head):
    rule(ammonium)
    bring(ammonium, [0.9])
    alert = Alert.objects.get()
    alert_verbs.acknowledge(alert_id=alert.pk, by=an, at=later(minutes=3), words="Đang ra trạm")
    with pytest.raises(alert_verbs.EndWordsMissing):
        alert_verbs.end(alert_id=alert.pk, words="  ", by=an, at=later(minutes=4))
    alert_verbs.end(alert_id=alert.pk, words="Xả cống đã dừng", by=an, at=later(minutes=4))
    alert.refresh_from_db()
    assert (alert.state, alert.ended_by, alert.muted) == ("ended", an, True)
    with pytest.raises(WrongAlertState):
        alert_verbs.end(alert_id=alert.pk, words="lần nữa", by=an, at=later(minutes=5))


def test_ended_by_a_person_it_keeps_silent_until_the_water_was_calm(ammonium, an):
    rule(ammonium)
    bring(ammonium, [0.9])
    alert = Alert.objects.get()
    alert_verbs.end(alert_id=alert.pk, words="Đã biết nguồn", by=an, at=later(minutes=1))
    bring(ammonium, [0.8, 0.95, 0.5], first=later(minutes=5))
    assert Alert.objects.count() == 1
    bring(ammonium, [0.1], first=later(minutes=20))
    assert Alert.objects.get().muted is False
    bring(ammonium, [0.6], first=later(minutes=25))
    assert Alert.objects.count() == 2


def test_ended_by_a_person_it_comes_back_when_it_gets_worse(ammonium, an):
    rule(ammonium, high=1.0, with_tendency=True)
    bring(ammonium, [0.8])
    alert_verbs.end(alert_id=Alert.objects.get().pk, words="Theo dõi thêm", by=an, at=later(minutes=1))
    bring(ammonium, [0.85, 1.4], first=later(minutes=5))
    assert list(Alert.objects.order_by("pk").values_list("state", "level", "muted")) == [
        ("ended", 1, False), ("open", 3, False),
    ]  # fmt: skip


# --- silence, index ---------------------------------------------------------------------------------------------------


def test_a_silent_station_is_one_alert_and_its_first_words_end_it(station, ammonium, an):
    make.series(station, "ph", unit="")
    rule(
        None, kind=RuleKind.SILENCE, station=station, limit_source="", high=None, grace_minutes=15, owner=station.owner
    )
    bring(ammonium, [0.1])
    ammonium.refresh_from_db()
    due = ammonium.next_due_at
    alerting.minute_round(due - timedelta(minutes=1))
    assert Alert.objects.count() == 0
    alerting.minute_round(due + timedelta(minutes=10))
    assert [alert.state for alert in Alert.objects.all()] == ["pending"]
    for minutes in (16, 17):
        alerting.minute_round(due + timedelta(minutes=minutes))
    alert = Alert.objects.get()
    assert (alert.state, alert.since) == ("open", due)
    bring(ammonium, [0.1], first=later(minutes=41))
    alerting.minute_round(later(minutes=42))
    assert Alert.objects.get().state == "ended"


def test_silence_by_minutes_needs_no_cycle(station, an):
    sampled = make.series(station, "bod5", cycle_seconds=None)
    rule(sampled, kind=RuleKind.SILENCE, limit_source="", high=None, silence_minutes=120)
    bring(sampled, [3.0])
    alerting.minute_round(later(minutes=119))
    assert Alert.objects.count() == 0
    alerting.minute_round(later(minutes=121))
    assert Alert.objects.get().state == "open"


def test_a_station_that_never_spoke_is_not_silent(station, ammonium, an):
    rule(None, kind=RuleKind.SILENCE, station=station, limit_source="", high=None, owner=station.owner)
    alerting.minute_round(AT)
    assert Alert.objects.count() == 0


def test_an_alert_whose_values_stop_waits_and_does_not_end(ammonium, an):
    rule(ammonium)
    bring(ammonium, [0.9])
    alerting.minute_round(later(hours=2))
    alert = Alert.objects.get()
    assert (alert.state, alert.waiting_since) == ("open", AT)
    bring(ammonium, [0.8], first=later(hours=2))
    assert Alert.objects.get().waiting_since is None


# --- quiet hours, climbing, on call -----------------------------------------------------------------------------------


def test_quiet_hours_hold_the_bell_but_not_the_alert(ammonium, an):
    from datetime import time

    rule(ammonium, quiet_from=time(9, 0), quiet_to=time(11, 0))  # it is ten
    bring(ammonium, [0.9])
    assert Alert.objects.get().state == "open"
    assert Notice.objects.count() == 0
    alerting.minute_round(later(minutes=59))
    assert Notice.objects.count() == 0
    alerting.minute_round(later(minutes=60))
    assert Notice.objects.filter(officer=an).count() == 1


def test_what_is_critical_rings_in_quiet_hours(ammonium, an):
    from datetime import time

    rule(ammonium, quiet_from=time(9, 0), quiet_to=time(11, 0), severity="critical")
    bring(ammonium, [0.9])
    assert Notice.objects.filter(officer=an).count() == 1


def test_an_alert_nobody_takes_climbs_rung_by_rung_once(ammonium, an, head, focal, leader):
    rule(ammonium, ladder=[{"after_minutes": 30, "to": "focal_officer"}, {"after_minutes": 60, "to": "leader"}])
    bring(ammonium, [0.9])
    for minutes in (10, 29, 31, 32, 61, 62):
        alerting.minute_round(later(minutes=minutes))
    assert Notice.objects.filter(officer=focal).count() == 1
    assert Notice.objects.filter(officer=leader).count() == 1
    assert deeds(Alert.objects.get()) == ["opened", "told", "climbed", "climbed"]
    assert Delivery.objects.filter(officer=focal).count() == 1


def test_climbing_stops_when_somebody_takes_it_and_they_are_reminded_daily(ammonium, an, focal):
    rule(ammonium, ladder=[{"after_minutes": 30, "to": "focal_officer"}])
    bring(ammonium, [0.9])
    alert_verbs.acknowledge(alert_id=Alert.objects.get().pk, by=an, at=later(minutes=5))
    alerting.minute_round(later(minutes=40))
    assert Notice.objects.filter(officer=focal).count() == 0
    alerting.minute_round(later(hours=25))
    alerting.minute_round(later(hours=26))
    assert Notice.objects.filter(officer=an).count() == 2


def test_who_is_on_call_hears_and_nobody_else(ammonium, node, an, head, binh):
    from giapranh.water.services import alert_rules

    alert_rules.put_on_call(
        office=node.water, officer=binh, starts_at=AT, ends_at=later(days=1), by=head, at=later(days=-1)
    )
    rule(ammonium)
    bring(ammonium, [0.9])
    assert Alert.objects.get().assigned == binh
    assert set(Notice.objects.values_list("officer", flat=True)) == {binh.pk}


def test_a_low_index_of_a_sample_raises_the_index_rule_once(thuong, node, an):
    from tests.factories.water import AT as SAMPLED

    point = make.station(thuong, 70.0, name="Điểm lấy mẫu", owner=node.water, kind="manual")
    bad = {"ph": 7.0, "temp": 22.0, "do": 3.9, "bod5": 14, "cod": 28, "nh4_n": 2.7, "no3_n": 6.5, "no2_n": 0.35,
           "po4_p": 0.25, "coliform": 9000}  # fmt: skip
    for parameter, value in bad.items():
        unit = known.parameter(parameter).unit_display
        make.observations(make.series(point, parameter, unit=unit, cycle_seconds=None), [value], start=SAMPLED)
    rule(None, station=point, kind=RuleKind.WQI, limit_source="", high=None, wqi_at_most=50, owner=node.water)
    for minutes in (1, 2, 3):
        alerting.minute_round(AT + timedelta(minutes=minutes))
    alert = Alert.objects.get()
    assert (alert.state, alert.count) == ("open", 1)
    assert alert.peak <= 50
