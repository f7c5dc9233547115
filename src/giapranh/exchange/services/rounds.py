"""One round of the line: with each neighbour whose turn it is, show heads, heal a restore, fetch what is new by lanes."""

from __future__ import annotations

import logging
import shutil
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime

from django.db import DatabaseError
from django.utils.translation import gettext

from giapranh.exchange import files
from giapranh.exchange.house import engine, now_ms, store
from giapranh.exchange.ledger import blobs, inbox, rollback, statements
from giapranh.exchange.ledger.chain import alarm
from giapranh.exchange.ledger.engine import Engine, Outcome
from giapranh.exchange.ledger.names import LANES, stream_name
from giapranh.exchange.ledger.outbox import Stand
from giapranh.exchange.ledger.reasons import Broken
from giapranh.exchange.ledger.rows import BlobNeed, Head
from giapranh.exchange.line import BlobGone, Conversation, LineDown, talk
from giapranh.exchange.models import Line
from giapranh.exchange.services import hearing, lines, sharing
from giapranh.kernel import clock
from giapranh.kernel.errors import N_, Refused
from giapranh.people.background import own_connection

log = logging.getLogger(__name__)

BATCH = 500
MOST_AT_ONCE = 8  # neighbours talked with at a time
TALK_SECONDS = 120.0  # of one neighbour; what is left comes at the next round
ROUND_SECONDS = 300.0  # after which no new talk begins
KEEP_FREE = 256 * 1024 * 1024  # bytes of disk that files of neighbours never take
BLOB_BYTES_A_LOOK = 16 * 1024 * 1024  # of files after which the alert lane is asked again
ALERT_EVERY = 5_000  # entries of other lanes after which the alert lane is asked again


@dataclass
class Round:
    """What one talk with one neighbour brought."""

    peer: str
    outcomes: dict[str, int] = field(default_factory=dict)
    given_back: int = 0
    blobs: int = 0
    error: str = ""
    missing: list[str] = field(default_factory=list)  # files the neighbour named and could not give, or gave wrong

    end: float = field(default_factory=lambda: time.monotonic() + TALK_SECONDS)
    unfinished: bool = False  # the time was up
    answers: bool = False  # something came that the neighbour waits to see signed for
    agreed: bool = False  # an entry about the agreement was applied

    def count(self, outcomes: list[Outcome]) -> None:
        for outcome in outcomes:
            self.outcomes[outcome.state] = self.outcomes.get(outcome.state, 0) + 1
            self.answers = self.answers or (outcome.settled and outcome.kind != "receipt")
            self.agreed = self.agreed or (outcome.state == "applied" and outcome.kind == "agreement")

    def time_is_up(self) -> bool:
        self.unfinished = self.unfinished or time.monotonic() > self.end
        return self.unfinished


def run_due(at: datetime) -> list[Round]:
    """Every line whose turn it is, one after the other."""
    return [run(line) for line in lines.due(at)]


def run_until_quiet() -> int:
    """Talk with all whose turn it is, side by side, until nobody is left: one slow neighbour does not keep the others.

    While a slow one drips, the turn of the others comes round again. Returns the number of talks.
    """
    talks, broken, end = 0, set[str](), time.monotonic() + ROUND_SECONDS
    running: dict[str, Future[Round]] = {}
    with ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="exchange") as pool:
        while True:
            for line in lines.due(clock.now()) if time.monotonic() < end else []:
                if line.peer not in running and line.peer not in broken:
                    running[line.peer] = pool.submit(_run_apart, line)
            if not running:
                return talks
            wait(running.values(), timeout=2, return_when=FIRST_COMPLETED)
            for peer in [peer for peer, talk in running.items() if talk.done()]:
                talks += 1
                if (error := running.pop(peer).exception()) is not None:
                    broken.add(peer)
                    log.error("the talk with %s broke off", peer, exc_info=error)


def _run_apart(line: Line) -> Round:
    with own_connection():
        return run(line)


def run(line: Line) -> Round:
    """Talk with one neighbour to the end of what it has for us."""
    done = Round(line.peer)
    try:
        _talk(line, done)
        lines.went_well(line, clock.now())
    except Broken as error:
        done.error = gettext("Láng giềng gửi dữ liệu không nhận được: %(why)s") % {"why": error.reason}
    except Refused as error:
        done.error = str(error)
    except (OSError, DatabaseError) as error:  # a full disk: nothing of this batch stays, and it comes again
        log.exception("the talk with %s", line.peer)
        done.error = gettext("Nút này không ghi được dữ liệu (%(why)s): xem ổ đĩa và cơ sở dữ liệu.") % {
            "why": type(error).__name__
        }
    if done.error:
        lines.failed(line, done.error, clock.now())
    elif done.unfinished:
        lines.goes_on(line, clock.now())
    return done


