"""Notices to the neighbour: preview, letter with evidence, sending, their word back. And notices that come in.

A notice is “sent” only when a person says by which way it left and to whom, or an envelope of it was made; it is
“acknowledged” only on the neighbour's word.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import override

from giapranh.documents import services as documents
from giapranh.documents.models import EdxmlMessage, Paper
from giapranh.documents.services.records import keep_blob
from giapranh.documents.writing import OfficialPaper, write_docx
from giapranh.kernel.clock import local_date
from giapranh.kernel.errors import N_, BadInput, Conflict, NotFound
from giapranh.kernel.text import nfc, one_line
from giapranh.people import queries as people
from giapranh.people.audit import audit
from giapranh.people.models import Officer
from giapranh.water import incident_permissions as permissions
from giapranh.water import letters
from giapranh.water.incident_permissions import NoSuchIncident
from giapranh.water.incident_settings import acknowledge_within, update_every
from giapranh.water.models import Incident, Notice
from giapranh.water.permissions import check_can_send_notice
from giapranh.water.queries import incident_place, neighbours
from giapranh.water.queries.neighbours import Neighbour
from giapranh.water.queries.notice_content import content_of
from giapranh.water.rules.incidents import IncidentState
from giapranh.water.rules.notices import NoticeKind, NoticeState, NoticeVerb, missing_content, move_notice
from giapranh.water.services import evidence, incidents, neighbour_news

ZIP = "application/zip"


class NoSuchNotice(NotFound):
    code = "no_such_notice"


class NotConfirmed(Conflict):
    code = "incident_not_confirmed"


class ContentMissing(BadInput):
    code = "notice_content_missing"


class ProofMissing(BadInput):
    code = "notice_proof_missing"


class BadTime(BadInput):
    code = "notice_bad_time"


@dataclass(frozen=True, slots=True)
class Preview:
    """Exactly what would leave: the content, the letter, what is still missing, to whom."""

    neighbour: Neighbour
    kind: str
    n: int
    content: dict[str, Any]
    missing: tuple[str, ...]
    paper: OfficialPaper
    files: tuple[str, ...]
    hours: float


def preview(*, incident: Incident, kind: str, province: str, words: str = "", by: Officer, at: datetime) -> Preview:
    """Put together in Vietnamese whatever language the page is in: the letter is an official paper."""
    wanted = _kind(kind)
    with override("vi"):
        around = incident_place.around(incident, at)
        content = content_of(incident, around)
        whom = neighbours.neighbour(province, local_date(at))
        agency = people.own_agency()
        if agency is None:
            raise NotConfirmed(
                N_("Nút chưa thiết lập cơ quan nên chưa lập được công văn. Hãy hoàn tất thiết lập ban đầu.")
            )
        n = _next_number(incident, province)
        hours = acknowledge_within().total_seconds() / 3600
        paper = letters.notice_paper(
            kind=wanted, n=n, content=content, words=nfc(words), addressee=whom.name,
            head=letters.head_of(agency, by, local_date(at)), at=at, acknowledge_hours=hours, drill=incident.is_drill,
            illustrative=incident.illustrative,
            also_to=[each.neighbour.name for each in around.hearing if each.neighbour.province != province],
        )  # fmt: skip
    names = ["manifest.json", "thong-bao.json", "ban-do.svg", "nuoc-toi.csv"]
    if content["readings"]:
        names.append("so-lieu/*.csv")
    names += [photo.file_name for photo in incident.photos.all()]
    needed = () if wanted == NoticeKind.END else tuple(missing_content(content))
    return Preview(whom, wanted, n, content, needed, paper, tuple(names), hours)


def _kind(kind: str) -> NoticeKind:
    try:
        return NoticeKind(kind)
    except ValueError:
        raise BadInput(N_("Hãy chọn loại thông báo.")) from None


def _next_number(incident: Incident, province: str, *, incoming: bool = False) -> int:
    rows = Notice.objects.filter(incident=incident, province=province, incoming=incoming)
    return int(rows.aggregate(last=Max("n"))["last"] or 0) + 1


@contextmanager
def _locked_incident(incident_id: int) -> Iterator[Incident]:
    with transaction.atomic():
        incident = (
            Incident.objects.select_for_update(of=("self",)).select_related("watercourse", "owner").filter(pk=incident_id)
        ).first()  # fmt: skip
        if incident is None:
            raise NoSuchIncident(N_("Không có sự cố này."))
        yield incident


def prepare(
    *, incident_id: int, kind: str, provinces: Sequence[str], words: str = "", even_incomplete: bool = False,
    by: Officer, at: datetime,
) -> list[Notice]:  # fmt: skip
    """The letters and the evidence, one notice for each province, all or none. Nothing has left yet."""
    check_can_send_notice(by)
    if not provinces:
        raise BadInput(N_("Hãy chọn ít nhất một tỉnh để thông báo."))
    with _locked_incident(incident_id) as incident:
        if incident.state == IncidentState.SUSPECTED:
            raise NotConfirmed(N_("Sự cố mới ở mức nghi ngờ. Người xử lý phải xác nhận trước khi thông báo tỉnh bạn."))
        return [_prepare(incident, kind, code, words, even_incomplete, by, at) for code in dict.fromkeys(provinces)]


def _prepare(
    incident: Incident, kind: str, province: str, words: str, even_incomplete: bool, by: Officer, at: datetime
) -> Notice:
    shown = preview(incident=incident, kind=kind, province=province, words=words, by=by, at=at)
    if shown.missing and not even_incomplete:
        raise ContentMissing(
            N_("Thông báo còn thiếu %(n)s mục bắt buộc. Bổ sung, hoặc đánh dấu gửi ngay dù chưa đủ."),
            n=len(shown.missing),
        )  # fmt: skip
    with override("vi"):
        around = incident_place.around(incident, at)
        marks = shown.paper.mark
        blob = keep_blob(evidence.bundle(incident, shown.content, around, at=at, marks=marks), ZIP)
    zip_name = f"bang-chung-{incident.number}-{province}-{shown.n}.zip"
    paper = letters.with_evidence(shown.paper, zip_name, blob.sha256)
    letter = documents.create_outgoing(
        kind=paper.kind, subject=paper.subject, data=write_docx(paper),
        name=f"thong-bao-{incident.number}-{province}-{shown.n}.docx", by=by, at=at, symbol=paper.symbol,
        issuer=people.own_agency(), recipients=paper.addressees, signer_name=paper.signer.name,
        signer_title=" ".join(list(paper.signer.authority)[-1:]), text=letters.plain_words(paper),
        urgency=letters.URGENCIES.get(paper.urgency, ""), place=paper.place,
        attached=[(blob, zip_name)],
        illustrative=incident.illustrative or incident.is_drill,
    )  # fmt: skip
    notice = Notice.objects.create(
        incident=incident, kind=shown.kind, n=shown.n, province=province, neighbour=shown.neighbour.office,
        neighbour_name=shown.neighbour.name[:250], words=nfc(words).strip(), content=shown.content, paper=letter,
        bundle=blob, prepared_at=at, prepared_by=by, created_by=by, created_at=at, illustrative=incident.illustrative,
    )  # fmt: skip
    incidents.happened(
        incident, "notice", at, by=by, words=f"{notice.get_kind_display()} {notice} → {notice.neighbour_name}"
    )
    audit("notice.prepared", "water-notice", notice.pk, by, at, kind=notice.kind, bundle=blob.sha256, paper=letter.pk)
    return notice


@contextmanager
def locked(notice_id: int) -> Iterator[Notice]:
    with transaction.atomic():
        found = Notice.objects.filter(pk=notice_id).values_list("incident_id", flat=True).first()
        if found is None:
            raise NoSuchNotice(N_("Không có thông báo này."))
        Incident.objects.select_for_update(of=("self",)).get(pk=found)
        yield (
            Notice.objects.select_for_update(of=("self",))
            .select_related("incident", "paper", "neighbour")
            .get(pk=notice_id)
        )


def send(*, notice_id: int, words: str, sent_at: datetime, by: Officer, at: datetime) -> Notice:
    """It has left: by which way, to whom, when. From then the neighbour's clock runs."""
    check_can_send_notice(by)
    if not nfc(words).strip():
        raise ProofMissing(N_("Hãy ghi đã gửi bằng cách nào, cho ai (công văn số, điện thoại cho ông/bà…)."))
    with locked(notice_id) as notice:
        _check_time(sent_at, at, notice.prepared_at)
        _sent(notice, nfc(words).strip(), sent_at, by, at)
    return notice


