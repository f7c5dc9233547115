"""The agreement as sentences, who signed when, what would leave under it and what left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from giapranh.exchange import kinds, words
from giapranh.exchange.house import engine, now_ms, store
from giapranh.exchange.kinds import id_of, subject_of
from giapranh.exchange.ledger import agreement as texts
from giapranh.exchange.ledger import agreements
from giapranh.exchange.ledger.agreement import Clause, Projection, Text
from giapranh.exchange.ledger.chain import read_body
from giapranh.exchange.ledger.names import LANES, stream_name
from giapranh.exchange.ledger.reasons import Broken
from giapranh.exchange.models import Agreement, Body, Draft, Entry, Place, Receipt, Withdrawal
from giapranh.exchange.queries.records import own_node, peer_names
from giapranh.kernel import clock
from giapranh.kernel.clock import VIETNAM
from giapranh.kernel.dates import format_date
from giapranh.kernel.errors import N_, NotFound
from giapranh.places import queries as places

LOOKED_AT = 200  # records of each kind that a preview looks at
MOST_LEFT = 5_000
RULES = {"year": N_("đến năm"), "month": N_("đến tháng"), "day": N_("đến ngày"), "hour": N_("đến giờ")}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One clause in words; every part is empty where the clause sets no bound."""

    id: str
    mine: bool  # we give
    giver: str
    taker: str
    kind: str
    kind_title: str
    fields: list[str]
    areas: list[str]
    since: str
    until: str
    precision: list[str]
    delay: int
    record_from: str
    record_to: str
    purpose: str
    source: str
    proposals: bool
    original: bool
    ended: str  # why it lets nothing go any more, or ""
    known: bool  # a room here knows this kind

    @property
    def text(self) -> str:
        """The whole sentence, for a sheet or a paper."""
        parts = [
            _("%(giver)s chia sẻ “%(kind)s” cho %(taker)s")
            % {"giver": self.giver, "kind": self.kind_title, "taker": self.taker},
            _("gồm: %(fields)s") % {"fields": ", ".join(self.fields)},
            _("trong %(areas)s") % {"areas": ", ".join(self.areas)} if self.areas else _("ở mọi địa bàn"),
        ]
        if self.record_from or self.record_to:
            parts.append(
                _("của giai đoạn %(start)s – %(end)s")
                % {"start": self.record_from or "…", "end": self.record_to or "…"}
            )
        if self.since:
            parts.append(_("từ ngày %(day)s") % {"day": self.since})
        parts.append(_("đến ngày %(day)s") % {"day": self.until} if self.until else _("không định ngày kết thúc"))
        if self.precision:
            parts.append(_("độ chính xác: %(rules)s") % {"rules": ", ".join(self.precision)})
        if self.delay:
            parts.append(_("chậm %(days)s ngày") % {"days": self.delay})
        parts.append(_("mục đích: %(purpose)s") % {"purpose": self.purpose})
        parts.append(_("căn cứ: %(source)s") % {"source": self.source})
        parts.append(_("bên nhận được đề nghị sửa") if self.proposals else _("bên nhận không được đề nghị sửa"))
        parts.append(_("kèm tệp gốc khi có") if self.original else _("không kèm tệp gốc"))
        return "; ".join(parts) + "."


@dataclass(frozen=True, slots=True)
class Act:
    """One signed step about the agreement."""

    at: datetime | None
    who: str
    mine: bool
    action: str
    version: int
    clause: str
    why: str

    @property
    def words(self) -> str:
        said = {
            "propose": _("%(who)s ký đề xuất phiên bản %(version)s"), "sign": _("%(who)s ký phiên bản %(version)s"),
            "decline": _("%(who)s không ký phiên bản %(version)s"),
            "withdraw": _("%(who)s rút điều khoản “%(clause)s” của phiên bản %(version)s")
            if self.clause != "*"
            else _("%(who)s chấm dứt toàn bộ phiên bản %(version)s"),
        }  # fmt: skip
        words_ = said.get(self.action, self.action)
        return words_ % {"who": self.who, "version": self.version, "clause": self.clause}


