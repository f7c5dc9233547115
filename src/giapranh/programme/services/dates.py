"""Due dates that change: proposals and their acceptance, extensions asked before the date. Both dates are kept."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction

from giapranh.kernel.clock import local_date
from giapranh.kernel.errors import N_, BadInput, Conflict, NotFound
from giapranh.kernel.text import nfc
from giapranh.people.models import Officer
from giapranh.programme import permissions
from giapranh.programme.models import Extension, ExtensionDecision, Role, Task
from giapranh.programme.rules.due_dates import DueKind, part_due
from giapranh.programme.rules.states import PART_OWED, RUNNING, ReasonMissing
from giapranh.programme.services.records import happened, lead_of, locked, tell_givers, tell_office
from giapranh.programme.thresholds import today


class TooLate(Conflict):
    code = "extension_too_late"


class WrongDate(BadInput):
    code = "wrong_date"


class NoDate(Conflict):
    code = "no_due_date"


class AlreadyAsked(Conflict):
    code = "extension_already_asked"


class NoSuchExtension(NotFound):
    code = "no_such_extension"


@transaction.atomic
def ask_extension(*, task_id: int, to_on: date, reason: str, by: Officer, at: datetime) -> Extension:
    """The lead asks for a later date, on or before the present one."""
    task = locked(task_id)
    permissions.check_can_work(by, task)
    _check_running(task)
    if task.due_on is None:
        raise NoDate(N_("Việc không có hạn nên không cần gia hạn."))
    day = local_date(at)
    if day > task.due_on:
        raise TooLate(N_("Hạn %(due)s đã qua. Gia hạn phải xin trước hạn."), due=f"{task.due_on:%d/%m/%Y}")
    if to_on <= task.due_on:
        raise WrongDate(N_("Ngày xin gia hạn phải sau hạn hiện nay (%(due)s)."), due=f"{task.due_on:%d/%m/%Y}")
    if not (words := nfc(reason).strip()):
        raise ReasonMissing(N_("Hãy ghi lý do xin gia hạn."))
    try:
        with transaction.atomic():
            extension = Extension.objects.create(
                task=task, from_on=task.due_on, to_on=to_on, reason=words, asked_by=by, asked_at=at, asked_on=day
            )
    except IntegrityError as error:
        raise AlreadyAsked(N_("Đã có một đề nghị gia hạn đang chờ quyết định.")) from error
    happened(task, "ask_extension", by=by, at=at, note=f"{to_on:%d/%m/%Y}: {words}")
    tell_givers(N_("Xin gia hạn: %(task)s"), task, besides=by)
    return extension


@transaction.atomic
def decide_extension(*, extension_id: int, granted: bool, by: Officer, at: datetime, note: str = "") -> Extension:
    """The giver grants or refuses. Granted, the task has a new date and keeps the first one beside it."""
    asked = Extension.objects.filter(pk=extension_id).first()
    if asked is None:
        raise NoSuchExtension(N_("Không có đề nghị gia hạn này."))
    task = locked(asked.task_id)
    extension = Extension.objects.select_for_update().get(pk=extension_id)
    permissions.check_can_give(by, task.programme)
    if extension.asked_by_id == by.pk:
        raise permissions.OwnWork(N_("Bạn đã xin gia hạn việc này nên người khác phải quyết định."))
    if extension.decision != ExtensionDecision.WAITING:
        raise AlreadyAsked(N_("Đề nghị gia hạn này đã được quyết định."))
    extension.decision = ExtensionDecision.GRANTED if granted else ExtensionDecision.REFUSED
    extension.decided_by, extension.decided_at, extension.decision_note = by, at, nfc(note).strip()
    extension.save()
    if granted:
        _check_running(task)
        _set_due(task, extension.to_on, DueKind.GIVEN, "", at)
    verb = "extension_granted" if granted else "extension_refused"
    happened(task, verb, by=by, at=at, note=f"{extension.to_on:%d/%m/%Y}. {extension.decision_note}".strip())
    answer = N_("Được gia hạn: %(task)s") if granted else N_("Không được gia hạn: %(task)s")
    tell_office(lead_of(task).office, answer, task, besides=by)
    return extension


@transaction.atomic
def propose_due(*, task_id: int, on: date, by: Officer, at: datetime, rule: str = "") -> Task:
    """Put a proposal in the place of no date or of another proposal."""
    task = locked(task_id)
    if not permissions.can_give(by, task.programme):
        permissions.check_can_work(by, task)
    _check_running(task)
    if task.due_kind == DueKind.GIVEN:
        raise WrongDate(N_("Việc đã có hạn chính thức. Hãy xin gia hạn."))
    _check_not_past(on, at)
    _set_due(task, on, DueKind.PROPOSED, rule or f"{by} đề xuất", at)
    happened(task, "propose_due", by=by, at=at, note=f"{on:%d/%m/%Y}")
    return task


@transaction.atomic
def accept_due(*, task_id: int, by: Officer, at: datetime, on: date | None = None) -> Task:
    """The giver makes the proposal, or another day, the date that holds."""
    task = locked(task_id)
    permissions.check_can_give(by, task.programme)
    _check_running(task)
    day = on or task.due_on
    if day is None:
        raise NoDate(N_("Chưa có ngày nào để chấp nhận. Hãy chọn ngày."))
    if on is not None:
        _check_not_past(on, at)
    _set_due(task, day, DueKind.GIVEN, task.due_rule if day == task.due_on else "", at)
    happened(task, "accept_due", by=by, at=at, note=f"{day:%d/%m/%Y}")
    return task


def _set_due(task: Task, on: date, kind: DueKind, rule: str, at: datetime) -> None:
    """The first date a task ever had stays in ``original_due_on``; parts still owed move with the lead."""
    now = today(at)
    if task.original_due_on is None:
        task.original_due_on = on
    moved = on != task.due_on
    task.due_on, task.due_kind, task.due_rule = on, kind, rule[:250]
    task.save(update_fields=["due_on", "due_kind", "due_rule", "original_due_on"])
    lead = lead_of(task)
    lead.due_on, lead.due_kind, lead.due_rule = on, kind, task.due_rule
    lead.save(update_fields=["due_on", "due_kind", "due_rule"])
    if not moved:
        return
    owed = task.parts.filter(role=Role.COORDINATING, state__in=PART_OWED)
    before = now.limits.part_days_before_lead
    new = part_due(on, day=now.day, working_days_before=before, calendar=now.calendar)
    owed.exclude(due_kind=DueKind.GIVEN).update(due_on=new, due_kind=DueKind.PROPOSED)


def _check_running(task: Task) -> None:
    if task.state not in RUNNING:
        raise Conflict(N_("Việc không còn ở bước thực hiện nên không đổi hạn được."), code="not_running")


def _check_not_past(on: date, at: datetime) -> None:
    if on < local_date(at):
        raise WrongDate(N_("Ngày %(day)s đã qua."), day=f"{on:%d/%m/%Y}")
