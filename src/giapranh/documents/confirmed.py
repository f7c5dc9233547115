"""What the rooms above get of a paper: values a person has confirmed, nothing of the machine's guesses."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class ConfirmedDirective:
    """One duty. ``index`` names it for good; ``due`` is shaped like ``reading.schema.Due`` (``kind`` "none" = no date)."""

    index: int
    n: str | None
    text: str
    topic: str | None
    lead: list[str]
    coordinating: list[str]
    counterparts: list[str]
    report_to: str | None
    mode: str | None
    due: dict[str, Any]
    cites: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ConfirmedCitation:
    """One paper named in this one; ``paper_id`` may be a stub."""

    paper_id: int
    as_written: str
    legal_basis: bool


@dataclass(frozen=True, slots=True)
class ConfirmedReading:
    paper_id: int
    kind: str
    full_number: str
    issued_on: date | None
    issuer: str
    subject: str
    place: str
    signer_name: str
    signer_title: str
    due_on: date | None
    illustrative: bool
    citations: list[ConfirmedCitation] = field(default_factory=list)
    directives: list[ConfirmedDirective] = field(default_factory=list)
