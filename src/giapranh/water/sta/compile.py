"""From the tree of an expression to parameterised SQL over ``mapping``. Nothing of the question becomes text of SQL."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from giapranh.kernel.errors import N_
from giapranh.kernel.text import nfc
from giapranh.water.rules import observation_ids
from giapranh.water.sta import expressions, functions, geometry, times
from giapranh.water.sta.errors import Malformed
from giapranh.water.sta.expressions import Piece
from giapranh.water.sta.mapping import DETAIL_JOIN, TYPES, EntityType, Kind, Link, Property
from giapranh.water.sta.syntax import Binary, Call, Literal, Logic, Node, Path

IDENTITIES = {"id", "@iot.id"}
DEEPEST = 80
RowsOf = Callable[[str, str], list[tuple[int, Any]]]  # (table, column) -> (id, GeoJSON)


@dataclass(slots=True)
class Frame:
    """The tables one predicate reaches through links, beside the entity's own."""

    tables: list[str] = field(default_factory=list)
    conditions: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)
    reached: dict[tuple[str, ...], str] = field(default_factory=dict)
    many: bool = False


@dataclass(slots=True)
class Compiler:
    """Compiles expressions about one entity type under the alias ``t`` (its details under ``d``)."""

    entity: EntityType
    rows_of: RowsOf
    stations: list[int] | None = None  # None: may see all
    alias: str = "t"
    needs_detail: bool = False
    _aliases: int = 0
    _depth: int = 0

    # --- predicates --------------------------------------------------------------------------------------------------

    def predicate(self, node: Node) -> tuple[str, list[Any]]:
        """A condition on ``t``."""
        self._deeper()
        try:
            if isinstance(node, Logic) and node.operator in ("and", "or", "not"):
                parts = [self.predicate(part) for part in node.parts]
                values = [value for _sql, some in parts for value in some]
                if node.operator == "not":
                    return f"({parts[0][0]} IS NOT TRUE)", values
                return "(" + f" {node.operator.upper()} ".join(sql for sql, _some in parts) + ")", values
            frame = Frame()
            piece = self.value(node, frame).to(Kind.BOOLEAN)
            if not frame.tables:
                return piece.sql, list(piece.values)
            where = " AND ".join([*frame.conditions, piece.sql])
            return f"EXISTS (SELECT 1 FROM {', '.join(frame.tables)} WHERE {where})", [*frame.values, *piece.values]
        finally:
            self._depth -= 1

    def sort_key(self, node: Node) -> Piece:
        """A scalar to order by; links to many have no one value."""
        frame = Frame()
        piece = self.value(node, frame)
        if frame.many:
            raise Malformed(
                N_("$orderby đi qua quan hệ nhiều ở vị trí %(place)d; chỉ sắp được theo quan hệ một."),
                place=node.position,
            ).at(node.position)  # fmt: skip
        if piece.kind is Kind.GEOMETRY:
            piece = piece.make(f"({piece.sql})::text", Kind.TEXT)
        if piece.kind is Kind.INTERVAL:
            piece = piece.to(Kind.TIME)
        if frame.tables:
            where = " AND ".join(frame.conditions)
            sql = f"(SELECT {piece.sql} FROM {', '.join(frame.tables)} WHERE {where})"
            piece = piece.make(sql, piece.kind, (*piece.values, *frame.values))
        return piece

    # --- values ------------------------------------------------------------------------------------------------------

    def value(self, node: Node, frame: Frame) -> Piece:
        self._deeper()
        try:
            if isinstance(node, Literal):
                return self._literal(node)
            if isinstance(node, Path):
                return self._path(node, frame)
            if isinstance(node, Call):
                return self._call(node, frame)
            if isinstance(node, Binary):
                return self._binary(node, frame)
            return self._logic(node, frame)
        finally:
            self._depth -= 1

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise Malformed(N_("Biểu thức quá phức tạp. Hãy chia thành nhiều câu hỏi."))

    def _literal(self, node: Literal) -> Piece:
        casts = {
            Kind.TEXT: "%s::text", Kind.BOOLEAN: "%s::boolean", Kind.DURATION: "%s::interval", Kind.CLOCK: "%s::time",
            Kind.NULL: "NULL",
        }  # fmt: skip
        here = node.position
        try:
            if node.kind is Kind.TIME:
                return Piece("%s::timestamptz", (times.instant(node.value),), Kind.TIME, here, literal=node.value)
            if node.kind is Kind.DATE:
                return Piece("%s::date", (times.day(node.value).date(),), Kind.DATE, here, literal=node.value)
            if node.kind is Kind.INTERVAL:
                start, end = times.interval(node.value)
                ends = (times.from_milliseconds(start), times.from_milliseconds(end or start))
                return Piece("%s::timestamptz", ends, Kind.INTERVAL, here, end="%s::timestamptz")
        except Malformed as refusal:
            raise refusal.at(here) from None
        if node.kind is Kind.NUMBER:
            cast = "%s::numeric" if isinstance(node.value, int) else "%s::float8"
            return Piece(cast, (node.value,), Kind.NUMBER, here, literal=node.value)
        if node.kind is Kind.GEOMETRY:
            return Piece("%s::text", (node.value,), Kind.GEOMETRY, here, literal=node.value)
        if node.kind is Kind.DURATION and node.value.startswith("-"):  # PostgreSQL knows no sign before the P
            return Piece("(- %s::interval)", (node.value[1:],), Kind.DURATION, here, literal=node.value)
        values = () if node.kind is Kind.NULL else (_clean(node.value),)
        return Piece(casts[node.kind], values, node.kind, here, literal=node.value)

    def _logic(self, node: Logic, frame: Frame) -> Piece:
        if node.operator == "in":
            wanted = self.value(node.parts[0], frame)
            each = [
                expressions.compare("eq", wanted, self.value(part, frame), node.position) for part in node.parts[1:]
            ]
            return self._joined(" OR ", each, node.position)
        parts = [self.value(part, frame).to(Kind.BOOLEAN) for part in node.parts]
        if node.operator == "not":
            return Piece(f"({parts[0].sql} IS NOT TRUE)", parts[0].values, Kind.BOOLEAN, node.position)
        return self._joined(f" {node.operator.upper()} ", parts, node.position)

    @staticmethod
    def _joined(word: str, parts: list[Piece], position: int) -> Piece:
        values = tuple(value for part in parts for value in part.values)
        return Piece("(" + word.join(part.sql for part in parts) + ")", values, Kind.BOOLEAN, position)

    def _binary(self, node: Binary, frame: Frame) -> Piece:
        if (narrow := self._by_identity(node)) is not None:
            return narrow
        left, right = self.value(node.left, frame), self.value(node.right, frame)
        if node.operator in ("eq", "ne", "gt", "ge", "lt", "le"):
            return expressions.compare(node.operator, left, right, node.position)
        return expressions.arithmetic(node.operator, left, right, node.position)

    def _by_identity(self, node: Binary) -> Piece | None:
        """``@iot.id eq 7`` on observations, and ``Datastream/@iot.id eq 7``, by the key instead of a computed id."""
        path, number = node.left, node.right
        if self.entity.name != "Observation" or node.operator != "eq":
            return None
        if not (isinstance(path, Path) and isinstance(number, Literal) and isinstance(number.value, int)):
            return None
        if not 0 <= number.value < 2**63:
            return None
        if len(path.parts) == 1 and path.parts[0] in IDENTITIES:
            series, at = observation_ids.parts(number.value)
            values = (series, times.from_milliseconds(at))
            return Piece(
                f"({self.alias}.series_id = %s AND {self.alias}.time = %s)", values, Kind.BOOLEAN, node.position
            )
        if self.stations is None and path.parts[0] == "Datastream" and path.parts[1:] in {("id",), ("@iot.id",)}:
            return Piece(f"({self.alias}.series_id = %s::bigint)", (number.value,), Kind.BOOLEAN, node.position)
        return None

    # --- paths -------------------------------------------------------------------------------------------------------

    def _path(self, node: Path, frame: Frame) -> Piece:
        entity, alias, rest = self._walk(node, frame)
        name, *keys = rest
        if name in IDENTITIES and not keys:
            return Piece(entity.identity.format(t=alias), (), Kind.NUMBER, node.position)
        prop = entity.properties.get(name)
        if prop is None:
            raise Malformed(
                N_("%(entity)s không có thuộc tính “%(name)s” (vị trí %(place)d). Có: %(known)s."),
                entity=entity.name, name=name[:60], place=node.position,
                known=", ".join([*entity.properties, *entity.links]),
            ).at(node.position)  # fmt: skip
        detail = self._detail_of(alias, prop)
        piece = self._of_property(prop, alias, detail, node)
        if keys:
            if piece.kind not in (Kind.JSON, Kind.GEOMETRY, Kind.RESULT):
                raise Malformed(
                    N_("“%(name)s” không có thành phần con (vị trí %(place)d)."), name=name, place=node.position
                ).at(node.position)
            if piece.kind is Kind.RESULT:
                piece = self._result(alias, node).to(Kind.JSON)
            return piece.make(f"({piece.sql} #> %s::text[])", Kind.JSON, (*piece.values, [_clean(key) for key in keys]))
        return piece

    def _of_property(self, prop: Property, alias: str, detail: str, node: Path) -> Piece:
        if prop.kind is Kind.RESULT:
            return self._result(alias, node)
        end = prop.end.format(t=alias, d=detail) if prop.end else ""
        return Piece(prop.sql.format(t=alias, d=detail), (), prop.kind, node.position, end=end)

    def _result(self, alias: str, node: Path) -> Piece:
        """A number as such; as text or JSON also what stands in the details."""
        inner = f"SELECT e.result FROM water_observationdetail e WHERE e.series_id = {alias}.series_id AND e.time = {alias}.time"
        return Piece(
            f"{alias}.value", (), Kind.RESULT, node.position,
            text_form=f"COALESCE({alias}.value::text, (SELECT x.result #>> '{{}}' FROM ({inner}) x))",
            json_form=f"COALESCE(to_jsonb({alias}.value), ({inner}))",
        )  # fmt: skip

    def _detail_of(self, alias: str, prop: Property) -> str:
        if not prop.detail:
            return ""
        if alias == self.alias:
            self.needs_detail = True
            return "d"
        return f"{alias}d"

    def _walk(self, node: Path, frame: Frame) -> tuple[EntityType, str, tuple[str, ...]]:
        entity, alias = self.entity, self.alias
        parts = node.parts
        walked: tuple[str, ...] = ()
        while len(parts) > 1 and parts[0] in entity.links:
            link = entity.links[parts[0]]
            walked, parts = (*walked, parts[0]), parts[1:]
            if len(walked) > 8:
                raise Malformed(N_("Đường dẫn ở vị trí %(place)d đi qua quá nhiều quan hệ."), place=node.position).at(
                    node.position
                )
            known = frame.reached.get(walked)
            alias = known or self._reach(link, entity, alias, walked, frame)
            entity = TYPES[link.target]
            frame.many = frame.many or link.many
        return entity, alias, parts

    def _reach(self, link: Link, entity: EntityType, alias: str, walked: tuple[str, ...], frame: Frame) -> str:
        self._aliases += 1
        new = f"r{self._aliases}"
        target = TYPES[link.target]
        table = f"{target.table} {new}"
        if target.name == "Observation":
            table += DETAIL_JOIN.format(t=new, d=f"{new}d")
        frame.tables.append(table)
        condition = link.by_alias or link.by_id
        frame.conditions.append(condition.format(t=new, a=alias, p=entity.identity.format(t=alias)))
        if self.stations is not None:
            seen = target.seen.format(t=new)
            frame.conditions.append(seen)
            frame.values.extend([self.stations] * seen.count("%s"))
        frame.reached[walked] = new
        return new

    # --- functions ---------------------------------------------------------------------------------------------------

    def _call(self, node: Call, frame: Frame) -> Piece:
        if functions.known(node.name):
            return functions.call(node.name, [self.value(each, frame) for each in node.arguments], node.position)
        if geometry.known(node.name):
            return self._geometry(node, frame)
        raise Malformed(N_("Không có hàm “%(name)s” (vị trí %(place)d)."), name=node.name[:40], place=node.position).at(
            node.position
        )

    def _geometry(self, node: Call, frame: Frame) -> Piece:
        arguments, pattern = list(node.arguments), None
        if node.name.lower() == "st_relate" and len(arguments) == 3:
            last = arguments.pop()
            pattern = str(last.value) if isinstance(last, Literal) and last.kind is Kind.TEXT else ""
        try:
            return geometry.call(node.name, [self._place(each, frame) for each in arguments], pattern, node.position)
        except Malformed as refusal:
            raise refusal if refusal.position else refusal.at(node.position) from None

    def _place(self, node: Node, frame: Frame) -> geometry.Place:
        if isinstance(node, Literal) and node.kind in (Kind.GEOMETRY, Kind.TEXT):
            return geometry.literal(node.value, node.position)
        if isinstance(node, Path):
            entity, alias, rest = self._walk(node, frame)
            if len(rest) == 1 and rest[0] == entity.geometry:
                column = entity.properties[rest[0]].column
                return geometry.Place(rows=lambda: self.rows_of(entity.table, column), identity=f"{alias}.id")
        raise Malformed(
            N_("Ở vị trí %(place)d cần một hình: location, feature, observedArea hoặc geography'POINT (…)'."),
            place=node.position,
        ).at(node.position)  # fmt: skip


def _clean(value: Any) -> Any:
    """In the normal form of what is stored. PostgreSQL keeps no NUL in text; a text with one equals nothing."""
    return nfc(value).replace("\x00", "\ufffd") if isinstance(value, str) else value


def dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
