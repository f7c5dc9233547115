"""What a person says about the values read: right, this instead, not a duty, one more duty."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from giapranh.documents import permissions, queries
from giapranh.documents.models import DecisionState, FieldDecision, Paper, PaperReading, PaperState
from giapranh.documents.rules import values
from giapranh.documents.rules.fields import NEVER_BLANK, ReadField, ReadPaper, lay_over, next_index
from giapranh.documents.services.records import fill_header, note, save_once
from giapranh.kernel.errors import N_, BadInput, Conflict, NotFound


class NoSuchField(NotFound):
    code = "no_such_field"


class NotOpen(Conflict):
    code = "reading_not_open"


class BlankNeeded(BadInput):
    code = "value_needed"


def confirm_field(*, paper_id: int, path: str, by: Any, at: datetime) -> ReadField:
    """The value shown is right; for a value that is not there: yes, it is blank."""
    with transaction.atomic():
        reading, read = _open_reading(paper_id, by)
        field = _field(read, path)
        if field.path in NEVER_BLANK and not field.value:
            raise BlankNeeded(N_("Sổ đăng ký cần giá trị này. Hãy nhập trước khi xác nhận."))
        state = field.decided or DecisionState.CONFIRMED
        return _decide(reading, field, field.value, state, by, at)


def correct_field(*, paper_id: int, path: str, value: Any, by: Any, at: datetime) -> ReadField:
    """The value is this one. What the machine read stays beside it."""
    with transaction.atomic():
        reading, read = _open_reading(paper_id, by)
        field = _field(read, path)
        clean = values.clean(path, value)
        if field.path in NEVER_BLANK and not clean:
            raise BlankNeeded(N_("Sổ đăng ký cần giá trị này, không để trống được."))
        same = clean == field.machine_value and field.machine_value is not None
        state = DecisionState.CONFIRMED if same else DecisionState.CORRECTED
        if field.decided == DecisionState.ADDED:
            state = DecisionState.ADDED
        return _decide(reading, field, clean, state, by, at)


def undo_decision(*, paper_id: int, path: str, by: Any, at: datetime) -> None:
    """Back to what the machine read."""
    with transaction.atomic():
        reading, _read = _open_reading(paper_id, by)
        gone = FieldDecision.objects.filter(reading=reading, path=path).exclude(state=DecisionState.ADDED)
        if gone.delete()[0]:
            _refresh(reading)
            note("reading.undone", reading.paper, by, at, path=path)


def confirm_all_sure(*, paper_id: int, by: Any, at: datetime, paths: list[str] | None = None) -> int:
    """Confirm every sure field at once; how many. A weak field in ``paths`` is refused: it wants its own look."""
    with transaction.atomic():
        reading, read = _open_reading(paper_id, by)
        sure = {field.path: field for field in read.sure()}
        wanted = sure if paths is None else {path: _field(read, path) for path in paths}
        weak = [field for field in wanted.values() if field.weak]
        if weak:
            raise BadInput(
                N_("Có %(count)d giá trị chưa chắc trong lựa chọn; hãy xem và xác nhận từng giá trị đó."),
                code="weak_in_bulk", count=len(weak),
            )  # fmt: skip
        fresh = [field for field in wanted.values() if not field.decided]
        FieldDecision.objects.bulk_create(
            FieldDecision(
                reading=reading, path=field.path, machine_value=field.machine_value, value=field.value,
                state=DecisionState.CONFIRMED, by=by, at=at,
            )
            for field in fresh
        )  # fmt: skip
        note("reading.confirmed_sure", reading.paper, by, at, count=len(fresh))
        return len(fresh)


# --- duties and citations: added, split, removed ---------------------------------------------------------------------


def add_directive(*, paper_id: int, value: Mapping[str, Any], by: Any, at: datetime) -> int:
    """One more duty; its index. ``value["after"]`` names the duty it stands behind."""
    with transaction.atomic():
        reading, _read = _open_reading(paper_id, by)
        return _add(reading, "directives", values.clean_directive(value), by, at)


def split_directive(*, paper_id: int, index: int, first: str, second: str, by: Any, at: datetime) -> int:
    """Two duties in one paragraph: the first keeps its place, the second is added behind it; the second's index."""
    with transaction.atomic():
        reading, read = _open_reading(paper_id, by)
        directive = next((d for d in read.directives if d.index == index and not d.removed), None)
        if directive is None:
            raise NoSuchField(N_("Không có nhiệm vụ này trong bản đọc."))
        kept, new = values.clean_words(first), values.clean_words(second)
        if not kept or not new:
            raise BlankNeeded(N_("Khi tách, cả hai nhiệm vụ đều phải có nội dung."))
        text = _field(read, f"directives.{index}.text")
        _decide(reading, text, kept, text.decided if text.decided == "added" else DecisionState.CORRECTED, by, at)
        value = {
            "text": new, "after": index, "n": f"{directive.n}+" if directive.n else None, "topic": directive.topic,
            "mode": directive.mode, "lead": directive.value("lead"), "coordinating": directive.value("coordinating"),
            "counterparts": directive.value("counterparts"), "due": directive.value("due"),
            "report_to": directive.value("report_to"), "cites": list(directive.cites),
        }  # fmt: skip
        return _add(reading, "directives", value, by, at)


