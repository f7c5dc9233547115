"""Two stations on one water: is it worse below than above? Paired by the time the water takes, never by the clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any

import numpy as np

from giapranh.kernel.clock import local_date
from giapranh.kernel.errors import N_, BadInput
from giapranh.water.models import Series, Station
from giapranh.water.queries import network, series
from giapranh.water.rules import pairing, parameters
from giapranh.water.rules.pairing import Comparison, Pairs
from giapranh.water.rules.river_graph import CLOSE_KM
from giapranh.water.rules.tracing import Graph, Position, Speeds
from giapranh.water.words import said

REGIMES = (("low", N_("nước kiệt")), ("mean", N_("nước trung bình")), ("flood", N_("nước lũ")))
Column = tuple[Any, Any]  # times and values
SAMPLES_APART_H = 24.0  # samples of one round are rarely taken in step with the water


class BadComparison(BadInput):
    code = "bad_comparison"


@dataclass(frozen=True, slots=True)
class PairRow:
    """One pair: a day of two automatic stations, or two samples."""

    day: date
    up: float
    down: float

    @property
    def difference(self) -> float:
        return self.down - self.up

    @property
    def ratio(self) -> float | None:
        return self.down / self.up if self.up > 0 else None


@dataclass(frozen=True, slots=True)
class ComparePage:
    up: Station
    down: Station
    up_series: Series
    down_series: Series
    start: datetime
    end: datetime
    kilometres: float | None  # along the water; None: it does not run from one to the other
    hours: tuple[float, float]
    speed_notes: tuple[str, ...]
    result: Comparison
    rows: list[PairRow]
    by_day: bool
    unit: str
    below: float | None = None  # the highest detection limit: all below it counts as half of it

    @property
    def same_unit(self) -> bool:
        """Whether both can stand on one axis."""
        a, b = self.up_series, self.down_series
        return (a.unit_symbol, a.basis) == (b.unit_symbol, b.basis)

    @property
    def worse(self) -> str:
        """``down``: more trouble below; ``up``: above; "" when nothing can be said."""
        result = self.result
        if result.p is None or result.p >= 0.05 or not result.median_difference:
            return ""
        about = parameters.all_parameters().get(self.up_series.parameter)
        rises = result.median_difference > 0
        if about is None or about.direction not in {"max", "min"}:
            return ""
        return "down" if rises == (about.direction == "max") else "up"


def shared_parameters(a: Station, b: Station) -> list[str]:
    """What both stations have measured, in the order of the list."""
    of_a, of_b = ({row.parameter for row in _with_data(one)} for one in (a, b))
    return [key for key in parameters.all_parameters() if key in of_a & of_b]


def _with_data(station: Station) -> list[Series]:
    return [row for row in network.series_of(station) if row.parameter and row.last_time]


def usual_pair(user: Any, day: date) -> tuple[Station, Station] | None:
    """Where to begin: counterparts of each other, else the first two stations of a river."""
    found = [row for row in network.stations(user, day) if row.km is not None]
    pairs = {row.pk: row for row in found}
    for row in found:
        if row.counterpart_id in pairs:
            return row, pairs[row.counterpart_id]
    for first, second in pairwise(found):
        if first.watercourse_id == second.watercourse_id:
            return first, second
    return (found[0], found[1]) if len(found) > 1 else None


def newest_series(station: Station, parameter: str) -> Series | None:
    rows = [row for row in _with_data(station) if row.parameter == parameter]
    return max(rows, key=lambda row: row.last_time or series.EPOCH, default=None)


def compare_page(
    user: Any, a: Station, b: Station, parameter: str, start: datetime, end: datetime, regime: str,
    lag: tuple[float, float] | None = None,
) -> ComparePage:  # fmt: skip
    """``lag`` in hours, when a person knows better than distance over velocity."""
    up, down, kilometres, hours, notes = _in_order(a, b, regime, local_date(end))
    if lag is not None:
        hours = lag
    up_series, down_series = newest_series(up, parameter), newest_series(down, parameter)
    if up_series is None or down_series is None:
        raise BadComparison(N_("Hai trạm không có chung thông số này."))
    by_day = bool(up_series.cycle_seconds and down_series.cycle_seconds)
    above, below, limit = _tied(_values(up_series, start, end), _values(down_series, start, end))
    if by_day or lag is not None:
        pairs = pairing.pair(*above, *below, hours[0] * 3600, hours[1] * 3600)
        pairs = daily(pairs) if by_day else pairs
    else:
        pairs = _rounds(above, below, hours[1])
    about = parameters.all_parameters()[parameter]
    rows = [
        PairRow(local_date(series.from_ms(time)), float(above), float(below))
        for time, above, below in zip(pairs.times.tolist(), pairs.up.tolist(), pairs.down.tolist(), strict=True)
    ]
    return ComparePage(
        up, down, up_series, down_series, start, end, kilometres, hours, notes, pairing.compare(pairs), rows[::-1], by_day,
        about.unit_display, limit,
    )  # fmt: skip


def _in_order(
    a: Station, b: Station, regime: str, day: date
) -> tuple[Station, Station, float | None, tuple[float, float], tuple[str, ...]]:
    """Upper and lower station, kilometres and hours between them. Which is upper says the water, not the province."""
    graph = network.river_graph(day)
    speeds = Speeds.regime(regime if regime in {key for key, _word in REGIMES} else "low")
    for up, down in ((a, b), (b, a)):
        start, end = _position(up), _position(down)
        if start is None or end is None:
            continue
        kilometres = graph.distance(start, end)
        if kilometres is not None:
            return up, down, kilometres, travel_hours(graph, start, end, speeds), speeds.notes
    return a, b, None, (0.0, 1.0), ()


def _position(station: Station) -> Position | None:
    if station.watercourse is None or station.km is None:
        return None
    return Position(station.watercourse.key, station.km)


def travel_hours(graph: Graph, start: Position, end: Position, speeds: Speeds) -> tuple[float, float]:
    least = most = 0.0
    for leg in graph.downstream(start):
        last = leg.river == end.river and leg.km_upper >= end.km - CLOSE_KM
        low, high = speeds.hours(leg.river, leg.km_upper, end.km if last else leg.km_lower)
        least, most = least + low, most + high
        if last:
            break
    return least, most


def _rounds(above: Column, below: Column, most_hours: float) -> Pairs:
    """Samples of one round: the upper one from a day after the lower one back to the slowest water."""
    apart = int(SAMPLES_APART_H * 3_600_000)
    window = (max(most_hours, SAMPLES_APART_H) + SAMPLES_APART_H) * 3600
    found = pairing.pair(*above, below[0] + apart, below[1], 0.0, window)
    return Pairs(found.times - apart, found.up, found.down, found.count)


def _values(row: Series, start: datetime, end: datetime) -> tuple[Any, Any, Any]:
    """Times, values in the unit of the list, and which of them lie below a detection limit."""
    factor = series.factor_of(row)
    if factor is None:
        raise BadComparison(N_("Đơn vị “%(unit)s” của %(series)s không quy đổi được: sửa đơn vị của chuỗi rồi so sánh."),
                            unit=row.unit_symbol, series=row.name)  # fmt: skip
    rows = series.settled_rows(row.pk, start, end)
    return rows.times, np.where(rows.good, rows.values, np.nan) * factor, rows.good & (rows.censored < 0)


def _tied(above: tuple[Any, Any, Any], below: tuple[Any, Any, Any]) -> tuple[Column, Column, float | None]:
    """Two laboratories may detect differently: “<0,5” above and “0,2” below are no difference, so all under the
    highest limit is one value, half of it."""
    limits = np.concatenate([values[censored] for _times, values, censored in (above, below)])
    if not len(limits):
        return above[:2], below[:2], None
    highest = float(limits.max())
    up, down = (
        (times, np.where(censored | (values < highest), highest / 2, values))
        for times, values, censored in (above, below)
    )
    return up, down, highest


def daily(pairs: Pairs) -> Pairs:
    """One pair a day: values a quarter of an hour apart are no separate witnesses."""
    if not len(pairs):
        return pairs
    days = (pairs.times + 7 * 3_600_000) // series.DAY_MS
    first = np.flatnonzero(np.concatenate(([True], days[1:] != days[:-1])))
    count = np.diff(np.append(first, len(days)))
    return Pairs(
        days[first] * series.DAY_MS - 7 * 3_600_000, np.add.reduceat(pairs.up, first) / count,
        np.add.reduceat(pairs.down, first) / count, count,
    )  # fmt: skip


def titles(keys: Sequence[str]) -> list[tuple[str, str]]:
    known = parameters.all_parameters()
    return [(key, said(known[key])) for key in keys if key in known]
