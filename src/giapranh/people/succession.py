"""What a succession moves besides offices. Rooms above register here; this room never learns who they are.

``preview`` is given the moves and answers with effects, changing nothing. ``apply`` does what ``preview`` announced,
inside the transaction of the succession, on its day or later.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from giapranh.people.rules.plans import NewOffice, Plan

if TYPE_CHECKING:
    from giapranh.people.models import Officer

__all__ = ["Effect", "Move", "NewOffice", "Plan", "hooks", "register_succession_effect"]


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that moves: which record, from whom, to whom. ``to_name`` empty: somebody must decide later."""

    kind: str  # "office", "appointment", "duty", "task", "subscription", "report_line"…
    title: str
    from_name: str
    to_name: str = ""
    url: str = ""
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Move:
    """Open work goes from one office to another from a day on.

    In a preview the successor may not exist yet: then only its name is known. Both empty: nobody follows.
    ``duty`` is set when only the work of that duty (``minerals``…) moves and the office itself goes on.
    """

    predecessor_id: int
    predecessor_name: str
    successor_id: int | None
    successor_name: str
    on: date
    duty: str = ""

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "on": self.on.isoformat()}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Move:
        return cls(**{**data, "on": date.fromisoformat(data["on"])})


Preview = Callable[[list[Move]], list[Effect]]
Apply = Callable[[list[Move], "Officer | None", datetime], None]
_hooks: dict[str, tuple[Preview, Apply]] = {}


def register_succession_effect(name: str, preview: Preview, apply: Apply) -> None:
    """Called by a room at start-up (``AppConfig.ready``): ``preview(moves)``, ``apply(moves, by, at)``."""
    _hooks[name] = (preview, apply)


def hooks() -> dict[str, tuple[Preview, Apply]]:
    return dict(_hooks)
