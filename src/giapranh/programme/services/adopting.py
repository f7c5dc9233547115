"""A confirmed paper becomes a programme: one task per (directive, lead office)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import IntegrityError, transaction

from giapranh.documents import queries as papers
from giapranh.documents import services as documents
from giapranh.kernel.errors import N_, BadInput
from giapranh.kernel.text import one_line, search_key
from giapranh.people import queries as people
from giapranh.people.models import Office, Officer
from giapranh.people.roles import Role
from giapranh.people.services import audit, notify
from giapranh.programme import permissions
from giapranh.programme.models import (
    Counterpart,
    IndicatorTarget,
    LegalBasis,
    Programme,
    Task,
    TaskEvent,
    TaskPart,
)
from giapranh.programme.models import (
    Role as PartRole,
)
from giapranh.programme.queries.adoption import AlreadyAdopted, Phrase, Plan, PlannedDirective, plan
from giapranh.programme.rules.due_dates import PART_RULE, Due, DueKind, part_due
from giapranh.programme.services.records import line_for, tell_neighbours
from giapranh.programme.services.recurring import materialise_recurrences
from giapranh.programme.thresholds import Today, today


class OwnerMissing(BadInput):
    code = "owner_missing"


class UnknownOffice(BadInput):
    code = "unknown_office"


@dataclass(frozen=True, slots=True)
class Choices:
    """What the officer decided on the preview page.

    ``offices``: words of the paper → the offices they mean; an empty list leaves them "chưa rõ"; words not named keep
    the proposal. ``dues``: directive index → another due date than the proposal (None: no date).
    """

    offices: Mapping[str, Iterable[int]] = field(default_factory=dict)
    dues: Mapping[int, date | None] = field(default_factory=dict)
    left_out: frozenset[int] = frozenset()
    name: str = ""
    owner: int | None = None
    period_from: date | None = None
    period_to: date | None = None


@dataclass(frozen=True, slots=True)
class Assigned:
    """An office as the paper names it and who holds its work today; both None while the words mean nobody known."""

    words: str
    given_to: Office | None = None
    holder: Office | None = None


@transaction.atomic
def adopt(*, paper_id: int, by: Officer, at: datetime, choices: Choices | None = None) -> Programme:
    """The programme of a confirmed paper, with its legal bases, tasks, parts, due dates and proposed indicators."""
    permissions.check_can_adopt(by)
    papers.get_visible(by, paper_id)
    choices = choices or Choices()
    proposal, now = plan(paper_id, at=at), today(at)
    owner = _owner(proposal, choices)
    permissions.check_can_adopt(by, owner)
    programme = _programme(proposal, choices, owner, by, at)
    assigned = _assigned(proposal, choices, now)
    tasks = [
        task
        for directive in proposal.directives
        if directive.index not in choices.left_out
        for task in _tasks(directive, programme, assigned, choices, now, at)
    ]
    _store(tasks, by, at)
    _give_access(programme, tasks, by, at)
    _tell(programme, tasks, by)
    audit("programme.adopted", "programme", programme.pk, by, at, paper=paper_id, tasks=len(tasks))
    tell_neighbours((each.task for each in tasks if each.counterparts), at)
    materialise_recurrences(at, programme_id=programme.pk)
    return programme


@dataclass(slots=True)
class NewTask:
    task: Task
    parts: list[TaskPart]
    counterparts: list[Counterpart]
    indicators: list[IndicatorTarget]


def _owner(proposal: Plan, choices: Choices) -> Office:
    owner = people.office(choices.owner) if choices.owner else proposal.owner
    if owner is None:
        raise OwnerMissing(N_("Chưa biết cơ quan giao việc. Hãy khai cơ quan của máy này ở trang Thiết lập."))
    return owner.agency


def _programme(proposal: Plan, choices: Choices, owner: Office, by: Officer, at: datetime) -> Programme:
    try:
        with transaction.atomic():
            programme = Programme.objects.create(
                name=(one_line(choices.name) or proposal.name)[:500], paper=proposal.paper, owner=owner,
                period_from=choices.period_from, period_to=choices.period_to,
                illustrative=proposal.paper.illustrative, created_by=by, created_at=at,
            )  # fmt: skip
    except IntegrityError as error:  # somebody adopted the paper in the same moment
        raise AlreadyAdopted(N_("Văn bản này vừa được người khác giao việc. Hãy tải lại trang.")) from error
    LegalBasis.objects.bulk_create(
        LegalBasis(programme=programme, paper=paper, words=words[:500], issued_on=paper.issued_on, order=place)
        for place, (paper, words) in enumerate(proposal.bases)
    )
    return programme


def _assigned(proposal: Plan, choices: Choices, now: Today) -> dict[str, list[Assigned]]:
    """For each phrase of the plan: the offices it was decided to mean."""
    decided = {search_key(words): tuple(ids) for words, ids in choices.offices.items()}
    wanted = {key: decided.get(key, phrase.chosen) for key, phrase in proposal.phrases.items()}
    known = Office.objects.select_related("parent", "unit").in_bulk({pk for ids in wanted.values() for pk in ids})
    if missing := {pk for ids in wanted.values() for pk in ids} - known.keys():
        raise UnknownOffice(N_("Không có đơn vị số %(ids)s."), ids=", ".join(map(str, sorted(missing))))
    found = {}
    for key, ids in wanted.items():
        phrase = proposal.phrases[key]
        found[key] = [_assign(phrase, known[pk], now.day) for pk in dict.fromkeys(ids)] or [Assigned(phrase.words)]
    return found


def _assign(phrase: Phrase, office: Office, day: date) -> Assigned:
    holders = people.current_successors(office, day)
    if len(holders) > 1:  # split since: only a person can say who has the work now
        return Assigned(phrase.words, office, None)
    return Assigned(phrase.words, office, holders[0] if holders else office)


def _tasks(
    directive: PlannedDirective,
    programme: Programme,
    assigned: Mapping[str, list[Assigned]],
    choices: Choices,
    now: Today,
    at: datetime,
) -> list[NewTask]:
    leads = _once([each for key in directive.leads for each in assigned[key]])
    others = _once([each for key in directive.coordinating for each in assigned[key]])
    return [
        _new_task(directive, programme, lead, others, directive.index * 100 + place, choices, now, at)
        for place, lead in enumerate(leads)
    ]


def _once(found: list[Assigned]) -> list[Assigned]:
    """Each holder once; words nobody knows stay apart."""
    kept: dict[object, Assigned] = {}
    for each in found:
        kept.setdefault(each.holder.pk if each.holder else each.words, each)
    return list(kept.values())


def _new_task(
    directive: PlannedDirective,
    programme: Programme,
    lead: Assigned,
    others: list[Assigned],
    order: int,
    choices: Choices,
    now: Today,
    at: datetime,
) -> NewTask:
    due = directive.due
    if directive.index in choices.dues:
        due = decided_due(directive.due, choices.dues[directive.index])
    task = Task(
        programme=programme, directive_index=directive.index, n=directive.n[:20], order=order, text=directive.text,
        topic=directive.topic.key if directive.topic else "", mode=directive.mode[:20],
        report_to=directive.report_to[:250], due_on=due.on, due_time=due.at,
        due_kind=due.kind if due.on or due.recurrence else DueKind.NONE, due_rule=due.rule[:250],
        due_words=directive.due_words[:250], original_due_on=due.on, recurrence=due.recurrence[:200],
        given_on=now.day, illustrative=programme.illustrative, created_at=at, changed_at=at,
    )  # fmt: skip
    task.set_keys()
    parts = [_part(task, lead, PartRole.LEAD, due, now)]
    lead_pk = lead.holder.pk if lead.holder else None
    parts += [
        _part(task, other, PartRole.COORDINATING, due, now)
        for other in others
        if other.holder is None or other.holder.pk != lead_pk
    ]
    return NewTask(
        task, parts,
        [Counterpart(task=task, name=name[:300], office=office) for name, office in directive.counterparts],
        [IndicatorTarget(task=task, indicator=key) for key in directive.indicators],
    )  # fmt: skip


def decided_due(proposal: Due, on: date | None) -> Due:
    """The date an officer set instead of the proposal; the same date keeps its rule."""
    if on == proposal.on:
        return proposal
    return Due(on, DueKind.GIVEN if on else DueKind.NONE)


def _part(task: Task, who: Assigned, role: PartRole, due: Due, now: Today) -> TaskPart:
    on, kind, rule = due.on, due.kind, due.rule
    if role == PartRole.COORDINATING and due.on:
        days = now.limits.part_days_before_lead
        on = part_due(due.on, day=now.day, working_days_before=days, calendar=now.calendar)
        kind, rule = DueKind.PROPOSED, PART_RULE % {"days": days}
    return TaskPart(
        task=task, role=role, office=who.holder, given_to=who.given_to, as_written=who.words[:500], due_on=on,
        due_kind=kind if on else DueKind.NONE, due_rule=rule[:250] if on else "",
    )  # fmt: skip


def _store(new: list[NewTask], by: Officer, at: datetime) -> None:
    Task.objects.bulk_create(each.task for each in new)
    TaskPart.objects.bulk_create(part for each in new for part in each.parts)
    Counterpart.objects.bulk_create(row for each in new for row in each.counterparts)
    IndicatorTarget.objects.bulk_create(row for each in new for row in each.indicators)
    TaskEvent.objects.bulk_create(
        TaskEvent(task=each.task, verb="give", to_state=each.task.state, by=by, at=at) for each in new
    )


def _offices(new: list[NewTask]) -> list[Office]:
    return list({part.office_id: part.office for each in new for part in each.parts if part.office}.values())


def _give_access(programme: Programme, new: list[NewTask], by: Officer, at: datetime) -> None:
    """Whoever gets a duty may read the paper it stands in."""
    offices = _offices(new)
    if offices and programme.paper_id:
        documents.grant_access(paper_id=programme.paper_id, offices=offices, by=by, at=at)


def _tell(programme: Programme, new: list[NewTask], by: Officer) -> None:
    """One line per person, however many tasks came."""
    counts: dict[Officer, int] = {}
    for office in _offices(new):
        mine = sum(any(part.office_id == office.pk for part in each.parts) for each in new)
        for officer in people.officers_in(office, Role.OFFICE_HEAD) or people.officers_in(office):
            counts[officer] = counts.get(officer, 0) + mine
    for officer, count in counts.items():
        if officer != by:
            text = line_for(officer, N_("%(count)s việc mới từ “%(name)s”"), count=count, name=programme.name[:120])
            notify(officer, text, f"/chuong-trinh/{programme.pk}/", "task")
