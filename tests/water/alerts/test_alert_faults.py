"""Alerts where something around them goes wrong: vacant posts, wrong clocks, retired devices, edited rules, bad forms."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from tests.factories import water as make
from tests.factories.alerts import AT, rule
from tests.factories.people import make_officer
from tests.water.alerts.conftest import bring

from giapranh.people.models import Appointment, Notice
from giapranh.water import incident_permissions
from giapranh.water.models import Alert, AlertEvent, AlertRule, RuleKind, Series
from giapranh.water.rules import parameters as known
from giapranh.water.rules.alert_clocks import Quiet, Rung, ladder_as_rows, ladder_from, rungs_due
from giapranh.water.services import alert_growth, alert_plan, alert_rules, alert_verbs, alerting
from giapranh.water.services.alert_rules import DEFAULT_LADDER, BadRule, RuleValues

pytestmark = pytest.mark.django_db


def later(**much):
    return AT + timedelta(**much)


def deeds(alert):
    return list(AlertEvent.objects.filter(alert=alert).order_by("id").values_list("what", flat=True))


def edited(found, by, at=AT, **changes):
    values = {name: getattr(found, name) for name in RuleValues.__slots__}
    values["ladder"] = ladder_from(found.ladder)
    return alert_rules.save_rule(values=RuleValues(**{**values, **changes}), rule_id=found.pk, by=by, at=at)


# --- the right number ------------------------------------------------------------------------------------------------


def test_the_worst_of_an_acid_river_is_the_lowest_value(station, an):
    acid = make.series(station, "ph", unit="")
    rule(acid, low=6.0, high=8.5)
    bring(acid, [7.0, 5.9, 4.8])
    bring(acid, [5.2, 8.6], first=later(minutes=15))
    assert Alert.objects.get().peak == 4.8


@pytest.mark.parametrize(
    ("unit", "basis", "calm", "over"),
    [("ug/L", "N", 290.0, 310.0), ("mg/L", "NH4", 0.38, 0.39), ("mg/L", "", 0.3, 0.31), ("", "", 0.3, 0.31)],
)
def test_a_limit_is_read_in_the_unit_and_basis_of_the_series(station, an, unit, basis, calm, over):
    series = make.series(station, "nh4_n", unit=unit, basis=basis)
    rule(series, limit_source="table1", high=None)
    bring(series, [calm])
    assert Alert.objects.count() == 0
    bring(series, [over], first=later(minutes=5))
    assert Alert.objects.count() == 1


def test_a_limit_in_another_kind_of_unit_is_no_limit(station, an):
    percent = make.series(station, "do", unit="%")
    rule(percent, limit_source="class", class_code="B", high=None)
    bring(percent, [4.0])
    assert Alert.objects.count() == 0


@pytest.mark.parametrize(("ammonium_ug", "alerts"), [(300.0, 0), (9000.0, 1)])
def test_the_index_is_made_in_the_unit_and_basis_it_asks_for(thuong, node, an, ammonium_ug, alerts):
    point = make.station(thuong, 70.0, name="Điểm lấy mẫu", owner=node.water, kind="manual")
    good = {"ph": 7.2, "temp": 27.5, "do": 5.8, "bod5": 3.0, "cod": 8, "no3_n": 1.2, "coliform": 1000}
    for parameter, value in good.items():
        unit = known.parameter(parameter).unit_display
        make.observations(make.series(point, parameter, unit=unit, cycle_seconds=None), [value])
    make.observations(make.series(point, "nh4_n", unit="ug/L", basis="NH4", cycle_seconds=None), [ammonium_ug])
    rule(None, station=point, kind=RuleKind.WQI, limit_source="", high=None, wqi_at_most=90, owner=node.water)
    alerting.minute_round(AT)
    assert Alert.objects.count() == alerts


def test_a_device_that_says_1e200_does_not_keep_the_index_from_being_looked_at(thuong, node, an):
    station = make.station(thuong, 70.0, owner=node.water)
    bad = {"temp": 22.0, "do": 3.9, "cod": 28, "nh4_n": 2.7}
    for parameter, value in bad.items():
        unit = known.parameter(parameter).unit_display
        make.observations(make.series(station, parameter, unit=unit), [value, value], start=AT)
    make.observations(make.series(station, "oil_grease"), [1e200, 1e-310], start=AT)
    rule(None, station=station, kind=RuleKind.WQI, limit_source="", high=None, wqi_at_most=60, owner=node.water)
    alerting.minute_round(later(minutes=6))
    assert Alert.objects.count() == 1


# --- somebody hears --------------------------------------------------------------------------------------------------


def test_where_a_post_is_vacant_the_next_one_hears(ammonium, an, leader):
    rule(ammonium, ladder=ladder_as_rows(DEFAULT_LADDER))  # no head, no focal officer anywhere
    bring(ammonium, [0.9])
    for minutes in (31, 61, 121):
        alerting.minute_round(later(minutes=minutes))
    climbed = AlertEvent.objects.filter(what="climbed")
    assert [event.data["to"] for event in climbed] == [[leader.full_name]] * 3


def test_with_nobody_else_left_the_administrator_hears(ammonium, node, administrator):
    rule(ammonium, ladder=[{"after_minutes": 30, "to": "leader"}])
    bring(ammonium, [0.9])
    alerting.minute_round(later(minutes=31))
    assert Notice.objects.filter(officer=administrator).count() == 2


def test_an_alert_of_a_station_without_office_or_of_the_neighbour_is_ours(thuong, node, chi, focal):
    for km, owner in ((90.0, None), (91.0, node.neighbour)):
        series = make.series(make.station(thuong, km, name=f"Trạm {km}", owner=owner), "nh4_n")
        rule(series, owner=None)
        bring(series, [0.9])
    assert [alert.owner for alert in Alert.objects.all()] == [node.agency, node.agency]
    assert Notice.objects.filter(officer=chi).count() == 0
    assert Notice.objects.filter(officer=focal).count() == 2


def test_a_reminder_reaches_somebody_when_who_took_it_has_left(ammonium, an, binh, node):
    other = make_officer("Người Ở Lại", username="olai", office=node.water)
    rule(ammonium)
    bring(ammonium, [0.9])
    alert_verbs.acknowledge(alert_id=Alert.objects.get().pk, by=an, at=later(minutes=5))
    an.is_active = False
    an.save()
    Notice.objects.all().delete()
    alerting.minute_round(later(hours=25))
    assert list(Notice.objects.values_list("officer", flat=True)) == [other.pk]


# --- nights ----------------------------------------------------------------------------------------------------------


def test_climbing_waits_for_the_morning_and_goes_on_from_where_it_was(ammonium, an, head, focal, leader):
    rule(ammonium, ladder=ladder_as_rows(DEFAULT_LADDER), quiet_from=time(10, 20), quiet_to=time(16, 0))
    bring(ammonium, [0.9])  # ten o'clock
    for minutes in (31, 61, 121):
        alerting.minute_round(later(minutes=minutes))
    assert Alert.objects.get().climbed == 0
    alerting.minute_round(later(hours=6, minutes=5))  # 25 minutes of waking
    assert Alert.objects.get().climbed == 0
    alerting.minute_round(later(hours=6, minutes=11))
    assert Alert.objects.get().climbed == 1


def test_what_is_critical_climbs_at_night(ammonium, an, head):
    rule(ammonium, ladder=ladder_as_rows(DEFAULT_LADDER), quiet_from=time(9, 0), quiet_to=time(16, 0),
         severity="critical")  # fmt: skip
    bring(ammonium, [0.9])
    alerting.minute_round(later(minutes=31))
    assert Alert.objects.get().climbed == 1


def test_waking_hours_over_several_nights():
    quiet = Quiet(time(22, 0), time(6, 0))
    assert quiet.awake(AT, AT + timedelta(days=3)) == timedelta(hours=48)
    assert quiet.awake(later(hours=13), later(hours=15)) == timedelta()  # 23:00 to 01:00
    assert quiet.awake(later(hours=11), later(hours=21)) == timedelta(hours=2)  # 21:00 to 07:00
    noon = Quiet(time(12, 0), time(13, 0))
    assert noon.awake(AT, later(hours=4)) == timedelta(hours=3)
    assert Quiet().awake(AT, later(hours=4)) == timedelta(hours=4)
    rungs = (Rung(30, DEFAULT_LADDER[0].to),)
    assert rungs_due(rungs, told_at=AT, climbed=1, at=later(days=900), quiet=quiet) == []


def test_a_rule_made_critical_rings_at_once(ammonium, an, focal):
    found = rule(ammonium, quiet_from=time(9, 0), quiet_to=time(16, 0))
    bring(ammonium, [0.9])
    alerting.minute_round(later(minutes=2))
    assert Notice.objects.count() == 0
    edited(found, focal, later(minutes=3), severity="critical")
    alerting.minute_round(later(minutes=4))
    assert Notice.objects.filter(officer=an).count() == 1
    assert Alert.objects.get().severity == "critical"


# --- what is watched changes -----------------------------------------------------------------------------------------


def test_a_retired_device_does_not_keep_an_ended_alert_silent_for_ever(station, ammonium, an):
    other = make.series(station, "nh4_n", name="Máy thứ hai")
    rule(None, station=station, parameter="nh4_n", owner=station.owner)
    bring(ammonium, [0.9])
    bring(other, [0.8])
    alert_verbs.end(alert_id=Alert.objects.get().pk, words="Đã biết", by=an, at=later(minutes=1))
    Series.objects.filter(pk=ammonium.pk).update(valid_to=date(2026, 11, 19))
    alert_plan.forget()
    bring(other, [0.1], first=later(minutes=5))
    alerting.minute_round(later(minutes=6))
    bring(other, [0.9], first=later(minutes=10))
    assert list(Alert.objects.order_by("pk").values_list("state", "muted")) == [("ended", False), ("open", False)]


def test_a_retired_device_does_not_hold_an_alert_open(station, ammonium, an):
    other = make.series(station, "nh4_n", name="Máy thứ hai")
    rule(None, station=station, parameter="nh4_n", owner=station.owner)
    bring(ammonium, [0.9])
    bring(other, [0.8])
    Series.objects.filter(pk=ammonium.pk).update(valid_to=date(2026, 11, 19))
    alert_plan.forget()
    alerting.minute_round(later(minutes=6))
    bring(other, [0.1], first=later(minutes=10))
    assert Alert.objects.get().state == "ended"


def test_an_alert_nothing_speaks_to_any_more_waits_for_a_person(ammonium, an):
    rule(ammonium)
    bring(ammonium, [0.9])
    Series.objects.filter(pk=ammonium.pk).update(valid_to=date(2026, 11, 19))
    alert_plan.forget()
    alerting.minute_round(later(minutes=6))
    alert = Alert.objects.get()
    assert alert.state == "open"
    alert_verbs.end(alert_id=alert.pk, words="Máy đã tháo", by=an, at=later(minutes=7))
    alerting.minute_round(later(minutes=8))
    alert.refresh_from_db()
    assert (alert.state, alert.muted, deeds(alert)[-1]) == ("ended", False, "unwatched")


def test_a_rule_that_watches_something_else_now_ends_what_it_raised(station, ammonium, an, focal):
    cod = make.series(station, "cod")
    found = rule(None, station=station, parameter="nh4_n", owner=station.owner)
    bring(ammonium, [0.9])
    edited(found, focal, later(minutes=1), parameter="cod", high=10.0)
    first = Alert.objects.get()
    assert (first.state, first.ended_by, first.muted) == ("ended", focal, False)
    assert "Quy tắc đã sửa" in first.end_words
    Notice.objects.all().delete()
    bring(cod, [40.0])
    assert Alert.objects.filter(state="open").count() == 1
    assert Notice.objects.filter(officer=an).count() == 1


def test_another_limit_keeps_the_alert(ammonium, an, focal):
    found = rule(ammonium)
    bring(ammonium, [0.9])
    edited(found, focal, later(minutes=1), high=0.4)
    bring(ammonium, [0.8], first=later(minutes=5))
    assert (Alert.objects.get().state, Alert.objects.get().count) == ("open", 2)


# --- wrong clocks, broken rules --------------------------------------------------------------------------------------


def test_a_row_of_next_year_neither_rings_nor_deafens_the_rule(ammonium, an):
    rule(ammonium)
    bring(ammonium, [0.9], first=later(days=400), at=AT)
    assert Alert.objects.count() == 0
    bring(ammonium, [0.8], at=later(minutes=1))
    bring(ammonium, [0.1], first=later(minutes=5))
    assert Alert.objects.get().state == "ended"


def test_a_row_of_next_year_does_not_hide_silence(ammonium, an):
    rule(ammonium, kind=RuleKind.SILENCE, limit_source="", high=None, silence_minutes=120)
    bring(ammonium, [0.1], first=later(days=400), at=AT)
    alerting.minute_round(later(minutes=119))
    assert Alert.objects.count() == 0
    alerting.minute_round(later(minutes=121))
    assert Alert.objects.get().state == "open"


def test_one_rule_that_stumbles_does_not_silence_the_others(ammonium, an, monkeypatch):
    bad, good = rule(ammonium, name="Hỏng"), rule(ammonium, name="Lành")
    grow = alert_growth.grow

    def stumble(found, *args):
        if found.pk == bad.pk:
            raise RuntimeError("broken")
        return grow(found, *args)

    monkeypatch.setattr(alert_growth, "grow", stumble)
    bring(ammonium, [0.9])
    assert list(Alert.objects.values_list("rule", flat=True)) == [good.pk]
    assert Notice.objects.filter(officer=an).count() == 1


def test_one_alert_that_stumbles_does_not_stop_the_clocks_of_the_others(station, ammonium, an, head):
    bad = rule(ammonium, ladder=[{"after_minutes": 30, "to": "khong-co"}])
    good = rule(ammonium, ladder=[{"after_minutes": 30, "to": "office_head"}])
    bring(ammonium, [0.9])
    alerting.minute_round(later(minutes=31))
    assert Alert.objects.get(rule=good).climbed == 1
    assert Alert.objects.get(rule=bad).climbed == 0


# --- the form of a rule ----------------------------------------------------------------------------------------------

FORM = {
    "name": "Amoni", "kind": "level", "parameter": "nh4_n", "limit_source": "table1", "severity": "critical",
    "acknowledge_minutes": "30", "grace_minutes": "15", "min_values": "2", "hysteresis_percent": "5",
    "clear_minutes": "60", "max_age_hours": "72", "rate_direction": "both",
}  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        {"acknowledge_minutes": "99999999999"}, {"silence_minutes": "99999999999"}, {"hysteresis_percent": "95"},
        {"hysteresis_percent": "-5"}, {"ladder_1_minutes": "99999999999999999"},
        {"valid_from": "02/12/2026", "valid_to": "01/12/2026"},
    ],
)  # fmt: skip
def test_numbers_no_rule_can_hold_come_back_with_the_form(station, focal, client_of, change):
    sent = {**FORM, "place": f"station:{station.pk}", **change}
    assert client_of(focal).post("/song-ngoi/canh-bao/quy-tac/moi/", sent).status_code == 422
    assert AlertRule.objects.count() == 0


def test_opening_and_saving_a_rule_keeps_every_rung(station, focal, client_of):
    found = rule(None, station=station, parameter="nh4_n", ladder=ladder_as_rows(DEFAULT_LADDER))
    client = client_of(focal)
    form = client.get(f"/song-ngoi/canh-bao/quy-tac/{found.pk}/").context["form"]
    sent = {name: form[name].value() for name in form.fields}
    sent = {name: value for name, value in sent.items() if value is not None and value is not False}
    answer = client.post(f"/song-ngoi/canh-bao/quy-tac/{found.pk}/", sent)
    assert answer.status_code == 302, answer.context["form"].errors
    found.refresh_from_db()
    assert found.ladder == ladder_as_rows(DEFAULT_LADDER)


def test_a_number_comes_back_from_its_form_as_it_was(station, focal, client_of):
    found = rule(None, station=station, parameter="coliform", high=1_234_567.0)
    page = client_of(focal).get(f"/song-ngoi/canh-bao/quy-tac/{found.pk}/").content.decode()
    assert 'value="1234567"' in page


def test_a_rule_refuses_dates_that_run_backwards(station, focal):
    values = RuleValues(name="x", kind="level", station=station, parameter="nh4_n", limit_source="own", high=1.0,
                        valid_from=date(2026, 12, 2), valid_to=date(2026, 12, 1))  # fmt: skip
    with pytest.raises(BadRule):
        alert_rules.save_rule(values=values, by=focal, at=AT)


# --- on call ---------------------------------------------------------------------------------------------------------


def test_who_is_on_call_from_another_office_may_take_the_alert(ammonium, node, head, binh):
    alert_rules.put_on_call(
        office=node.water, officer=binh, starts_at=AT, ends_at=later(days=1), by=head, at=later(days=-1)
    )
    rule(ammonium)
    bring(ammonium, [0.9])
    alert = Alert.objects.get()
    assert incident_permissions.alert_handler(binh)(alert)
    assert alert_verbs.acknowledge(alert_id=alert.pk, by=binh, at=later(minutes=3)).state == "acknowledged"


def test_nobody_of_the_neighbour_is_put_on_call(node, head, chi, dung, auditor):
    for person in (chi, dung, auditor):
        with pytest.raises(BadRule):
            alert_rules.put_on_call(
                office=node.water, officer=person, starts_at=AT, ends_at=later(days=1), by=head, at=AT
            )


def test_an_officer_on_call_who_has_left_does_not_swallow_the_alert(ammonium, node, an, binh, head):
    alert_rules.put_on_call(
        office=node.water, officer=binh, starts_at=AT, ends_at=later(days=1), by=head, at=later(days=-1)
    )
    Appointment.objects.filter(officer=binh).update(valid_to=date(2026, 11, 19))
    rule(ammonium)
    bring(ammonium, [0.9])
    assert Notice.objects.filter(officer=an).count() == 1
