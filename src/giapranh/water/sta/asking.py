"""One question about a set of entities as SQL: condition, order that no row falls out of, page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from giapranh.kernel.errors import N_
from giapranh.water.sta.compile import Compiler, RowsOf
from giapranh.water.sta.errors import Malformed
from giapranh.water.sta.expressions import Piece
from giapranh.water.sta.mapping import DETAIL_JOIN, EntityType, Kind
from giapranh.water.sta.options import Options
from giapranh.water.sta.syntax import Path

_CASTS = {
    Kind.TEXT: "text", Kind.NUMBER: "numeric", Kind.TIME: "timestamptz", Kind.INTERVAL: "timestamptz",
    Kind.RESULT: "float8", Kind.BOOLEAN: "boolean", Kind.DATE: "date", Kind.CLOCK: "time", Kind.DURATION: "interval",
    Kind.JSON: "jsonb",
}  # fmt: skip
_NULLS = {False: " NULLS FIRST", True: " NULLS LAST"}  # the least, says the standard
_CERTAIN = {"name", "description", "time", "id", "@iot.id", "encodingType", "definition", "observationType"}


@dataclass(slots=True)
class Key:
    """One thing to order by. ``certain``: never null, so that an index may serve."""

    piece: Piece
    descending: bool
    certain: bool = False

    @property
    def sql(self) -> str:
        return f'({self.piece.sql}) COLLATE "C"' if self.piece.kind is Kind.TEXT else self.piece.sql

    @property
    def cast(self) -> str:
        return _CASTS.get(self.piece.kind, "text")


@dataclass(slots=True)
class Question:
    """Rows of ``entity``; conditions are added, then ``select`` writes the SQL."""

    entity: EntityType
    options: Options
    stations: list[int] | None
    rows_of: RowsOf
    where: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)
    keys: list[Key] = field(default_factory=list)
    needs_detail: bool = False
    costly: bool = False
    _source: str = ""
    source_values: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        compiler = Compiler(self.entity, self.rows_of, self.stations)
        if self.options.filter is not None:
            sql, values = compiler.predicate(self.options.filter)
            self.add(sql, values)
            self.costly = True
        for order in self.options.order:
            piece = compiler.sort_key(order.node)
            if piece.kind is Kind.NULL:
                continue
            name = order.node.parts if isinstance(order.node, Path) else ()
            self.costly = self.costly or name != ("phenomenonTime",)
            certain = len(name) == 1 and (
                name[0] in _CERTAIN or (self.entity.name == "Observation" and name[0] == "phenomenonTime")
            )
            self.keys.append(Key(piece, order.descending, certain))
        self.needs_detail = compiler.needs_detail
        if self.stations is not None:
            seen = self.entity.seen.format(t="t")
            self.add(seen, [self.stations] * seen.count("%s"))

    def add(self, sql: str, values: list[Any]) -> None:
        self.where.append(sql)
        self.values.extend(values)

    @property
    def by_time(self) -> bool | None:
        """For observations: True newest first, False oldest first, None when ordered by something else."""
        if self.entity.name != "Observation" or len(self.keys) != 1 or not self.keys[0].certain:
            return None
        return self.keys[0].descending if self.keys[0].piece.sql == "t.time" else None

    def read_from(self, inner: str, values: list[Any]) -> None:
        """Take the rows from a narrower source than the whole table; what may be seen is settled in there."""
        self._source, self.source_values = f"({inner}) t", values
        self.where, self.values = [], []

    def source(self) -> str:
        if self._source:
            return self._source
        detail = DETAIL_JOIN.format(t="t", d="d") if self.needs_detail else ""
        return f"{self.entity.table} t{detail}"

    def condition(self) -> str:
        return " AND ".join(self.where) if self.where else "TRUE"

    def order_by(self) -> str:
        parts = []
        for key in self.keys:
            direction = "DESC" if key.descending else "ASC"
            parts.append(f"{key.sql} {direction}" + ("" if key.certain else _NULLS[key.descending]))
        parts.extend(piece.format(t="t") for piece in self.entity.order)
        return ", ".join(parts)

    def order_values(self) -> list[Any]:
        return [value for key in self.keys for value in key.piece.values]

    def key_columns(self) -> str:
        """The keys as text, read exactly, for the next link; the time of an observation is in its row anyway."""
        if self.by_time is not None:
            return ""
        return "".join(f", ({key.piece.sql})::text" for key in self.keys)

    def key_values(self) -> list[Any]:
        return [] if self.by_time is not None else self.order_values()

    def go_on_after(self, token: list[Any], *, of_series: bool = False) -> None:
        """Only what lies behind the row the token speaks of, whatever was added or taken away before it.

        ``of_series``: all rows are of one series. Asked by time alone, PostgreSQL knows how many there may be and goes
        on at the key; asked by the pair it expects next to none and sorts all that is left of the series.
        """
        identity, *values = reversed(token)
        values.reverse()
        if not isinstance(identity, int) or not 0 <= identity < 2**63 or len(values) != len(self.keys):
            raise Malformed(N_("Liên kết trang tiếp theo không còn đọc được. Hãy hỏi lại từ đầu."))
        cases: list[str] = []
        bound: list[Any] = []
        ties: list[str] = []
        tied: list[Any] = []
        for key, value in zip(self.keys, values, strict=True):
            beyond, beyond_values = _beyond(key, value)
            cases.append("(" + " AND ".join([*ties, beyond]) + ")")
            bound += [*tied, *beyond_values]
            tie, tie_values = _tie(key, value)
            ties.append(tie)
            tied += tie_values
        last, last_values = self._beyond_identity(identity, of_series)
        cases.append("(" + " AND ".join([*ties, last]) + ")")
        bound += [*tied, *last_values]
        if self.keys and self.keys[0].certain:  # lets an index start at the right place
            key = self.keys[0]
            sign = "<=" if key.descending else ">="
            self.add(f"{key.sql} {sign} %s::{key.cast}", [*key.piece.values, _text(values[0])])
        self.add("(" + " OR ".join(cases) + ")", bound)

    def _beyond_identity(self, identity: int, of_series: bool) -> tuple[str, list[Any]]:
        if self.entity.name != "Observation":
            return "t.id > %s::bigint", [identity]
        from giapranh.water.rules.observation_ids import parts
        from giapranh.water.sta.times import from_milliseconds

        series, at = parts(identity)
        if of_series:
            return "t.time > %s::timestamptz", [from_milliseconds(at)]
        return "(t.series_id, t.time) > (%s::bigint, %s::timestamptz)", [series, from_milliseconds(at)]


def _text(value: Any) -> str | None:
    return None if value is None else str(value).replace("\x00", "")


def _beyond(key: Key, value: Any) -> tuple[str, list[Any]]:
    """Nulls come before everything else, so last where the order descends."""
    if value is None:
        return ("FALSE", []) if key.descending else (f"({key.piece.sql}) IS NOT NULL", list(key.piece.values))
    sign = "<" if key.descending else ">"
    sql = f"{key.sql} {sign} %s::{key.cast}"
    values = [*key.piece.values, _text(value)]
    if key.certain or not key.descending:
        return sql, values
    return f"({sql} OR ({key.piece.sql}) IS NULL)", [*values, *key.piece.values]


def _tie(key: Key, value: Any) -> tuple[str, list[Any]]:
    if value is None:
        return f"({key.piece.sql}) IS NULL", list(key.piece.values)
    return f"{key.sql} = %s::{key.cast}", [*key.piece.values, _text(value)]
