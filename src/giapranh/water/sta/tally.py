"""``$count`` of observations by value and time, answered from what is kept of the months that are over.

Only for filters that are nothing but bounds of ``result`` and ``phenomenonTime`` joined by ``and``. Months inside
the asked stretch are taken from ``services.month_values``; the rest, mostly the month that runs, from the rows.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from giapranh.water.sta import database, times
from giapranh.water.sta.mapping import Kind
from giapranh.water.sta.syntax import Binary, Literal, Logic, Node, Path

_TICK = timedelta(microseconds=1)
_FIRST, _LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)  # every row lies between
_TURNED = {"gt": "lt", "ge": "le", "lt": "gt", "le": "ge", "eq": "eq"}


@dataclass(frozen=True, slots=True)
class Bounds:
    """``above < result <= most`` and ``since <= phenomenonTime < until``; None: no such bound."""

    above: float | None = None
    most: float | None = None
    since: datetime = _FIRST
    until: datetime = _LAST

    def by_value(self, sign: str, value: float) -> Bounds:
        below = math.nextafter(value, -math.inf)
        made = self
        if sign in ("gt", "ge", "eq"):
            above = value if sign == "gt" else below
            made = replace(made, above=above if made.above is None else max(above, made.above))
        if sign in ("lt", "le", "eq"):
            most = below if sign == "lt" else value
            made = replace(made, most=most if made.most is None else min(most, made.most))
        return made

    def by_time(self, sign: str, at: datetime) -> Bounds:
        made = self
        if sign in ("gt", "ge", "eq"):
            made = replace(made, since=max(made.since, at + _TICK if sign == "gt" else at))
        if sign in ("lt", "le", "eq"):
            made = replace(made, until=min(made.until, at if sign == "lt" else at + _TICK))
        return made


def bounds(node: Node) -> Bounds | None:
    """What the filter bounds; None when it says anything else."""
    made: Bounds | None = Bounds()
    for part in _parts(node):
        made = _narrowed(made, part) if made is not None else None
    return made


def _parts(node: Node) -> Iterator[Node]:
    if isinstance(node, Logic) and node.operator == "and":
        for part in node.parts:
            yield from _parts(part)
    else:
        yield node


def _narrowed(made: Bounds, node: Node) -> Bounds | None:
    if not isinstance(node, Binary) or node.operator not in _TURNED:
        return None
    sign, path, said = node.operator, node.left, node.right
    if isinstance(path, Literal):
        sign, path, said = _TURNED[sign], said, path
    if not isinstance(path, Path) or not isinstance(said, Literal):
        return None
    if path.parts == ("result",) and said.kind is Kind.NUMBER and math.isfinite(said.value):
        return made.by_value(sign, float(said.value))
    if path.parts == ("phenomenonTime",) and said.kind is Kind.TIME:
        at = times.instant(said.value)
        return made.by_time(sign, at) if _FIRST < at < _LAST else None
    return None


def count(node: Node, stations: list[int] | None, series_id: int | None) -> int | None:
    """How many observations of one series, or of all that may be seen; None when the rows have to tell."""
    asked = bounds(node)
    if asked is None:
        return None
    seen, values = "", list[Any]()
    if stations is not None:
        seen += " AND s.station_id = ANY(%s)"
        values.append(stations)
    if series_id is not None:
        seen += " AND s.id = %s"
        values.append(series_id)
    held, held_values = _held(asked)
    found = database.fetch(
        "SELECT s.id, s.first_time, s.last_time, h.n, h.months FROM water_series s CROSS JOIN LATERAL"
        f" (SELECT coalesce(sum({held}), 0)::bigint AS n, array_agg(m.month ORDER BY m.month) AS months"
        " FROM water_monthvalues m WHERE m.series_id = s.id AND m.values IS NOT NULL"
        f" AND m.month >= %s AND m.month < %s) h WHERE s.count > 0{seen}",
        [*held_values, _month_from(asked.since), _month_of(asked.until), *values],
    )
    if not any(months for *_rest, months in found):
        return None
    gaps = [
        (row_id, *gap) for row_id, first, last, _n, months in found for gap in _gaps(asked, first, last, months or [])
    ]
    return sum(int(n) for _id, _first, _last, n, _months in found) + _of_rows(asked, gaps)


def _held(asked: Bounds) -> tuple[str, list[Any]]:
    """How many rows of a month lie between the bounds of value."""
    if asked.above is None and asked.most is None:
        return "m.rows", []
    at_most = "coalesce(m.up_to[width_bucket(%s::float8, m.values)], 0)"
    all_of_them = "coalesce(m.up_to[cardinality(m.values)], 0)"
    if asked.above is None:
        return at_most, [asked.most]
    if asked.most is None:
        return f"{all_of_them} - {at_most}", [asked.above]
    return f"greatest({at_most} - {at_most}, 0)", [asked.most, asked.above]


def _month_of(at: datetime) -> date:
    """The month an instant lies in. A month that is counted whole ends before it."""
    return at.astimezone(UTC).date().replace(day=1)


def _month_from(at: datetime) -> date:
    """The first month that lies wholly behind an instant."""
    month = _month_of(at)
    return month if _midnight(month) >= at else _after(month)


def _after(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)


def _midnight(month: date) -> datetime:
    return datetime(month.year, month.month, 1, tzinfo=UTC)


def _gaps(asked: Bounds, first: datetime, last: datetime, months: list[date]) -> Iterator[tuple[datetime, datetime]]:
    """The stretches between the months that are known, as far as the series has rows there."""
    since = asked.since
    for month in months:
        start = _midnight(month)
        if since < start and first < start:
            yield since, start
        since = _midnight(_after(month))
    if since < asked.until and last >= since:
        yield since, asked.until


def _of_rows(asked: Bounds, gaps: list[tuple[int, datetime, datetime]]) -> int:
    if not gaps:
        return 0
    value, values = "", []
    for sign, bound in ((">", asked.above), ("<=", asked.most)):
        if bound is not None:
            value += f" AND t.value {sign} %s::float8"
            values.append(bound)
    row = database.fetch_one(
        "SELECT coalesce(sum(c.n), 0)::bigint FROM unnest(%s::int[], %s::timestamptz[], %s::timestamptz[])"
        " AS g(id, since, until) CROSS JOIN LATERAL (SELECT count(*) AS n FROM water_observation t"
        f" WHERE t.series_id = g.id AND t.time >= g.since AND t.time < g.until{value}) c",
        [*map(list, zip(*gaps, strict=True)), *values],
    )
    return int(row[0]) if row else 0
