"""Which offices may read a paper. Nobody may until somebody says so."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from giapranh.documents import permissions, queries
from giapranh.documents.models import PaperAccess
from giapranh.documents.services.records import give_access, note
from giapranh.people.models import Office


def grant_access(*, paper_id: int, offices: Iterable[Office | int], by: Any, at: datetime) -> list[Office]:
    """Let these offices read a paper; the offices that could not before."""
    paper = queries.get_visible(by, paper_id)
    permissions.check_can_handle(by, paper)
    ids = [office if isinstance(office, int) else office.pk for office in offices]
    with transaction.atomic():
        fresh = give_access(paper, Office.objects.filter(pk__in=ids).order_by("pk"), by, at)
        if fresh:
            note("paper.access_granted", paper, by, at, offices=[office.pk for office in fresh])
    return fresh


def withdraw_access(*, paper_id: int, office_id: int, by: Any, at: datetime) -> None:
    """An office may no longer read a paper."""
    paper = queries.get_visible(by, paper_id)
    permissions.check_can_handle(by, paper)
    with transaction.atomic():
        if PaperAccess.objects.filter(paper=paper, office=office_id).delete()[0]:
            note("paper.access_withdrawn", paper, by, at, office=office_id)
