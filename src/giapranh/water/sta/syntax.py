"""The grammar of $filter and $orderby, and the tree it makes. Positions are kept for the refusals."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lark import Lark, Token, Transformer
from lark.exceptions import LarkError, UnexpectedCharacters, UnexpectedEOF, UnexpectedToken, VisitError

from giapranh.kernel.errors import N_
from giapranh.water.sta.errors import Malformed
from giapranh.water.sta.mapping import Kind

LONGEST = 8_000
DEEPEST = 60

GRAMMAR = r"""
?start: disjunction
?disjunction: conjunction ("or" conjunction)*          -> any_of
?conjunction: negation ("and" negation)*               -> all_of
?negation: NOT negation                                -> negated
    | comparison
?comparison: sum [COMPARE sum]                         -> compared
    | sum "in" "(" sum ("," sum)* ")"                  -> among
?sum: product (ADD product)*                           -> chain
?product: unary (MULTIPLY unary)*                      -> chain
?unary: "-" unary                                      -> minus
    | atom
?atom: "(" disjunction ")"
    | FUNCTION "(" [disjunction ("," disjunction)*] ")" -> call
    | GEO                                              -> geo
    | DURATION                                         -> duration
    | TIMES                                            -> times
    | TIME                                             -> time
    | DATE                                             -> date
    | CLOCK                                            -> clock
    | NUMBER                                           -> number
    | STRING                                           -> string
    | WORD                                             -> word
    | PATH                                             -> path