@dataclass(frozen=True, slots=True)
class Version:
    version: int
    state: str
    note: str
    sentences: list[Sentence]
    why: str
    at: datetime | None
    acts: list[Act] = field(default_factory=list)

    @property
    def word(self) -> str:
        return str(words.AGREEMENTS.get(self.state, (self.state, "", ""))[0])

    @property
    def tone(self) -> str:
        return words.AGREEMENTS.get(self.state, ("", "", ""))[1]

    @property
    def icon(self) -> str:
        return words.AGREEMENTS.get(self.state, ("", "", "minus"))[2]

    @property
    def ours(self) -> list[Sentence]:
        return [one for one in self.sentences if one.mine]

    @property
    def theirs(self) -> list[Sentence]:
        return [one for one in self.sentences if not one.mine]


def versions(peer: str) -> list[Version]:
    """Newest first."""
    acts = _acts(peer)
    found = []
    for row in Agreement.objects.filter(peer=peer).order_by("-version"):
        text = _text(row)
        ended = set(Withdrawal.objects.filter(peer=peer, version=row.version).values_list("clause", flat=True))
        found.append(
            Version(
                row.version,
                row.state,
                text.note,
                sentences(text.clauses, peer, ended),
                row.why,
                words.moment(row.at),
                [act for act in acts if act.version == row.version],
            )
        )
    return found


def version(peer: str, number: int) -> Version:
    found = next((one for one in versions(peer) if one.version == number), None)
    if found is None:
        raise NotFound(N_("Không có phiên bản %(version)s của thỏa thuận này."), version=number)
    return found


def _text(row: Agreement) -> Text:
    """``agreements.text_of`` takes the engine's row; ours has the same fields."""
    return agreements.text_of(row)  # type: ignore[arg-type]


def _acts(peer: str) -> list[Act]:
    me, names, found = engine(), peer_names(), []
    streams = [stream_name(*ends, lane) for ends in ((me.node, peer), (peer, me.node)) for lane in LANES]
    rows = list(Entry.objects.filter(stream__in=streams, kind="agreement", subject="").order_by("sent_at"))
    bodies = {
        (one.stream, one.hash): bytes(one.data)
        for one in Body.objects.filter(stream__in=streams, hash__in=[row.hash for row in rows])
    }
    for row in rows:
        data = bodies.get((row.stream, row.hash))
        try:
            said = read_body(me, data).data if data else {}
        except Broken:
            continue
        giver = row.stream.split(".")[0]
        number = said.get("version", 0)
        found.append(
            Act(words.moment(row.sent_at), names.get(giver, giver), giver == me.node, str(said.get("action", "")),
                number if isinstance(number, int) else 0, str(said.get("clause", "")), str(said.get("why", "")))
        )  # fmt: skip
    return found


def sentences(clauses: Iterable[Clause], peer: str, withdrawn: set[str] | None = None) -> list[Sentence]:
    names, me, gone = peer_names(), own_node(), withdrawn or set()
    area_names = _area_names({code for clause in clauses for code in clause.areas})
    return [_sentence(clause, me, names, area_names, gone) for clause in clauses]


def _sentence(clause: Clause, me: str, names: dict[str, str], area_names: dict[str, str], gone: set[str]) -> Sentence:
    known = kinds.get(clause.kind)
    if {clause.id, "*"} & gone:
        ended = _("đã rút")
    else:
        standing = texts.standing(clause, now_ms(), now_ms())
        ended = words.reason(standing) if standing else ""
    return Sentence(
        clause.id, clause.giver == me, names.get(clause.giver, clause.giver), names.get(clause.taker, clause.taker),
        clause.kind, words.kind_title(clause.kind), [words.field_label(clause.kind, name) for name in clause.fields],
        [area_names.get(code, code) for code in clause.areas], _day(clause.since), _day(clause.until),
        [f"{words.field_label(clause.kind, name)} {rule_words(rule)}" for name, rule in clause.precision],
        clause.delay_days, _day(clause.record_from), _day(clause.record_to), clause.purpose, clause.source,
        clause.proposals, clause.original, ended, known is not None,
    )  # fmt: skip


