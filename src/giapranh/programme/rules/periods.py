"""Reporting periods of Decree 09/2019/NĐ-CP: a month's figures run from the 15th of the month before to the 14th."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from giapranh.kernel.errors import N_, BadInput

CLOSING_DAY = 14


class PeriodKind(StrEnum):
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"


MONTHS: Mapping[PeriodKind, int] = {
    PeriodKind.MONTH: 1,
    PeriodKind.QUARTER: 3,
    PeriodKind.HALF: 6,
    PeriodKind.YEAR: 12,
}
_LETTER = {PeriodKind.MONTH: "M", PeriodKind.QUARTER: "Q", PeriodKind.HALF: "H"}
_KEY = re.compile(r"(\d{4})(?:-(M?(?:0?[1-9]|1[0-2])|Q[1-4]|H[12]))?", re.IGNORECASE)
_ROMAN = ["I", "II", "III", "IV"]


class UnknownPeriod(BadInput):
    code = "unknown_period"


@dataclass(frozen=True, slots=True)
class ReportingPeriod:
    """One period: ``key`` is stable ("2026-Q3"), ``start`` and ``end`` are both included."""

    kind: PeriodKind
    year: int
    n: int

    @property
    def key(self) -> str:
        if self.kind is PeriodKind.YEAR:
            return f"{self.year}"
        number = f"{self.n:02d}" if self.kind is PeriodKind.MONTH else str(self.n)
        return f"{self.year}-{_LETTER[self.kind]}{number}"

    @property
    def template(self) -> str:
        """The message id of its name; ``params`` fill it."""
        match self.kind:
            case PeriodKind.MONTH:
                return N_("Tháng %(n)s/%(year)s")
            case PeriodKind.QUARTER:
                return N_("Quý %(n)s/%(year)s")
            case PeriodKind.HALF:
                return N_("6 tháng đầu năm %(year)s") if self.n == 1 else N_("6 tháng cuối năm %(year)s")
            case _:
                return N_("Năm %(year)s")

    @property
    def params(self) -> dict[str, Any]:
        return {"n": _ROMAN[self.n - 1] if self.kind is PeriodKind.QUARTER else self.n, "year": self.year}

    @property
    def label(self) -> str:
        """As officers write it in papers."""
        return self.template % self.params

    @property
    def last_month(self) -> int:
        return self.n * MONTHS[self.kind]

    @property
    def start(self) -> date:
        month = self.last_month - MONTHS[self.kind]  # the month before the first one
        return date(self.year, month, CLOSING_DAY + 1) if month else date(self.year - 1, 12, CLOSING_DAY + 1)

    @property
    def end(self) -> date:
        return date(self.year, self.last_month, CLOSING_DAY)

    def covers(self, day: date) -> bool:
        return self.start <= day <= self.end

    @property
    def next(self) -> ReportingPeriod:
        return containing(self.kind, self.end + timedelta(days=1))

    @property
    def previous(self) -> ReportingPeriod:
        return containing(self.kind, self.start - timedelta(days=1))


def containing(kind: PeriodKind, day: date) -> ReportingPeriod:
    """The period of ``kind`` whose figures include ``day``."""
    month, year = (day.month, day.year) if day.day <= CLOSING_DAY else (day.month % 12 + 1, day.year + day.month // 12)
    return ReportingPeriod(kind, year, -(-month // MONTHS[kind]))


def parse_period(text: str) -> ReportingPeriod:
    """``2026-Q3``, ``2026-M07`` or ``2026-07``, ``2026-H1``, ``2026``."""
    match = _KEY.fullmatch(text.strip())
    if not match:
        raise UnknownPeriod(N_("Không hiểu kỳ “%(text)s”. Viết như 2026-Q3, 2026-M07, 2026-H1 hoặc 2026."), text=text)
    year, rest = int(match[1]), (match[2] or "").upper()
    if not rest:
        return ReportingPeriod(PeriodKind.YEAR, year, 1)
    if rest.isdigit():
        rest = f"M{rest}"
    kind = next(kind for kind, letter in _LETTER.items() if letter == rest[0])
    return ReportingPeriod(kind, year, int(rest[1:]))
