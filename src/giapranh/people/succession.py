"""What a succession moves besides offices. Rooms above register here; this room never learns who they are.

A hook is given the plan and answers with effects. ``preview`` changes nothing; ``apply`` changes what ``preview``
announced, inside the transaction of the succession.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that moves: which record, from whom, to whom. ``to_name`` empty means somebody must decide."""

    room: str  # name under which the hook was registered
    kind: str  # "task", "appointment", "office", "subscription", "report_line"…
    title: str
    from_name: str
    to_name: str = ""
    url: str = ""
    note: str = ""

    @property
    def is_open(self) -> bool:
        return not self.to_name

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class NewOffice:
    """An office that the succession creates."""

    name: str
    kind: str = ""
    short_name: str = ""
    abbreviation: str = ""
    symbol: str = ""
    parent_id: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A succession as asked for. ``heir`` decides who takes the open work when there are several successors."""

    kind: str  # SuccessionKind
    on: date
    predecessors: tuple[int, ...]
    successors: tuple[int, ...] = ()  # offices that exist already
    new_offices: tuple[NewOffice, ...] = ()
    duty: str = ""  # the duty that moves (move_duty)
    legal_basis: str = ""
    note: str = ""
    heirs: dict[str, int] = field(default_factory=dict)  # choices made on the preview page: effect key → office


@dataclass(frozen=True, slots=True)
class Move:
    """What a hook needs to act: from this office to that one (None: to be decided), from a day on."""

    predecessor_id: int
    successor_id: int | None
    successor_name: str
    on: date
    duty: str = ""


Preview = Callable[[list[Move]], list[Effect]]
Apply = Callable[[list[Move], Any, Any], None]  # (moves, by, at)
_hooks: dict[str, tuple[Preview, Apply]] = {}


def register_succession_effect(name: str, preview: Preview, apply: Apply) -> None:
    """Called by a room at start-up (``AppConfig.ready``). ``apply(moves, by, at)`` runs in the same transaction."""
    _hooks[name] = (preview, apply)


def hooks() -> dict[str, tuple[Preview, Apply]]:
    return dict(_hooks)
