"""Surface water against its regulation: a class per parameter by the day of the sample, and Table 1 apart.

The regulation gives no sum of classes that could be confirmed; ``limiting`` is the worst one and is labelled as ours.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from giapranh.kernel.errors import N_, BadInput
from giapranh.water.rules.parameters import parameter as parameter_of
from giapranh.water.rules.parameters import to_stored
from giapranh.water.rules.readings import Censored, Reading
from giapranh.water.rules.standards import (
    TABLE_1,
    WORSE,
    Bound,
    ClassName,
    NoStandard,
    Standard,
    WaterBody,
    bound,
    bounds_on,
    class_bounds,
    class_names,
    classed_parameters,
    standard,
    standard_on,
    standards,
    table1_bound,
    table1_parameters,
)

__all__ = [
    "LIMITING_LABEL", "TABLE_1", "WORSE", "Bound", "Censored", "ClassName", "ClassState", "Exceedance", "NoStandard",
    "NotFinite", "ParameterClass", "Reading", "SampleClass", "Standard", "WaterBody", "bound", "bounds_on",
    "class_names", "classed_parameters", "classify", "classify_sample", "column_exceedance", "compare",
    "limiting_class", "meets_target", "multiple", "standard", "standard_on", "standards", "table1",
    "table1_parameters",
]  # fmt: skip

LIMITING_LABEL = N_("mức kém nhất trong các thông số đã đo (cách gộp của phần mềm, quy chuẩn không quy định mức chung)")
UNSURE = N_("Trị số giới hạn chưa chắc: đối chiếu văn bản quy chuẩn trước khi dùng.")
OPEN = N_("Kết quả dưới giới hạn phát hiện (hoặc vượt khoảng đo) nên chưa xác định được một mức.")
NEEDS_RUBBISH = N_("Cần người lấy mẫu ghi có hay không có rác nổi để phân biệt mức C và D.")
NO_COLUMN = N_("Cột này của quy chuẩn không quy định giới hạn cho thông số.")


class NotFinite(BadInput):
    code = "value_not_finite"


class ClassState(StrEnum):
    CLASSED = "classed"
    OPEN = "open"  # several classes may hold
    NO_LIMIT = "no_limit"  # the regulation classes no such parameter
    NEEDS_RUBBISH = "needs_rubbish"
    NOT_MEASURED = "not_measured"


@dataclass(frozen=True, slots=True)
class ParameterClass:
    """The class of one result. ``cls`` is "" unless ``state`` is classed; ``possible`` is all that may hold.

    ``limit`` is the limit it just missed (of the next better class), ``multiple`` the result over that limit.
    """

    parameter: str
    value: float | None
    censored: int
    standard: str
    water_body: str
    cls: str
    possible: tuple[str, ...]
    state: ClassState
    limit: Bound | None = None
    multiple: float | None = None
    unsure: bool = False
    notes: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class Exceedance:
    """One result against one limit. ``exceeds`` None: it cannot be told."""

    parameter: str
    value: float | None
    bound: Bound
    exceeds: bool | None
    multiple: float | None
    unsure: bool
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SampleClass:
    """All classes of one sample. ``limiting`` is the worst decided one (``label`` says whose rule that is)."""

    standard: Standard
    water_body: str
    classes: tuple[ParameterClass, ...]
    limiting: str
    limiting_parameters: tuple[str, ...]
    undecided: tuple[str, ...]
    missing: tuple[str, ...]
    table1: tuple[Exceedance, ...]
    unsure: bool
    label: str = LIMITING_LABEL


def classify(
    parameter: str,
    value: float | None,
    day: date,
    water_body: str = WaterBody.RIVER,
    *,
    floating_rubbish: bool | None = None,
    censored: int = Censored.EXACT,
    unit: str | None = None,
) -> ParameterClass:
    """The class of one result by the regulation of that day. ``value`` is in the parameter's own unit unless told."""
    held = standard_on(day)
    parameter_of(parameter)
    limits = class_bounds(parameter, day, water_body)

    def told(state: ClassState, **more: object) -> ParameterClass:
        given = {"cls": "", "possible": (), **more}
        return ParameterClass(parameter, value, censored, held.key, water_body, state=state, **given)  # type: ignore[arg-type]

    if value is None or math.isnan(value):
        return told(ClassState.NOT_MEASURED)
    exact = _exact(to_stored(parameter, value, unit) if unit else value)
    if not limits:
        return told(ClassState.NO_LIMIT)
    possible = _possible(exact, censored, limits, held)
    if floating_rubbish is not None:
        possible = tuple(cls for cls in possible if _rubbish_fits(cls, limits, floating_rubbish))
    unsure = any(one.unsure for one in limits if one.cls in possible)
    notes: tuple[str, ...] = (UNSURE,) if unsure else ()
    source = limits[0].source
    if len(possible) == 1:
        limit = _just_missed(possible[0], limits, held)
        unlimited = possible[0] not in {WORSE, *(one.cls for one in limits)}
        notes += (NO_COLUMN,) if unlimited else ()
        return told(ClassState.CLASSED, cls=possible[0], possible=possible, limit=limit,
                    multiple=_over(exact, limit, censored), unsure=unsure, notes=notes, source=source)  # fmt: skip
    asks = {one.cls for one in limits if one.rubbish is not None}
    if floating_rubbish is None and set(possible) <= asks:
        return told(ClassState.NEEDS_RUBBISH, possible=possible, unsure=unsure, notes=(*notes, NEEDS_RUBBISH),
                    limit=_just_missed(possible[0], limits, held), source=source)  # fmt: skip
    return told(ClassState.OPEN, possible=possible, unsure=unsure, notes=(*notes, OPEN), source=source)


