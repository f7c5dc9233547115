"""What would become of a confirmed paper: the plan that the preview page shows and ``adopt`` carries out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from giapranh.documents import queries as documents
from giapranh.documents.confirmed import ConfirmedDirective, ConfirmedReading
from giapranh.documents.models import Paper
from giapranh.kernel.errors import N_, Conflict
from giapranh.kernel.text import one_line, search_key
from giapranh.people import queries as people
from giapranh.people.models import Office, OfficeKind
from giapranh.programme import indicators
from giapranh.programme.models import Programme
from giapranh.programme.reference import due_rules, topics
from giapranh.programme.rules import due_dates
from giapranh.programme.rules.due_dates import Due
from giapranh.programme.rules.phrases import Group, group_of, readings
from giapranh.programme.rules.topics import Topic, indicators_for, topic_of
from giapranh.programme.thresholds import Today, today

ALWAYS_WATCHED = ("programme.papers_exchanged", "programme.reports_received")


class NothingToAdopt(Conflict):
    code = "nothing_to_adopt"


class AlreadyAdopted(Conflict):
    code = "already_adopted"


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words of the paper and the offices they may mean. ``chosen`` is the proposal; empty means nobody was found."""

    key: str
    words: str
    group: Group | None
    options: tuple[Office, ...]
    chosen: tuple[int, ...]
    note: str = ""

    @property
    def matched(self) -> bool:
        return bool(self.chosen)


@dataclass(frozen=True, slots=True)
class PlannedDirective:
    """One directive as it would become tasks. Phrases are named by their keys in the plan."""

    index: int
    n: str
    text: str
    topic: Topic | None
    mode: str
    report_to: str
    leads: tuple[str, ...]
    coordinating: tuple[str, ...]
    counterparts: tuple[tuple[str, Office | None], ...]
    due: Due
    due_words: str
    indicators: tuple[str, ...]
    lead_from_addressees: bool


@dataclass(frozen=True, slots=True)
class Plan:
    reading: ConfirmedReading
    paper: Paper
    owner: Office | None
    name: str
    day: date
    phrases: dict[str, Phrase]
    directives: tuple[PlannedDirective, ...]
    bases: tuple[tuple[Paper, str], ...]
    offices: tuple[Office, ...] = field(repr=False, default=())

    @property
    def unmatched(self) -> list[Phrase]:
        return [phrase for phrase in self.phrases.values() if not phrase.matched]


def plan(paper_id: int, *, at: datetime) -> Plan:
    """The proposal for a confirmed paper. Refuses a paper that has a programme already or gives no duty."""
    reading = documents.confirmed_reading(paper_id)
    paper = Paper.objects.select_related("issuer", "agency").get(pk=paper_id)
    if existing := Programme.objects.filter(paper=paper).first():
        raise AlreadyAdopted(N_("Văn bản này đã được giao thành chương trình “%(name)s”."), name=existing.name)
    if not reading.directives:
        raise NothingToAdopt(
            N_("Văn bản %(paper)s không giao nhiệm vụ nào nên không lập chương trình."), paper=str(paper)
        )
    now = today(at)
    owner = people.own_agency() or (paper.issuer.agency if paper.issuer else None)
    matcher = Matcher(paper.day_of_names or now.day, now.day, owner)
    addressees = _addressees(paper_id)
    directives = tuple(_planned(each, reading, paper, addressees, matcher, now) for each in reading.directives)
    return Plan(
        reading, paper, owner, _name(reading), now.day, matcher.phrases, directives, _bases(reading),
        tuple(people.offices(now.day)),
    )  # fmt: skip


