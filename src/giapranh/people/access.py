"""Roles of the signed-in person today. Asked many times per page, read from the database once per request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from giapranh.kernel import clock
from giapranh.kernel.errors import N_, NotAllowed
from giapranh.people.roles import Role

if TYPE_CHECKING:
    from giapranh.people.models import Appointment, Office

READS_EVERYTHING = {Role.LEADER, Role.AUDITOR, Role.FOCAL_OFFICER}


class ReadsOnly(NotAllowed):
    code = "reads_only"


def has_role(user: Any, *roles: Role) -> bool:
    """True when the person holds one of ``roles`` today."""
    return not roles_today(user).isdisjoint(roles)


def roles_today(user: Any) -> frozenset[Role]:
    return frozenset(Role(appointment.role) for appointment in _appointments(user))


def reads_everything(user: Any) -> bool:
    """Leaders, auditors and focal officers see every paper and task of the node. An administrator does not."""
    return has_role(user, *READS_EVERYTHING)


def may_write(user: Any) -> bool:
    """Whoever holds a role that is more than looking on."""
    return bool(roles_today(user) - {Role.AUDITOR})


def check_may_write(user: Any) -> None:
    if may_write(user):
        return
    if has_role(user, Role.AUDITOR):
        raise ReadsOnly(N_("Vai trò giám sát chỉ đọc, không ghi. Hãy nhờ cán bộ phụ trách làm việc này."))
    raise ReadsOnly(N_("Tài khoản này chưa có chức trách nên chỉ xem được. Hãy nhờ người quản trị giao chức trách."))


def offices_today(user: Any) -> list[Office]:
    """The offices the person is appointed to today."""
    return list({a.office_id: a.office for a in _appointments(user)}.values())


def works_in(user: Any, office: Office | int | None) -> bool:
    """True when ``office`` is one of the person's offices, or lies below one of them."""
    if office is None:
        return False
    office_id = office if isinstance(office, int) else office.pk
    return office_id in office_ids_below(user)


def office_ids_below(user: Any) -> frozenset[int]:
    """The person's offices and everything below them, whatever their dates: old work stays theirs to see."""
    cached = getattr(user, "_office_ids_below", None)
    if cached is None:
        from giapranh.people import queries

        own = {office.pk for office in offices_today(user)}
        cached = frozenset(queries.ids_below(own) | queries.ids_of_predecessors(own)) if own else frozenset()
        user._office_ids_below = cached
    return cached


def works_here(user: Any) -> bool:
    """True for people of the agency that runs this node (everybody with an office, before it was set up)."""
    from giapranh.people import queries

    agency = queries.own_agency()
    own = {office.pk for office in offices_today(user)}
    return bool(own) and (agency is None or not own.isdisjoint(queries.ids_below([agency.pk])))


def heads(user: Any, office: Office | None) -> bool:
    """True when the person is head of ``office`` or of one above it."""
    if office is None:
        return False
    headed = {a.office_id for a in _appointments(user) if a.role in {Role.OFFICE_HEAD, Role.LEADER}}
    from giapranh.people import queries

    return bool(headed) and office.pk in queries.ids_below(headed)


def forget(user: Any) -> None:
    """Drop what was read: an appointment changed within the request."""
    for name in ("_appointments_today", "_office_ids_below"):
        if hasattr(user, name):
            delattr(user, name)


def _appointments(user: Any) -> list[Appointment]:
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return []
    today = clock.today()
    cached: tuple[Any, list[Appointment]] | None = getattr(user, "_appointments_today", None)
    if cached is None or cached[0] != today:
        from giapranh.people import queries

        cached = (today, list(queries.appointments_of(user, today)))
        user._appointments_today = cached
    return cached[1]
