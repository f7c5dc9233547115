"""Proof that a node showed two histories: two documents it signed that cannot both be true."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from giapranh.exchange.ledger import canonical, envelope
from giapranh.exchange.ledger import entry as entries
from giapranh.exchange.ledger.names import NOTHING
from giapranh.exchange.ledger.outbox import Stand
from giapranh.exchange.ledger.reasons import Broken

_LIMIT = 32_768


@dataclass(frozen=True, slots=True)
class ForkProof:
    """Anybody can check it again from the two documents and the keys."""

    stream: str
    epoch: int
    seq: int
    hashes: tuple[str, str]
    documents: tuple[bytes, bytes]


def compare(one: Mapping[str, Stand], two: Mapping[str, Stand]) -> Iterator[tuple[str, Stand, Stand]]:
    """Streams for which two sets of heads name the same place with another hash."""
    for stream, stand in one.items():
        other = two.get(stream)
        same_place = other is not None and (other.epoch, other.seq) == (stand.epoch, stand.seq)
        if same_place and other is not None and stand.seq and other.hash != stand.hash:
            yield stream, stand, other


def claims(document: bytes, publics: Iterable[str]) -> dict[str, Stand]:
    """What a signed document says of its signer's own streams: an entry, or a statement of heads."""
    sealed = envelope.read(document, limit=_LIMIT)
    if not sealed.signed_by(publics):
        raise Broken("forged", "document")
    if sealed.payload_type == "application/vnd.giapranh.heads.v1+json":
        value = canonical.parse(sealed.payload, limit=_LIMIT, depth=3)
        found = {}
        for stream, text in value["heads"].items():
            epoch, seq, hash_ = text.split(".")
            if stream.split(".")[0] == value["node"]:
                found[stream] = Stand(int(epoch), int(seq), hash_)
        return found
    header = entries.read_header(sealed)
    return {header.stream: Stand(header.epoch, header.seq, sealed.hash)}


def prove(one: bytes, two: bytes, publics: Iterable[str]) -> ForkProof | None:
    """The proof, when two documents signed by the same node's keys name one place with two hashes."""
    keys = list(publics)
    first, second = claims(one, keys), claims(two, keys)
    for stream, stand, other in compare(first, second):
        return ForkProof(stream, stand.epoch, stand.seq, (stand.hash, other.hash), (one, two))
    return _by_parent(one, two, first, second)


def _by_parent(one: bytes, two: bytes, first: Mapping[str, Stand], second: Mapping[str, Stand]) -> ForkProof | None:
    """An entry and the entry that should follow it in the same epoch, but names another parent."""
    for before, after, document, other in ((first, second, one, two), (second, first, two, one)):
        try:
            header = entries.read_header(envelope.read(other, limit=_LIMIT))
        except Broken:
            continue
        stand = before.get(header.stream)
        if stand is None or header.prev == NOTHING or header.stream not in after:
            continue
        if (stand.epoch, stand.seq + 1) == (header.epoch, header.seq) and header.prev != stand.hash:
            return ForkProof(header.stream, stand.epoch, stand.seq, (stand.hash, header.prev), (document, other))
    return None