def send_edxml(*, notice_id: int, by: Officer, at: datetime) -> EdxmlMessage:
    """The envelope of the numbered letter for the exchange axis; the notice counts as sent with it."""
    check_can_send_notice(by)
    with locked(notice_id) as notice:
        if notice.paper is None:
            raise ProofMissing(N_("Thông báo này không có công văn."))
        office = notice.neighbour
        code = office.organ_code if office else ""
        message = documents.send_edxml(
            paper_id=notice.paper.pk, to=[(code, notice.neighbour_name)] if code else [], by=by, at=at
        )
        if notice.state == NoticeState.PREPARED:
            _sent(notice, f"edXML {message.document_id}", at, by, at)
    return message


def _sent(notice: Notice, words: str, sent_at: datetime, by: Officer | None, at: datetime) -> None:
    notice.state = move_notice(NoticeState(notice.state), NoticeVerb.SEND)
    notice.sent_at, notice.sent_by, notice.sent_words = sent_at, by, words
    notice.acknowledge_by = sent_at + acknowledge_within()
    notice.save()
    incident = notice.incident
    if notice.kind != NoticeKind.END and (incident.next_report_at is None or incident.next_report_at <= sent_at):
        incident.next_report_at = sent_at + update_every()
    incidents.notified(notice.incident, by, at, f"{notice} → {notice.neighbour_name}: {words}")
    audit("notice.sent", "water-notice", notice.pk, by, at, words=words)
    neighbour_news.changed("water-notice", notice.uid, at)


