"""Reads of the people room. Every question takes the day it is asked about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Case, Prefetch, Q, QuerySet, Value, When

from giapranh.kernel import clock
from giapranh.kernel.errors import N_, NotFound
from giapranh.kernel.working_days import WorkCalendar
from giapranh.people.models import (
    Appointment,
    AuditEvent,
    Delivery,
    DeliveryState,
    Duty,
    Node,
    Notice,
    Office,
    OfficeKind,
    Officer,
    Succession,
    SuccessionLink,
    SwapDay,
)
from giapranh.people.roles import Role
from giapranh.people.rules import matching
from giapranh.places.named import held_on

OFFICE_KINDS: list[tuple[str, Any]] = list(OfficeKind.choices)
DELIVERY_STATES: list[tuple[str, Any]] = list(DeliveryState.choices)


class NoSuchOffice(NotFound):
    code = "no_such_office"


class NoSuchOfficer(NotFound):
    code = "no_such_officer"


class NoSuchSuccession(NotFound):
    code = "no_such_succession"


# --- the node ------------------------------------------------------------------------------------------------------


def node() -> Node | None:
    """This installation, or None before it was set up."""
    return Node.objects.select_related("agency", "province").filter(pk=1).first()


def own_agency() -> Office | None:
    """The agency that runs this node, as it is today: after a succession the one that followed."""
    here = node()
    if here is None or here.agency is None:
        return None
    today = clock.today()
    if here.agency.holds_on(today):
        return here.agency
    following = current_successors(here.agency, today)
    return following[0] if following else here.agency


# --- offices -------------------------------------------------------------------------------------------------------


def offices(day: date, *, within: Office | None = None) -> QuerySet[Office]:
    """The offices that held on ``day``; ``within`` an agency, with the agency itself."""
    found = Office.objects.filter(held_on(day)).select_related("parent__unit", "unit").order_by("sort_key", "pk")
    return found.filter(pk__in=ids_below([within.pk])) if within is not None else found


def office(office_id: int) -> Office:
    return _one(Office.objects.filter(pk=office_id))


def office_by_uid(uid: UUID) -> Office:
    return _one(Office.objects.filter(uid=uid))


def _one(found: QuerySet[Office]) -> Office:
    office = found.select_related("parent__unit", "unit").first()
    if office is None:
        raise NoSuchOffice(N_("Không có đơn vị này trong danh sách."))
    return office


def offices_that_may_change(day: date) -> QuerySet[Office]:
    """Offices that hold on ``day`` or later, those of the node's agency first."""
    own = own_agency()
    mine = ids_below([own.pk]) if own else set()
    found = Office.objects.filter(Q(valid_to=None) | Q(valid_to__gte=day)).select_related("parent__unit", "unit")
    first = Case(When(pk__in=mine, then=Value(0)), default=Value(1))
    return found.order_by(first, "sort_key", "pk")


def offices_to_appoint(day: date) -> QuerySet[Office]:
    """Where officers of this node may be appointed: the agency and below; before set-up, anywhere."""
    return offices(day, within=own_agency())


def ids_below(office_ids: Iterable[int]) -> set[int]:
    """The given offices and everything below them."""
    return _walk(
        """
        with recursive below(id) as (
            select id from people_office where id = any(%s)
            union select o.id from people_office o join below on o.parent_id = below.id
        ) select id from below
        """,
        office_ids,
    )


def ids_of_predecessors(office_ids: Iterable[int]) -> set[int]:
    """Everything the given offices have taken over, directly or along a chain of successions."""
    return _walk(
        """
        with recursive before(id) as (
            select predecessor_id from people_successionlink where successor_id = any(%s) and duty = ''
            union select l.predecessor_id from people_successionlink l
            join before on l.successor_id = before.id where l.duty = ''
        ) select id from before
        """,
        office_ids,
    )


def _walk(sql: str, office_ids: Iterable[int]) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(office_ids)])
        return {row[0] for row in cursor.fetchall()}


def find_office(words: str, day: date, *, within: Office | None = None) -> list[Office]:
    """The offices ``words`` may mean on ``day``, the best first: exact name, then short forms, then likeness."""
    known = list(offices(day, within=within))
    names = {office.pk: matching.Names(tuple(office.names()), tuple(_long_names(office))) for office in known}
    ranked = matching.rank(words, names)
    by_id = {office.pk: office for office in known}
    return [by_id[pk] for pk in ranked]


