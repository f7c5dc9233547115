"""Notices that cross by the exchange: theirs acknowledged, answered and made an incident here; ours heard back.

Nothing is typed twice: what a person does here is signed for the neighbour, and what the neighbour signed moves our
own notice on. Letters and telephone calls stay as they were.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext, override

from giapranh.exchange.ledger.engine import Read
from giapranh.exchange.queries import Received
from giapranh.exchange.services import records
from giapranh.kernel.clock import local_date
from giapranh.kernel.errors import N_, BadInput, Conflict
from giapranh.kernel.ids import read_id
from giapranh.kernel.text import nfc
from giapranh.people.audit import audit
from giapranh.people.models import Officer
from giapranh.people.services import notify
from giapranh.water import incident_permissions as permissions
from giapranh.water.incident_settings import acknowledge_within
from giapranh.water.models import Bank, Incident, Notice, Watercourse
from giapranh.water.queries import neighbours, received_notices
from giapranh.water.rules.notices import NoticeKind, NoticeState, NoticeVerb, move_notice
from giapranh.water.services import incidents, neighbour_news, notices
from giapranh.water.services.incidents import Facts

log = logging.getLogger(__name__)
KIND = "water-notice"


class NoRiver(BadInput):
    code = "notice_without_river"


class OpenedAlready(Conflict):
    code = "incident_opened_already"


# --- ours: the neighbour signed that it has it ------------------------------------------------------------------------


def heard_back(read: Read) -> None:
    """A person there has our notice, perhaps with an answer. In the transaction that takes their receipt."""
    found = (
        Notice.objects.filter(uid=read_id(read.subject.partition(":")[2]), incoming=False)
        .values_list("pk", "province")
        .first()
    )
    if found is None or not received_notices.speaks_for(read.peer, found[1]):
        return
    at = datetime.fromtimestamp(read.now / 1000, UTC)
    with notices.locked(found[0]) as notice:
        if notice.sent_at is None or notice.state not in {NoticeState.SENT, NoticeState.ACKNOWLEDGED}:
            return  # late or repeated words change nothing; the receipts show them
        heard = max(notice.sent_at, min(at, datetime.fromtimestamp(read.at / 1000, UTC)))
        with override("vi"):
            words = gettext("%(reader)s, %(peer)s (qua kênh trao đổi giữa hai nút)") % {
                "reader": read.reader, "peer": received_notices.peer_name(read.peer),
            }  # fmt: skip
        if notice.state == NoticeState.SENT:
            _acknowledged(notice, words, heard, at)
        if read.answer:
            _answered(notice, f"{read.answer}\n{words}", heard, at)
        neighbour_news.changed(KIND, notice.uid, at)
        _tell_sender(notice, read)


def _acknowledged(notice: Notice, words: str, heard: datetime, at: datetime) -> None:
    notice.state = move_notice(NoticeState(notice.state), NoticeVerb.ACKNOWLEDGE)
    notice.acknowledged_at, notice.acknowledged_words = heard, words
    notice.save()
    line = f"{notice} ← {notice.neighbour_name}: {words}"
    try:
        incidents.acknowledged(notice.incident, None, at, line)
    except Conflict:
        incidents.happened(notice.incident, "acknowledged", at, words=line)
    audit("notice.acknowledged", KIND, notice.pk, None, at, by_exchange=True)


def _answered(notice: Notice, words: str, heard: datetime, at: datetime) -> None:
    notice.state = move_notice(NoticeState(notice.state), NoticeVerb.ANSWER)
    notice.answered_at, notice.answer_words = heard, words
    notice.save()
    incidents.happened(notice.incident, "answered", at, words=f"{notice}: {words}")
    audit("notice.answered", KIND, notice.pk, None, at, by_exchange=True)


def _tell_sender(notice: Notice, read: Read) -> None:
    if notice.sent_by is None:
        return
    with override(notice.sent_by.language or "vi"):
        words = gettext("%(reader)s trả lời thông báo %(notice)s") if read.answer else gettext(
            "%(reader)s đã nhận thông báo %(notice)s"
        )  # fmt: skip
        line = words % {"reader": read.reader, "notice": str(notice)}
        notify(notice.sent_by, line, f"/song-ngoi/thong-bao/{notice.pk}/", KIND)


# --- theirs: acknowledged, answered, made an incident of ours ---------------------------------------------------------


def acknowledge(*, peer: str, uid: UUID, by: Officer, at: datetime) -> None:
    """“We have it”: signed with the post of who says so, and on its way to the neighbour."""
    permissions.check_can_handle_incident(by)
    received_notices.get(by, peer, uid)
    if (local := received_notices.local(uid)) is not None and local.state == NoticeState.SENT:
        words = records.reader_words(by, at)
        notices.acknowledge(notice_id=local.pk, words=words, acknowledged_at=at, by=by, at=at)
        return
    records.mark_read(peer, f"{KIND}:{uid}", by=by, at=at)


def answer(*, peer: str, uid: UUID, words: str, by: Officer, at: datetime) -> None:
    """What we have done or seen about it, in words that the neighbour will read."""
    permissions.check_can_handle_incident(by)
    received_notices.get(by, peer, uid)
    if not nfc(words).strip():
        raise notices.ProofMissing(N_("Hãy ghi nội dung trả lời."))
    local = received_notices.local(uid)
    if local is not None and local.state in {NoticeState.SENT, NoticeState.ACKNOWLEDGED}:
        notices.answer(notice_id=local.pk, words=words, answered_at=at, by=by, at=at)
        return
    records.mark_read(peer, f"{KIND}:{uid}", by=by, at=at, answer=words)


@transaction.atomic
def open_incident(*, peer: str, uid: UUID, by: Officer, at: datetime) -> Incident:
    """One click: the neighbour's notice becomes an incident here, or joins the one their earlier notice opened."""
    permissions.check_can_report_incident(by)
    with connection.cursor() as cursor:  # two people click at once
        cursor.execute("select pg_advisory_xact_lock(hashtext('water_notice_opens'))")
    side = received_notices.get(by, peer, uid)
    if (there := received_notices.local(uid)) is not None:
        raise OpenedAlready(N_("Thông báo này đã có sự cố %(incident)s."), incident=there.incident.number)
    data = side.data or {}
    incident = received_notices.incident_of(peer, str(data.get("incident", "")))
    if incident is None:
        incident = incidents.report_incident(
            facts=_facts(side, at), by=by, at=at, drill=bool(data.get("drill")),
            illustrative=bool(data.get("illustrative")),
        )  # fmt: skip
    notice = _keep(side, uid, incident, by, at)
    incidents.happened(incident, "incoming", at, by=by, words=f"{notice.neighbour_name}: {notice.words}".strip(": "))
    audit("notice.received", KIND, notice.pk, by, at, peer=peer)
    return incident


