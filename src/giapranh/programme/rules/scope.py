"""What a number is counted over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Scope:
    """What a measure looks at: one programme, some of its tasks, or everything of the node."""

    programme: int | None = None
    tasks: tuple[int, ...] | None = None

    def as_json(self) -> dict[str, Any]:
        return {"programme": self.programme, "tasks": list(self.tasks) if self.tasks is not None else None}
