"""The page of the neighbours: each direction on its own, what waits, what is wrong and what to do about it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Max, Q
from django.utils.translation import gettext as _

from giapranh.exchange import seeds, words
from giapranh.exchange.house import engine, store
from giapranh.exchange.kinds import id_of
from giapranh.exchange.ledger import canonical, meeting, statements, status
from giapranh.exchange.ledger.names import LANES, stream_name
from giapranh.exchange.ledger.reasons import Broken
from giapranh.exchange.ledger.rows import Alarm as AlarmRow
from giapranh.exchange.ledger.status import LaneStatus, PeerStatus
from giapranh.exchange.ledger.store import LedgerTx
from giapranh.exchange.models import (
    Agreement,
    Alarm,
    BlobNeed,
    Check,
    Draft,
    Finding,
    Head,
    Known,
    Line,
    Notice,
    Peer,
    Place,
    Record,
)
from giapranh.exchange.queries.records import content, own_node
from giapranh.kernel import clock
from giapranh.kernel.errors import N_, NotFound
from giapranh.kernel.numbers import format_number


@dataclass(frozen=True, slots=True)
class Card:
    """Who this node is to others."""

    node: str
    name: str
    root: str
    recovery: str
    words: list[str]
    raw: bytes


@dataclass(frozen=True, slots=True)
class Direction:
    """Out or in: what was last, what waits, what stands aside; ``verdict`` never says more than was signed."""

    lanes: tuple[LaneStatus, ...]
    last_heard: datetime | None
    last_applied: datetime | None
    waiting: int
    waiting_bytes: int
    oldest: datetime | None
    quarantined: int
    parked: int
    blobs: int
    verdict: str
    tone: str
    icon: str
    there: int = 0  # in: entries that the neighbour signed to have and we do not hold yet

    @property
    def written(self) -> int:
        return sum(lane.seq for lane in self.lanes)


@dataclass(frozen=True, slots=True)
class AlarmLine:
    kind: str
    text: str
    what_to_do: str
    tone: str
    detail: str
    subject: str  # the record it is about, when there is one
    count: int
    first_at: datetime | None
    last_at: datetime | None
    mark: str = ""
    title: str = ""  # of that record
    known_by: str = ""
    known_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Neighbour:
    node: str
    name: str
    state: str
    successor: str
    met_at: datetime | None
    root: str
    words: list[str]
    line: Any
    out: Direction
    into: Direction
    alarms: list[AlarmLine] = field(default_factory=list)
    known: list[AlarmLine] = field(default_factory=list)  # alarms that somebody here has seen
    agreement: int = 0  # version in force
    to_sign: int = 0  # version that waits for our signature
    proposed: int = 0  # version that waits for theirs
    has_draft: bool = False
    to_answer: int = 0

    @property
    def active(self) -> bool:
        return self.state == "active"


def my_card() -> Card | None:
    """Nothing before this node has keys."""
    if not seeds.exist():
        return None
    me = engine()
    with store().transaction() as tx:
        try:
            raw = meeting.card(me, tx)
        except Broken:
            return None
    card = meeting.read_card(raw)
    return Card(card.node, card.name, card.root, card.recovery, card.words, raw)


def card_text(card: meeting.Card) -> str:
    """A card as it is handed on between two steps of the page."""
    value = {
        "format": meeting.FORMAT, "name": card.name, "node": card.node, "recovery": card.recovery, "root": card.root,
    }  # fmt: skip
    return canonical.dump(value).decode()


def names() -> dict[str, str]:
    """Every neighbour by node id."""
    met = set(Head.objects.values_list("peer", flat=True).distinct())
    return dict(Peer.objects.filter(node__in=met).order_by("name", "node").values_list("node", "name"))


def get_peer(peer: str) -> Peer:
    found = Peer.objects.filter(node=peer).exclude(node=own_node()).first()
    if found is None:
        raise NotFound(N_("Chưa gặp láng giềng này."))
    return found


def neighbours() -> list[Neighbour]:
    return [neighbour(node) for node in names()]


def neighbour(peer: str) -> Neighbour:
    row, me = get_peer(peer), engine()
    with store().transaction() as tx:
        found = _status(me.node, tx, peer)
        said = tx.get(AlarmRow, peer, "last-statement", "")
    there = _there(peer, me.node, said, found.into)
    states = dict(Agreement.objects.filter(peer=peer).values_list("state", "version"))
    return Neighbour(
        row.node, row.name, row.state, row.successor, words.moment(row.at), row.root,
        meeting.words(row.node, row.root, row.recovery), Line.objects.filter(peer=peer).first(),
        _out(found), _into(found, there), *alarms(peer), states.get("in-force", 0), states.get("offered", 0),
        states.get("proposed", 0), Draft.objects.filter(peer=peer).exists(),
        Notice.objects.filter(peer=peer, direction="in", state="open").count(),
    )  # fmt: skip


MOST_ALARMS = 500
ASKED_SECONDS = 900  # after which the page says no more about a call
LATE_SECONDS = 150  # a round comes every minute, and one that began before may take two
_REFUSED = re.compile(r"(\S+:\S+): ([a-z-]+)( .*)?", re.DOTALL)

# As ``status.of`` counts, in the database: after a month without a line the page must still open at once.
_WAITING = """
select h.lane, h.epoch, h.seq, h.hash, count(p.seq), coalesce(sum(e.body_size + length(e.envelope)), 0), coalesce(min(p.at), 0)
from exchange_head h
left join exchange_place p on p.stream = h.stream and p.kind <> 'receipt' and p.seq > coalesce((
    select s.seq from exchange_place s where s.stream = h.stream and s.kind <> 'receipt'
      and exists (select 1 from exchange_receipt r where r.stream = s.stream and r.hash = s.hash)
    order by s.seq desc limit 1), 0)
