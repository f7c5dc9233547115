"""Units: recognised in any usual spelling, converted by exact ratios."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar

from giapranh.kernel.errors import N_, BadInput
from giapranh.kernel.text import one_line
from giapranh.water.rules.datafiles import read_toml

V = TypeVar("V")
_PLAIN = str.maketrans({"³": "3", "²": "2", "μ": "u", "µ": "u", "−": "-", "–": "-", "·": ".", " ": None})


class UnknownUnit(BadInput):
    code = "unknown_unit"


class UnitsDiffer(BadInput):
    code = "units_differ"


@dataclass(frozen=True, slots=True)
class Unit:
    """``code`` is UCUM; one unit is ``numerator / denominator`` base units of its dimension."""

    code: str
    display: str
    dimension: str
    numerator: int = 1
    denominator: int = 1
    spellings: tuple[str, ...] = ()


def fold(text: str) -> str:
    """One spelling of a unit: no spaces, no raised figures, no case."""
    return one_line(text).casefold().translate(_PLAIN)


@cache
def all_units() -> dict[str, Unit]:
    return {
        row["code"]: Unit(row["code"], row["display"], row["dimension"], row.get("numerator", 1),
                          row.get("denominator", 1), tuple(row.get("spellings", ())))
        for row in read_toml("units.toml")["unit"]
    }  # fmt: skip


@cache
def _by_spelling() -> dict[str, list[Unit]]:
    found: dict[str, list[Unit]] = {}
    for one in all_units().values():
        for spelling in {fold(s) for s in (one.code, one.display, *one.spellings)}:
            found.setdefault(spelling, []).append(one)
    return found


def find_unit(text: str, dimension: str = "") -> Unit | None:
    """The unit written in ``text``; ``dimension`` decides where one spelling has two meanings (mg/m3, ‑)."""
    if text in all_units() and not dimension:
        return all_units()[text]
    known = _by_spelling().get(fold(text), [])
    fitting = [one for one in known if one.dimension == dimension]
    return next(iter(fitting or known), None)


def unit(text: str, dimension: str = "") -> Unit:
    found = find_unit(text, dimension)
    if found is None:
        raise UnknownUnit(N_("Không nhận ra đơn vị “%(text)s”. Viết như mg/L, µg/L, m3/s, MPN/100 mL."), text=text)
    return found


def ratio(from_unit: str, to_unit: str) -> tuple[int, int]:
    """How many ``to_unit`` one ``from_unit`` is, as numerator and denominator."""
    target = unit(to_unit)
    start = unit(from_unit, target.dimension)
    microbes = {start.dimension, target.dimension} == {"microbes"}
    if start.dimension != target.dimension and not microbes:
        raise UnitsDiffer(
            N_("Không đổi được %(start)s sang %(target)s: hai đơn vị khác loại."),
            start=start.display, target=target.display,
        )  # fmt: skip
    return start.numerator * target.denominator, start.denominator * target.numerator


def convert(value: Any, from_unit: str, to_unit: str) -> Any:
    """``value`` in another unit; a number, a Decimal or an array comes back as what it was."""
    up, down = ratio(from_unit, to_unit)
    return scaled(value, up, down)


def scaled(value: Any, up: int, down: int) -> Any:
    """``value * up / down`` in one rounding where one of them is 1, so that 300 µg/L is exactly 0,3 mg/L."""
    if isinstance(value, Decimal):
        return value * up / down
    if up % down == 0:
        return value * (up // down)
    if down % up == 0:
        return value / (down // up)
    return value * up / down