def _long_names(office: Office) -> list[str]:
    """The name with its agency or province behind it, as a letter from outside writes it."""
    behind = [unit.full_name for unit in (office.unit,) if unit] + [unit.name for unit in (office.unit,) if unit]
    if (parent := office.parent) is not None:
        behind += [parent.name, parent.short_name]
        if parent.unit:
            behind += [f"{parent.name} {parent.unit.full_name}", f"{parent.short_name} {parent.unit.full_name}"]
    return [f"{name} {tail}" for name in office.names() for tail in behind if tail]


def current_successors(office: Office, day: date) -> list[Office]:
    """Who holds the work of ``office`` on ``day``, followed along every succession. Itself while it still holds."""
    found: dict[int, Office] = {}
    seen: set[int] = set()
    waiting = [office]
    while waiting:
        current = waiting.pop(0)
        if current.pk in seen:
            continue
        seen.add(current.pk)
        if current.holds_on(day) or current.valid_to is None:
            found.setdefault(current.pk, current)
            continue
        links = SuccessionLink.objects.filter(predecessor=current, succession__on__lte=day, duty="")
        following = links.select_related("successor").order_by("pk")  # in the order they were named, every time
        waiting += [link.successor for link in following if link.successor is not None]
    return list(found.values())


def display_name(office: Office, day: date | None = None) -> str:
    """The name, and what it is called now: ``Sở Tài nguyên và Môi trường (nay là Sở Nông nghiệp và Môi trường)``."""
    day = day or clock.today()
    if office.holds_on(day) or office.valid_to is None or office.valid_to >= day:
        return office.name
    following = [other.name for other in current_successors(office, day) if other.pk != office.pk]
    return matching.now_called(office.name, following)


def display_names(found: Iterable[Office], day: date | None = None) -> dict[int, str]:
    """``display_name`` for many at once, with two queries whatever their number."""
    day = day or clock.today()
    listed = list(found)
    ended = [office for office in listed if office.valid_to is not None and office.valid_to < day]
    if not ended:
        return {office.pk: office.name for office in listed}
    following: dict[int, list[Office]] = {}
    links = SuccessionLink.objects.filter(succession__on__lte=day, duty="", successor__isnull=False)
    for link in links.select_related("successor").order_by("pk"):
        following.setdefault(link.predecessor_id, []).append(link.successor)  # type: ignore[arg-type]
    return {
        office.pk: matching.now_called(office.name, _last_names(office, following, day)) if office in ended
        else office.name
        for office in listed
    }  # fmt: skip


def _last_names(office: Office, following: dict[int, list[Office]], day: date) -> list[str]:
    names: list[str] = []
    seen = {office.pk}
    waiting = list(following.get(office.pk, []))
    while waiting:
        current = waiting.pop(0)
        if current.pk in seen:
            continue
        seen.add(current.pk)
        if current.valid_to is None or current.valid_to >= day:
            names.append(current.name)
        else:
            waiting += following.get(current.pk, [])
    return names


def still_to_fill_in(day: date, *, within: Office | None = None) -> QuerySet[Office]:
    """Offices about which something is unknown."""
    return offices(day, within=within).exclude(unknown_note="")


# --- duties --------------------------------------------------------------------------------------------------------


def duties(day: date) -> QuerySet[Duty]:
    return (
        Duty.objects.filter(held_on(day))
        .select_related("office__parent__unit", "office__unit")
        .order_by("sort_key", "pk")
    )


def duties_of(office: Office) -> QuerySet[Duty]:
    """Every duty the office holds or held."""
    return Duty.objects.filter(office=office).order_by("-valid_from", "sort_key", "pk")


def holders_of(duty_key: str, day: date, *, unit_code: str = "") -> list[Office]:
    """The offices that held a duty on ``day``, in the province with ``unit_code`` when given."""
    found = duties(day).filter(key=duty_key)
    return [
        duty.office for duty in found
        if not unit_code or ((unit := duty.office.agency.unit) is not None and unit.code == unit_code)
    ]  # fmt: skip


# --- officers ------------------------------------------------------------------------------------------------------


def officers() -> QuerySet[Officer]:
    """Everybody with an account, who is here first."""
    return Officer.objects.order_by("-is_active", "sort_key", "pk")


