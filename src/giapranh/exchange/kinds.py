"""The kinds of record that may cross to a neighbour. Rooms register theirs at start-up (``shares.py``); this room
knows none by name.

What a room hands over is its own business put in plain data: what the record says now, which areas and day it speaks
of, what is wrong with one that came in, and what the room does with it. Signing, order, agreement and receipts are not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import DataError, IntegrityError, transaction

from giapranh.exchange.ledger.engine import Change, EffectRefused, Kind, Read
from giapranh.exchange.ledger.entry import Blob
from giapranh.exchange.ledger.store import LedgerTx
from giapranh.kernel.errors import N_

Data = dict[str, Any]


def _nothing(change: Change) -> None:
    return None


def _unheard(read: Read) -> None:
    return None


def _fine(data: Data) -> None:
    return None


@dataclass(frozen=True, slots=True)
class DailyFields:
    """A record is one day of a row of figures, its id ``<row>/<day>``: the fields that hold them."""

    day: str
    low: str
    mean: str
    high: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Shareable:
    """One kind of record with its schema version.

    ``fields``: every field that an agreement may name, with its Vietnamese label. ``record(id)``: what the record
    says now, all fields, or None when there is none; no floats (decimals as text). ``check`` raises
    ``EffectRefused`` for data that break the schema; unknown fields pass. ``applied`` runs in the transaction that
    takes a neighbour's record in: the copy itself is kept by this room already. ``read`` hears that a person at the
    neighbour has seen our record, with the post and perhaps an answer. ``label`` names a record in one line.
    ``every`` names the records there are, for the first sharing after an agreement and for what a clause delays;
    ``files`` are the originals of a record, which leave only under a clause that says so. ``values`` puts coded values
    into words for whoever reads the record: by field, or ``parts.state`` inside a part.
    """

    name: str
    title: str
    fields: Mapping[str, str]
    record: Callable[[str], Data | None]
    label: Callable[[Data], str]
    major: int = 1
    minor: int = 0
    lane: str = "record"
    check: Callable[[Data], None] = _fine
    applied: Callable[[Change], None] = _nothing
    returned: Callable[[Change], None] = _nothing
    read: Callable[[Read], None] = _unheard
    areas: Callable[[Data], frozenset[str]] = lambda data: frozenset()
    day: Callable[[Data], str] = lambda data: ""
    own_url: Callable[[str], str] = lambda record_id: ""
    proposals: frozenset[str] = field(default_factory=frozenset)  # fields a neighbour may propose to change
    every: Callable[[], Iterable[str]] = lambda: ()
    files: Callable[[str], tuple[Blob, ...]] = lambda record_id: ()
    values: Mapping[str, Mapping[Any, Any]] = field(default_factory=dict)
    daily: DailyFields | None = None  # its days are drawn together on the page of each


_kinds: dict[str, Shareable] = {}


def register_kind(kind: Shareable) -> None:
    """Called by a room at start-up for each kind of record it lets an agreement name."""
    _kinds[kind.name] = kind


def registered() -> list[Shareable]:
    return list(_kinds.values())


def get(name: str) -> Shareable | None:
    return _kinds.get(name)


def subject_of(kind: str, record_id: str) -> str:
    """How a record is named in the ledger, on both sides."""
    return f"{kind}:{record_id}"


def id_of(subject: str) -> str:
    return subject.partition(":")[2]


def for_engine() -> dict[str, Kind]:
    """The registry as the engine reads it."""
    return {kind.name: _as_engine_kind(kind) for kind in _kinds.values()}


def _as_engine_kind(kind: Shareable) -> Kind:
    def applied(tx: LedgerTx, change: Change) -> None:
        if kind.applied is _nothing:
            return
        try:
            with transaction.atomic():
                kind.applied(change)
        except (IntegrityError, DataError) as error:  # the content breaks a rule of our tables, not the machine
            raise EffectRefused(N_("Nội dung không ghi được: %(why)s."), why=str(error).split("\n")[0]) from error

    def returned(tx: LedgerTx, change: Change) -> None:
        kind.returned(change)

    def read(tx: LedgerTx, seen: Read) -> None:
        kind.read(seen)

    return Kind(kind.name, kind.major, kind.minor, kind.lane, kind.check, applied, returned, kind.areas, kind.day, read)
