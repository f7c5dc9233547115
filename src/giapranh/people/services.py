"""What the people room does. Each verb: one transaction, one audit row."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from giapranh.kernel import clock
from giapranh.kernel.dates import format_date
from giapranh.kernel.errors import N_, BadInput, Conflict
from giapranh.kernel.text import nfc, one_line
from giapranh.people import seed
from giapranh.people.audit import audit
from giapranh.people.models import Appointment, Node, Notice, Office, OfficeKind, Officer, SwapDay
from giapranh.people.outbox import mark_unclear, send_again, send_mail_once, send_waiting
from giapranh.people.pasting import paste_offices, preview_offices, save_offices
from giapranh.people.permissions import (
    check_can_change_calendar,
    check_can_change_organisation,
    check_can_edit_office,
    check_can_edit_officer,
    check_can_manage_officers,
)
from giapranh.people.roles import Role
from giapranh.people.succeeding import fingerprint, hand_over_due, names_of_followers, preview_succession, succeed
from giapranh.places.models import AdministrativeUnit

__all__ = [
    "appoint",
    "audit",
    "create_first_administrator",
    "create_office",
    "create_officer",
    "fingerprint",
    "hand_over_due",
    "load_seed",
    "names_of_followers",
    "notify",
    "paste_offices",
    "preview_offices",
    "preview_succession",
    "save_offices",
    "send_again",
    "send_mail_once",
    "set_up_node",
    "succeed",
]


def load_seed(*, at: datetime) -> int:
    """The offices and changes that ship with the program. Safe to repeat."""
    return seed.load(at)


@transaction.atomic
def create_first_administrator(*, username: str, password: str, at: datetime) -> Officer | None:
    """The person who sets the node up; None when somebody administers it already."""
    if Appointment.objects.select_for_update().filter(role=Role.ADMINISTRATOR).exists():
        return None
    here = Node.objects.select_related("agency").filter(pk=1).first()
    office = here.agency if here and here.agency else _administration()
    officer = create_officer(username=username, full_name=_("Quản trị hệ thống"), password=password, by=None, at=at)
    appoint(officer=officer, office=office, role=Role.ADMINISTRATOR, by=None, at=at)
    return officer


def _administration() -> Office:
    """Where the administrator belongs before anybody said whose node this is."""
    return Office.objects.get_or_create(
        seed_key="node-administration", defaults={"name": "Quản trị nút", "kind": OfficeKind.OTHER}
    )[0]


@transaction.atomic
def set_up_node(
    *, node_id: str, name: str, agency: Office, province: AdministrativeUnit | None, by: Officer | None, at: datetime
) -> Node:
    """Say whose node this is. The administrator moves into the agency."""
    node, _created = Node.objects.update_or_create(
        pk=1, defaults={"node_id": one_line(node_id), "name": one_line(name), "agency": agency, "province": province}
    )
    Appointment.objects.filter(office__seed_key="node-administration").update(office=agency)
    audit("node.set_up", "node", node.pk, by, at, name=node.name, agency=agency.pk)
    return node


def notify(officer: Officer, text: str, url: str = "", kind: str = "") -> Notice:
    """One line under the officer's bell."""
    return Notice.objects.create(officer=officer, text=text, url=url, kind=kind)


class OfficerExists(Conflict):
    code = "officer_exists"


class OfficeExists(Conflict):
    code = "office_exists"


class NameMissing(BadInput):
    code = "name_missing"


@transaction.atomic
def create_officer(
    *,
    username: str,
    full_name: str,
    by: Officer | None,
    at: datetime,
    password: str | None = None,
    email: str = "",
    phone: str = "",
    illustrative: bool = False,
) -> Officer:
    """A new officer. Without a password they cannot sign in until they set one from the reset letter."""
    username = one_line(username).lower()
    email = nfc(email).strip().lower()
    if not username or not one_line(full_name):
        raise NameMissing(N_("Cần có tên đăng nhập và họ tên."))
    if Officer.objects.filter(username__iexact=username).exists():
        raise OfficerExists(N_("Tên đăng nhập %(name)s đã có người dùng. Hãy chọn tên khác."), name=username)
    if email and Officer.objects.filter(email__iexact=email).exists():
        raise OfficerExists(N_("Địa chỉ thư %(email)s đã thuộc một cán bộ khác."), email=email)
    officer = Officer.objects.create_user(
        username, password, full_name=full_name, email=email, phone=phone.strip(), illustrative=illustrative
    )
    audit("officer.created", "officer", officer.pk, by, at, username=username)
    return officer


