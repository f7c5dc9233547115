"""Typed pieces of SQL: what an expression of $filter becomes. A piece is text with ``%s`` and the values for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from giapranh.kernel.errors import N_
from giapranh.water.sta.errors import Malformed
from giapranh.water.sta.mapping import Kind


@dataclass(frozen=True, slots=True)
class Piece:
    sql: str
    values: tuple[Any, ...]
    kind: Kind
    position: int
    end: str = ""  # of an interval: the later bound, with the same values
    text_form: str = ""  # of a result: as text
    json_form: str = ""  # of a result: as JSON
    literal: Any = None

    def to(self, kind: Kind) -> Piece:
        """The same as another kind, or a refusal."""
        if self.kind is kind:
            return self
        change = _CHANGES.get((self.kind, kind))
        made = change(self) if change else None
        if made is None:
            raise Malformed(
                N_("Ở vị trí %(place)d cần kiểu %(wanted)s nhưng có kiểu %(found)s."),
                place=self.position, wanted=str(kind), found=str(self.kind),
            ).at(self.position)  # fmt: skip
        return made

    def make(self, sql: str, kind: Kind, values: tuple[Any, ...] | None = None) -> Piece:
        return Piece(sql, self.values if values is None else values, kind, self.position)


def _json_number(piece: Piece) -> Piece:
    sql = f"(CASE WHEN jsonb_typeof({piece.sql}) = 'number' THEN ({piece.sql})::float8 END)"
    return piece.make(sql, Kind.NUMBER, piece.values * 2)


def _json_boolean(piece: Piece) -> Piece:
    sql = f"(CASE WHEN jsonb_typeof({piece.sql}) = 'boolean' THEN ({piece.sql})::boolean END)"
    return piece.make(sql, Kind.BOOLEAN, piece.values * 2)


def _json_text(piece: Piece) -> Piece:
    return piece.make(f"({piece.sql} #>> '{{}}')", Kind.TEXT)


def _text_time(piece: Piece) -> Piece | None:
    from giapranh.water.sta import times

    if not isinstance(piece.literal, str):
        return None
    try:
        return piece.make("%s::timestamptz", Kind.TIME, (times.instant(piece.literal),))
    except Malformed as refusal:
        raise refusal.at(piece.position) from None


def _text_number(piece: Piece) -> Piece | None:
    try:
        value = float(piece.literal)
    except (TypeError, ValueError):
        return None
    return piece.make("%s::float8", Kind.NUMBER, (value,))


def _text_clock(piece: Piece) -> Piece | None:
    return piece.make("%s::time", Kind.CLOCK) if isinstance(piece.literal, str) else None


_CHANGES: dict[tuple[Kind, Kind], Callable[[Piece], Piece | None]] = {
    (Kind.JSON, Kind.NUMBER): _json_number,
    (Kind.JSON, Kind.BOOLEAN): _json_boolean,
    (Kind.JSON, Kind.TEXT): _json_text,
    (Kind.RESULT, Kind.NUMBER): lambda p: p.make(p.sql, Kind.NUMBER),
    (Kind.RESULT, Kind.TEXT): lambda p: p.make(p.text_form, Kind.TEXT),
    (Kind.RESULT, Kind.BOOLEAN): lambda p: p.make(f"({p.json_form} = 'true'::jsonb)", Kind.BOOLEAN),
    (Kind.RESULT, Kind.JSON): lambda p: p.make(p.json_form, Kind.JSON),
    (Kind.DATE, Kind.TIME): lambda p: p.make(f"(({p.sql})::timestamp AT TIME ZONE 'UTC')", Kind.TIME),
    (Kind.INTERVAL, Kind.TIME): lambda p: p.make(p.sql, Kind.TIME, p.values[:1]),
    (Kind.TEXT, Kind.TIME): _text_time,
    (Kind.TEXT, Kind.NUMBER): _text_number,
    (Kind.TEXT, Kind.CLOCK): _text_clock,
    (Kind.BOOLEAN, Kind.TEXT): lambda p: p.make(f"({p.sql})::text", Kind.TEXT),
    (Kind.GEOMETRY, Kind.JSON): lambda p: p.make(p.sql, Kind.JSON) if p.literal is None else None,
}
_SIGNS = {"eq": "=", "ne": "<>", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_SOFT = (Kind.JSON, Kind.RESULT)


def compare(operator: str, left: Piece, right: Piece, position: int) -> Piece:
    sign = _SIGNS[operator]
    if Kind.NULL in (left.kind, right.kind):
        return _with_null(operator, left, right, position)
    if Kind.INTERVAL in (left.kind, right.kind):
        return _intervals(operator, left, right, position)
    left, right = _alike(left, right, position)
    if left.kind is Kind.JSON and operator not in ("eq", "ne"):
        return _json_order(sign, left, right, position)
    if left.kind is Kind.GEOMETRY and operator not in ("eq", "ne"):
        left, right = left.to(Kind.TEXT), right.to(Kind.TEXT)
    # What is not there is not equal to anything; but of times the suite of the OGC wants only those that are there.
    if operator == "ne" and left.kind is not Kind.TIME:
        sign = "IS DISTINCT FROM"
    collation = ' COLLATE "C"' if left.kind is Kind.TEXT else ""
    return Piece(f"({left.sql}{collation} {sign} {right.sql})", left.values + right.values, Kind.BOOLEAN, position)


def _json_order(sign: str, left: Piece, right: Piece, position: int) -> Piece:
    """Numbers by size, text by letters; of two kinds neither comes first."""
    alike = f"jsonb_typeof({left.sql}) = jsonb_typeof({right.sql})"
    return Piece(
        f"({alike} AND {left.sql} {sign} {right.sql})", (left.values + right.values) * 2, Kind.BOOLEAN, position
    )


def _with_null(operator: str, left: Piece, right: Piece, position: int) -> Piece:
    if operator not in ("eq", "ne"):
        raise Malformed(N_("Với null chỉ so sánh được bằng eq hoặc ne (vị trí %(place)d)."), place=position).at(
            position
        )
    asked = right if left.kind is Kind.NULL else left
    if asked.kind is Kind.NULL:
        return Piece("TRUE" if operator == "eq" else "FALSE", (), Kind.BOOLEAN, position)
    sql = f"({asked.sql})"
    if asked.kind is Kind.INTERVAL:
        asked = asked.to(Kind.TIME)
    if asked.kind is Kind.RESULT:
        sql = f"COALESCE({asked.text_form}, NULL)"
    return Piece(f"({sql} IS {'NOT ' if operator == 'ne' else ''}NULL)", asked.values, Kind.BOOLEAN, position)


def _intervals(operator: str, left: Piece, right: Piece, position: int) -> Piece:
    """``lt`` ends before, ``gt`` begins after; ``eq`` has both bounds the same."""
    spans = []
    for piece in (left, right):
        if piece.kind is Kind.INTERVAL:
            spans.append((piece.sql, piece.end or piece.sql, piece.values))
        else:
            instant = piece.to(Kind.TIME)
            spans.append((instant.sql, instant.sql, instant.values))
    (start_a, end_a, values_a), (start_b, end_b, values_b) = spans
    if operator in ("eq", "ne"):
        same = f"({start_a} = {start_b} AND {end_a} = {end_b})"
        sql = same if operator == "eq" else f"(NOT {same})"
        return Piece(
            sql, _first(values_a) + _first(values_b) + _last(values_a) + _last(values_b), Kind.BOOLEAN, position
        )
    if operator in ("lt", "le"):
        return Piece(
            f"({end_a} {_SIGNS[operator]} {start_b})", _last(values_a) + _first(values_b), Kind.BOOLEAN, position
        )
    return Piece(f"({start_a} {_SIGNS[operator]} {end_b})", _first(values_a) + _last(values_b), Kind.BOOLEAN, position)


def _first(values: tuple[Any, ...]) -> tuple[Any, ...]:
    return values[:1]


def _last(values: tuple[Any, ...]) -> tuple[Any, ...]:
    return values[-1:]


def _alike(left: Piece, right: Piece, position: int) -> tuple[Piece, Piece]:
    """Both as one kind: what is soft (JSON, results) takes the kind of the other."""
    if left.kind is right.kind:
        if left.kind is Kind.RESULT:
            return left.to(Kind.TEXT), right.to(Kind.TEXT)
        return left, right
    if left.kind in _SOFT:
        return _softened(left, right)
    if right.kind in _SOFT:
        other, same = _softened(right, left)
        return same, other
    order = (Kind.TIME, Kind.DATE, Kind.CLOCK, Kind.NUMBER, Kind.BOOLEAN, Kind.TEXT)
    for kind in order:
        if left.kind is kind:
            return left, right.to(kind)
        if right.kind is kind:
            return left.to(kind), right
    return left, right.to(left.kind)


def _softened(soft: Piece, hard: Piece) -> tuple[Piece, Piece]:
    if hard.kind in _SOFT:
        return soft.to(Kind.JSON), hard.to(Kind.JSON)
    if hard.kind in (Kind.NUMBER, Kind.BOOLEAN, Kind.TEXT):
        return soft.to(hard.kind), hard
    if hard.kind is Kind.TIME and isinstance(hard.literal, str):
        from giapranh.water.sta import times

        return soft.to(Kind.TEXT), hard.make("%s::text", Kind.TEXT, (times.written(times.milliseconds(hard.literal)),))
    return soft.to(hard.kind), hard


def arithmetic(operator: str, left: Piece, right: Piece, position: int) -> Piece:
    times_in = {left.kind, right.kind} & {Kind.TIME, Kind.DURATION, Kind.INTERVAL, Kind.DATE}
    if times_in:
        return _with_times(operator, left, right, position)
    one, two = left.to(Kind.NUMBER), right.to(Kind.NUMBER)
    forms = {
        "add": "({0}::float8 + {1}::float8)",
        "sub": "({0}::float8 - {1}::float8)",
        "mul": "({0}::float8 * {1}::float8)",
        "div": "({0}::float8 / nullif({1}::float8, 0))",
        "mod": "(mod(({0})::numeric, nullif(({1})::numeric, 0)))::float8",
    }
    return Piece(forms[operator].format(one.sql, two.sql), one.values + two.values, Kind.NUMBER, position)


def _with_times(operator: str, left: Piece, right: Piece, position: int) -> Piece:
    a = left.to(Kind.TIME) if left.kind in (Kind.INTERVAL, Kind.DATE) else left
    b = right.to(Kind.TIME) if right.kind in (Kind.INTERVAL, Kind.DATE) else right
    values = a.values + b.values
    sign = {"add": "+", "sub": "-"}.get(operator)
    kinds = (a.kind, b.kind)
    if sign and kinds in ((Kind.TIME, Kind.DURATION), (Kind.DURATION, Kind.DURATION)):
        return Piece(f"({a.sql} {sign} {b.sql})", values, a.kind, position)
    if operator == "add" and kinds == (Kind.DURATION, Kind.TIME):
        return Piece(f"({a.sql} + {b.sql})", values, Kind.TIME, position)
    if operator == "sub" and kinds == (Kind.TIME, Kind.TIME):
        return Piece(f"({a.sql} - {b.sql})", values, Kind.DURATION, position)
    if operator == "mul" and kinds in ((Kind.DURATION, Kind.NUMBER), (Kind.NUMBER, Kind.DURATION)):
        return Piece(f"({a.sql} * {b.sql})", values, Kind.DURATION, position)
    if operator == "div" and kinds == (Kind.DURATION, Kind.NUMBER):
        return Piece(f"({a.sql} / nullif({b.sql}, 0))", values, Kind.DURATION, position)
    raise Malformed(
        N_("Phép %(operator)s ở vị trí %(place)d không dùng được với kiểu %(left)s và %(right)s."),
        operator=operator, place=position, left=str(a.kind), right=str(b.kind),
    ).at(position)  # fmt: skip
