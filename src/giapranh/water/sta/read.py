"""Answers to questions: an entity, a set of them, what they are linked with, as JSON text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from giapranh.kernel.errors import N_
from giapranh.water.rules import observation_ids
from giapranh.water.sta import database, newest, shapes, tally, times
from giapranh.water.sta.access import Principal
from giapranh.water.sta.asking import Question
from giapranh.water.sta.errors import NoSuchEntity, TooLarge
from giapranh.water.sta.mapping import TYPES, EntityType, Link
from giapranh.water.sta.options import Options, next_query
from giapranh.water.sta.path import Way
from giapranh.water.sta.shapes import Shape
from giapranh.water.sta.syntax import Node, Path

MOST_ROWS = 50_000  # of all levels of one answer
_OF_SERIES = "{t}.series_id = {p}"
_MONTH = timedelta(days=31)


@dataclass(slots=True)
class Page:
    """Rows of one set: what every format is made from."""

    entity: EntityType
    ids: list[int]
    rows: list[tuple[Any, ...]]  # OBSERVATION_COLUMNS, or the columns of the shape
    texts: list[str] = field(default_factory=list)
    details: dict[int, shapes.Detail] = field(default_factory=dict)
    token: list[Any] | None = None  # where the next page begins
    count: int | None = None


@dataclass(slots=True)
class Reader:
    """One request's reading: who asks, under which address."""

    who: Principal
    root: str
    room: int = MOST_ROWS

    @property
    def stations(self) -> list[int] | None:
        return self.who.stations

    # --- ways --------------------------------------------------------------------------------------------------------

    def follow(self, way: Way, *, sure: bool = True) -> tuple[int | None, Link | None]:
        """Walk to the last step: the id of what stands there, or for a set the id and link it hangs on.

        With ``sure=False`` the datastream of ``Datastreams(7)/Observations`` is taken at its word, which saves a
        question: rows that are found prove it, and where none are the caller makes sure.
        """
        if not sure and _is_of_series(way):
            return way.steps[0].id, way.steps[0].entity.links[way.steps[1].name]
        here: int | None = None
        link: Link | None = None
        before: EntityType | None = None
        for number, step in enumerate(way.steps):
            link = before.links[step.name] if before is not None else None
            is_last_set = number == len(way.steps) - 1 and step.many and step.id is None
            if is_last_set:
                return here, link
            here = self._resolve(step.entity, step.id, link, here)
            before = step.entity
        return here, link

    def make_sure(self, way: Way) -> None:
        """Refuse a datastream that ``follow`` took at its word and that is not there."""
        if _is_of_series(way):
            self.follow(way)

    def _resolve(self, entity: EntityType, wanted: int | None, link: Link | None, parent: int | None) -> int:
        if entity.name == "Observation" and wanted is not None:
            wanted = self.moved(wanted)
        question = Question(entity, Options(), self.stations, self.rows_of)
        if wanted is not None:
            question.add(*_is(entity, wanted))
        if link is not None:
            question.add(link.by_id.format(t="t", p="%s::bigint"), [parent] * link.by_id.count("{p}"))
        identity = entity.identity.format(t="t")
        row = database.fetch_one(
            f"SELECT {identity} FROM {entity.table} t WHERE {question.condition()} LIMIT 1", question.values
        )
        if row is None:
            shown = "" if wanted is None else f"({wanted})"
            raise NoSuchEntity(N_("Không có %(entity)s%(id)s."), entity=entity.name, id=shown)
        return int(row[0])

    @staticmethod
    def moved(observation: int) -> int:
        """An observation whose time was changed answers to its old id, too."""
        row = database.fetch_one(
            "SELECT series_id, (date_part('epoch', time) * 1000)::bigint FROM water_movedobservation WHERE id = %s",
            [observation],
        )
        return observation if row is None else observation_ids.observation_id(*row)

    @staticmethod
    def rows_of(table: str, column: str) -> list[tuple[int, Any]]:
        """Every place of a table, for questions about geometry."""
        return database.fetch(f"SELECT id, {column} FROM {table} WHERE {column} IS NOT NULL LIMIT 100001")

    # --- sets --------------------------------------------------------------------------------------------------------

    def page(self, entity: EntityType, options: Options, parent: int | None, link: Link | None) -> Page:
        """One page of a set, with what is to be expanded."""
        question = self.question(entity, options)
        if link is not None:
            question.add(link.by_id.format(t="t", p="%s::bigint"), [parent] * link.by_id.count("{p}"))
        costly = question.costly and not _is_short(question, link)
        costly = costly or (entity.name == "Observation" and link is not None and link.by_id != _OF_SERIES)
        if costly or options.after is not None or options.skip > 10_000 or _costly(options):
            with database.bounded():
                return self._page(question, options, parent, link)
        return self._page(question, options, parent, link)

    def _page(self, question: Question, options: Options, parent: int | None, link: Link | None) -> Page:
        count = self.count(question, options, parent, link) if options.count else None
        of_series = link is not None and link.by_id == _OF_SERIES
        if options.after is not None:
            question.go_on_after(options.after, of_series=of_series)
        top = options.page()
        if link is None and top:
            self._narrow(question, options, top + 1 + options.skip)
        columns = self._columns(question.entity, options)
        if of_series:
            columns += f", {shapes.HAS_DETAILS}"
        sql = (
            f"SELECT {columns}{question.key_columns()} FROM {question.source()} WHERE {question.condition()}"
            f" ORDER BY {question.order_by()} LIMIT %s OFFSET %s"
        )
        values = [
            *([parent] if of_series else []), *question.key_values(), *question.source_values, *question.values,
            *question.order_values(), top + 1, options.skip,
        ]  # fmt: skip
        rows = database.fetch(sql, values) if top else []
        bare = of_series and bool(rows) and not rows[0][len(shapes.OBSERVATION_COLUMNS)]
        page = self._made(question, options, rows[:top], bare=bare)
        page.count = count
        if len(rows) > top and top:
            page.token = self._token(question, rows[top - 1], page.ids[-1])
        return page

    def _narrow(self, question: Question, options: Options, wanted: int) -> None:
        """The newest rows of all series: read only from where enough of them are certain to lie."""
        if question.by_time is None or options.filter is not None or options.after is not None:
            return
        instant = newest.bound(self.stations, wanted, newest_first=question.by_time)
        if instant is None:
            return
        sign, direction = (">=", "DESC") if question.by_time else ("<=", "ASC")
        seen = "" if self.stations is None else " AND s.station_id = ANY(%s)"
        columns = "series_id, time, value, flag, reason, status, censored"
        inner = (
            f"SELECT o.* FROM water_series s CROSS JOIN LATERAL (SELECT {columns} FROM water_observation i"
            f" WHERE i.series_id = s.id AND i.time {sign} %s ORDER BY i.time {direction} LIMIT %s) o"
            f" WHERE s.count > 0{seen}"
        )
        question.read_from(inner, [instant, wanted, *([] if self.stations is None else [self.stations])])

    def count(self, question: Question, options: Options, parent: int | None, link: Link | None) -> int:
        """How many there are; of observations without a filter the series know it."""
        if question.entity.name == "Observation" and options.filter is None:
            if link is None:
                where, values = ("", []) if self.stations is None else (" WHERE station_id = ANY(%s)", [self.stations])
                row = database.fetch_one(f"SELECT COALESCE(sum(count), 0)::bigint FROM water_series{where}", values)
                return int(row[0]) if row else 0
            if link.by_id == _OF_SERIES:
                row = database.fetch_one("SELECT count FROM water_series WHERE id = %s", [parent])
                return int(row[0]) if row else 0
        if question.entity.name == "Observation" and (link is None or link.by_id == _OF_SERIES):
            assert options.filter is not None
            known = tally.count(options.filter, self.stations, parent if link is not None else None)
            if known is not None:
                return known
        sql = f"SELECT count(*) FROM {question.source()} WHERE {question.condition()}"
        row = database.fetch_one(sql, question.values)
        return int(row[0]) if row else 0

    def question(self, entity: EntityType, options: Options) -> Question:
        return Question(entity, options, self.stations, self.rows_of)

    @staticmethod
    def _columns(entity: EntityType, options: Options) -> str:
        if entity.name == "Observation":
            return ", ".join(shapes.OBSERVATION_COLUMNS)
        shape = Shape.of(entity, options.select)
        return ", ".join(["t.id", *shapes.columns(entity, shape.properties)])

    def _token(self, question: Question, row: tuple[Any, ...], row_id: int) -> list[Any]:
        if question.by_time is not None:
            return [times.written(row[1]), row_id]
        keys = list(row[len(row) - len(question.keys) :]) if question.keys else []
        return [*keys, row_id]

    def _made(self, question: Question, options: Options, rows: list[tuple[Any, ...]], *, bare: bool = False) -> Page:
        """``bare``: these observations are known to have no details."""
        entity = question.entity
        self.room -= len(rows)
        if self.room < 0:
            raise TooLarge(
                N_("Câu trả lời vượt %(most)d dòng. Hãy dùng $top nhỏ hơn hoặc bớt $expand."), most=MOST_ROWS
            )
        if entity.name == "Observation":
            ids = [row[0] << observation_ids.BITS | row[1] for row in rows]
            details = self.details_of(rows) if rows and not bare else {}
            page = Page(entity, ids, rows, details=details)
            page.texts = shapes.observations(self.root, rows, ids, details, options.select)
            if options.expand:
                expanded = self._expanded(entity, options, ids)
                page.texts = [
                    shapes.join_expanded(text, list(expanded[row_id].values()))
                    for text, row_id in zip(page.texts, ids, strict=True)
                ]
            return page
        ids = [row[0] for row in rows]
        expanded = self._expanded(entity, options, ids)
        shape = Shape.of(entity, options.select)
        texts = [shape.write(self.root, row[0], row[1:], expanded.get(row[0], {})) for row in rows]
        return Page(entity, ids, rows, texts)

    def details_of(self, rows: Sequence[tuple[Any, ...]]) -> dict[int, shapes.Detail]:
        """What only few observations have, by id."""
        series = list({row[0] for row in rows})
        at = [row[1] for row in rows]
        found = database.fetch(
            f"SELECT {shapes.DETAIL_COLUMNS} FROM water_observationdetail e"
            " WHERE e.series_id = ANY(%s) AND e.time BETWEEN %s AND %s",
            [series, times.from_milliseconds(min(at)), times.from_milliseconds(max(at))],
        )
        return {row[0] << observation_ids.BITS | row[1]: row[2:] for row in found}

    # --- expanding ---------------------------------------------------------------------------------------------------

    def _expanded(self, entity: EntityType, options: Options, ids: list[int]) -> dict[int, dict[str, str]]:
        """By entity and link, the text that takes the place of the link's address."""
        made: dict[int, dict[str, str]] = {row_id: {} for row_id in ids}
        if not ids:
            return made
        for name, inner in options.expand.items():  # chosen by being expanded, whatever $select says
            link = entity.links[name]
            for row_id, text in self._children(entity, link, inner, ids).items():
                made[row_id][name] = text
        return made

    def _children(self, entity: EntityType, link: Link, options: Options, ids: list[int]) -> dict[int, str]:
        target = TYPES[link.target]
        question = self.question(target, options)
        question.add(link.by_id.format(t="t", p="p.id"), [])
        if options.after is not None:
            question.go_on_after(options.after)
        top = options.page(nested=True) if link.many else 1
        inner = (
            f"SELECT {self._columns(target, options)}{question.key_columns()} FROM {question.source()}"
            f" WHERE {question.condition()} ORDER BY {question.order_by()} LIMIT %s OFFSET %s"
        )
        values = [*question.key_values(), *question.values, *question.order_values(), top + 1, options.skip]
        sql = f"SELECT p.id, x.* FROM unnest(%s::bigint[]) AS p(id) CROSS JOIN LATERAL ({inner}) x LIMIT %s"
        rows = database.fetch(sql, [ids, *values, self.room + 1]) if top else []
        return self._placed(entity, link, question, options, ids, rows, top)

    def _placed(
        self, entity: EntityType, link: Link, question: Question, options: Options, ids: list[int],
        rows: list[tuple[Any, ...]], top: int,
    ) -> dict[int, str]:  # fmt: skip
        by_parent: dict[int, list[tuple[Any, ...]]] = {row_id: [] for row_id in ids}
        for row in rows:
            by_parent[row[0]].append(row[1:])
        shown = [(parent, row) for parent, some in by_parent.items() for row in some[:top]]
        page = self._made(question, options, [row for _parent, row in shown])
        texts: dict[int, list[str]] = {row_id: [] for row_id in ids}
        last: dict[int, int] = {}
        for (parent, _row), text, row_id in zip(shown, page.texts, page.ids, strict=True):
            texts[parent].append(text)
            last[parent] = row_id
        counts = self._counts(link, question, options, ids) if options.count and link.many else {}
        made = {}
        for parent in ids:
            if not link.many:
                made[parent] = f'"{link.name}":{texts[parent][0] if texts[parent] else "null"}'
                continue
            parts = []
            if parent in counts:
                parts.append(f'"{link.name}@iot.count":{counts[parent]}')
            parts.append(f'"{link.name}":[{",".join(texts[parent])}]')
            if len(by_parent[parent]) > top and texts[parent]:
                token = self._token(question, by_parent[parent][top - 1], last[parent])
                query = next_query(options, token, top if options.top is None else options.top)
                address = f"{self.root}/{entity.plural}({parent})/{link.name}?{query}"
                parts.append(f'"{link.name}@iot.nextLink":{shapes.text_of(address)}')
            made[parent] = ",".join(parts)
        return made

    def _counts(self, link: Link, question: Question, options: Options, ids: list[int]) -> dict[int, int]:
        if question.entity.name == "Observation" and options.filter is None and link.by_id == _OF_SERIES:
            return dict(database.fetch("SELECT id, count FROM water_series WHERE id = ANY(%s::bigint[])", [ids]))  # type: ignore[arg-type]
        plain = self.question(question.entity, options)
        plain.add(link.by_id.format(t="t", p="p.id"), [])
        sql = (
            f"SELECT p.id, (SELECT count(*) FROM {plain.source()} WHERE {plain.condition()})"
            " FROM unnest(%s::bigint[]) AS p(id)"
        )
        return dict(database.fetch(sql, [*plain.values, ids]))  # type: ignore[arg-type]

    # --- one entity --------------------------------------------------------------------------------------------------

    def entity(self, entity: EntityType, row_id: int, options: Options) -> Page:
        """One entity that the asker was found to see."""
        if _costly(options):
            with database.bounded():
                return self._entity(entity, row_id, options)
        return self._entity(entity, row_id, options)

    def _entity(self, entity: EntityType, row_id: int, options: Options) -> Page:
        question = self.question(entity, Options(select=options.select))
        question.add(*_is(entity, row_id))
        columns = self._columns(entity, options)
        rows = database.fetch(
            f"SELECT {columns} FROM {question.source()} WHERE {question.condition()}", question.values
        )
        if not rows:
            raise NoSuchEntity(N_("Không có %(entity)s%(id)s."), entity=entity.name, id=f"({row_id})")
        return self._made(question, options, rows[:1])