@transaction.atomic
def create_office(
    *,
    name: str,
    kind: str,
    by: Officer | None,
    at: datetime,
    parent: Office | None = None,
    **fields: Any,
) -> Office:
    """A new office."""
    if not one_line(name):
        raise NameMissing(N_("Đơn vị cần có tên."))
    same = Office.objects.filter(
        name=one_line(name), parent=parent, unit=fields.get("unit"), valid_from=fields.get("valid_from")
    )
    if same.exists():
        raise OfficeExists(N_("Đã có đơn vị “%(name)s” ở đây."), name=one_line(name))
    office = Office.objects.create(name=name, kind=kind, parent=parent, **fields)
    audit("office.created", "office", office.pk, by, at, name=office.name)
    return office


@transaction.atomic
def take_on(
    *,
    username: str,
    full_name: str,
    office: Office,
    role: Role | str,
    by: Officer,
    at: datetime,
    email: str = "",
    phone: str = "",
    title: str = "",
) -> tuple[Officer, str]:
    """A new officer with an account and a first appointment; the first password, to be shown once."""
    check_can_manage_officers(by)
    officer = create_officer(username=username, full_name=full_name, email=email, phone=phone, by=by, at=at)
    appoint(officer=officer, office=office, role=role, title=title, valid_from=clock.local_date(at), by=by, at=at)
    return officer, new_password(officer=officer, by=by, at=at)


class AppointedTwice(Conflict):
    code = "appointed_twice"


