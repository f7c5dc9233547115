"""From when to when a page looks: a length counted back from the newest value, or two days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from giapranh.kernel.clock import VIETNAM, local_date
from giapranh.kernel.dates import UnclearDate, parse_date
from giapranh.kernel.errors import N_, BadInput
from giapranh.people.views.answers import refused_line
from giapranh.water.queries.series import day_ms, from_ms

LENGTHS = (
    ("ngay", gettext_lazy("1 ngày"), 1),
    ("tuan", gettext_lazy("7 ngày"), 7),
    ("thang", gettext_lazy("30 ngày"), 30),
    ("quy", gettext_lazy("90 ngày"), 90),
    ("nam", gettext_lazy("1 năm"), 365),
    ("tat-ca", gettext_lazy("tất cả"), 0),
)
DAY = timedelta(days=1)
LATEST_MS = 4_102_444_800_000  # 2100


class BadSpan(BadInput):
    code = "bad_span"


@dataclass(frozen=True, slots=True)
class Span:
    """``start`` ≤ time < ``end``; ``length`` names the length that was chosen, "" for two days."""

    start: datetime
    end: datetime
    length: str = ""
    refused: str = ""

    @property
    def first_day(self) -> str:
        return f"{local_date(self.start):%d/%m/%Y}"

    @property
    def last_day(self) -> str:
        return f"{local_date(self.end - timedelta(milliseconds=1)):%d/%m/%Y}"

    @property
    def days(self) -> float:
        return (self.end - self.start) / DAY

    @property
    def query(self) -> str:
        return f"ky={self.length}" if self.length else f"tu={self.first_day}&den={self.last_day}"


def span_of(
    params: QueryDict, first: datetime | None, last: datetime | None, now: datetime, default: str = "thang"
) -> Span:
    """What the page asks for; what cannot be understood is said and the usual length shown."""
    newest = min(last, now) if last else now
    if params.get("tu") or params.get("den"):
        try:
            return _between(params.get("tu", ""), params.get("den", ""), first, newest)
        except (UnclearDate, BadSpan) as refusal:
            return _back(default, first, newest, refused=refused_line(refusal))
    chosen = params.get("ky", default)
    return _back(chosen if chosen in {key for key, _word, _days in LENGTHS} else default, first, newest)


def _between(since: str, until: str, first: datetime | None, newest: datetime) -> Span:
    upper = parse_date(until) if until else local_date(newest)
    lower = parse_date(since) if since else min(local_date(first or newest), upper)
    if lower > upper:
        raise BadSpan(N_("Ngày bắt đầu sau ngày kết thúc."))
    if not (lower.year > 1970 and upper.year < 2100):
        raise BadSpan(N_("Chọn ngày trong khoảng 1971–2099."))
    return Span(from_ms(day_ms(lower)), from_ms(day_ms(upper + DAY)))


def _back(length: str, first: datetime | None, newest: datetime, refused: str = "") -> Span:
    days = next(days for key, _word, days in LENGTHS if key == length)
    end = newest + timedelta(minutes=1)
    start = newest - timedelta(days=days) if days else (first or newest - timedelta(days=365))
    return Span(start.astimezone(VIETNAM), end.astimezone(VIETNAM), length, refused)


def span_in_ms(params: QueryDict) -> tuple[datetime, datetime]:
    """``tu`` and ``den`` in milliseconds since 1970, as a chart asks."""
    try:
        lower, upper = int(str(params["tu"])), int(str(params["den"]))
    except (KeyError, ValueError):
        raise BadSpan(N_("Thiếu hoặc sai khoảng thời gian (tu, den: mili giây từ năm 1970).")) from None
    if not 0 <= lower < upper <= LATEST_MS:
        raise BadSpan(N_("Khoảng thời gian không hợp lệ."))
    return from_ms(lower), from_ms(upper)


def length_words() -> list[tuple[str, str]]:
    return [(key, _(str(word))) for key, word, _days in LENGTHS]
