"""Clocks and thresholds that no law fixes: settings of the node, agreed by the two departments."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal, InvalidOperation

from giapranh.node.home import setting


def acknowledge_within() -> timedelta:
    """How long a neighbour has to say “received”: three hours where the agreement says nothing."""
    return _hours(setting("notice_ack_hours", "3"), 3)


def first_notice_within() -> timedelta:
    """From a person's confirmation to the first notice."""
    return timedelta(minutes=_number(setting("notice_first_minutes", "30"), 30))


def update_every() -> timedelta:
    return _hours(setting("notice_update_hours", "6"), 6)


def handled_within() -> timedelta:
    """An exceedance counts as handled in time when it was taken over within this time."""
    return _hours(setting("exceedance_handled_hours", "24"), 24)


def received_share() -> Decimal:
    """The share of expected records from which a station counts as reporting."""
    return Decimal(str(_number(setting("received_share_percent", "80"), 80))) / 100


def wqi_method() -> str:
    """How groups IV and V become one index; "" where nothing, or nothing known, was chosen: the default of its data."""
    chosen = setting("wqi_method").strip()
    return chosen if chosen in ("agg_cuberoot", "agg_sqrt") else ""


def _hours(text: str, default: float) -> timedelta:
    return timedelta(hours=_number(text, default))


def _number(text: str, default: float) -> float:
    try:
        found = float(Decimal(text.strip().replace(",", ".")))
    except (InvalidOperation, ValueError):
        return default
    return found if found > 0 else default
