"""Making, changing and ending the agreement with a neighbour, by entries both sides sign."""

from __future__ import annotations

import base64
import binascii
from dataclasses import replace
from functools import lru_cache

from giapranh.exchange.ledger import agreement, envelope
from giapranh.exchange.ledger.agreement import Clause, Text
from giapranh.exchange.ledger.chain import Said, again, alarm, append, key_at, own, theirs
from giapranh.exchange.ledger.engine import Engine, Written
from giapranh.exchange.ledger.envelope import Sealed
from giapranh.exchange.ledger.names import LANES, stream_name
from giapranh.exchange.ledger.reasons import Broken
from giapranh.exchange.ledger.rotation import known_keys
from giapranh.exchange.ledger.rows import Agreement, Withdrawal
from giapranh.exchange.ledger.store import LedgerTx
from giapranh.kernel.errors import N_, Conflict

LIMIT = 400_000
# Goes to the neighbour as it is, like every reason a person gives.
SIGNATURE_GONE = "Chữ ký cũ không còn hiệu lực sau khi khôi phục khóa; đề nghị lập phiên bản mới để ký lại."


class AgreementMoved(Conflict):
    """The agreement has another version or state than the person thought."""

    code = "agreement_moved"


def versions(tx: LedgerTx, peer: str) -> list[Agreement]:
    return tx.find(Agreement, peer=peer)


def next_version(tx: LedgerTx, peer: str) -> int:
    last = tx.find(Agreement, peer=peer, reverse=True, limit=1)
    return last[0].version + 1 if last else 1


def in_force(tx: LedgerTx, peer: str) -> Text | None:
    found = tx.find(Agreement, peer=peer, state="in-force", reverse=True, limit=1)
    return text_of(found[0]) if found else None


def text_of(row: Agreement) -> Text:
    text = read(row.envelope)[0]
    if row.why.startswith("succession:"):
        old, _, new = row.why.removeprefix("succession:").partition(">")
        return agreement.between(text, old, new)
    return text


@lru_cache(maxsize=64)
def read(raw: bytes) -> tuple[Text, Sealed]:
    """A text with its signatures, both unchecked."""
    sealed = envelope.read(raw, limit=LIMIT)
    if sealed.payload_type != agreement.PAYLOAD_TYPE:
        raise Broken("bad-control", "agreement payload type")
    return agreement.parse_text(sealed.payload), sealed


def withdrawn(tx: LedgerTx, peer: str, version: int, clause: str) -> bool:
    return any(tx.get(Withdrawal, peer, version, name) is not None for name in (clause, "*"))


def clauses_from(tx: LedgerTx, giver: str, peer: str, kind: str) -> list[Clause]:
    """The clauses in force under which this side gives records of a kind."""
    text = in_force(tx, peer)
    if text is None:
        return []
    return [
        clause
        for clause in text.clauses
        if clause.giver == giver and clause.kind == kind and not withdrawn(tx, peer, text.version, clause.id)
    ]


def beyond(tx: LedgerTx, peer: str, named: str) -> bool:
    """Whether a clause is named of a version that is not in force here: its signature was lost in a restore."""
    text = in_force(tx, peer)
    return int(named.partition("@")[2] or 0) > (text.version if text else 0)


def propose(engine: Engine, tx: LedgerTx, peer: str, text: Text, now: int) -> Written:
    """Sign a new version and send it to be countersigned."""
    if text.version != next_version(tx, peer):
        raise AgreementMoved(
            N_("Phiên bản %(version)s của thỏa thuận đã có; soạn lại trên phiên bản mới nhất."), version=text.version
        )
    if text.parties != tuple(sorted((engine.node, peer))):
        raise Broken("bad-control", "parties")
    sealed = envelope.seal(agreement.text_bytes(text), agreement.PAYLOAD_TYPE, engine.keys, _my_key(engine, tx, peer))
    data = {"action": "propose", "version": text.version, "text": _b64(sealed.raw)}
    return append(engine, tx, peer, "agreement", data, now)