def _is_of_series(way: Way) -> bool:
    """``Datastreams(7)/Observations``."""
    return (
        way.is_set
        and [step.entity.name for step in way.steps] == ["Datastream", "Observation"]
        and way.steps[0].id is not None
    )


def _is_short(question: Question, link: Link | None) -> bool:
    """A month of one series between bounds: five million rows at two a second, read in less than a second."""
    if link is None or link.by_id != _OF_SERIES or question.options.filter is None:
        return False
    asked = tally.bounds(question.options.filter)
    return (
        asked is not None
        and asked.until - asked.since <= _MONTH
        and (not question.keys or question.by_time is not None)
    )


def _costly(options: Options) -> bool:
    """Whether anything expanded asks for more than rows by key or by time."""
    return any(
        inner.filter is not None
        or inner.after is not None
        or inner.skip > 1000
        or any(order.node != _BY_TIME.get(order.node.position) for order in inner.order)
        or _costly(inner)
        for inner in options.expand.values()
    )


_BY_TIME: dict[int, Node] = {1: Path(("phenomenonTime",), 1)}


def _is(entity: EntityType, row_id: int) -> tuple[str, list[Any]]:
    if entity.name != "Observation":
        return "t.id = %s::bigint", [row_id]
    series, at = observation_ids.parts(row_id)
    return "t.series_id = %s::bigint AND t.time = %s::timestamptz", [series, times.from_milliseconds(at)]
