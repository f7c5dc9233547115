"""All checks of one series over one stretch of rows, with the thresholds of the series."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from giapranh.kernel.errors import N_, BadInput
from giapranh.water.rules.datafiles import read_toml
from giapranh.water.rules.parameters import (
    UnitsDiffer,
    UnknownBasis,
    UnknownParameter,
    UnknownUnit,
    all_parameters,
    to_stored,
)
from giapranh.water.rules.quality import (
    Flag,
    Flags,
    Floats,
    Reason,
    Season,
    Span,
    Times,
    climatology,
    flat_line,
    gross_range,
    rate_of_change,
    roll_up,
    spike,
)
from giapranh.water.rules.quality_newest import Rows, judge


class BadThreshold(BadInput):
    code = "bad_threshold"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The limits of the checks of one series; None leaves a check out.

    ``spike_relative``: spike limits are shares of ``reference`` (the median of the series). ``rate_*`` are per hour.
    ``cycle_s``: how often the device measures anew; 0 = with every row. ``gap_s``: rows further apart
    than that are not compared with each other.
    """

    gross_fail: Span | None = None
    gross_suspect: Span | None = None
    spike_suspect: float | None = None
    spike_fail: float | None = None
    spike_relative: bool = False
    reference: float | None = None
    spike_method: str = "differential"
    rate_suspect: float | None = None
    rate_fail: float | None = None
    flat_suspect_s: float | None = None
    flat_fail_s: float | None = None
    flat_tolerance: float = 0.0
    cycle_s: float = 0
    gap_s: float = 7200
    seasons: tuple[Season, ...] = ()

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Thresholds:
        """From the settings kept with a series; unknown names and turned spans are refused."""
        values = dict(given)
        unknown = sorted(set(values) - set(cls.__dataclass_fields__))
        if unknown:
            raise BadThreshold(N_("Không có ngưỡng kiểm tra tên “%(name)s”."), name=unknown[0])
        for name in ("gross_fail", "gross_suspect"):
            values[name] = _span(values.get(name), name)
        values["seasons"] = tuple(
            Season(tuple(row["months"]), _required(row["suspect"]), _span(row.get("fail"), "seasons"))
            for row in values.get("seasons") or ()
        )
        return cls(**values)

    def as_dict(self) -> dict[str, Any]:
        """Plain lists and numbers for JSON; what ``from_dict`` reads."""
        values = asdict(self)
        for name in ("gross_fail", "gross_suspect"):
            span = getattr(self, name)
            values[name] = [span.low, span.high] if span else None
        values["seasons"] = [
            {"months": list(s.months), "suspect": [s.suspect.low, s.suspect.high],
             "fail": [s.fail.low, s.fail.high] if s.fail else None}
            for s in self.seasons
        ]  # fmt: skip
        return values


def _required(value: Any) -> Span:
    span = _span(value, "seasons")
    if span is None:
        raise BadThreshold(N_("Ngưỡng theo mùa thiếu khoảng nghi ngờ."))
    return span


def _span(value: Any, name: str) -> Span | None:
    if value is None or isinstance(value, Span):
        return value
    if isinstance(value, Mapping):
        value = (value.get("low"), value.get("high"))
    try:
        low, high = value
        return Span(float(low), float(high))
    except (TypeError, ValueError):
        raise BadThreshold(
            N_("Ngưỡng “%(name)s” phải có hai số, số nhỏ trước: %(value)s."), name=name, value=value
        ) from None


@cache
def defaults(parameter: str, cycle_s: float | None = None) -> Thresholds:
    """What a series of this parameter is checked against until somebody sets its own; ``cycle_s`` of its device."""
    data = read_toml("quality.toml")
    one = all_parameters().get(parameter)
    cycle = float(cycle_s if cycle_s is not None else (one.cycle_s if one and one.cycle_s > 300 else 0))
    row = dict(data["parameter"].get(parameter, {}))
    for level in ("suspect", "fail"):
        hours, cycles = row.pop(f"flat_{level}_h", None), row.pop(f"flat_{level}_cycles", None)
        if hours is not None:
            row[f"flat_{level}_s"] = hours * 3600.0
        elif cycles is not None:
            row[f"flat_{level}_s"] = cycles * (cycle or 3600.0)
    gap = max(data["all"]["gap_s"], 3 * cycle)
    return Thresholds.from_dict({"spike_method": data["all"]["spike_method"], **row, "cycle_s": cycle, "gap_s": gap})


