"""The ledgers leaf by leaf: entries of a stream, one entry with its proof, what stands aside and why."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from giapranh.exchange import kinds, words
from giapranh.exchange.house import engine, store
from giapranh.exchange.kinds import id_of
from giapranh.exchange.ledger import entry as entries
from giapranh.exchange.ledger import envelope, proof
from giapranh.exchange.ledger.chain import key_at, read_body
from giapranh.exchange.ledger.names import LANES, read_stream, stream_name
from giapranh.exchange.ledger.reasons import Broken
from giapranh.exchange.ledger.rows import Body as BodyRow
from giapranh.exchange.ledger.rows import Entry as EntryRow
from giapranh.exchange.ledger.rows import Peer as PeerRow
from giapranh.exchange.ledger.rows import Place as PlaceRow
from giapranh.exchange.models import Head, Notice, Place, Record
from giapranh.exchange.queries.records import Signed, content, own_node, peer_names, signed_of
from giapranh.kernel.errors import N_, NotFound

UNREAD = ("over-fields", "over-area", "over-period", "over-precision", "too-early")  # what we should not have got


@dataclass(frozen=True, slots=True)
class Stream:
    name: str
    title: str
    outgoing: bool
    seq: int


def streams(peer: str) -> list[Stream]:
    """The six streams between this node and a neighbour: what goes first, then what comes, by lanes."""
    me, seqs = own_node(), dict(Head.objects.filter(peer=peer).values_list("stream", "seq"))
    found = []
    for outgoing, ends in ((True, (me, peer)), (False, (peer, me))):
        for lane in LANES:
            name = stream_name(*ends, lane)
            found.append(Stream(name, str(words.LANES[lane]), outgoing, seqs.get(name, 0)))
    return found


def places(stream: str, peer: str) -> Any:
    """Rows for a table: what stands in one stream, each with what its record says today."""
    record = Record.objects.filter(peer=peer, subject=OuterRef("subject")).values("data")[:1]
    return Place.objects.filter(stream=stream).annotate(record_data=Subquery(record))


def title_of(place: Any) -> str:
    """What the record of one of these rows is called; one we may not open keeps a short id."""
    short = words.short_id(id_of(place.subject))
    return words.label_of(place.kind, short, content(place.record_data)) if place.subject else ""


@dataclass(frozen=True, slots=True)
class EntryPage:
    """One entry with everything that proves it."""

    stream: str
    seq: int
    peer: str
    peer_name: str
    outgoing: bool
    lane: str
    epoch: int
    kind: str
    subject: str
    state: str
    reason: str
    detail: str
    at: datetime | None
    sent_at: datetime | None
    offset_seconds: int
    hash: str
    prev: str
    clause: str
    version: int
    base: int
    event_id: str
    size: int
    body_hash: str
    header: str  # as it was signed, set out for reading
    data: dict[str, Any] | None
    hidden: bool  # more than was agreed: nobody reads it
    signature: str  # good | bad | unknown
    key: str
    content_good: bool
    signed: list[Signed] = field(default_factory=list)
    before: bool = False
    after: bool = False
    is_record: bool = False  # the record it speaks of stands here

    @property
    def kind_title(self) -> str:
        return words.kind_title(self.kind)

    @property
    def reason_words(self) -> str:
        return words.reason(self.reason)

    @property
    def what_to_do(self) -> str:
        return words.what_to_do(self.reason)

    @property
    def fields(self) -> list[tuple[str, Any]]:
        return words.fields_of(self.kind, self.data)


def entry(peer: str, stream: str, seq: int) -> EntryPage:
    me, names = engine(), peer_names()
    with store().transaction() as tx:
        place = tx.get(PlaceRow, stream, seq)
        row = tx.get(EntryRow, stream, place.hash) if place else None
        if place is None or row is None or peer not in stream.split(".")[:2] or peer == me.node:
            raise NotFound(N_("Sổ này không có mục số %(seq)s."), seq=seq)
        route = read_stream(stream)
        body = tx.get(BodyRow, stream, place.hash)
        key = key_at(tx, stream, seq)
        giver = tx.get(PeerRow, route.giver)
        after = tx.get(PlaceRow, stream, seq + 1) is not None
    allowed = [one for one in (key.public if key else "", giver.recovery if giver and row.kind == "key" else "") if one]
    header, signature = _header(row.envelope, allowed)
    hidden = place.state == "quarantined" and place.reason in UNREAD
    return EntryPage(
        stream, seq, peer, names.get(peer, peer), route.giver == me.node, str(words.LANES[route.lane]), place.epoch,
        place.kind, place.subject, place.state, place.reason, place.detail, words.moment(place.at),
        words.moment(row.sent_at), round(place.offset / 1000), place.hash, row.prev, row.clause, row.version, row.base,
        row.event_id, row.body_size, row.body_hash, header, None if hidden else _data(me, body), hidden, signature,
        key.public if key else "", body is None or entries.sha256(body.data) == row.body_hash,
        signed_of({(stream, place.hash)}).get((stream, place.hash), []), seq > 1, after,
        Record.objects.filter(peer=peer, subject=place.subject).exists() if place.subject else False,
    )  # fmt: skip


def _header(raw: bytes, allowed: list[str]) -> tuple[str, str]:
    try:
        sealed = envelope.read(raw, limit=65_536)
        shown = json.dumps(json.loads(sealed.payload), ensure_ascii=False, indent=1, sort_keys=True)
    except (Broken, ValueError):
        return "", "bad"
    return shown, "good" if sealed.signed_by(allowed) else "bad" if allowed else "unknown"


def _data(me: Any, body: BodyRow | None) -> dict[str, Any] | None:
    try:
        return read_body(me, body.data).data if body else None
    except Broken:
        return None


@dataclass(frozen=True, slots=True)
class Aside:
    """An entry that was not applied: quarantined, or waiting for something."""

    peer: str
    peer_name: str
    stream: str
    seq: int
    kind: str
    subject: str
    state: str
    reason: str
    detail: str
    at: datetime | None

    @property
    def title(self) -> str:
        return words.short_id(id_of(self.subject))

    @property
    def kind_title(self) -> str:
        return words.kind_title(self.kind)

    @property
    def reason_words(self) -> str:
        return words.reason(self.reason)

    @property
    def what_to_do(self) -> str:
        return words.what_to_do(self.reason)


def aside(state: str, most: int = 200) -> list[Aside]:
    """Quarantined or parked entries of every neighbour, newest first."""
    heads = dict(Head.objects.filter(direction="in").values_list("stream", "peer"))
    names = peer_names()
    rows = Place.objects.filter(stream__in=list(heads), state=state).order_by("-at", "stream", "-seq")[:most]
    return [
        Aside(heads[row.stream], names.get(heads[row.stream], heads[row.stream]), row.stream, row.seq, row.kind,
              row.subject, row.state, row.reason, row.detail, words.moment(row.at))
        for row in rows
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One entry in the life of a record."""

    stream: str
    seq: int
    kind: str
    state: str
    reason: str
    at: datetime | None
    outgoing: bool

    @property
    def kind_title(self) -> str:
        return words.kind_title(self.kind)


