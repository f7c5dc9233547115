"""Filters of the pages of alerts and incidents."""

from __future__ import annotations

from datetime import datetime

from django.template import Library
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from giapranh.documents.writing import OfficialPaper, write_html
from giapranh.kernel.errors import N_
from giapranh.water import words

register = Library()

DEEDS = {
    "opened": N_("Mở cảnh báo"), "told": N_("Đã báo"), "worse": N_("Xấu hơn"), "cleared": N_("Hết vượt, tự kết thúc"),
    "acknowledged": N_("Nhận xử lý"), "assigned": N_("Phân công"), "note": N_("Ghi thêm"), "ended": N_("Kết thúc"),
    "climbed": N_("Chưa ai nhận, báo lên"), "calm_again": N_("Nước đã bình thường"), "unwatched": N_("Không còn theo dõi chuỗi số liệu này"),
    "worse_after_end": N_("Xấu hơn lúc kết thúc: mở cảnh báo mới"),
}  # fmt: skip


@register.filter
def alert_deed(what: str) -> str:
    """What happened to an alert, in words."""
    return _(DEEDS.get(what, what))


@register.filter
def hours_window(hours: tuple[float, float]) -> str:
    """``12–24 giờ``: always a range."""
    return words.hours(*hours)


@register.filter
def moments(window: tuple[datetime, datetime]) -> str:
    """``22:00 22/11 – 06:00 23/11``."""
    return words.window(*window)


@register.filter
def letter(paper: OfficialPaper) -> SafeString:
    """An official paper as it will look; the writer escapes every word in it."""
    return mark_safe(write_html(paper))  # noqa: S308 - see above


@register.filter
def drawn(svg: str) -> SafeString:
    """A drawing made by ``documents.writing.drawing``, which escapes every word in it."""
    return mark_safe(svg)  # noqa: S308 - see above
