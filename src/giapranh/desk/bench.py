"""The desk of one person: what they owe today, what they wait for, what is new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from giapranh.documents import permissions as papers
from giapranh.documents import queries as documents
from giapranh.kernel.tables import as_text
from giapranh.people import queries as people
from giapranh.programme import queries as programme
from giapranh.water.queries import alerts

MOST = 12
MOST_NEWS = 6


@dataclass(frozen=True, slots=True)
class Line:
    """One thing on the desk. ``bucket`` draws the pill of its date."""

    url: str
    text: str
    note: str = ""
    bucket: str = ""
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Pile:
    """Lines that belong together, and how many there are in all."""

    lines: list[Line] = field(default_factory=list)
    total: int = 0
    more_url: str = ""

    def __add__(self, other: Pile) -> Pile:
        return Pile([*self.lines, *other.lines], self.total + other.total, self.more_url or other.more_url)


@dataclass(frozen=True, slots=True)
class Bench:
    owed: Pile
    waiting: Pile
    news: Pile
    programmes: Sequence[Any]
    illustrative: bool


def bench_of(user: Any, at: datetime) -> Bench:
    """The three piles of ``user`` and the programmes they take part in."""
    desk = programme.desk_of(user, at)
    papers, illustrative = _papers_to_confirm(user)
    water = alerts.bench_of(user, at)
    return Bench(
        _water_pile(water.owed)
        + Pile([_task_line(item) for item in desk.owe], desk.owe_total, reverse("programme:all_tasks"))
        + papers,
        _water_pile(water.waiting)
        + Pile([_task_line(item) for item in desk.wait], desk.wait_total, reverse("programme:all_tasks")),
        _news(user) + Pile([_task_line(item) for item in desk.new], desk.new_total),
        desk.programmes,
        desk.illustrative or illustrative or any(line.illustrative for line in [*water.owed, *water.waiting]),
    )


def _water_pile(lines: Sequence[alerts.BenchLine]) -> Pile:
    """Alerts and notices stand first: their clocks run in minutes and hours."""
    return Pile([Line(line.url, line.text, line.note, line.bucket) for line in lines], len(lines))


def _task_line(item: Any) -> Line:
    return Line(item.url, item.title, " · ".join(filter(None, [item.what, item.note])), item.bucket, item.days_left)


def _papers_to_confirm(user: Any) -> tuple[Pile, bool]:
    """Papers the machine has read and this person may confirm."""
    if not papers.can_write(user):
        return Pile(), False
    rows = documents.visible_papers(user).filter(state="to_confirm").order_by("-created_at", "-pk")
    found = list(rows.defer("text", "search_head", "search_body", "search_vector")[:MOST])
    lines = [
        Line(
            reverse("documents:reading", args=[paper.pk]),
            _("Xem lại bản đọc: %(paper)s") % {"paper": paper_name(paper)},
            " · ".join(filter(None, [_("Văn bản chờ xác nhận"), paper.issuer_name])),
        )
        for paper in found
    ]
    total = rows.count() if len(found) == MOST else len(found)
    return Pile(lines, total, "/van-ban/"), any(paper.illustrative for paper in found)


def paper_name(paper: Any) -> str:
    """How a list calls a paper: kind and number, else what it is about."""
    number = " ".join(filter(None, [paper.kind, paper.full_number]))
    return number or paper.subject or _("văn bản chưa có tên")


def _news(user: Any) -> Pile:
    """What was told to this person and not read yet."""
    unread = people.notices(user).filter(read_at=None)
    lines = [Line(f"/thong-bao/{notice.pk}/", notice.text, as_text(notice.created_at)) for notice in unread[:MOST_NEWS]]
    return Pile(lines, unread.count() if len(lines) == MOST_NEWS else len(lines), "/thong-bao/")