def remove_directive(*, paper_id: int, index: int, by: Any, at: datetime) -> None:
    """This is not a duty. It stays visible as removed and can be put back."""
    _remove(paper_id, f"directives.{index}", by, at)


def restore_directive(*, paper_id: int, index: int, by: Any, at: datetime) -> None:
    """It is a duty after all."""
    with transaction.atomic():
        reading, _read = _open_reading(paper_id, by)
        FieldDecision.objects.filter(reading=reading, path=f"directives.{index}", state="removed").delete()
        note("reading.restored", reading.paper, by, at, path=f"directives.{index}")


def add_citation(*, paper_id: int, value: Mapping[str, Any], by: Any, at: datetime) -> int:
    """One more paper that this one names; its index."""
    with transaction.atomic():
        reading, _read = _open_reading(paper_id, by)
        return _add(reading, "citations", values.clean_citation(value), by, at)


def remove_citation(*, paper_id: int, index: int, by: Any, at: datetime) -> None:
    _remove(paper_id, f"citations.{index}", by, at)


def _add(reading: PaperReading, what: str, value: Mapping[str, Any], by: Any, at: datetime) -> int:
    index = next_index(reading.data, queries.decisions_of(reading), what)
    FieldDecision.objects.create(
        reading=reading, path=f"{what}.{index}", machine_value=None, value=dict(value), state="added", by=by, at=at
    )
    note("reading.added", reading.paper, by, at, path=f"{what}.{index}")
    return index


def _remove(paper_id: int, path: str, by: Any, at: datetime) -> None:
    with transaction.atomic():
        reading, _read = _open_reading(paper_id, by)
        group, index = path.split(".")
        if int(index) >= len(reading.data.get(group) or ()):
            # What a person added goes for good, with what was said about its parts.
            gone = FieldDecision.objects.filter(reading=reading, path=path)
            found = gone.delete()[0]
            FieldDecision.objects.filter(reading=reading, path__startswith=f"{path}.").delete()
            if not found:
                raise NoSuchField(N_("Không có mục này trong bản đọc."))
        else:
            FieldDecision.objects.update_or_create(
                reading=reading, path=path, defaults={"state": "removed", "value": None, "by": by, "at": at}
            )
        note("reading.removed", reading.paper, by, at, path=path)


def _open_reading(paper_id: int, by: Any) -> tuple[PaperReading, ReadPaper]:
    """The reading of a paper that may still be changed, with the paper locked against a second confirmer."""
    paper = queries.get_visible(by, paper_id)
    permissions.check_can_handle(by, paper)
    locked = Paper.objects.select_for_update().get(pk=paper.pk)
    if locked.state != PaperState.TO_CONFIRM:
        raise NotOpen(N_("Bản đọc này đã được xác nhận, không sửa được nữa. Hãy tải lại trang."))
    reading = queries.latest_reading(paper.pk)
    if reading is None:
        raise NoSuchField(N_("Văn bản này chưa có bản đọc."))
    reading.paper = locked
    return reading, lay_over(reading.data, queries.decisions_of(reading))


def _field(read: ReadPaper, path: str) -> ReadField:
    field = read.field(path)
    if field is None:
        raise NoSuchField(N_("Không có giá trị “%(path)s” trong bản đọc."), path=path)
    return field


def _decide(reading: PaperReading, field: ReadField, value: Any, state: str, by: Any, at: datetime) -> ReadField:
    FieldDecision.objects.update_or_create(
        reading=reading, path=field.path,
        defaults={"machine_value": field.machine_value, "value": value, "state": state, "by": by, "at": at},
    )  # fmt: skip
    _refresh(reading)
    note("reading.decided", reading.paper, by, at, path=field.path, state=str(state))
    read = lay_over(reading.data, queries.decisions_of(reading))
    return _field(read, field.path)


def _refresh(reading: PaperReading) -> None:
    """The columns of the paper follow the decisions, so that lists show what holds. Identity waits for the confirmation."""
    paper = reading.paper
    fill_header(paper, lay_over(reading.data, queries.decisions_of(reading)), reading.data)
    paper.identity = None
    save_once(paper, paper.created_by)
