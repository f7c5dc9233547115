"""Envelopes as vendors really send them."""

from __future__ import annotations

import base64
import binascii
from typing import Any, TypeVar

from giapranh.documents.reading.intake.archive import member, open_zip, parse_xml
from giapranh.documents.reading.intake.limits import DEFAULT_LIMITS, Limits
from giapranh.documents.reading.intake.refusals import ArchiveBomb, PaperRefused
from giapranh.kernel.errors import N_
from giapranh.kernel.text import nfc

from .names import NAMESPACE, anywhere, day_of, inner, inners, moment_of, name_of, namespace_of, whole, words
from .shapes import (
    Attachment,
    Business,
    BusinessKind,
    Envelope,
    Organ,
    Priority,
    ResponseFor,
    SignerInfo,
    Staff,
    Steering,
    Trace,
)

Choice = TypeVar("Choice", Priority, Steering, BusinessKind)


class NotAnEnvelope(PaperRefused):
    """XML, but no edXML envelope, or one without a sender."""

    code = "edxml_not_an_envelope"


class BrokenAttachment(PaperRefused):
    code = "edxml_broken_attachment"


def parse(data: bytes, name: str = "edXML", *, limits: Limits = DEFAULT_LIMITS) -> Envelope:
    """The envelope and its files, unpacked within ``limits``."""
    root = parse_xml(data.lstrip(), name)
    header = next(anywhere(root, "MessageHeader"), None)
    if header is None:
        raise NotAnEnvelope(N_("Tệp %(name)s là XML nhưng không phải gói edXML: không có MessageHeader."), name=name)
    oddities: list[str] = []
    if namespace_of(root) != NAMESPACE:
        oddities.append("namespace")
    sender = inner(header, "From")
    if sender is None or not words(sender, "OrganId"):
        raise NotAnEnvelope(N_("Gói edXML %(name)s không ghi mã cơ quan gửi (From/OrganId)."), name=name)
    other = inner(header, "OtherInfo")
    return Envelope(
        sender=organ_of(sender),
        to=tuple(organ_of(one) for one in inners(header, "To") if words(one, "OrganId")),
        number=words(header, "Code", "CodeNumber"),
        notation=words(header, "Code", "CodeNotation"),
        place=words(header, "PromulgationInfo", "Place"),
        date=day_of(words(header, "PromulgationInfo", "PromulgationDate")),
        type_code=words(header, "DocumentType", "Type"),
        type_detail=words(header, "DocumentType", "TypeDetail"),
        type_name=words(header, "DocumentType", "TypeName"),
        subject=words(header, "Subject"),
        content=words(header, "Content"),
        signer=_signer(inner(header, "SignerInfo")),
        due=day_of(words(header, "DueDate")),
        to_places=tuple(filter(None, (words(place) for place in inners(inner(header, "ToPlaces"), "Place")))),
        priority=_choice(Priority, words(other, "Priority"), Priority.NORMAL, oddities, "priority"),
        sphere=words(other, "SphereOfPromulgation"),
        typer=words(other, "TyperNotation"),
        amount=whole(words(other, "PromulgationAmount")),
        pages=whole(words(other, "PageAmount")),
        appendixes=tuple(filter(None, (words(one) for one in inners(inner(other, "Appendixes"), "Appendix")))),
        response_for=tuple(response_of(one) for one in inners(header, "ResponseFor") if words(one, "OrganId")),
        steering=_choice(Steering, words(header, "SteeringType"), Steering.NONE, oddities, "steering"),
        document_id=words(header, "DocumentId"),
        task_code=words(header, "ResponseForTask", "TaskCode"),
        trace=_trace(root),
        business=_business(root, oddities),
        attachments=tuple(_attachments(root, name, limits, oddities)),
        signed=any(True for _one in anywhere(root, "SignatureValue")),
        oddities=tuple(oddities),
    )


def organ_of(element: Any) -> Organ:
    return Organ(
        organ_id=words(element, "OrganId") or "",
        name=words(element, "OrganName") or "",
        in_charge=words(element, "OrganizationInCharge"),
        address=words(element, "OrganAdd"),
        email=words(element, "Email"),
        telephone=words(element, "Telephone"),
        fax=words(element, "Fax"),
        website=words(element, "Website"),
    )


def _signer(element: Any | None) -> SignerInfo | None:
    if element is None:
        return None
    found = SignerInfo(words(element, "FullName"), words(element, "Position"), words(element, "Competence"))
    return found if found != SignerInfo() else None


