"""VN_WQI over whole series of automatic stations: the same index as ``wqi``, array by array."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from giapranh.kernel.errors import N_
from giapranh.water.rules.quality import Flag
from giapranh.water.rules.wqi import UnknownCondition
from giapranh.water.rules.wqi_data import GROUPS, Condition, Curve, Index, Method, index_on

Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.int64]
BLOCK = 32_768
PERIODS = {"hour": 3_600_000, "day": 86_400_000}
VIETNAM_MS = 7 * 3_600_000


@dataclass(frozen=True, slots=True)
class WqiSeries:
    """``value`` −1, ``exact`` NaN and ``level`` −1 where data are not enough. ``level`` counts in ``levels(day)``.

    ``method`` per row is a place in ``methods``. ``used`` are the parameters that stood in at least one row;
    ``missing_groups`` those of the index that no row has. ``label`` says what such an index is worth.
    """

    value: npt.NDArray[np.int16]
    exact: Floats
    level: npt.NDArray[np.int8]
    method: npt.NDArray[np.int8]
    methods: tuple[str, ...]
    used: tuple[str, ...]
    missing_groups: tuple[str, ...]
    condition: str
    label: str
    source: str


def qualities(curve: Curve, values: Floats) -> Floats:
    """The quality of each value; NaN stays NaN."""
    inner = curve.points[1:-1]
    # Always two ends: with a single point numpy gives NaN the quality of that point.
    at = np.array([curve.first, *(point for point, _quality in inner), curve.last])
    quality = np.array([curve.points[0][1], *(quality for _point, quality in inner), curve.points[-1][1]])
    found: Floats = np.interp(values, at, quality, left=curve.before, right=curve.after)
    return found


def oxygen_percent(do: Floats, temp: Floats, index: Index) -> Floats:
    a, b, c, d = index.oxygen
    low, high = index.temps
    saturation = a + temp * (b + temp * (c + temp * d))
    with np.errstate(invalid="ignore"):
        saturation = np.where((temp >= low) & (temp <= high), saturation, np.nan)
        return 100 * do / saturation


def half_up(exact: Floats) -> npt.NDArray[np.int16]:
    """As ``wqi.half_up``; −1 for NaN."""
    whole = np.floor(exact)
    with np.errstate(invalid="ignore"):
        rounded = whole + (exact - whole >= 0.5 - 5e-10)
    return np.where(np.isnan(rounded), -1, rounded).astype(np.int16)


def series(columns: Mapping[str, Floats], day: date, *, method: str = "", condition: str = "automatic") -> WqiSeries:
    """The index row by row. Columns of equal length in the units parameters are kept in; ``do`` goes with ``temp``.

    ``day`` decides which index holds: cut a series where the law changes.
    """
    index = index_on(day)
    asked = index.conditions.get(condition)
    if asked is None:
        raise UnknownCondition(N_("Không có điều kiện số liệu VN_WQI tên “%(key)s”."), key=condition)
    chosen = Method(method or index.default_method)
    arrays = {key: np.asarray(column, dtype=np.float64) for key, column in columns.items()}
    length = len(next(iter(arrays.values()))) if arrays else 0
    exact = np.full(length, np.nan)
    has_v = np.zeros(length, dtype=bool)
    seen: dict[str, bool] = {}
    for start in range(0, length, BLOCK):
        part = {key: column[start : start + BLOCK] for key, column in arrays.items()}
        _block(part, index, asked, chosen, exact[start : start + BLOCK], has_v[start : start + BLOCK], seen)
    value = half_up(exact)
    lows = np.array([level.low for level in reversed(index.levels)])
    level = (len(lows) - np.searchsorted(lows, value, side="right")).astype(np.int8)
    level[value < 0] = -1
    methods = (str(chosen), str(Method.IV_ONLY))
    used = tuple(key for group in GROUPS for key in index.groups[group] if seen.get(key))
    missing = tuple(group for group in GROUPS if not any(seen.get(key) for key in index.groups[group]))
    return WqiSeries(value, exact, level, np.where(has_v, 0, 1).astype(np.int8), methods, used, missing, condition,
                     asked.label, index.source)  # fmt: skip


def _block(
    columns: Mapping[str, Floats],
    index: Index,
    asked: Condition,
    method: Method,
    exact: Floats,
    has_v: npt.NDArray[np.bool_],
    seen: dict[str, bool],
) -> None:
    values = _usable(columns, index)
    means: dict[str, Floats] = {}
    counts: dict[str, npt.NDArray[np.int8]] = {}
    for group in GROUPS:
        means[group], counts[group] = _group(group, values, index, len(exact), seen)
    enough = counts[asked.mandatory] >= asked.least_in_mandatory
    present = sum((count > 0).astype(np.int8) for count in counts.values())
    enough &= present >= asked.least_groups
    np.greater(counts["V"], 0, out=has_v)
    core = means["IV"]
    if has_v.any() and method is not Method.IV_ONLY:
        with np.errstate(invalid="ignore"):
            v = means["V"]
            both = np.sqrt(core * v) if method is Method.SQRT else np.cbrt(core * core * v)
        core = np.where(has_v, both, core)
    for group in ("I", "II", "III"):
        if counts[group].any():
            core = np.where(counts[group] > 0, core * (means[group] / 100), core)
    if method is Method.IV_ONLY:
        has_v[:] = False
    exact[enough] = core[enough]


def _usable(columns: Mapping[str, Floats], index: Index) -> dict[str, Floats]:
    """Columns the index knows, negative and infinite values taken out, oxygen as % of saturation."""
    values = {}
    with np.errstate(invalid="ignore"):
        for key, column in columns.items():
            if key in index.curves or key == "do":
                values[key] = np.where((column >= 0) & (column < math.inf), column, np.nan)
    do, temp = values.pop("do", None), columns.get("temp")
    if do is not None and temp is not None:
        reckoned = oxygen_percent(do, temp, index)
        given = values.get("do_percent")
        values["do_percent"] = reckoned if given is None else np.where(np.isnan(given), reckoned, given)
    return values


def _group(
    group: str, values: Mapping[str, Floats], index: Index, length: int, seen: dict[str, bool]
) -> tuple[Floats, npt.NDArray[np.int8]]:
    """Mean (geometric for II and III) of the sub-indices of a group, and how many each row has."""
    total, count = np.zeros(length), np.zeros(length, dtype=np.int8)
    geometric = group in {"II", "III"}
    for key in index.groups[group]:
        if key not in values:
            continue
        quality = qualities(index.curves[key], values[key])
        here = ~np.isnan(quality)
        if not here.any():
            continue
        seen[key] = True
        np.add(total, np.log(quality) if geometric else quality, out=total, where=here)
        count += here
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = total / count
    return (np.exp(mean) if geometric else mean), count


def means(
    times: Times,
    columns: Mapping[str, Floats],
    period: str = "hour",
    *,
    minimum_share: float = 0.75,
    step_s: float = 300,
    flags: Mapping[str, npt.NDArray[np.int16]] | None = None,
) -> tuple[Times, dict[str, Floats]]:
    """Means over hours or Vietnam days from ascending rows: start of each period, and one column per parameter.

    A mean stands only on ``minimum_share`` of the rows a period should have; rows that failed do not count.
    """
    width = PERIODS[period]
    if len(times) == 0:
        return times, {key: np.zeros(0) for key in columns}
    number = (times + VIETNAM_MS) // width
    first = np.flatnonzero(np.concatenate(([True], number[1:] != number[:-1])))
    least = math.ceil(minimum_share * width / (step_s * 1000) - 1e-9)
    found = {}
    for key, column in columns.items():
        good = ~np.isnan(column)
        if flags is not None and key in flags:
            good &= (flags[key] != Flag.FAIL) & (flags[key] != Flag.MISSING)
        count = np.add.reduceat(good.astype(np.int64), first)
        total = np.add.reduceat(np.where(good, column, 0.0), first)
        found[key] = np.where(count >= max(least, 1), total / np.maximum(count, 1), np.nan)
    return number[first] * width - VIETNAM_MS, found