@transaction.atomic
def appoint(
    *,
    officer: Officer,
    office: Office,
    role: Role | str,
    by: Officer | None,
    at: datetime,
    title: str = "",
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> Appointment:
    """Give an officer a role at an office."""
    fresh = Appointment(
        officer=officer, office=office, role=Role(role), title=one_line(title),
        valid_from=valid_from, valid_to=valid_to,
    )  # fmt: skip
    if valid_from and valid_to and valid_to < valid_from:
        raise BadInput(N_("Ngày thôi phải sau ngày nhận chức trách."))
    for other in Appointment.objects.select_for_update().filter(officer=officer, office=office, role=fresh.role):
        if other.period.overlaps(fresh.period):
            raise AppointedTwice(
                N_("%(officer)s đã giữ chức trách này tại %(office)s trong thời gian đó."),
                officer=str(officer), office=office.name,
            )  # fmt: skip
    fresh.save()
    audit(
        "officer.appointed", "officer", officer.pk, by, at,
        office=office.pk, role=fresh.role, valid_from=str(valid_from or ""), valid_to=str(valid_to or ""),
    )  # fmt: skip
    return fresh


@transaction.atomic
def end_appointment(*, appointment_id: int, last_day: date, by: Officer, at: datetime) -> Appointment:
    """The officer leaves an appointment after ``last_day``."""
    check_can_manage_officers(by)
    held = Appointment.objects.select_for_update().select_related("officer", "office").get(pk=appointment_id)
    if held.valid_to is not None and held.valid_to < last_day:
        raise AppointedTwice(N_("Chức trách này đã thôi từ trước ngày đó."))
    if held.valid_from is not None and last_day < held.valid_from:
        raise BadInput(N_("Ngày thôi phải sau ngày nhận chức trách."))
    _keep_one_administrator(held, last_day)
    held.valid_to = last_day
    held.save(update_fields=["valid_to"])
    audit("officer.appointment_ended", "officer", held.officer_id, by, at, office=held.office_id, role=held.role)
    return held


class LastAdministrator(Conflict):
    code = "last_administrator"


def _keep_one_administrator(leaving: Appointment, last_day: date) -> None:
    """A node without an administrator cannot be mended from inside."""
    if leaving.role != Role.ADMINISTRATOR:
        return
    others = Appointment.objects.filter(role=Role.ADMINISTRATOR, valid_to=None, officer__is_active=True)
    if not others.exclude(officer_id=leaving.officer_id).exists():
        raise LastAdministrator(N_("Đây là người quản trị cuối cùng. Hãy giao quyền quản trị cho người khác trước."))


@transaction.atomic
def edit_officer(*, officer: Officer, by: Officer, at: datetime, **fields: str) -> Officer:
    """Name, address, telephone."""
    check_can_edit_officer(by, officer)
    email = nfc(fields.get("email", officer.email)).strip().lower()
    if email and Officer.objects.filter(email__iexact=email).exclude(pk=officer.pk).exists():
        raise OfficerExists(N_("Địa chỉ thư %(email)s đã thuộc một cán bộ khác."), email=email)
    officer.email = email
    officer.full_name = one_line(fields.get("full_name", officer.full_name))
    officer.phone = one_line(fields.get("phone", officer.phone))
    officer.save(update_fields=["email", "full_name", "phone"])
    audit("officer.edited", "officer", officer.pk, by, at)
    return officer


@transaction.atomic
def close_account(*, officer: Officer, by: Officer, at: datetime) -> None:
    """The person has left: appointments end today, signing in ends at once. What they did stays theirs."""
    check_can_manage_officers(by)
    today = clock.local_date(at)
    for held in Appointment.objects.select_for_update().filter(officer=officer):
        if held.valid_to is not None and held.valid_to <= today:
            continue
        _keep_one_administrator(held, today)
        if held.valid_from is not None and held.valid_from > today:
            held.delete()
            continue
        held.valid_to = today
        held.save(update_fields=["valid_to"])
    officer.is_active = False
    officer.save(update_fields=["is_active"])
    audit("officer.closed", "officer", officer.pk, by, at)


@transaction.atomic
def reopen_account(*, officer: Officer, by: Officer, at: datetime) -> None:
    check_can_manage_officers(by)
    officer.is_active = True
    officer.save(update_fields=["is_active"])
    audit("officer.reopened", "officer", officer.pk, by, at)


@transaction.atomic
def new_password(*, officer: Officer, by: Officer, at: datetime) -> str:
    """A fresh password for somebody who lost theirs, shown once. The old one and every session of theirs end."""
    check_can_manage_officers(by)
    password = f"{secrets.token_hex(2)}-{secrets.token_hex(2)}-{secrets.token_hex(2)}"
    officer.set_password(password)
    officer.save(update_fields=["password"])
    audit("officer.password_replaced", "officer", officer.pk, by, at)
    return password


@transaction.atomic
def edit_office(*, office: Office, by: Officer, at: datetime, **fields: Any) -> Office:
    """Short forms, addresses and what is still unknown. The name and its dates change only by a succession."""
    check_can_edit_office(by, office)
    allowed = {"short_name", "abbreviation", "symbol", "organ_code", "aliases", "email", "unknown_note", "kind"}
    for name in allowed & fields.keys():
        setattr(office, name, fields[name])
    office.save()
    audit("office.edited", "office", office.pk, by, at, fields=sorted(allowed & fields.keys()))
    return office


@transaction.atomic
def name_office(*, office: Office, name: str, by: Officer, at: datetime) -> Office:
    """Fill in the true name of an office whose name nobody knew yet: no succession, the office was always called so."""
    check_can_change_organisation(by)
    if not office.unknown_note:
        raise BadInput(N_("Tên đơn vị này đã rõ. Đổi tên bằng trang “Thay đổi tổ chức”."))
    if not one_line(name):
        raise NameMissing(N_("Đơn vị cần có tên."))
    before, office.name = office.name, one_line(name)
    office.save(update_fields=["name"])
    audit("office.named", "office", office.pk, by, at, before=before, after=office.name)
    return office


class DayTaken(Conflict):
    code = "day_taken"


@transaction.atomic
def set_swap_day(*, day: date, working: bool, decision: str, by: Officer, at: datetime) -> SwapDay:
    """Make one day working or free, whatever the week says."""
    check_can_change_calendar(by)
    row, fresh = SwapDay.objects.get_or_create(day=day, defaults={"working": working, "decision": one_line(decision)})
    if not fresh:
        raise DayTaken(N_("Ngày %(day)s đã có trong danh sách. Bỏ dòng cũ trước."), day=format_date(day))
    audit("calendar.day_set", "swap_day", day.isoformat(), by, at, working=working, decision=row.decision)
    return row


@transaction.atomic
def drop_swap_day(*, swap_day_id: int, by: Officer, at: datetime) -> None:
    check_can_change_calendar(by)
    row = SwapDay.objects.filter(pk=swap_day_id).first()
    if row is None:
        return
    audit("calendar.day_dropped", "swap_day", row.day.isoformat(), by, at, working=row.working)
    row.delete()


def read_notices(*, officer: Officer, at: datetime, notice_id: int | None = None) -> int:
    """Mark one notice, or all, as read."""
    unread = Notice.objects.filter(officer=officer, read_at=None)
    return (unread.filter(pk=notice_id) if notice_id else unread).update(read_at=at)


def daily_round(at: datetime) -> dict[str, int]:
    """What the worker does for this room: successions whose day has come, letters that wait, letters left in doubt."""
    return {"successions": hand_over_due(at), "unclear": mark_unclear(at), "sent": send_waiting()}
