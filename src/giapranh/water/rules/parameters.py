"""What is measured: keys, names, units, bases. Numbers and names stand in ``data/parameters.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from giapranh.kernel.errors import N_, BadInput
from giapranh.kernel.text import sort_key
from giapranh.water.rules.datafiles import read_toml
from giapranh.water.rules.units import UnitsDiffer, UnknownUnit, all_units, convert, find_unit, unit

__all__ = [
    "Parameter", "UnitsDiffer", "UnknownBasis", "UnknownParameter", "UnknownUnit", "all_parameters", "all_units",
    "basis_factor", "choices", "convert", "find_unit", "parameter", "to_stored", "unit",
]  # fmt: skip


class UnknownParameter(BadInput):
    code = "unknown_parameter"


class UnknownBasis(BadInput):
    code = "unknown_basis"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter. Values are kept in ``unit`` and, for nitrogen and phosphorus, as the element ``basis``.

    ``direction``: more is worse ("max"), less is worse ("min"), both ("range"), or no limit known ("").
    ``cycle_s``: how often a device usually measures anew; the lines of a file may repeat one value in between.
    """

    key: str
    vi: str
    en: str
    symbol: str
    unit: str
    group: str
    places: int
    basis: str = ""
    direction: str = ""
    station_symbols: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    cycle_s: int = 300
    unsure: bool = False
    source: str = ""

    @property
    def unit_display(self) -> str:
        return all_units()[self.unit].display

    def name(self, language: str = "vi") -> str:
        return self.en if language.startswith("en") else self.vi


@cache
def all_parameters() -> dict[str, Parameter]:
    found = {}
    for key, row in read_toml("parameters.toml")["parameter"].items():
        lists = {name: tuple(row.get(name, ())) for name in ("station_symbols", "aliases")}
        found[key] = Parameter(key=key, **{**row, **lists})
    return found


def parameter(key: str) -> Parameter:
    found = all_parameters().get(key)
    if found is None:
        raise UnknownParameter(N_("Không có thông số “%(key)s” trong danh mục."), key=key)
    return found


def choices(language: str = "vi", groups: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """(key, name) for a list on a page, in the order of the alphabet."""
    wanted = [one for one in all_parameters().values() if not groups or one.group in groups]
    return sorted(((one.key, one.name(language)) for one in wanted), key=lambda pair: sort_key(pair[1]))


@dataclass(frozen=True, slots=True)
class Basis:
    """Two ways to state one ion: mg/L of the ion = ``factor`` × mg/L of the element."""

    element: str
    ion: str
    factor: Decimal
    aliases: tuple[str, ...]

    def is_ion(self, text: str) -> bool:
        return text.casefold() in {self.ion.casefold(), *self.aliases}

    def is_element(self, text: str) -> bool:
        return text.casefold() in {self.element.casefold(), "element"}


@cache
def bases() -> dict[str, Basis]:
    return {
        key: Basis(row["element"], row["ion"], Decimal(str(row["factor"])), tuple(row["aliases"]))
        for key, row in read_toml("parameters.toml")["basis"].items()
    }


def basis_factor(key: str, from_basis: str, to_basis: str) -> float:
    """What to multiply by to pass from one basis to the other; 1 where a parameter has only one."""
    if not from_basis or not to_basis or from_basis.casefold() == to_basis.casefold():
        return 1.0
    known = bases().get(parameter(key).key)
    if known and known.is_ion(from_basis) and known.is_element(to_basis):
        return float(1 / known.factor)
    if known and known.is_element(from_basis) and known.is_ion(to_basis):
        return float(known.factor)
    if known and known.is_ion(from_basis) and known.is_ion(to_basis):
        return 1.0
    raise UnknownBasis(
        N_("Không đổi được %(name)s từ “%(start)s” sang “%(target)s”."),
        name=parameter(key).vi, start=from_basis, target=to_basis,
    )  # fmt: skip


def to_stored(key: str, value: Any, unit_text: str | None = None, basis: str | None = None) -> Any:
    """``value`` in the unit and basis the parameter is kept in; without unit or basis it is taken to be in them."""
    one = parameter(key)
    if unit_text and unit_text.strip() not in {"", "-"}:
        value = convert(value, unit(unit_text, all_units()[one.unit].dimension).code, one.unit)
    factor = basis_factor(key, basis or "", one.basis) if basis else 1.0
    if factor == 1.0:
        return value
    return value * Decimal(str(factor)) if isinstance(value, Decimal) else value * factor
