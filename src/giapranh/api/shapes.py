"""What the API gives, as OpenAPI describes it. Field names follow docs/glossary.md."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from ninja import Field, Schema

T = TypeVar("T")


class Page(Schema, Generic[T]):
    """One page of a list."""

    total: int
    page: int
    size: int
    items: list[T]


class Paging(Schema):
    page: int = Field(1, ge=1, le=1_000_000)
    size: int = Field(50, ge=1, le=200)


class PaperLine(Schema):
    """A paper of the register as a list shows it."""

    id: int
    uid: UUID
    direction: str
    state: str
    kind: str
    full_number: str
    issued_on: date | None
    issuer_name: str
    subject: str
    due_on: date | None
    illustrative: bool


class PaperWhole(PaperLine):
    """A paper with what was read from it; ``reading`` has the form of ``giapranh read --json``."""

    place: str
    signer_name: str
    signer_title: str
    recipients: str
    created_at: datetime
    reading: dict[str, Any] | None


class ProgrammeLine(Schema):
    """A programme with what its tasks, as far as the asker may see them, come to."""

    id: int
    uid: UUID
    name: str
    state: str
    owner: str
    paper_id: int | None
    period_from: date | None
    period_to: date | None
    tasks: int
    completed: int
    overdue: int
    nearly_due: int
    illustrative: bool


class PartLine(Schema):
    role: str
    office: str
    state: str
    due_on: date | None


class TaskLine(Schema):
    """One task with its parts. ``bucket``: in_time, nearly_due, overdue, no_date."""

    id: int
    uid: UUID
    programme_id: int
    n: str
    text: str
    state: str
    bucket: str
    due_on: date | None
    due_kind: str
    parts: list[PartLine]
    illustrative: bool


class Health(Schema):
    ok: bool
    version: str