def _facts(side: Received, at: datetime) -> Facts:
    told = received_notices.facts_of(side)
    river = Watercourse.objects.filter(key=str(told.get("river", ""))).first()
    km = received_notices.number(told.get("km"))
    if river is None or km is None:
        raise NoRiver(
            N_("Thông báo không nói rõ sông và km nên chưa mở được bằng một lần bấm: hãy bấm “Ghi sự cố” và ghi tay.")
        )
    seen = received_notices.moment(told.get("seenAt")) or side.sent_at or at
    content = (side.data or {}).get("content") or {}
    lat, lon = _point(told)
    bank = str(told.get("bank") or "")
    return Facts(
        name=str(told.get("name") or content.get("name") or side.title), seen_at=min(seen, at), watercourse=river,
        finder=f"{side.peer_name} ({told.get('incidentNumber') or told.get('number') or ''})".replace(" ()", ""),
        km=min(km, river.length_km), bank=bank if bank in set(Bank) else "", lon=lon, lat=lat,
        commune=str(told.get("commune") or "")[:200],
        signs=received_notices.signs(told.get("signs")), description=str(told.get("description") or ""),
        cause=str(content.get("cause") or ""), effect=str(content.get("effect") or ""),
        steps=str(content.get("steps") or ""), samples_words=str(content.get("samples") or ""),
    )  # fmt: skip


def _point(told: dict[str, Any]) -> tuple[float | None, float | None]:
    """Latitude and longitude; none where they are no place here: a bad point must not keep their warning out."""
    lat, lon = (received_notices.number(told.get(name)) for name in ("lat", "lon"))
    return (lat, lon) if lat is not None and lon is not None and incidents.in_vietnam(lat, lon) else (None, None)


def _keep(side: Received, uid: UUID, incident: Incident, by: Officer, at: datetime) -> Notice:
    """The notice as a row of ours beside the incident, in the state that was reached already."""
    data: dict[str, Any] = side.data or {}
    province = received_notices.province_of(side.peer) or "?"
    whom = neighbours.neighbour(province, local_date(at))
    sent = min(received_notices.moment(data.get("sentAt")) or side.sent_at or at, at)
    seen = received_notices.read_of(side)
    said = [one for one in seen if one.answer]
    state = NoticeState.ANSWERED if said else NoticeState.ACKNOWLEDGED if seen else NoticeState.SENT
    same = Notice.objects.filter(incident=incident, province=province, incoming=True)
    n = received_notices.whole(data.get("n")) or 1
    if same.filter(n=n).exists():
        n = max(same.values_list("n", flat=True)) + 1
    with override("vi"):
        way = gettext("Qua kênh trao đổi giữa hai nút")
    return Notice.objects.create(
        uid=uid, incident=incident, incoming=True, kind=_kind(data.get("kind")), n=n, province=province,
        neighbour=whom.office, neighbour_name=(whom.name if whom.office else side.peer_name)[:250], state=state,
        words=str(data.get("words") or ""), content=_content(data), sent_at=sent, sent_words=way,
        acknowledge_by=received_notices.moment(data.get("acknowledgeBy")) or sent + acknowledge_within(),
        acknowledged_at=seen[0].at if seen else None, acknowledged_words=seen[0].reader if seen else "",
        answered_at=said[-1].at if said else None, answer_words=said[-1].answer if said else "",
        created_by=by, created_at=at, illustrative=bool(data.get("illustrative")),
    )  # fmt: skip


def _content(data: dict[str, Any]) -> dict[str, Any]:
    """What they wrote, with the number they gave the incident: the notice is called by it here too."""
    given = data.get("content")
    number = str(data.get("incidentNumber") or "")
    return ({"number": number} if number else {}) | (given if isinstance(given, dict) else {})


def _kind(value: Any) -> str:
    return str(value) if value in set(NoticeKind) else NoticeKind.INFORMATION.value
