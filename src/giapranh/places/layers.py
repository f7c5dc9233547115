"""What the map shows on a day. Rooms above add their own layers at start-up."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from giapranh.places import queries
from giapranh.places.models import AdministrativeUnit, MapLayer, UnitKind
from giapranh.places.named import held_on

Geo = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Layer:
    """One drawing: GeoJSON whose features carry ``kind``, ``name``, and ``full_name`` where they have one."""

    key: str
    title: str
    geojson: Geo
    shown: bool = True

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.key, "key": self.key, "title": self.title, "name": self.title, "shown": self.shown,
            "data": self.geojson,
        }  # fmt: skip


Provider = Callable[[date, Any], Iterable[Layer]]  # the day, and who looks
_providers: dict[str, Provider] = {}


def register_layers(name: str, provider: Provider) -> None:
    """Called by a room at start-up (``AppConfig.ready``)."""
    _providers[name] = provider


def layers(day: date, user: Any = None) -> list[Layer]:
    """Every layer of ``day`` that ``user`` may see, from the ground up; empty ones are left out."""
    own = [
        _units("provinces", _("Tỉnh"), [UnitKind.PROVINCE], day),
        _units("districts", _("Huyện"), [UnitKind.DISTRICT], day),
        _units("communes", _("Xã, phường"), queries.COMMUNE_KINDS, day),
        _rivers(),
        _border(day),
        *_drawings(day),
    ]
    others = [layer for provider in _providers.values() for layer in provider(day, user)]
    return [layer for layer in (*own, *others) if layer.geojson["features"]]


def ground(day: date) -> list[Layer]:
    """Provinces and their border alone: what a smaller map of a room above stands on."""
    found = [_units("provinces", _("Tỉnh"), [UnitKind.PROVINCE], day), _border(day), *_drawings(day)]
    return [layer for layer in found if layer.geojson["features"]]


def as_json(day: date, user: Any = None) -> dict[str, Any]:
    """What the map page fetches."""
    return {
        "day": day.isoformat(),
        "note": _("Bản đồ tham khảo: không dùng để xác định địa giới, không thay hồ sơ địa giới hành chính."),
        "layers": [layer.as_json() for layer in layers(day, user)],
    }


def _units(key: str, title: str, kinds: Iterable[str], day: date) -> Layer:
    found = AdministrativeUnit.objects.filter(held_on(day), kind__in=list(kinds)).exclude(geometry_stamp="")
    drawn = found.select_related("parent", "outline").order_by("sort_key")
    return Layer(key, title, _collection(_unit_feature(unit) for unit in drawn))


def _unit_feature(unit: AdministrativeUnit) -> Geo:
    level = unit.kind if unit.kind in (UnitKind.PROVINCE, UnitKind.DISTRICT) else "commune"
    above = unit.parent.full_name if unit.parent else ""
    return _feature(
        unit.outline.geometry, kind=level, name=unit.name, full_name=f"{unit.full_name}, {above}" if above else unit.full_name,
        code=unit.code, source=unit.geometry_source,
    )  # fmt: skip


def _rivers() -> Layer:
    drawn = queries.rivers().exclude(geometry=None)
    features = (_feature(river.geometry, kind="river", name=river.name, source=river.source) for river in drawn)
    return Layer("rivers", _("Sông"), _collection(features))


def _border(day: date) -> Layer:
    pairs = queries.border_pairs(day).exclude(geometry=None)
    features = (
        _feature(pair.geometry, kind="shared_border", name=f"{pair.unit_a.name} – {pair.unit_b.name}",
                 source=pair.source)
        for pair in pairs
    )  # fmt: skip
    return Layer("border", _("Ranh giới chung"), _collection(features))


def _drawings(day: date) -> list[Layer]:
    """Free drawings; the schematic border gives way to the real one."""
    rows = MapLayer.objects.filter(held_on(day)).order_by("position", "pk")
    if queries.border_pairs(day).exclude(geometry=None).exists():
        rows = rows.exclude(key="border-schematic")
    return [Layer(row.key, row.title, row.geojson) for row in rows]


def _feature(geometry: Geo | None, **properties: str) -> Geo:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _collection(features: Iterable[Geo]) -> Geo:
    return {"type": "FeatureCollection", "features": list(features)}
