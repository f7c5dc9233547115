"""Who owns a record, and what the other side may ask of its owner: a change, a correction, the record itself.

A record changes hands by an offer and its signed acceptance. While the offer is out the offerer still owns the
record but does not write it; it becomes the other's at the acceptance, and the offerer's ledger knows when it reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from giapranh.exchange.ledger import agreements, canonical
from giapranh.exchange.ledger.chain import Said, again, append, forget, own, read_body, theirs
from giapranh.exchange.ledger.engine import Engine, Written
from giapranh.exchange.ledger.names import EVENT, LANES, read_stream, stream_name
from giapranh.exchange.ledger.outbox import change_of
from giapranh.exchange.ledger.reasons import Broken, Waits
from giapranh.exchange.ledger.rows import Body, Entry, Notice, Place, Receipt, Record
from giapranh.exchange.ledger.store import LedgerTx
from giapranh.kernel.errors import N_, Conflict


class RecordMoved(Conflict):
    """The record is not in the state the person thought."""

    code = "record_moved"


def owner(engine: Engine, tx: LedgerTx, peer: str, subject: str) -> str:
    record = tx.get(Record, peer, subject)
    return record.owner if record else engine.node


def may_write(engine: Engine, tx: LedgerTx, peer: str, subject: str) -> bool:
    record = tx.get(Record, peer, subject)
    return record is None or (record.owner == engine.node and record.state != "offered")


def propose(engine: Engine, tx: LedgerTx, peer: str, subject: str, data: Mapping[str, Any], now: int) -> Written:
    """Ask the owner to change a record; only within the fields the owner shares and when the clause allows it."""
    record = _of_the_peer(tx, peer, subject)
    clause = _clause_for_proposals(tx, peer, peer, record.kind, dict(data))
    text = agreements.in_force(tx, peer)
    named = f"{clause}@{text.version}" if text else ""
    return append(
        engine, tx, peer, "proposal", {"subject": subject, "changes": dict(data)}, now,
        lane=read_stream(record.stream).lane, subject=subject, clause=named, base=record.version,
    )  # fmt: skip


def report_error(engine: Engine, tx: LedgerTx, peer: str, subject: str, field: str, text: str, now: int) -> Written:
    """Tell the owner that a record we received is wrong."""
    record = _of_the_peer(tx, peer, subject)
    data = {"subject": subject, "field": field[:200], "text": text[:4000]}
    lane = read_stream(record.stream).lane
    return append(engine, tx, peer, "error-report", data, now, lane=lane, subject=subject, base=record.version)


def offer(engine: Engine, tx: LedgerTx, peer: str, subject: str, why: str, now: int) -> Written:
    """Offer the record itself. Until the answer comes nobody writes it."""
    record = tx.lock(Record, peer, subject)
    if record is None or record.owner != engine.node or record.state != "live" or record.blocked_by:
        raise RecordMoved(N_("Hồ sơ không ở trạng thái bàn giao được."))
    lane = read_stream(record.stream).lane
    return append(
        engine,
        tx,
        peer,
        "offer",
        {"subject": subject, "why": why[:2000]},
        now,
        lane=lane,
        subject=subject,
        base=record.version,
    )


def answer(
    engine: Engine, tx: LedgerTx, peer: str, event: str, accepted: bool, text: str, now: int, *, again_as: str = ""
) -> Written:
    """Answer a proposal, an error report or an offer of the peer's, once."""
    notice = tx.lock(Notice, peer, event)
    if notice is None or notice.direction != "in" or notice.state != "open":
        raise RecordMoved(N_("Việc này đã được trả lời hoặc không có."))
    record = tx.get(Record, peer, notice.subject)
    if notice.kind == "offer" and (record is None or record.owner != peer or (accepted and record.blocked_by)):
        raise RecordMoved(N_("Hồ sơ không ở trạng thái bàn giao được."))
    lane = read_stream(record.stream).lane if record else "record"
    data = {"event": event, "accepted": accepted, "answer": text[:4000], "subject": notice.subject}
    if record is not None:
        data["version"] = record.version
    return append(engine, tx, peer, "answer", data, now, lane=lane, subject=notice.subject, event=again_as)


def answer_offer(engine: Engine, tx: LedgerTx, peer: str, event: str, accepted: bool, text: str, now: int) -> Written:
    return answer(engine, tx, peer, event, accepted, text, now)


def answer_proposal(
    engine: Engine, tx: LedgerTx, peer: str, event: str, accepted: bool, text: str, now: int
) -> Written:
    """Accepting does not write the record: its owner shares the new version next."""
    return answer(engine, tx, peer, event, accepted, text, now)


def _of_the_peer(tx: LedgerTx, peer: str, subject: str) -> Record:
    record = tx.get(Record, peer, subject)
    if record is None or record.owner != peer or record.state not in {"live", "offered"}:
        raise RecordMoved(N_("Hồ sơ này không phải hồ sơ nhận từ bên kia."))
    return record


