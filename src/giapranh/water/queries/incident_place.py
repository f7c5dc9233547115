"""Where an incident is and where its water goes: banks, provinces, what lies downstream and when the water may be there.

Arrival is always a window: a range of velocities gives an earliest and a latest time, never one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from giapranh.water.models import FeatureKind
from giapranh.water.queries.neighbours import Neighbour
from giapranh.water.rules.incidents import Extent

MOST_HOURS = 240.0


@dataclass(frozen=True, slots=True)
class Arrival:
    """Something downstream: an intake, a station, a weir, or the first bank of another unit."""

    kind: str
    name: str
    river: str
    km: float
    distance_km: float
    hours: tuple[float, float]
    window: tuple[datetime, datetime]
    province: str = ""
    commune: str = ""
    note: str = ""

    @property
    def is_intake(self) -> bool:
        return self.kind == FeatureKind.INTAKE


@dataclass(frozen=True, slots=True)
class Hearing:
    """A province that must hear, with whom to write to."""

    neighbour: Neighbour
    why: str
    hours: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """``known`` is False where the network says nothing of the place: then nobody may read “no neighbour”."""

    known: bool
    banks: dict[str, str] = field(default_factory=dict)  # bank → province code
    communes: tuple[str, ...] = ()
    arrivals: tuple[Arrival, ...] = ()
    hearing: tuple[Hearing, ...] = ()
    extent: Extent = Extent.COMMUNE
    provinces: tuple[str, ...] = ()
    border: bool = False

    @property
    def intakes(self) -> list[Arrival]:
        return [each for each in self.arrivals if each.is_intake]
