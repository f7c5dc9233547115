"""The line of sections at the head of every page of this room. A section whose page does not exist is left out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Section:
    key: str
    label: Any
    url: str


SECTIONS = (
    ("rivers", _("Các sông")),
    ("trace", _("Truy nguồn")),
    ("alerts", _("Cảnh báo")),
    ("incidents", _("Sự cố, thông báo")),
    ("compare", _("So sánh hai trạm")),
    ("campaigns", _("Chiến dịch")),
    ("statistics", _("Thống kê")),
    ("intake", _("Đưa số liệu vào")),
    ("quality", _("Chất lượng")),
)


OF_ALERTS = ("alerts", "incidents")  # for people of this agency and auditors


@cache
def sections() -> tuple[Section, ...]:
    found = []
    for key, label in SECTIONS:
        try:
            found.append(Section(key, label, reverse(f"water:{key}")))
        except NoReverseMatch:
            continue
    return tuple(found)