def rule_words(rule: str) -> str:
    if rule in RULES:
        return _(RULES[rule])
    return _("%(n)s chữ số thập phân") % {"n": rule.removeprefix("decimals:")}


def _day(text: str) -> str:
    return format_date(date.fromisoformat(text)) if text else ""


def _area_names(codes: set[str]) -> dict[str, str]:
    day = clock.today()
    found = {code: places.unit_by_code(code, day) for code in codes}
    return {code: unit.full_name for code, unit in found.items() if unit is not None}


# --- the draft -------------------------------------------------------------------------------------------------------


def draft_row(peer: str) -> Draft | None:
    return Draft.objects.select_related("by").filter(peer=peer).first()


def area_choices() -> list[tuple[str, str]]:
    """Provinces: the areas most clauses speak of."""
    return [(unit.code, unit.full_name) for unit in places.provinces(clock.today())]


def kind_choices() -> list[tuple[str, str]]:
    return sorted(((one.name, _(one.title)) for one in kinds.registered()), key=lambda pair: pair[1])


def field_choices(kind: str) -> list[tuple[str, str]]:
    known = kinds.get(kind)
    if known is None:
        raise NotFound(N_("Không có loại hồ sơ “%(kind)s”."), kind=kind[:60])
    return [(name, _(label)) for name, label in known.fields.items()]


def proposable(kind: str) -> bool:
    known = kinds.get(kind)
    return bool(known and known.proposals)


# --- what would leave ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Would:
    """One of our records measured against the clauses: what leaves, what stays at home, or why nothing goes."""

    kind: str
    id: str
    title: str
    clause: str
    leaves: bool
    dropped: tuple[str, ...]
    reason: str
    data: dict[str, Any] | None  # as it would leave
    whole: dict[str, Any]
    until: datetime | None

    @property
    def kind_title(self) -> str:
        return words.kind_title(self.kind)

    @property
    def subject(self) -> str:
        return subject_of(self.kind, self.id)

    @property
    def dropped_words(self) -> str:
        return ", ".join(dict.fromkeys(words.field_label(self.kind, name.split(".")[0]) for name in self.dropped))

    @property
    def reason_words(self) -> str:
        text = words.reason(self.reason) if self.reason else ""
        return f"{text} {_('Từ %(at)s.') % {'at': format_date(self.until.date())}}" if self.until else text


@dataclass(frozen=True, slots=True)
class Tally:
    kind_title: str
    leave: int
    stay: int
    more: bool  # there are more records than were looked at
    reasons: list[tuple[str, int]]


def would_leave(peer: str, clauses: Iterable[Clause]) -> tuple[list[Would], list[Tally]]:
    """Real records of every kind that a clause of ours names, each cut as the sender would cut it now."""
    me, mine = engine(), [clause for clause in clauses if clause.giver == own_node()]
    rows, tallies = [], []
    for name in dict.fromkeys(clause.kind for clause in mine):
        known = kinds.get(name)
        if known is None:
            continue
        ids = list(islice(known.every(), LOOKED_AT + 1))
        fitting = [clause for clause in mine if clause.kind == name]
        found = [one for i in ids[:LOOKED_AT] if (one := _would(me, known, i, fitting)) is not None]
        rows += found
        stayed = [one for one in found if not one.leaves]
        reasons = Counter(words.reason(one.reason) for one in stayed)
        tallies.append(
            Tally(words.kind_title(name), len(found) - len(stayed), len(stayed), len(ids) > LOOKED_AT,
                  reasons.most_common())
        )  # fmt: skip
    return rows, tallies


def would_one(peer: str, clauses: Iterable[Clause], subject: str) -> Would | None:
    """One of our records, field by field."""
    name = subject.partition(":")[0]
    known = kinds.get(name)
    fitting = [clause for clause in clauses if clause.giver == own_node() and clause.kind == name]
    return _would(engine(), known, id_of(subject), fitting) if known else None