def _clause_for_proposals(tx: LedgerTx, peer: str, giver: str, kind: str, changes: dict[str, Any]) -> str:
    for clause in agreements.clauses_from(tx, giver, peer, kind):
        if clause.proposals and all(name in {f.split(".")[0] for f in clause.fields} for name in changes):
            return clause.id
    raise Broken("no-clause", "proposal")


def _subject(said: Said) -> str:
    subject = said.data.get("subject")
    if type(subject) is not str or not subject or subject != said.header.subject:
        raise Broken("bad-control", "subject")
    return subject


def _note(tx: LedgerTx, said: Said, kind: str, direction: str, content: Any, state: str = "") -> None:
    header = said.header
    if tx.get(Notice, said.peer, header.id) is None:
        tx.put(
            Notice(
                said.peer, header.id, kind, header.subject, direction, state or "open", header.base,
                canonical.dump(content), "", said.now,
            )
        )  # fmt: skip


@own("proposal")
@own("error-report")
def asked(engine: Engine, tx: LedgerTx, said: Said) -> None:
    if said.data:
        _note(tx, said, said.header.kind, "out", said.data)


@theirs("error-report")
def told_of_error(engine: Engine, tx: LedgerTx, said: Said) -> None:
    _mine(engine, tx, said.peer, _subject(said))
    if any(type(said.data.get(name)) is not str for name in ("field", "text")):
        raise Broken("bad-control", "error report")
    _note(tx, said, "error-report", "in", said.data, _answered_before(engine, tx, said))


@theirs("proposal")
def proposed(engine: Engine, tx: LedgerTx, said: Said) -> None:
    record = _mine(engine, tx, said.peer, _subject(said))
    changes = said.data.get("changes")
    if type(changes) is not dict:
        raise Broken("bad-control", "proposal")
    _clause_for_proposals(tx, said.peer, engine.node, record.kind, changes)
    _note(tx, said, "proposal", "in", said.data, _answered_before(engine, tx, said))


def _mine(engine: Engine, tx: LedgerTx, peer: str, subject: str) -> Record:
    record = tx.get(Record, peer, subject)
    if record is None:
        raise Waits
    if record.owner != engine.node:
        raise Broken("not-owner", subject)
    return record


@own("offer")
def offered(engine: Engine, tx: LedgerTx, said: Said) -> None:
    record = tx.lock(Record, said.peer, said.header.subject)
    notice = tx.get(Notice, said.peer, said.header.id)
    asked = notice is None or notice.state == "open"  # when it comes home the answer may be here already
    if asked and record is not None and record.owner == engine.node and record.state in {"live", "offered"}:
        tx.put(replace(record, state="offered"))
    _note(tx, said, "offer", "out", said.data)


@theirs("offer")
def offered_to_me(engine: Engine, tx: LedgerTx, said: Said) -> None:
    record = tx.lock(Record, said.peer, _subject(said))
    before = _answered_before(engine, tx, said)
    if record is None or (not before and (record.owner != said.peer or record.state != "live")):
        raise Broken("not-owner", said.header.subject)
    if record.version < said.header.base and not before:
        raise Waits  # the version that is offered was kept from me: its owner shares it again
    _note(tx, said, "offer", "in", said.data, before)
    if before == "accepted":
        tx.put(replace(record, owner=engine.node, state="live", blocked_by=""))


def _answered_before(engine: Engine, tx: LedgerTx, said: Said) -> str:
    """My own answer, when I was restored to a day before the question and my answer came home first."""
    for lane in LANES:
        stream = stream_name(engine.node, said.peer, lane)
        for row in tx.find(Entry, stream=stream, subject=said.header.subject, kind="answer"):
            place, body = tx.get(Place, stream, row.seq), tx.get(Body, stream, row.hash)
            if place is None or place.hash != row.hash or body is None:
                continue
            content = read_body(engine, body.data).data
            if content.get("event") == said.header.id:
                return "accepted" if content.get("accepted") else "declined"
    return ""


@own("answer")
def answered(engine: Engine, tx: LedgerTx, said: Said) -> None:
    _settle(engine, tx, said, "in", engine.node if said.data.get("accepted") else said.peer)


@theirs("answer")
def answered_me(engine: Engine, tx: LedgerTx, said: Said) -> None:
    event, accepted = said.data.get("event"), said.data.get("accepted")
    if type(event) is not str or not EVENT.fullmatch(event) or type(accepted) is not bool:
        raise Broken("bad-control", "answer")
    _settle(engine, tx, said, "out", said.peer if accepted else engine.node)


