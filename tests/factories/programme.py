"""Confirmed papers, programmes and tasks, each made with only what a test is about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from giapranh.documents.models import Blob, Citation, Direction, Paper, PaperReading, PaperState, PaperVersion
from giapranh.people.models import Office, Officer
from giapranh.programme.models import Product, Programme, Task, TaskPart
from giapranh.programme.rules.due_dates import DueKind

AT = datetime(2026, 10, 19, 2, 0, tzinfo=UTC)  # a Monday, nine in the morning in Vietnam
DAY = date(2026, 10, 19)
_numbers = iter(range(1, 1_000_000))


def value(words: Any) -> dict[str, Any]:
    return {"value": words, "span": None, "confidence": 1.0, "reason": None, "boxes": []}


def directive(text: str, **more: Any) -> dict[str, Any]:
    """One directive as the JSON of a reading holds it; lists of offices are given as plain words."""
    offices = {
        name: [value(words) for words in more.pop(name, [])] for name in ("lead", "coordinating", "counterparts")
    }
    due = more.pop("due", {"kind": "none"})
    base = {"n": None, "topic": None, "mode": "giao", "report_to": None, "lead_inherited": False, "actions": []}
    return {**base, **more, **offices, "text": text, "due": value(due), "cites": more.get("cites", [])}


def make_paper(by: Officer, *, number: str | None = None, direction: str = Direction.OUTGOING, **fields: Any) -> Paper:
    count = next(_numbers)
    base: dict[str, Any] = {
        "direction": direction, "state": PaperState.REGISTERED, "kind": "Công văn", "number": count,
        "full_number": number or f"{count}/SNNMT-QLMT", "issued_on": date(2026, 10, 12), "issued_year": 2026,
        "issued_month": 10, "issued_day": 12, "subject": "triển khai chương trình phối hợp", "created_by": by,
        "confirmed_by": by, "confirmed_at": AT, "agency": _agency_of(by),
    }  # fmt: skip
    return Paper.objects.create(**{**base, **fields})


def _agency_of(officer: Officer) -> Office | None:
    appointment = officer.appointments.first()
    return appointment.office.agency if appointment else None


def make_confirmed_paper(
    by: Officer,
    directives: Iterable[dict[str, Any]],
    *,
    addressees: Iterable[str] = (),
    cited: Iterable[Paper] = (),
    **fields: Any,
) -> Paper:
    """A paper whose reading somebody has confirmed."""
    paper = make_paper(by, **fields)
    blob = Blob.objects.create(sha256=f"{paper.pk:064x}", size=1, media_type="text/plain")
    version = PaperVersion.objects.create(
        paper=paper, n=1, blob=blob, file_name="a.txt", media_type="text/plain", by=by
    )
    data = {
        "directives": [value(each) for each in directives],
        "addressees": [value(words) for words in addressees],
        "citations": [],
    }
    PaperReading.objects.create(paper=paper, version=version, data=data, reader_version="test")
    for place, other in enumerate(cited):
        Citation.objects.create(citing=paper, cited=other, as_written=str(other), position=place, mentions=[place])
    return paper


def make_programme(owner: Office, by: Officer, **fields: Any) -> Programme:
    base = {"name": "Chương trình phối hợp", "owner": owner, "created_by": by, "created_at": AT}
    return Programme.objects.create(**{**base, **fields})


def make_task(programme: Programme, lead: Office | None, *coordinating: Office, **fields: Any) -> Task:
    """A task with its lead part and one part per coordinating office; a due date makes it ``given``."""
    due_on = fields.get("due_on")
    base: dict[str, Any] = {
        "programme": programme, "n": "2", "text": "Kiểm soát chất lượng nguồn nước giáp ranh", "given_on": DAY,
        "due_kind": DueKind.GIVEN if due_on else DueKind.NONE, "original_due_on": due_on, "created_at": AT,
        "changed_at": AT,
    }  # fmt: skip
    task = Task.objects.create(**{**base, **fields})
    kind = task.due_kind if due_on else DueKind.NONE
    words = "" if lead else "đơn vị chưa rõ"
    common = {"task": task, "due_on": due_on, "due_kind": kind}
    TaskPart.objects.create(role="lead", office=lead, given_to=lead, as_written=words, **common)
    for office in coordinating:
        TaskPart.objects.create(role="coordinating", office=office, given_to=office, **common)
    return task


def make_product(task: Task, by: Officer, number: str = "12/BC-SNNMT", **fields: Any) -> Product:
    return Product.objects.create(task=task, number=number, added_by=by, added_at=AT, **fields)
