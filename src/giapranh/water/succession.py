"""What a succession of offices moves in this room: the stations an office keeps, and the rules of alerts it owns."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from giapranh.people.audit import audit
from giapranh.people.succession import Effect, Move
from giapranh.water.models import Alert, AlertRule, Incident, Station
from giapranh.water.queries.neighbours import DUTY
from giapranh.water.queries.river_page import station_url
from giapranh.water.rules.alert_states import LIVE
from giapranh.water.rules.incidents import OPEN_INCIDENTS

SHOWN = 200  # lines of a preview; the rest is one line with their number


def preview(moves: list[Move]) -> list[Effect]:
    """What would move, one line each. Changes nothing."""
    return [effect for move in moves for effect in _effects(move)]


def apply(moves: list[Move], by: Any, at: datetime) -> None:
    """Move it. A station whose keeper has no successor keeps the old one: somebody must decide."""
    for move in moves:
        if move.successor_id is None or not _concerns(move):
            continue
        moved = list(_stations(move).values_list("pk", flat=True))
        Station.objects.filter(pk__in=moved).update(owner=move.successor_id)
        AlertRule.objects.filter(owner=move.predecessor_id, valid_to=None).update(owner=move.successor_id)
        Alert.objects.filter(owner=move.predecessor_id, state__in=LIVE).update(owner=move.successor_id)
        Incident.objects.filter(owner=move.predecessor_id, state__in=OPEN_INCIDENTS).update(owner=move.successor_id)
        if moved:
            audit("water.stations_moved", "office", move.predecessor_id, by, at, to=move.successor_id, stations=moved)


def _effects(move: Move) -> list[Effect]:
    if not _concerns(move):
        return []
    found = _stations(move).order_by("sort_key", "pk")
    lines = [
        Effect("station", row.name, move.predecessor_name, move.successor_name, station_url(row.pk))
        for row in found[:SHOWN]
    ]
    if (rest := found.count() - SHOWN) > 0:
        lines.append(Effect("station", f"+ {rest}", move.predecessor_name, move.successor_name))
    return lines


def _concerns(move: Move) -> bool:
    """A whole office moves, or the duty these stations serve."""
    return move.duty in ("", DUTY)


def _stations(move: Move) -> QuerySet[Station]:
    return Station.objects.filter(owner=move.predecessor_id, node="", valid_to=None)
