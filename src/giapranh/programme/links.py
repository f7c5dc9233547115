"""How other rooms reach this one: the page behind a task reference, the step after a confirmed paper."""

from __future__ import annotations

from typing import Any

from giapranh.documents.models import Paper, PaperState
from giapranh.kernel.refs import RecordRef, Resolved
from giapranh.programme import permissions
from giapranh.programme.models import Programme, Task


def resolve_task(ref: RecordRef) -> Resolved | None:
    """The task a reference names, by its number or its uid."""
    if ref.node:
        return None
    key = {"pk": int(ref.id)} if ref.id.isdecimal() else {"uid": ref.id}
    task = Task.objects.filter(**key).first()
    return Resolved(str(task), f"/viec/{task.pk}/") if task else None


def adopt_url(paper: Paper, user: Any) -> str | None:
    """Where a confirmed paper goes on: its programme when it has one, else the page that makes one."""
    if paper.state not in (PaperState.CONFIRMED, PaperState.REGISTERED):
        return None
    if programme := Programme.objects.filter(paper=paper).first():
        return f"/chuong-trinh/{programme.pk}/"
    return f"/chuong-trinh/giao-viec/{paper.pk}/" if permissions.can_adopt(user) else None
