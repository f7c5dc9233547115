"""Version 1: read papers, programmes and tasks as the signed-in officer may see them; have a file read.

Everything needs a session; a POST needs the CSRF token of that session, like the pages do.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import File, NinjaAPI, Query, UploadedFile
from ninja.security import django_auth

from giapranh.api import answers, shapes
from giapranh.api.answers import BadValues, Refusal
from giapranh.documents import queries as documents
from giapranh.documents import reader
from giapranh.documents.services import admission
from giapranh.kernel.clock import now
from giapranh.kernel.errors import N_, BadInput
from giapranh.programme import queries as programme
from giapranh.programme.thresholds import today

REFUSALS: dict[int, Any] = {401: Refusal, 403: Refusal, 422: BadValues | Refusal}

api = NinjaAPI(
    title="Giáp Ranh",
    version=version("giapranh"),
    urls_namespace="api",
    docs_url=None,
    auth=django_auth,
)
answers.install(api)


class FileTooLarge(BadInput):
    code = "file_too_large"


@api.get("/health", response={200: shapes.Health, 401: Refusal})
def health(request: HttpRequest) -> dict[str, Any]:
    """Whether this node answers, and with which version."""
    return {"ok": True, "version": version("giapranh")}


@api.get("/papers", response={200: shapes.Page[shapes.PaperLine], **REFUSALS})
def papers(request: HttpRequest, paging: Query[shapes.Paging], words: str = "", state: str = "") -> dict[str, Any]:
    """Papers, newest first. ``words`` searches numbers, issuers and text, with or without marks."""
    words = words.replace("\0", " ").strip()[:200]
    rows = documents.found(request.user, words) if words else documents.visible_papers(request.user)
    if state:
        rows = rows.filter(state=state)
    if not words:
        rows = rows.order_by("-created_at", "-pk")
    return _page(rows.defer("text", "search_head", "search_body", "search_vector"), paging, _same)


@api.get("/papers/{paper_id}", response={200: shapes.PaperWhole, 404: Refusal, **REFUSALS})
def paper(request: HttpRequest, paper_id: int) -> dict[str, Any]:
    """One paper and its reading."""
    found = documents.get_visible(request.user, _row_id(paper_id))
    reading = documents.latest_reading(found.pk)
    fields = {name: getattr(found, name) for name in shapes.PaperWhole.model_fields if name != "reading"}
    return {**fields, "reading": reading.data if reading else None}


@api.post("/read", response={200: dict[str, Any], 503: Refusal, **REFUSALS})
def read(request: HttpRequest, file: File[UploadedFile]) -> dict[str, Any]:
    """Have one file read; nothing is stored. The answer has the form of ``giapranh read --json``."""
    if (file.size or 0) > settings.UPLOAD_LIMIT_BYTES:
        limit = settings.UPLOAD_LIMIT_BYTES // 1024**2
        raise FileTooLarge(N_("Tệp lớn hơn %(limit)s MB. Hãy tách tệp rồi gửi lại."), limit=limit)
    name = str(file.name or "")
    found = reader.read_file(file.read(), name)
    admission.refuse_secret(found, name)
    return {**found.data, "text": found.text}


@api.get("/programmes", response={200: shapes.Page[shapes.ProgrammeLine], **REFUSALS})
def programmes(request: HttpRequest, paging: Query[shapes.Paging]) -> dict[str, Any]:
    """Programmes, newest first."""
    rows = programme.programmes(request.user, today(now()).moment).order_by("-created_at", "-pk")
    return _page(rows, paging, _programme)


@api.get("/tasks", response={200: shapes.Page[shapes.TaskLine], **REFUSALS})
def tasks(
    request: HttpRequest,
    paging: Query[shapes.Paging],
    programme_id: int | None = None,
    state: str = "",
    bucket: str = "",
) -> dict[str, Any]:
    """Tasks, the earliest date first."""
    rows: QuerySet[Any] = programme.with_buckets(programme.visible_tasks(request.user), today(now()).moment)
    if programme_id is not None:
        rows = rows.filter(programme=_row_id(programme_id))
    if state:
        rows = rows.filter(state=state)
    if bucket:
        rows = rows.filter(bucket=bucket)
    return _page(programme.listed(rows).order_by("due_on", "pk"), paging, _task)


MOST_ROWS = 2**63 - 1


def _row_id(asked: int) -> int:
    """An id the database can hold; anything else is simply nobody's."""
    return asked if 0 < asked <= MOST_ROWS else 0


def _page(rows: QuerySet[Any], paging: shapes.Paging, shape: Any) -> dict[str, Any]:
    start = (paging.page - 1) * paging.size
    items = [shape(row) for row in rows[start : start + paging.size]]
    return {"total": rows.count(), "page": paging.page, "size": paging.size, "items": items}


def _same(row: Any) -> Any:
    return row


def _programme(row: Any) -> dict[str, Any]:
    return {
        "id": row.pk, "uid": row.uid, "name": row.name, "state": row.state, "owner": row.owner.name,
        "paper_id": row.paper_id, "period_from": row.period_from, "period_to": row.period_to,
        "tasks": row.tasks_all or 0, "completed": row.tasks_done or 0, "overdue": row.tasks_late or 0,
        "nearly_due": row.tasks_near or 0, "illustrative": row.illustrative,
    }  # fmt: skip


def _task(row: Any) -> dict[str, Any]:
    parts = [
        {"role": part.role, "office": part.office.name if part.office else part.as_written, "state": part.state,
         "due_on": part.due_on}
        for part in row.listed_parts
    ]  # fmt: skip
    return {
        "id": row.pk, "uid": row.uid, "programme_id": row.programme_id, "n": row.n, "text": row.text,
        "state": row.state, "bucket": row.bucket, "due_on": row.due_on, "due_kind": row.due_kind, "parts": parts,
        "illustrative": row.illustrative,
    }  # fmt: skip
