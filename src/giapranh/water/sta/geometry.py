"""Places inside $filter: geo.distance, geo.length, geo.intersects and the st_… relations.

The database that comes with the program knows no geometry. A network has hundreds or thousands of places, so each is
tried here once per question and the database gets the answers by id. Distances and lengths are in degrees, the unit
of the coordinates, as other servers of this standard give them.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import shapely
from shapely.errors import ShapelyError
from shapely.geometry import shape

from giapranh.kernel.errors import N_
from giapranh.water.sta.errors import Malformed
from giapranh.water.sta.expressions import Piece
from giapranh.water.sta.functions import check_number
from giapranh.water.sta.mapping import Kind

MOST_PLACES = 100_000
Rows = Callable[[], list[tuple[int, Any]]]

_RELATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "geo.intersects": shapely.intersects,
    "st_equals": shapely.equals,
    "st_disjoint": shapely.disjoint,
    "st_touches": shapely.touches,
    "st_within": shapely.within,
    "st_overlaps": shapely.overlaps,
    "st_crosses": shapely.crosses,
    "st_intersects": shapely.intersects,
    "st_contains": shapely.contains,
}
NAMES = sorted([*_RELATIONS, "geo.distance", "geo.length", "st_relate"])


def known(name: str) -> bool:
    return name.lower() in NAMES


class Place:
    """One argument: a shape given in the question, or the property of a table with the way to its rows."""

    def __init__(self, literal: Any = None, rows: Rows | None = None, identity: str = "") -> None:
        self.literal, self.rows, self.identity = literal, rows, identity


def literal(text: str, position: int) -> Place:
    words = text.strip()
    if words.upper().startswith("SRID="):
        words = words.partition(";")[2]
    try:
        with np.errstate(over="ignore"):
            return Place(literal=_somewhere(shapely.from_wkt(words)))
    except (ShapelyError, ValueError, TypeError) as error:
        raise Malformed(
            N_("Không đọc được hình ở vị trí %(place)d. Hãy viết WKT như POINT (106.75 21.85)."), place=position
        ).at(position) from error


def read_shape(value: Any) -> Any | None:
    """A GeoJSON geometry or feature as a shape; None where it is something else."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return None
    if isinstance(value, dict) and value.get("type") == "Feature":
        value = value.get("geometry")
    if not isinstance(value, dict):
        return None
    try:
        return _somewhere(shape(value))
    except (ShapelyError, ValueError, TypeError, KeyError, AttributeError, IndexError):
        return None


def _somewhere(found: Any) -> Any:
    """Shapes that are empty or in no finite place have no distance that JSON could tell."""
    if not np.isfinite(found.bounds).all():
        raise ValueError(found)
    return found


def is_on_earth(found: Any) -> bool:
    west, south, east, north = found.bounds
    return bool(west >= -180 and east <= 180 and south >= -90 and north <= 90)


def call(name: str, places: list[Place], pattern: str | None, position: int) -> Piece:
    key = name.lower()
    wanted = 1 if key == "geo.length" else 2
    check_number(name, tuple(places), wanted, wanted, position)
    kind = Kind.NUMBER if key in ("geo.distance", "geo.length") else Kind.BOOLEAN
    if key == "st_relate" and pattern is None:
        raise Malformed(N_("st_relate cần mẫu chín ký tự làm đối số thứ ba (vị trí %(place)d)."), place=position).at(
            position
        )
    tables = [place for place in places if place.rows is not None]
    if len(tables) > 1:
        raise Malformed(
            N_("Hàm %(name)s so một thuộc tính với một hình cho sẵn; ở vị trí %(place)d có hai thuộc tính."),
            name=name, place=position,
        ).at(position)  # fmt: skip
    if not tables:
        value = _answers(key, [np.array([place.literal]) for place in places], pattern)[0]
        cast = "float8" if kind is Kind.NUMBER else "boolean"
        return Piece(f"%s::{cast}", (value.item(),), kind, position)
    return _by_id(key, places, tables[0], pattern, kind, position)


def _by_id(key: str, places: list[Place], table: Place, pattern: str | None, kind: Kind, position: int) -> Piece:
    assert table.rows is not None
    rows = table.rows()
    if len(rows) > MOST_PLACES:
        raise Malformed(N_("Có quá nhiều vị trí để so hình. Hãy thu hẹp câu hỏi."))
    shapes = [(row_id, made) for row_id, value in rows if (made := read_shape(value)) is not None]
    column = np.empty(len(shapes), dtype=object)
    column[:] = [made for _row_id, made in shapes]
    arguments = [column if place is table else np.array([place.literal]) for place in places]
    answers = _answers(key, arguments, pattern)
    ids = [row_id for row_id, _made in shapes]
    if kind is Kind.BOOLEAN:
        inside = [row_id for row_id, answer in zip(ids, answers.tolist(), strict=True) if answer]
        sql = f"(CASE WHEN {table.identity} = ANY(%s::bigint[]) THEN {table.identity} = ANY(%s::bigint[]) END)"
        return Piece(sql, (ids, inside), kind, position)
    told = zip(ids, answers.tolist(), strict=True)
    by_id = json.dumps({str(row_id): answer for row_id, answer in told if math.isfinite(answer)})
    return Piece(f"(%s::jsonb -> ({table.identity})::text)::float8", (by_id,), kind, position)


def _answers(key: str, arguments: list[Any], pattern: str | None) -> Any:
    if key == "geo.length":
        return shapely.length(arguments[0])
    one, two = arguments
    if key == "geo.distance":
        with np.errstate(over="ignore"):
            return shapely.distance(one, two)
    if key == "st_relate":
        return _relate(one, two, pattern or "")
    return _RELATIONS[key](one, two)


def _relate(one: Any, two: Any, pattern: str) -> Any:
    try:
        return shapely.relate_pattern(one, two, pattern)
    except (ShapelyError, ValueError, TypeError) as error:
        raise Malformed(N_("Mẫu của st_relate gồm chín ký tự trong 0 1 2 T F *.")) from error
