"""What the pages of incidents, notices and drills show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from giapranh.documents import vault
from giapranh.documents.writing.drawing import to_svg
from giapranh.kernel.errors import N_
from giapranh.kernel.refs import RecordRef, Resolved
from giapranh.water import incident_permissions as permissions
from giapranh.water import incident_settings, words
from giapranh.water import permissions as water_permissions
from giapranh.water.incident_permissions import NoSuchIncident
from giapranh.water.models import Bank, Drill, Incident, IncidentEvent, IncidentPhoto, Notice, Sign
from giapranh.water.queries import incident_choices, incident_map, incident_place, neighbours
from giapranh.water.queries.clocks import Clock, countdown, span
from giapranh.water.queries.incident_place import Surroundings
from giapranh.water.rules.incidents import (
    EXTENT_WORDS,
    INCIDENT_NEXT,
    INCIDENT_WORDS,
    OPEN_INCIDENTS,
    Extent,
    IncidentState,
    IncidentVerb,
)
from giapranh.water.rules.notices import CONTENT, NOTICE_NEXT, NOTICE_STATE_WORDS, NOTICE_WORDS, NoticeKind, NoticeState

SIGNS: list[tuple[str, Any]] = list(Sign.choices)
BANKS: list[tuple[str, Any]] = list(Bank.choices)
EXTENTS: list[tuple[str, Any]] = [(key.value, gettext_lazy(word)) for key, word in EXTENT_WORDS.items()]
KINDS: list[tuple[str, Any]] = [(key.value, gettext_lazy(word)) for key, word in NOTICE_WORDS.items()]


def _rows() -> QuerySet[Incident]:
    return Incident.objects.select_related("watercourse", "owner", "created_by", "confirmed_by", "closed_by")


def incidents() -> QuerySet[Incident]:
    return _rows().order_by("-seen_at", "-pk")


def open_incidents() -> QuerySet[Incident]:
    return _rows().filter(state__in=OPEN_INCIDENTS).order_by("-seen_at", "-pk")


def incidents_between(start: datetime, end: datetime) -> QuerySet[Incident]:
    """Real incidents seen in a span of time; drills are not counted among them."""
    return _rows().filter(seen_at__gte=start, seen_at__lt=end, is_drill=False).order_by("seen_at", "pk")


def get_incident(user: Any, incident_id: int) -> Incident:
    permissions.check_can_see_alerts(user)
    found = _rows().filter(pk=incident_id).first()
    if found is None:
        raise NoSuchIncident(N_("Không có sự cố này."))
    return found


# --- notices ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NoticeLine:
    notice: Notice
    title: str
    clock: Clock
    state_word: str


def _notices() -> QuerySet[Notice]:
    return Notice.objects.select_related(
        "incident__watercourse", "paper", "bundle", "neighbour", "sent_by", "prepared_by", "answer_paper"
    )


def waiting_notices() -> QuerySet[Notice]:
    """What waits for somebody: letters to send, and both sides' acknowledgements."""
    return _notices().filter(state__in=[NoticeState.PREPARED, NoticeState.SENT]).order_by("acknowledge_by", "pk")


def notices_between(start: datetime, end: datetime) -> QuerySet[Notice]:
    """Notices that left in a span of time, drills apart."""
    return (
        _notices()
        .filter(incoming=False, sent_at__gte=start, sent_at__lt=end, incident__is_drill=False)
        .order_by("sent_at", "pk")
    )


def get_notice(user: Any, notice_id: int) -> Notice:
    permissions.check_can_see_alerts(user)
    found = _notices().filter(pk=notice_id).first()
    if found is None:
        raise NoSuchIncident(N_("Không có thông báo này."))
    return found


def notice_line(notice: Notice, at: datetime) -> NoticeLine:
    kind = _(NOTICE_WORDS[NoticeKind(notice.kind)])
    template = (
        _("%(neighbour)s gửi %(kind)s %(notice)s") if notice.incoming else _("%(kind)s %(notice)s gửi %(neighbour)s")
    )
    title = template % {"kind": kind, "notice": str(notice), "neighbour": notice.neighbour_name}
    title = title[:1].upper() + title[1:]
    if notice.incident.is_drill:
        title = _("[DIỄN TẬP] %(title)s") % {"title": title}
    return NoticeLine(notice, title, notice_clock(notice, at), state_word(notice))


