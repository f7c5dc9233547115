"""Who answers for an office at an instant, and who hears when nobody does."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from giapranh.kernel import clock
from giapranh.people import queries as people
from giapranh.people.models import Appointment, Office, Officer
from giapranh.people.roles import Role
from giapranh.places.named import held_on
from giapranh.water.models import OnCall


def on_call_at(office_id: int | None, at: datetime) -> list[Officer]:
    """The officers on call for an office, who began last first; not one who has left since."""
    if office_id is None:
        return []
    posted = Appointment.objects.filter(held_on(clock.local_date(at))).values("officer")
    rows = OnCall.objects.filter(
        office=office_id, starts_at__lte=at, ends_at__gt=at, officer__is_active=True, officer__in=posted
    )
    return [row.officer for row in rows.select_related("officer").order_by("-starts_at", "pk")]


def who_hears(office: Office | None, at: datetime) -> list[Officer]:
    """On call; else everybody of the office; else the focal officers, leaders, administrators. Never nobody."""
    day = clock.local_date(at)
    found = on_call_at(office.pk if office else None, at)
    if not found and office is not None:
        found = [each for each in people.officers_in(office, None, day) if not _only_reads(each, day)]
    for role in (Role.FOCAL_OFFICER, Role.LEADER, Role.ADMINISTRATOR):
        found = found or with_role(role, day)
    return found


def _only_reads(officer: Officer, day: date) -> bool:
    return people.roles_of(officer, day) <= {Role.AUDITOR}


def with_role(role: Role, day: date, office: Office | None = None) -> list[Officer]:
    """Active officers with a role in ``office``, or anywhere in the agency that runs this node."""
    if office is not None:
        return people.officers_in(office, role, day)
    agency = people.own_agency()
    if agency is None:
        return []
    held = Appointment.objects.filter(held_on(day), role=role, office__in=people.ids_below([agency.pk]))
    return list(Officer.objects.filter(pk__in=held.values("officer"), is_active=True).order_by("sort_key", "pk"))


def duty_list(at: datetime) -> QuerySet[OnCall]:
    """What holds now and what is to come, the soonest first."""
    return OnCall.objects.filter(ends_at__gt=at).select_related("office", "officer").order_by("starts_at", "pk")


def on_call_row(row_id: int) -> OnCall | None:
    return OnCall.objects.filter(pk=row_id).first()


def offices_here(day: date) -> list[Any]:
    """Offices that may own rules and alerts: those of the agency that runs this node."""
    return list(people.offices(day, within=people.own_agency()))
