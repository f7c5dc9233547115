"""Replies on what became of a paper: arrived, refused, taken in, handled, withdrawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from giapranh.documents.reading.intake.archive import parse_xml
from giapranh.kernel.errors import N_

from .names import anywhere, inner, moment_of, words
from .parsing import NotAnEnvelope, organ_of, response_of, staff_of
from .shapes import Organ, ResponseFor, Staff
from .writing import Paper, organ, response, staff_info


class StatusCode(StrEnum):
    """The states of the standard; REFUSED needs a reason."""

    ARRIVED = "01"
    REFUSED = "02"
    TAKEN_IN = "03"
    WAITING = "04"
    IN_HAND = "05"
    DONE = "06"
    WITHDRAWN = "13"
    WITHDRAWAL_AGREED = "15"
    WITHDRAWAL_REFUSED = "16"


STATUS_WORDS = {
    StatusCode.ARRIVED: N_("đã đến"),
    StatusCode.REFUSED: N_("từ chối tiếp nhận"),
    StatusCode.TAKEN_IN: N_("đã tiếp nhận"),
    StatusCode.WAITING: N_("chờ phân công"),
    StatusCode.IN_HAND: N_("đã phân công, đang xử lý"),
    StatusCode.DONE: N_("đã xử lý xong"),
    StatusCode.WITHDRAWN: N_("lấy lại, thu hồi"),
    StatusCode.WITHDRAWAL_AGREED: N_("đồng ý thu hồi, cập nhật"),
    StatusCode.WITHDRAWAL_REFUSED: N_("từ chối thu hồi, cập nhật"),
}


@dataclass(frozen=True, slots=True)
class Status:
    """One reply. ``about`` names the paper it speaks of."""

    code: StatusCode
    sender: Organ
    about: ResponseFor
    at: datetime | None = None
    description: str | None = None
    staff: Staff | None = None


def write_status(status: Status) -> bytes:
    """The reply in its canonical form."""
    paper = Paper()
    with (
        paper.inside("edXML"),
        paper.inside("edXMLEnvelope"),
        paper.inside("edXMLHeader"),
        paper.inside("Status"),
    ):
        response(paper, status.about)
        organ(paper, "From", status.sender)
        paper.say("StatusCode", status.code)
        paper.say("Description", status.description, always=True)
        paper.say("Timestamp", status.at, always=True)
        if status.staff is not None:
            staff_info(paper, status.staff)
    return paper.bytes()


def parse_status(data: bytes, name: str = "edXML") -> Status:
    """A reply as received; an unknown state is refused, never taken for another."""
    root = parse_xml(data.lstrip(), name)
    element = next(anywhere(root, "Status"), None)
    sender, about = inner(element, "From"), inner(element, "ResponseFor")
    if element is None or sender is None or about is None:
        raise NotAnEnvelope(N_("Tệp %(name)s không phải phản hồi trạng thái edXML."), name=name)
    told = (words(element, "StatusCode") or "").zfill(2)
    try:
        code = StatusCode(told)
    except ValueError as error:
        raise NotAnEnvelope(
            N_("Phản hồi %(name)s có trạng thái lạ “%(state)s”: không ghi nhận."), name=name, state=told
        ) from error
    staff = inner(element, "StaffInfo")
    return Status(
        code=code,
        sender=organ_of(sender),
        about=response_of(about),
        at=moment_of(words(element, "Timestamp")),
        description=words(element, "Description"),
        staff=staff_of(staff) if staff is not None else None,
    )