def _exact(value: float | Decimal) -> Decimal:
    # Twelve figures: the noise of means and conversions must not put a result above the limit it equals.
    number = value if isinstance(value, Decimal) else Decimal(f"{float(value):.12g}")
    if not number.is_finite():
        raise NotFinite(N_("Giá trị vô cực không so với quy chuẩn được."))
    return number


def _possible(value: Decimal, censored: int, limits: Sequence[Bound], held: Standard) -> tuple[str, ...]:
    """Every class a true value may have: one for a plain result, a run of classes for a censored one."""
    if censored == Censored.BELOW:
        ends = [_class_at(Decimal(0), limits, held), _class_at(value, limits, held)]
    elif censored == Censored.ABOVE:
        ends = [_class_at(value.next_plus(), limits, held), _class_at(Decimal("1e30"), limits, held)]
    else:
        return _class_at(value, limits, held)
    ranks = sorted({held.rank(cls) for end in ends for cls in end})
    run = [*held.classes, WORSE][ranks[0] : ranks[-1] + 1]
    return tuple(run)


def _class_at(value: Decimal, limits: Sequence[Bound], held: Standard) -> tuple[str, ...]:
    """The best class whose limits hold; two where floating rubbish decides between them."""
    for one in limits:
        if one.holds(value):
            if one.rubbish is None:
                return (one.cls,)
            return tuple(other.cls for other in limits if other.rubbish is not None and other.holds(value))
    unlimited = held.classes[held.rank(limits[-1].cls) + 1 :]
    return (unlimited[0],) if unlimited else (WORSE,)


def _rubbish_fits(cls: str, limits: Sequence[Bound], seen: bool) -> bool:
    return all(one.rubbish is None or one.rubbish == seen for one in limits if one.cls == cls)


def _just_missed(cls: str, limits: Sequence[Bound], held: Standard) -> Bound | None:
    """The limit of the nearest better class that is stricter."""
    own = next((one for one in limits if one.cls == cls), None)
    rank = held.rank(cls)
    better = [one for one in limits if held.rank(one.cls) < rank and (one.low is not None or one.high is not None)]
    stricter = [one for one in better if own is None or (one.low, one.high) != (own.low, own.high)]
    return stricter[-1] if stricter else None


def _over(value: Decimal, limit: Bound | None, censored: int) -> float | None:
    if limit is None or limit.high is None or limit.low is not None or censored == Censored.BELOW:
        return None
    return float(value / limit.high) if value > limit.high else None


def multiple(value: float, limit: float | Decimal) -> float:
    """“Vượt k lần” of old reports: the result over the limit."""
    return float(_exact(value) / _exact(limit))


