"""What an envelope says, free of how any vendor spells it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date as Day
from datetime import datetime
from enum import IntEnum


class Priority(IntEnum):
    """Độ khẩn."""

    NORMAL = 0
    URGENT = 1
    VERY_URGENT = 2
    EXPRESS = 3
    EXPRESS_BY_HOUR = 4


class Steering(IntEnum):
    """Whether the paper gives a task: with a due date and DIRECTING, a task arrives with the envelope."""

    NONE = 1
    DIRECTING = 2
    REPORTING = 3


class BusinessKind(IntEnum):
    """What the sender does with the paper."""

    NEW = 0
    RECALL = 1
    UPDATE = 2
    REPLACE = 3


@dataclass(frozen=True, slots=True)
class Organ:
    """An organisation as a sender or receiver."""

    organ_id: str
    name: str = ""
    in_charge: str | None = None
    address: str | None = None
    email: str | None = None
    telephone: str | None = None
    fax: str | None = None
    website: str | None = None


@dataclass(frozen=True, slots=True)
class SignerInfo:
    full_name: str | None = None
    position: str | None = None
    competence: str | None = None


@dataclass(frozen=True, slots=True)
class ResponseFor:
    """The paper this one answers."""

    organ_id: str
    code: str | None = None
    date: Day | None = None
    document_id: str | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """One station on the way."""

    organ_id: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Staff:
    """Who handled it, to be called when something is wrong."""

    department: str | None = None
    name: str | None = None
    mobile: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Business:
    kind: BusinessKind = BusinessKind.NEW
    reason: str | None = None
    document_id: str | None = None
    staff: Staff | None = None
    paper: bool | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file in the envelope, unpacked."""

    name: str
    data: bytes = field(repr=False)
    content_type: str | None = None
    content_id: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Envelope:
    """One paper on its way. ``oddities`` names what had to be tolerated in reading it."""

    sender: Organ
    to: tuple[Organ, ...] = ()
    number: str | None = None
    notation: str | None = None
    place: str | None = None
    date: Day | None = None
    type_code: str | None = None
    type_detail: str | None = None
    type_name: str | None = None
    subject: str | None = None
    content: str | None = None
    signer: SignerInfo | None = None
    due: Day | None = None
    to_places: tuple[str, ...] = ()
    priority: Priority = Priority.NORMAL
    sphere: str | None = None
    typer: str | None = None
    amount: int | None = None
    pages: int | None = None
    appendixes: tuple[str, ...] = ()
    response_for: tuple[ResponseFor, ...] = ()
    steering: Steering = Steering.NONE
    document_id: str | None = None
    task_code: str | None = None
    trace: tuple[Trace, ...] = ()
    business: Business = Business()
    attachments: tuple[Attachment, ...] = ()
    signed: bool = False
    oddities: tuple[str, ...] = ()

    @property
    def full_number(self) -> str | None:
        """Number and symbol as printed, when both are there."""
        return f"{self.number}/{self.notation}" if self.number and self.notation else None

    @property
    def gives_task(self) -> bool:
        return self.steering is Steering.DIRECTING and self.due is not None

    def fields(self) -> dict[str, object]:
        """The header as plain values, for a reading and for the register."""
        return {
            "document_id": self.document_id,
            "organ_id": self.sender.organ_id,
            "organ_name": self.sender.name,
            "in_charge": self.sender.in_charge,
            "number": self.number,
            "notation": self.notation,
            "date": self.date.isoformat() if self.date else None,
            "place": self.place,
            "type_name": self.type_name,
            "subject": self.subject,
            "content": self.content,
            "signer": _signer(self.signer),
            "due": self.due.isoformat() if self.due else None,
            "to": [{"organ_id": organ.organ_id, "organ_name": organ.name} for organ in self.to],
            "to_places": list(self.to_places),
            "priority": int(self.priority),
            "steering": int(self.steering),
            "response_for": [_answered(one) for one in self.response_for],
            "task_code": self.task_code,
            "business": int(self.business.kind),
            "business_reason": self.business.reason,
            "pages": self.pages,
            "attachments": [one.name for one in self.attachments],
            "oddities": list(self.oddities),
        }


def _signer(signer: SignerInfo | None) -> dict[str, str | None] | None:
    if signer is None:
        return None
    return {"name": signer.full_name, "position": signer.position, "competence": signer.competence}


def _answered(one: ResponseFor) -> dict[str, str | None]:
    day = one.date.isoformat() if one.date else None
    return {"organ_id": one.organ_id, "code": one.code, "date": day, "document_id": one.document_id}