@cache
def defaults_in(parameter: str, cycle_s: float | None, unit: str, basis: str) -> Thresholds | None:
    """The defaults in the unit and basis a series is kept in; None where its unit does not fit the parameter."""
    try:
        offset, one = (float(to_stored(parameter, number, unit or None, basis or None)) for number in (0.0, 1.0))
    except (UnknownParameter, UnknownUnit, UnitsDiffer, UnknownBasis):
        return None
    found = defaults(parameter, cycle_s)
    return found if (offset, one) == (0.0, 1.0) else _in_unit(found, one - offset, offset)


def _in_unit(given: Thresholds, slope: float, offset: float) -> Thresholds:
    """Stored value = ``slope`` × value + ``offset``."""

    def span(of: Span | None) -> Span | None:
        return of and Span((of.low - offset) / slope, (of.high - offset) / slope)

    def step(of: float | None) -> float | None:
        return None if of is None else of / slope

    if not given.spike_relative:
        given = replace(given, spike_suspect=step(given.spike_suspect), spike_fail=step(given.spike_fail))
    return replace(
        given, gross_fail=span(given.gross_fail), gross_suspect=span(given.gross_suspect),
        rate_suspect=step(given.rate_suspect), rate_fail=step(given.rate_fail),
        flat_tolerance=given.flat_tolerance / slope,
    )  # fmt: skip


def with_reference(thresholds: Thresholds, values: Floats) -> Thresholds:
    """The same thresholds with the median of ``values`` (the good rows of some weeks) as reference."""
    good = values[~np.isnan(values)]
    return replace(thresholds, reference=float(np.median(good))) if len(good) else thresholds


def context(thresholds: Thresholds) -> float:
    """How many seconds before the first new row must be given along with it as context.

    A row that arrives late changes what comes after it by as much: check again up to there as well.
    """
    flat = max(thresholds.flat_suspect_s or 0, thresholds.flat_fail_s or 0)
    flat = max(flat, 4 * thresholds.cycle_s) if flat else 0
    return flat + 2 * thresholds.gap_s + 4 * thresholds.cycle_s


@dataclass(frozen=True, slots=True)
class Checked:
    """One flag and the reasons per row. Write the rows from ``changed_from`` on; those before stand as they were."""

    flags: Flags
    reasons: npt.NDArray[np.int16]
    changed_from: int


def check(
    values: Floats,
    times: Times,
    thresholds: Thresholds,
    *,
    status: npt.NDArray[Any] | None = None,
    reasons: npt.NDArray[Any] | None = None,
    left: int = 0,
) -> Checked:
    """Run every check. Rows ``[:left]`` are old ones given as context (see ``context``).

    ``status`` is the device status of Circular 10/2021: rows of a device that calibrates (1) or is faulty (2) fail and
    serve no other row as a neighbour. ``reasons`` are those known already: from the reading of the file, and that a row
    contradicts another parameter.
    """
    told = np.zeros(len(values), np.int16) if reasons is None else reasons.astype(np.int16)
    if len(values) == 0:
        return Checked(np.zeros(0, np.int16), told, 0)
    if left and left == len(values) - 1 and not thresholds.cycle_s:
        return _newest(values, times, thresholds, status, told)
    usable = values
    if status is not None and (status > 0).any():
        usable = np.where(status > 0, np.nan, values)
        told[status == 1] |= Reason.CALIBRATION
        told[status == 2] |= Reason.DEVICE
    flags = _run(usable, times, thresholds, told)
    if status is not None:
        flags[status > 0] = Flag.FAIL
    return Checked(doubted(flags, told), told, _changed_from(times, thresholds, left))


def doubted(flags: Flags, reasons: npt.NDArray[np.int16]) -> Flags:
    """What contradicts another parameter is doubtful at least, whatever the checks of the series alone say."""
    crossed = (reasons & Reason.CROSS) > 0
    if crossed.any():
        flags[crossed & ((flags == Flag.PASS) | (flags == Flag.NOT_EVALUATED))] = Flag.SUSPECT
    return flags


