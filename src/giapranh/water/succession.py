"""What a succession of offices moves in this room: the stations an office keeps and who hears of their alerts.

Rules of alerts, watches over the line and keys of machines are subscriptions: whoever held them hears and sends on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from giapranh.kernel.clock import VIETNAM
from giapranh.people.audit import audit
from giapranh.people.succession import Effect, Move
from giapranh.water.models import Alert, AlertRule, ApiKey, Campaign, Incident, OnCall, PlannedSample, Station
from giapranh.water.queries.neighbours import DUTY
from giapranh.water.queries.river_page import station_url
from giapranh.water.rules.alert_states import LIVE
from giapranh.water.rules.incidents import OPEN_INCIDENTS

SHOWN = 200  # lines of a preview; the rest is one line with their number


def preview(moves: list[Move]) -> list[Effect]:
    """What would move, one line each. Changes nothing."""
    return [effect for move in moves for effect in _effects(move)]


def apply(moves: list[Move], by: Any, at: datetime) -> None:
    """Move it. What a successor is missing for keeps the old office: somebody must decide."""
    for move in moves:
        if move.successor_id is None or not _concerns(move):
            continue
        moved = list(_stations(move).values_list("pk", flat=True))
        for each in _all(move):
            each.rows.update(**{each.column: move.successor_id})
        # Alerts nobody has been told of yet come and go by the minute: they go along without being listed.
        Alert.objects.filter(owner=move.predecessor_id, state__in=LIVE).update(owner=move.successor_id)
        if moved:
            audit("water.stations_moved", "office", move.predecessor_id, by, at, to=move.successor_id, stations=moved)


@dataclass(frozen=True, slots=True)
class _Kind:
    """Rows of one kind that go along: how the page lists them and which column names their office."""

    kind: str
    rows: QuerySet[Any]
    title: Callable[[Any], str]
    url: Callable[[Any], str]
    column: str = "owner"


def _all(move: Move) -> list[_Kind]:
    gone = move.predecessor_id
    midnight = datetime.combine(move.on, time(), VIETNAM)
    kinds = [
        _Kind("station", _stations(move).order_by("sort_key", "pk"), _name, lambda row: station_url(row.pk)),
        _Kind("subscription", AlertRule.objects.filter(owner=gone, valid_to=None).order_by("pk"),
              lambda row: _("Quy tắc cảnh báo: %(name)s") % {"name": row.name},
              lambda row: reverse("water:alert_rule", args=[row.pk])),
        _Kind("alert", Alert.objects.filter(owner=gone, state__in=LIVE, opened_at__isnull=False).select_related("rule", "station").order_by("pk"),
              str, lambda row: reverse("water:alert", args=[row.pk])),
        _Kind("incident", Incident.objects.filter(owner=gone, state__in=OPEN_INCIDENTS).order_by("pk"),
              lambda row: f"{row.n}/{row.year}", lambda row: reverse("water:incident", args=[row.pk])),
        _Kind("campaign", Campaign.objects.filter(office=gone, ends_on__gte=move.on).order_by("pk"), _name,
              lambda row: reverse("water:campaign", args=[row.pk]), "office"),
        _Kind("visit", PlannedSample.objects.filter(office=gone, to_day__gte=move.on)
              .select_related("campaign", "station").order_by("pk"),
              lambda row: f"{row.campaign.name}, {row.station.name}, {row.from_day:%d/%m/%Y}",
              lambda row: reverse("water:campaign", args=[row.campaign_id]), "office"),
    ]  # fmt: skip
    if not move.duty:  # people on duty and machines belong to the office itself
        kinds += [
            _Kind("subscription", OnCall.objects.filter(office=gone, ends_at__gt=midnight)
                  .select_related("officer").order_by("pk"),
                  lambda row: _("Lịch trực: %(name)s") % {"name": row.officer.full_name},
                  lambda row: reverse("water:on_call"), "office"),
            _Kind("subscription", ApiKey.objects.filter(office=gone, withdrawn_at=None).order_by("pk"),
                  lambda row: _("Khóa giao diện: %(name)s") % {"name": row.name},
                  lambda row: reverse("water:keys"), "office"),
        ]  # fmt: skip
    return kinds


def _name(row: Any) -> str:
    return str(row.name)


def _effects(move: Move) -> list[Effect]:
    if not _concerns(move):
        return []
    lines = []
    for each in _all(move):
        lines += [
            Effect(each.kind, each.title(row), move.predecessor_name, move.successor_name, each.url(row))
            for row in each.rows[:SHOWN]
        ]
        if (rest := each.rows.count() - SHOWN) > 0:
            lines.append(Effect(each.kind, f"+ {rest}", move.predecessor_name, move.successor_name))
    return lines


def _concerns(move: Move) -> bool:
    """A whole office moves, or the duty these stations serve."""
    return move.duty in ("", DUTY)


def _stations(move: Move) -> QuerySet[Station]:
    return Station.objects.filter(owner=move.predecessor_id, node="", valid_to=None)