def compare(value: float | None, limit: Bound, censored: int = Censored.EXACT) -> Exceedance:
    """One result, in the unit of the limit, against it."""
    notes: tuple[str, ...] = (UNSURE,) if limit.unsure else ()
    if value is None or math.isnan(value):
        return Exceedance(limit.parameter, value, limit, None, None, limit.unsure, notes)
    exact = _exact(value)
    exceeds = _censored_exceeds(exact, limit, censored) if censored else not limit.holds(exact)
    if exceeds is None:
        notes += (OPEN,)
    over = float(exact / limit.high) if limit.high and limit.low is None and censored != Censored.BELOW else None
    return Exceedance(limit.parameter, value, limit, exceeds, over, limit.unsure, notes)


def _censored_exceeds(value: Decimal, limit: Bound, censored: int) -> bool | None:
    """What is sure of a result that lies somewhere below, or above, ``value``."""
    below = censored == Censored.BELOW
    if limit.low is not None and below and value < limit.low:
        return True  # oxygen “<0,5”
    if limit.high is not None and not below and value >= limit.high:
        return True
    open_side = limit.low is None if below else limit.high is None
    return False if open_side and limit.holds(value) else None


def table1(
    parameter: str, value: float | None, day: date, *, censored: int = Censored.EXACT, unit: str | None = None
) -> Exceedance | None:
    """Against the limit that protects health (every use); None where there is none."""
    limit = table1_bound(parameter, day)
    if limit is None:
        return None
    return compare(to_stored(parameter, value, unit) if unit and value is not None else value, limit, censored)


def column_exceedance(
    parameter: str, value: float | None, column: str, day: date, water_body: str = WaterBody.RIVER, *,
    censored: int = Censored.EXACT,
) -> Exceedance | None:  # fmt: skip
    """Against one class or column, as old reports say: “vượt cột A2 k lần”; None where the column has no limit."""
    limit = bound(parameter, column, day, water_body)
    return compare(value, limit, censored) if limit else None


def limiting_class(classes: Iterable[ParameterClass]) -> str:
    """The worst class of those decided; "" when none is."""
    decided = [one for one in classes if one.state is ClassState.CLASSED]
    if not decided:
        return ""
    held = standard(decided[0].standard)
    return max((one.cls for one in decided), key=held.rank)


def classify_sample(
    values: Mapping[str, float | Reading | None],
    day: date,
    water_body: str = WaterBody.RIVER,
    *,
    floating_rubbish: bool | None = None,
) -> SampleClass:
    """Every result of a sample: classes per parameter, the worst of them, what is missing, and Table 1 apart.

    Water that is neither river nor lake (an outfall) has no class and no Table 1.
    """
    held = standard_on(day)
    readings = {key: value if isinstance(value, Reading) else Reading(value) for key, value in values.items()}
    wanted = classed_parameters(day, water_body)
    classes = tuple(
        classify(key, readings[key].value, day, water_body, floating_rubbish=floating_rubbish,
                 censored=readings[key].censored)
        for key in wanted if key in readings and readings[key].value is not None
    )  # fmt: skip
    health = (
        compare(readings[key].value, limit, readings[key].censored)
        for key in (table1_parameters(day) if water_body in set(WaterBody) else ())
        if key in readings and readings[key].value is not None and (limit := table1_bound(key, day))
    )
    first = tuple(health)
    worst = limiting_class(classes)
    done = {one.parameter for one in classes if one.state is not ClassState.NOT_MEASURED}
    return SampleClass(
        held, water_body, classes, worst,
        tuple(one.parameter for one in classes if worst and one.cls == worst),
        tuple(one.parameter for one in classes if one.state in {ClassState.OPEN, ClassState.NEEDS_RUBBISH}),
        tuple(key for key in wanted if key not in done),
        first, any(one.unsure for one in classes) or any(one.unsure for one in first),
    )  # fmt: skip


def meets_target(cls: str, target: str, regulation: str) -> bool | None:
    """Whether ``cls`` is as good as the target a plan sets for a reach; None when the two do not compare."""
    held = standard(regulation)
    known = {*held.classes, WORSE}
    if cls not in known or target not in held.classes:
        return None
    return held.rank(cls) <= held.rank(target)
