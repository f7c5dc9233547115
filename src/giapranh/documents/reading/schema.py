"""The shapes that reading an official paper takes and gives.

``intake`` turns bytes into a :class:`SourceText`; ``grammar`` turns a :class:`SourceText` into a :class:`Reading`.
Offsets count characters of ``SourceText.text`` (NFC). Boxes are fractions of the page (0–1), origin at the top left.
A value that the paper does not show is ``None``: nothing here is ever filled in from outside the paper.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date as Day
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Characters ``start`` (included) to ``end`` (excluded) of the paper's text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page: ``page`` counts from 1, the rest are fractions of the page from its top left corner."""

    page: int
    x0: float
    y0: float
    x1: float
    y1: float


class Origin(StrEnum):
    """Where the text came from; it decides how much can be trusted."""

    BORN_DIGITAL = "born_digital"
    SCAN = "scan"
    WORD = "word"
    PLAIN = "plain"
    EDXML = "edxml"


@dataclass(frozen=True, slots=True)
class Word:
    """One word of the text and where it stands on the page; ``sure`` is the OCR engine's own 0–1 (1 when not OCR)."""

    span: Span
    box: Box
    sure: float = 1.0


@dataclass(frozen=True, slots=True)
class SourcePage:
    """One page: its size in points and the part of the text it holds."""

    number: int
    width: float
    height: float
    span: Span


@dataclass(frozen=True, slots=True)
class StampedField:
    """What a signature field of an electronically issued PDF shows over a blank of the page (a number, a day…)."""

    text: str
    box: Box
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class PdfSignature:
    """One electronic signature in the file. ``intact`` says the bytes are unchanged, ``trusted`` that the chain ends
    at a root this machine was given (None = no roots were given, so not judged)."""

    signer: str | None
    organisation: str | None
    signed_at: datetime | None
    intact: bool
    trusted: bool | None
    covers_whole_file: bool
    sub_filter: str | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """Something the reader should know about the whole paper. ``code`` is stable, ``text`` a Vietnamese message id,
    ``detail`` what the machine saw, in nobody's language."""

    code: str
    text: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class SourceText:
    """A paper as text: NFC, repaired, columns kept apart by runs of spaces as on the page (the ``-layout`` habit)."""

    text: str
    origin: Origin
    pages: tuple[SourcePage, ...] = ()
    words: tuple[Word, ...] = ()
    stamped: tuple[StampedField, ...] = ()
    signatures: tuple[PdfSignature, ...] = ()
    remarks: tuple[Remark, ...] = ()
    envelope: dict[str, object] | None = None  # fields of the edXML header, when the paper came in one


@dataclass(frozen=True, slots=True)
class Value(Generic[T]):
    """One value read: where it stands, how sure (0–1), and why not surer when weak (a Vietnamese sentence)."""

    value: T
    span: Span | None
    confidence: float = 1.0
    reason: str | None = None
    boxes: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class DateParts:
    """A date as printed: any part may be blank (None), which is a normal state of a draft."""

    day: int | None
    month: int | None
    year: int | None

    @property
    def as_date(self) -> Day | None:
        if self.day and self.month and self.year:
            return Day(self.year, self.month, self.day)
        return None


class DueKind(StrEnum):
    """How a paper says when: see docs/formats/reading.md for the words behind each."""

    DATE = "date"
    DATETIME = "datetime"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    SPAN = "span"
    RECURRING = "recurring"
    RELATIVE = "relative"
    REFERENCE = "reference"
    CONDITION = "condition"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline as given. ``date`` is the ISO day it comes to where one can be derived, else None."""

    kind: DueKind
    words: str | None = None
    date: Day | None = None
    time: str | None = None  # "16:30", Vietnam time
    before: bool = False  # the paper says "trước"
    start: Day | None = None  # of a span
    end: Day | None = None
    recurrence: str | None = None  # RFC 5545 RRULE
    offset_days: int | None = None  # of a relative deadline
    working_days: bool = False
    event: str | None = None  # what a relative deadline or a condition hangs on
    reference: str | None = None  # the item or paper a deadline refers to


@dataclass(frozen=True, slots=True)
class Citation:
    """Another paper named in this one. ``number`` is the whole "03/KH-UBND", spaces and line breaks dropped."""

    number: str | None
    kind: str | None
    date: DateParts | None
    issuer: str | None
    title: str | None
    as_written: str
    party: bool = False
    legal_basis: bool = False


@dataclass(frozen=True, slots=True)
class Directive:
    """The smallest duty that can be given to somebody."""

    n: str | None  # "2", "2.a", "2-1", "3+" (an unnumbered paragraph after item 3), None
    text: str  # from the first word after the marker
    topic: str | None
    lead: tuple[Value[str], ...]
    lead_inherited: bool
    coordinating: tuple[Value[str], ...]
    counterparts: tuple[Value[str], ...]  # offices of the other province
    report_to: Value[str] | None
    actions: tuple[str, ...]
    mode: str | None  # giao | yêu cầu | đề nghị | ủy quyền | cho phép
    due: Value[Due]
    cites: tuple[int, ...]  # places in Reading.citations


@dataclass(frozen=True, slots=True)
class Recipient:
    """One line of "Nơi nhận" and its note in brackets, if any."""

    text: str
    note: str | None


@dataclass(frozen=True, slots=True)
class Archive:
    """The "Lưu:" line: what is kept, the drafting office and the drafter's mark."""

    office: str | None
    drafter: str | None
    words: str


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signed: the authority lines above ("KT. GIÁM ĐỐC"), the position and the name."""

    authority: tuple[str, ...]
    title: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the numbered structure (a heading or item); ``level`` counts from 0, ``marker`` as printed."""

    marker: str
    level: int
    span: Span
    path: str


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything read from one paper. Absent values are None or empty."""

    kind: Value[str] | None = None
    number: Value[int] | None = None
    symbol: Value[str] | None = None
    full_number: str | None = None
    date: Value[DateParts] | None = None
    place: Value[str] | None = None
    subject: Value[str] | None = None
    issuer: Value[str] | None = None
    issuer_parent: Value[str] | None = None
    addressees: tuple[Value[str], ...] = ()
    urgency: Value[str] | None = None
    secrecy: Value[str] | None = None
    citations: tuple[Value[Citation], ...] = ()
    laws: tuple[Value[Citation], ...] = ()  # laws cited by name without a number
    structure: tuple[Part, ...] = ()
    directives: tuple[Value[Directive], ...] = ()
    recipients: tuple[Value[Recipient], ...] = ()
    archive: Value[Archive] | None = None
    signer: Value[Signer] | None = None
    directing_person: Value[str] | None = None
    signatures: tuple[PdfSignature, ...] = ()
    remarks: tuple[Remark, ...] = ()
    origin: Origin = Origin.PLAIN
    text: str = field(default="", repr=False)
