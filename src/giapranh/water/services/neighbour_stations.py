"""Stations, series and newest values of a neighbour, on our own pages: whose they are is kept, nobody here writes them."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import numpy as np

from giapranh.exchange.ledger.engine import Change
from giapranh.exchange.queries.records import peer_names
from giapranh.kernel.clock import local_date
from giapranh.kernel.errors import Refused
from giapranh.kernel.text import one_line
from giapranh.water.models import Bank, Series, Station, StationKind, Watercourse
from giapranh.water.queries import received_notices as values
from giapranh.water.services.series import make_series
from giapranh.water.services.store import Rows, milliseconds, store

log = logging.getLogger(__name__)
MOST_SERIES = 200


def station_came(change: Change) -> None:
    """A station of theirs as they say it now; taken back, it ends here. A station of ours they cannot touch."""
    uid = _uid(change.subject.partition(":")[2])
    if uid is None:
        return
    known = Station.objects.filter(uid=uid).first()
    if known is not None and known.node != change.peer:
        log.error("%s says it owns station %s of %s", change.peer, uid, known.node or "this node")
        return
    if change.data is None:
        if known is not None:
            known.valid_to = local_date(datetime.fromtimestamp(change.now / 1000, UTC))
            known.save()
        return
    station = known or Station(uid=uid, node=change.peer)
    _fill(station, change.data, change.peer)
    station.save()
    told = change.data.get("series")
    for one in told[:MOST_SERIES] if isinstance(told, list) else []:
        if isinstance(one, dict):
            _series(station, one)


def _fill(station: Station, data: dict[str, Any], peer: str) -> None:
    """Only what the clause let through is known; what it left out stays as it was."""
    station.name = one_line(str(data.get("name") or station.name or station.uid))[:300]
    code = one_line(str(data.get("code") or ""))[:60]
    if code and not Station.objects.filter(code=code).exclude(uid=station.uid).exists():
        station.code = code
    if data.get("kind") in set(StationKind):
        station.kind = str(data["kind"])
    if data.get("bank") in set(Bank):
        station.bank = str(data["bank"])
    if river := Watercourse.objects.filter(key=str(data.get("river") or "")).first():
        station.watercourse = river
    for name, most in (("km", 5_000.0), ("lon", 180.0), ("lat", 90.0)):
        if (found := values.number(data.get(name))) is not None and found <= most:
            setattr(station, name, found)
    owner = one_line(str(data.get("owner") or ""))
    station.owner_name = ", ".join(part for part in (owner, peer_names().get(peer, peer)) if part)[:200]
    station.illustrative = bool(data.get("illustrative"))


def _series(station: Station, told: dict[str, Any]) -> None:
    """The series under the neighbour's own identity, so that the values that follow find it."""
    uid = _uid(str(told.get("uid") or ""))
    if uid is None or Series.objects.filter(uid=uid).exists():
        return
    parameter, basis = str(told.get("parameter") or ""), str(told.get("basis") or "")[:20]
    same = Series.objects.filter(
        station=station, parameter=parameter, basis=basis, unit_symbol=str(told.get("unit") or "")
    )
    series = same.order_by("pk").first() if parameter else None
    try:
        cycle = told.get("cycleSeconds")
        series = series or make_series(
            station, parameter, unit=str(told.get("unit") or ""), basis=basis,
            cycle_seconds=cycle if isinstance(cycle, int) and 0 < cycle < 10_000_000 else None,
        )[0]  # fmt: skip
    except Refused as refusal:  # a parameter this program does not know: the record itself is kept all the same
        log.warning("series %s of %s is not shown: %s", uid, station, refusal)
        return
    series.uid = uid
    series.save(update_fields=["uid"])


def latest_came(change: Change) -> None:
    """Their newest values join their series here; the same value twice is one."""
    told = (change.data or {}).get("values")
    if not isinstance(told, list):
        return
    at = datetime.fromtimestamp(change.now / 1000, UTC)
    rows = [row for one in told[:MOST_SERIES] if isinstance(one, dict) and (row := _row(change.peer, one, at))]
    if rows:
        ids, times, numbers = (np.array(column) for column in zip(*rows, strict=True))
        store(Rows(ids, times, numbers), source=None, at=at)


def _row(peer: str, told: dict[str, Any], at: datetime) -> tuple[int, int, float] | None:
    uid, time, value = _uid(str(told.get("series") or "")), values.moment(told.get("at")), told.get("value")
    if uid is None or time is None or time > at:
        return None
    series = Series.objects.filter(uid=uid, station__node=peer).values_list("pk", flat=True).first()
    try:
        found = float(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if series is None or found is None or not np.isfinite(found):
        return None
    return series, milliseconds(time), found


def _uid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