def countersign(engine: Engine, tx: LedgerTx, peer: str, version: int, now: int) -> Written:
    """Put the second signature; the version is in force from here on, there when it arrives."""
    row = tx.lock(Agreement, peer, version)
    if row is None or row.state != "offered":
        raise AgreementMoved(N_("Phiên bản %(version)s của thỏa thuận không chờ ký."), version=version)
    _, sealed = read(row.envelope)
    mine = envelope.seal(sealed.payload, sealed.payload_type, engine.keys, _my_key(engine, tx, peer))
    both = envelope.assemble(sealed.payload, sealed.payload_type, [*sealed.signatures, *mine.signatures])
    data = {"action": "sign", "version": version, "text": _b64(both.raw)}
    return append(engine, tx, peer, "agreement", data, now)


def decline(engine: Engine, tx: LedgerTx, peer: str, version: int, why: str, now: int) -> Written:
    row = tx.lock(Agreement, peer, version)
    if row is None or row.state not in {"offered", "proposed"}:
        raise AgreementMoved(N_("Phiên bản %(version)s của thỏa thuận không chờ ký."), version=version)
    return append(engine, tx, peer, "agreement", {"action": "decline", "version": version, "why": why}, now)


def withdraw(engine: Engine, tx: LedgerTx, peer: str, clause: str, why: str, now: int) -> Written:
    """End one clause, or all ("*"), at once: what waits is checked again when it is sent."""
    text = in_force(tx, peer)
    if text is None or (clause != "*" and text.clause(clause) is None):
        raise AgreementMoved(N_("Không có điều khoản “%(clause)s” đang có hiệu lực."), clause=clause)
    data = {"action": "withdraw", "version": text.version, "clause": clause, "why": why}
    return append(engine, tx, peer, "agreement", data, now)


def _my_key(engine: Engine, tx: LedgerTx, peer: str) -> str:
    stream = stream_name(engine.node, peer, "record")
    key = key_at(tx, stream, 2**53)
    if key is None:
        raise Broken("own-key-missing", stream)
    return key.public


@own("agreement")
@theirs("agreement")
def learn(engine: Engine, tx: LedgerTx, said: Said) -> None:
    action, version = said.data.get("action"), said.data.get("version")
    if type(version) is not int or version < 1:
        raise Broken("bad-control", "agreement version")
    why = str(said.data.get("why", ""))[:2000]
    if action == "withdraw":
        _learn_withdrawal(tx, said, version, why)
    elif action == "decline":
        row = tx.lock(Agreement, said.peer, version)
        if row is not None and row.state in {"offered", "proposed"}:
            tx.put(replace(row, state="withdrawn", why=why, at=said.now))
    elif action in {"propose", "sign"}:
        _learn_text(engine, tx, said, version, signed=action == "sign")
    else:
        raise Broken("bad-control", "agreement action")


def _learn_withdrawal(tx: LedgerTx, said: Said, version: int, why: str) -> None:
    clause = said.data.get("clause")
    if type(clause) is not str or not clause:
        raise Broken("bad-control", "withdrawal")
    if tx.get(Withdrawal, said.peer, version, clause[:80]) is None:
        tx.put(Withdrawal(said.peer, version, clause[:80], said.header.source, why, said.now))
    row = tx.lock(Agreement, said.peer, version)
    if clause == "*" and row is not None:
        tx.put(replace(row, state="withdrawn", why=why, at=said.now))


