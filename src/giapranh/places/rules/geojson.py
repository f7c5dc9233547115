"""Reading GeoJSON that somebody else made. Every doubt is a refusal with one line; nothing is repaired in silence."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.geometry import shape

from giapranh.kernel.errors import N_, BadInput
from giapranh.kernel.text import one_line

MAX_BYTES = 60 * 1024 * 1024
MAX_FEATURES = 20_000
MAX_VERTICES = 3_000_000
# Where Vietnam lies, islands included. Outside it a coordinate is in another system, or the wrong way round.
WEST, EAST, SOUTH, NORTH = 102.0, 118.0, 6.0, 24.0
WGS84_NAMES = ("crs84", "epsg:4326", "epsg::4326", "wgs84")
AREAS = ("Polygon", "MultiPolygon")
LINES = ("LineString", "MultiLineString")


class BadMap(BadInput):
    code = "bad_map"


@dataclass(frozen=True, slots=True)
class Feature:
    """One drawn thing: where it stands in the file, what is written on it, its outline."""

    number: int
    properties: dict[str, Any]
    geometry: dict[str, Any]

    def text(self, *names: str) -> str:
        """The first of ``names`` that is filled in."""
        for name in names:
            value = self.properties.get(name)
            if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
                return one_line(str(value))
        return ""


@dataclass(frozen=True, slots=True)
class Collection:
    source: str
    features: list[Feature]
    refused: list[tuple[int, BadMap]]


def read(data: bytes, kinds: tuple[str, ...]) -> Collection:
    """The features of a file. A bad file raises; a bad feature is set aside in ``refused``."""
    document = _document(data)
    _check_system(document)
    found = document["features"]
    if len(found) > MAX_FEATURES:
        raise BadMap(N_("Tệp có %(count)s đối tượng, nhiều hơn %(limit)s. Hãy tách theo tỉnh."),
                     count=len(found), limit=MAX_FEATURES)  # fmt: skip
    features: list[Feature] = []
    refused: list[tuple[int, BadMap]] = []
    vertices = 0
    for number, item in enumerate(found, 1):
        try:
            feature, count = _feature(number, item, kinds)
        except BadMap as refusal:
            refused.append((number, refusal))
            continue
        vertices += count
        if vertices > MAX_VERTICES:
            raise BadMap(
                N_("Tệp có hơn %(limit)s điểm. Hãy đơn giản hóa đường ranh trước khi nạp."), limit=MAX_VERTICES
            )
        features.append(feature)
    meta = document.get("meta")
    source = str(meta.get("source", "")) if isinstance(meta, dict) else ""
    return Collection(one_line(source)[:500], features, refused)


def _document(data: bytes) -> dict[str, Any]:
    if not data.strip():
        raise BadMap(N_("Tệp rỗng."))
    if len(data) > MAX_BYTES:
        raise BadMap(N_("Tệp lớn hơn %(limit)s MB. Hãy đơn giản hóa hoặc tách tệp."), limit=MAX_BYTES // 1024 // 1024)
    try:
        document = json.loads(data.decode("utf-8-sig"), parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise BadMap(N_("Tệp không ở dạng UTF-8. Hãy xuất lại với bảng mã UTF-8.")) from None
    except RecursionError:
        raise BadMap(N_("Tệp lồng nhau quá sâu, không phải bản đồ.")) from None
    except json.JSONDecodeError as error:
        raise BadMap(N_("Tệp không phải JSON (dòng %(line)s, cột %(column)s): có thể bị cắt khi chép."),
                     line=error.lineno, column=error.colno) from None  # fmt: skip
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        raise BadMap(N_("Tệp không phải GeoJSON kiểu FeatureCollection."))
    if not isinstance(document.get("features"), list):
        raise BadMap(N_("Tệp GeoJSON thiếu danh sách đối tượng (features)."))
    return document


def _no_constant(name: str) -> float:
    raise BadMap(N_("Tệp chứa giá trị %(name)s, không phải số."), name=name)


def _check_system(document: dict[str, Any]) -> None:
    system = document.get("crs")
    if system is None:
        return
    name = str((system.get("properties") or {}).get("name", "")) if isinstance(system, dict) else str(system)
    if not any(known in name.lower().replace(" ", "") for known in WGS84_NAMES):
        raise BadMap(N_("Tệp dùng hệ tọa độ %(name)s. Hãy xuất lại theo WGS 84 (EPSG:4326), kinh độ trước."),
                     name=one_line(name)[:80] or "?")  # fmt: skip


def _feature(number: int, item: Any, kinds: tuple[str, ...]) -> tuple[Feature, int]:
    if not isinstance(item, dict) or not isinstance(item.get("properties"), dict):
        raise BadMap(N_("thiếu thuộc tính (properties)."))
    geometry = item.get("geometry")
    if not isinstance(geometry, dict) or geometry.get("type") not in kinds:
        kind = geometry.get("type") if isinstance(geometry, dict) else None
        raise BadMap(N_("kiểu hình %(kind)s không dùng được ở đây; cần %(wanted)s."),
                     kind=str(kind or "?")[:40], wanted=" / ".join(kinds))  # fmt: skip
    count = 0
    for count, point in enumerate(_points(geometry.get("coordinates"), 0), 1):  # noqa: B007 - the last count is wanted
        check_point(point)
    if not count:
        raise BadMap(N_("hình không có điểm nào."))
    _check_shape(geometry)
    return Feature(
        number, item["properties"], {"type": geometry["type"], "coordinates": geometry["coordinates"]}
    ), count


def _points(coordinates: Any, depth: int) -> Iterator[list[Any]]:
    if not isinstance(coordinates, list) or depth > 4:
        raise BadMap(N_("tọa độ ghi sai cấu trúc."))
    if coordinates and not isinstance(coordinates[0], list):
        yield coordinates
        return
    for part in coordinates:
        yield from _points(part, depth + 1)


def check_point(point: list[Any]) -> None:
    if len(point) < 2 or not all(isinstance(v, int | float) and not isinstance(v, bool) for v in point[:2]):
        raise BadMap(N_("có điểm không đủ hai số."))
    lon, lat = float(point[0]), float(point[1])
    if not (math.isfinite(lon) and math.isfinite(lat)):
        raise BadMap(N_("có điểm không phải số hữu hạn."))
    if WEST <= lon <= EAST and SOUTH <= lat <= NORTH:
        return
    if WEST <= lat <= EAST and SOUTH <= lon <= NORTH:
        raise BadMap(N_("kinh độ và vĩ độ bị đảo (%(lon)s; %(lat)s). GeoJSON ghi kinh độ trước."), lon=lon, lat=lat)
    if abs(lon) > 180 or abs(lat) > 90:
        raise BadMap(N_("tọa độ tính bằng mét (%(lon)s; %(lat)s), có lẽ VN-2000. Hãy chuyển sang WGS 84 (EPSG:4326)."),
                     lon=lon, lat=lat)  # fmt: skip
    raise BadMap(N_("có điểm nằm ngoài Việt Nam (%(lon)s; %(lat)s)."), lon=lon, lat=lat)


def _check_shape(geometry: dict[str, Any]) -> None:
    try:
        drawn = shape(geometry)
    except (ValueError, TypeError, IndexError, AttributeError, shapely.errors.ShapelyError):
        raise BadMap(N_("hình vẽ không khép hoặc thiếu điểm.")) from None
    if drawn.is_empty:
        raise BadMap(N_("hình không có điểm nào."))
    if not drawn.is_valid:
        reason, _, where = shapely.is_valid_reason(drawn).partition("[")
        raise BadMap(N_("hình vẽ tự cắt hoặc chồng lên chính nó tại (%(where)s)."),
                     where=where.rstrip("]").replace(" ", "; ") or reason)  # fmt: skip
