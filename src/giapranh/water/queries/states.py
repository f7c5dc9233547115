"""How each station stands now: its class, the value that decides it, how old it is, whether it is silent.

Everything comes from what a series keeps of its latest row, so that a page costs the same with a thousand rows and
with a thousand million.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from giapranh.kernel.clock import local_date
from giapranh.kernel.numbers import format_number
from giapranh.places.named import held_on
from giapranh.water.models import Series, Station
from giapranh.water.rules import limits, parameters
from giapranh.water.rules.quality import Flag

if TYPE_CHECKING:
    from datetime import date

TOGETHER = timedelta(
    days=2
)  # values of one look at the water: grabs of a round, the last hours of an automatic station
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
    deciding: Series | None = None
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
        if row is None or row.last_value is None:
            return ""
        return f"{symbol(row)} {number(row, row.last_value)} {row.unit_symbol}".strip()


def station_states(stations: Iterable[Station], now: datetime) -> dict[int, StationState]:
    """The state of each of ``stations``, in one query."""
    listed = list(stations)
    series: dict[int, list[Series]] = {station.pk: [] for station in listed}
    day = local_date(now)
    for row in Series.objects.filter(held_on(day), station__in=series).order_by("pk"):
        series[row.station_id].append(row)
    return {station.pk: _state(station, series[station.pk], now) for station in listed}


def _state(station: Station, rows: Sequence[Series], now: datetime) -> StationState:
    clocked = [row for row in rows if row.next_due_at is not None]
    late = [row for row in clocked if row.next_due_at is not None and row.next_due_at < now]
    measured = [row for row in rows if row.last_time is not None]
    newest = max((row.last_time for row in measured if row.last_time), default=None)
    base = {
        "station": station, "at": newest, "parts": len(clocked), "silent_parts": len(late),
        "silent": bool(clocked) and len(late) == len(clocked),
    }  # fmt: skip
    usable = [row for row in measured if _usable(row, newest)]
    if newest is None or not usable:
        return StationState(**base)  # type: ignore[arg-type]
    return StationState(**base, **_class(station, usable, local_date(newest)))  # type: ignore[arg-type]


def _usable(row: Series, newest: datetime | None) -> bool:
    """A value that passed the checks, measured together with the newest."""
    if row.last_value is None or row.last_time is None or newest is None or not row.parameter:
        return False
    return row.last_flag not in (Flag.FAIL, Flag.MISSING) and newest - row.last_time <= TOGETHER


def _class(station: Station, rows: Sequence[Series], day: date) -> dict[str, object]:
    values: dict[str, float] = {}
    by_key: dict[str, Series] = {}
    for row in rows:
        if (value := in_stored_unit(row)) is not None:
            values[row.parameter], by_key[row.parameter] = value, row
    body = "lake" if station.water_body == "lake" else "river"
    if station.water_body == "wastewater" or not values:
        return {"deciding": rows[0]}
    try:
        sample = limits.classify_sample(values, day, body)
    except limits.NoStandard:
        return {"deciding": rows[0]}
    over = tuple(Over(each.parameter, each.multiple) for each in sample.table1 if each.exceeds)
    first = next((by_key[key] for key in sample.limiting_parameters if key in by_key), None)
    told = by_key.get(over[0].parameter) if over and ORDER.get(sample.limiting, 0) < 3 else None
    return {
        "cls": sample.limiting, "standard": sample.standard.key, "deciding": told or first or rows[0], "over": over,
        "missing": sample.missing, "unsure": sample.unsure,
    }  # fmt: skip


def in_stored_unit(row: Series) -> float | None:
    """The latest value in the unit and basis of the list of parameters; None where they do not fit."""
    if row.last_value is None:
        return None
    try:
        return float(parameters.to_stored(row.parameter, row.last_value,
                                          row.unit_symbol or None, row.basis or None))  # fmt: skip
    except (parameters.UnknownParameter, parameters.UnknownUnit, parameters.UnitsDiffer, parameters.UnknownBasis):
        return None


def symbol(row: Series) -> str:
    about = parameters.all_parameters().get(row.parameter)
    return about.symbol if about else row.name


def number(row: Series, value: float) -> str:
    about = parameters.all_parameters().get(row.parameter)
    return format_number(round(value, about.places if about else 3))
