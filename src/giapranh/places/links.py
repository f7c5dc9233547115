"""Where the records of this room are shown, for rooms that only hold a reference."""

from __future__ import annotations

from uuid import UUID

from django.urls import reverse

from giapranh.kernel.refs import RecordRef, Resolved
from giapranh.places import queries


def resolve_unit(ref: RecordRef) -> Resolved | None:
    try:
        unit = queries.unit(UUID(ref.id))
    except ValueError:
        return None
    return Resolved(unit.full_name, reverse("places:unit", args=[unit.uid])) if unit else None
