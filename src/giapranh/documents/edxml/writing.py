"""Envelopes in one canonical form: the same values always give the same bytes."""

from __future__ import annotations

import base64
import io
import zipfile
from dataclasses import replace
from datetime import date, datetime
from xml.sax.saxutils import escape

from giapranh.kernel.clock import VIETNAM
from giapranh.kernel.text import nfc

from .names import NAMESPACE
from .shapes import Attachment, Business, Envelope, Organ, ResponseFor, SignerInfo, Staff

_EPOCH = (1980, 1, 1, 0, 0, 0)


def document_id(organ_id: str, day: date, full_number: str) -> str:
    """The identity of a paper among all organisations: "H37.01,2026/10/05,12/STNMT-NKS"."""
    return f"{organ_id},{day:%Y/%m/%d},{full_number}"


def write(envelope: Envelope) -> bytes:
    """The envelope as UTF-8 XML, unsigned: the organisation's security server signs what leaves."""
    if envelope.document_id is None and envelope.date and envelope.full_number:
        own = document_id(envelope.sender.organ_id, envelope.date, envelope.full_number)
        envelope = replace(envelope, document_id=own)
    paper = Paper()
    with paper.inside("edXML"):
        with paper.inside("edXMLEnvelope"):
            with paper.inside("edXMLHeader"):
                _message_header(paper, envelope)
                _trace(paper, envelope)
            _body(paper, envelope.attachments)
        _files(paper, envelope.attachments)
    return paper.bytes()


class Paper:
    """XML written line by line; an element without words is left out unless the standard demands it."""

    def __init__(self) -> None:
        self._lines = ['<?xml version="1.0" encoding="UTF-8"?>']
        self._open: list[str] = []

    def inside(self, name: str, **attributes: str) -> Paper:
        shown = f' xmlns:edXML="{NAMESPACE}"' if not self._open else ""
        shown += "".join(f' {key}="{escape(value)}"' for key, value in attributes.items())
        self._lines.append(f"{'  ' * len(self._open)}<edXML:{name}{shown}>")
        self._open.append(name)
        return self

    def __enter__(self) -> Paper:
        return self

    def __exit__(self, *_error: object) -> None:
        name = self._open.pop()
        self._lines.append(f"{'  ' * len(self._open)}</edXML:{name}>")

    def say(self, name: str, value: object, *, always: bool = False) -> None:
        if value is None and not always:
            return
        words = escape(nfc(_printed(value)))
        self._lines.append(f"{'  ' * len(self._open)}<edXML:{name}>{words}</edXML:{name}>")

    def bytes(self) -> bytes:
        return ("\n".join(self._lines) + "\n").encode("utf-8")


