"""Tables of tasks in annexes: columns found by the words of their head (documents §2.3)."""

from __future__ import annotations

from dataclasses import dataclass, field

from .directives import Circumstances, Found
from .lines import Line, Para


@dataclass(slots=True)
class Table:
    """A table cut out of the lines."""

    rows: list[dict[str, Para]] = field(default_factory=list)

    def cells(self) -> list[Para]:
        """Every cell, in reading order."""
        return [p for row in self.rows for p in row.values()]


def without_tables(lines: list[Line]) -> tuple[list[Line], list[Table]]:
    """The lines outside tables, and the tables."""
    return lines, []


def table_duties(table: Table, about: Circumstances) -> list[Found]:
    """One duty for each row that names a task."""
    return []
