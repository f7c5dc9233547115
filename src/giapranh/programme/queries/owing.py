"""Who owes what, for the reminders: a fixed number of queries whatever the number of tasks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from giapranh.kernel.text import clipped
from giapranh.people.models import Appointment, Officer
from giapranh.people.queries import ids_below
from giapranh.people.roles import Role
from giapranh.places.named import held_on
from giapranh.programme.models import Role as PartRole
from giapranh.programme.models import Snooze, TaskPart
from giapranh.programme.rules.reminders import Owed, ReminderSettings
from giapranh.programme.rules.states import RUNNING

TITLE = 110


def duties(day: date, settings: ReminderSettings) -> list[Owed]:
    """Every running task and owed part whose date is near enough to be spoken of on ``day``."""
    horizon = day + timedelta(days=max((*settings.before, 0)) * 2 + 14)
    rows = list(
        TaskPart.objects.filter(
            task__state__in=RUNNING, task__recurrence="", task__programme__state="active", due_on__lte=horizon
        )
        .exclude(role=PartRole.COORDINATING, state__in={"submitted", "accepted", "cancelled"})
        .values_list(
            "pk", "role", "office_id", "officer_id", "due_on", "task_id", "task__n", "task__text",
            "task__programme__owner_id",
        )
        .order_by("due_on", "task_id", "pk")
    )  # fmt: skip
    people = _people({row[2] for row in rows if row[2]} | {row[8] for row in rows}, day)
    givers = {owner: tuple(o.pk for o in givers_of(owner, day)) for owner in {row[8] for row in rows if not row[2]}}
    quiet = _snoozed({row[5] for row in rows}, day)
    return [
        Owed(
            task=task, part=None if role == PartRole.LEAD else pk, title=_title(n, text), due_on=due_on,
            # What nobody holds yet is the giver's to place; who was given it and has left hands it back to the office.
            owners=people.owners_of(office, officer) if office else givers[owner], leaders=people.leaders.get(owner, ()),
            snoozed=quiet.get(task, {}),
        )
        for pk, role, office, officer, due_on, task, n, text, owner in rows
        if due_on is not None
    ]  # fmt: skip


def givers_of(owner_id: int, day: date) -> list[Officer]:
    """The leaders and focal officers of an agency, in whatever office of it they sit."""
    held = Appointment.objects.filter(
        held_on(day), role__in=[Role.LEADER, Role.FOCAL_OFFICER], office__in=ids_below([owner_id]),
        officer__is_active=True,
    )  # fmt: skip
    return list(Officer.objects.filter(pk__in=held.values("officer")).order_by("sort_key", "pk"))


class _People:
    def __init__(self, rows: Iterable[tuple[int, str, int]]) -> None:
        heads, others, leaders = defaultdict(list), defaultdict(list), defaultdict(list)
        self.here: dict[int, set[int]] = defaultdict(set)
        for office, role, officer in rows:
            self.here[office].add(officer)
            if role == Role.LEADER:
                leaders[office].append(officer)
            if role == Role.OFFICE_HEAD:
                heads[office].append(officer)
            elif role in {Role.SPECIALIST, Role.CLERK, Role.INSPECTOR}:
                others[office].append(officer)
        # An office without a head is still somebody's: those who work in it, else the leaders of an agency.
        self.owners = {
            office: tuple(dict.fromkeys(heads[office] or others[office] or leaders[office]))
            for office in {*heads, *others, *leaders}
        }
        self.leaders = {office: tuple(dict.fromkeys(found)) for office, found in leaders.items()}

    def owners_of(self, office: int, assigned: int | None) -> tuple[int, ...]:
        """The person a part was handed to while they work there, else those who answer for the office."""
        if assigned is not None and assigned in self.here.get(office, ()):
            return (assigned,)
        return self.owners.get(office, ())


def _people(offices: set[int], day: date) -> _People:
    held = Appointment.objects.filter(held_on(day), office__in=offices, officer__is_active=True)
    return _People(held.order_by("pk").values_list("office_id", "role", "officer_id"))


def _snoozed(tasks: set[int], day: date) -> dict[int, dict[int, date]]:
    found: dict[int, dict[int, date]] = defaultdict(dict)
    rows = Snooze.objects.filter(task__in=tasks, until__gte=day).values_list("task_id", "officer_id", "until")
    for task, officer, until in rows:
        found[task][officer] = until
    return found


def _title(n: str, text: str) -> str:
    words = " ".join(f"{n}. {text}".split() if n else text.split())
    return clipped(words, TITLE)
