"""How each station stands now: its class, the value that decides it, how old it is, whether it is silent.

Everything comes from the latest row of each series, found by its key, so that a page costs the same with a thousand
rows and with a thousand million.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from giapranh.kernel.clock import local_date
from giapranh.kernel.numbers import format_number
from giapranh.water.models import Series, Station
from giapranh.water.queries.results import Latest, StationResult, latest_results
from giapranh.water.rules import parameters

ORDER = {"A": 1, "A1": 1, "B": 2, "A2": 2, "C": 3, "B1": 3, "D": 4, "B2": 4, "worse": 5}


@dataclass(frozen=True, slots=True)
class Over:
    """A value above the limits that protect health (Table 1), whatever the class."""

    parameter: str
    multiple: float | None


@dataclass(frozen=True, slots=True)
class StationState:
    """One station as the river page shows it. ``cls`` empty: not decided; ``at`` None: nothing was ever measured."""

    station: Station
    cls: str = ""
    standard: str = ""
    deciding: Latest | None = None
    over: tuple[Over, ...] = ()
    missing: tuple[str, ...] = ()
    at: datetime | None = None
    silent: bool = False
    silent_parts: int = 0
    parts: int = 0
    unsure: bool = False

    @property
    def tone(self) -> str:
        """The class as a name of a style."""
        return f"class-{ORDER[self.cls]}" if self.cls in ORDER else "class-none"

    @property
    def badge(self) -> str:
        return {"worse": ">D", "": "?"}.get(self.cls, self.cls) if self.at else "–"

    @property
    def value(self) -> str:
        """The value that decides the class, with its unit."""
        row = self.deciding
        if row is None or row.value is None:
            return ""
        sign = {-1: "< ", 1: "> "}.get(row.censored, "")
        name, unit = symbol(row.series), row.series.unit_symbol
        unit = "" if unit.casefold() == name.casefold() else unit  # acidity has none: “pH 7,2”, not “pH 7,2 pH”
        return f"{name} {sign}{number(row.series, row.value)} {unit}".strip()


def station_states(stations: Iterable[Station], now: datetime) -> dict[int, StationState]:
    """The state of each of ``stations``; as many queries for one as for a hundred."""
    results = latest_results(list(stations), local_date(now))
    return {station_id: _state(result, now) for station_id, result in results.items()}


def _state(result: StationResult, now: datetime) -> StationState:
    due = [row.series.next_due_at for row in result.rows if row.series.next_due_at is not None]
    late = sum(1 for at in due if at < now)
    base = StationState(
        result.station, at=result.at, parts=len(due), silent_parts=late, silent=bool(due) and late == len(due),
        deciding=next((row for row in result.rows if row.usable), None),
    )  # fmt: skip
    sample = result.sample
    if sample is None:
        return base
    over = tuple(Over(each.parameter, each.multiple) for each in result.over)
    # What harms health is named before a class that is still fair.
    wanted = [each.parameter for each in over] if over and ORDER.get(sample.limiting, 0) < 3 else []
    deciding = _first(result.rows, [*wanted, *sample.limiting_parameters]) or base.deciding
    return replace(
        base, cls=sample.limiting, standard=sample.standard.key, over=over, missing=sample.missing,
        unsure=sample.unsure, deciding=deciding,
    )  # fmt: skip


def _first(rows: Sequence[Latest], keys: Sequence[str]) -> Latest | None:
    return next((row for key in keys for row in rows if row.series.parameter == key and row.usable), None)


def symbol(row: Series) -> str:
    about = parameters.all_parameters().get(row.parameter)
    return about.symbol if about else row.name


def number(row: Series, value: float) -> str:
    about = parameters.all_parameters().get(row.parameter)
    return format_number(round(value, about.places if about else 3))
