"""Effects of a succession as a page shows them: grouped by what they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# In this order on the page; a kind registered by a room above comes after, under its own name.
TITLES = {
    "office": gettext_lazy("Đơn vị"),
    "duty": gettext_lazy("Nhiệm vụ được giao"),
    "appointment": gettext_lazy("Chức trách của cán bộ"),
    "task": gettext_lazy("Việc đang mở"),
    "part": gettext_lazy("Phần việc đang mở"),
    "subscription": gettext_lazy("Đăng ký nhận tin, trực, khóa giao diện"),
    "report_line": gettext_lazy("Dòng báo cáo"),
    "paper": gettext_lazy("Quyền xem văn bản"),
    "station": gettext_lazy("Trạm đo nước"),
    "alert": gettext_lazy("Cảnh báo đang mở"),
    "incident": gettext_lazy("Sự cố đang mở"),
    "campaign": gettext_lazy("Chiến dịch lấy mẫu"),
    "visit": gettext_lazy("Lượt lấy mẫu"),
    "agreement": gettext_lazy("Thỏa thuận trao đổi"),
}
SHOWN = 50  # lines of one group on the page; the rest is a number


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    lines: list[dict[str, Any]]
    total: int

    @property
    def more(self) -> int:
        return self.total - len(self.lines)


def in_groups(effects: Sequence[dict[str, Any]]) -> list[Group]:
    kinds = [*TITLES, *dict.fromkeys(e["kind"] for e in effects if e["kind"] not in TITLES)]
    groups = []
    for kind in kinds:
        lines = [effect for effect in effects if effect["kind"] == kind]
        if lines:
            title = str(TITLES.get(kind, kind)) if kind in TITLES else _("Khác")
            groups.append(Group(title, lines[:SHOWN], len(lines)))
    return groups