def acknowledge(*, notice_id: int, words: str, acknowledged_at: datetime, by: Officer, at: datetime) -> Notice:
    """“They have it”: who there said so, by which way. For an incoming one: we have it."""
    permissions.check_can_handle_incident(by)
    if not nfc(words).strip():
        raise ProofMissing(N_("Hãy ghi ai xác nhận, bằng cách nào (công văn số, điện thoại của ông/bà…)."))
    with locked(notice_id) as notice:
        _check_time(acknowledged_at, at, notice.sent_at)
        notice.state = move_notice(NoticeState(notice.state), NoticeVerb.ACKNOWLEDGE)
        notice.acknowledged_at, notice.acknowledged_words = acknowledged_at, nfc(words).strip()
        notice.save()
        _heard(notice, by, at)
        audit("notice.acknowledged", "water-notice", notice.pk, by, at)
        _tell_neighbour(notice, by, at)
    return notice


def _heard(notice: Notice, by: Officer, at: datetime) -> None:
    """Theirs moves the incident on; that we have one of theirs is only noted."""
    words = f"{notice} ← {notice.neighbour_name}: {notice.acknowledged_words}"
    if notice.incoming:
        incidents.happened(notice.incident, "acknowledged", at, by=by, words=words)
    else:
        incidents.acknowledged(notice.incident, by, at, words)


def _tell_neighbour(notice: Notice, by: Officer, at: datetime, answer: str = "") -> None:
    """Ours says something new; of theirs, when it came by the exchange, our word is signed for them."""
    if notice.incoming:
        neighbour_news.sign_back("water-notice", notice.uid, by, at, answer)
    else:
        neighbour_news.changed("water-notice", notice.uid, at)


