"""Telling people of alerts: a line under the bell and an e-mail, each once; higher up when nobody answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from giapranh.kernel.clock import local_date
from giapranh.people.models import Officer
from giapranh.people.roles import Role
from giapranh.people.services import notify, send_mail_once
from giapranh.water.models import Alert
from giapranh.water.queries import on_call
from giapranh.water.queries.alert_words import headline
from giapranh.water.rules.alert_clocks import (
    LADDER_WORDS,
    NEVER_QUIET,
    Ladder,
    Quiet,
    Rung,
    Severity,
    ladder_from,
    reminder_due,
    rungs_due,
)
from giapranh.water.rules.alert_states import LIVE, AlertState
from giapranh.water.services.alert_growth import happened

KIND = "water-alert"
INSTEAD = {
    Ladder.OFFICE_HEAD: (Ladder.OFFICE_HEAD, Ladder.FOCAL_OFFICER, Ladder.LEADER),
    Ladder.FOCAL_OFFICER: (Ladder.FOCAL_OFFICER, Ladder.LEADER, Ladder.OFFICE_HEAD),
    Ladder.LEADER: (Ladder.LEADER, Ladder.FOCAL_OFFICER, Ladder.OFFICE_HEAD),
}


def tell_now(alerts: Iterable[Alert], at: datetime) -> int:
    """Tell of every alert whose time has come and whose level was not told yet. The rows are locked by the caller."""
    return sum(_tell(alert, at) for alert in alerts)


def _tell(alert: Alert, at: datetime) -> bool:
    if alert.tell_at is None or alert.tell_at > at or alert.state not in LIVE:
        return False
    told = on_call.who_hears(alert.owner, at)
    if alert.acknowledged_by is not None and alert.acknowledged_by not in told:
        told = [alert.acknowledged_by, *told]
    _send(alert, told, f"alert:{alert.pk}:level:{alert.level}", at)
    if alert.told_at is None:
        alert.told_at = at
    alert.tell_at, alert.told_level = None, alert.level
    happened(alert, "told", at, data={"to": [officer.full_name for officer in told], "level": alert.level})
    alert.save(update_fields=["tell_at", "told_at", "told_level"])
    return True


def climb(alert: Alert, at: datetime) -> int:
    """Tell those above, rung by rung, while nobody has taken the alert."""
    if alert.state != AlertState.OPEN:
        return 0
    rungs = ladder_from(alert.rule.ladder)
    due = rungs_due(rungs, told_at=alert.told_at, climbed=alert.climbed, at=at, quiet=_quiet(alert))
    for number, rung in due:
        told = _above(rung, alert, at)
        _send(alert, told, f"alert:{alert.pk}:rung:{number}", at, higher=True)
        happened(alert, "climbed", at, words=str(LADDER_WORDS[rung.to]), data={"to": [each.full_name for each in told]})
        alert.climbed = number
        alert.save(update_fields=["climbed"])
    return len(due)


def _quiet(alert: Alert) -> Quiet:
    """What is critical knows no quiet hours."""
    if alert.severity == Severity.CRITICAL:
        return NEVER_QUIET
    return Quiet(alert.rule.quiet_from, alert.rule.quiet_to)


def _above(rung: Rung, alert: Alert, at: datetime) -> list[Officer]:
    """Who holds the post of a rung; while it is vacant the next post that is not. Never nobody."""
    day = local_date(at)
    for post in INSTEAD[rung.to]:
        if found := _holders(post, alert, day):
            return found
    return on_call.who_hears(alert.owner, at)


def _holders(post: Ladder, alert: Alert, day: date) -> list[Officer]:
    if post == Ladder.OFFICE_HEAD:
        return on_call.with_role(Role.OFFICE_HEAD, day, alert.owner) if alert.owner is not None else []
    return on_call.with_role(Role(post.value), day)


def remind(alert: Alert, at: datetime) -> bool:
    """Once a day, whoever took an alert that still lives."""
    if alert.state != AlertState.ACKNOWLEDGED or alert.acknowledged_by is None:
        return False
    if not reminder_due(acknowledged_at=alert.acknowledged_at, reminded_at=alert.reminded_at, at=at):
        return False
    if _quiet(alert).covers(at):
        return False
    whose = alert.assigned or alert.acknowledged_by
    told = [whose] if whose.is_active else on_call.who_hears(alert.owner, at)
    _send(alert, told, f"alert:{alert.pk}:remind:{local_date(at)}", at)
    alert.reminded_at = at
    alert.save(update_fields=["reminded_at"])
    return True


def _send(alert: Alert, officers: Sequence[Officer], key: str, at: datetime, *, higher: bool = False) -> None:
    for officer in officers:
        with override(officer.language or "vi"):
            line = headline(alert)
            if higher:
                line = _("Chưa ai nhận: %(alert)s") % {"alert": line}
            notify(officer, line, f"/song-ngoi/canh-bao/{alert.pk}/", KIND)
            send_mail_once(f"{key}:{officer.pk}", officer, line, _letter(alert, officer))


def _letter(alert: Alert, officer: Officer) -> str:
    return "\n".join([
        _("Kính gửi %(name)s,") % {"name": officer.full_name}, "", headline(alert), "",
        _("Mở cảnh báo, nhận xử lý: %(address)s") % {
            "address": f"{settings.SITE_ADDRESS}/song-ngoi/canh-bao/{alert.pk}/"
        },
    ])  # fmt: skip
