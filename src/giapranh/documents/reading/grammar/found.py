"""What passes between the readers of duties: scopes, duties found, and what the head of the paper said."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..schema import DateParts, Span
from .deadlines import FoundDue
from .lines import Para
from .structure import Node
from .units import Unit


@dataclass(frozen=True, slots=True)
class Scope:
    """What the lines above an item say about it."""

    units: tuple[tuple[Para, Unit], ...] = ()
    ordered: bool = False
    silent: bool = False
    mode: str | None = None
    coordinating: tuple[tuple[Para, Unit], ...] = ()
    due: FoundDue | None = None
    due_para: Para | None = None
    topic: str | None = None
    joint: bool = False  # a lead-in sentence names who helps with everything below it
    tasks: bool = False  # a heading above promises measures, so that what has no carrier is a duty too
    heading: bool = False  # the units stand in a heading, not in a lead-in sentence


@dataclass(slots=True)
class Found:
    """A duty before it is written out."""

    node: Node | None
    para: Para
    start: int
    end: int
    n: str | None
    units: tuple[tuple[Para, Unit], ...]
    inherited: bool
    mode: str | None = None
    coordinating: list[tuple[Para, Unit]] = field(default_factory=list)
    due: tuple[Para, FoundDue] | None = None
    topic: str | None = None
    confidence: float = 1.0
    reason: str | None = None
    text: str | None = None
    span: Span | None = None


@dataclass(slots=True)
class Circumstances:
    """What the head of the paper says that matters to its duties."""

    kind: str | None
    gives_duties: bool
    issuer: str
    place: str
    issued: DateParts | None
    addressees: tuple[tuple[Para, Unit], ...]
    taken: dict[int, list[tuple[int, int]]]
    numbered: bool = False
    provincial: bool = True
    answers: bool = False  # a reply: what it says is information unless somebody is asked by name
