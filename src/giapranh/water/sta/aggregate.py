"""Means over hours, days and months, made by the database: an extension, ``aggregate=day`` on Observations of a stream.

Days and months are those of Vietnam. What failed the checks (QARTOD 4) is left out, and what a person put right or threw
out counts as they said, unless ``flags=all`` is asked for: then all rows as they came.
"""

from __future__ import annotations

from typing import Any

from giapranh.kernel.errors import N_
from giapranh.water.models.observations import MEAN
from giapranh.water.sta import database, shapes, times
from giapranh.water.sta.errors import Malformed
from giapranh.water.sta.mapping import OBSERVATION, Link
from giapranh.water.sta.options import Options, next_query
from giapranh.water.sta.read import Reader
from giapranh.water.sta.syntax import Path

ZONE = "Asia/Ho_Chi_Minh"
_ALLOWED = {"$filter", "$top", "$skip", "$orderby", "$skiptoken", "aggregate", "flags"}
_BY_TIME = ("phenomenonTime",)
_SAID = (
    " LEFT JOIN (SELECT DISTINCT ON (time) id, time, value, flag FROM water_correction WHERE series_id = {n}"
    " ORDER BY time, at DESC, id DESC) said ON said.time = t.time"
)


def answer(reader: Reader, options: Options, parent: int | None, link: Link | None, path: str) -> str:
    """One row per period, each a phenomenonTime interval with mean, least, most and number."""
    if link is None or link.by_id != "{t}.series_id = {p}" or parent is None:
        raise Malformed(N_("aggregate dùng cho Datastreams(…)/Observations."))
    strange = [name for name in options.written if name not in _ALLOWED]
    if strange:
        raise Malformed(N_("Cùng với aggregate không dùng được %(name)s."), name=strange[0][:40])
    orders = [order.node.parts if isinstance(order.node, Path) else () for order in options.order]
    if orders not in ([], [_BY_TIME]):
        raise Malformed(N_("Cùng với aggregate chỉ sắp được theo phenomenonTime."))
    top = options.page()
    newest_first = bool(options.order and options.order[0].descending)
    rows = _rows(reader, options, parent, top + 1, newest_first)
    written = [_written(row) for row in rows[:top]]
    parts = []
    if len(rows) > top > 0:
        query = next_query(options, [times.written_time(rows[top - 1][0]), 0], top)
        parts.append(f'"@iot.nextLink":{shapes.text_of(f"{reader.root}/{path}?{query}")}')
    return "{" + ",".join([*parts, f'"value":[{",".join(written)}]']) + "}"


def _rows(reader: Reader, options: Options, series_id: int, limit: int, newest_first: bool) -> list[tuple[Any, ...]]:
    question = reader.question(OBSERVATION, Options(filter=options.filter))
    question.add("t.series_id = %s::bigint", [series_id])
    value, said = "t.value", ""
    if options.written.get("flags") == "all":
        pass
    elif database.fetch("SELECT 1 FROM water_correction WHERE series_id = %s::bigint LIMIT 1", [series_id]):
        value, said = "(CASE WHEN said.id IS NULL THEN t.value ELSE said.value END)", _SAID.format(n=int(series_id))
        question.add("coalesce(said.flag, t.flag) <> 4", [])
    else:
        question.add("t.flag <> 4", [])
    period = options.aggregate
    begin = (
        f"date_trunc('{period}', t.time AT TIME ZONE '{ZONE}') AT TIME ZONE '{ZONE}'"  # period is one of three words
    )
    after, values = "", []
    if options.after is not None:
        after = f" HAVING {begin} {'<' if newest_first else '>'} %s::timestamptz"
        values = [times.instant(options.after[0])]
    end = f"(date_trunc('{period}', min(t.time) AT TIME ZONE '{ZONE}') + interval '1 {period}') AT TIME ZONE '{ZONE}'"
    sql = (
        f"SELECT {begin} AS begins, {end}, {MEAN.format(v=value)}, min({value}), max({value}), count({value}), count(*)"
        f" FROM {question.source()}{said} WHERE {question.condition()} GROUP BY 1{after}"
        f" ORDER BY 1 {'DESC' if newest_first else 'ASC'} LIMIT %s OFFSET %s"
    )
    with database.bounded():
        return database.fetch(sql, [*question.values, *values, limit, options.skip])


def _written(row: tuple[Any, ...]) -> str:
    begins, ends, mean, least, most, number, rows = row
    return (
        f'{{"phenomenonTime":"{times.written_time(begins)}/{times.written_time(ends)}",'
        f'"result":{shapes.number(mean)},"parameters":{{"min":{shapes.number(least)},"max":{shapes.number(most)},'
        f'"count":{number},"missing":{rows - number}}}}}'
    )
