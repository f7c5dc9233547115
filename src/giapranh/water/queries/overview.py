"""All rivers at a glance: the worst first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from giapranh.kernel.clock import local_date
from giapranh.water.models import Watercourse
from giapranh.water.queries import network
from giapranh.water.queries.river_page import StationRow, rows_of
from giapranh.water.queries.states import ORDER


@dataclass(frozen=True, slots=True)
class RiverCard:
    """One river with its stations as they stand."""

    river: Watercourse
    rows: list[StationRow]

    @property
    def worst(self) -> StationRow | None:
        measured = [row for row in self.rows if row.state.at]
        return min(measured, key=lambda row: row.rank, default=None)

    @property
    def is_bad(self) -> bool:
        worst = self.worst
        return worst is not None and (
            ORDER.get(worst.state.cls, 0) >= 3 or bool(worst.state.over) or worst.fails_target
        )

    @property
    def silent(self) -> int:
        return sum(1 for row in self.rows if row.state.silent)


@dataclass(frozen=True, slots=True)
class Overview:
    cards: list[RiverCard]
    bare: list[Watercourse]  # rivers nobody watches
    rows: list[StationRow]

    @property
    def bad(self) -> int:
        return sum(1 for row in self.rows if ORDER.get(row.state.cls, 0) >= 3 or row.state.over or row.fails_target)

    @property
    def silent(self) -> int:
        return sum(1 for row in self.rows if row.state.silent)

    @property
    def illustrative(self) -> bool:
        return any(row.station.illustrative for row in self.rows)


def overview(user: Any, now: datetime) -> Overview:
    rivers = list(network.watercourses())
    rows = rows_of(user, list(network.stations(user, local_date(now))), now)
    cards = [RiverCard(river, [row for row in rows if row.station.watercourse_id == river.pk]) for river in rivers]
    watched = sorted((card for card in cards if card.rows), key=_worst_first)
    return Overview(watched, [card.river for card in cards if not card.rows], sorted(rows, key=lambda row: row.rank))


def _worst_first(card: RiverCard) -> tuple[Any, ...]:
    worst = card.worst
    return (worst.rank if worst else (9, 0, 0.0), -card.river.length_km)
