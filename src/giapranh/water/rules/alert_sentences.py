"""A rule as one readable sentence. Pieces are message ids; the door translates and joins them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from giapranh.kernel.errors import N_


@dataclass(frozen=True, slots=True)
class Piece:
    """One clause of the sentence: ``template`` is a message id, ``params`` fill it; a param may be a piece itself."""

    template: str
    params: Mapping[str, Any]


def pieces(rule: Any, *, place: str, parameter: str, limit: str, owner: str) -> list[Piece]:
    """The sentence of a rule: what, where, how long, who hears, when it ends."""
    said = [_what(rule, place, parameter, limit)]
    if rule.with_tendency or rule.with_preparing:
        both = rule.with_tendency and rule.with_preparing
        share = "70 %, 90 %" if both else "70 %" if rule.with_tendency else "90 %"
        said.append(Piece(N_("báo trước khi tới %(share)s giới hạn"), {"share": share}))
    if rule.grace_minutes:
        said.append(Piece(N_("kéo dài ít nhất %(span)s"), {"span": _span(rule.grace_minutes)}))
    if rule.min_values > 1:
        said.append(Piece(N_("ít nhất %(n)s giá trị liền nhau"), {"n": rule.min_values}))
    said.append(Piece(N_("thì báo %(owner)s, phải nhận trong %(span)s"),
                      {"owner": owner, "span": _span(rule.acknowledge_minutes)}))  # fmt: skip
    if rule.quiet_from is not None and rule.severity != "critical":
        span = {"start": f"{rule.quiet_from:%H:%M}", "end": f"{rule.quiet_to:%H:%M}"}
        said.append(Piece(N_("từ %(start)s đến %(end)s thì đợi hết giờ yên lặng"), span))
    if rule.kind != "silence" and not rule.clear_minutes:
        said.append(Piece(N_("tự kết thúc ngay khi trở lại bình thường"), {}))
    elif rule.kind != "silence":
        said.append(Piece(N_("tự kết thúc khi trở lại bình thường %(span)s"), {"span": _span(rule.clear_minutes)}))
    return said


def _what(rule: Any, place: str, parameter: str, limit: str) -> Piece:
    base = {"place": place, "name": parameter}
    match rule.kind:
        case "level":
            return Piece(N_("Khi %(name)s ở %(place)s ra ngoài %(limit)s"), {**base, "limit": limit})
        case "rate":
            template = {
                "up": N_("Khi %(name)s ở %(place)s tăng hơn %(n)s mỗi giờ"),
                "down": N_("Khi %(name)s ở %(place)s giảm hơn %(n)s mỗi giờ"),
            }.get(rule.rate_direction, N_("Khi %(name)s ở %(place)s thay đổi hơn %(n)s mỗi giờ"))
            return Piece(template, {**base, "n": _number(rule.per_hour)})
        case "quality":
            return Piece(N_("Khi số liệu %(name)s ở %(place)s không đạt kiểm tra"), base)
        case "wqi":
            return Piece(N_("Khi VN_WQI ở %(place)s từ %(n)s trở xuống"), {**base, "n": rule.wqi_at_most})
        case _:
            if rule.silence_minutes:
                span = {"span": _span(rule.silence_minutes)}
                return Piece(N_("Khi %(place)s không gửi số liệu quá %(span)s"), {**base, **span})
            return Piece(N_("Khi %(place)s không gửi số liệu đúng chu kỳ"), base)


def _span(minutes: int) -> Piece:
    """Whole hours as hours: nobody counts 720 minutes."""
    if minutes % 60 == 0:
        return Piece(N_("%(n)s giờ"), {"n": minutes // 60})
    return Piece(N_("%(n)s phút"), {"n": minutes})


def _number(value: float | None) -> str:
    from giapranh.kernel.numbers import format_number

    return "" if value is None else format_number(value)
