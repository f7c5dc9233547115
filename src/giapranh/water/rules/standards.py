"""Which regulation held on a day, its classes, and its limits: the dated data of ``data/standards.toml`` and tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache, lru_cache

from giapranh.kernel.errors import N_, BadInput
from giapranh.kernel.periods import valid_on
from giapranh.water.rules import datafiles

WORSE = "worse"
_remembered = lru_cache(maxsize=8192)  # tables of many results ask for few days and parameters again and again
TABLE_1 = "table1"


class NoStandard(BadInput):
    code = "no_standard"


class WaterBody(StrEnum):
    RIVER = "river"
    LAKE = "lake"


@dataclass(frozen=True, slots=True)
class Standard:
    """One regulation over its time; ``classes`` run from best to last."""

    key: str
    title: str
    classes: tuple[str, ...]
    valid_from: date | None
    valid_to: date | None
    source: str
    table_file: str = ""

    def rank(self, cls: str) -> int:
        """0 for the best class; “worse than the last” comes behind all."""
        return len(self.classes) if cls == WORSE else self.classes.index(cls)


@dataclass(frozen=True, slots=True)
class Bound:
    """The limits of one class for one parameter, both included; None = open on that side.

    ``rubbish``: True or False where the class also asks whether floating rubbish was seen.
    """

    standard: str
    table: str
    parameter: str
    water_body: str
    cls: str
    low: Decimal | None
    high: Decimal | None
    rubbish: bool | None
    unit: str
    unsure: bool
    confidence: str
    source: str
    valid_from: date | None
    valid_to: date | None

    @property
    def regulation(self) -> str:
        """Key of regulation and table, as plans and targets name it."""
        return self.standard if self.table == "2015" else f"{self.standard}_table_{self.table}"

    def holds(self, value: Decimal) -> bool:
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


@dataclass(frozen=True, slots=True)
class ClassName:
    vi: str
    en: str
    meaning: str
    colour: str


@cache
def standards() -> tuple[Standard, ...]:
    return tuple(
        Standard(row["key"], row["title"], tuple(row["classes"]), row.get("valid_from"), row.get("valid_to"),
                 row["source"], row.get("table_file", ""))
        for row in datafiles.read_toml("standards.toml")["standard"]
    )  # fmt: skip


@cache
def class_names() -> dict[str, ClassName]:
    rows = datafiles.read_toml("standards.toml")["class"]
    return {key: ClassName(**row) for key, row in rows.items()}


def standard(key: str) -> Standard:
    """By its key, or by the key of one of its tables (``qcvn_08_2023_table_2``)."""
    found = next((one for one in standards() if key == one.key or key.startswith(one.key + "_table_")), None)
    if found is None:
        raise NoStandard(N_("Không có quy chuẩn “%(key)s”."), key=key)
    return found


@_remembered
def standard_on(day: date) -> Standard:
    """The regulation that held on the day of the sample. Before 01/03/2016 no limits are kept."""
    found = next((one for one in valid_on(standards(), day) if one.classes), None)
    if found is None:
        raise NoStandard(N_("Phần mềm không có trị số quy chuẩn nước mặt cho ngày %(day)s."), day=f"{day:%d/%m/%Y}")
    return found


@cache
def _bounds(standard_key: str) -> dict[str, tuple[Bound, ...]]:
    """All limits of a standard by parameter, best class first."""
    found: dict[str, list[Bound]] = {}
    for row in datafiles.read_csv(standard(standard_key).table_file):
        one = Bound(
            standard_key, row["table"], row["parameter"], row["water_body"], row["class"], _decimal(row["low"]),
            _decimal(row["high"]), {"yes": True, "no": False}.get(row["rubbish"]), row["unit"], row["unsure"] == "1",
            row["confidence"], row["source"], datafiles.day(row["valid_from"]), datafiles.day(row["valid_to"]),
        )  # fmt: skip
        found.setdefault(one.parameter, []).append(one)
    return {key: tuple(rows) for key, rows in found.items()}


def _decimal(text: str) -> Decimal | None:
    return Decimal(text) if text else None


@_remembered
def class_bounds(parameter: str, day: date, water_body: str = WaterBody.RIVER) -> tuple[Bound, ...]:
    """The limits of all classes of the parameter on that day, best first; empty when the standard has none."""
    held = valid_on(_bounds(standard_on(day).key).get(parameter, ()), day)
    return tuple(one for one in held if one.cls != TABLE_1 and one.water_body in {"", water_body})


@_remembered
def table1_bound(parameter: str, day: date) -> Bound | None:
    """The limit that protects health whatever the water is used for (Table 1 of QCVN 08:2023)."""
    held = valid_on(_bounds(standard_on(day).key).get(parameter, ()), day)
    return next((one for one in held if one.cls == TABLE_1), None)


def bounds_on(parameter: str, day: date, water_body: str = WaterBody.RIVER) -> list[Bound]:
    """Every limit a chart may draw on that day: the classes, then Table 1."""
    first = table1_bound(parameter, day)
    limits = [one for one in class_bounds(parameter, day, water_body) if one.low is not None or one.high is not None]
    return limits + ([first] if first else [])


def bound(parameter: str, cls: str, day: date, water_body: str = WaterBody.RIVER) -> Bound | None:
    """The limit of one class or old column (“B”, “A2”), or of Table 1 (“table1”)."""
    if cls == TABLE_1:
        return table1_bound(parameter, day)
    return next((one for one in class_bounds(parameter, day, water_body) if one.cls == cls), None)


@_remembered
def classed_parameters(day: date, water_body: str = WaterBody.RIVER) -> tuple[str, ...]:
    """The parameters that have classes on that day."""
    return tuple(key for key in _bounds(standard_on(day).key) if class_bounds(key, day, water_body))


@_remembered
def table1_parameters(day: date) -> tuple[str, ...]:
    return tuple(key for key in _bounds(standard_on(day).key) if table1_bound(key, day))
