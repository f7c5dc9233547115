"""Small makers of offices and officers for tests."""

from __future__ import annotations

from typing import Any

from django.utils.crypto import get_random_string

from giapranh.people.models import Appointment, Office, OfficeKind, Officer
from giapranh.people.roles import Role

PASSWORD = "mật khẩu đủ dài 2026"


def make_office(name: str = "Phòng Quản lý môi trường", *, kind: str = OfficeKind.DIVISION, **fields: Any) -> Office:
    return Office.objects.create(name=name, kind=kind, **fields)


def make_agency(name: str = "Sở Nông nghiệp và Môi trường", **fields: Any) -> Office:
    return make_office(name, kind=OfficeKind.AGENCY, **fields)


def make_officer(
    full_name: str = "Nguyễn Văn An",
    *,
    office: Office | None = None,
    role: Role = Role.SPECIALIST,
    username: str = "",
    **fields: Any,
) -> Officer:
    """An officer, appointed when an office is given. Without a password: tests sign in by force."""
    officer = Officer(username=username or get_random_string(12).lower(), full_name=full_name, **fields)
    officer.set_unusable_password()
    officer.save()
    if office is not None:
        appoint(officer, office, role)
    return officer


def appoint(officer: Officer, office: Office, role: Role = Role.SPECIALIST, **fields: Any) -> Appointment:
    return Appointment.objects.create(officer=officer, office=office, role=role, **fields)
