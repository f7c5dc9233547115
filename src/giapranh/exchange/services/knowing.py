"""A person has seen an alarm and takes it from here: it leaves the open list, with name and time, and stays to be read."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from giapranh.exchange.models import Alarm, Known
from giapranh.exchange.permissions import check_can_exchange
from giapranh.exchange.words import HIDDEN_ALARMS
from giapranh.kernel.errors import N_, NotFound
from giapranh.people.audit import audit
from giapranh.people.models import Officer


def know(peer: str, kind: str, mark: str, *, by: Officer | None, at: datetime) -> None:
    """Seen as it stands now; when it happens once more it is open again."""
    check_can_exchange(by)
    with transaction.atomic():
        row = Alarm.objects.filter(peer=peer, kind=kind, mark=mark).exclude(kind__in=HIDDEN_ALARMS).first()
        if row is None:
            raise NotFound(N_("Không còn điều phải biết này."))
        values = {"count": row.count, "by": by, "at": at}
        Known.objects.update_or_create(peer=peer, kind=kind, mark=mark, defaults=values)
        audit("exchange.alarm_known", "neighbour", peer, by, at, alarm=kind, mark=mark, count=row.count)
