"""The registry of indicators: what may be measured for a period and a scope, and by whom it is measured.

Any room registers a measure at start-up; this room calls it with a period and a scope and never knows who it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from giapranh.kernel.errors import N_, NotFound
from giapranh.programme.rules.periods import ReportingPeriod
from giapranh.programme.rules.scope import Scope


@dataclass(frozen=True, slots=True)
class Evidence:
    """One record a number was counted from: its name, its reference (``kind:id``), the address of its page."""

    label: str
    ref: str
    url: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Measurement:
    """A number and where it comes from. ``value`` None means not measured, which is not 0.

    ``out_of`` is the whole it is part of (14 of 21 tasks); ``query`` says how to count it again.
    """

    value: Decimal | None
    unit: str
    citations: tuple[Evidence, ...] = ()
    target: Decimal | None = None
    out_of: Decimal | None = None
    note: str = ""
    query: dict[str, Any] = field(default_factory=dict)


Measure = Callable[[ReportingPeriod, Scope], Measurement]


@dataclass(frozen=True, slots=True)
class Indicator:
    key: str
    title: str
    unit: str
    measure: Measure


class NoSuchIndicator(NotFound):
    code = "no_such_indicator"


_registered: dict[str, Indicator] = {}


def indicator(key: str, *, title: str, unit: str) -> Callable[[Measure], Measure]:
    """Register a measure under ``key`` ("room.name"). Called by each room at start-up."""

    def register(measure: Measure) -> Measure:
        _registered[key] = Indicator(key, title, unit, measure)
        return measure

    return register


def registered() -> list[Indicator]:
    return list(_registered.values())


def keys() -> list[str]:
    return list(_registered)


def is_registered(key: str) -> bool:
    return key in _registered


def get(key: str) -> Indicator:
    if key not in _registered:
        raise NoSuchIndicator(N_("Không có chỉ số “%(key)s”."), key=key)
    return _registered[key]


def measure(key: str, period: ReportingPeriod, scope: Scope, target: Decimal | None = None) -> Measurement:
    """The number of one indicator now, with its target and the query that gave it."""
    found = get(key).measure(period, scope)
    query = {"indicator": key, "period": period.key, "scope": scope.as_json(), **found.query}
    return replace(found, target=target if target is not None else found.target, query=query)


def evidence_url(key: str, period: ReportingPeriod, scope: Scope) -> str:
    """The page that lists exactly the records the number was counted from."""
    params: list[tuple[str, str]] = [("chi-so", key), ("ky", period.key)]
    if scope.programme is not None:
        params.append(("chuong-trinh", str(scope.programme)))
    params += [("viec", str(task)) for task in scope.tasks or ()]
    return f"/chuong-trinh/bang-chung/?{urlencode(params)}"


def current_period(day: date) -> ReportingPeriod:
    """The quarter whose figures are being counted on ``day``."""
    from giapranh.programme.rules.periods import PeriodKind, containing

    return containing(PeriodKind.QUARTER, day)
