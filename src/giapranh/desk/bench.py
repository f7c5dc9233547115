"""The desk of one person: what they owe today, what they wait for, what is new."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from giapranh.documents import permissions as paper_permissions
from giapranh.documents import queries as documents
from giapranh.people import queries as people

MOST = 12


@dataclass(frozen=True, slots=True)
class Line:
    """One thing on the desk. ``bucket`` draws the pill of its date."""

    url: str
    text: str
    note: str = ""
    bucket: str = ""
    days: int | None = None
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Pile:
    """Lines that belong together, and how many there are in all."""

    lines: list[Line] = field(default_factory=list)
    total: int = 0
    more_url: str = ""


def papers_to_confirm(user: Any) -> Pile:
    """Papers the machine has read and this person may confirm."""
    if not paper_permissions.can_write(user):
        return Pile()
    rows = documents.visible_papers(user).filter(state="to_confirm").order_by("-created_at", "-pk")
    found = list(rows.defer("text", "search_head", "search_body", "search_vector")[: MOST + 1])
    lines = [
        Line(f"/van-ban/{paper.pk}/", _("Xem lại bản đọc: %(paper)s") % {"paper": paper_name(paper)}, paper.issuer_name)
        for paper in found[:MOST]
    ]
    return Pile(lines, len(found), "/van-ban/")


def paper_name(paper: Any) -> str:
    """How a list calls a paper: kind and number, else what it is about."""
    number = " ".join(filter(None, [paper.kind, paper.full_number]))
    return number or paper.subject or _("văn bản chưa có tên")


def news(user: Any) -> Pile:
    """What was told to this person and not read yet."""
    unread = people.notices(user).filter(read_at=None)
    lines = [
        Line(f"/thong-bao/{notice.pk}/", notice.text, f"{notice.created_at:%d/%m/%Y}", fresh=True)
        for notice in unread[:MOST]
    ]
    return Pile(lines, unread.count(), "/thong-bao/")
