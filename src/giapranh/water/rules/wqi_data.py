"""The dated data of VN_WQI: curves, groups, conditions, methods, levels."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any

from giapranh.kernel.errors import N_, BadInput
from giapranh.water.rules.datafiles import read_toml

GROUPS = ("I", "II", "III", "IV", "V")
LOWEST = 10.0
HIGHEST = 100.0
NOISE = 1e-13  # of sums and conversions: a value this near to a breakpoint is on it


class NoIndex(BadInput):
    code = "no_index"


class Method(StrEnum):
    """How groups IV and V become one number; kept with every value."""

    CUBEROOT = "agg_cuberoot"
    SQRT = "agg_sqrt"
    IV_ONLY = "agg_iv_only"


@dataclass(frozen=True, slots=True)
class Curve:
    """Quality over value: straight lines through ``points``. ``strict``: before the first point quality is 100.

    ``drop``: behind the last point quality falls to 10 at once. ``below``: the quality before the first point.
    """

    points: tuple[tuple[float, float], ...]
    strict: bool = False
    drop: bool = False
    below: float | None = None

    @property
    def first(self) -> float:
        return self.points[0][0] * (1 - NOISE)

    @property
    def last(self) -> float:
        return self.points[-1][0] * (1 + NOISE)

    @property
    def before(self) -> float:
        if self.below is not None:
            return self.below
        return HIGHEST if self.strict else self.points[0][1]

    @property
    def after(self) -> float:
        return LOWEST if self.drop else self.points[-1][1]


@dataclass(frozen=True, slots=True)
class Level:
    """A band of the index; ``colour`` is the decision's own and never the only sign on a page."""

    key: str
    vi: str
    en: str
    low: int
    high: int
    colour: str
    use: str


@dataclass(frozen=True, slots=True)
class Condition:
    """When there is enough data: so many groups, one of them mandatory with so many parameters."""

    key: str
    least_groups: int
    mandatory: str
    least_in_mandatory: int
    label: str
    source: str
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class Index:
    key: str
    title: str
    source: str
    valid_from: date
    valid_to: date | None
    default_method: Method
    groups: dict[str, tuple[str, ...]]
    curves: dict[str, Curve]
    conditions: dict[str, Condition]
    levels: tuple[Level, ...]
    unsure_methods: frozenset[str]
    oxygen: tuple[float, ...]
    temps: tuple[float, float]

    def group_of(self, parameter: str) -> str:
        return next((group for group, members in self.groups.items() if parameter in members), "")


@cache
def _index(name: str) -> Index:
    data = read_toml(name)
    return Index(
        data["key"], data["title"], data["source"], data["valid_from"], data.get("valid_to"),
        Method(data["default_method"]),
        {key: tuple(data["groups"][key]) for key in GROUPS},
        {key: _curve(row) for key, row in data["curve"].items()},
        {key: Condition(key, **row) for key, row in data["conditions"].items()},
        tuple(Level(**row) for row in data["level"]),
        frozenset(key for key, row in data["methods"].items() if row.get("unsure")),
        tuple(data["oxygen"]["coefficients"]),
        (data["oxygen"]["lowest_temp"], data["oxygen"]["highest_temp"]),
    )  # fmt: skip


def _curve(row: dict[str, Any]) -> Curve:
    points = tuple((float(value), float(quality)) for value, quality in row["points"])
    return Curve(points, row.get("strict", False), row.get("drop", False), row.get("below"))


def index_on(day: date) -> Index:
    """The index that held on a day. Before 12/11/2019 another one did, which is not kept here."""
    index = _index("wqi_1460.toml")
    if day < index.valid_from or (index.valid_to and day > index.valid_to):
        raise NoIndex(
            N_("VN_WQI theo Quyết định 1460/QĐ-TCMT áp dụng từ %(start)s; không tính cho ngày %(day)s."),
            start=f"{index.valid_from:%d/%m/%Y}", day=f"{day:%d/%m/%Y}",
        )  # fmt: skip
    return index


def levels(day: date) -> tuple[Level, ...]:
    """From best to worst."""
    return index_on(day).levels


def level_of(value: int, day: date) -> Level:
    return next(level for level in levels(day) if value >= level.low)