def _talk(line: Line, done: Round) -> None:
    me = engine()
    with store().transaction() as tx:
        mine = statements.make(me, tx, line.peer, now_ms())
    with talk(me, line.address, line.certificate, mine) as (conversation, theirs):
        hearing.hear(line.peer, theirs)
        for lane in LANES:
            _drain(me, conversation, line.peer, lane, done)
        _fetch_blobs(me, conversation, line.peer, done)
        if done.agreed:
            sharing.catch_up(line.peer, at=clock.now())
        wanted = Line.objects.filter(pk=line.pk, wants_hint=True).update(wants_hint=False)
        if wanted or done.answers:
            conversation.hint()


def _drain(me: Engine, conversation: Conversation, peer: str, lane: str, done: Round) -> None:
    """Everything of one lane, the alert lane looked at again now and then."""
    since_alert = 0
    while True:
        further, more = _batch(me, conversation, peer, lane, done)
        since_alert += further
        if not more or done.time_is_up():
            return
        if not further:
            raise LineDown(N_("Láng giềng gửi mãi mà không có mục nào dùng được; thử lại sau."))
        if lane != LANES[0] and since_alert >= ALERT_EVERY:
            since_alert = 0
            _drain(me, conversation, peer, LANES[0], done)


def _batch(me: Engine, conversation: Conversation, peer: str, lane: str, done: Round) -> tuple[int, bool]:
    """How many places further we are, and whether the neighbour says there is more."""
    stream = stream_name(peer, me.node, lane)
    pulled = conversation.pull(stream, stand_of(stream), BATCH)
    if pulled.locator is not None:
        _give_back(me, conversation, stream, pulled.locator, done)
        pulled = conversation.pull(stream, stand_of(stream), BATCH)
        if pulled.locator is not None:
            raise LineDown(N_("Láng giềng không nhận lại phần sổ đã mất của mình; cần người xem."))
    before = stand_of(stream)
    done.count(inbox.receive(me, store(), pulled.frames, now_ms()))
    after = stand_of(stream)
    return (after.seq - before.seq if after.epoch == before.epoch else BATCH), pulled.more


def _give_back(me: Engine, conversation: Conversation, stream: str, known: list[Stand], done: Round) -> None:
    """The neighbour was restored from an older backup: what we hold of its own stream goes home first."""
    with store().transaction() as tx:
        parts = rollback.returned(me, tx, stream, known)
    answer = conversation.give_back(stream, parts)
    done.given_back += int(answer.get("returned", 0))


def stand_of(stream: str) -> Stand:
    """The last entry of a stream that we hold."""
    with store().transaction() as tx:
        head = tx.get(Head, stream)
    if head is None:
        raise Broken("unknown-peer", stream)
    return Stand(head.epoch, head.seq, head.hash)


def _fetch_blobs(me: Engine, conversation: Conversation, peer: str, done: Round) -> None:
    """Files that entries wait for. One that is missing or wrong keeps its own record waiting, and no other."""
    with store().transaction() as tx:
        wanted = blobs.wanted(tx, peer)
    for need in wanted:
        if done.time_is_up():
            return
        try:
            _fetch(me, conversation, need, done)
        except BlobGone:
            done.missing.append(need.sha256)
        except Broken as error:
            done.missing.append(need.sha256)
            with store().transaction() as tx:
                alarm(me, tx, peer, "body-tampered", need.sha256, now_ms(), error.detail)


def _fetch(me: Engine, conversation: Conversation, need: BlobNeed, done: Round) -> None:
    parts = files.assembler(need.sha256, need.size)
    if shutil.disk_usage(parts.path.parent).free < need.size - parts.done + KEEP_FREE:
        raise LineDown(N_("Ổ đĩa của nút này sắp đầy: chưa nhận thêm tệp kèm theo."))
    whole = parts.done == need.size and parts.finish()
    looked = parts.done
    for piece in blobs.chunks(need.size, parts.done):
        if done.time_is_up():
            return
        whole = parts.add(piece.offset, conversation.piece(need.sha256, piece.offset, piece.size))
        if piece.offset - looked >= BLOB_BYTES_A_LOOK:
            looked = piece.offset
            _drain(me, conversation, need.peer, LANES[0], done)
    if whole:
        with store().transaction() as tx:
            done.count(blobs.arrived(me, tx, need.peer, need.sha256, now_ms()))
        done.blobs += 1
