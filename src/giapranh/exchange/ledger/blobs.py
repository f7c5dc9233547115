"""Files beside entries: by their SHA-256, in pieces, resumable; an entry is never applied before all of its files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from giapranh.exchange.ledger import inbox
from giapranh.exchange.ledger.chain import read_body
from giapranh.exchange.ledger.engine import Engine, Outcome
from giapranh.exchange.ledger.names import LANES, stream_name
from giapranh.exchange.ledger.reasons import Broken
from giapranh.exchange.ledger.rows import BlobNeed, Body, Place, Record
from giapranh.exchange.ledger.store import LedgerTx

PIECE = 262_144


@dataclass(frozen=True, slots=True)
class Piece:
    offset: int
    size: int


def chunks(size: int, done: int = 0) -> Iterator[Piece]:
    """The pieces still to fetch of a blob of which the first ``done`` bytes are here."""
    while done < size:
        piece = min(PIECE, size - done)
        yield Piece(done, piece)
        done += piece


def wanted(tx: LedgerTx, peer: str) -> list[BlobNeed]:
    """What I wait for from this peer."""
    return tx.find(BlobNeed, peer=peer, direction="in", here=False)


def may_have(tx: LedgerTx, engine: Engine, peer: str, sha256: str) -> bool:
    """Whether the peer may fetch this blob of mine: a live record I told it names it.

    The record that named it last is looked at first; only when that one let go of it are the others searched.
    """
    need = tx.get(BlobNeed, peer, sha256)
    if need is None:  # of either direction: both sides may send each other the same paper
        return False
    if _names(tx, engine, tx.get(Record, peer, need.subject), sha256):
        return True
    others = (r for r in tx.find(Record, peer=peer, owner=engine.node) if _names(tx, engine, r, sha256))
    other = next(others, None)
    if other is not None and need.direction == "out":
        tx.put(replace(need, subject=other.subject))
    return other is not None


def _names(tx: LedgerTx, engine: Engine, record: Record | None, sha256: str) -> bool:
    if record is None or record.owner != engine.node or record.state not in {"live", "offered"} or record.data is None:
        return False
    body = tx.get(Body, record.stream, record.hash)
    return body is not None and any(blob.sha256 == sha256 for blob in read_body(engine, body.data).blobs)


def arrived(engine: Engine, tx: LedgerTx, peer: str, sha256: str, now: int) -> list[Outcome]:
    """The whole blob is here and its hash was checked: entries that waited for it go on."""
    need = tx.lock(BlobNeed, peer, sha256)
    if need is None:
        return []
    tx.put(replace(need, here=True, at=now))
    outcomes: list[Outcome] = []
    for subject in _waiting(tx, engine, peer):
        outcomes += inbox.release(engine, tx, peer, now, subject)
    return outcomes


def _waiting(tx: LedgerTx, engine: Engine, peer: str) -> list[str]:
    found: dict[str, None] = {}
    for lane in LANES:
        for place in tx.find(Place, stream=stream_name(peer, engine.node, lane), state="parked"):
            if place.reason == "blobs-missing":
                found[place.subject] = None
    return list(found)


class Assembler:
    """A blob put together on disk beside its final place; after a crash it goes on from what is there."""

    def __init__(self, path: Path, sha256: str, size: int) -> None:
        self.path, self.sha256, self.size = path, sha256, size
        self.part = path.with_name(path.name + ".part")

    @property
    def done(self) -> int:
        if self.path.is_file():
            return self.size
        return self.part.stat().st_size if self.part.is_file() else 0

    def add(self, offset: int, data: bytes) -> bool:
        """Append a piece; ``True`` once the whole blob is here. A piece that is here already changes nothing."""
        here = self.done
        if offset > here or len(data) > PIECE or here + len(data) - (here - offset) > self.size:
            raise Broken("body-tampered", f"piece at {offset}, {here} bytes here")
        fresh = data[here - offset :]
        if fresh and here < self.size:
            with self.part.open("ab") as file:
                file.write(fresh)
        return self.finish() if self.done == self.size else False

    def finish(self) -> bool:
        """Check the hash and put the file in its place; a wrong one is thrown away and begins again."""
        if self.path.is_file():
            return True
        if self.size == 0 and not self.part.is_file():
            self.part.write_bytes(b"")
        digest = hashlib.sha256()
        with self.part.open("rb") as file:
            while piece := file.read(PIECE):
                digest.update(piece)
        if digest.hexdigest() != self.sha256:
            self.part.unlink()
            raise Broken("body-tampered", "blob hash")
        self.part.replace(self.path)
        return True
