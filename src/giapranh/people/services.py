"""What the people room does. Each verb: one transaction, one audit row."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from giapranh.kernel.errors import N_, BadInput, Conflict
from giapranh.kernel.text import nfc, one_line
from giapranh.people import seed
from giapranh.people.audit import audit
from giapranh.people.models import Appointment, Node, Notice, Office, OfficeKind, Officer
from giapranh.people.outbox import send_mail_once
from giapranh.people.roles import Role
from giapranh.places.models import AdministrativeUnit

__all__ = [
    "appoint",
    "audit",
    "create_first_administrator",
    "create_office",
    "create_officer",
    "load_seed",
    "notify",
    "send_mail_once",
    "set_up_node",
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
