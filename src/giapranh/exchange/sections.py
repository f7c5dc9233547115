"""The line of sections at the head of every page of this room, and that of one neighbour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Section:
    key: str
    label: Any
    url: str


# key, words, whether only those who may leaf through the ledgers have it
ROOM = (
    ("neighbours", _("Láng giềng"), False),
    ("received", _("Hồ sơ nhận được"), True),
    ("notices", _("Cần trả lời"), True),
    ("quarantine", _("Cách ly"), True),
    ("bundles", _("Trao đổi bằng tệp"), True),
    ("checks", _("Kiểm tra sổ"), True),
    ("card", _("Thẻ và khóa của nút"), False),
)
OF_ONE = (
    ("neighbour", _("Tình hình"), False),
    ("agreement", _("Thỏa thuận"), False),
    ("will_leave", _("Cái gì sẽ đi"), True),
    ("left", _("Cái gì đã đi"), True),
    ("ledger", _("Sổ cái"), True),
    ("heads", _("Đầu sổ để in"), True),
    ("line", _("Đường truyền"), True),
)


def room(looks: bool) -> list[Section]:
    return [Section(key, label, reverse(f"exchange:{key}")) for key, label, closed in ROOM if looks or not closed]


def of_one(peer: str, looks: bool) -> list[Section]:
    return [
        Section(key, label, reverse(f"exchange:{key}", args=[peer]))
        for key, label, closed in OF_ONE
        if looks or not closed
    ]