class Matcher:
    """Finds each phrase once. Names are looked up on the day of the paper; work goes to who holds it today."""

    def __init__(self, day: date, today: date, agency: Office | None) -> None:
        self.day, self.today, self.agency = day, today, agency
        self.phrases: dict[str, Phrase] = {}
        self._inside: list[Office] | None = None

    def key(self, words: str) -> str:
        key = search_key(words)
        if key not in self.phrases:
            self.phrases[key] = self._match(key, one_line(words))
        return key

    def _match(self, key: str, words: str) -> Phrase:
        group = group_of(words)
        if group is not None:
            members = self._members(group)
            return Phrase(key, words, group, tuple(members), tuple(office.pk for office in members))
        found = self.find(words)
        if not found:
            return Phrase(key, words, None, (), ())
        holders = people.current_successors(found[0], self.today) or [found[0]]
        if len(holders) > 1:
            note = N_("đơn vị này đã được chia: hãy chọn nơi nhận việc")
            return Phrase(key, words, None, tuple(holders), (), note)
        return Phrase(key, words, None, tuple(dict.fromkeys([*found[:1], *holders, *found[1:5]])), (found[0].pk,))

    def find(self, words: str) -> list[Office]:
        """Best first: an office of the own agency that is called exactly so, then anybody."""
        for form in readings(words):
            if self.agency is not None:
                inside = self._find(form, within=self.agency)
                if inside and _called(inside[0], form):
                    return [*inside, *(o for o in self._find(form) if o not in inside)]
            if anywhere := self._find(form):
                return anywhere
        return []

    def _find(self, words: str, within: Office | None = None) -> list[Office]:
        for day in dict.fromkeys([self.day, self.today]):
            if found := people.find_office(words, day, within=within):
                return found
        return []

    def _members(self, group: Group) -> list[Office]:
        if group is Group.COMMUNES:
            held = people.offices(self.today).filter(kind=OfficeKind.COMMUNE_COMMITTEE)
            province = self.agency.unit_id if self.agency else None
            return list(held.filter(unit__parent=province) if province else held)
        if self.agency is None:
            return []
        if self._inside is None:
            held = people.offices(self.today, within=self.agency)
            self._inside = [office for office in held if office.pk != self.agency.pk]
        return self._inside


def _called(office: Office, words: str) -> bool:
    return search_key(words) in {search_key(name) for name in office.names()}


def _planned(
    directive: ConfirmedDirective,
    reading: ConfirmedReading,
    paper: Paper,
    addressees: list[str],
    matcher: Matcher,
    now: Today,
) -> PlannedDirective:
    topic = topic_of(directive.text, topics(), day=now.day, hint=directive.topic)
    due = due_dates.resolve(
        directive.due, topic=topic.key if topic else None, text=directive.text, day=now.day,
        issued_on=reading.issued_on, rules=due_rules(), calendar=now.calendar,
        before_includes_day=now.limits.before_includes_day,
    )  # fmt: skip
    leads = directive.lead or addressees or [N_("chưa nêu đơn vị")]
    return PlannedDirective(
        directive.index, directive.n or "", directive.text, topic, directive.mode or "", directive.report_to or "",
        tuple(dict.fromkeys(matcher.key(words) for words in leads)),
        tuple(dict.fromkeys(matcher.key(words) for words in directive.coordinating)),
        tuple((one_line(name), _counterpart(name, matcher)) for name in dict.fromkeys(directive.counterparts)),
        due, str(directive.due.get("words") or ""),
        tuple(indicators_for(topic, indicators.keys(), ALWAYS_WATCHED)), not directive.lead,
    )  # fmt: skip


def _counterpart(name: str, matcher: Matcher) -> Office | None:
    """The office of the other side; an office of the own agency is never its own counterpart."""
    own = matcher.agency.pk if matcher.agency else None
    found = [office for office in people.find_office(name, matcher.day) if office.agency.pk != own]
    return found[0] if found else None


def _addressees(paper_id: int) -> list[str]:
    reading = documents.latest_reading(paper_id)
    values: Iterable[Any] = reading.data.get("addressees") or () if reading else ()
    words = [one_line(str(value["value"] if isinstance(value, dict) else value)) for value in values]
    return [each for each in words if each]


def _name(reading: ConfirmedReading) -> str:
    subject = one_line(reading.subject) or reading.full_number
    return subject[:1].upper() + subject[1:]


def _bases(reading: ConfirmedReading) -> tuple[tuple[Paper, str], ...]:
    """The cited papers, the oldest first: a memorandum comes before the plan that carries it out."""
    papers = Paper.objects.in_bulk([citation.paper_id for citation in reading.citations])
    words = {citation.paper_id: citation.as_written for citation in reading.citations}
    order = {paper_id: place for place, paper_id in enumerate(words)}
    chain = sorted(papers.values(), key=lambda paper: (paper.day_of_names or date.max, order[paper.pk]))
    return tuple((paper, words[paper.pk]) for paper in chain)
