"""Keys change by entries: each stream tells from which of its numbers the next key signs.

rotate   signed by the present key and by the new one; the new one signs from the next number
recover  signed by the recovery key and by the new one, at the number from which the old key counts no more;
         opens a new epoch, and a receiver that had believed a thief winds back to that number
"""

from __future__ import annotations

from giapranh.exchange.ledger import envelope
from giapranh.exchange.ledger.chain import Said, again, alarm, append, key_at, own, peer_of, theirs
from giapranh.exchange.ledger.engine import Engine, Written
from giapranh.exchange.ledger.envelope import Sealed
from giapranh.exchange.ledger.keys import KeyRing, public_of
from giapranh.exchange.ledger.names import HEX64
from giapranh.exchange.ledger.reasons import Broken
from giapranh.exchange.ledger.rows import Head, StreamKey
from giapranh.exchange.ledger.store import LedgerTx


def rotate_key(engine: Engine, tx: LedgerTx, public: str, now: int) -> list[Written]:
    """Tell every neighbour in every stream that this key signs from the next entry on."""
    written = []
    for head in tx.find(Head, direction="out"):
        if _open(tx, head.peer) and (entry := _rotate(engine, tx, head, public, now)):
            written.append(entry)
    return written


def _rotate(engine: Engine, tx: LedgerTx, head: Head, public: str, now: int, event: str = "") -> Written | None:
    present = key_at(tx, head.stream, head.seq + 1)
    if present is None or present.public == public:
        return None

    def sign(payload: bytes, payload_type: str) -> Sealed:
        return envelope.seal(payload, payload_type, engine.keys, present.public, public)

    data = {"action": "rotate", "public": public}
    return append(engine, tx, head.peer, "key", data, now, lane=head.lane, sign=sign, event=event)


def recover_key(engine: Engine, tx: LedgerTx, recovery_seed: bytes, public: str, now: int) -> list[Written]:
    """The present key is lost or stolen: from the next number of every stream on only ``public`` counts."""
    me = peer_of(tx, engine.node)
    if public_of(recovery_seed) != me.recovery:
        raise Broken("own-key-missing", "recovery")
    both = KeyRing([recovery_seed, engine.keys.seed(public)])

    def sign(payload: bytes, payload_type: str) -> Sealed:
        return envelope.seal(payload, payload_type, both, me.recovery, public)

    data = {"action": "recover", "public": public}
    return [
        append(engine, tx, head.peer, "key", data, now, lane=head.lane, sign=sign, new_epoch=True)
        for head in tx.find(Head, direction="out")
        if _open(tx, head.peer)
    ]


def _open(tx: LedgerTx, peer: str) -> bool:
    return peer_of(tx, peer).state == "active"


def recovers(said_by: list[str], recovery: str) -> bool:
    return recovery in said_by


@own("key")
@theirs("key")
def learn(engine: Engine, tx: LedgerTx, said: Said) -> None:
    """Both sides keep the same ranges; whoever reads checks the signatures that the rule asks for."""
    public, action = said.data.get("public"), said.data.get("action")
    if type(public) is not str or not HEX64.fullmatch(public) or action not in {"rotate", "recover"}:
        raise Broken("bad-control", "key")
    header = said.header
    if action == "rotate":
        present = key_at(tx, header.stream, header.seq)
        asked, from_seq = [present.public if present else "", public], header.seq + 1
    else:
        asked, from_seq = [peer_of(tx, header.source).recovery, public], header.seq
    if len(set(asked)) < 2 or len(said.sealed.signed_by(asked)) < 2:
        raise Broken("bad-control", "key without both signatures")
    cause = "rotated" if action == "rotate" else "recovered"
    tx.put(StreamKey(header.stream, from_seq, public, cause, header.seq))


@again("key")
def learn_again(engine: Engine, tx: LedgerTx, said: Said) -> bool:
    """A key told on a branch that lost is told again, or the neighbour would refuse all that it signs."""
    public = said.data.get("public", "")
    if said.data.get("action") == "recover":
        # only the key on paper can say it again: a person is told, and the stream goes on with the key before
        alarm(engine, tx, said.peer, "recovery-lost", said.header.stream, said.now, public[:16], said.sealed.raw)
        return False
    if public not in engine.keys:
        raise Broken("own-key-missing", public[:16])
    head = tx.lock(Head, said.header.stream)
    return head is not None and _rotate(engine, tx, head, public, said.now, said.header.id) is not None


def known_keys(tx: LedgerTx, giver_streams: list[str]) -> list[str]:
    """Keys of a writer that may still have signed an agreement: all but those a recovery replaced."""
    found: dict[str, bool] = {}
    for stream in giver_streams:
        keys = tx.find(StreamKey, stream=stream)
        cut = max((index for index, key in enumerate(keys) if key.cause == "recovered"), default=0)
        for key in keys[cut:]:
            found[key.public] = True
    return list(found)
