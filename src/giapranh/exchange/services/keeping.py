"""Every day: both ledgers copied off to a file that is only added to, and every chain checked from its first entry.

Two copies cannot survive two restores. The archive is one file for each stream and day, in the folder the setting
``exchange_archive`` names: another disk, a share, a stick.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.db import transaction

from giapranh.exchange.house import engine, store
from giapranh.exchange.ledger import audit as engine_audit
from giapranh.exchange.ledger import frames
from giapranh.exchange.ledger.frames import Frame
from giapranh.exchange.ledger.rows import Body, Entry, Head, Place
from giapranh.exchange.models import Check, Finding
from giapranh.kernel import clock
from giapranh.node import home

PAGE = 500


def verify(*, at: datetime) -> int:
    """Chains, signatures, contents, marks. What was found yesterday gives way to what is found today."""
    with store().transaction() as tx:
        found = list(engine_audit.verify(engine(), tx))
    with transaction.atomic():
        Finding.objects.all().delete()
        Finding.objects.bulk_create(
            Finding(stream=one.stream, seq=one.seq, what=one.what, detail=one.detail, at=at) for one in found
        )
        Check.objects.update_or_create(name="verify", defaults={"at": at, "detail": str(len(found))})
    return len(found)


def folder() -> Path:
    named = home.setting("exchange_archive")
    return Path(named).expanduser() if named else home.home() / "exchange" / "archive"


def archive(*, at: datetime) -> int:
    """Entries since the last time, appended; returns how many."""
    where = folder()
    where.mkdir(parents=True, exist_ok=True)
    marks = _marks(where)
    written = 0
    with store().transaction() as tx:
        heads = tx.find(Head)
    for head in heads:
        begin = marks.get(head.stream, 0)
        begin = begin if begin <= head.seq else 0  # the database is older than the archive: all of it once more
        path = where / f"{head.stream}-{clock.local_date(at):%Y-%m-%d}.frames"
        number = _append(path, head.stream, begin)
        if number:
            marks[head.stream] = begin + number
            written += number
    _keep_marks(where, marks)
    Check.objects.update_or_create(name="archive", defaults={"at": at, "detail": f"{written} {where}"})
    return written


def _append(path: Path, stream: str, begin: int) -> int:
    number = 0
    if not _any(stream, begin):
        return 0
    with path.open("ab") as out:
        for frame in frames_of(stream, begin):
            out.write(frames.write(frame))
            number += 1
        out.flush()
        os.fsync(out.fileno())
    return number


def _any(stream: str, begin: int) -> bool:
    with store().transaction() as tx:
        return bool(tx.find(Place, stream=stream, after=(stream, begin), limit=1))


def frames_of(stream: str, begin: int = 0) -> Iterator[Frame]:
    """Every entry of a stream after a number, as it was signed."""
    while True:
        with store().transaction() as tx:
            places = tx.find(Place, stream=stream, after=(stream, begin), limit=PAGE)
            group = [(tx.get(Entry, stream, p.hash), tx.get(Body, stream, p.hash)) for p in places]
        if not places:
            return
        begin = places[-1].seq
        for row, body in group:
            if row is not None:
                yield Frame("E", row.envelope, body.data) if body else Frame("N", row.envelope)


def _marks(where: Path) -> dict[str, int]:
    try:
        found = json.loads((where / "marks.json").read_text("utf-8"))
        return {str(name): int(seq) for name, seq in found.items()}
    except (OSError, ValueError, AttributeError):
        return {}


def _keep_marks(where: Path, marks: dict[str, int]) -> None:
    fresh = where / "marks.json.tmp"
    fresh.write_text(json.dumps(marks, sort_keys=True), encoding="utf-8")
    fresh.replace(where / "marks.json")
