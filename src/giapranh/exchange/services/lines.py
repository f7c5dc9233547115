"""How neighbours are reached: setting a line, hints, and remembering how attempts went."""

from __future__ import annotations

from datetime import datetime, timedelta

from giapranh.exchange.models import Line
from giapranh.kernel import clock

FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)


def was_hinted(peer: str) -> None:
    """The neighbour says that something waits for us: the next round is now."""
    Line.objects.filter(peer=peer).update(hinted=True, next_try_at=clock.now())


def tell_soon(peer: str) -> None:
    """We wrote something for the neighbour: let the next round say so to it."""
    Line.objects.filter(peer=peer).update(wants_hint=True, next_try_at=clock.now())


def tell_all_soon() -> None:
    Line.objects.update(wants_hint=True, next_try_at=clock.now())


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
        last_try_at=at, last_ok_at=at, failures=0, last_error="", hinted=False, next_try_at=None
    )


def failed(line: Line, why: str, at: datetime) -> None:
    """Back off: 30 s, 1 min, 2 min … up to an hour; a hint or a person cuts it short."""
    wait = min(FIRST_WAIT * 2 ** min(line.failures, 10), LONGEST_WAIT)
    Line.objects.filter(pk=line.pk).update(
        last_try_at=at, failures=line.failures + 1, last_error=why, next_try_at=at + wait
    )
