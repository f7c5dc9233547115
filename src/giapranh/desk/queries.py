"""What the desk's own pages show: gathered from the rooms below, nothing kept here."""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from giapranh.kernel.tables import Status
from giapranh.people import queries as people


def notices(user: Any) -> QuerySet[Any]:
    """The unread first, then the newest."""
    return people.notices(user).order_by(F("read_at").desc(nulls_first=True), "-created_at", "-pk")


def notice_state(notice: Any) -> Status:
    return Status(_("Đã đọc"), "", "check") if notice.read_at else Status(_("Chưa đọc"), "accent", "bell")