def _printed(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        local = value.astimezone(VIETNAM) if value.tzinfo else value
        return f"{local:%Y/%m/%d %H:%M:%S}"
    if isinstance(value, date):
        return f"{value:%Y/%m/%d}"
    if isinstance(value, int):
        return str(int(value))
    return str(value)


def _message_header(paper: Paper, envelope: Envelope) -> None:
    with paper.inside("MessageHeader"):
        organ(paper, "From", envelope.sender)
        for receiver in envelope.to:
            organ(paper, "To", receiver)
        with paper.inside("Code"):
            paper.say("CodeNumber", envelope.number, always=True)
            paper.say("CodeNotation", envelope.notation, always=True)
        with paper.inside("PromulgationInfo"):
            paper.say("Place", envelope.place, always=True)
            paper.say("PromulgationDate", envelope.date, always=True)
        with paper.inside("DocumentType"):
            paper.say("Type", envelope.type_code, always=True)
            paper.say("TypeDetail", envelope.type_detail)
            paper.say("TypeName", envelope.type_name, always=True)
        paper.say("Subject", envelope.subject, always=True)
        paper.say("Content", envelope.content, always=True)
        _signer(paper, envelope.signer or SignerInfo())
        paper.say("DueDate", envelope.due)
        with paper.inside("ToPlaces"):
            for place in envelope.to_places:
                paper.say("Place", place)
        _other(paper, envelope)
        for answered in envelope.response_for:
            response(paper, answered)
        paper.say("SteeringType", envelope.steering)
        paper.say("DocumentId", envelope.document_id, always=True)
        if envelope.task_code:
            with paper.inside("ResponseForTask"):
                paper.say("TaskCode", envelope.task_code)


def organ(paper: Paper, name: str, one: Organ) -> None:
    with paper.inside(name):
        paper.say("OrganId", one.organ_id)
        paper.say("OrganizationInCharge", one.in_charge)
        paper.say("OrganName", one.name)
        paper.say("OrganAdd", one.address)
        paper.say("Email", one.email)
        paper.say("Telephone", one.telephone)
        paper.say("Fax", one.fax)
        paper.say("Website", one.website)


def response(paper: Paper, answered: ResponseFor) -> None:
    with paper.inside("ResponseFor"):
        paper.say("OrganId", answered.organ_id)
        paper.say("Code", answered.code)
        paper.say("PromulgationDate", answered.date)
        paper.say("DocumentId", answered.document_id)


def _signer(paper: Paper, signer: SignerInfo) -> None:
    with paper.inside("SignerInfo"):
        paper.say("Competence", signer.competence, always=True)
        paper.say("Position", signer.position, always=True)
        paper.say("FullName", signer.full_name, always=True)


def _other(paper: Paper, envelope: Envelope) -> None:
    with paper.inside("OtherInfo"):
        paper.say("Priority", envelope.priority)
        paper.say("SphereOfPromulgation", envelope.sphere)
        paper.say("TyperNotation", envelope.typer)
        paper.say("PromulgationAmount", envelope.amount)
        paper.say("PageAmount", envelope.pages)
        if envelope.appendixes:
            with paper.inside("Appendixes"):
                for one in envelope.appendixes:
                    paper.say("Appendix", one)


def _trace(paper: Paper, envelope: Envelope) -> None:
    with paper.inside("TraceHeaderList"):
        for station in envelope.trace:
            with paper.inside("TraceHeader"):
                paper.say("OrganId", station.organ_id)
                paper.say("Timestamp", station.at)
        _business(paper, envelope.business)


def _business(paper: Paper, business: Business) -> None:
    with paper.inside("Bussiness"):  # the standard's own spelling
        paper.say("BussinessDocType", business.kind)
        paper.say("BussinessDocReason", business.reason, always=True)
        paper.say("DocumentId", business.document_id)
        if business.staff is not None:
            staff_info(paper, business.staff)
        if business.paper is not None:
            paper.say("Paper", int(business.paper))


def staff_info(paper: Paper, staff: Staff) -> None:
    with paper.inside("StaffInfo"):
        paper.say("Department", staff.department)
        paper.say("Staff", staff.name)
        paper.say("Mobile", staff.mobile)
        paper.say("Email", staff.email)


def _content_id(one: Attachment, index: int) -> str:
    return one.content_id or f"cid:{index}"


def _body(paper: Paper, attachments: tuple[Attachment, ...]) -> None:
    with paper.inside("edXMLBody"), paper.inside("edXMLManifest", version="1.0"):
        for index, one in enumerate(attachments, start=1):
            with paper.inside("Reference"):
                paper.say("Description", one.description)
                paper.say("AttachmentName", one.name)
                paper.say("ContentType", one.content_type or "application/octet-stream")
                paper.say("ContentId", _content_id(one, index))


def _files(paper: Paper, attachments: tuple[Attachment, ...]) -> None:
    with paper.inside("AttachmentEncoded"):
        for index, one in enumerate(attachments, start=1):
            with paper.inside("Attachment"):
                paper.say("ContentType", one.content_type or "application/octet-stream")
                paper.say("ContentId", _content_id(one, index))
                paper.say("Description", one.description)
                paper.say("ContentTransferEncoded", base64.b64encode(_zipped(one)).decode("ascii"))
                paper.say("AttachmentName", one.name)


def _zipped(one: Attachment) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        info = zipfile.ZipInfo(one.name, _EPOCH)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.create_system = 0  # the same bytes on every system
        archive.writestr(info, one.data)
    return packed.getvalue()
