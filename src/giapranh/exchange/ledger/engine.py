"""What the engine is made of: who I am, which kinds I know, my limits, my source of chance; and what it answers."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from giapranh.exchange.ledger.keys import KeyRing
from giapranh.exchange.ledger.names import LANES as LANES
from giapranh.exchange.ledger.store import LedgerTx
from giapranh.kernel.errors import BadInput


class EffectRefused(BadInput):
    """A record breaks its schema or a rule: the receiver quarantines it, the author sees the reason."""

    code = "effect_refused"


@dataclass(frozen=True, slots=True)
class Change:
    """What an applied entry does to a record. ``data`` is ``None`` when the record is recalled or taken back."""

    peer: str
    kind: str
    subject: str
    owner: str
    version: int
    data: dict[str, Any] | None
    clause: str
    event_id: str
    sent_at: int
    now: int
    why: str = "written"  # written | recalled | taken-back (mine came home) | reverted (a stolen key had signed it)


@dataclass(frozen=True, slots=True)
class Read:
    """A person at the neighbour has seen a record of mine, perhaps with an answer; ``at`` is the neighbour's clock."""

    peer: str
    kind: str
    subject: str
    reader: str
    answer: str
    at: int
    now: int


def _nothing(tx: LedgerTx, change: Change) -> None:
    return None


def _unheard(tx: LedgerTx, read: Read) -> None:
    return None


def _accept(data: dict[str, Any]) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record as a room registers it. The functions see data only, never the database of the engine.

    ``check`` raises ``EffectRefused``; unknown fields must pass, they are kept. ``apply`` runs in the transaction that
    takes the neighbour's entry; ``returned`` in the one that takes my own entry back from the neighbour.
    """

    name: str  # lower-case: "task", "water-latest"
    major: int = 1
    minor: int = 0
    lane: str = "record"
    check: Callable[[dict[str, Any]], None] = _accept
    apply: Callable[[LedgerTx, Change], None] = _nothing
    returned: Callable[[LedgerTx, Change], None] = _nothing
    areas: Callable[[dict[str, Any]], frozenset[str]] = lambda data: frozenset()
    day: Callable[[dict[str, Any]], str] = lambda data: ""  # ISO date the record speaks of, for period and delay
    read: Callable[[LedgerTx, Read], None] = _unheard  # in the transaction that takes the neighbour's receipt


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes beyond which nothing is read, in bytes unless said otherwise."""

    envelope: int = 32_768
    body: int = 1_048_576
    skip: int = 268_435_456  # a body longer than this ends the conversation instead of being skipped
    depth: int = 32
    held: int = 2_000  # entries kept per stream while a gap is open
    held_ahead: int = 20_000  # how far beyond the gap an entry may be and still be kept
    batch_entries: int = 500
    batch_bytes: int = 8_388_608
    receipt_items: int = 200
    skew: int = 300_000  # milliseconds of clock difference that raise a warning
    blobs: int = 50
    blob: int = 1_073_741_824
    evidence: int = 65_536


@dataclass(frozen=True)
class Engine:
    """One node. All functions of the ledger take it first, then the open transaction."""

    node: str
    keys: KeyRing
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    random: Callable[[int], bytes] = os.urandom

    def kind(self, name: str, major: int = 0) -> Kind | None:
        """The kind of that name; an older major version may be registered beside it as ``name.v1``."""
        older = self.kinds.get(f"{name}.v{major}")
        newest = self.kinds.get(name)
        if older is not None or newest is None or not major:
            return older or newest
        return newest if newest.major == major else None


@dataclass(frozen=True, slots=True)
class Written:
    """An entry stands in my ledger for this peer."""

    stream: str
    epoch: int
    seq: int
    hash: str
    event_id: str


@dataclass(frozen=True, slots=True)
class NotShared:
    """Nothing was written for this peer, and why: no-clause, outside-area, outside-period, delayed, unchanged, …"""

    peer: str
    reason: str
    until: int = 0  # for "delayed": the moment from which it may go


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one entry that came in.

    state: applied | held | duplicate | quarantined | parked | withheld | refused. ``reason`` is a stable word of
    ``giapranh.exchange.ledger.reasons``; ``settled`` says that the sequence number is used up.
    """

    state: str
    reason: str = ""
    detail: str = ""
    stream: str = ""
    epoch: int = 0
    seq: int = 0
    hash: str = ""
    event_id: str = ""
    subject: str = ""
    kind: str = ""

    @property
    def settled(self) -> bool:
        return self.state not in {"held", "refused"}
