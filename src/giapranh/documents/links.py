"""How other rooms show a paper they hold a reference to."""

from __future__ import annotations

from django.urls import reverse

from giapranh.documents.models import Paper
from giapranh.kernel.refs import RecordRef, Resolved


def resolve_paper(ref: RecordRef) -> Resolved | None:
    """``paper:17``: its name and its page. Whether the reader may open it is asked on that page."""
    if not ref.id.isdecimal():
        return None
    paper = Paper.objects.only("kind", "full_number").filter(pk=int(ref.id)).first()
    return Resolved(str(paper), reverse("documents:paper", args=[paper.pk])) if paper else None