left join exchange_entry e on e.stream = p.stream and e.hash = p.hash
where h.peer = %s and h.direction = 'out'
group by h.lane, h.epoch, h.seq, h.hash
"""


def _status(me: str, tx: LedgerTx, peer: str) -> PeerStatus:
    into = tuple(status.lane_in(tx, stream_name(peer, me, lane), lane) for lane in LANES)
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [peer])
        rows = {row[0]: row[1:] for row in cursor.fetchall()}
    out = []
    for lane in LANES:
        epoch, seq, head, waiting, octets, oldest = rows.get(lane, (0, 0, "", 0, 0, 0))
        refused = len(status.refused(tx, stream_name(me, peer, lane)))
        out.append(LaneStatus(lane, epoch, seq, head, waiting, int(octets), oldest, refused))
    theirs = [stream_name(peer, me, lane) for lane in LANES]
    newest = Place.objects.filter(stream__in=theirs).aggregate(
        applied=Max("at", filter=Q(state="applied")), signed=Max("at", filter=Q(kind="receipt"))
    )
    return PeerStatus(
        peer, statements.last_heard(tx, peer), newest["applied"] or 0, newest["signed"] or 0, tuple(out), into,
        BlobNeed.objects.filter(peer=peer, direction="in", here=False).count(), 0,
    )  # fmt: skip


def _there(peer: str, me: str, said: AlarmRow | None, into: tuple[LaneStatus, ...]) -> int:
    if said is None:
        return 0
    try:
        heads = statements.parse(said.evidence).heads
    except Broken:
        return 0
    held = {stream_name(peer, me, lane.lane): lane.seq for lane in into}
    return sum(max(heads[name].seq - seq, 0) for name, seq in held.items() if name in heads)


def _out(found: PeerStatus) -> Direction:
    waiting = sum(lane.waiting for lane in found.out)
    refused = sum(lane.quarantined for lane in found.out)
    if refused:
        verdict = (_("Bên kia không nhận %(n)s mục") % {"n": format_number(refused)}, "bad", "warning")
    elif waiting:
        verdict = (_("Chờ bên kia ký nhận %(n)s mục") % {"n": format_number(waiting)}, "soon", "half")
    elif found.synced_out and found.last_receipt:
        verdict = (_("Bên kia đã ký nhận hết"), "good", "check")
    else:
        verdict = (_("Chưa gửi gì"), "", "minus")
    return Direction(
        found.out, words.moment(found.last_receipt), None, waiting, sum(lane.waiting_bytes for lane in found.out),
        _oldest(found.out), refused, 0, 0, *verdict,
    )  # fmt: skip


def _into(found: PeerStatus, there: int) -> Direction:
    aside = sum(lane.quarantined for lane in found.into)
    parked, held = sum(lane.parked for lane in found.into), sum(lane.waiting for lane in found.into)
    if aside:
        verdict = (_("Cách ly %(n)s mục") % {"n": format_number(aside)}, "bad", "warning")
    elif held or parked or there or found.blobs_wanted:
        verdict = (_("Còn phần chưa xong"), "soon", "half")
    elif any(lane.seq for lane in found.into):
        verdict = (_("Đã nhận hết những gì bên kia báo có"), "good", "check")
    else:
        verdict = (_("Chưa nhận gì"), "", "minus")
    return Direction(
        found.into, words.moment(found.last_heard), words.moment(found.last_applied), held,
        sum(lane.waiting_bytes for lane in found.into), _oldest(found.into), aside, parked, found.blobs_wanted,
        *verdict, there,
    )  # fmt: skip


def _oldest(lanes: tuple[LaneStatus, ...]) -> datetime | None:
    return words.moment(min((lane.oldest_at for lane in lanes if lane.oldest_at), default=0))


def alarms(peer: str, most: int = 20) -> tuple[list[AlarmLine], list[AlarmLine]]:
    """What nobody here has seen yet, and what somebody has; newest first, without what the engine keeps for itself."""
    rows = Alarm.objects.filter(peer=peer).exclude(kind__in=words.HIDDEN_ALARMS).order_by("-last_at")
    seen = {(one.kind, one.mark): one for one in Known.objects.filter(peer=peer).select_related("by")}
    fresh: list[AlarmLine] = []
    known: list[AlarmLine] = []
    for row in rows[:MOST_ALARMS]:
        one = seen.get((row.kind, row.mark))
        one = one if one is not None and one.count >= row.count else None
        lines = fresh if one is None else known
        if len(lines) < most:
            lines.append(_alarm(peer, row, one))
    return fresh, known


def _alarm(peer: str, row: Alarm, seen: Known | None) -> AlarmLine:
    text, what, tone = words.ALARMS.get(row.kind, (row.kind, "", "soon"))
    subject, detail = _about(row.kind, row.detail)
    record = Record.objects.filter(peer=peer, subject=subject).first() if subject else None
    if subject and record is None:
        subject, detail = "", f"{subject}: {detail}"
    title = words.label_of(record.kind, id_of(subject), content(record.data)) if record else ""
    return AlarmLine(
        row.kind, str(text), str(what), tone, detail, subject, row.count, words.moment(row.first_at),
        words.moment(row.last_at), row.mark, title, str(seen.by) if seen and seen.by else "", seen.at if seen else None,
    )  # fmt: skip


def _about(kind: str, detail: str) -> tuple[str, str]:
    """The engine notes “record: reason words” for what was refused: the record, and the reason as people read it."""
    match = _REFUSED.fullmatch(detail) if kind in ("quarantined", "refused-by-peer", "over-share") else None
    if match is None:
        return "", detail
    return match[1], " ".join(part for part in (words.reason(match[2]), (match[3] or "").strip()) if part)


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of “call the other side now”: waiting, well, failed, or nobody is there to call."""

    state: str
    since: int
    at: datetime | None = None
    error: str = ""
    taken: int = 0
    aside: int = 0
    signed: int = 0

    @property
    def waiting(self) -> bool:
        return self.state == "waiting"


