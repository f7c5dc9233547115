"""Reminding: one digest per person and day, in the page and by e-mail, never twice.

The row of ``Reminder`` with its unique key is written in the same transaction as the notice and the outbox line. What
crashes before the commit leaves nothing and is done again; what crashes after it is found done. The e-mail itself is
claimed in the outbox of the people room before it leaves.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from giapranh.kernel.clock import local_date
from giapranh.kernel.dates import format_date
from giapranh.kernel.errors import N_
from giapranh.kernel.text import nfc
from giapranh.people import access
from giapranh.people.models import Officer
from giapranh.people.services import notify, send_mail_once
from giapranh.programme import permissions
from giapranh.programme.models import Reminder, Snooze
from giapranh.programme.queries import owing
from giapranh.programme.rules.reminders import OCCASION_WORDS, Line, Occasion, decide, key_of
from giapranh.programme.rules.states import ReasonMissing
from giapranh.programme.services.dates import WrongDate
from giapranh.programme.services.records import happened, locked
from giapranh.programme.thresholds import today

IN_A_LETTER = 40  # lines of one letter; the rest is on the page


def send_reminders(at: datetime) -> int:
    """Give everybody their digest of the day; the number of people who got one now. Safe to run any number of times."""
    now = today(at)
    if not now.calendar.is_working(now.day):
        return 0
    duties = owing.duties(now.day, now.limits.reminders)
    digests = decide(duties, day=now.day, calendar=now.calendar, settings=now.limits.reminders)
    done = set(Reminder.objects.filter(day=now.day).values_list("officer_id", flat=True))
    waiting = Officer.objects.filter(pk__in=digests.keys() - done, is_active=True).order_by("pk")
    return sum(_give(officer, digests[officer.pk], now.day, at) for officer in waiting)


@transaction.atomic
def _give(officer: Officer, lines: list[Line], day: date, at: datetime) -> bool:
    """Claim the person's day, then tell them; both or neither."""
    _row, fresh = Reminder.objects.get_or_create(
        key=key_of(officer.pk, day),
        defaults={"officer": officer, "day": day, "lines": [_as_json(line) for line in lines], "created_at": at},
    )
    if not fresh:
        return False
    with override(officer.language or "vi"):
        subject = summary(lines)
        notify(officer, subject, "/", "reminder")
        send_mail_once(key_of(officer.pk, day), officer, subject, letter(officer, lines))
    return True


def summary(lines: list[Line]) -> str:
    """One sentence: how many of each."""
    counts: dict[Occasion, int] = defaultdict(int)
    for line in lines:
        counts[line.occasion] += 1
    said = [f"{_(OCCASION_WORDS[occasion]).lower()} {counts[occasion]}" for occasion in Occasion if counts[occasion]]
    return _("Nhắc việc: %(counts)s") % {"counts": ", ".join(said)}


def letter(officer: Officer, lines: list[Line]) -> str:
    """The text of the e-mail."""
    text = [_("Kính gửi %(name)s,") % {"name": officer.full_name}, ""]
    shown = lines[:IN_A_LETTER]
    for occasion in Occasion:
        mine = [line for line in shown if line.occasion is occasion]
        if mine:
            text += [_(OCCASION_WORDS[occasion]).upper(), *(f"- {_said(line)}" for line in mine), ""]
    if len(lines) > len(shown):
        more = len(lines) - len(shown)
        text += [ngettext("Còn %(count)s việc nữa trên trang.", "Còn %(count)s việc nữa trên trang.", more)
                 % {"count": more}, ""]  # fmt: skip
    text.append(_("Mở bàn việc: %(address)s") % {"address": settings.SITE_ADDRESS})
    return "\n".join(text)


def _said(line: Line) -> str:
    days = abs(line.days_left)
    if line.days_left < 0:
        when = ngettext("quá hạn %(n)s ngày làm việc", "quá hạn %(n)s ngày làm việc", days) % {"n": days}
    elif line.days_left == 0:
        when = _("hạn hôm nay")
    else:
        when = ngettext("còn %(n)s ngày làm việc", "còn %(n)s ngày làm việc", days) % {"n": days}
    return f"{line.title} ({format_date(line.due_on)}, {when}) {settings.SITE_ADDRESS}/viec/{line.task}/"


def _as_json(line: Line) -> dict[str, object]:
    return {**asdict(line), "due_on": line.due_on.isoformat()}


@transaction.atomic
def snooze(*, task_id: int, until: date, reason: str, by: Officer, at: datetime) -> Snooze:
    """Do not remind this person of this task until a day; the reason is kept and the task itself is not changed."""
    task = locked(task_id)
    permissions.check_can_see(by, task)
    access.check_may_write(by)
    if until < local_date(at):
        raise WrongDate(N_("Ngày %(day)s đã qua."), day=format_date(until))
    if not (words := nfc(reason).strip()):
        raise ReasonMissing(N_("Hãy ghi lý do tạm hoãn nhắc việc."))
    row, _made = Snooze.objects.update_or_create(
        task=task, officer=by, defaults={"until": until, "reason": words, "at": at}
    )
    happened(task, "snooze", by=by, at=at, note=f"{format_date(until)}: {words}")
    return row
