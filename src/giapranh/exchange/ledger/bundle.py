"""The exchange as a file: on a stick, in a letter, beside an official paper. The same entries as on the line.

Inside: my signed heads (they say what I hold of the neighbour's), my entries after what the neighbour last signed
for, entries of the neighbour's that it seems to have lost, and the blobs it may have.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import BinaryIO

from giapranh.exchange.ledger import blobs, canonical, frames, inbox, rollback, statements
from giapranh.exchange.ledger import entry as entries
from giapranh.exchange.ledger import envelope as envelopes
from giapranh.exchange.ledger.chain import key_at, peer_of
from giapranh.exchange.ledger.engine import Engine
from giapranh.exchange.ledger.frames import Frame
from giapranh.exchange.ledger.names import LANES, stream_name
from giapranh.exchange.ledger.outbox import Stand, frame_of, serve
from giapranh.exchange.ledger.reasons import Broken
from giapranh.exchange.ledger.rows import Alarm, Head, Place
from giapranh.exchange.ledger.sealing import SealedReader, SealedWriter
from giapranh.exchange.ledger.status import last_signed
from giapranh.exchange.ledger.store import LedgerStore, LedgerTx

LIMIT = 4 * 1024**3
GROUP = 50


@dataclass(frozen=True, slots=True)
class BundleMade:
    entries: int
    given_back: int
    blobs: int


@dataclass
class BundleTaken:
    peer: str
    states: Counter[str] = field(default_factory=Counter)  # outcomes by state
    reasons: Counter[str] = field(default_factory=Counter)  # reasons of what was not applied
    given_back: int = 0  # entries of mine that came home
    blobs: int = 0
    unknown_head: bool = False  # the neighbour holds entries of mine that I do not know: a bundle back heals it


def write(
    engine: Engine,
    store: LedgerStore,
    peer: str,
    out: BinaryIO,
    now: int,
    *,
    since: dict[str, Stand] | None = None,
    files: Iterable[tuple[str, int, Callable[[], BinaryIO]]] = (),
) -> BundleMade:
    """Write a bundle for one peer. ``since``: what it holds of my streams, by name; without it, what it signed for.
    ``files``: (sha256, size, open) of blobs to take along; those the peer may not have are left out."""
    with store.transaction() as tx:
        recipient = _present_key(engine, tx, peer)
        heads = statements.make(engine, tx, peer, now)
    writer = SealedWriter(out, recipient)
    count = Counter[str]()

    def put(frame: Frame) -> None:
        count[frame.letter] += 1
        writer.write(frames.write(frame))

    put(Frame("S", heads))
    for lane in LANES:
        for frame in _mine(engine, store, stream_name(engine.node, peer, lane), since, now):
            put(frame)
    given_back = 0
    for lane in LANES:
        for frame in _theirs(engine, store, stream_name(peer, engine.node, lane), peer):
            put(frame)
            given_back += 1
    taken = _blobs(engine, store, peer, files, put)
    writer.write(frames.write(Frame("Z", canonical.dump({"frames": sum(count.values())}))))
    writer.close()
    return BundleMade(count["E"] + count["W"] + count["N"] - given_back, given_back, taken)


def _present_key(engine: Engine, tx: LedgerTx, peer: str) -> str:
    peer_of(tx, peer)
    key = key_at(tx, stream_name(peer, engine.node, "record"), 2**53)
    if key is None:
        raise Broken("unknown-peer", peer)
    return key.public


def _mine(engine: Engine, store: LedgerStore, stream: str, since: dict[str, Stand] | None, now: int) -> Iterator[Frame]:
    with store.transaction() as tx:
        head = tx.get(Head, stream)
        begin = since[stream].seq if since and stream in since else _begin(tx, stream, head)
    while head is not None:
        with store.transaction() as tx:
            places = tx.find(Place, stream=stream, after=(stream, begin), limit=GROUP)
            group = [frame_of(engine, tx, head.peer, place, now) for place in places]
        if not group:
            return
        begin = places[-1].seq
        yield from group


def _begin(tx: LedgerTx, stream: str, head: Head | None) -> int:
    """After what the peer last stated it holds; after what it last signed for, when its statement knows more than I."""
    last = tx.get(Alarm, head.peer, "last-statement", "") if head else None
    stated = statements.parse(last.evidence).heads.get(stream) if last else None
    place = tx.get(Place, stream, stated.seq) if stated and stated.seq else None
    if stated is not None and (stated.seq == 0 or (place is not None and place.hash == stated.hash)):
        return stated.seq
    return last_signed(tx, stream)


def _theirs(engine: Engine, store: LedgerStore, stream: str, peer: str) -> Iterator[Frame]:
    """What the peer no longer knew of its own stream when it last spoke."""
    with store.transaction() as tx:
        last = tx.get(Alarm, peer, "last-statement", "")
        mine = tx.get(Head, stream)
        stated = statements.parse(last.evidence).heads.get(stream) if last else None
        if stated is None or mine is None or mine.seq == 0:
            return
        place = tx.get(Place, stream, stated.seq) if stated.seq else None
        if stated.seq > mine.seq or (place is not None and place.hash == stated.hash and stated.seq == mine.seq):
            return
        known = [stated] if place is None or place.hash == stated.hash else []
        parts = rollback.returned(engine, tx, stream, known)
    for part in parts:
        yield from frames.read(_source(part), engine.limits)


def _source(data: bytes) -> Callable[[int], bytes]:
    view = [data]

    def read(size: int) -> bytes:
        piece, view[0] = view[0][:size], view[0][size:]
        return piece

    return read


def _blobs(
    engine: Engine,
    store: LedgerStore,
    peer: str,
    files: Iterable[tuple[str, int, Callable[[], BinaryIO]]],
    put: Callable[[Frame], None],
) -> int:
    taken = 0
    for sha256, size, open_file in files:
        with store.transaction() as tx:
            if not blobs.may_have(tx, engine, peer, sha256):
                continue
        with open_file() as file:
            for piece in blobs.chunks(size):
                about = canonical.dump({"offset": piece.offset, "sha256": sha256, "size": size})
                put(Frame("C", about, file.read(piece.size)))
        taken += 1
    return taken


def read(
    engine: Engine,
    store: LedgerStore,
    source: BinaryIO,
    now: int,
    *,
    on_blob: Callable[[str, int, int, bytes], bool] | None = None,
    limit: int = LIMIT,
) -> BundleTaken:
    """Take a bundle. ``on_blob(sha256, size, offset, data)`` keeps a piece and says when the blob is whole and checked.

    What was taken before stays taken when the file breaks off; the same file again does nothing twice.
    """
    plain = SealedReader(source, engine.keys, limit=limit)
    found = frames.read(plain.read, engine.limits)
    first = next(found, None)
    if first is None or first.letter != "S":
        raise Broken("not-an-entry", "no statement in front")
    taken = _open(engine, store, first.first, now)
    counted, ended = 1, False
    home: dict[str, list[Frame]] = {}
    while group := list(islice(found, GROUP)):
        fresh: list[Frame] = []
        for frame in group:
            if ended:
                raise Broken("not-an-entry", "frames after the end")
            ended = frame.letter == "Z"
            if ended and canonical.parse(frame.first, limit=200) != {"frames": counted}:
                raise Broken("not-an-entry", "frames missing")
            counted += 1
            if frame.letter == "C":
                _receive(engine, store, taken, fresh, now)  # the entries that name it come before
                fresh = []
                _take_blob(engine, store, taken, frame, now, on_blob)
            elif frame.letter in "EWN" and (stream := _mine_is(engine, frame)):
                home.setdefault(stream, []).append(frame)
            elif frame.letter in "EWN":
                fresh.append(frame)
        _receive(engine, store, taken, fresh, now)
    if not ended:
        raise Broken("not-an-entry", "cut off")
    for stream, group in home.items():
        with store.transaction() as tx:
            taken.given_back += rollback.take_back(engine, tx, stream, group, now).returned
    return taken


def _receive(engine: Engine, store: LedgerStore, taken: BundleTaken, fresh: list[Frame], now: int) -> None:
    for outcome in inbox.receive(engine, store, fresh, now):
        taken.states[outcome.state] += 1
        if outcome.reason:
            taken.reasons[outcome.reason] += 1


def _open(engine: Engine, store: LedgerStore, statement: bytes, now: int) -> BundleTaken:
    said = statements.parse(statement)
    with store.transaction() as tx:
        try:
            statements.read(engine, tx, said.node, statement, now)
        except Broken as error:
            if error.reason != "forged":
                raise
            # its key may have changed in the entries that follow; each of them is checked on its own
        taken = BundleTaken(said.node)
        for stream, stand in statements.stands_of_mine(engine, said).items():
            if serve(engine, tx, stream, stand, now, limit=1).unknown:
                taken.unknown_head = True
    return taken


def _mine_is(engine: Engine, frame: Frame) -> str:
    """The stream, when the entry is one of mine that comes home."""
    try:
        header = entries.read_header(envelopes.read(frame.first, limit=engine.limits.envelope))
    except Broken:
        return ""
    return header.stream if header.route.giver == engine.node else ""


def _take_blob(
    engine: Engine,
    store: LedgerStore,
    taken: BundleTaken,
    frame: Frame,
    now: int,
    on_blob: Callable[[str, int, int, bytes], bool] | None,
) -> None:
    about = canonical.parse(frame.first, limit=500)
    if on_blob is None or type(about) is not dict or set(about) != {"offset", "sha256", "size"}:
        return
    with store.transaction() as tx:
        wanted = {need.sha256: need.size for need in blobs.wanted(tx, taken.peer)}
    if wanted.get(about["sha256"]) != about["size"]:
        return
    if on_blob(about["sha256"], about["size"], about["offset"], frame.second):
        with store.transaction() as tx:
            blobs.arrived(engine, tx, taken.peer, about["sha256"], now)
        taken.blobs += 1