def response_of(element: Any) -> ResponseFor:
    return ResponseFor(
        organ_id=words(element, "OrganId") or "",
        code=words(element, "Code") or _code(inner(element, "Code")),
        date=day_of(words(element, "PromulgationDate")),
        document_id=words(element, "DocumentId"),
    )


def _code(element: Any | None) -> str | None:
    """Some senders split the code as in the header."""
    number, notation = words(element, "CodeNumber"), words(element, "CodeNotation")
    return f"{number}/{notation}" if number and notation else None


def _choice(kind: type[Choice], text: str | None, default: Choice, oddities: list[str], what: str) -> Choice:
    if text is None:
        return default
    code = whole(text)
    if code is None or code not in [one.value for one in kind]:
        oddities.append(what)
        return default
    return kind(code)


def _trace(root: Any) -> tuple[Trace, ...]:
    return tuple(
        Trace(words(one, "OrganId") or "", moment_of(words(one, "Timestamp")))
        for one in anywhere(root, "TraceHeader")
        if words(one, "OrganId")
    )


def _business(root: Any, oddities: list[str]) -> Business:
    element = next(anywhere(root, "Bussiness"), None)
    if element is None:
        return Business()
    staff = inner(element, "StaffInfo")
    paper = whole(words(element, "Paper"))
    kind = words(element, "BussinessDocType")
    return Business(
        kind=_choice(BusinessKind, kind, BusinessKind.NEW, oddities, "business"),
        reason=words(element, "BussinessDocReason"),
        document_id=words(element, "DocumentId"),
        staff=staff_of(staff) if staff is not None else None,
        paper=bool(paper) if paper is not None else None,
    )


def staff_of(element: Any) -> Staff:
    return Staff(
        words(element, "Department"), words(element, "Staff"), words(element, "Mobile"), words(element, "Email")
    )


def _attachments(root: Any, name: str, limits: Limits, oddities: list[str]) -> list[Attachment]:
    described = {words(one, "ContentId"): words(one, "Description") for one in anywhere(root, "Reference")}
    found: list[Attachment] = []
    room = limits.unpacked_bytes
    for element in anywhere(root, "Attachment"):
        encoded = _encoded(element)
        if not encoded:
            oddities.append("empty_attachment")
            continue
        label = nfc(words(element, "AttachmentName") or f"dinh-kem-{len(found) + 1}")
        raw = _decoded(encoded, label, name, oddities)
        for own, data in _unpacked(raw, label, name, limits):
            room -= len(data)
            if room < 0:
                raise ArchiveBomb(
                    N_("Tệp %(name)s bung ra quá lớn so với dung lượng nén, có thể là tệp phá hoại: không mở."),
                    name=name,
                )
            content_id = words(element, "ContentId")
            description = words(element, "Description") or described.get(content_id)
            found.append(Attachment(own, data, words(element, "ContentType"), content_id, description))
    return found


def _encoded(element: Any) -> str:
    """The base64 stands in ContentTransferEncoded, in another child of that size, or in the element itself."""
    named = inner(element, "ContentTransferEncoded")
    if named is not None and named.text and len(named.text.strip()) > 16:
        return str(named.text)
    longest = max(((one.text or "") for one in element if name_of(one) not in ("description",)), key=len, default="")
    own = element.text or ""
    best = max(longest, own, key=len)
    return best if len(best.strip()) > 64 else ""


def _decoded(text: str, label: str, name: str, oddities: list[str]) -> bytes:
    packed = "".join(text.split())
    if packed.startswith("data:"):
        packed = packed.partition(",")[2]
        oddities.append("data_uri")
    packed = packed.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(packed + "=" * (-len(packed) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BrokenAttachment(
            N_("Gói edXML %(name)s: tệp đính kèm %(file)s hỏng (không giải mã được base64), xin gửi lại."),
            name=name,
            file=label,
        ) from error


def _unpacked(data: bytes, label: str, name: str, limits: Limits) -> list[tuple[str, bytes]]:
    """The zipped file; a file that was put in as it is comes back as it is."""
    if not data.startswith(b"PK\x03\x04"):
        return [(label, data)]
    with open_zip(data, f"{name}/{label}", limits) as archive:
        names = [info.filename for info in archive.infolist() if not info.is_dir()]
        if "[Content_Types].xml" in names or "mimetype" in names:
            return [(label, data)]
        inside = [(_own_name(one, label, len(names)), member(archive, one, name, limits)) for one in names]
    return inside or [(label, data)]


def _own_name(inside: str, label: str, members: int) -> str:
    """The name in the envelope wins: names inside zip archives lose their Vietnamese marks."""
    own = inside.replace("\\", "/").rpartition("/")[2]
    return label if members == 1 and not label.lower().endswith(".zip") else nfc(own)
