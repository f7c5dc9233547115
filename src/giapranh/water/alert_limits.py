"""The limit an alert rule watches on one day: the number somebody set, or what the regulation or the plan says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from giapranh.kernel.numbers import format_number
from giapranh.water.models import AlertRule, LimitSource, Series
from giapranh.water.queries import network
from giapranh.water.rules import limits, parameters
from giapranh.water.rules.alert_checks import Band, band_of


@dataclass(frozen=True, slots=True)
class Limit:
    """``words`` say what the limit is and where it comes from."""

    band: Band
    words: str
    value: float


def limit_of(rule: AlertRule, series: Series, day: date) -> Limit | None:
    """None when no limit holds for this parameter on this day: the rule is silent then, and its page says so."""
    if rule.limit_source == LimitSource.OWN:
        return _limit(rule, rule.low, rule.high, _("số tự đặt"), series.unit_symbol)
    bound, words = _bound(rule, series, day)
    if bound is None:
        return None
    known = parameters.all_parameters().get(series.parameter)
    direction = known.direction if known else "max"
    low = _in_unit(bound.low, bound.unit, series) if direction in ("min", "range") else None
    high = _in_unit(bound.high, bound.unit, series) if direction in ("max", "range") else None
    return _limit(rule, low, high, words, series.unit_symbol)


def _bound(rule: AlertRule, series: Series, day: date) -> tuple[limits.Bound | None, str]:
    station = series.station
    body = "lake" if station.water_body == "lake" else "river"
    if rule.limit_source == LimitSource.TABLE_1:
        return limits.bound(series.parameter, "table1", day, body), _("Bảng 1 của quy chuẩn")
    if rule.limit_source == LimitSource.TARGET:
        target = network.target_at(station.watercourse_id, station.km, day)
        if target is None:
            return None, ""
        words = _("mức %(cls)s theo %(decision)s") % {"cls": target.class_code, "decision": target.decision}
        return limits.bound(series.parameter, target.class_code, day, body), words
    words = _("mức %(cls)s của quy chuẩn") % {"cls": rule.class_code}
    return limits.bound(series.parameter, rule.class_code, day, body), words


def _in_unit(value: object, unit: str, series: Series) -> float | None:
    """A limit as the series counts: its unit, and its basis (0,3 of N is 0,386 of NH₄); None where they do not fit."""
    if value is None:
        return None
    number, known = float(str(value)), parameters.parameter(series.parameter)
    try:
        if series.unit_symbol.strip() not in {"", "-"}:
            own = parameters.unit(series.unit_symbol, parameters.all_units()[known.unit].dimension)
            number = float(parameters.convert(number, unit, own.code))
        return number * parameters.basis_factor(known.key, known.basis, series.basis)
    except (parameters.UnknownUnit, parameters.UnitsDiffer, parameters.UnknownBasis):
        return None


def _limit(rule: AlertRule, low: float | None, high: float | None, source: str, unit: str) -> Limit | None:
    if low is None and high is None:
        return None
    band = band_of(
        low, high, hysteresis_percent=rule.hysteresis_percent, clear_value=rule.clear_value,
        tendency=rule.with_tendency, preparing=rule.with_preparing,
    )  # fmt: skip
    spans = []
    if low is not None:
        spans.append(f"≥ {format_number(low)}")
    if high is not None:
        spans.append(f"≤ {format_number(high)}")
    value = high if high is not None else low
    assert value is not None
    return Limit(band, f"{' và '.join(spans)} {unit} ({source})".replace("  ", " "), value)
