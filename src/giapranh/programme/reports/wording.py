"""The numbers of a report in the language of the page. What is frozen stays as it was written, in Vietnamese."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from giapranh.programme.reports.facts import STANDING_WORDS, Cited, Number, Standing
from giapranh.programme.reports.numbers import CLAUSE_TITLE, COUNTED_STANDING, INDICATOR


@dataclass(frozen=True, slots=True)
class Told:
    """A number as a page tells it. ``frozen`` is what was sealed, and only that has a seal."""

    frozen: Number
    title: str
    unit: str
    how: str
    citations: Sequence[Cited]

    @property
    def index(self) -> int:
        return self.frozen.index

    @property
    def sha(self) -> str:
        return self.frozen.sha


def told(number: Number) -> Told:
    """Title, unit, way of counting and notes in the reader's language."""
    cited = [replace(each, note=_(each.note)) for each in number.citations]
    return Told(number, _title(number), _(number.unit), _how(number), cited)


def _title(number: Number) -> str:
    label, found, rest = number.title.rpartition(CLAUSE_TITLE.removeprefix("%(clause)s"))
    return _(CLAUSE_TITLE) % {"clause": label} if found and not rest else _(number.title)


def _how(number: Number) -> str:
    if "indicator" in number.query:
        return _(INDICATOR) % {"title": _title(number)}
    if "standing" in number.query:
        return _(COUNTED_STANDING) % {"standing": _(STANDING_WORDS[Standing(number.query["standing"])])}
    return _(number.how)
