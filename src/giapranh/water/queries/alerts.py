"""What the pages of alerts show: what burns now and whose it is, one alert with its history, the rules, the bench."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from giapranh.kernel.clock import local_date
from giapranh.kernel.errors import N_
from giapranh.kernel.refs import RecordRef, Resolved
from giapranh.people import access
from giapranh.people.models import Officer
from giapranh.places.named import held_on
from giapranh.water import incident_permissions as permissions
from giapranh.water import incident_settings, words
from giapranh.water.incident_permissions import NoSuchAlert
from giapranh.water.models import Alert, AlertEvent, AlertRule, Incident, LimitSource, Notice, RuleKind, Series
from giapranh.water.queries import alert_words, incidents
from giapranh.water.queries.clocks import Clock, countdown
from giapranh.water.rules.alert_clocks import LADDER_WORDS, SEVERITY_WORDS, Severity
from giapranh.water.rules.alert_states import LEVELS, LIVE, STATE_WORDS, AlertState, Verdict
from giapranh.water.rules.incidents import IncidentState
from giapranh.water.rules.notices import NoticeState

RULE_KINDS: list[tuple[str, Any]] = list(RuleKind.choices)
LIMIT_SOURCES: list[tuple[str, Any]] = list(LimitSource.choices)
SEVERITIES: list[tuple[str, Any]] = [(key.value, gettext_lazy(word)) for key, word in SEVERITY_WORDS.items()]
LADDERS: list[tuple[str, Any]] = [(key.value, gettext_lazy(word)) for key, word in LADDER_WORDS.items()]
MOST = 100


@dataclass(frozen=True, slots=True)
class AlertLine:
    alert: Alert
    what: str
    clock: Clock
    severity: str
    tone: str
    age: str
    whose: str
    can_take: bool = False


def _rows() -> QuerySet[Alert]:
    return Alert.objects.select_related(
        "rule", "station", "owner", "assigned", "acknowledged_by", "ended_by", "station__watercourse"
    ).filter(opened_at__isnull=False)


def live_alerts() -> QuerySet[Alert]:
    """What burns now: the critical first, then what nobody has taken, then the oldest."""
    severity = Case(When(severity="critical", then=Value(0)), When(severity="warning", then=Value(1)), default=Value(2),
                    output_field=IntegerField())  # fmt: skip
    untaken = Case(When(state="open", then=Value(0)), default=Value(1), output_field=IntegerField())
    return _rows().filter(state__in=LIVE).order_by(severity, untaken, "opened_at", "pk")


def ended_alerts() -> QuerySet[Alert]:
    return _rows().filter(state=AlertState.ENDED).order_by("-ended_at", "-pk")


def alerts_between(start: datetime, end: datetime) -> QuerySet[Alert]:
    """Alerts that opened in a span of time."""
    return _rows().filter(opened_at__gte=start, opened_at__lt=end).order_by("opened_at", "pk")


def get_alert(user: Any, alert_id: int) -> Alert:
    permissions.check_can_see_alerts(user)
    found = _rows().filter(pk=alert_id).first()
    if found is None:
        raise NoSuchAlert(N_("Không có cảnh báo này."))
    return found


def line_of(alert: Alert, may: Callable[[Alert], bool], at: datetime) -> AlertLine:
    bad = alert.severity == Severity.CRITICAL or alert.level >= 3
    return AlertLine(
        alert=alert, what=alert_words.what_words(alert), clock=clock_of(alert, at),
        severity=_(SEVERITY_WORDS[Severity(alert.severity)]), tone="bad" if bad else "soon",
        age=words.age(alert.since, at), whose=whose(alert),
        can_take=alert.state == AlertState.OPEN and may(alert),
    )  # fmt: skip


def whose(alert: Alert) -> str:
    officer = alert.assigned or alert.acknowledged_by
    office = alert.owner.name if alert.owner else _("chưa rõ đơn vị")
    return f"{officer.full_name}, {office}" if officer else office


def clock_of(alert: Alert, at: datetime) -> Clock:
    if alert.state == AlertState.ENDED:
        word = _("Đã kết thúc") if alert.ended_by_id else _("Hết vượt, tự kết thúc")
        return Clock(word, "good", "check")
    if alert.state == AlertState.ACKNOWLEDGED:
        if alert.waiting_since:
            return Clock(_("Đã nhận; đang chờ số liệu mới"), "soon", "pause")
        return Clock(_("Đã nhận xử lý"), "accent", "check")
    if alert.acknowledge_by is None:
        return Clock(_("Chưa ai nhận"), "soon")
    return countdown(alert.acknowledge_by, at, _("để nhận"), _("Chưa ai nhận, quá"))


# --- the desk --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Desk:
    lines: Sequence[AlertLine]
    more: int
    notices: Sequence[Any]
    incidents: Sequence[Incident]
    quiet: int  # alerts a person ended while the water is still bad
    illustrative: bool


def desk(user: Any, at: datetime) -> Desk:
    permissions.check_can_see_alerts(user)
    rows, may = live_alerts(), permissions.alert_handler(user)
    found = list(rows[:MOST])
    total = rows.count() if len(found) == MOST else len(found)
    waiting = [incidents.notice_line(row, at) for row in incidents.waiting_notices()]
    open_ones = list(incidents.open_incidents()[:20])
    return Desk(
        lines=[line_of(row, may, at) for row in found], more=total - len(found), notices=waiting,
        incidents=open_ones, quiet=Alert.objects.filter(muted=True).count(),
        illustrative=any(row.illustrative for row in found) or any(each.illustrative for each in open_ones),
    )  # fmt: skip


# --- one alert -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AlertPage:
    alert: Alert
    line: AlertLine
    state_word: str
    level_word: str
    sentence: str
    events: Sequence[AlertEvent]
    incidents: Sequence[Incident]
    series: Sequence[Series]
    can: frozenset[str]


def alert_page(user: Any, alert_id: int, at: datetime) -> AlertPage:
    alert = get_alert(user, alert_id)
    watched = list(
        Series.objects.filter(station=alert.station, parameter__in=alert.parameters).select_related("station")
        if alert.parameters else Series.objects.none()
    )  # fmt: skip
    can: set[str] = set()
    if permissions.can_handle_alert(user, alert) and alert.state in LIVE:
        can |= {"end", "note", "assign"} | ({"acknowledge"} if alert.state == AlertState.OPEN else set())
    if permissions.can_report_incident(user) and alert.state in LIVE and not alert.incidents.exists():
        can.add("incident")
    return AlertPage(
        alert=alert, line=line_of(alert, permissions.alert_handler(user), at), state_word=_(STATE_WORDS[AlertState(alert.state)]),
        level_word=_(LEVELS[Verdict(max(alert.level, 1) + 1)]),
        sentence=alert_words.sentence(alert.rule, watched[0] if watched else None, local_date(at)),
        events=list(alert.events.select_related("by")), incidents=list(alert.incidents.all()), series=watched,
        can=frozenset(can),
    )  # fmt: skip


# --- rules -----------------------------------------------------------------------------------------------------------


def rules() -> QuerySet[AlertRule]:
    return AlertRule.objects.select_related(
        "owner", "station", "reach__watercourse", "series__station", "created_by"
    ).order_by("valid_to", "sort_key", "pk")


def get_rule(user: Any, rule_id: int) -> AlertRule:
    permissions.check_can_see_alerts(user)
    found = rules().filter(pk=rule_id).first()
    if found is None:
        raise NoSuchAlert(N_("Không có quy tắc cảnh báo này."))
    return found


def sentence_of(rule: AlertRule, at: datetime) -> str:
    """The rule as one sentence, with the limit of the day at one of the series it watches."""
    day = local_date(at)
    found = Series.objects.filter(held_on(day)).select_related("station")
    if rule.series_id is not None:
        found = found.filter(pk=rule.series_id)
    elif rule.station_id is not None:
        found = found.filter(station=rule.station_id, parameter=rule.parameter)
    elif rule.reach is not None:
        reach = rule.reach
        found = found.filter(
            station__watercourse=reach.watercourse_id, station__km__lte=reach.km_upper, station__km__gte=reach.km_lower,
            parameter=rule.parameter,
        )  # fmt: skip
    return alert_words.sentence(rule, found.order_by("pk").first(), day)


def holds(rule: AlertRule, at: datetime) -> bool:
    return rule.holds_on(local_date(at))


# --- the bench of one officer ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BenchLine:
    url: str
    text: str
    note: str
    bucket: str
    illustrative: bool


@dataclass(frozen=True, slots=True)
class Bench:
    owed: Sequence[BenchLine]
    waiting: Sequence[BenchLine]


def bench_of(user: Any, at: datetime) -> Bench:
    """What ``user`` owes (alerts of theirs that nobody ended, notices to acknowledge or to send) and waits for."""
    if not permissions.can_see_alerts(user) or not access.may_write(user):
        return Bench([], [])
    owed = [*_own_alerts(user, at), *_own_incidents(user, at), *_own_notices(user, at)]
    return Bench(owed, _awaited(user, at))


def _own_alerts(user: Officer, at: datetime) -> list[BenchLine]:
    offices = access.office_ids_below(user)
    mine = Q(assigned=user) | Q(assigned=None, owner__in=offices) | Q(acknowledged_by=user)
    return [
        BenchLine(
            f"/song-ngoi/canh-bao/{alert.pk}/", f"{alert.station.name}: {alert_words.what_words(alert)}",
            clock_of(alert, at).words, _bucket(alert.acknowledge_by, at, alert.state == AlertState.OPEN),
            alert.illustrative,
        )
        for alert in live_alerts().filter(mine)[:12]
    ]  # fmt: skip


def _bucket(due: datetime | None, at: datetime, running: bool) -> str:
    if not running or due is None:
        return ""
    return "overdue" if due < at else "nearly_due"


def _own_incidents(user: Officer, at: datetime) -> list[BenchLine]:
    """What somebody saw and no handler has judged yet; what is real and no neighbour was told of."""
    if not permissions.can_handle_incident(user):
        return []
    told = Notice.objects.filter(incident=OuterRef("pk"), incoming=False)
    rows = Incident.objects.filter(
        Q(state=IncidentState.SUSPECTED) | Q(~Exists(told), state=IncidentState.CONFIRMED), is_drill=False
    )
    return [line for row in rows.order_by("-created_at", "-pk")[:12] if (line := _incident_line(row, at))]


def _incident_line(row: Incident, at: datetime) -> BenchLine | None:
    url = f"/song-ngoi/su-co/{row.pk}/"
    if row.state == IncidentState.SUSPECTED:
        return BenchLine(url, str(row), _("Chờ xác nhận là thật hay báo động nhầm"), "nearly_due", row.illustrative)
    if row.confirmed_at is None or not incidents.first_notice_due(row):
        return None
    due = row.confirmed_at + incident_settings.first_notice_within()
    return BenchLine(url, str(row), incidents.clocks_of(row, at)[0].words, _bucket(due, at, True), row.illustrative)


def _own_notices(user: Officer, at: datetime) -> list[BenchLine]:
    rows = Notice.objects.select_related("incident")
    found = []
    if permissions.can_handle_incident(user):
        found += list(rows.filter(incoming=True, state=NoticeState.SENT).order_by("acknowledge_by")[:6])
    if permissions.can_send_notice(user):
        found += list(rows.filter(incoming=False, state=NoticeState.PREPARED).order_by("prepared_at")[:6])
    return [_notice_line(incidents.notice_line(row, at), at) for row in found]


def _awaited(user: Officer, at: datetime) -> list[BenchLine]:
    if not permissions.can_handle_incident(user):
        return []
    rows = Notice.objects.select_related("incident").filter(incoming=False, state=NoticeState.SENT)
    return [_notice_line(incidents.notice_line(row, at), at) for row in rows.order_by("acknowledge_by")[:12]]


def _notice_line(line: Any, at: datetime) -> BenchLine:
    notice = line.notice
    running = notice.state == NoticeState.SENT
    return BenchLine(
        f"/song-ngoi/thong-bao/{notice.pk}/", line.title, line.clock.words,
        _bucket(notice.acknowledge_by, at, running), notice.illustrative,
    )  # fmt: skip


# --- references ------------------------------------------------------------------------------------------------------


def resolve_alert(ref: RecordRef) -> Resolved | None:
    if ref.node or not ref.id.isdecimal() or len(ref.id) > 18:
        return None
    alert = _rows().filter(pk=int(ref.id)).first()
    return Resolved(alert_words.headline(alert), f"/song-ngoi/canh-bao/{alert.pk}/") if alert else None
