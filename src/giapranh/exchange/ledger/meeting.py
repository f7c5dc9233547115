"""Two people meet: each node shows a card, each person compares twelve words, and the streams between them begin."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from giapranh.exchange.ledger import canonical
from giapranh.exchange.ledger.engine import Engine
from giapranh.exchange.ledger.names import HEX64, LANES, NODE, NOTHING, stream_name
from giapranh.exchange.ledger.reasons import Broken
from giapranh.exchange.ledger.rows import Head, Peer, StreamKey
from giapranh.exchange.ledger.store import LedgerTx
from giapranh.exchange.ledger.words import words_of
from giapranh.kernel.errors import N_, BadInput, Conflict
from giapranh.kernel.text import one_line, search_key

FORMAT = "giapranh-card/1"
WORD_COUNT = 12


class WordsDiffer(BadInput):
    """The words typed are not those of the card."""

    code = "words_differ"


class AlreadyMet(Conflict):
    code = "already_met"


@dataclass(frozen=True, slots=True)
class Card:
    node: str
    name: str
    root: str
    recovery: str

    @property
    def words(self) -> list[str]:
        return words(self.node, self.root, self.recovery)


def words(node: str, root: str, recovery: str) -> list[str]:
    """Twelve words that stand for a node's name, first key and recovery key together (96 bits)."""
    told = hashlib.sha256(b"%b\n%b\n%b\n%b" % tuple(t.encode("ascii") for t in (FORMAT, node, root, recovery)))
    return words_of(told.digest()[:WORD_COUNT])


def check_words(card: Card, typed: str) -> bool:
    """Whether somebody typed the words of the card; marks, case and commas do not matter."""
    said = [search_key(word) for word in typed.replace(",", " ").replace("-", " ").split()]
    return said == [search_key(word) for word in card.words]


def begin(engine: Engine, tx: LedgerTx, recovery: str, name: str, now: int, *, public: str = "") -> Peer:
    """Write down who this node is, once: its name, the key it shows to neighbours and the recovery key."""
    if not NODE.fullmatch(engine.node) or not HEX64.fullmatch(recovery):
        raise Broken("bad-control", "node or recovery key")
    row = Peer(engine.node, one_line(name), public or engine.keys.root, recovery, "active", "", now)
    tx.put(row)
    return row


def card(engine: Engine, tx: LedgerTx) -> bytes:
    """What the QR shows."""
    me = tx.get(Peer, engine.node)
    if me is None:
        raise Broken("unknown-peer", engine.node)
    return canonical.dump(
        {"format": FORMAT, "name": me.name, "node": me.node, "recovery": me.recovery, "root": me.root}
    )


def read_card(data: bytes) -> Card:
    value = canonical.parse(data.strip(), limit=4096, depth=1)
    if type(value) is not dict or set(value) != {"format", "name", "node", "recovery", "root"}:
        raise Broken("bad-control", "card")
    if any(type(text) is not str for text in value.values()) or value["format"] != FORMAT:
        raise Broken("bad-control", "card")
    if not (NODE.fullmatch(value["node"]) and HEX64.fullmatch(value["root"]) and HEX64.fullmatch(value["recovery"])):
        raise Broken("bad-control", "card")
    return Card(value["node"], one_line(value["name"])[:200], value["root"], value["recovery"])


def meet(engine: Engine, tx: LedgerTx, seen: Card, typed: str, now: int) -> Peer:
    """Pin the neighbour's keys after a person typed the words that the neighbour read out."""
    if not check_words(seen, typed):
        raise WordsDiffer(N_("Mười hai từ không khớp: đọc lại từng từ với bên kia, chưa kết nối."))
    if seen.node == engine.node or {seen.root, seen.recovery} & set(engine.keys.public):
        raise WordsDiffer(N_("Đây là thẻ của chính đơn vị mình."))
    me, before = tx.get(Peer, engine.node), tx.get(Peer, seen.node)
    if me is None:
        raise Broken("unknown-peer", engine.node)
    if before is not None:
        if (before.root, before.recovery) == (seen.root, seen.recovery):
            return before
        raise AlreadyMet(N_("Đã gặp %(node)s với khóa khác; thay khóa phải đi qua sổ cái."), node=seen.node)
    return start_streams(engine, tx, seen, now)


def start_streams(engine: Engine, tx: LedgerTx, seen: Card, now: int) -> Peer:
    """The neighbour, the six streams with it, and the keys that sign their first entries."""
    me = tx.get(Peer, engine.node)
    if me is None:
        raise Broken("unknown-peer", engine.node)
    peer = Peer(seen.node, seen.name, seen.root, seen.recovery, "active", "", now)
    tx.insert(peer)
    for lane in LANES:
        for giver, taker, key, way in ((me.node, peer.node, me.root, "out"), (peer.node, me.node, peer.root, "in")):
            stream = stream_name(giver, taker, lane)
            tx.insert(Head(stream, peer.node, lane, way, 0, 0, NOTHING, now))
            tx.insert(StreamKey(stream, 1, key, "met", 0))
    return peer