def officers_with_places(day: date) -> QuerySet[Officer]:
    """Officers with their appointments of the day ready in ``held``."""
    held = Appointment.objects.filter(held_on(day)).select_related("office").order_by("pk")
    return officers().prefetch_related(Prefetch("appointments", queryset=held, to_attr="held"))


def officer_by_uid(uid: UUID) -> Officer:
    officer = Officer.objects.filter(uid=uid).first()
    if officer is None:
        raise NoSuchOfficer(N_("Không có cán bộ này trong danh sách."))
    return officer


def all_appointments_of(officer: Officer) -> QuerySet[Appointment]:
    """Past, present and to come; the latest first."""
    return officer.appointments.select_related("office__parent").order_by("-valid_from", "-pk")


def officer_of_appointment(appointment_id: int) -> UUID:
    found = Appointment.objects.filter(pk=appointment_id).values_list("officer__uid", flat=True).first()
    if found is None:
        raise NoSuchOfficer(N_("Không có chức trách này."))
    return found


def people_in(office: Office, day: date) -> QuerySet[Appointment]:
    held = Appointment.objects.filter(held_on(day), office=office).select_related("officer")
    return held.order_by("officer__sort_key", "pk")


def appointments_of(officer: Officer, day: date) -> QuerySet[Appointment]:
    return (
        Appointment.objects.filter(held_on(day), officer=officer)
        .select_related("office__parent__unit", "office__unit")
        .order_by("pk")
    )


def offices_of(officer: Officer, day: date) -> list[Office]:
    return list({a.office_id: a.office for a in appointments_of(officer, day)}.values())


def roles_of(officer: Officer, day: date) -> set[Role]:
    return {Role(a.role) for a in appointments_of(officer, day)}


def officers_in(office: Office, role: Role | None = None, day: date | None = None) -> list[Officer]:
    """The active officers appointed to ``office`` itself on ``day``, by name."""
    held = Appointment.objects.filter(held_on(day or clock.today()), office=office)
    if role is not None:
        held = held.filter(role=role)
    return list(Officer.objects.filter(pk__in=held.values("officer"), is_active=True).order_by("sort_key", "pk"))


# --- the calendar, notices -----------------------------------------------------------------------------------------


def swap_days() -> QuerySet[SwapDay]:
    return SwapDay.objects.order_by("day")


def calendar() -> WorkCalendar:
    """The working calendar with the swap days entered so far."""
    rows = list(SwapDay.objects.values_list("day", "working"))
    return WorkCalendar.of(
        days_off=(day for day, working in rows if not working), working=(day for day, working in rows if working)
    )


def notices(officer: Officer) -> QuerySet[Notice]:
    return Notice.objects.filter(officer=officer).order_by("-created_at", "-pk")


def unread_notices(officer: Officer) -> int:
    return Notice.objects.filter(officer=officer, read_at=None).count()


# --- what happened -------------------------------------------------------------------------------------------------


def successions() -> QuerySet[Succession]:
    links = SuccessionLink.objects.select_related(
        "predecessor__parent__unit", "predecessor__unit", "successor__parent__unit", "successor__unit"
    ).order_by("pk")
    return (
        Succession.objects.select_related("by")
        .prefetch_related(Prefetch("links", queryset=links))
        .order_by("-on", "-pk")
    )


def succession_by_uid(uid: UUID) -> Succession:
    found = successions().filter(uid=uid).first()
    if found is None:
        raise NoSuchSuccession(N_("Không có lần thay đổi tổ chức này."))
    return found


def successions_of(office: Office) -> QuerySet[Succession]:
    """The successions an office took part in."""
    return successions().filter(Q(links__predecessor=office) | Q(links__successor=office)).distinct()


def deliveries() -> QuerySet[Delivery]:
    return Delivery.objects.select_related("officer").order_by("-created_at", "-pk")


def deliveries_in_doubt() -> list[Delivery]:
    """Letters a person must decide about: not sent, or nobody knows."""
    wanted = [DeliveryState.FAILED, DeliveryState.UNCLEAR]
    return list(deliveries().filter(state__in=wanted)[:50])


def events_of(target_kind: str, target_id: object, limit: int = 50) -> list[AuditEvent]:
    """What was done to one record, the latest first."""
    found = AuditEvent.objects.filter(target_kind=target_kind, target_id=str(target_id)).select_related("by")
    return list(found.order_by("-at", "-pk")[:limit])