def answer(
    *, notice_id: int, words: str, answered_at: datetime, paper_number: str = "", by: Officer, at: datetime
) -> Notice:
    """What they answered; their paper where it is in the register."""
    permissions.check_can_handle_incident(by)
    if not nfc(words).strip():
        raise ProofMissing(N_("Hãy ghi nội dung trả lời."))
    with locked(notice_id) as notice:
        _check_time(answered_at, at, notice.sent_at)
        notice.state = move_notice(NoticeState(notice.state), NoticeVerb.ANSWER)
        if notice.acknowledged_at is None:
            notice.acknowledged_at, notice.acknowledged_words = answered_at, nfc(words).strip()
            _heard(notice, by, at)
        notice.answered_at, notice.answer_words = answered_at, nfc(words).strip()
        notice.answer_paper = _paper(paper_number, by)
        notice.save()
        incidents.happened(notice.incident, "answered", at, by=by, words=f"{notice}: {notice.answer_words}")
        audit("notice.answered", "water-notice", notice.pk, by, at)
        _tell_neighbour(notice, by, at, notice.answer_words)
    return notice


def _paper(number: str, by: Officer) -> Paper | None:
    from giapranh.documents import queries as papers
    from giapranh.documents.rules.numbers import number_key

    if not one_line(number):
        return None
    found = papers.visible_papers(by).filter(number_key=number_key(one_line(number)))
    if found.count() != 1:
        raise BadInput(
            N_("Sổ đăng ký không có đúng một văn bản số “%(number)s”. Để trống hoặc ghi lại."), number=number
        )
    return found.get()


def withdraw(*, notice_id: int, words: str, by: Officer, at: datetime) -> Notice:
    """Not sent after all. The letter stays a draft in the register."""
    check_can_send_notice(by)
    if not nfc(words).strip():
        raise ProofMissing(N_("Hãy ghi vì sao không gửi."))
    with locked(notice_id) as notice:
        notice.state = move_notice(NoticeState(notice.state), NoticeVerb.WITHDRAW)
        notice.withdrawn_at = at
        notice.save()
        incidents.happened(notice.incident, "withdrawn", at, by=by, words=f"{notice}: {nfc(words).strip()}")
        audit("notice.withdrawn", "water-notice", notice.pk, by, at, words=nfc(words).strip())
    return notice


def record_incoming(
    *, incident_id: int, kind: str, province: str, words: str, received_at: datetime, by: Officer, at: datetime
) -> Notice:
    """A notice that came by letter or telephone. Our own clock to acknowledge it runs from when it came."""
    permissions.check_can_report_incident(by)
    if not nfc(words).strip():
        raise ProofMissing(N_("Hãy ghi nội dung thông báo của tỉnh bạn."))
    with _locked_incident(incident_id) as incident:
        _check_time(received_at, at, None)
        whom = neighbours.neighbour(province, local_date(at))
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(hashtext('water_notice'), %s)", [incident.pk])
        notice = Notice.objects.create(
            incident=incident, incoming=True, kind=_kind(kind), n=_next_number(incident, province, incoming=True),
            province=province, neighbour=whom.office, neighbour_name=whom.name[:250], words=nfc(words).strip(),
            state=NoticeState.SENT, sent_at=received_at, sent_words=nfc(words).strip(),
            acknowledge_by=received_at + acknowledge_within(), created_by=by, created_at=at,
            illustrative=incident.illustrative,
        )  # fmt: skip
        incidents.happened(incident, "incoming", at, by=by, words=f"{whom.name}: {notice.words}")
        audit("notice.received", "water-notice", notice.pk, by, at)
    return notice


def _check_time(given: datetime, at: datetime, earliest: datetime | None) -> None:
    if given > at:
        raise BadTime(N_("Thời điểm ghi ở tương lai. Hãy kiểm tra ngày, giờ."))
    if earliest is not None and given.replace(second=59, microsecond=999_999) < earliest:
        raise BadTime(N_("Thời điểm ghi sớm hơn bước trước đó. Hãy kiểm tra ngày, giờ."))
