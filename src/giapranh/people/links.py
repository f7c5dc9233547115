"""Where the records of this room are shown, for rooms that only hold a reference."""

from __future__ import annotations

from uuid import UUID

from django.urls import reverse

from giapranh.kernel.refs import RecordRef, Resolved
from giapranh.people.models import Office, Officer


def resolve_office(ref: RecordRef) -> Resolved | None:
    uid = _uid(ref.id)
    office = Office.objects.filter(uid=uid).first() if uid else None
    return Resolved(office.name, reverse("people:office", args=[office.uid])) if office else None


def resolve_officer(ref: RecordRef) -> Resolved | None:
    uid = _uid(ref.id)
    officer = Officer.objects.filter(uid=uid).first() if uid else None
    return Resolved(str(officer), reverse("people:officer", args=[officer.uid])) if officer else None


def _uid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
