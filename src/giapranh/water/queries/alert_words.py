"""Alerts in words: one line for the bell and the letter, a sentence for the rule."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from giapranh.kernel.clock import VIETNAM
from giapranh.kernel.numbers import format_number
from giapranh.water import alert_limits
from giapranh.water.models import Alert, AlertRule, LimitSource, RuleKind, Series
from giapranh.water.rules import alert_sentences, parameters
from giapranh.water.rules.alert_states import LEVELS, Verdict


def headline(alert: Alert) -> str:
    """One line: what, where, how much: “Trạm Hữu Lũng: nh4_n 1,2, vượt (≤ 0,3 mg/L)”."""
    mark = _("[Minh họa] ") if alert.illustrative else ""
    return f"{mark}{alert.station.name}: {what_words(alert)}"


def what_words(alert: Alert) -> str:
    """What the alert says, in words, without the station."""
    kind = alert.rule.kind
    names = ", ".join(parameter_names(alert.parameters))
    if kind == RuleKind.LEVEL:
        level = _(LEVELS[Verdict(max(alert.level, 1) + 1)])
        value = format_number(alert.peak) if alert.peak is not None else "–"
        return _("%(name)s %(value)s, %(level)s giới hạn %(limit)s") % {
            "name": names, "value": value, "level": level, "limit": alert.limit_words,
        }  # fmt: skip
    if kind == RuleKind.RATE:
        value = format_number(round(alert.peak, 3)) if alert.peak is not None else "–"
        return _("%(name)s thay đổi %(value)s mỗi giờ") % {"name": names, "value": value}
    if kind == RuleKind.QUALITY:
        return _("số liệu không đạt kiểm tra: %(name)s") % {"name": names}
    if kind == RuleKind.WQI:
        value = format_number(alert.peak) if alert.peak is not None else "–"
        return _("VN_WQI còn %(value)s") % {"value": value}
    since = alert.since.astimezone(VIETNAM)
    return _("không có số liệu từ %(since)s") % {"since": f"{since:%H:%M %d/%m/%Y}"}


def parameter_names(keys: Iterable[str]) -> list[str]:
    known = parameters.all_parameters()
    return [known[key].symbol or known[key].vi if key in known else key for key in keys]


def sentence(rule: AlertRule, series: Series | None, day: date) -> str:
    """The rule as one sentence. ``series`` is one it watches, to show the limit of the day by."""
    keys = [rule.parameter] if rule.parameter else [rule.series.parameter] if rule.series else []
    names = ", ".join(parameter_names(filter(None, keys)))
    said = alert_sentences.pieces(
        rule, place=place_of(rule), parameter=names or _("mọi thông số"), limit=_limit(rule, series, day),
        owner=rule.owner.name if rule.owner else _("đơn vị quản lý trạm"),
    )  # fmt: skip
    return ", ".join(map(_told, said)) + "."


def _told(piece: alert_sentences.Piece) -> str:
    inner = {key: _told(v) if isinstance(v, alert_sentences.Piece) else v for key, v in piece.params.items()}
    return _(piece.template) % inner


def place_of(rule: AlertRule) -> str:
    if rule.series is not None:
        return rule.series.station.name
    if rule.station is not None:
        return rule.station.name
    reach = rule.reach
    assert reach is not None
    return _("các trạm trên %(reach)s") % {"reach": reach.name}


def _limit(rule: AlertRule, series: Series | None, day: date) -> str:
    if rule.kind != RuleKind.LEVEL:
        return ""
    if series is not None and (found := alert_limits.limit_of(rule, series, day)) is not None:
        return found.words
    if rule.limit_source == LimitSource.OWN:
        spans = [
            f"{sign} {format_number(value)}" for sign, value in (("≥", rule.low), ("≤", rule.high)) if value is not None
        ]
        return ", ".join(spans)
    if series is not None:
        return _("giới hạn chưa có cho ngày này")
    if rule.limit_source == LimitSource.CLASS:
        return _("mức %(cls)s của quy chuẩn") % {"cls": rule.class_code}
    return str(LimitSource(rule.limit_source).label) if rule.limit_source else ""
