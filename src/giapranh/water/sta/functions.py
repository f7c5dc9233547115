"""The functions of the standard inside $filter and $orderby: text, dates, rounding. Places are in ``geometry``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from giapranh.kernel.errors import N_
from giapranh.water.sta import database
from giapranh.water.sta.errors import Malformed
from giapranh.water.sta.expressions import Piece
from giapranh.water.sta.mapping import Kind

TEXT, NUMBER, TIME, BOOLEAN = Kind.TEXT, Kind.NUMBER, Kind.TIME, Kind.BOOLEAN


@dataclass(frozen=True, slots=True)
class Function:
    """``sql`` has {0}, {1}, … for the arguments, each used once and in order."""

    sql: str
    takes: tuple[Kind, ...]
    gives: Kind
    optional: int = 0
    swapped: bool = False  # the SQL wants the two arguments the other way round


def _part(name: str) -> Function:
    return Function(f"extract({name} FROM {{0}} AT TIME ZONE 'UTC')::float8", (TIME,), NUMBER)


FUNCTIONS: dict[str, Function] = {
    "substringof": Function("(strpos({0}, {1}) > 0)", (TEXT, TEXT), BOOLEAN, swapped=True),
    "startswith": Function("starts_with({0}, {1})", (TEXT, TEXT), BOOLEAN),
    "length": Function("length({0})::float8", (TEXT,), NUMBER),
    "indexof": Function("(strpos({0}, {1}) - 1)::float8", (TEXT, TEXT), NUMBER),
    "trim": Function("btrim({0})", (TEXT,), TEXT),
    "concat": Function("({0} || {1})", (TEXT, TEXT), TEXT),
    "year": _part("year"),
    "month": _part("month"),
    "day": _part("day"),
    "hour": _part("hour"),
    "minute": _part("minute"),
    "second": Function("floor(extract(second FROM {0} AT TIME ZONE 'UTC'))::float8", (TIME,), NUMBER),
    "fractionalseconds": Function("(mod(extract(second FROM {0} AT TIME ZONE 'UTC'), 1))::float8", (TIME,), NUMBER),
    "date": Function("({0} AT TIME ZONE 'UTC')::date", (TIME,), Kind.DATE),
    "time": Function("({0} AT TIME ZONE 'UTC')::time", (TIME,), Kind.CLOCK),
    "totaloffsetminutes": Function("(0 * extract(epoch FROM {0}))::float8", (TIME,), NUMBER),
    "now": Function("now()", (), TIME),
    "mindatetime": Function("'-infinity'::timestamptz", (), TIME),
    "maxdatetime": Function("'infinity'::timestamptz", (), TIME),
    "round": Function("round(({0})::numeric)::float8", (NUMBER,), NUMBER),
    "floor": Function("floor(({0})::float8)", (NUMBER,), NUMBER),
    "ceiling": Function("ceil(({0})::float8)", (NUMBER,), NUMBER),
}


def _endswith(arguments: list[Piece], position: int) -> Piece:
    text, end = arguments[0].to(TEXT), arguments[1].to(TEXT)
    sql = f"(right({text.sql}, length({end.sql})) = {end.sql})"
    return Piece(sql, text.values + end.values * 2, BOOLEAN, position)


def _substring(arguments: list[Piece], position: int) -> Piece:
    text, start = arguments[0].to(TEXT), arguments[1].to(NUMBER)
    sql = f"substr({text.sql}, ({start.sql})::int + 1"
    values = text.values + start.values
    if len(arguments) == 3:
        length = arguments[2].to(NUMBER)
        sql += f", greatest(0, ({length.sql})::int)"
        values += length.values
    return Piece(sql + ")", values, TEXT, position)


def _letters(function: str) -> Callable[[list[Piece], int], Piece]:
    """The database itself sorts by bytes and knows only a to z; for Đ and Ỗ it needs a collation that knows them."""

    def make(arguments: list[Piece], position: int) -> Piece:
        text = arguments[0].to(TEXT)
        return text.make(f'({function}({text.sql} COLLATE "{database.unicode_collation()}") COLLATE "C")', TEXT)

    return make


_SPECIAL: dict[str, tuple[Callable[[list[Piece], int], Piece], int, int]] = {
    "endswith": (_endswith, 2, 2),
    "substring": (_substring, 2, 3),
    "tolower": (_letters("lower"), 1, 1),
    "toupper": (_letters("upper"), 1, 1),
}
NAMES = sorted([*FUNCTIONS, *_SPECIAL])


def known(name: str) -> bool:
    return name.lower() in FUNCTIONS or name.lower() in _SPECIAL


def call(name: str, arguments: list[Piece], position: int) -> Piece:
    key = name.lower()
    if key in _SPECIAL:
        make, least, most = _SPECIAL[key]
        check_number(name, arguments, least, most, position)
        return make(arguments, position)
    function = FUNCTIONS[key]
    check_number(name, arguments, len(function.takes), len(function.takes), position)
    pieces = [piece.to(kind) for piece, kind in zip(arguments, function.takes, strict=True)]
    if function.swapped:
        pieces.reverse()
    values = tuple(value for piece in pieces for value in piece.values)
    return Piece(function.sql.format(*(piece.sql for piece in pieces)), values, function.gives, position)


def check_number(name: str, arguments: list[Piece] | tuple[object, ...], least: int, most: int, position: int) -> None:
    if not least <= len(arguments) <= most:
        raise Malformed(
            N_("Hàm %(name)s ở vị trí %(place)d nhận %(least)d đến %(most)d đối số, có %(found)d."),
            name=name[:40], place=position, least=least, most=most, found=len(arguments),
        ).at(position)  # fmt: skip