def _learn_text(engine: Engine, tx: LedgerTx, said: Said, version: int, *, signed: bool) -> None:
    raw = _raw(said.data.get("text"))
    text, sealed = read(raw)
    if text.version != version or text.parties != tuple(sorted((engine.node, said.peer))):
        raise Broken("bad-control", "agreement of other parties")
    # what comes home I checked when I wrote it; the keys the neighbour signed with then may not be known here yet
    if not said.returned and not _has_signatures(engine, tx, said, sealed, signed=signed):
        raise Broken("bad-control", "agreement without the signatures it needs")
    row = tx.lock(Agreement, said.peer, version)
    if row is not None and read(row.envelope)[1].payload != sealed.payload:
        if said.returned and row.state in {"in-force", "replaced"}:
            alarm(engine, tx, said.peer, "conflict", f"agreement {version}", said.now, f"agreement {version}")
            return  # after two restores both agreed on another text under this number
        _settle(said, row, signed)
    if (
        row is not None
        and row.state in {"in-force", "replaced", "withdrawn"}
        and not (signed and row.state == "withdrawn")
    ):
        return
    if not signed:
        state = "proposed" if said.header.source == engine.node else "offered"
        tx.put(Agreement(said.peer, version, state, raw, "", said.now))
        return
    for older in tx.find(Agreement, peer=said.peer):
        if older.version < version and older.state in {"in-force", "proposed", "offered"}:
            tx.put(replace(older, state="replaced", at=said.now))
    newer = [a for a in tx.find(Agreement, peer=said.peer, state="in-force") if a.version > version]
    ended = tx.get(Withdrawal, said.peer, version, "*")  # mine came home before the signature it ends
    state = "withdrawn" if ended else "replaced" if newer else "in-force"
    tx.put(Agreement(said.peer, version, state, raw, ended.why if ended else "", said.now))


def _settle(said: Said, row: Agreement, signed: bool) -> None:
    """Two texts under one version: what both signed stands; of two proposals, that of the node first by name."""
    if row.state in {"in-force", "replaced"}:
        raise Broken("bad-control", "this version has another text")
    if not signed and row.state == "proposed" and said.header.route.giver > said.header.route.taker:
        raise Broken("bad-control", "this version was proposed by the other side already")


def _has_signatures(engine: Engine, tx: LedgerTx, said: Said, sealed: Sealed, *, signed: bool) -> bool:
    """A proposal has its writer's, an agreement in force both."""
    theirs, mine = signers(engine, tx, said.peer, sealed)
    return (theirs and mine) if signed else (mine if said.header.source == engine.node else theirs)


def signers(engine: Engine, tx: LedgerTx, peer: str, sealed: Sealed) -> tuple[bool, bool]:
    """Whether the peer signed and whether I did; a key known on both sides counts for neither."""
    their_keys = known_keys(tx, [stream_name(peer, engine.node, lane) for lane in LANES])
    my_keys = set(engine.keys.public) | set(known_keys(tx, [stream_name(engine.node, peer, lane) for lane in LANES]))
    found = sealed.signed_by([*their_keys, *my_keys])
    return (
        any(key in their_keys and key not in my_keys for key in found),
        any(key in my_keys and key not in their_keys for key in found),
    )


@again("agreement")
def learn_again(engine: Engine, tx: LedgerTx, said: Said) -> bool:
    action = said.data.get("action")
    if action in {"propose", "sign"}:
        row = tx.get(Agreement, said.peer, said.data.get("version", 0))
        sealed = read(_raw(said.data.get("text")))[1]
        if row is not None and (action == "propose" or read(row.envelope)[1].payload != sealed.payload):
            return False  # the version has its text: what came home, or what the neighbour signed meanwhile
        if not _has_signatures(engine, tx, said, sealed, signed=action == "sign"):
            _let_go(engine, tx, said, row)
            return False
    append(engine, tx, said.peer, "agreement", said.data, said.now, event=said.header.id, sent_at=said.header.sent_at)
    return True


def _let_go(engine: Engine, tx: LedgerTx, said: Said, row: Agreement | None) -> None:
    """I signed it on a branch that is lost, and a recovery has since put out a key that signed beside mine: it cannot
    be shown again. The version before it stands, and the neighbour is told to propose anew."""
    if row is None or row.state != "in-force":
        return
    tx.put(replace(row, state="withdrawn", why=SIGNATURE_GONE, at=said.now))
    older = [a for a in tx.find(Agreement, peer=said.peer, state="replaced") if a.version < row.version]
    signed = [a for a in older if len(read(a.envelope)[1].signatures) > 1]
    if signed:
        tx.put(replace(max(signed, key=lambda a: a.version), state="in-force", at=said.now))
    data = {"action": "decline", "version": row.version, "why": SIGNATURE_GONE}
    append(engine, tx, said.peer, "agreement", data, said.now)


def _raw(text: object) -> bytes:
    if type(text) is not str:
        raise Broken("bad-control", "agreement text")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Broken("bad-control", "agreement text") from None


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
