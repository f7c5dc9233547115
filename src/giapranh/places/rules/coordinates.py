"""Coordinates as officials write them: VN-2000, X north, Y east, by the central meridian of a province."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from pyproj import Transformer

from giapranh.kernel.numbers import format_number


@dataclass(frozen=True, slots=True)
class Zone:
    """A 3° zone of VN-2000: its EPSG number and central meridian (``107°15′``)."""

    epsg: int
    central_meridian: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Vn2000:
    """A point in metres. X runs north, Y runs east: the other way round than on a school map."""

    x: float
    y: float
    zone: Zone

    def __str__(self) -> str:
        x, y = format_number(round(self.x, 1), 1), format_number(round(self.y, 1), 1)
        return f"X = {x}; Y = {y}; KTT {self.zone.central_meridian}"


def to_vn2000(lon: float, lat: float, zone: Zone) -> Vn2000:
    """A WGS 84 point in the zone's system. Good to a few metres: the shift between the two systems is published so."""
    east, north = _transformer(zone.epsg).transform(lon, lat)
    return Vn2000(north, east, zone)


def to_wgs84(x: float, y: float, zone: Zone) -> tuple[float, float]:
    """(lon, lat) of a VN-2000 point, X north and Y east."""
    lon, lat = _transformer(zone.epsg).transform(y, x, direction="INVERSE")
    return lon, lat


@lru_cache(maxsize=16)
def _transformer(epsg: int) -> Transformer:
    return Transformer.from_crs(4326, epsg, always_xy=True)
