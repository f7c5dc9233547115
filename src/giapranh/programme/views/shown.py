"""How tasks look in tables and pills; shared by every page of this room."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from giapranh.kernel.tables import XLSX_TYPE, Column, Status, Table
from giapranh.programme.queries.tasks import lead_part, office_word
from giapranh.programme.rules.buckets import BUCKET_WORDS, Bucket, days_left
from giapranh.programme.rules.states import TASK_WORDS, TaskState
from giapranh.programme.thresholds import Today

TONES = {Bucket.IN_TIME: "good", Bucket.NEARLY_DUE: "soon", Bucket.OVERDUE: "bad", Bucket.NO_DATE: ""}
COLUMN_WORDS = {
    "overdue": gettext_lazy("Quá hạn"), "nearly_due": gettext_lazy("Sắp đến hạn"), "in_time": gettext_lazy("Trong hạn"), "no_date": gettext_lazy("Không hạn"),
    "awaiting": gettext_lazy("Chờ xác nhận"), "paused": gettext_lazy("Tạm dừng"), "completed": gettext_lazy("Hoàn thành"),
}  # fmt: skip


def me(request: HttpRequest) -> Any:
    """The signed-in officer; the middleware lets nobody else in."""
    return request.user


def time_status(task: Any, now: Today) -> Status:
    """The pill of a task: done or late and how many working days are left."""
    bucket = Bucket(task.bucket)
    if task.state == TaskState.COMPLETED:
        late = bucket is Bucket.OVERDUE
        return Status(_("Hoàn thành"), "soon" if late else "good", "check", _("quá hạn") if late else "")
    if task.state in {TaskState.AWAITING, TaskState.PAUSED, TaskState.CANCELLED}:
        tone = "accent" if task.state == TaskState.AWAITING else ""
        return Status(state_word(task.state), tone, "clock" if tone else "pause")
    return Status(_(BUCKET_WORDS[bucket]), TONES[bucket], note=left_words(task, now))


def left_words(task: Any, now: Today) -> str:
    left = days_left(task.due_on, now.day, now.calendar)
    if left is None:
        return ""
    if left == 0:
        return _("hôm nay") if task.due_on >= now.day else ""
    if left > 0:
        return ngettext("còn %(days)s ngày làm việc", "còn %(days)s ngày làm việc", left) % {"days": left}
    days = abs(left)
    return ngettext("%(days)s ngày làm việc", "%(days)s ngày làm việc", days) % {"days": days}


def state_word(state: str) -> str:
    word = _(TASK_WORDS[TaskState(state)])
    return word[:1].upper() + word[1:]


def task_columns(now: Today, *, programme: bool = False) -> list[Column]:
    """The columns of a list of tasks."""
    columns = [
        Column("n", _("Mục"), field="n", sort_field="order", filterable=False),
        Column("text", _("Việc"), value=lambda task: short(task.text), search="search_key", sort_field="sort_key",
               link=lambda task: f"/viec/{task.pk}/"),
        Column("lead", _("Chủ trì"), value=lambda task: office_word(lead_part(task)) or _("chưa rõ"),
               sort_field="lead_sort", filterable=False),
        Column("others", _("Phối hợp"), value=_others, sortable=False, filterable=False, hidden=programme),
        Column("due_on", _("Hạn"), "date", field="due_on"),
        Column("time", _("Thời hạn"), "status", value=lambda task: time_status(task, now), sort_field="due_on",
               filterable=False),
        Column("state", _("Trạng thái"), value=lambda task: state_word(task.state), field="state",
               choices=[(state.value, state_word(state)) for state in TaskState if state != TaskState.CANCELLED]),
        Column("due_kind", _("Hạn do"), value=lambda task: _due_kind(task), hidden=True, filterable=False, sortable=False),
        Column("progress", _("Tiến độ"), value=lambda task: short(task.progress), hidden=True, filterable=False,
               sortable=False),
    ]  # fmt: skip
    if programme:
        columns.insert(2, Column("programme", _("Chương trình"), value=lambda task: short(task.programme.name, 60),
                                 sort_field="programme__sort_key", search="programme__search_key"))  # fmt: skip
    return columns


def task_table(tasks: Any, params: Any, now: Today, *, programme: bool = False, title: str = "") -> Table:
    return Table.of(
        tasks, task_columns(now, programme=programme), params, title=title or _("Danh sách việc"), sort="due_on",
        row_url=lambda task: f"/viec/{task.pk}/", empty=_("Không có việc nào."),
    )  # fmt: skip


def _others(task: Any) -> str:
    count = sum(part.role != "lead" for part in task.listed_parts)
    return ngettext("%(count)s đơn vị", "%(count)s đơn vị", count) % {"count": count} if count else ""


def _due_kind(task: Any) -> str:
    return {"given": _("đã giao"), "proposed": _("đề xuất"), "none": ""}[task.due_kind]


def short(text: str, length: int = 120) -> str:
    words = " ".join(text.split())
    if len(words) <= length:
        return words
    cut = words[: length - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut).rstrip(" ,;.") + "…"


def workbook(table: Table, name: str, *, illustrative: bool) -> HttpResponse:
    note = _("Dữ liệu minh họa, không phải số liệu thật.") if illustrative else ""
    return download(table.to_xlsx(note), name)


def download(data: bytes, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type=XLSX_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
