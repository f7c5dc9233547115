"""Records as they stand between two houses: the neighbour's copies here, ours as the neighbour was told, and what
each side signed about them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Q

from giapranh.exchange import kinds, words
from giapranh.exchange.drawing import Day, Picture, draw
from giapranh.exchange.kinds import id_of, subject_of
from giapranh.exchange.ledger.reasons import TEXT
from giapranh.exchange.models import Peer, Receipt, Record
from giapranh.people import queries as people

MOST_DAYS = 366
ORDER = ("received", "withheld", "applied", "quarantined", "read")


@dataclass(frozen=True, slots=True)
class Signed:
    """One signed word about a record: received, applied, quarantined, or read by a post."""

    status: str
    at: datetime | None
    reader: str = ""
    answer: str = ""
    reason: str = ""

    @property
    def word(self) -> str:
        return str(words.RECEIPTS[self.status][0]) if self.status in words.RECEIPTS else self.status

    @property
    def tone(self) -> str:
        return words.RECEIPTS.get(self.status, ("", "", ""))[1]

    @property
    def icon(self) -> str:
        return words.RECEIPTS.get(self.status, ("", "", "minus"))[2]

    @property
    def reason_words(self) -> str:
        return words.reason(self.reason) if self.reason in TEXT else self.reason


@dataclass(frozen=True, slots=True)
class Side:
    """One record and one neighbour: whose it is, what was said last, what was signed about it."""

    peer: str
    peer_name: str
    kind: str
    id: str
    owner: str
    mine: bool
    version: int
    state: str
    clause: str
    data: dict[str, Any] | None
    sent_at: datetime | None
    at: datetime | None
    blocked: bool
    signed: list[Signed] = field(default_factory=list)
    stream: str = ""
    hash: str = ""

    @property
    def title(self) -> str:
        return words.label_of(self.kind, self.id, self.data)

    @property
    def kind_title(self) -> str:
        return words.kind_title(self.kind)

    @property
    def subject(self) -> str:
        return subject_of(self.kind, self.id)

    @property
    def owner_name(self) -> str:
        return self.peer_name if not self.mine else own_name()

    @property
    def age(self) -> str:
        return words.ago(self.sent_at)

    @property
    def illustrative(self) -> bool:
        return bool(self.data and self.data.get("illustrative"))

    @property
    def applied(self) -> bool:
        return any(one.status == "applied" for one in self.signed)

    @property
    def refused(self) -> Signed | None:
        """The refusal that still stands."""
        return None if self.applied else next((one for one in self.signed if one.status == "quarantined"), None)


Received = Side  # a record of a neighbour, read-only here


def peer_names() -> dict[str, str]:
    return dict(Peer.objects.values_list("node", "name"))


def own_node() -> str:
    node = people.node()
    return node.node_id if node else ""


def own_name() -> str:
    node = people.node()
    return node.name if node else ""


def received(kind: str, peer: str | None = None, *, most: int | None = None) -> list[Received]:
    """The neighbours' records of a kind that are held here now, newest first, each with its age and owner."""
    rows = Record.objects.filter(_theirs(), kind=kind, state__in=("live", "offered"), data__isnull=False)
    rows = rows.filter(peer=peer) if peer else rows
    return _sides(rows.order_by("-at", "peer", "subject")[:most])


def record_of(kind: str, record_id: str) -> list[Side]:
    """A record on the side of every neighbour that has it: ours as told, theirs as received."""
    return _sides(Record.objects.filter(peer__in=peer_names(), subject=subject_of(kind, record_id)).order_by("peer"))


def receipts_of(kind: str, record_id: str) -> list[tuple[str, Signed]]:
    """Everything signed about the present version of a record, with the name of the neighbour."""
    return [(side.peer_name, one) for side in record_of(kind, record_id) for one in side.signed]


def one(peer: str, subject: str) -> Side | None:
    found = _sides(Record.objects.filter(peer=peer, subject=subject))
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Daily:
    """The days of a row of figures that one side told the other."""

    days: list[Day]
    unit: str
    picture: Picture | None

    @property
    def newest(self) -> list[Day]:
        return self.days[::-1]


def daily(side: Side) -> Daily | None:
    """For a record that is one day of a row: the days around it, as far as they were told."""
    known = kinds.get(side.kind)
    row, slash, _day = side.id.rpartition("/")
    if known is None or known.daily is None or not slash:
        return None
    rows = Record.objects.filter(
        peer=side.peer, owner=side.owner, kind=side.kind, subject__startswith=f"{subject_of(side.kind, row)}/",
        state__in=("live", "offered"), data__isnull=False,
    )  # fmt: skip
    found: dict[date, Day] = {}
    for record in rows.order_by("-subject")[:MOST_DAYS]:
        if (one := _day_of(known.daily, content(record.data) or {})) is not None:
            found.setdefault(one.day, one)
    days = [found[day] for day in sorted(found)]
    unit = (side.data or {}).get(known.daily.unit, "")
    return Daily(days, unit[:40] if isinstance(unit, str) else "", draw(days)) if days else None


def _day_of(fields: kinds.DailyFields, data: dict[str, Any]) -> Day | None:
    """What a neighbour sent need not be what we expect."""
    try:
        day = date.fromisoformat(str(data.get(fields.day, ""))[:10])
    except ValueError:
        return None
    return Day(day, *(_number(data.get(name)) for name in (fields.low, fields.mean, fields.high)))


def _number(text: Any) -> Decimal | None:
    if type(text) not in (str, int) or len(str(text)) > 40:
        return None
    try:
        value = Decimal(text)
    except (InvalidOperation, ValueError):
        return None
    return value if value.is_finite() and abs(value) < 10**15 else None


def all_received(peer: str = "") -> Any:
    """Rows for a table: every record of a neighbour that was ever taken in here."""
    rows = Record.objects.filter(_theirs())
    return rows.filter(peer=peer) if peer else rows


def content(data: bytes | memoryview | None) -> dict[str, Any] | None:
    if data is None:
        return None
    value = json.loads(bytes(data))
    return value if isinstance(value, dict) else None


def as_sides(rows: Iterable[Record]) -> list[Side]:
    return _sides(rows)


def _theirs() -> Q:
    return ~Q(owner=own_node())


def _sides(rows: Iterable[Record]) -> list[Side]:
    found = list(rows)
    if not found:
        return []
    names, me = peer_names(), own_node()
    signed = signed_of({(row.stream, row.hash) for row in found if row.hash})
    return [
        Side(
            row.peer, names.get(row.peer, row.peer), row.kind, id_of(row.subject), row.owner, row.owner == me,
            row.version, row.state, row.clause, content(row.data), words.moment(row.sent_at), words.moment(row.at),
            bool(row.blocked_by), signed.get((row.stream, row.hash), []), row.stream, row.hash,
        )
        for row in found
    ]  # fmt: skip


def signed_of(entries: set[tuple[str, str]]) -> dict[tuple[str, str], list[Signed]]:
    found: dict[tuple[str, str], list[Signed]] = {}
    rows = Receipt.objects.filter(
        stream__in={one for one, _hash in entries}, hash__in={one for _stream, one in entries}
    )
    for row in rows.order_by("at"):
        signed = Signed(row.status, words.moment(row.at), row.reader, row.answer, row.reason)
        found.setdefault((row.stream, row.hash), []).append(signed)
    for lines in found.values():
        lines.sort(key=lambda one: ORDER.index(one.status) if one.status in ORDER else 9)
    return found
