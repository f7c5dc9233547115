"""Telling neighbours of a record: in the transaction that changes it, as far as each agreement lets it go."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice

from django.db import connection

from giapranh.exchange import kinds, seeds
from giapranh.exchange.house import engine, store
from giapranh.exchange.kinds import Shareable, subject_of
from giapranh.exchange.ledger import agreements, outbox
from giapranh.exchange.ledger.chain import alarm
from giapranh.exchange.ledger.engine import Engine, NotShared, Written
from giapranh.exchange.ledger.reasons import Broken
from giapranh.exchange.ledger.rows import Record
from giapranh.exchange.ledger.store import LedgerTx
from giapranh.exchange.models import Agreement, Line
from giapranh.exchange.services import lines
from giapranh.kernel import clock
from giapranh.kernel.errors import Unavailable

log = logging.getLogger(__name__)
GROUP = 100
ANYBODY = "EXISTS (SELECT FROM exchange_agreement WHERE state = 'in-force')"
LATELY_SECONDS = 60.0
Result = Written | NotShared


def record_changed(kind: str, record_id: str, *, at: datetime) -> list[Result]:
    """Called by a room inside the transaction that changed a record. Without an agreement it costs one question."""
    return records_changed(kind, [record_id], at=at)


def records_changed(kind: str, record_ids: Iterable[str], *, at: datetime) -> list[Result]:
    """The same for several records of one kind. They are looked up only where somebody may be told."""
    peers = _agreed()
    known = kinds.get(kind)
    if not peers or known is None or not seeds.exist():
        return []
    results: list[Result] = []
    with store().transaction() as tx:
        me = engine()
        for record_id in record_ids:
            results += _tell(me, tx, known, record_id, peers, ms(at))
    return results


_somebody_until = 0.0


def anybody() -> bool:
    """Whether any neighbour has an agreement in force. Asked of every single observation, so without the model."""
    global _somebody_until
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {ANYBODY}")
        found = bool(cursor.fetchone()[0])
    if found:
        _somebody_until = time.monotonic() + LATELY_SECONDS
    return found


def somebody_lately() -> bool:
    """Whether ``anybody`` was true a minute ago. When it is not, who writes makes sure with ``ANYBODY`` (SQL)."""
    return time.monotonic() < _somebody_until


def _agreed() -> list[str]:
    """Neighbours with an agreement in force."""
    return list(Agreement.objects.filter(state="in-force").values_list("peer", flat=True).distinct())


def _tell(me: Engine, tx: LedgerTx, kind: Shareable, record_id: str, peers: Iterable[str], now: int) -> list[Result]:
    data = kind.record(record_id)
    subject = subject_of(kind.name, record_id)
    results: list[Result] = []
    for peer in peers:
        try:
            with tx.savepoint():
                if data is None:
                    results += _take_back(me, tx, peer, subject, now)
                else:
                    results.append(_share(me, tx, peer, kind, record_id, data, now))
        except Broken as error:  # the record cannot be told: the room's work goes on, a person must know
            log.error("%s was not shared with %s: %s %s", subject, peer, error.reason, error.detail)
            alarm(me, tx, peer, "not-shared", subject[:200], now, f"{error.reason} {error.detail}")
    for peer in {result.stream.split(".")[1] for result in results if isinstance(result, Written)}:
        lines.tell_soon(peer)
    return results


def _share(me: Engine, tx: LedgerTx, peer: str, kind: Shareable, record_id: str, data: kinds.Data, now: int) -> Result:
    seen = outbox.preview(me, tx, peer, kind.name, data, now)
    if seen.clause is None or seen.data is None:
        return NotShared(peer, seen.reason, seen.until)
    blobs = kind.files(record_id) if seen.clause.original else ()
    subject = subject_of(kind.name, record_id)
    return outbox.share(me, tx, peer, kind.name, subject, data, now, blobs=blobs, clause=seen.clause.id)


def _take_back(me: Engine, tx: LedgerTx, peer: str, subject: str, now: int) -> list[Result]:
    """The record is no more: neighbours that were told of it are asked to let it go."""
    record = tx.get(Record, peer, subject)
    if record is None or record.owner != me.node or record.state != "live":
        return []
    return [outbox.recall(me, tx, peer, subject, "", now)]


def share_everything(peer: str, *, at: datetime) -> int:
    """All records of all kinds the agreement names, in the order of the lanes; what is told already costs nothing."""
    me, written = engine(), 0
    with store().transaction() as tx:
        text = agreements.in_force(tx, peer)
    given = {clause.kind for clause in text.clauses if clause.giver == me.node} if text else set()
    for kind in sorted(kinds.registered(), key=lambda k: me_lane(k.lane)):
        if kind.name not in given:
            continue
        for group in _groups(kind.every()):
            with store().transaction() as tx:
                for record_id in group:
                    found = _tell(me, tx, kind, record_id, [peer], ms(at))
                    written += sum(isinstance(result, Written) for result in found)
    return written


def me_lane(lane: str) -> int:
    return ("alert", "record", "bulk").index(lane)


def _groups(ids: Iterable[str]) -> Iterator[list[str]]:
    source = iter(ids)
    while group := list(islice(source, GROUP)):
        yield group


def catch_up(peer: str, *, at: datetime) -> int:
    """A new version came into force, or a new day began: delays run out and clauses end by days."""
    line = Line.objects.filter(peer=peer).first()
    version = Agreement.objects.filter(peer=peer, state="in-force").values_list("version", flat=True).last() or 0
    today = clock.local_date(at)
    if line is None or not version or (line.shared_version, line.shared_on) == (version, today):
        return 0
    written = share_everything(peer, at=at)
    Line.objects.filter(peer=peer).update(shared_version=version, shared_on=today)
    return written


def catch_up_all(at: datetime) -> None:
    for peer in _agreed():
        try:
            catch_up(peer, at=at)
        except Unavailable as error:
            log.error("nothing shared with %s: %s", peer, error)


def ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