def _would(me: Any, known: kinds.Shareable, record_id: str, clauses: list[Clause]) -> Would | None:
    data = known.record(record_id)
    if data is None:
        return None
    cut, by = Projection(None, reason="no-clause"), ""
    for clause in clauses:
        cut, by = texts.project(clause, me.kinds[known.name], dict(data), now_ms()), clause.id
        if cut.data is not None:
            break
    return Would(
        known.name, record_id, words.label_of(known.name, record_id, data), by, cut.data is not None, cut.dropped,
        cut.reason, cut.data, data, words.moment(cut.until),
    )  # fmt: skip


def clauses_in_force(peer: str) -> tuple[list[Clause], int]:
    """The clauses that let something go today, and the version they stand in."""
    with store().transaction() as tx:
        text = agreements.in_force(tx, peer)
        if text is None:
            return [], 0
        held = [c for c in text.clauses if not agreements.withdrawn(tx, peer, text.version, c.id)]
    return held, text.version


def clauses_of(peer: str, number: int) -> list[Clause]:
    row = Agreement.objects.filter(peer=peer, version=number).first()
    if row is None:
        raise NotFound(N_("Không có phiên bản %(version)s của thỏa thuận này."), version=number)
    return list(_text(row).clauses)


# --- what left -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Went:
    """One entry that was written for the neighbour."""

    stream: str
    seq: int
    kind: str
    subject: str
    title: str
    clause: str
    size: int
    at: datetime | None
    statuses: tuple[str, ...]

    @property
    def kind_title(self) -> str:
        return words.kind_title(self.kind)

    @property
    def version(self) -> str:
        """Of which agreement: the clause's id ends with it."""
        number = self.clause.rpartition("@")[2]
        return _("thỏa thuận số %(number)s") % {"number": number} if number else ""

    @property
    def day(self) -> date:
        return (self.at or datetime.min.replace(tzinfo=VIETNAM)).astimezone(VIETNAM).date()

    @property
    def state(self) -> str:
        for status in ("read", "applied", "quarantined", "withheld", "received"):
            if status in self.statuses:
                return status
        return ""


def what_left(peer: str, first: date, last: date) -> list[Went]:
    """Newest first, receipts left out: they say what came, not what left."""
    low, high = _start_ms(first), _start_ms(last + timedelta(days=1))
    me = engine()
    streams = [stream_name(me.node, peer, lane) for lane in LANES]
    rows = Place.objects.filter(stream__in=streams, at__gte=low, at__lt=high).exclude(kind="receipt")
    found = list(rows.order_by("-at", "-seq")[:MOST_LEFT])
    hashes = [row.hash for row in found]
    entries = {
        (e.stream, e.hash): e for e in Entry.objects.filter(stream__in=streams, hash__in=hashes).defer("envelope")
    }
    bodies = {(b.stream, b.hash): bytes(b.data) for b in Body.objects.filter(stream__in=streams, hash__in=hashes)}
    signed: dict[tuple[str, str], list[str]] = {}
    for stream, hash_, status in Receipt.objects.filter(stream__in=streams, hash__in=hashes).values_list(
        "stream", "hash", "status"
    ):
        signed.setdefault((stream, hash_), []).append(status)
    result = []
    for row in found:
        key = (row.stream, row.hash)
        entry, body = entries.get(key), bodies.get(key)
        result.append(
            Went(row.stream, row.seq, row.kind, row.subject, _title(me, row, body), entry.clause if entry else "",
                 entry.body_size if entry else 0, words.moment(row.at), tuple(signed.get(key, ())))
        )  # fmt: skip
    return result


def _title(me: Any, row: Place, body: bytes | None) -> str:
    record_id = id_of(row.subject)
    if row.kind in words.CONTROL or body is None:
        return words.short_id(record_id)
    try:
        return words.label_of(row.kind, words.short_id(record_id), read_body(me, body).data)
    except Broken:
        return words.short_id(record_id)


def by_day(rows: list[Went]) -> list[tuple[date, int, int]]:
    """(day, entries, bytes), newest first."""
    days: dict[date, list[int]] = {}
    for row in rows:
        days.setdefault(row.day, []).append(row.size)
    return [(day, len(sizes), sum(sizes)) for day, sizes in sorted(days.items(), reverse=True)]


def _start_ms(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=VIETNAM).timestamp() * 1000)
