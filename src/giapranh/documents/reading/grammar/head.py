"""What the head of a paper is made of, as it is found piece by piece (documents §1.1)."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..schema import DateParts
from .data import Kind
from .lines import Line, Para


@dataclass(slots=True)
class Head:
    """The pieces of the head as they stand in the paper; ``body_at`` is the first line after it."""

    issuer_lines: list[Line] = field(default_factory=list)
    parent_count: int = 0
    number: Line | None = None
    number_text: str | None = None
    number_year: int | None = None
    number_party: bool = False
    symbol: Line | None = None
    symbol_text: str | None = None
    day: DateParts | None = None
    day_line: Line | None = None
    day_noise: bool = False
    place: Line | None = None
    kind: Kind | None = None
    kind_line: Line | None = None
    subject: Para | None = None
    about: bool = False
    addressees: list[Para] = field(default_factory=list)
    urgency: Line | None = None
    secrecy: Line | None = None
    party: bool = False
    body_at: int = 0
    used: set[int] = field(default_factory=set)
