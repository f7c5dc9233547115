"""How other rooms reach this one: the page behind a task reference, the step after a confirmed paper."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from giapranh.documents import queries as documents
from giapranh.documents.models import Paper, PaperState
from giapranh.kernel.refs import RecordRef, Resolved
from giapranh.programme import permissions
from giapranh.programme.models import Programme, Task


def resolve_task(ref: RecordRef) -> Resolved | None:
    """The task a reference names, by its number or its uid."""
    key = _key(ref.id)
    if ref.node or key is None:
        return None
    task = Task.objects.filter(**key).first()
    return Resolved(str(task), f"/viec/{task.pk}/") if task else None


def _key(text: str) -> dict[str, int | UUID] | None:
    if text.isdecimal() and len(text) < 19:
        return {"pk": int(text)}
    try:
        return {"uid": UUID(text)}
    except ValueError:
        return None


def adopt_url(paper: Paper, user: Any) -> str | None:
    """Where the tasks of a confirmed paper are given; None when it gives none, they were, or ``user`` may not."""
    if paper.state not in (PaperState.CONFIRMED, PaperState.REGISTERED) or not permissions.can_adopt(user):
        return None
    if Programme.objects.filter(paper=paper).exists() or not documents.confirmed_reading(paper.pk).directives:
        return None
    return f"/chuong-trinh/giao-viec/{paper.pk}/"


def programme_url(paper: Paper, user: Any) -> str | None:
    """The programme that came of a paper, for those who may see it."""
    programme = Programme.objects.filter(permissions.visible_programmes(user), paper=paper).first()
    return f"/chuong-trinh/{programme.pk}/" if programme else None
