"""The rows of the network as the graph that ``rules.tracing`` walks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from giapranh.water.models import BankReach, RiverFeature, Station, Watercourse
from giapranh.water.rules import tracing
from giapranh.water.rules.tracing import Graph, Position, River

STATION, FEATURE = "station:", "feature:"


def graph_of(
    *, rivers: Sequence[Watercourse], features: Iterable[RiverFeature], stations: Iterable[Station],
    banks: Iterable[BankReach],
) -> Graph:  # fmt: skip
    known = {river.pk: river for river in rivers}
    return Graph(
        {river.key: _river(river, known) for river in rivers},
        (*(_feature(row) for row in features), *(_station(row) for row in stations if row.watercourse)),
        tuple(
            tracing.BankReach(row.watercourse.key, row.bank, row.km_upper, row.km_lower, row.unit_name,
                              row.province_code)
            for row in banks
        ),
        version=", ".join(sorted({river.chainage_version for river in rivers if river.chainage_version})),
    )  # fmt: skip


def station_id(key: str) -> int | None:
    """The station behind the key of a feature of the graph."""
    return int(key.removeprefix(STATION)) if key.startswith(STATION) else None


def _river(row: Watercourse, known: dict[int, Watercourse]) -> River:
    into = known.get(row.flows_into_id or 0)
    joins = Position(into.key, min(row.joins_at_km or 0.0, into.length_km)) if into else None
    return River(row.key, row.name, row.length_km, joins, row.joins_bank)


def _feature(row: RiverFeature) -> tracing.Feature:
    lower = row.details.get("km_lower")
    return tracing.Feature(
        f"{FEATURE}{row.pk}", row.kind, row.name, row.watercourse.key, min(row.km, row.watercourse.length_km),
        float(lower) if lower is not None else None, row.km_uncertainty, row.bank, row.province_code,
        row.unit.name if row.unit else str(row.details.get("commune", "")), row.confidence,
    )  # fmt: skip


def _station(row: Station) -> tracing.Feature:
    assert row.watercourse is not None
    return tracing.Feature(
        f"{STATION}{row.pk}", "station", row.name, row.watercourse.key, min(row.km or 0.0, row.watercourse.length_km),
        None, 0.0, row.bank, "", row.unit.name if row.unit else "",
    )  # fmt: skip
