"""The tracking sheet in and out. Dry run first; the same sheet again changes nothing."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from giapranh.kernel.dates import format_date
from giapranh.kernel.errors import N_, BadInput
from giapranh.kernel.text import one_line
from giapranh.people import queries as people
from giapranh.people.models import Office, Officer
from giapranh.people.services import audit
from giapranh.programme import permissions
from giapranh.programme.models import Product, Programme, Role, Task, TaskEvent, TaskPart
from giapranh.programme.queries.adoption import Matcher
from giapranh.programme.queries.tasks import lead_part, listed, live, office_word, visible_tasks
from giapranh.programme.rules.buckets import Bucket, frozen
from giapranh.programme.rules.due_dates import DueKind, part_due
from giapranh.programme.rules.states import RUNNING, TASK_WORDS, PartState, TaskState
from giapranh.programme.rules.tracking_sheet import (
    LABELS,
    NotATrackingSheet,
    SheetRefusal,
    TrackedRow,
    read,
    split_offices,
)
from giapranh.programme.thresholds import Today, today

MOST_BYTES = 5 * 1024 * 1024  # with the page it travels in, below the limit of one form
MOST_UNPACKED = 200 * 1024 * 1024
MOST_COLUMNS = 200
WIDTHS = (6, 52, 20, 13, 13, 28, 32, 20, 34, 18, 34, 24)
COLUMNS = (
    "stt", "text", "number", "issued_on", "due_on", "lead", "coordinating", "leader", "progress", "status", "result",
    "note",
)  # fmt: skip


class NoProgramme(BadInput):
    code = "no_programme"


@dataclass
class SheetImport:
    """What came of a sheet, or would come of it."""

    dry_run: bool
    programme: Programme | None = None
    new: list[TrackedRow] = field(default_factory=list)
    known: list[TrackedRow] = field(default_factory=list)
    refusals: list[SheetRefusal] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@transaction.atomic
def import_tracking_sheet(
    *,
    data: bytes,
    by: Officer,
    at: datetime,
    programme_id: int | None = None,
    programme_name: str = "",
    dry_run: bool = False,
    illustrative: bool = False,
) -> SheetImport:
    """Take the rows of a tracking sheet into a programme, a new one when none is named."""
    permissions.check_can_adopt(by)
    reading = read(grid_of(data))
    programme = _programme(programme_id, programme_name, by, at, illustrative, dry_run)
    found = SheetImport(dry_run, programme, refusals=list(reading.refusals))
    now, matcher = today(at), _matcher(by, at)
    there = _keys_there(programme)
    for row in reading.rows:
        (found.known if row.key in there else found.new).append(row)
        there.add(row.key)
    placed = [_Placed(row, matcher) for row in found.new]
    found.unmatched = sorted({words for each in placed for words in each.unmatched})
    found.notes = [note for each in placed for note in each.notes(now)]
    if not dry_run and programme is not None:
        _store(placed, programme, by, at, now)
        counts = {"rows": len(found.new), "known": len(found.known), "refused": len(found.refusals)}
        audit("programme.sheet_imported", "programme", programme.pk, by, at, **counts)
    return found


def grid_of(data: bytes) -> list[list[Any]]:
    """The cells of the first sheet that has a head, merged ranges filled with their value."""
    _check_file(data)
    try:
        book = load_workbook(io.BytesIO(data), data_only=True, keep_vba=False, keep_links=False)
    except Exception as error:  # openpyxl raises whatever its parsers raise; the officer needs one line
        raise NotATrackingSheet(
            N_("Tệp không mở được như bảng tính .xlsx. Hãy lưu lại từ Excel rồi thử lại.")
        ) from error
    refusal: NotATrackingSheet | None = None
    for sheet in book.worksheets:
        grid = _cells(sheet)
        try:
            read(grid[:60])
        except NotATrackingSheet as why:
            refusal = refusal or why
        else:
            return grid
    raise refusal or NotATrackingSheet(N_("Tệp không có trang tính nào."))


def _check_file(data: bytes) -> None:
    if not data:
        raise NotATrackingSheet(N_("Tệp rỗng. Hãy chọn tệp khác."))
    if len(data) > MOST_BYTES:
        raise NotATrackingSheet(N_("Tệp lớn hơn 5 MB. Hãy tách thành nhiều tệp."))
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise NotATrackingSheet(N_("Tệp .xls cũ hoặc có mật khẩu. Hãy bỏ mật khẩu và lưu thành .xlsx."))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as pack:
            names = pack.namelist()
            unpacked = sum(entry.file_size for entry in pack.infolist())
    except zipfile.BadZipFile as error:
        raise NotATrackingSheet(N_("Đây không phải tệp .xlsx. Hãy chọn bảng tính Excel.")) from error
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise NotATrackingSheet(N_("Tệp chứa macro nên không nhận. Hãy lưu thành .xlsx không macro."))
    if unpacked > MOST_UNPACKED:
        raise NotATrackingSheet(N_("Tệp nén bung ra quá lớn nên không nhận."))
    if "xl/workbook.xml" not in names:
        raise NotATrackingSheet(N_("Đây không phải tệp .xlsx. Hãy chọn bảng tính Excel."))


def _cells(sheet: Worksheet) -> list[list[Any]]:
    width = min(sheet.max_column or 1, MOST_COLUMNS)
    grid = [
        list(row) for row in sheet.iter_rows(max_col=width, max_row=min(sheet.max_row or 1, 25_000), values_only=True)
    ]
    for merged in sheet.merged_cells.ranges:
        value = grid[merged.min_row - 1][merged.min_col - 1] if merged.min_row <= len(grid) else None
        for row in range(merged.min_row - 1, min(merged.max_row, len(grid))):
            for column in range(merged.min_col - 1, min(merged.max_col, width)):
                grid[row][column] = value
    return grid


def _programme(
    programme_id: int | None, name: str, by: Officer, at: datetime, illustrative: bool, dry_run: bool
) -> Programme | None:
    if programme_id is not None:
        programme = Programme.objects.select_for_update(of=("self",)).select_related("owner").get(pk=programme_id)
        permissions.check_can_give(by, programme)
        return programme
    if not one_line(name):
        raise NoProgramme(N_("Hãy đặt tên cho chương trình mới."))
    owner = people.own_agency()
    if owner is None:
        raise NoProgramme(N_("Chưa biết cơ quan giao việc. Hãy khai cơ quan của máy này ở trang Thiết lập."))
    permissions.check_can_adopt(by, owner)
    if dry_run:
        return None
    return Programme.objects.create(
        name=name[:500], owner=owner, created_by=by, created_at=at, illustrative=illustrative
    )


def _matcher(by: Officer, at: datetime) -> Matcher:
    day = today(at).day
    return Matcher(day, day, people.own_agency())


def _keys_there(programme: Programme | None) -> set[str]:
    """The tasks of the programme as rows, whether they came from a sheet or from a paper."""
    if programme is None:
        return set()
    tasks = listed(Task.objects.filter(programme=programme)).select_related("programme__paper")
    return {row_of(task).key for task in tasks} | {task.import_key for task in tasks if task.import_key}


class _Placed:
    """A row and the offices its words mean."""

    def __init__(self, row: TrackedRow, matcher: Matcher) -> None:
        self.row = row
        self.lead = self._find(row.lead, matcher)
        known = lambda words: bool(matcher.find(words))  # noqa: E731
        self.others = [(words, self._find(words, matcher)) for words in split_offices(row.coordinating, known)]
        self.unmatched = [words for words, office in [(row.lead, self.lead), *self.others] if words and office is None]

    @staticmethod
    def _find(words: str, matcher: Matcher) -> Office | None:
        phrase = matcher.phrases[matcher.key(words)] if words else None
        if phrase is None or phrase.group or not phrase.chosen:
            return None
        return next(office for office in phrase.options if office.pk == phrase.chosen[0])

    @property
    def state(self) -> TaskState:
        """A task that the sheet calls done without any paper to show is still being done here."""
        needs_product = self.row.state in {TaskState.COMPLETED, TaskState.AWAITING}
        return TaskState.DOING if needs_product and not self.row.result_number else self.row.state

    def bucket(self, now: Today) -> str:
        if self.state in RUNNING:
            return ""
        if self.row.due_on is None:
            return Bucket.NO_DATE
        if self.row.late is not None:
            return Bucket.OVERDUE if self.row.late else Bucket.IN_TIME
        if self.row.finished_on is not None:
            return Bucket.OVERDUE if self.row.finished_on > self.row.due_on else Bucket.IN_TIME
        if now.day <= self.row.due_on:
            return frozen(self.row.due_on, None, now.moment)
        return Bucket.NO_DATE  # nobody knows when it was done

    def notes(self, now: Today) -> list[str]:
        said = []
        if self.state != self.row.state:
            said.append(
                _("Dòng %(line)s: ghi “%(state)s” nhưng không có số văn bản kết quả, nên để “đang thực hiện”.")
                % {"line": self.row.line, "state": _(TASK_WORDS[self.row.state])}
            )
        elif self.bucket(now) == Bucket.NO_DATE and self.row.due_on is not None:
            said.append(_("Dòng %(line)s: không rõ ngày hoàn thành nên không tính đúng hạn hay quá hạn.")
                        % {"line": self.row.line})  # fmt: skip
        return said


def _store(placed: Sequence[_Placed], programme: Programme, by: Officer, at: datetime, now: Today) -> None:
    first = Task.objects.filter(programme=programme).count()
    pairs = [(each, _task(each, programme, first + place, at, now)) for place, each in enumerate(placed)]
    Task.objects.bulk_create([task for _each, task in pairs], batch_size=1000)
    TaskPart.objects.bulk_create(
        [part for each, task in pairs for part in _parts(each, task, now, at, by)], batch_size=1000
    )
    shown = [(each, task) for each, task in pairs if each.row.result_number]
    Product.objects.bulk_create(
        Product(task=task, number=each.row.result_number[:120], note=each.row.result, added_by=by, added_at=at)
        for each, task in shown
    )
    TaskEvent.objects.bulk_create(
        TaskEvent(task=task, verb="import", to_state=each.state, note=_("Dòng %(line)s của sổ theo dõi")
                  % {"line": each.row.line}, by=by, at=at)
        for each, task in pairs
    )  # fmt: skip
    # The states that need a product come last: the database wants to see the product first.
    closing = [(each, task) for each, task in pairs if each.state in {TaskState.COMPLETED, TaskState.AWAITING}]
    for each, task in closing:
        task.state, task.frozen_bucket, task.handed_in_at, task.handed_in_by = each.state, each.bucket(now), at, by
        if each.state == TaskState.COMPLETED:
            task.completed_at, task.confirmed_by = at, by
    names = ["state", "frozen_bucket", "handed_in_at", "handed_in_by", "completed_at", "confirmed_by"]
    Task.objects.bulk_update([task for _each, task in closing], names, batch_size=500)


def _task(each: _Placed, programme: Programme, order: int, at: datetime, now: Today) -> Task:
    row = each.row
    later = each.state in {TaskState.COMPLETED, TaskState.AWAITING}
    source = f"{row.number} ngày {format_date(row.issued_on)}" if row.number and row.issued_on else row.number
    task = Task(
        programme=programme, order=order, text=row.text, state=TaskState.DOING if later else each.state,
        report_to=row.leader[:250], due_on=row.due_on, due_kind=DueKind.GIVEN if row.due_on else DueKind.NONE,
        original_due_on=row.due_on, frozen_bucket="" if later else each.bucket(now),
        progress="\n".join(filter(None, [row.progress, row.note])), given_on=row.issued_on or now.day,
        source_words=source[:500], import_key=row.key, illustrative=programme.illustrative, created_at=at, changed_at=at,
    )  # fmt: skip
    task.set_keys()
    return task


def _parts(each: _Placed, task: Task, now: Today, at: datetime, by: Officer) -> list[TaskPart]:
    due = part_due(task.due_on, day=task.given_on, working_days_before=now.limits.part_days_before_lead,
                   calendar=now.calendar)  # fmt: skip
    done = each.state in {TaskState.COMPLETED, TaskState.AWAITING}
    lead = TaskPart(
        task=task, role=Role.LEAD, office=each.lead, given_to=each.lead, as_written=_words(each.row.lead, each.lead),
        due_on=task.due_on, due_kind=task.due_kind,
    )  # fmt: skip
    if done:
        lead.state = PartState.ACCEPTED if each.state == TaskState.COMPLETED else PartState.SUBMITTED
        lead.report, lead.reported_at, lead.reported_by = each.row.result, at, by
    offices = {each.lead.pk} if each.lead else set()
    parts = [lead]
    for words, office in each.others:
        if office is not None and office.pk in offices:
            continue
        offices |= {office.pk} if office else set()
        parts.append(TaskPart(
            task=task, role=Role.COORDINATING, office=office, given_to=office, as_written=_words(words, office),
            due_on=due, due_kind=DueKind.PROPOSED if due else DueKind.NONE,
        ))  # fmt: skip
    return parts


def _words(words: str, office: Office | None) -> str:
    return one_line(words)[:500] or (office.name if office else _("chưa rõ"))


# --- out -------------------------------------------------------------------------------------------------------------


def row_of(task: Task) -> TrackedRow:
    """A task of ``listed`` as a line of the sheet."""
    number, _sep, _rest = task.source_words.partition(" ngày ")
    paper = task.programme.paper
    lead = lead_part(task)
    text = task.text
    if task.occurrence_on:
        text = f"{text} (kỳ {format_date(task.occurrence_on)})"
    return TrackedRow(
        line=0, text=text, number=number or (paper.full_number if paper else ""),
        issued_on=paper.issued_on if paper and not number else None, due_on=task.due_on,
        lead=(lead.as_written if lead and lead.as_written else office_word(lead)),
        coordinating="\n".join(office_word(part) for part in task.listed_parts if part.role != "lead"),  # type: ignore[attr-defined]
        leader=task.report_to, progress=task.progress, state=TaskState(task.state), result=lead.report if lead else "",
    )  # fmt: skip


def export_tasks(*, user: Any, programme: Programme, at: datetime) -> bytes:
    """The tracking sheet of a programme, with the columns it is imported by."""
    tasks = listed(live(visible_tasks(user)).filter(programme=programme)).select_related("programme__paper")
    rows = list(tasks.prefetch_related("products__paper").order_by("order", "due_on", "pk"))
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "So theo doi"
    titles = [_("SỔ THEO DÕI NHIỆM VỤ"), programme.name, _("Lập ngày %(day)s") % {"day": format_date(today(at).day)}]
    if programme.illustrative:
        titles.append(_("Dữ liệu minh họa, không phải số liệu thật."))
    for line, title in enumerate(titles, 1):
        sheet.merge_cells(start_row=line, start_column=1, end_row=line, end_column=len(COLUMNS))
        _put(sheet, line, 1, title, bold=line == 1, centre=True)
    head = len(titles) + 2
    for place, name in enumerate(COLUMNS, 1):
        _put(sheet, head, place, LABELS[name], bold=True, centre=True, boxed=True)
        sheet.column_dimensions[get_column_letter(place)].width = WIDTHS[place - 1]
    for offset, task in enumerate(rows, 1):
        for place, value in enumerate(_values(offset, task), 1):
            _put(sheet, head + offset, place, value, boxed=True)
    sheet.freeze_panes = f"C{head + 1}"
    sheet.print_title_rows = f"{head}:{head}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _values(place: int, task: Task) -> list[Any]:
    row = row_of(task)
    issued = row.issued_on
    if issued is None and " ngày " in task.source_words:
        issued = task.given_on
    products = "\n".join(str(product) for product in task.products.all())
    result = "\n".join(filter(None, [products, row.result if row.result != products else ""]))
    status = TASK_WORDS[row.state]
    if task.frozen_bucket in {Bucket.IN_TIME, Bucket.OVERDUE} and row.state == TaskState.COMPLETED:
        status += " đúng hạn" if task.frozen_bucket == Bucket.IN_TIME else " quá hạn"
    return [place, row.text, row.number, issued, row.due_on, row.lead, row.coordinating, row.leader, row.progress,
            status, result, ""]  # fmt: skip


_THIN = Side(style="thin", color="FF808080")


def _put(
    sheet: Worksheet,
    line: int,
    place: int,
    value: Any,
    *,
    bold: bool = False,
    centre: bool = False,
    boxed: bool = False,
) -> None:
    cell = sheet.cell(line, place)
    if isinstance(value, str):
        cell.value = "".join(c for c in value if c >= " " or c == "\n")[:32_000]
        cell.data_type = "s"  # what officers typed never runs as a formula
    else:
        cell.value = value
        if value is not None and not isinstance(value, int):
            cell.number_format = "dd/mm/yyyy"
    cell.font = Font(name="Times New Roman", size=12, bold=bold)
    cell.alignment = Alignment(
        wrap_text=True, vertical="center" if centre else "top", horizontal="center" if centre else None
    )
    if boxed:
        cell.border = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
