"""The one way an audit row is written."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from giapranh.people.models import AuditEvent, Officer


def audit(what: str, target_kind: str, target_id: Any, by: Officer | None, at: datetime, **data: Any) -> AuditEvent:
    """Note a deed. Call it inside the transaction of the deed."""
    return AuditEvent.objects.create(
        what=what, target_kind=target_kind, target_id=str(target_id), by=by, at=at, data=data
    )