COMPARE.9: /(eq|ne|gt|ge|lt|le)(?![\w.@\/(])/
ADD.9: /(add|sub)(?![\w.@\/(])/
MULTIPLY.9: /(mul|div|mod)(?![\w.@\/(])/
NOT.9: /not(?![\w.@\/])/
WORD.8: /(true|false|null|INF|-INF|NaN)(?![\w.@\/(])/
FUNCTION.7: /[A-Za-z_][\w.]*(?=\s*\()/
GEO.9: /(geography|geometry)'(?:[^']|'')*'/
DURATION.9: /duration'-?P(?=[\dT])(\d+D)?(T(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?'/
TIMES.9: /\d{4}-\d\d-\d\d[Tt]\d\d:\d\d[\d:.,]*([Zz]|[+\- ]\d\d(:?\d\d)?)?\/\d{4}-\d\d-\d\d[Tt]\d\d:\d\d[\d:.,]*([Zz]|[+\- ]\d\d(:?\d\d)?)?/
TIME.8: /\d{4}-\d\d-\d\d[Tt]\d\d:\d\d[\d:.,]*([Zz]|[+\- ]\d\d(:?\d\d)?)?/
DATE.7: /\d{4}-\d\d-\d\d(?![\dT])/
CLOCK.7: /\d\d:\d\d(:\d\d(\.\d{1,6})?)?(?![\d:])/
NUMBER.6: /-?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?/
STRING.5: /'(?:[^']|'')*'/
PATH.2: /[^\W\d][\w.@-]*(\/[\w.@-]+)*|@iot\.[A-Za-z]+/
%ignore /[ \t\r\n]+/
"""


@dataclass(frozen=True, slots=True)
class Literal:
    value: Any
    kind: Kind
    position: int


@dataclass(frozen=True, slots=True)
class Path:
    parts: tuple[str, ...]
    position: int


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    arguments: tuple[Node, ...]
    position: int


@dataclass(frozen=True, slots=True)
class Binary:
    """Arithmetic and comparison."""

    operator: str
    left: Node
    right: Node
    position: int


@dataclass(frozen=True, slots=True)
class Logic:
    """``and``, ``or``, ``not``, ``in``."""

    operator: str
    parts: tuple[Node, ...]
    position: int


Node = Literal | Path | Call | Binary | Logic


@dataclass(frozen=True, slots=True)
class Order:
    node: Node
    descending: bool


def _place(node: Any) -> int:
    return int(node.position) if not isinstance(node, Token) else (node.start_pos or 0) + 1


class _Tree(Transformer[Token, Node]):
    def string(self, parts: list[Token]) -> Node:
        return Literal(parts[0][1:-1].replace("''", "'"), Kind.TEXT, _place(parts[0]))

    def number(self, parts: list[Token]) -> Node:
        text = str(parts[0])
        value: float | int = int(text) if text.lstrip("-").isdigit() and len(text) < 20 else float(text)
        if abs(value) == float("inf"):
            raise Malformed(N_("Số “%(text)s” quá lớn."), text=text[:40]).at(_place(parts[0]))
        return Literal(value, Kind.NUMBER, _place(parts[0]))

    def word(self, parts: list[Token]) -> Node:
        text = str(parts[0])
        if text == "null":
            return Literal(None, Kind.NULL, _place(parts[0]))
        if text in ("true", "false"):
            return Literal(text == "true", Kind.BOOLEAN, _place(parts[0]))
        return Literal(float(text.lower()), Kind.NUMBER, _place(parts[0]))

    def time(self, parts: list[Token]) -> Node:
        return Literal(str(parts[0]).replace(" ", "+"), Kind.TIME, _place(parts[0]))

    def times(self, parts: list[Token]) -> Node:
        return Literal(str(parts[0]).replace(" ", "+"), Kind.INTERVAL, _place(parts[0]))

    def date(self, parts: list[Token]) -> Node:
        return Literal(str(parts[0]), Kind.DATE, _place(parts[0]))

    def clock(self, parts: list[Token]) -> Node:
        return Literal(str(parts[0]), Kind.CLOCK, _place(parts[0]))

    def duration(self, parts: list[Token]) -> Node:
        text = str(parts[0])
        return Literal(text[text.index("'") + 1 : -1], Kind.DURATION, _place(parts[0]))

    def geo(self, parts: list[Token]) -> Node:
        text = str(parts[0])
        return Literal(text[text.index("'") + 1 : -1].replace("''", "'"), Kind.GEOMETRY, _place(parts[0]))

    def path(self, parts: list[Token]) -> Node:
        return Path(tuple(str(parts[0]).split("/")), _place(parts[0]))

    def call(self, parts: list[Any]) -> Node:
        return Call(str(parts[0]), tuple(each for each in parts[1:] if each is not None), _place(parts[0]))

    def minus(self, parts: list[Any]) -> Node:
        return Binary("mul", Literal(-1.0, Kind.NUMBER, parts[0].position), parts[0], parts[0].position)

    def chain(self, parts: list[Any]) -> Node:
        node: Node = parts[0]
        for operator, right in zip(parts[1::2], parts[2::2], strict=True):
            node = Binary(str(operator), node, right, _place(operator))
        return node

    def compared(self, parts: list[Any]) -> Node:
        left, operator, right = (*parts, None, None)[:3]
        return left if operator is None else Binary(str(operator), left, right, _place(operator))

    def among(self, parts: list[Any]) -> Node:
        return Logic("in", tuple(parts), parts[0].position)

    def negated(self, parts: list[Any]) -> Node:
        return Logic("not", (parts[1],), _place(parts[0]))

    def any_of(self, parts: list[Any]) -> Node:
        return parts[0] if len(parts) == 1 else Logic("or", tuple(parts), parts[0].position)

    def all_of(self, parts: list[Any]) -> Node:
        return parts[0] if len(parts) == 1 else Logic("and", tuple(parts), parts[0].position)


_PARSER = Lark(GRAMMAR, parser="lalr", lexer="contextual", maybe_placeholders=True)


@lru_cache(maxsize=512)
def parse(text: str) -> Node:
    """The tree of one expression; what cannot be read is refused with the place."""
    _bounded(text)
    try:
        node: Node = _Tree().transform(_PARSER.parse(text))
    except VisitError as error:
        if isinstance(error.orig_exc, Malformed):
            raise error.orig_exc from None
        raise _not_understood(text, 1) from error
    except UnexpectedEOF as error:
        raise _not_understood(text, len(text) + 1) from error
    except (UnexpectedCharacters, UnexpectedToken) as error:
        ended = isinstance(error, UnexpectedToken) and error.token.type == "$END"
        raise _not_understood(text, len(text) + 1 if ended else (error.pos_in_stream or 0) + 1) from error
    except LarkError as error:
        raise _not_understood(text, 1) from error
    return node


def _bounded(text: str) -> None:
    if len(text) > LONGEST:
        raise Malformed(N_("Biểu thức dài quá %(most)d ký tự. Hãy chia thành nhiều câu hỏi."), most=LONGEST)
    depth = 0
    for place, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth > DEEPEST:
            raise Malformed(N_("Biểu thức lồng ngoặc quá sâu ở vị trí %(place)d."), place=place + 1).at(place + 1)
    if text.count("not") + text.count("-") > 4 * DEEPEST or text.count(",") > 1000:
        raise Malformed(N_("Biểu thức quá phức tạp. Hãy chia thành nhiều câu hỏi."))


def _not_understood(text: str, place: int) -> Malformed:
    near = text[max(0, place - 1) : place + 19]
    return Malformed(
        N_("Không đọc được biểu thức ở vị trí %(place)d, gần “%(near)s”."), place=place, near=near or "…"
    ).at(place)


def split_outside(text: str, mark: str) -> list[tuple[int, str]]:
    """The pieces between ``mark`` that stand outside of brackets and quotes, each with where it starts (from 0)."""
    pieces: list[tuple[int, str]] = []
    depth, quoted, start = 0, False, 0
    for place, letter in enumerate(text):
        if letter == "'":
            quoted = not quoted
        elif not quoted:
            depth += (letter == "(") - (letter == ")")
            if depth < 0:
                raise _not_understood(text, place + 1)
            if letter == mark and depth == 0:
                pieces.append((start, text[start:place]))
                start = place + 1
    if depth or quoted:
        raise _not_understood(text, len(text) + 1)
    pieces.append((start, text[start:]))
    return pieces


def parse_order(text: str) -> tuple[Order, ...]:
    """``name asc, result desc``"""
    _bounded(text)
    orders = []
    for start, piece in split_outside(text, ","):
        words = piece.strip()
        lowered = words.lower()
        descending = lowered.endswith((" desc", "\tdesc"))
        if descending or lowered.endswith((" asc", "\tasc")):
            words = words[:-4] if not descending else words[:-5]
        if not words.strip():
            raise _not_understood(text, start + 1)
        orders.append(Order(parse(words.strip()), descending))
    if len(orders) > 10:
        raise Malformed(N_("$orderby chỉ nhận đến 10 tiêu chí."))
    return tuple(orders)
