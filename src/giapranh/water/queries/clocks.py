"""How long is left, or by how much it is over: the words of every clock of alerts, incidents and notices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


@dataclass(frozen=True, slots=True)
class Clock:
    """How long is left, or by how much it is over. ``tone``: good, soon, bad, accent or ""."""

    words: str
    tone: str
    icon: str = "clock"


def countdown(due: datetime, at: datetime, to_do: str, over: str) -> Clock:
    """“Còn 2 giờ 10 phút để nhận”, “Chưa ai nhận, quá 5 phút”."""
    minutes = int(abs((due - at).total_seconds()) // 60)
    if due >= at:
        left = _("Còn %(span)s %(to_do)s") % {"span": span(minutes), "to_do": to_do}
        return Clock(left, "soon", "clock")
    return Clock(f"{over} {span(minutes)}", "bad", "warning")


def span(minutes: int) -> str:
    """Minutes as hours and minutes, from two days on in days."""
    if minutes >= 2880:
        return ngettext("%(n)s ngày", "%(n)s ngày", minutes // 1440) % {"n": minutes // 1440}
    if minutes >= 60:
        return _("%(h)s giờ %(m)02d phút") % {"h": minutes // 60, "m": minutes % 60}
    return ngettext("%(n)s phút", "%(n)s phút", minutes) % {"n": minutes}