def state_word(notice: Notice) -> str:
    if notice.incoming and notice.state == NoticeState.SENT:
        return _("đã đến, bên mình chưa xác nhận")
    if notice.incoming and notice.state == NoticeState.ACKNOWLEDGED:
        return _("bên mình đã xác nhận")
    return _(NOTICE_STATE_WORDS[NoticeState(notice.state)])


def notice_clock(notice: Notice, at: datetime) -> Clock:
    if notice.state == NoticeState.PREPARED:
        return Clock(_("Chưa gửi"), "soon", "send")
    if notice.state == NoticeState.SENT and notice.acknowledge_by is not None:
        over = _("Bên mình chưa xác nhận, quá") if notice.incoming else _("Chưa xác nhận, quá")
        return countdown(notice.acknowledge_by, at, _("để xác nhận"), over)
    word = state_word(notice)
    tone = "" if notice.state == NoticeState.WITHDRAWN else "good"
    return Clock(word[:1].upper() + word[1:], tone, "cross" if not tone else "check")


@dataclass(frozen=True, slots=True)
class NoticePage:
    notice: Notice
    line: NoticeLine
    took: str
    can: frozenset[str]
    may_read_paper: bool


def notice_page(user: Any, notice_id: int, at: datetime) -> NoticePage:
    from giapranh.documents import permissions as papers

    notice = get_notice(user, notice_id)
    verbs = {verb.value for verb in NOTICE_NEXT[NoticeState(notice.state)]}
    can = set()
    if permissions.can_send_notice(user):
        can |= verbs & {"send", "withdraw"}
        if notice.paper_id and notice.state in (NoticeState.PREPARED, NoticeState.SENT) and papers.can_keep_books(user):
            can.add("edxml")
    if permissions.can_handle_incident(user):
        can |= verbs & {"acknowledge", "answer"}
    took = ""
    if notice.sent_at and notice.acknowledged_at:
        took = span(int((notice.acknowledged_at - notice.sent_at).total_seconds() // 60))
    readable = notice.paper is not None and papers.can_read(user, notice.paper)
    return NoticePage(notice, notice_line(notice, at), took, frozenset(can), readable)


def bundle_bytes(user: Any, notice_id: int) -> tuple[str, bytes]:
    notice = get_notice(user, notice_id)
    if notice.bundle_id is None:
        raise NoSuchIncident(N_("Thông báo này không có gói bằng chứng."))
    return f"bang-chung-{notice.incident.number}-{notice.province}-{notice.n}.zip", vault.read(notice.bundle_id)


# --- one incident ----------------------------------------------------------------------------------------------------

EVENT_WORDS = {
    "reported": N_("ghi nhận"), "changed": N_("bổ sung thông tin"), "source": N_("ghi nguồn nghi vấn (hạn chế xem)"),
    "confirmed": N_("xác nhận sự cố"), "extent": N_("định phạm vi"), "sampling": N_("bắt đầu lấy mẫu chung"),
    "controlled": N_("đã kiểm soát"), "closed": N_("đóng sự cố"), "false_alarm": N_("kết luận báo động nhầm"),
    "ministry": N_("báo cáo Bộ"), "note": N_("ghi chú"), "alert": N_("gắn cảnh báo"), "photo": N_("thêm ảnh"),
    "samples": N_("gắn mẫu nước"), "paper": N_("gắn văn bản"),
    "notice": N_("lập thông báo"), "notified": N_("đã gửi thông báo"), "acknowledged": N_("bên nhận xác nhận"),
    "answered": N_("bên nhận trả lời"), "withdrawn": N_("không gửi thông báo"), "incoming": N_("tỉnh bạn thông báo"),
    "report_due": N_("đến giờ báo tiếp"), "first_due": N_("quá hạn gửi thông báo đầu tiên"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class EventLine:
    event: IncidentEvent
    words: str


@dataclass(frozen=True, slots=True)
class IncidentPage:
    incident: Incident
    state_word: str
    around: Surroundings
    events: Sequence[EventLine]
    notices: Sequence[NoticeLine]
    photos: Sequence[IncidentPhoto]
    alerts: Sequence[Any]
    papers: Sequence[Any]
    samples: Sequence[tuple[Any, str]]
    signs: Sequence[str]
    clocks: Sequence[Clock]
    drill: Drill | None
    sees_source: bool
    can: frozenset[str]
    extent_word: str
    proposed_word: str


def incident_page(user: Any, incident_id: int, at: datetime) -> IncidentPage:
    incident = get_incident(user, incident_id)
    around = incident_place.around(incident, at)
    known = dict(Sign.choices)
    events = [
        EventLine(event, _(EVENT_WORDS.get(event.what, event.what))) for event in incident.events.select_related("by")
    ]
    return IncidentPage(
        incident=incident, state_word=_(INCIDENT_WORDS[IncidentState(incident.state)]), around=around, events=events,
        notices=[notice_line(row, at) for row in _notices().filter(incident=incident).order_by("created_at", "pk")],
        photos=list(incident.photos.select_related("by", "blob")),
        alerts=list(incident.alerts.select_related("rule", "station")), papers=_papers(user, incident),
        samples=[(row, incident_choices.sample_words(row))
                 for row in incident.samples.select_related("station").order_by("taken_at")],
        signs=[str(known[sign]) for sign in incident.signs if sign in known], clocks=clocks_of(incident, at),
        drill=Drill.objects.filter(incident=incident).first(), sees_source=water_permissions.can_see_restricted(user),
        can=_can(user, incident), extent_word=_(EXTENT_WORDS[Extent(incident.extent)]) if incident.extent else "",
        proposed_word=_(EXTENT_WORDS[around.extent]),
    )  # fmt: skip


def _papers(user: Any, incident: Incident) -> list[Any]:
    """Only those this officer may read."""
    from giapranh.documents import permissions as papers

    return list(incident.papers.filter(papers.readable(user)).distinct().order_by("pk"))


def _can(user: Any, incident: Incident) -> frozenset[str]:
    verbs = {verb.value for verb in INCIDENT_NEXT[IncidentState(incident.state)]}
    is_open = incident.state in OPEN_INCIDENTS
    can: set[str] = set()
    if permissions.can_handle_incident(user):
        can |= verbs & {IncidentVerb.CONFIRM, IncidentVerb.SAMPLE, IncidentVerb.CONTROL}
        can |= {"facts", "source", "extent", "samples"} if is_open else set()
        can |= {"ministry", "paper"}
    if permissions.can_close_incident(user):
        can |= verbs & {IncidentVerb.CLOSE, IncidentVerb.FALSE_ALARM}
    if permissions.can_send_notice(user) and IncidentVerb.NOTIFY in verbs:
        can.add("notify")
    if permissions.can_report_incident(user):
        can |= {"note", "incoming"} | ({"photo"} if is_open else set())
    return frozenset(str(each) for each in can)


def clocks_of(incident: Incident, at: datetime) -> list[Clock]:
    """The clocks that run on the incident itself; of one that is over, who has not heard of it yet."""
    if incident.state not in OPEN_INCIDENTS:
        return [
            Clock(_("Chưa thông báo kết thúc cho %(neighbour)s") % {"neighbour": name}, "bad", "send")
            for name in _still_warned(incident)
        ]
    found = []
    if incident.confirmed_at is not None and first_notice_due(incident):
        due = incident.confirmed_at + incident_settings.first_notice_within()
        found.append(countdown(due, at, _("để gửi thông báo đầu tiên"), _("Chưa gửi thông báo đầu tiên, quá")))
    if incident.next_report_at is not None:
        found.append(countdown(incident.next_report_at, at, _("tới lần báo tiếp theo"), _("Chưa báo tiếp, quá")))
    return found


def first_notice_due(incident: Incident) -> bool:
    """Whether a neighbour still has to hear of it from us: not where it stays in one province, nor who told us of it."""
    if incident.state != IncidentState.CONFIRMED or len(set(incident.provinces)) < 2:
        return False
    from_them = incident.notices.filter(incoming=True).values_list("province", flat=True)
    return bool(set(incident.provinces) - {neighbours.own_province()} - set(from_them))


def _still_warned(incident: Incident) -> list[str]:
    """Neighbours whose last word from us is not that it is over."""
    sent = Notice.objects.filter(incident=incident, incoming=False, sent_at__isnull=False)
    last = {row.province: row for row in sent.order_by("sent_at", "pk")}
    return [row.neighbour_name for row in last.values() if row.kind != NoticeKind.END]


def photo(user: Any, photo_id: int) -> tuple[IncidentPhoto, bytes]:
    permissions.check_can_see_alerts(user)
    found = IncidentPhoto.objects.select_related("blob").filter(pk=photo_id).first()
    if found is None:
        raise NoSuchIncident(N_("Không có ảnh này."))
    return found, vault.read(found.blob_id)


# --- drills ----------------------------------------------------------------------------------------------------------


def drills() -> QuerySet[Drill]:
    rows = Notice.objects.filter(incoming=False).order_by("n")
    return (
        Drill.objects.select_related("incident", "started_by")
        .prefetch_related(Prefetch("incident__notices", queryset=rows, to_attr="sent_notices"))
        .order_by("-started_at", "-pk")
    )


def sent_of(drill: Drill) -> Sequence[Notice]:
    """The notices of a drill that ``drills`` brought along."""
    return getattr(drill.incident, "sent_notices", [])


# --- references, state -----------------------------------------------------------------------------------------------


def resolve_incident(ref: RecordRef) -> Resolved | None:
    found = _by_ref(Incident.objects.all(), ref)
    return Resolved(str(found), f"/song-ngoi/su-co/{found.pk}/") if found else None


def resolve_notice(ref: RecordRef) -> Resolved | None:
    found = _by_ref(Notice.objects.select_related("incident"), ref)
    return Resolved(f"{found} → {found.neighbour_name}", f"/song-ngoi/thong-bao/{found.pk}/") if found else None


def _by_ref(rows: Any, ref: RecordRef) -> Any:
    if ref.node or not ref.id.isdecimal() or len(ref.id) > 18:
        return None
    return rows.filter(pk=int(ref.id)).first()


def incident_age(incident: Incident, at: datetime) -> str:
    return words.age(incident.seen_at, at)


# --- shown -----------------------------------------------------------------------------------------------------------


def shown_content(content: dict[str, Any]) -> list[tuple[str, Any, bool]]:
    """The parts of a notice with their titles, in the order of the letter; True where a table."""
    titles = [(key, title) for key, title, _required in CONTENT]
    titles.insert(1, ("name", N_("Sự cố")))
    titles += [("cause", N_("Nguyên nhân, chất gây ô nhiễm")), ("effect", N_("Ảnh hưởng"))]
    tables = {"readings", "downstream"}
    return [(_(title), content[key], key in tables) for key, title in titles if content.get(key)]


@dataclass(frozen=True, slots=True)
class ShownPreview:
    neighbour: Any
    n: int
    subject: str
    mark: str
    paper: Any
    parts: Sequence[tuple[str, Any, bool]]
    missing: Sequence[str]
    files: Sequence[str]


def shown_preview(found: Any) -> ShownPreview:
    """A preview made by the services, as the page shows it."""
    titles = {key: title for key, title, _required in CONTENT}
    return ShownPreview(
        found.neighbour, found.n, found.paper.subject, found.paper.mark, found.paper,
        shown_content(found.content), [_(titles[key]) for key in found.missing], found.files,
    )  # fmt: skip


def map_svg(incident: Incident) -> str:
    return to_svg(incident_map.map_of(incident), key=f"map{incident.pk}")