def asked(peer: str, since: int) -> Asked | None:
    """``since``: milliseconds, when the button was pressed; nothing for a moment that is none or long past."""
    pressed = words.moment(since)
    waited = (clock.now() - pressed).total_seconds() if pressed else -1
    row = Line.objects.filter(peer=peer).first()
    if pressed is None or row is None or not -60 <= waited <= ASKED_SECONDS:
        return None
    if row.last_try_at is None or row.last_try_at < pressed:
        return Asked("waiting" if waited < LATE_SECONDS else "nobody", since)
    if row.last_ok_at is None or row.last_ok_at < row.last_try_at:
        return Asked("failed", since, row.last_try_at, row.last_error)
    places = Place.objects.filter(stream__in=[stream_name(peer, own_node(), lane) for lane in LANES], at__gte=since)
    counts = places.aggregate(
        taken=Count("seq", filter=~Q(kind="receipt")), aside=Count("seq", filter=Q(state="quarantined")),
        signed=Count("seq", filter=Q(kind="receipt")),
    )  # fmt: skip
    return Asked("well", since, row.last_try_at, **counts)


def lane_rows(found: Neighbour) -> list[tuple[str, LaneStatus, LaneStatus]]:
    """(words, out, in) of the three lanes in the order in which they are served."""
    out = {lane.lane: lane for lane in found.out.lanes}
    into = {lane.lane: lane for lane in found.into.lanes}
    return [(str(words.LANES[lane]), out[lane], into[lane]) for lane in LANES]


@dataclass(frozen=True, slots=True)
class Damage:
    stream: str
    seq: int
    word: str
    detail: str


@dataclass(frozen=True, slots=True)
class Checks:
    """What the nightly work found: the archive, every chain from its first entry."""

    verify: Any
    archive: Any
    findings: list[Damage]


def checks() -> Checks:
    rows = {row.name: row for row in Check.objects.all()}
    found = [
        Damage(row.stream, row.seq, str(words.FINDINGS.get(row.what, row.what)), row.detail)
        for row in Finding.objects.order_by("stream", "seq")[:200]
    ]
    return Checks(rows.get("verify"), rows.get("archive"), found)


def heads(peer: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]], datetime | None]:
    """For the minutes: (stream, epoch.number hash) as we hold them, as the neighbour signed them last, and when."""
    mine = [(row.stream, f"{row.epoch}.{row.seq} {row.hash}") for row in Head.objects.filter(peer=peer, seq__gt=0)]
    said = Alarm.objects.filter(peer=peer, kind="last-statement").first()
    if said is None:
        return sorted(mine), [], None
    try:
        statement = statements.parse(bytes(said.evidence))
    except Broken:
        return sorted(mine), [], None
    theirs = [(name, f"{stand.epoch}.{stand.seq} {stand.hash}") for name, stand in statement.heads.items() if stand.seq]
    return sorted(mine), sorted(theirs), words.moment(statement.at)
