"""VN_WQI of one sample: what was enough, each sub-index, both ways to bring the groups together.

Not enough data is an answer with reasons, never 0.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from itertools import pairwise

from giapranh.kernel.errors import N_, BadInput
from giapranh.water.rules.readings import Censored, Reading
from giapranh.water.rules.wqi_data import (
    GROUPS,
    Condition,
    Curve,
    Index,
    Level,
    Method,
    NoIndex,
    index_on,
    level_of,
    levels,
)

__all__ = [
    "GROUPS", "CensoredRule", "Level", "Method", "NoIndex", "Reading", "UnknownCondition", "Wqi", "do_percent",
    "do_saturation", "half_up", "index_on", "level_of", "levels", "sub_index", "vn_wqi",
]  # fmt: skip

UNSURE_METHOD = N_("Công thức gộp mặc định của Quyết định 1460 chưa đối chiếu được toàn văn; cách gộp ghi ở method_id.")
OTHER_LEVEL = N_("Hai công thức gộp cho hai mức khác nhau: xem cả hai trước khi công bố.")
ABOVE_RANGE = N_("Có kết quả vượt khoảng đo: chỉ số thật không cao hơn giá trị này.")
NEEDS_TEMP = N_("có DO nhưng không có nhiệt độ nước để tính % bão hòa")
ODD_TEMP = N_("nhiệt độ nước ngoài khoảng tính được độ bão hòa oxy")
NEGATIVE = N_("giá trị âm")
NO_MDL = N_("dưới giới hạn phát hiện nhưng không ghi giới hạn là bao nhiêu")
FEW_GROUPS = N_("Chỉ có %(got)s/5 nhóm thông số, cần ít nhất %(least)s nhóm.")
FEW_IN_IV = N_("Nhóm IV (hữu cơ, dinh dưỡng) chỉ có %(got)s thông số, cần ít nhất %(least)s.")


class UnknownCondition(BadInput):
    code = "unknown_wqi_condition"


class CensoredRule(StrEnum):
    """What a result below detection counts as."""

    HALF = "mdl_half"
    FULL = "mdl"


@dataclass(frozen=True, slots=True)
class Shortage:
    """Why there is not enough data: a message id and what fills it."""

    what: str
    got: int
    least: int

    def __str__(self) -> str:
        return self.what % {"got": self.got, "least": self.least}


@dataclass(frozen=True, slots=True)
class Wqi:
    """The index of one sample. ``value`` None: not enough data, ``reasons`` say why.

    ``groups`` holds what each group counts for (mean, or geometric mean), ``left_out`` results that could not serve.
    ``other`` is the index by the other method, only when it falls in another level.
    """

    value: int | None
    exact: float | None
    level: Level | None
    method_id: str
    condition: str
    index: str
    groups: dict[str, float]
    sub_indices: dict[str, float]
    left_out: tuple[tuple[str, str], ...]
    reasons: tuple[Shortage, ...]
    notes: tuple[str, ...]
    source: str
    label: str
    other: Wqi | None = None

    @property
    def enough(self) -> bool:
        return self.value is not None

    @property
    def used(self) -> tuple[str, ...]:
        return tuple(self.sub_indices)


def half_up(value: float) -> int:
    """Rounded once, halves upwards; noise of binary fractions behind the ninth place does not decide."""
    steady = Decimal(repr(float(value))).quantize(Decimal("1e-9"), ROUND_HALF_UP)
    return int(steady.quantize(Decimal(1), ROUND_HALF_UP))


def do_saturation(temp: float, day: date | None = None) -> float:
    """Oxygen at saturation in mg/L for a water temperature in °C."""
    a, b, c, d = index_on(day or date(2019, 11, 12)).oxygen
    return a + b * temp + c * temp**2 + d * temp**3


def do_percent(do: float, temp: float, day: date | None = None) -> float:
    return 100 * do / do_saturation(temp, day)


def sub_index(parameter: str, value: float, day: date) -> float:
    """The quality 10–100 of one value (``do_percent`` for oxygen)."""
    return _quality(index_on(day).curves[parameter], value)


def _quality(curve: Curve, value: float) -> float:
    if value < curve.first:
        return curve.before
    if value > curve.last:
        return curve.after
    for (bp, q), (bp_next, q_next) in pairwise(curve.points):
        if value <= bp_next:
            return (q_next - q) / (bp_next - bp) * (value - bp) + q if value > bp else q
    return curve.points[-1][1]


def vn_wqi(
    values: Mapping[str, float | Reading | None],
    day: date,
    *,
    method: str = "",
    censored: str = CensoredRule.HALF,
    condition: str = "decision_1460",
) -> Wqi:
    """The index of one sample, values in the units parameters are kept in; oxygen as ``do`` with ``temp``.

    ``method`` "" takes the default of the index; without microbes the method is always ``agg_iv_only``.
    """
    index = index_on(day)
    asked = index.conditions.get(condition)
    if asked is None:
        raise UnknownCondition(N_("Không có điều kiện số liệu VN_WQI tên “%(key)s”."), key=condition)
    chosen = Method(method or index.default_method)
    plain, left_out, notes = _plain(values, CensoredRule(censored), index)
    sub = {
        key: _quality(index.curves[key], plain[key])
        for group in GROUPS for key in index.groups[group] if key in plain
    }  # fmt: skip
    groups = _groups(sub, index)
    if chosen in index.unsure_methods and "V" in groups:
        notes.append(UNSURE_METHOD)
    empty = Wqi(None, None, None, chosen, condition, index.key, groups, sub, tuple(left_out), (), tuple(notes),
                index.source, asked.label)  # fmt: skip
    short = _shortages(sub, groups, asked, index)
    if short:
        return replace(empty, reasons=tuple(short))
    found = _with(empty, chosen, day)
    if "V" not in groups:
        return found
    other = _with(empty, Method.SQRT if chosen is Method.CUBEROOT else Method.CUBEROOT, day)
    if found.level == other.level or chosen is Method.IV_ONLY:
        return found
    return replace(found, other=other, notes=(*found.notes, OTHER_LEVEL))


def _with(empty: Wqi, method: Method, day: date) -> Wqi:
    method = method if "V" in empty.groups else Method.IV_ONLY
    exact = _together(empty.groups, method)
    value = half_up(exact)
    return replace(empty, value=value, exact=exact, level=level_of(value, day), method_id=str(method))


def _together(groups: Mapping[str, float], method: Method) -> float:
    iv, v = groups["IV"], groups.get("V", 0.0)
    if method is Method.IV_ONLY:
        core = iv
    elif method is Method.SQRT:
        core = math.sqrt(iv * v)
    else:
        core = math.cbrt(iv * iv * v)
    factor = 1.0
    for group in ("I", "II", "III"):
        factor *= groups.get(group, 100.0) / 100
    return factor * core


def _groups(sub: Mapping[str, float], index: Index) -> dict[str, float]:
    """Means of groups I, IV, V; geometric means of II and III. Groups without a parameter are absent."""
    found = {}
    for group in GROUPS:
        qualities = [sub[key] for key in index.groups[group] if key in sub]
        if not qualities:
            continue
        if group in {"II", "III"}:
            found[group] = math.exp(math.fsum(map(math.log, qualities)) / len(qualities))
        else:
            found[group] = math.fsum(qualities) / len(qualities)
    return found


def _shortages(sub: Mapping[str, float], groups: Mapping[str, float], asked: Condition, index: Index) -> list[Shortage]:
    short = []
    if len(groups) < asked.least_groups:
        short.append(Shortage(FEW_GROUPS, len(groups), asked.least_groups))
    got = sum(key in sub for key in index.groups[asked.mandatory])
    if got < asked.least_in_mandatory:
        short.append(Shortage(FEW_IN_IV, got, asked.least_in_mandatory))
    return short


def _plain(
    values: Mapping[str, float | Reading | None], rule: CensoredRule, index: Index
) -> tuple[dict[str, float], list[tuple[str, str]], list[str]]:
    """Numbers to reckon with: detection limits replaced, oxygen as % of saturation, what cannot serve set aside."""
    plain: dict[str, float] = {}
    left_out: list[tuple[str, str]] = []
    notes: list[str] = []
    for key in {*index.curves, "do", "temp"} & set(values):
        given = values[key]
        reading = given if isinstance(given, Reading) else Reading(given)
        if reading.value is None or not math.isfinite(reading.value):
            if reading.censored == Censored.BELOW:
                left_out.append((key, NO_MDL))
            continue
        if reading.value < 0 and key != "temp":
            left_out.append((key, NEGATIVE))
            continue
        half = reading.censored == Censored.BELOW and rule is CensoredRule.HALF
        plain[key] = reading.value / 2 if half else float(reading.value)
        if reading.censored == Censored.ABOVE and key in index.curves and ABOVE_RANGE not in notes:
            notes.append(ABOVE_RANGE)
    _oxygen(plain, left_out, index)
    return plain, sorted(left_out), notes


def _oxygen(plain: dict[str, float], left_out: list[tuple[str, str]], index: Index) -> None:
    do, temp = plain.pop("do", None), plain.pop("temp", None)
    if do is None or "do_percent" in plain:
        return
    if temp is None:
        left_out.append(("do", NEEDS_TEMP))
    elif not index.temps[0] <= temp <= index.temps[1]:
        left_out.append(("do", ODD_TEMP))
    else:
        plain["do_percent"] = do_percent(do, temp, index.valid_from)
