"""Reading what clients send: JSON of bounded size and depth, properties of the right type, nothing unknown."""

from __future__ import annotations

from typing import Any

import msgspec

from giapranh.kernel.errors import N_
from giapranh.kernel.text import nfc
from giapranh.water.sta import geometry, times
from giapranh.water.sta.errors import Malformed
from giapranh.water.sta.mapping import EntityType, Kind, Property

DEEPEST = 40
LONGEST_TEXT = 100_000
GEOJSON = {"application/geo+json", "application/vnd.geo+json"}


def decoded(body: bytes) -> Any:
    """The JSON of a body; what cannot be read is refused with the place."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(N_("Nội dung gửi lên không phải JSON đọc được: %(why)s"), why=str(error)[:200]) from error


def decoded_object(body: bytes) -> dict[str, Any]:
    value = decoded(body)
    if not isinstance(value, dict):
        raise Malformed(N_("Cần một đối tượng JSON {…}, nhưng có %(found)s."), found=type(value).__name__)
    return value


def clean(value: Any, depth: int = 0) -> Any:
    """Text in the one normal form, without NUL, which the database cannot keep."""
    if depth > DEEPEST:
        raise Malformed(N_("JSON lồng quá sâu."))
    if isinstance(value, str):
        if "\x00" in value:
            raise Malformed(N_("Văn bản có ký tự NUL."))
        if len(value) > LONGEST_TEXT:
            raise Malformed(N_("Văn bản dài quá %(most)d ký tự."), most=LONGEST_TEXT)
        return nfc(value) if not value.isascii() else value
    if isinstance(value, dict):
        return {clean(key, depth + 1): clean(each, depth + 1) for key, each in value.items()}
    if isinstance(value, list):
        return [clean(each, depth + 1) for each in value]
    return value


def reference(value: Any) -> int | None:
    """The id of ``{"@iot.id": 7}``; None for an entity given in full."""
    if not isinstance(value, dict):
        raise Malformed(N_("Cần một đối tượng JSON {…}, nhưng có %(found)s."), found=type(value).__name__)
    for name in ("@iot.id", "id"):
        if name in value:
            found = value[name]
            if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found < 2**63:
                raise Malformed(N_("@iot.id phải là số nguyên, nhưng có “%(value)s”."), value=str(found)[:40])
            return found
    return None


def check_names(entity: EntityType, body: dict[str, Any]) -> None:
    """A name that is not known is refused: a slip of the pen in phenomenonTime must not become “now”."""
    for name in body:
        if name not in entity.properties and name not in entity.links and "@" not in name and name != "id":
            raise Malformed(
                N_("%(entity)s không có thuộc tính “%(name)s”. Có: %(known)s."),
                entity=entity.name, name=name[:60], known=", ".join([*entity.properties, *entity.links]),
            )  # fmt: skip


def columns(entity: EntityType, body: dict[str, Any], *, partial: bool = False) -> dict[str, Any]:
    """The columns of the entity's own table that the body sets. Without ``partial`` what is missing is refused."""
    check_names(entity, body)
    found: dict[str, Any] = {}
    for prop in entity.properties.values():
        if not prop.column:
            continue
        if prop.name not in body:
            if prop.mandatory and not partial:
                raise Malformed(
                    N_("%(entity)s thiếu thuộc tính bắt buộc “%(name)s”."), entity=entity.name, name=prop.name
                )
            continue
        found[prop.column] = _value(entity, prop, body[prop.name])
    _check_geojson(entity, body)
    return found


def _value(entity: EntityType, prop: Property, value: Any) -> Any:
    if value is None and not prop.mandatory:
        return {} if prop.column == "properties" else None
    if prop.kind is Kind.TEXT:
        if not isinstance(value, str) or (prop.name == "name" and not value.strip()):
            raise _wrong(entity, prop, "string", value)
        return value
    if prop.kind is Kind.TIME:
        return times.instant(value)
    if prop.name in ("properties", "unitOfMeasurement") and not isinstance(value, dict):
        raise _wrong(entity, prop, "object", value)
    if prop.kind is Kind.GEOMETRY and not isinstance(value, dict | str):
        raise _wrong(entity, prop, "object", value)
    return value


def _wrong(entity: EntityType, prop: Property, wanted: str, value: Any) -> Malformed:
    return Malformed(
        N_("%(entity)s/%(name)s phải là %(wanted)s, nhưng có %(found)s."),
        entity=entity.name, name=prop.name, wanted=wanted, found=str(value)[:40] or "“”",
    )  # fmt: skip


def _check_geojson(entity: EntityType, body: dict[str, Any]) -> None:
    """Places that call themselves GeoJSON must be it, or no question about them could be answered."""
    name = entity.geometry
    if not name or body.get(name) is None:
        return
    if entity.name != "Datastream" and body.get("encodingType", "application/geo+json") not in GEOJSON:
        return
    shape = geometry.read_shape(body[name])
    if shape is None:
        raise Malformed(N_("%(entity)s/%(name)s không phải hình GeoJSON."), entity=entity.name, name=name)
    if not geometry.is_on_earth(shape):
        raise Malformed(
            N_("%(entity)s/%(name)s có tọa độ ngoài phạm vi. GeoJSON viết kinh độ trước (−180…180), vĩ độ sau (−90…90)."),
            entity=entity.name, name=name,
        )  # fmt: skip
