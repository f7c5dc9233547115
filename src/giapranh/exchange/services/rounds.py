"""One round of the line: with each neighbour whose turn it is, show heads, heal a restore, fetch what is new by lanes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext

from giapranh.exchange import files
from giapranh.exchange.house import engine, now_ms, store
from giapranh.exchange.ledger import blobs, inbox, rollback, statements
from giapranh.exchange.ledger.engine import Engine, Outcome
from giapranh.exchange.ledger.names import LANES, stream_name
from giapranh.exchange.ledger.outbox import Stand
from giapranh.exchange.ledger.reasons import Broken
from giapranh.exchange.ledger.rows import Head
from giapranh.exchange.line import Conversation, LineDown, talk
from giapranh.exchange.models import Line
from giapranh.exchange.services import lines, sharing
from giapranh.kernel import clock
from giapranh.kernel.errors import N_, Refused

BATCH = 500
ALERT_EVERY = 5_000  # entries of other lanes after which the alert lane is asked again


@dataclass
class Round:
    """What one talk with one neighbour brought."""

    peer: str
    outcomes: dict[str, int] = field(default_factory=dict)
    given_back: int = 0
    blobs: int = 0
    error: str = ""

    answers: bool = False  # something came that the neighbour waits to see signed for
    agreed: bool = False  # an entry about the agreement was applied

    def count(self, outcomes: list[Outcome]) -> int:
        for outcome in outcomes:
            self.outcomes[outcome.state] = self.outcomes.get(outcome.state, 0) + 1
            self.answers = self.answers or (outcome.settled and outcome.kind != "receipt")
            self.agreed = self.agreed or (outcome.state == "applied" and outcome.kind == "agreement")
        return sum(1 for outcome in outcomes if outcome.settled)


def run_due(at: datetime) -> list[Round]:
    """Every line whose turn it is; one that fails does not keep the others."""
    return [run(line) for line in lines.due(at)]


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
    if done.error:
        lines.failed(line, done.error, clock.now())
    return done


def _talk(line: Line, done: Round) -> None:
    me = engine()
    with store().transaction() as tx:
        mine = statements.make(me, tx, line.peer, now_ms())
    with talk(me, line.address, line.certificate, mine) as (conversation, theirs):
        with store().transaction() as tx:
            statements.read(me, tx, line.peer, theirs, now_ms())
        for lane in LANES:
            _drain(me, conversation, line.peer, lane, done)
        _fetch_blobs(me, conversation, line.peer, done)
        if done.agreed:
            sharing.catch_up(line.peer, at=clock.now())
        if done.answers or Line.objects.filter(pk=line.pk, wants_hint=True).update(wants_hint=False):
            conversation.hint()


def _drain(me: Engine, conversation: Conversation, peer: str, lane: str, done: Round) -> None:
    """Everything of one lane, the alert lane looked at again now and then."""
    since_alert = 0
    while True:
        settled, more = _batch(me, conversation, peer, lane, done)
        since_alert += settled
        if not more:
            return
        if not settled:
            raise LineDown(N_("Láng giềng gửi mãi mà không có mục nào dùng được; thử lại sau."))
        if lane != LANES[0] and since_alert >= ALERT_EVERY:
            since_alert = 0
            _drain(me, conversation, peer, LANES[0], done)


def _batch(me: Engine, conversation: Conversation, peer: str, lane: str, done: Round) -> tuple[int, bool]:
    stream = stream_name(peer, me.node, lane)
    pulled = conversation.pull(stream, stand_of(stream), BATCH)
    if pulled.locator is not None:
        _give_back(me, conversation, stream, pulled.locator, done)
        pulled = conversation.pull(stream, stand_of(stream), BATCH)
        if pulled.locator is not None:
            raise LineDown(N_("Láng giềng không nhận lại phần sổ đã mất của mình; cần người xem."))
    settled = done.count(inbox.receive(me, store(), pulled.frames, now_ms()))
    return settled, pulled.more


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
    with store().transaction() as tx:
        wanted = blobs.wanted(tx, peer)
    for need in wanted:
        parts = files.assembler(need.sha256, need.size)
        whole = parts.done == need.size and parts.finish()
        for piece in blobs.chunks(need.size, parts.done):
            whole = parts.add(piece.offset, conversation.piece(need.sha256, piece.offset, piece.size))
        if whole:
            with store().transaction() as tx:
                done.count(blobs.arrived(me, tx, peer, need.sha256, now_ms()))
            done.blobs += 1
