"""Search across the rooms: each gives its best few, in its own words."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from giapranh.documents import queries as documents
from giapranh.kernel.dates import format_date
from giapranh.kernel.tables import Status
from giapranh.kernel.text import search_key
from giapranh.people import queries as people
from giapranh.places import queries as places
from giapranh.programme import queries as programme
from giapranh.water import links as water

MOST = 8


@dataclass(frozen=True, slots=True)
class Found:
    """One line of a group: where it leads, what it says, and the words that matched."""

    url: str
    title: str
    note: str = ""
    pieces: tuple[tuple[str, bool], ...] = ()
    status: Status | None = None


@dataclass(frozen=True, slots=True)
class Group:
    key: str
    title: str
    icon: str
    found: list[Found] = field(default_factory=list)
    more_url: str = ""


def everywhere(user: Any, words: str, day: date) -> list[Group]:
    """Papers, tasks, stations, offices and places, each with what ``user`` may see."""
    return [
        _papers(user, words),
        _tasks(user, words),
        _water(user, words, day),
        _offices(words, day),
        _places(words, day),
    ]


def _papers(user: Any, words: str) -> Group:
    hits = documents.search(user, words, limit=MOST + 1)
    found = [
        Found(
            reverse("documents:paper", args=[hit.paper.pk]),
            _paper_title(hit.paper),
            " · ".join(filter(None, [hit.paper.issuer_name, format_date(hit.paper.issued_on)])),
            tuple(hit.snippet.pieces()),
        )
        for hit in hits[:MOST]
    ]
    more = f"{reverse('documents:search')}?{urlencode({'q': words})}" if len(hits) > MOST else ""
    return Group("papers", _("Văn bản"), "paper", found, more)


def _paper_title(paper: Any) -> str:
    number = " ".join(filter(None, [paper.kind, paper.full_number]))
    return (
        f"{number}: {paper.subject}"
        if number and paper.subject
        else number or paper.subject or _("Văn bản chưa có tên")
    )


def _tasks(user: Any, words: str) -> Group:
    rows = programme.visible_tasks(user)
    for word in search_key(words).split():
        rows = rows.filter(search_key__contains=word)
    found = [
        Found(reverse("programme:task", args=[task.pk]), str(task), format_date(task.due_on))
        for task in rows.select_related("programme").order_by("sort_key", "pk")[:MOST]
    ]
    return Group("tasks", _("Việc"), "task", found)


def _water(user: Any, words: str, day: date) -> Group:
    """Rivers and stations."""
    found = [Found(url, title, note) for url, title, note in water.find_stations(user, words, day, MOST)]
    return Group("water", _("Sông, trạm"), "river", found)


def _offices(words: str, day: date) -> Group:
    """The office the words name first, then those whose names hold every word."""
    holding = people.offices(day)
    for word in search_key(words).split():
        holding = holding.filter(search_key__contains=word)
    both = {office.pk: office for office in [*people.find_office(words, day)[:MOST], *holding[:MOST]]}
    offices = list(both.values())[:MOST]
    names = people.display_names(offices, day)
    found = [
        Found(
            reverse("people:office", args=[office.uid]), names[office.pk], office.parent.name if office.parent else ""
        )
        for office in offices
    ]
    return Group("offices", _("Cơ quan, đơn vị"), "office", found)


def _places(words: str, day: date) -> Group:
    found = [
        Found(reverse("places:unit", args=[unit.uid]), unit.full_name, _above(unit))
        for unit in places.find(words, day)[:MOST]
    ]
    return Group("places", _("Địa giới"), "place", found)


def _above(unit: Any) -> str:
    return unit.parent.full_name if unit.parent else ""
