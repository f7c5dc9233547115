"""Making, changing and ending alert rules; who is on call."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from giapranh.kernel.clock import local_date
from giapranh.kernel.errors import N_, BadInput, NotFound
from giapranh.kernel.text import nfc, one_line
from giapranh.people import access
from giapranh.people.audit import audit
from giapranh.people.models import Office, Officer
from giapranh.water import incident_permissions as permissions
from giapranh.water.models import Alert, AlertRule, LimitSource, OnCall, Reach, RuleKind, Series, Station
from giapranh.water.rules.alert_clocks import (
    DEFAULT_LADDER,
    Quiet,
    Rung,
    Severity,
    ladder_as_rows,
    ladder_from,
    tell_at,
)
from giapranh.water.rules.alert_states import LIVE, AlertState, AlertVerb, move
from giapranh.water.services import alert_plan, neighbour_news
from giapranh.water.services.alert_growth import happened

RULE_CHANGED = N_("Quy tắc đã sửa để theo dõi thông số hoặc nơi khác.")


class BadRule(BadInput):
    code = "bad_rule"


class NoSuchRule(NotFound):
    code = "no_such_rule"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleValues:
    """What a person may choose of a rule. Exactly one of series, station, reach."""

    name: str
    kind: str
    series: Series | None = None
    station: Station | None = None
    reach: Reach | None = None
    parameter: str = ""
    limit_source: str = ""
    class_code: str = ""
    low: float | None = None
    high: float | None = None
    clear_value: float | None = None
    hysteresis_percent: float = 5
    with_tendency: bool = False
    with_preparing: bool = False
    per_hour: float | None = None
    rate_direction: str = "both"
    wqi_at_most: int | None = None
    silence_minutes: int | None = None
    grace_minutes: int = 0
    min_values: int = 1
    clear_minutes: int = 60
    max_age_hours: int = 72
    severity: str = Severity.WARNING.value
    owner: Office | None = None
    acknowledge_minutes: int = 60
    quiet_from: time | None = None
    quiet_to: time | None = None
    ladder: tuple[Rung, ...] = field(default=DEFAULT_LADDER)
    note: str = ""
    valid_from: date | None = None
    valid_to: date | None = None


def save_rule(*, values: RuleValues, by: Officer, at: datetime, rule_id: int | None = None) -> AlertRule:
    """A new rule, or a change of one. Alerts that live go on under the rule as it is now.

    A rule that watches something else now is another rule: what it raised before ends with the change.
    """
    permissions.check_can_set_rules(by)
    _check(values)
    with transaction.atomic():
        raised = _raised(rule_id)  # locked before the rule, as an arrival does
        rule = _rule(rule_id) if rule_id is not None else AlertRule(created_by=by, created_at=at)
        before = _watched(rule)
        for name in RuleValues.__slots__:
            setattr(rule, name, getattr(values, name))
        rule.ladder = ladder_as_rows(ladder_from(ladder_as_rows(values.ladder)))
        rule.name, rule.note = one_line(values.name), nfc(values.note).strip()
        rule.illustrative = bool(_place(values).illustrative)
        rule.save()
        for alert in raised:
            if _watched(rule) == before:
                _follow(alert, rule, at)
            else:
                _end_raised(alert, by, at)
        audit("alert_rule.saved", "alert_rule", rule.pk, by, at, name=rule.name, kind=rule.kind)
        transaction.on_commit(alert_plan.forget)
    alert_plan.forget()
    return rule


def _raised(rule_id: int | None) -> list[Alert]:
    """What a rule has raised and still holds, locked."""
    if rule_id is None:
        return []
    rows = Alert.objects.select_for_update().filter(Q(state__in=LIVE) | Q(muted=True), rule=rule_id)
    return list(rows.order_by("pk"))


def _watched(rule: AlertRule) -> tuple[Any, ...]:
    return rule.kind, rule.series_id, rule.station_id, rule.reach_id, rule.parameter


def _follow(alert: Alert, rule: AlertRule, at: datetime) -> None:
    """Severity and quiet hours of the rule hold at once: what became critical must not wait for the morning."""
    alert.severity = rule.severity
    if alert.tell_at is not None:
        quiet = Quiet(rule.quiet_from, rule.quiet_to)
        alert.tell_at = min(alert.tell_at, tell_at(at, Severity(rule.severity), quiet))
    alert.save(update_fields=["severity", "tell_at"])


def _end_raised(alert: Alert, by: Officer, at: datetime) -> None:
    if alert.opened_at is None:
        alert.delete()  # nobody was told of it
        return
    if alert.state in LIVE:
        alert.state, alert.tell_at = move(AlertState(alert.state), AlertVerb.END), None
        alert.ended_at, alert.ended_by, alert.end_words = at, by, RULE_CHANGED
        happened(alert, "ended", at, by=by, words=RULE_CHANGED)
        neighbour_news.changed("water-alert", alert.uid, at)
    alert.muted = False
    alert.save()


def end_rule(*, rule_id: int, by: Officer, at: datetime) -> AlertRule:
    """From tomorrow the rule watches no more; its alerts and history stay."""
    permissions.check_can_set_rules(by)
    with transaction.atomic():
        rule = _rule(rule_id)
        day = local_date(at)
        rule.valid_to = day if rule.valid_from is None or rule.valid_from <= day else rule.valid_from
        rule.save(update_fields=["valid_to"])
        audit("alert_rule.ended", "alert_rule", rule.pk, by, at, on=rule.valid_to.isoformat())
        transaction.on_commit(alert_plan.forget)
    return rule


def _rule(rule_id: int) -> AlertRule:
    rule = AlertRule.objects.select_for_update().filter(pk=rule_id).first()
    if rule is None:
        raise NoSuchRule(N_("Không có quy tắc cảnh báo này."))
    return rule


def _place(values: RuleValues) -> Any:
    return values.series or values.station or values.reach


def _check(values: RuleValues) -> None:
    if not one_line(values.name):
        raise BadRule(N_("Quy tắc cần có tên."))
    if sum(each is not None for each in (values.series, values.station, values.reach)) != 1:
        raise BadRule(N_("Chọn một nơi: một chuỗi số liệu, một trạm hoặc một đoạn sông."))
    if values.kind == RuleKind.LEVEL:
        _check_level(values)
    if values.kind == RuleKind.RATE and not (values.per_hour and values.per_hour > 0):
        raise BadRule(N_("Ghi mức thay đổi mỗi giờ, lớn hơn 0."))
    if values.kind == RuleKind.WQI and not (values.wqi_at_most and 10 <= values.wqi_at_most <= 90):
        raise BadRule(N_("Ghi VN_WQI từ 10 đến 90; cảnh báo khi bằng hoặc thấp hơn."))
    if values.kind in (RuleKind.LEVEL, RuleKind.RATE) and values.series is None and not values.parameter:
        raise BadRule(N_("Chọn thông số cần theo dõi."))
    if values.silence_minutes is not None and values.silence_minutes < 1:
        raise BadRule(N_("Số phút im lặng phải lớn hơn 0."))
    if not 0 <= values.hysteresis_percent <= 90:
        raise BadRule(N_("Khoảng đệm phải từ 0 đến 90 %."))
    if values.valid_from and values.valid_to and values.valid_to < values.valid_from:
        raise BadRule(N_("Ngày hết hiệu lực trước ngày bắt đầu."))
    if (values.quiet_from is None) != (values.quiet_to is None):
        raise BadRule(N_("Giờ yên lặng cần cả giờ bắt đầu và giờ kết thúc."))


def _check_level(values: RuleValues) -> None:
    if values.limit_source not in LimitSource.values:
        raise BadRule(N_("Chọn giới hạn: số tự đặt, quy chuẩn hoặc mức mà đoạn sông phải đạt."))
    if values.limit_source == LimitSource.CLASS and not values.class_code:
        raise BadRule(N_("Chọn mức của quy chuẩn, như B."))
    if values.limit_source != LimitSource.OWN:
        return
    if values.low is None and values.high is None:
        raise BadRule(N_("Ghi ít nhất một số: không thấp hơn, hoặc không cao hơn."))
    if values.low is not None and values.high is not None and values.low >= values.high:
        raise BadRule(N_("Số “không thấp hơn” phải nhỏ hơn số “không cao hơn”."))


# --- on call ---------------------------------------------------------------------------------------------------------

LONGEST_DUTY = timedelta(days=62)


def put_on_call(
    *, office: Office, officer: Officer, starts_at: datetime, ends_at: datetime, by: Officer, at: datetime,
    note: str = "",
) -> OnCall:  # fmt: skip
    permissions.check_can_set_rules(by)
    if not (access.works_here(officer) and access.may_write(officer)):
        raise BadRule(
            N_("%(officer)s không làm việc ở cơ quan này nên không nhận được cảnh báo."), officer=officer.full_name
        )
    if ends_at <= starts_at:
        raise BadRule(N_("Ca trực phải kết thúc sau khi bắt đầu."))
    if ends_at - starts_at > LONGEST_DUTY:
        raise BadRule(N_("Một ca trực không dài quá 62 ngày. Hãy chia thành nhiều ca."))
    with transaction.atomic():
        row = OnCall.objects.create(
            office=office, officer=officer, starts_at=starts_at, ends_at=ends_at, note=one_line(note)[:200]
        )
        audit("on_call.added", "on_call", row.pk, by, at, officer=officer.pk, office=office.pk)
    return row


def take_off_call(*, row_id: int, by: Officer, at: datetime) -> None:
    permissions.check_can_set_rules(by)
    with transaction.atomic():
        row = OnCall.objects.filter(pk=row_id).first()
        if row is None:
            return
        audit("on_call.removed", "on_call", row.pk, by, at, officer=row.officer_id, office=row.office_id)
        row.delete()
