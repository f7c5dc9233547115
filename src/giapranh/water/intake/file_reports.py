"""What became of the files that came in: of each, and of each line that was refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from giapranh.kernel.text import storable
from giapranh.water.services.store import REFUSALS_KEPT


@dataclass(frozen=True, slots=True)
class Given:
    """A file to take in. ``station_id``: whose folder it lay in; nothing when only its name can tell."""

    path: Path
    station_id: int | None = None
    finish: bool = True  # a file that is empty or ends in mid-line is taken all the same


@dataclass(slots=True)
class Line:
    """One refused line: number (0: the file), what it said, why."""

    line: int
    text: str
    what: str
    params: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        params = {name: storable(said) if isinstance(said, str) else said for name, said in self.params.items()}
        return {"line": self.line, "text": storable(self.text), "what": self.what, "params": params}


@dataclass(slots=True)
class FileReport:
    """What became of one file: ``taken``, ``known`` (same bytes came before) or ``waiting`` (not finished)."""

    path: Path
    station_id: int | None = None
    state: str = "taken"
    sha256: str = ""
    size: int = 0
    stored: int = 0
    known: int = 0
    refused: int = 0
    lines: list[Line] = field(default_factory=list)
    source_id: int | None = None
    again: bool = False  # the source is there already: the file is read once more

    def refuse(self, line: Line, count: int = 1) -> None:
        self.refused += count
        if len(self.lines) < REFUSALS_KEPT:
            self.lines.append(line)


@dataclass(slots=True)
class Report:
    files: list[FileReport] = field(default_factory=list)

    def total(self, name: str) -> int:
        return sum(getattr(report, name) for report in self.files)

    def count(self, state: str) -> int:
        return sum(report.state == state for report in self.files)
