"""edXML: an envelope becomes a paper, a paper becomes an envelope, and status replies go both ways.

This room makes and takes the files; carrying them is the business of the security server of the province.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from giapranh.documents import edxml, permissions, queries, vault
from giapranh.documents.models import (
    Direction,
    EdxmlKind,
    EdxmlMessage,
    Paper,
    PaperAttachment,
    PaperReading,
    PaperState,
    PaperVersion,
    RegisterEntry,
)
from giapranh.documents.reader import ReadFile, media_type_of, read_file, text_of
from giapranh.documents.rules import numbers
from giapranh.documents.rules.envelopes import merge
from giapranh.documents.rules.fields import lay_over
from giapranh.documents.services.admission import check_size, refuse_secret
from giapranh.documents.services.records import (
    agency_of,
    clean_name,
    fill_header,
    give_access,
    keep_blob,
    note,
    refuse_same_bytes,
    refuse_same_identity,
    save_once,
)
from giapranh.kernel.clock import local_date
from giapranh.kernel.errors import N_, BadInput, Conflict, NotAllowed, NotFound, Refused
from giapranh.kernel.text import one_line
from giapranh.people import queries as people
from giapranh.people.models import Office

XML = "application/xml"
HOSTILE = {"paper_executable", "paper_macros", "paper_archive_bomb", "paper_hostile_xml"}


class NoReadableAttachment(BadInput):
    code = "edxml_without_paper"


class EnvelopeKnown(Conflict):
    code = "edxml_known"


class NotReady(Conflict):
    code = "edxml_not_ready"


class NoOrganCode(BadInput):
    code = "edxml_no_organ_code"


class UnknownPaper(NotFound):
    code = "edxml_unknown_paper"


def looks_like_edxml(data: bytes) -> bool:
    """Told by the bytes: XML whose first element is named edXML, whatever its prefix."""
    head = data.lstrip(b"\xef\xbb\xbf \r\n\t")[:4000].lower()
    return head.startswith(b"<") and b"edxml" in head


def is_status(data: bytes) -> bool:
    return looks_like_edxml(data) and b"statuscode" in data.lower() and b"messageheader" not in data.lower()


def receive_edxml(*, data: bytes, name: str, by: Any, at: datetime, illustrative: bool = False) -> Paper:
    """An envelope as it came: its paper waits to be confirmed, its other files stay beside it."""
    permissions.check_can_write(by)
    name = clean_name(name)
    check_size(len(data), name)
    _refuse_known(data, by)
    if is_status(data):
        return _receive_status(data, name, by, at)
    envelope = edxml.parse(data, name)
    if envelope.business.kind == edxml.BusinessKind.RECALL:
        return _recalled(envelope, data, by, at)
    main, found = _main_paper(envelope, name)
    for one in envelope.attachments:
        if one is not main:
            _refuse_hostile(one)
    refuse_same_bytes(vault.digest(main.data), by)
    found.data.update(merge(found.data, envelope.fields()))
    with transaction.atomic():
        paper = _new_paper(envelope, found, by, at, illustrative)
        envelope_blob, paper_blob = keep_blob(data, XML), keep_blob(main.data, found.media_type)
        others = [
            (one, keep_blob(one.data, media_type_of(one.data, one.name)))
            for one in envelope.attachments
            if one is not main
        ]
        version = PaperVersion.objects.create(
            paper=paper,
            n=1,
            blob=paper_blob,
            file_name=clean_name(main.name),
            media_type=found.media_type,
            by=by,
            at=at,
        )
        PaperReading.objects.create(
            paper=paper, version=version, data=found.data, reader_version=found.reader_version, at=at
        )
        for one, blob in others:
            PaperAttachment.objects.create(
                paper=paper, blob=blob, file_name=clean_name(one.name), media_type=blob.media_type,
                description=one_line(one.description or ""), at=at,
            )  # fmt: skip
        EdxmlMessage.objects.create(
            direction="in", kind=EdxmlKind.PAPER, paper=paper, blob=envelope_blob, by=by, at=at,
            document_id=(envelope.document_id or "")[:250], from_organ=_organ(envelope.sender),
            to_organ="; ".join(_organ(one) for one in envelope.to),
        )  # fmt: skip
        give_access(paper, people.offices_of(by, local_date(at)), by, at)
        note("paper.taken_in", paper, by, at, file=name, edxml=envelope.document_id or "", sha256=envelope_blob.sha256)
    return paper


def _refuse_known(data: bytes, by: Any) -> None:
    known = EdxmlMessage.objects.filter(blob=vault.digest(data)).first()
    if known is not None:
        raise EnvelopeKnown(N_("Gói edXML này đã nhận rồi (mã %(id)s)."), id=known.document_id or known.pk)


def _main_paper(envelope: edxml.Envelope, name: str) -> tuple[edxml.Attachment, ReadFile]:
    """The first file that reads as a paper."""
    first: Refused | None = None
    for one in envelope.attachments:
        try:
            found = read_file(one.data, one.name)
            refuse_secret(found, one.name)
        except BadInput as refusal:
            first = first or refusal
        else:
            return one, found
    raise first or NoReadableAttachment(N_("Gói edXML %(name)s không kèm tệp văn bản nào."), name=name)


def _refuse_hostile(one: edxml.Attachment) -> None:
    """An annex need not be readable, but a secret or a dangerous one keeps the whole envelope out."""
    try:
        text_of(one.data, one.name)
    except NotAllowed:
        raise
    except Refused as refusal:
        if refusal.stable_code in HOSTILE:
            raise


def _new_paper(envelope: edxml.Envelope, found: ReadFile, by: Any, at: datetime, illustrative: bool) -> Paper:
    paper = Paper(
        direction=Direction.INCOMING, state=PaperState.TO_CONFIRM, agency=agency_of(by), text=found.text,
        due_on=envelope.due, illustrative=illustrative, created_by=by, created_at=at,
        answers=_answered(envelope),
    )  # fmt: skip
    read = lay_over(found.data, ())
    fill_header(paper, read, found.data)
    if any(field.weak for field in read.header if field.name in ("number", "date", "issuer")):
        paper.identity = None
    refuse_same_identity(paper.identity, by)
    save_once(paper, by)
    return paper


def _answered(envelope: edxml.Envelope) -> Paper | None:
    """The paper of ours that the envelope answers."""
    for one in envelope.response_for:
        if paper := _by_name(one):
            return paper
    return None


def _by_name(about: edxml.ResponseFor) -> Paper | None:
    """Our paper by the identity its envelope had, else by number and date."""
    if about.document_id:
        sent = EdxmlMessage.objects.filter(direction="out", document_id=about.document_id, paper__isnull=False).first()
        if sent is not None:
            return sent.paper
    if not about.code:
        return None
    papers = Paper.objects.filter(number_key=numbers.number_key(about.code), direction=Direction.OUTGOING)
    if about.date:
        papers = papers.filter(issued_on=about.date)
    return papers.first() if papers.count() == 1 else None


def _recalled(envelope: edxml.Envelope, data: bytes, by: Any, at: datetime) -> Paper:
    """The sender takes a paper back. It stays in the book, with a line that says so: a recall keeps a trace.

    Envelopes are not signed here, so only those who keep the books may say that one came.
    """
    permissions.check_can_keep_books(by)
    wanted = envelope.business.document_id or envelope.document_id or ""
    message = EdxmlMessage.objects.filter(direction="in", document_id=wanted, paper__isnull=False).first()
    if message is None or message.paper is None:
        raise UnknownPaper(N_("Bên gửi thu hồi văn bản %(id)s nhưng sổ không có văn bản này."), id=wanted or "?")
    paper = message.paper
    reason = one_line(envelope.business.reason or "")
    with transaction.atomic():
        blob = keep_blob(data, XML)
        EdxmlMessage.objects.create(
            direction="in", kind=EdxmlKind.PAPER, paper=paper, blob=blob, document_id=wanted[:250], status="13",
            from_organ=_organ(envelope.sender), reason=reason, by=by, at=at,
        )  # fmt: skip
        for entry in RegisterEntry.objects.filter(paper=paper):
            entry.note = "; ".join(
                part for part in (entry.note, f"Bên gửi thu hồi {local_date(at):%d/%m/%Y}", reason) if part
            )
            entry.save(update_fields=["note"])
        note("paper.recalled", paper, by, at, reason=reason)
    return paper


def _receive_status(data: bytes, name: str, by: Any, at: datetime) -> Paper:
    """A reply on a paper we sent; brought in by those who keep the books, as a recall is."""
    permissions.check_can_keep_books(by)
    status = edxml.parse_status(data, name)
    paper = _by_name(status.about)
    if paper is None:
        raise UnknownPaper(
            N_("Phản hồi nói về văn bản %(id)s nhưng sổ không có văn bản này."),
            id=status.about.document_id or status.about.code or "?",
        )
    with transaction.atomic():
        blob = keep_blob(data, XML)
        EdxmlMessage.objects.create(
            direction="in", kind=EdxmlKind.STATUS, paper=paper, blob=blob, status=str(status.code.value),
            document_id=(status.about.document_id or "")[:250], from_organ=_organ(status.sender),
            reason=one_line(status.description or ""), by=by, at=at,
        )  # fmt: skip
        note("paper.status_received", paper, by, at, status=status.code.value)
    return paper


# --- out -------------------------------------------------------------------------------------------------------------


def send_edxml(
    *, paper_id: int, to: Sequence[tuple[str, str]], by: Any, at: datetime, steering: int = 1
) -> EdxmlMessage:
    """The envelope of an outgoing paper, kept as it was made. ``to``: (organisation code, name)."""
    permissions.check_can_keep_books(by)
    paper = queries.get_visible(by, paper_id)
    if paper.direction != Direction.OUTGOING or paper.number is None or paper.issued_on is None:
        raise NotReady(N_("Chỉ lập gói edXML cho văn bản đi đã có số và ngày."))
    if not to:
        raise NoOrganCode(N_("Hãy ghi mã định danh của cơ quan nhận, như H37.13."))
    envelope = _envelope(paper, to, steering)
    data = edxml.write(envelope)
    organ_id = envelope.sender.organ_id
    with transaction.atomic():
        blob = keep_blob(data, XML)
        message = EdxmlMessage.objects.create(
            direction="out", kind=EdxmlKind.PAPER, paper=paper, blob=blob, by=by, at=at,
            document_id=edxml.document_id(organ_id, paper.issued_on, paper.full_number)[:250],
            from_organ=_organ(envelope.sender), to_organ="; ".join(_organ(one) for one in envelope.to),
        )  # fmt: skip
        note("paper.edxml_made", paper, by, at, to=[code for code, _name in to])
    return message


def _envelope(paper: Paper, to: Sequence[tuple[str, str]], steering: int) -> edxml.Envelope:
    version = queries.latest_version(paper)
    files = [(version.file_name, version.blob_id, version.media_type)] if version else []
    files += [(one.file_name, one.blob_id, one.media_type) for one in queries.attachments(paper)]
    urgency = {"": 0, "khan": 1, "thuong_khan": 2, "hoa_toc": 3}
    return edxml.Envelope(
        sender=_own_organ(paper), to=tuple(edxml.Organ(organ_id=code, name=name) for code, name in to),
        number=f"{paper.number:02d}{paper.number_suffix}", notation=paper.symbol, place=paper.place or None,
        date=paper.issued_on, type_name=paper.kind, subject=paper.subject,
        signer=edxml.SignerInfo(full_name=paper.signer_name or None, position=paper.signer_title or None),
        due=paper.due_on, to_places=tuple(p.strip() for p in paper.recipients.split(";") if p.strip()),
        priority=edxml.Priority(urgency[paper.urgency]), steering=edxml.Steering(steering),
        response_for=_response_for(paper),
        attachments=tuple(
            edxml.Attachment(name=file, data=vault.read(sha256), content_type=media) for file, sha256, media in files
        ),
    )  # fmt: skip


def _response_for(paper: Paper) -> tuple[edxml.ResponseFor, ...]:
    """The paper that this one answers, by the identity its own envelope had."""
    if paper.answers is None:
        return ()
    asked = paper.answers
    came = EdxmlMessage.objects.filter(direction="in", kind=EdxmlKind.PAPER, paper=asked).first()
    organ = asked.issuer.organ_code if asked.issuer else ""
    return (
        edxml.ResponseFor(
            organ_id=(came.from_organ.split(" ")[0] if came else organ) or asked.issuer_name, code=asked.full_number,
            date=asked.issued_on, document_id=(came.document_id if came else None) or None,
        ),
    )  # fmt: skip


def _own_organ(paper: Paper) -> edxml.Organ:
    office: Office | None = paper.issuer or paper.agency or people.own_agency()
    agency = office.agency if office else None
    if agency is None or not agency.organ_code:
        raise NoOrganCode(N_("Cơ quan mình chưa có mã định danh. Vào Cơ quan, cán bộ để điền (như H37.13)."))
    return edxml.Organ(organ_id=agency.organ_code, name=agency.name, email=agency.email or None)


def reply_status(*, paper_id: int, status: str, reason: str = "", by: Any, at: datetime) -> EdxmlMessage:
    """A reply to the sender of an incoming envelope: arrived, refused with a reason, taken in, done."""
    permissions.check_can_keep_books(by)
    paper = queries.get_visible(by, paper_id)
    came = EdxmlMessage.objects.filter(direction="in", kind=EdxmlKind.PAPER, paper=paper).order_by("id").first()
    if came is None:
        raise NotReady(N_("Văn bản này không đến qua edXML nên không có gì để phản hồi."))
    try:
        code = edxml.StatusCode(status)
    except ValueError:
        raise BadInput(N_("Hãy chọn trạng thái phản hồi.")) from None
    if code == edxml.StatusCode.REFUSED and not one_line(reason):
        raise BadInput(N_("Từ chối tiếp nhận thì cần ghi lý do."))
    about = edxml.ResponseFor(
        organ_id=came.from_organ.split(" ")[0], code=paper.full_number, date=paper.issued_on,
        document_id=came.document_id or None,
    )  # fmt: skip
    said = edxml.Status(code=code, sender=_own_organ(paper), about=about, at=at, description=one_line(reason) or None)
    data = edxml.write_status(said)
    with transaction.atomic():
        blob = keep_blob(data, XML)
        message = EdxmlMessage.objects.create(
            direction="out", kind=EdxmlKind.STATUS, paper=paper, blob=blob, document_id=came.document_id,
            to_organ=came.from_organ, status=code.value, reason=one_line(reason), by=by, at=at,
        )  # fmt: skip
        note("paper.status_sent", paper, by, at, status=code.value)
    return message


def _organ(one: edxml.Organ) -> str:
    return f"{one.organ_id} {one.name}".strip()[:250]
