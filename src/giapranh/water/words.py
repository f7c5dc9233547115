"""Short words that several pages of the rivers share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from giapranh.kernel.clock import VIETNAM
from giapranh.kernel.errors import Refused
from giapranh.kernel.numbers import format_number

MINUTE, HOUR, DAY = 60, 3600, 86400


class Named(Protocol):
    """What data files name in both languages."""

    @property
    def vi(self) -> str: ...

    @property
    def en(self) -> str: ...


def said(named: Named) -> str:
    """The name in the language of the page."""
    return named.en if (get_language() or "vi").startswith("en") else named.vi


def refusal(what: str, params: Mapping[str, Any]) -> str:
    """Why a row was not taken, its numbers as people write them."""
    return Refused(what, **params).render(_)


def age(at: datetime, now: datetime) -> str:
    """How long ago, in the coarsest unit that still says something; after a month the day itself."""
    seconds = int((now - at).total_seconds())
    if seconds < MINUTE:
        return _("vừa xong")
    if seconds < HOUR:
        return ngettext("%(n)s phút trước", "%(n)s phút trước", seconds // MINUTE) % {"n": seconds // MINUTE}
    if seconds < 2 * DAY:
        return ngettext("%(n)s giờ trước", "%(n)s giờ trước", seconds // HOUR) % {"n": seconds // HOUR}
    if seconds < 31 * DAY:
        return ngettext("%(n)s ngày trước", "%(n)s ngày trước", seconds // DAY) % {"n": seconds // DAY}
    return f"{at.astimezone(VIETNAM):%d/%m/%Y}"


def moment(at: datetime) -> str:
    """``08:10 23/11``: within a year nobody needs the year."""
    return f"{at.astimezone(VIETNAM):%H:%M %d/%m}"


def window(start: datetime, end: datetime) -> str:
    """``22:00 22/11 – 06:00 23/11``; the day once when it is the same."""
    a, b = start.astimezone(VIETNAM), end.astimezone(VIETNAM)
    return f"{a:%H:%M} – {b:%H:%M %d/%m}" if a.date() == b.date() else f"{a:%H:%M %d/%m} – {b:%H:%M %d/%m}"


def times(multiple: float) -> str:
    """How many times a limit: ``1,03``, ``2,4``. Near the limit one place would say “1 time”, which is no excess."""
    return format_number(round(multiple, 2 if multiple < 1.1 else 1))


def kilometre(km: float) -> str:
    """``km 93,2``."""
    return _("km %(km)s") % {"km": format_number(round(km, 1))}


def hours(low: float, high: float) -> str:
    """``12–24 giờ``, from two days on in days: always a range."""
    if high >= 48:
        return _("%(low)s–%(high)s ngày") % {"low": _short(low / 24), "high": _short(high / 24)}
    return _("%(low)s–%(high)s giờ") % {"low": _short(low), "high": _short(high)}


def _short(value: float) -> str:
    return format_number(round(value, 1) if value < 10 else round(value))