def _newest(
    values: Floats, times: Times, thresholds: Thresholds, status: npt.NDArray[Any] | None, told: npt.NDArray[np.int16]
) -> Checked:
    """One new row behind old ones, the usual case of a live station."""
    last = len(values) - 1
    since = _changed_from(times, thresholds, last)
    flags = np.zeros(len(values), np.int16)
    rows, scale = Rows(values, times, status), _spike_scale(thresholds)
    for row in range(since, last + 1):
        flags[row], reason = judge(rows, row, thresholds, scale)
        told[row] |= reason
    return Checked(doubted(flags, told), told, since)


def _run(values: Floats, times: Times, given: Thresholds, told: npt.NDArray[np.int16]) -> Flags:
    results: list[tuple[Reason, Flags]] = []
    if given.gross_fail or given.gross_suspect:
        results.append((Reason.GROSS, gross_range(values, given.gross_fail, given.gross_suspect)))
    if given.seasons:
        results.append((Reason.CLIMATOLOGY, climatology(values, times, given.seasons)))
    scale = _spike_scale(given)
    if scale is not None:
        suspect, fail = (None if t is None else t * scale for t in (given.spike_suspect, given.spike_fail))
        results.append((Reason.SPIKE, spike(values, suspect, fail, method=given.spike_method, times=times,
                                            cycle_s=given.cycle_s, gap_s=given.gap_s)))  # fmt: skip
    if given.rate_suspect is not None or given.rate_fail is not None:
        per_s = [None if rate is None else rate / 3600 for rate in (given.rate_suspect, given.rate_fail)]
        results.append((Reason.RATE, rate_of_change(values, times, *per_s, cycle_s=given.cycle_s,
                                                    gap_s=given.gap_s)))  # fmt: skip
    if given.flat_suspect_s is not None or given.flat_fail_s is not None:
        results.append((Reason.FLAT, flat_line(values, times, given.flat_suspect_s, given.flat_fail_s,
                                               given.flat_tolerance, cycle_s=given.cycle_s, gap_s=given.gap_s)))  # fmt: skip
    missing = np.isnan(values)
    if not results:
        return np.where(missing, np.int16(Flag.MISSING), np.int16(Flag.NOT_EVALUATED))
    for reason, flags in results:
        told[(flags == Flag.SUSPECT) | (flags == Flag.FAIL)] |= reason
    rolled = roll_up(*(flags for _reason, flags in results))
    rolled[missing] = Flag.MISSING
    return rolled


def _spike_scale(given: Thresholds) -> float | None:
    """1 for absolute limits, the reference for relative ones; None when there is nothing to check by."""
    if given.spike_suspect is None and given.spike_fail is None:
        return None
    if not given.spike_relative:
        return 1.0
    return given.reference if given.reference and given.reference > 0 else None


def _changed_from(times: Times, given: Thresholds, left: int) -> int:
    """Old rows that lacked the neighbour after them get one now."""
    if left == 0 or _spike_scale(given) is None:
        return left
    if left == len(times):
        return left
    cycle, newest, arriving = int(given.cycle_s * 1000), times[left - 1], times[left]
    if not cycle:
        return left - 1 if arriving - newest <= given.gap_s * 1000 else left
    since = max(newest - cycle + 1, arriving - 2 * cycle)
    return int(np.searchsorted(times[:left], since, side="left"))


@dataclass(frozen=True, slots=True)
class CrossFinding:
    """Rows (``mask``) where ``lesser`` is more than the ``greater`` it is a part of."""

    rule_key: str
    lesser: str
    greater: str
    mask: npt.NDArray[np.bool_]
    text: str


def cross_check(columns: Mapping[str, Floats]) -> list[CrossFinding]:
    """Contradictions between parameters of the same instants, in the units parameters are kept in."""
    found = []
    for row in read_toml("quality.toml")["cross"]:
        part, whole = columns.get(row["lesser"]), columns.get(row["greater"])
        if part is None or whole is None:
            continue
        with np.errstate(invalid="ignore"):
            mask = part > whole * (1 + row["tolerance"]) + row["slack"]
        if mask.any():
            found.append(CrossFinding(row["key"], row["lesser"], row["greater"], mask, row["text"]))
    return found
