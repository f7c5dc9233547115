"""Random stories: late, doubled and missing rows, nights, people who leave, rules edited, stations retired, restarts.

After every step the promises of an alert must hold, whatever happened before.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from random import Random
from typing import Any

import pytest
from django.db.models import Count, Q
from tests.factories import water as make
from tests.factories.alerts import AT, rule
from tests.factories.people import make_officer
from tests.water.alerts.conftest import bring

from giapranh.kernel.clock import local_date
from giapranh.people.models import Officer
from giapranh.water.models import Alert, AlertEvent, AlertRule, Observation, RuleKind, Series
from giapranh.water.rules.alert_clocks import Quiet, ladder_as_rows, ladder_from
from giapranh.water.rules.alert_states import LIVE
from giapranh.water.services import alert_plan, alert_rules, alert_verbs, alerting
from giapranh.water.services.alert_rules import RuleValues

pytestmark = pytest.mark.django_db

STEP = timedelta(minutes=5)
NIGHT = (time(22, 0), time(6, 0))


@dataclass
class Story:
    random: Random
    node: Any
    people: list[Officer]
    series: list[Series]
    at: datetime = AT
    water: dict[int, float] = field(default_factory=dict)
    kept: list[tuple[Series, datetime, float]] = field(default_factory=list)  # files that come later
    sent: list[tuple[Series, datetime, float]] = field(default_factory=list)
    newest: dict[int, list[tuple[datetime, float]]] = field(default_factory=dict)  # as arrived in order


def _level(story: Story, **fields: Any) -> AlertRule:
    r = story.random
    base: dict[str, Any] = {
        "grace_minutes": r.choice([0, 10, 30]), "min_values": r.choice([1, 2]), "clear_minutes": r.choice([0, 15, 60]),
        "severity": r.choice(["info", "warning", "critical"]), "ladder": ladder_as_rows(alert_rules.DEFAULT_LADDER),
        "owner": r.choice([story.node.water, None]),
    }  # fmt: skip
    if r.random() < 0.6:
        base["quiet_from"], base["quiet_to"] = NIGHT
    return rule(None, **{**base, **fields})


@pytest.fixture
def story(request, node, thuong, an, binh, head, focal, leader) -> Story:
    random = Random(request.param)
    owners = [node.water, None, node.neighbour]
    stations = [
        make.station(thuong, 95.0 - n, name=f"Trạm {n}", owner=owner) for n, owner in enumerate(owners)
    ]  # fmt: skip
    series = [make.series(one, "nh4_n") for one in stations]
    series.append(make.series(stations[0], "nh4_n", name="Máy thứ hai"))
    spare = [make_officer(f"Người {n}", username=f"nguoi{n}", office=node.water) for n in range(2)]
    made = Story(random, node, [an, binh, head, focal, leader, *spare], series)
    made.water = {one.pk: 0.15 for one in series}
    _level(made, station=stations[0], parameter="nh4_n")
    _level(made, station=stations[1], parameter="nh4_n", with_preparing=True)
    _level(made, reach=make.reach(thuong, 96, 80), parameter="nh4_n", high=0.4, name="Cả đoạn")
    _level(made, series=series[3], high=0.25, name="Máy thứ hai", severity="critical")
    rule(None, station=stations[1], kind=RuleKind.SILENCE, limit_source="", high=None, silence_minutes=30,
         clear_minutes=10, name="Im lặng", ladder=ladder_as_rows(alert_rules.DEFAULT_LADDER))  # fmt: skip
    rule(None, station=stations[2], kind=RuleKind.RATE, limit_source="", high=None, per_hour=3.0, parameter="nh4_n",
         clear_minutes=30, name="Nhanh")  # fmt: skip
    return made


# --- what may happen -------------------------------------------------------------------------------------------------


def flow(story: Story) -> None:
    """A stretch of water; some files are kept back, some come twice, some never."""
    r = story.random
    for _n in range(r.choice([1, 2, 6])):
        story.at += STEP
        for one in story.series:
            pull = r.choice([0.15, 0.3, 0.6]) if r.random() < 0.2 else story.water[one.pk]
            story.water[one.pk] = max(0.01, story.water[one.pk] + 0.5 * (pull - story.water[one.pk]) + r.gauss(0, 0.04))
            row = (one, story.at, round(story.water[one.pk], 4))
            luck = r.random()
            if luck < 0.06:
                continue
            if luck < 0.15:
                story.kept.append(row)
                continue
            _send(story, row)
            if luck > 0.95:
                _send(story, row)


def _send(story: Story, row: tuple[Series, datetime, float]) -> None:
    one, when, value = row
    bring(one, [value], first=when, at=story.at + timedelta(seconds=20))
    rows = story.newest.setdefault(one.pk, [])
    if not rows or when > rows[-1][0]:
        rows.append((when, value))
    else:
        rows.clear()  # after late rows the story begins anew
        rows.append((max(when, story.at), value))


def late(story: Story) -> None:
    story.random.shuffle(story.kept)
    for row in story.kept[:5]:
        bring(row[0], [row[2]], first=row[1], at=story.at + timedelta(seconds=25))
        story.newest[row[0].pk] = []
    story.kept = story.kept[5:]


def outage(story: Story) -> None:
    story.at += timedelta(minutes=story.random.choice([40, 200, 700]))
    for rows in story.newest.values():
        rows.clear()


def act(story: Story) -> None:
    """Somebody who may takes an alert, or ends it."""
    alert = Alert.objects.filter(state__in=LIVE, opened_at__isnull=False).order_by("?").first()
    if alert is None:
        return
    by = next(each for each in story.people if each.username == "daumoi")
    if story.random.random() < 0.5 and alert.state == "open":
        alert_verbs.acknowledge(alert_id=alert.pk, by=by, at=story.at)
    else:
        alert_verbs.end(alert_id=alert.pk, words="xong", by=by, at=story.at)


def people(story: Story) -> None:
    """Somebody leaves, comes back, or goes on call."""
    one = story.random.choice([each for each in story.people if each.username != "daumoi"])
    one.is_active = not one.is_active
    one.save(update_fields=["is_active"])
    one = story.random.choice(story.people)
    if one.is_active and story.random.random() < 0.5:
        by = next(each for each in story.people if each.username == "daumoi")
        alert_rules.put_on_call(
            office=story.node.water, officer=one, starts_at=story.at,
            ends_at=story.at + timedelta(hours=story.random.choice([1, 12])), by=by, at=story.at,
        )  # fmt: skip


def edit(story: Story) -> None:
    """A rule is changed as its page does it."""
    found = story.random.choice(list(AlertRule.objects.filter(kind=RuleKind.LEVEL)))
    values = {name: getattr(found, name) for name in RuleValues.__slots__}
    values["ladder"] = ladder_from(found.ladder)
    values["high"] = story.random.choice([0.25, 0.3, 0.4])
    values["severity"] = story.random.choice(["info", "warning", "critical"])
    values["quiet_from"], values["quiet_to"] = story.random.choice([NIGHT, (None, None)])
    by = next(each for each in story.people if each.username == "daumoi")
    alert_rules.save_rule(values=RuleValues(**values), rule_id=found.pk, by=by, at=story.at)
    for rows in story.newest.values():
        rows.clear()


def retire(story: Story) -> None:
    """A device is taken out; the station goes on with the other."""
    story.series[3].refresh_from_db()
    if story.series[3].valid_to is None and story.random.random() < 0.3:
        Series.objects.filter(pk=story.series[3].pk).update(valid_to=local_date(story.at) - timedelta(days=1))
        alert_plan.forget()


def minute(story: Story) -> None:
    story.at += timedelta(minutes=story.random.choice([0, 1, 1, 5, 31, 61]))
    alerting.minute_round(story.at)
    if story.random.random() < 0.3:
        alerting.minute_round(story.at)  # two workers


def restart(story: Story) -> None:
    alert_plan.forget()


STEPS = (flow, flow, flow, flow, minute, minute, late, outage, act, people, edit, retire, restart)


# --- what must hold --------------------------------------------------------------------------------------------------


def check(story: Story) -> None:
    assert not Alert.objects.filter(state__in=LIVE).values("rule", "station").annotate(n=Count("pk")).filter(n__gt=1)
    opened = Alert.objects.filter(opened_at__isnull=False)
    assert not opened.filter(Q(owner=None) | Q(acknowledge_by=None))
    assert not opened.filter(owner=story.node.neighbour)
    assert not opened.filter(state="ended", ended_by=None).exclude(events__what="cleared")
    for event in AlertEvent.objects.filter(what__in=["told", "climbed"]):
        assert event.data["to"], event.what
    told = AlertEvent.objects.filter(what="told").values("alert").annotate(n=Count("pk"))
    assert not told.filter(n__gt=3)
    assert not AlertEvent.objects.filter(what="climbed").values("alert").annotate(n=Count("pk")).filter(n__gt=3)
    _ended_by_rule_only_when_calm()
    _what_burns_has_an_alert(story)


def _ended_by_rule_only_when_calm() -> None:
    for alert in Alert.objects.filter(state="ended", ended_by=None, rule__kind=RuleKind.LEVEL):
        told_it = Observation.objects.filter(
            series__station=alert.station, arrived=alert.ended_at, value__lte=0.4
        ).exclude(flag__in=[4, 9])  # fmt: skip
        assert told_it.exists()


def _what_burns_has_an_alert(story: Story) -> None:
    day = local_date(story.at)
    for found in AlertRule.objects.filter(kind=RuleKind.LEVEL).select_related("series", "station", "reach"):
        for one in alert_plan.series_of(found, day):
            rows = story.newest.get(one.pk, [])
            burning = []
            for row in reversed(rows):
                if row[1] <= (found.high or 0) * 1.0001:
                    break
                burning.append(row)
            good = Observation.objects.filter(series=one, time__in=[row[0] for row in burning]).exclude(flag=4)
            times = sorted(good.values_list("time", flat=True))
            if len(times) < found.min_values or times[-1] - times[0] < timedelta(minutes=found.grace_minutes):
                continue
            alive = Alert.objects.filter(Q(state__in=["open", "acknowledged"]) | Q(muted=True), rule=found,
                                         station=one.station)  # fmt: skip
            assert alive.exists(), (found.name, one.name, burning)


def check_bell(story: Story) -> None:
    """After a round: quiet hours kept what they may, and nothing else; the ladder was climbed."""
    for alert in Alert.objects.filter(state="open", opened_at__isnull=False).select_related("rule"):
        quiet = Quiet(alert.rule.quiet_from, alert.rule.quiet_to)
        if alert.severity == "critical" or not quiet.covers(story.at):
            assert alert.tell_at is None, "nobody heard of it"
            assert alert.told_at is not None
        if alert.severity == "critical":
            quiet = Quiet()
        if alert.told_at is not None and not quiet.covers(story.at):
            waited = quiet.awake(alert.told_at, story.at)
            due = [rung for rung in ladder_from(alert.rule.ladder) if waited >= timedelta(minutes=rung.after_minutes)]
            assert alert.climbed >= len(due)


def check_nights() -> None:
    """In the quiet of its rule only what is critical rang (rules whose quiet was never edited)."""
    for event in AlertEvent.objects.filter(what__in=["told", "climbed"]).select_related("alert__rule"):
        found = event.alert.rule
        if event.alert.severity != "critical":
            assert not Quiet(found.quiet_from, found.quiet_to).covers(event.at), event.what


@pytest.mark.parametrize("story", range(3), indirect=True)
def test_whatever_happens_the_promises_hold(story):
    for _n in range(50):
        step = story.random.choice(STEPS)
        step(story)
        check(story)
        if step is minute:
            check_bell(story)


@pytest.mark.parametrize("story", [100], indirect=True)
def test_nights_stay_quiet_save_for_what_is_critical(story):
    for _n in range(50):
        step = story.random.choice([each for each in STEPS if each is not edit])
        step(story)
        check(story)
    check_nights()
