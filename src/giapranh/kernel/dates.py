"""Dates as Vietnamese officers write them: day first, always."""

from __future__ import annotations

import re
from datetime import date

from giapranh.kernel.errors import N_, BadInput


class UnclearDate(BadInput):
    code = "unclear_date"


_DAY_FIRST = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})")
_IN_WORDS = re.compile(r"(?:ngày\s+)?(\d{1,2})\s+tháng\s+(\d{1,2})\s+năm\s+(\d{4})", re.IGNORECASE)
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


def parse_date(text: str) -> date:
    """The day in ``text``: ``05/02/2026`` is 5 February; also ``5-2-2026``, ``ngày 5 tháng 2 năm 2026``, ISO."""
    clean = " ".join(text.split())
    if match := _ISO.fullmatch(clean):
        year, month, day = match.groups()
    elif match := _DAY_FIRST.fullmatch(clean) or _IN_WORDS.fullmatch(clean):
        day, month, year = match.groups()
    else:
        raise UnclearDate(N_("“%(text)s” không phải là ngày. Viết như 05/02/2026."), text=text)
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise UnclearDate(N_("Không có ngày %(text)s trong lịch."), text=text) from None


def format_date(day: date | None) -> str:
    """``05/02/2026``, or an empty text for no day."""
    return f"{day:%d/%m/%Y}" if day else ""


def in_words(day: int | None, month: int | None, year: int | None) -> str:
    """The date line of a paper: ``ngày 05 tháng 01 năm 2020``; blanks stay blank, as a draft has them.

    Days below 10 and months 1 and 2 take a leading zero (Decree 30/2020/NĐ-CP, Annex I).
    """
    day_text = f"{day:02d}" if day else "    "
    month_text = (f"{month:02d}" if month < 3 else str(month)) if month else "    "
    return f"ngày {day_text} tháng {month_text} năm {year or '        '}"
