"""The road of a task from given to completed, and of a part from given to accepted."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from giapranh.kernel.errors import N_, BadInput, Conflict
from giapranh.kernel.text import nfc
from giapranh.people.models import Officer
from giapranh.programme import permissions
from giapranh.programme.models import Task, TaskPart
from giapranh.programme.rules.buckets import frozen
from giapranh.programme.rules.states import (
    CLOSED,
    PART_OPEN,
    RUNNING,
    PartState,
    PartVerb,
    TaskState,
    TaskVerb,
    WrongState,
    move,
    move_part,
)
from giapranh.programme.services.records import (
    happened,
    lead_of,
    locked,
    locked_part,
    tell_givers,
    tell_office,
)
from giapranh.programme.thresholds import today


class ReportMissing(BadInput):
    code = "report_missing"


class SeriesIsNotDone(Conflict):
    code = "series_is_not_done"


@transaction.atomic
def receive(*, task_id: int, by: Officer, at: datetime) -> Task:
    """The lead office has seen the task."""
    task = locked(task_id)
    permissions.check_can_work(by, task)
    return _go(task, TaskVerb.RECEIVE, by, at)


@transaction.atomic
def start(*, task_id: int, by: Officer, at: datetime) -> Task:
    task = locked(task_id)
    permissions.check_can_work(by, task)
    return _go(task, TaskVerb.START, by, at)


@transaction.atomic
def note_progress(*, task_id: int, text: str, by: Officer, at: datetime) -> Task:
    """How far the work is, in the words of the lead office."""
    task = locked(task_id)
    permissions.check_can_work(by, task)
    if task.state in CLOSED:
        raise WrongState(N_("Việc đã đóng nên không ghi thêm tiến độ."))
    task.progress = nfc(text).strip()
    task.save(update_fields=["progress"])
    happened(task, "progress", by=by, at=at, note=task.progress)
    return task


@transaction.atomic
def ask_confirmation(*, task_id: int, report: str, by: Officer, at: datetime) -> Task:
    """The lead office says it is done, shows the product and asks the giver. The clock stops here."""
    task = locked(task_id)
    permissions.check_can_work(by, task)
    part = lead_of(task)
    if not (words := nfc(report).strip()):
        raise ReportMissing(N_("Hãy ghi kết quả thực hiện trước khi đề nghị xác nhận."))
    part.report, part.reported_at, part.reported_by, part.state = words, at, by, PartState.SUBMITTED
    part.save()
    task.handed_in_at, task.handed_in_by = at, by
    _go(task, TaskVerb.ASK_CONFIRMATION, by, at, note=words)
    tell_givers(N_("Chờ xác nhận hoàn thành: %(task)s"), task, besides=by)
    return task


@transaction.atomic
def confirm_completion(*, task_id: int, by: Officer, at: datetime, note: str = "") -> Task:
    """The giver agrees that the task is done. Nobody confirms what they handed in themselves."""
    task = locked(task_id)
    permissions.check_can_confirm(by, task)
    task.completed_at, task.confirmed_by = at, by
    _go(task, TaskVerb.CONFIRM, by, at, note=note)
    part = lead_of(task)
    part.state = PartState.ACCEPTED
    part.save(update_fields=["state"])
    tell_office(part.office, N_("Đã xác nhận hoàn thành: %(task)s"), task, besides=by)
    return task


@transaction.atomic
def return_task(*, task_id: int, reason: str, by: Officer, at: datetime) -> Task:
    """The giver does not agree and says why; the clock runs again."""
    task = locked(task_id)
    permissions.check_can_give(by, task.programme)
    task.handed_in_at = task.handed_in_by = None
    _go(task, TaskVerb.RETURN, by, at, note=reason)
    part = lead_of(task)
    part.state, part.decision_note = PartState.RETURNED, nfc(reason).strip()
    part.save(update_fields=["state", "decision_note"])
    tell_office(part.office, N_("Bị trả lại: %(task)s"), task, besides=by)
    return task


@transaction.atomic
def pause(*, task_id: int, reason: str, by: Officer, at: datetime) -> Task:
    task = locked(task_id)
    permissions.check_can_give(by, task.programme)
    _go(task, TaskVerb.PAUSE, by, at, note=reason)
    tell_office(lead_of(task).office, N_("Tạm dừng: %(task)s"), task, besides=by)
    return task


@transaction.atomic
def resume(*, task_id: int, by: Officer, at: datetime, note: str = "") -> Task:
    task = locked(task_id)
    permissions.check_can_give(by, task.programme)
    _go(task, TaskVerb.RESUME, by, at, note=note)
    tell_office(lead_of(task).office, N_("Tiếp tục thực hiện: %(task)s"), task, besides=by)
    return task


@transaction.atomic
def cancel(*, task_id: int, reason: str, by: Officer, at: datetime) -> Task:
    """The task is no longer asked for; what was reported stays to be read."""
    task = locked(task_id)
    permissions.check_can_give(by, task.programme)
    task.parts.filter(state__in=PART_OPEN).update(state=PartState.CANCELLED)
    _go(task, TaskVerb.CANCEL, by, at, note=reason)
    tell_office(lead_of(task).office, N_("Đã hủy: %(task)s"), task, besides=by)
    return task


def _go(task: Task, verb: TaskVerb, by: Officer, at: datetime, note: str = "") -> Task:
    if task.recurrence and verb not in {TaskVerb.PAUSE, TaskVerb.RESUME, TaskVerb.CANCEL}:
        raise SeriesIsNotDone(N_("Đây là việc định kỳ: hãy làm từng kỳ của nó."))
    before, note = TaskState(task.state), nfc(note).strip()
    task.state = move(before, verb, products=task.products.count(), reason=note)
    if before in RUNNING and task.state not in RUNNING:
        task.frozen_bucket = frozen(task.due_on, task.due_time, today(at).moment)
    elif task.state in RUNNING:
        task.frozen_bucket = ""
    task.save()
    happened(task, verb.value, by=by, at=at, before=before, note=note)
    return task


# --- parts -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def submit_part(*, part_id: int, report: str, by: Officer, at: datetime) -> TaskPart:
    """A coordinating office gives its part to the lead."""
    part = locked_part(part_id)
    permissions.check_can_report(by, part)
    _check_open(part)
    if not (words := nfc(report).strip()):
        raise ReportMissing(N_("Hãy ghi nội dung báo cáo của phần phối hợp."))
    part.report, part.reported_at, part.reported_by = words, at, by
    _go_part(part, PartVerb.SUBMIT, by, at, note=words)
    tell_office(lead_of(part.task).office, N_("Đã nộp phần phối hợp: %(task)s"), part.task, besides=by)
    return part


@transaction.atomic
def accept_part(*, part_id: int, by: Officer, at: datetime, note: str = "") -> TaskPart:
    """The lead takes the part into its own result."""
    part = locked_part(part_id)
    permissions.check_can_work(by, part.task)
    _check_open(part)
    _go_part(part, PartVerb.ACCEPT, by, at, note=note)
    tell_office(part.office, N_("Phần phối hợp được chấp nhận: %(task)s"), part.task, besides=by)
    return part


@transaction.atomic
def return_part(*, part_id: int, reason: str, by: Officer, at: datetime) -> TaskPart:
    """The lead asks the coordinating office again and says why."""
    part = locked_part(part_id)
    permissions.check_can_work(by, part.task)
    _check_open(part)
    part.decision_note = nfc(reason).strip()
    _go_part(part, PartVerb.RETURN, by, at, note=reason)
    tell_office(part.office, N_("Phần phối hợp bị trả lại: %(task)s"), part.task, besides=by)
    return part


def _check_open(part: TaskPart) -> None:
    if part.role == "lead":
        raise WrongState(N_("Phần của đơn vị chủ trì đi cùng việc: hãy đề nghị xác nhận cả việc."))
    if part.task.state in CLOSED:
        raise WrongState(N_("Việc đã đóng nên phần phối hợp không đổi được nữa."))


def _go_part(part: TaskPart, verb: PartVerb, by: Officer, at: datetime, note: str = "") -> None:
    before, note = PartState(part.state), nfc(note).strip()
    part.state = move_part(before, verb, reason=note)
    part.save()
    happened(part.task, f"part_{verb.value}", by=by, at=at, before=before, part=part, note=note)
