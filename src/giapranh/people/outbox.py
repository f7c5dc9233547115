"""E-mails leave once. A row is claimed before the letter goes out; a crash in between leaves it ``sending``, and nobody
can know whether the letter left, so it is shown as unclear and a person decides."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from functools import partial

from django.core.mail import EmailMessage
from django.db import transaction

from giapranh.kernel import clock
from giapranh.kernel.errors import N_, Conflict
from giapranh.kernel.text import one_line
from giapranh.people.audit import audit
from giapranh.people.models import Delivery, DeliveryState, Officer

log = logging.getLogger(__name__)
STUCK_AFTER = timedelta(minutes=10)  # far longer than any mail server's time-out


def send_mail_once(key: str, to: Officer | str, subject: str, body: str) -> Delivery | None:
    """Put one e-mail into the outbox; the same ``key`` again does nothing. It leaves after the transaction commits.

    None when the officer has no address, or has left.
    """
    officer = to if isinstance(to, Officer) else None
    address = officer.email if officer else str(to)
    if not address or (officer and not officer.is_active):
        return None
    delivery, fresh = Delivery.objects.get_or_create(
        key=key,
        defaults={"officer": officer, "address": address, "subject": one_line(subject)[:255], "body": body},
    )
    if fresh:
        transaction.on_commit(partial(send, delivery.pk), robust=True)
    return delivery


def send(delivery_id: int) -> DeliveryState:
    """Send one waiting e-mail, if nobody else has claimed it."""
    # Claim the row by its old state: another worker may have been here first.
    claimed = Delivery.objects.filter(pk=delivery_id, state=DeliveryState.WAITING).update(
        state=DeliveryState.SENDING, claimed_at=clock.now()
    )
    delivery = Delivery.objects.get(pk=delivery_id)
    if claimed != 1:
        return DeliveryState(delivery.state)
    try:
        EmailMessage(delivery.subject, delivery.body, to=[delivery.address]).send()
    except Exception as error:  # whatever the mail server did, the row must say so
        log.warning("e-mail %s was not sent: %s", delivery.key, error)
        return _settle(delivery, DeliveryState.FAILED, reason=one_line(str(error))[:500] or type(error).__name__)
    return _settle(delivery, DeliveryState.SENT)


def _settle(delivery: Delivery, state: DeliveryState, reason: str = "") -> DeliveryState:
    delivery.state = state
    delivery.reason = reason
    delivery.sent_at = clock.now() if state == DeliveryState.SENT else None
    delivery.save(update_fields=["state", "reason", "sent_at"])
    return state


def send_waiting(limit: int = 200) -> int:
    """Send what waits; for the worker. Returns how many left."""
    waiting = Delivery.objects.filter(state=DeliveryState.WAITING).order_by("created_at")
    return sum(send(pk) == DeliveryState.SENT for pk in waiting.values_list("pk", flat=True)[:limit])


def mark_unclear(at: datetime) -> int:
    """Rows claimed and never settled: the process died in between. They are never sent again by themselves."""
    return Delivery.objects.filter(state=DeliveryState.SENDING, claimed_at__lt=at - STUCK_AFTER).update(
        state=DeliveryState.UNCLEAR
    )


class CannotSendAgain(Conflict):
    code = "cannot_send_again"


@transaction.atomic
def send_again(*, delivery_id: int, by: Officer, at: datetime) -> Delivery:
    """A person decided that a failed or unclear e-mail shall go out (again)."""
    claimed = Delivery.objects.filter(pk=delivery_id, state__in=[DeliveryState.FAILED, DeliveryState.UNCLEAR]).update(
        state=DeliveryState.WAITING, reason=""
    )
    if claimed != 1:
        raise CannotSendAgain(N_("Thư này không ở trạng thái gửi lại được. Hãy tải lại trang."))
    audit("delivery.sent_again", "delivery", delivery_id, by, at)
    transaction.on_commit(partial(send, delivery_id), robust=True)
    return Delivery.objects.get(pk=delivery_id)