def _settle(engine: Engine, tx: LedgerTx, said: Said, direction: str, new_owner: str) -> None:
    if not said.data:
        return
    event, accepted = said.data["event"], said.data["accepted"]
    state = "accepted" if accepted else "declined"
    notice = tx.lock(Notice, said.peer, event)
    if notice is None:
        if said.returned:
            return
        raise Waits
    if notice.direction != direction or (notice.state not in {"open", state} and not said.returned):
        raise Broken("bad-control", "answer to nothing")
    text = str(said.data.get("answer", ""))[:4000]
    tx.put(replace(notice, state=state, answer=text))
    if notice.kind != "offer":
        return
    record = tx.lock(Record, said.peer, notice.subject)
    if record is None:
        return
    version = record.version
    if accepted and direction == "out" and type(said.data.get("version")) is int:
        version = min(version, said.data["version"])  # what I wrote after that, the new owner never had
    # a node that replays its ledger reads the answer to an old offer after it has written a newer one
    newer = new_owner == engine.node and tx.find(
        Notice, peer=said.peer, kind="offer", subject=notice.subject, direction="out", state="open", limit=1
    )
    state = "recalled" if record.state == "recalled" else "offered" if newer else "live"
    # my own refusal of an offer, come home after a rollback, knows nothing of what I refused since
    blocked = record.blocked_by if said.returned and not accepted else ""
    tx.put(replace(record, owner=new_owner, state=state, blocked_by=blocked, version=version))
    kind = engine.kind(record.kind)
    if accepted and kind is not None and record.data is not None and (direction == "out" or said.returned):
        change = change_of(said, new_owner, canonical.parse(record.data, limit=engine.limits.body), "handed-over")
        tell = kind.returned if said.returned else kind.apply
        tell(tx, replace(change, kind=record.kind, version=record.version, clause=record.clause))


@own("recall")
def recalled(engine: Engine, tx: LedgerTx, said: Said) -> None:
    # my own copies go when the peer has signed for the recall: until then a restore may still undo it
    if tx.get(Receipt, said.header.stream, said.hash, "applied", "") is not None:
        forget(tx, engine.node, said.peer, said.header.subject, said.hash)
    record = tx.lock(Record, said.peer, said.header.subject) or _tombstone(said, engine.node)
    version = max(record.version, said.header.version)
    tx.put(replace(record, state="recalled", data=None, blocked_by="", version=version))


def _tombstone(said: Said, owner: str) -> Record:
    header = said.header
    return Record(
        said.peer, header.subject, "", owner, 0, header.stream, "", "", "recalled", "", None, header.sent_at, said.now
    )


@theirs("recall")
def recalled_by_owner(engine: Engine, tx: LedgerTx, said: Said) -> None:
    """The content goes, everywhere in this ledger; that it was here, and who read it, stays."""
    header, subject = said.header, _subject(said)
    record = tx.lock(Record, said.peer, subject)
    if record is not None and record.owner != said.peer:
        raise Broken("not-owner", subject)
    forget(tx, said.peer, engine.node, subject, said.hash)
    for lane in LANES:
        stream = stream_name(said.peer, engine.node, lane)
        for place in tx.find(Place, stream=stream, subject=subject, state="parked"):
            tx.put(replace(place, state="superseded", reason="recalled"))
    record = record or _tombstone(said, said.peer)
    tx.put(
        replace(
            record, state="recalled", blocked_by="", data=None, version=max(record.version, header.version), at=said.now
        )
    )
    kind = engine.kind(record.kind)
    if kind is not None:
        kind.apply(tx, replace(change_of(said, said.peer, None, "recalled"), kind=record.kind))


@again("recall")
@again("offer")
def once_more(engine: Engine, tx: LedgerTx, said: Said) -> bool:
    record = tx.lock(Record, said.peer, said.header.subject)
    if record is None or record.owner != engine.node or record.state != "live" or not said.data:
        return False
    header = said.header
    append(
        engine, tx, said.peer, header.kind, said.data, said.now, lane=read_stream(header.stream).lane,
        subject=header.subject, version=record.version + 1 if header.version else 0, base=record.version,
        event=header.id, sent_at=header.sent_at,
    )  # fmt: skip
    return True


@again("answer")
def answered_again(engine: Engine, tx: LedgerTx, said: Said) -> bool:
    event = str(said.data.get("event", ""))
    notice = tx.get(Notice, said.peer, event)
    state = "accepted" if said.data.get("accepted") else "declined"
    if notice is None or notice.state not in {"open", state}:
        return False
    header = said.header
    append(
        engine, tx, said.peer, "answer", said.data, said.now, lane=read_stream(header.stream).lane,
        subject=header.subject, event=header.id, sent_at=header.sent_at,
    )  # fmt: skip
    return True


@again("proposal")
@again("error-report")
def asked_again(engine: Engine, tx: LedgerTx, said: Said) -> bool:
    header = said.header
    append(
        engine, tx, said.peer, header.kind, said.data, said.now, lane=read_stream(header.stream).lane,
        subject=header.subject, clause=header.clause, base=header.base, event=header.id, sent_at=header.sent_at,
    )  # fmt: skip
    return bool(said.data)