def history(peer: str, subject: str, most: int = 100) -> list[Step]:
    """Everything that crossed about a record, newest first."""
    me = own_node()
    names = [one.name for one in streams(peer)]
    rows = Place.objects.filter(stream__in=names, subject=subject).order_by("-at", "-seq")[:most]
    return [
        Step(
            row.stream, row.seq, row.kind, row.state, row.reason, words.moment(row.at), row.stream.startswith(f"{me}.")
        )
        for row in rows
    ]


# --- what waits for an answer ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """A proposal, an error report or an offer: what was asked, by whom, and what was answered."""

    peer: str
    peer_name: str
    event_id: str
    kind: str
    subject: str
    title: str
    incoming: bool
    state: str
    words: list[tuple[str, Any]]
    answer: str
    at: datetime | None
    own_url: str

    @property
    def kind_title(self) -> str:
        return words.kind_title(self.kind)

    @property
    def state_word(self) -> str:
        return str(words.NOTICES.get(self.state, (self.state, "", ""))[0])

    @property
    def state_tone(self) -> str:
        return words.NOTICES.get(self.state, ("", "", ""))[1]


def notices(*, incoming: bool, is_open: bool | None = None, peer: str = "", most: int = 200) -> list[NoticeLine]:
    rows = Notice.objects.filter(direction="in" if incoming else "out")
    if is_open is not None:
        rows = rows.filter(state="open") if is_open else rows.exclude(state="open")
    rows = rows.filter(peer=peer) if peer else rows
    names = peer_names()
    return [_notice(row, names) for row in rows.order_by("-at")[:most]]


def notice(peer: str, event: str) -> NoticeLine:
    row = Notice.objects.filter(peer=peer, event_id=event).first()
    if row is None:
        raise NotFound(N_("Không có việc này để trả lời."))
    return _notice(row, peer_names())


def _notice(row: Notice, names: dict[str, str]) -> NoticeLine:
    kind = row.subject.partition(":")[0]
    known, said = kinds.get(kind), content(row.body) or {}
    record = Record.objects.filter(peer=row.peer, subject=row.subject).first()
    record_id = id_of(row.subject)
    url = known.own_url(record_id) if known and row.direction == "in" else ""
    return NoticeLine(
        row.peer, names.get(row.peer, row.peer), row.event_id, row.kind, row.subject,
        words.label_of(kind, record_id, content(record.data) if record else None), row.direction == "in", row.state,
        _asked(kind, row.kind, said), row.answer, words.moment(row.at), url,
    )  # fmt: skip


def _asked(kind: str, notice_kind: str, said: dict[str, Any]) -> list[tuple[str, Any]]:
    if notice_kind == "proposal":
        changes = said.get("changes")
        return (
            [(words.field_label(kind, name), value) for name, value in changes.items()]
            if isinstance(changes, dict)
            else []
        )
    if notice_kind == "error-report":
        name = str(said.get("field", ""))
        return [(words.field_label(kind, name) if name else _("cả hồ sơ"), said.get("text", ""))]
    return [(_("lý do"), said.get("why", ""))]


# --- proof -----------------------------------------------------------------------------------------------------------


def proof_lines(peer: str, subject: str) -> list[bytes]:
    """The lines of a file that proves a record without any node running."""
    with store().transaction() as tx:
        try:
            return list(proof.lines(engine(), tx, peer, subject))
        except Broken:
            raise NotFound(N_("Sổ không có mục nào của hồ sơ này.")) from None
