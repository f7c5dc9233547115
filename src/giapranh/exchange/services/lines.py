"""How neighbours are reached: setting a line, hints, and remembering how attempts went."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, DateTimeField, F, Q, QuerySet, Value, When
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from giapranh.exchange.models import Line
from giapranh.kernel import clock

FIRST_WAIT = timedelta(seconds=30)
EVERY = timedelta(seconds=50)  # a line that is well; the round itself comes every minute
LONGEST_WAIT = timedelta(hours=1)


def was_hinted(peer: str) -> None:
    """The neighbour says that something waits for us: the next round is now."""
    if Line.objects.filter(peer=peer, hinted=False).update(hinted=True, next_try_at=clock.now()):
        _wake()


def tell_soon(peer: str) -> None:
    """We wrote something for the neighbour: let the next round, at once if the line is well, say so to it."""
    _soon(Line.objects.filter(peer=peer))


def tell_all_soon() -> None:
    _soon(Line.objects.all())


def _soon(found: QuerySet[Line]) -> None:
    """A line that is down keeps its pauses: what was written waits for it anyway."""
    now = clock.now()
    new = Q(wants_hint=False) | Q(failures=0, next_try_at__gt=now)
    when = Case(When(failures=0, then=Value(now)), default=F("next_try_at"), output_field=DateTimeField(null=True))
    if found.filter(new).update(wants_hint=True, next_try_at=when):
        _wake()


def _wake() -> None:
    """A round after the commit instead of at the next full minute; one that waits already is enough."""
    transaction.on_commit(_defer_round, robust=True)


def _defer_round() -> None:
    with suppress(AlreadyEnqueued):  # by name: jobs call services, so services do not know jobs
        app.configure_task(
            "exchange.round", queue="exchange", queueing_lock="exchange.round", lock="exchange.round"
        ).defer(timestamp=0)


def change(peer: str, address: str, certificate: str, enabled: bool) -> None:
    """Another way to a neighbour: tried at the next round."""
    Line.objects.update_or_create(
        peer=peer,
        defaults={
            "address": address, "certificate": certificate, "enabled": enabled, "failures": 0, "next_try_at": None,
        },
    )  # fmt: skip


def of(peer: str) -> Line | None:
    return Line.objects.filter(peer=peer).first()


def due(at: datetime) -> list[Line]:
    """Lines that are to be tried now."""
    waiting = Line.objects.filter(enabled=True).exclude(address="")
    return [line for line in waiting.order_by("peer") if line.next_try_at is None or line.next_try_at <= at]


def went_well(line: Line, at: datetime) -> None:
    Line.objects.filter(pk=line.pk).update(
        last_try_at=at, last_ok_at=at, failures=0, last_error="", hinted=False, next_try_at=at + EVERY
    )


def goes_on(line: Line, at: datetime) -> None:
    """The time of one talk was up before everything was here: the turn comes again at once."""
    Line.objects.filter(pk=line.pk).update(next_try_at=at)


def failed(line: Line, why: str, at: datetime) -> None:
    """Back off: 30 s, 1 min, 2 min … up to an hour; a hint or a person cuts it short."""
    wait = min(FIRST_WAIT * 2 ** min(line.failures, 10), LONGEST_WAIT)
    Line.objects.filter(pk=line.pk).update(
        last_try_at=at, failures=line.failures + 1, last_error=why, next_try_at=at + wait
    )
