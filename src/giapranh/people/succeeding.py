"""Carrying out a succession: who ends, who follows, what moves with them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from giapranh.kernel import clock
from giapranh.kernel.dates import format_date
from giapranh.kernel.errors import N_, BadInput, Conflict, NotFound
from giapranh.kernel.text import one_line
from giapranh.people.audit import audit
from giapranh.people.models import Appointment, Duty, Office, Officer, Succession, SuccessionLink
from giapranh.people.permissions import check_can_change_organisation
from giapranh.people.rules import plans
from giapranh.people.succession import Effect, Move, NewOffice, Plan, hooks
from giapranh.places.named import held_on


class OfficeEnded(Conflict):
    code = "office_ended"


class PlanOutdated(Conflict):
    code = "plan_outdated"


class UnknownOffice(NotFound):
    code = "unknown_office"


class SameName(BadInput):
    code = "same_name"


@dataclass
class _Line:
    """One office that ends and who follows it; sub-offices of an office that ends are lines of their own."""

    office: Office
    follower: Office | None
    follower_name: str
    ends: bool
    new: NewOffice | None = None  # set when the follower has yet to be created
    parent_line: _Line | None = None  # the follower is created below this line's follower

    def move(self, plan: Plan) -> Move:
        return Move(
            self.office.pk, self.office.name, self.follower.pk if self.follower else None, self.follower_name,
            plan.on, plan.duty,
        )  # fmt: skip


@dataclass
class _Outline:
    """A plan worked out against the offices of its day."""

    plan: Plan
    predecessors: list[Office]
    successors: list[Office]
    lines: list[_Line] = field(default_factory=list)

    @property
    def moves(self) -> list[Move]:
        """What goes from one office to another; the work of an office that goes on as its own heir stays."""
        found = [line.move(self.plan) for line in self.lines]
        return [move for move in found if move.predecessor_id != move.successor_id]


def preview_succession(plan: Plan) -> list[Effect]:
    """Everything the plan would move, in the order it is shown. Changes nothing."""
    outline = _work_out(plan)
    effects = [*_own_effects(outline)]
    for preview, _apply in hooks().values():
        effects += preview(outline.moves)
    return effects


def names_of_followers(plan: Plan) -> list[str]:
    """The offices that follow, in the order ``heir`` counts them."""
    known = Office.objects.in_bulk(plan.successors)
    return [known[pk].name for pk in plan.successors] + [one_line(new.name) for new in plan.new_offices]


def fingerprint(effects: list[Effect]) -> str:
    """Tells whether what was shown is still what would happen."""
    text = json.dumps([effect.as_json() for effect in effects], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:20]


@transaction.atomic
def succeed(*, plan: Plan, by: Officer, at: datetime, seen: str = "") -> Succession:
    """Carry out a plan. ``seen`` is the fingerprint of the effects the person agreed to."""
    check_can_change_organisation(by)
    list(Office.objects.select_for_update().filter(pk__in=plan.predecessors).order_by("pk"))
    effects = preview_succession(plan)
    if seen and seen != fingerprint(effects):
        raise PlanOutdated(N_("Trong lúc bạn xem, dữ liệu đã thay đổi. Hãy xem lại danh sách rồi xác nhận."))
    outline = _work_out(plan)
    succession = Succession.objects.create(
        on=plan.on, kind=plan.kind, legal_basis=one_line(plan.legal_basis), note=one_line(plan.note),
        by=by, at=at, effects=[effect.as_json() for effect in effects],
    )  # fmt: skip
    followers = _create_followers(outline)
    _link(succession, outline, followers)
    _close(outline)
    _move_duties(outline)
    if plan.kind != "move_duty":
        _move_appointments(outline)
    succession.moves = [move.as_json() for move in outline.moves]
    succession.save(update_fields=["moves"])
    audit("organisation.succession", "succession", succession.pk, by, at, **plan.as_json())
    if plan.on <= clock.local_date(at):
        _hand_over(succession, outline.moves, by, at)
    return succession


@transaction.atomic
def hand_over_due(at: datetime) -> int:
    """Move the open work of successions whose day has come; for the worker. Returns how many."""
    due = Succession.objects.select_for_update(skip_locked=True).filter(applied_at=None, on__lte=clock.local_date(at))
    found = list(due.order_by("on", "pk"))
    for succession in found:
        _hand_over(succession, [Move.from_json(move) for move in succession.moves], succession.by, at)
    return len(found)


def _hand_over(succession: Succession, moves: list[Move], by: Officer | None, at: datetime) -> None:
    for _preview, apply in hooks().values():
        apply(moves, by, at)
    succession.applied_at = at
    succession.save(update_fields=["applied_at"])


# --- working the plan out ------------------------------------------------------------------------------------------


def _work_out(plan: Plan) -> _Outline:
    plans.check(plan)
    predecessors = _offices(plan.predecessors, plan)
    outline = _Outline(plan, predecessors, _offices(plan.successors, plan))
    for office in predecessors:
        line = _line(outline, office)
        outline.lines.append(line)
        if line.ends:
            outline.lines += _lines_below(line, plan)
    return outline


def _offices(ids: tuple[int, ...], plan: Plan) -> list[Office]:
    found = Office.objects.select_related("parent", "unit").in_bulk(ids)
    offices = [found[pk] for pk in ids if pk in found]
    if len(offices) != len(ids):
        raise UnknownOffice(N_("Có đơn vị không còn trong danh sách. Hãy chọn lại."))
    for office in offices:
        if not office.holds_on(plan.on):
            raise OfficeEnded(
                N_("%(name)s không hoạt động vào ngày %(day)s."), name=office.name, day=format_date(plan.on)
            )
        starts_that_day = office.valid_from is not None and office.valid_from >= plan.on
        if office.pk in plan.predecessors and office.pk not in plan.successors and starts_that_day:
            raise OfficeEnded(
                N_("%(name)s chỉ có từ ngày %(day)s; hãy chọn ngày muộn hơn."),
                name=office.name, day=format_date(office.valid_from),
            )  # fmt: skip
    return offices


def _line(outline: _Outline, office: Office) -> _Line:
    plan = outline.plan
    ends = plan.kind != "move_duty" and office.pk not in plan.successors
    if not plan.followers:
        return _Line(office, None, "", ends)
    if plan.heir < len(outline.successors):
        heir = outline.successors[plan.heir]
        return _Line(office, heir, heir.name, ends)
    new = plan.new_offices[plan.heir - len(outline.successors)]
    if plan.kind == "rename" and one_line(new.name) == office.name:
        raise SameName(N_("Tên mới trùng tên cũ."))
    return _Line(office, None, one_line(new.name), ends, new)


def _lines_below(above: _Line, plan: Plan) -> list[_Line]:
    """Offices below one that ends go on below its follower, under their own names."""
    lines: list[_Line] = []
    known = set(plan.predecessors) | set(plan.successors)
    for child in above.office.children.filter(held_on(plan.on)).exclude(pk__in=known).order_by("sort_key"):
        if not above.follower_name:
            lines.append(_Line(child, None, "", ends=True, parent_line=above))
        else:
            lines.append(_Line(child, None, child.name, True, NewOffice(child.name), above))
        lines += _lines_below(lines[-1], plan)
    return lines


def _own_effects(outline: _Outline) -> list[Effect]:
    effects = [_office_effect(line, outline) for line in outline.lines if line.ends]
    for line in outline.lines:
        effects += [
            Effect("duty", duty.name, line.office.name, line.follower_name) for duty in _duties_of(line, outline.plan)
        ]
        if outline.plan.kind != "move_duty" and line.ends:
            effects += [
                Effect("appointment", f"{held.officer} – {held.get_role_display()}", line.office.name,
                       line.follower_name)
                for held in _appointments_of(line, outline.plan)
            ]  # fmt: skip
    return effects


def _office_effect(line: _Line, outline: _Outline) -> Effect:
    eve = format_date(outline.plan.on - timedelta(days=1))
    followers = names_of_followers(outline.plan) if line.parent_line is None else [line.follower_name]
    return Effect("office", line.office.name, line.office.name, ", ".join(filter(None, followers)), note=eve)


def _duties_of(line: _Line, plan: Plan) -> list[Duty]:
    found = Duty.objects.filter(held_on(plan.on), office=line.office)
    if plan.kind == "move_duty":
        found = found.filter(key=plan.duty)
    elif not line.ends:
        found = found.none()
    return list(found.order_by("sort_key"))


def _appointments_of(line: _Line, plan: Plan) -> list[Appointment]:
    """Appointments that would go on past the day."""
    found = Appointment.objects.filter(office=line.office).exclude(valid_to__lt=plan.on)
    return list(found.select_related("officer").order_by("officer__sort_key", "pk"))


# --- carrying it out -------------------------------------------------------------------------------------------------


def _create_followers(outline: _Outline) -> list[Office]:
    """The offices that follow the named ones: those that exist, then the new ones in the order of the plan."""
    plan, first = outline.plan, outline.predecessors[0]
    new = [_new_office(asked, first, plan, renamed=plan.kind == "rename") for asked in plan.new_offices]
    followers = [*outline.successors, *new]
    for line in outline.lines:
        if line.parent_line is None and line.new is not None:
            line.follower = followers[plan.heir]
        elif line.parent_line is not None and line.new is not None:
            line.follower = _continued(line, plan)
    return followers


def _new_office(asked: NewOffice, first: Office, plan: Plan, *, renamed: bool) -> Office:
    parent = Office.objects.get(pk=asked.parent_id) if asked.parent_id else first.parent
    if (
        Office.objects.filter(held_on(plan.on), name=one_line(asked.name), parent=parent, unit=first.unit)
        .exclude(pk__in=plan.predecessors)
        .exists()
    ):
        raise SameName(N_("Đã có đơn vị “%(name)s” ở đây. Hãy chọn đơn vị đó thay vì tạo mới."), name=asked.name)
    return Office.objects.create(
        name=asked.name, kind=asked.kind or first.kind, short_name=one_line(asked.short_name),
        abbreviation=one_line(asked.abbreviation), symbol=one_line(asked.symbol or asked.abbreviation),
        parent=parent, unit=None if parent and parent.pk != first.parent_id else first.unit,
        organ_code=first.organ_code if renamed else "", email=first.email if renamed else "",
        valid_from=plan.on, source=one_line(plan.legal_basis), illustrative=first.illustrative,
    )  # fmt: skip


def _continued(line: _Line, plan: Plan) -> Office:
    """The same office below another one: a new row, so that lists of the past keep the old place."""
    assert line.parent_line is not None
    old = line.office
    above = line.parent_line.follower
    if (there := Office.objects.filter(held_on(plan.on), parent=above, name=old.name).first()) is not None:
        return there  # two agencies that merge both had such an office: one goes on
    return Office.objects.create(
        name=old.name, kind=old.kind, short_name=old.short_name, abbreviation=old.abbreviation, symbol=old.symbol,
        parent=above, unit=old.unit, organ_code=old.organ_code, aliases=old.aliases,
        email=old.email, valid_from=plan.on, unknown_note=old.unknown_note, source=one_line(plan.legal_basis),
        illustrative=old.illustrative,
    )  # fmt: skip


def _link(succession: Succession, outline: _Outline, followers: list[Office]) -> None:
    duty = outline.plan.duty if outline.plan.kind == "move_duty" else ""
    links: list[SuccessionLink] = []
    for line in outline.lines:
        named = followers if line.parent_line is None else [line.follower] if line.follower else []
        others = [office for office in named if office.pk != line.office.pk]
        links += [SuccessionLink(succession=succession, predecessor=line.office, successor=office, duty=duty)
                  for office in others]  # fmt: skip
        if not named:
            links.append(SuccessionLink(succession=succession, predecessor=line.office, duty=duty))
    SuccessionLink.objects.bulk_create(links)


def _close(outline: _Outline) -> None:
    for line in outline.lines:
        if line.ends:
            line.office.valid_to = outline.plan.on - timedelta(days=1)
            line.office.save(update_fields=["valid_to"])


def _move_duties(outline: _Outline) -> None:
    for line in outline.lines:
        for duty in _duties_of(line, outline.plan):
            if line.follower is not None:
                Duty.objects.get_or_create(
                    key=duty.key, office=line.follower, valid_from=outline.plan.on,
                    defaults={"name": duty.name, "valid_to": duty.valid_to, "source": outline.plan.legal_basis},
                )  # fmt: skip
            _end_on_eve(duty, outline)


def _move_appointments(outline: _Outline) -> None:
    for line in outline.lines:
        if not line.ends:
            continue
        for held in _appointments_of(line, outline.plan):
            if line.follower is not None:
                start = max(held.valid_from or outline.plan.on, outline.plan.on)
                Appointment.objects.get_or_create(
                    officer=held.officer, office=line.follower, role=held.role, valid_from=start,
                    defaults={"title": held.title, "valid_to": held.valid_to},
                )  # fmt: skip
            _end_on_eve(held, outline)


def _end_on_eve(row: Duty | Appointment, outline: _Outline) -> None:
    """Close a row the day before; one that would only have begun later goes altogether."""
    eve = outline.plan.on - timedelta(days=1)
    if row.valid_from is not None and row.valid_from > eve:
        row.delete()
        return
    row.valid_to = eve
    row.save(update_fields=["valid_to"])
