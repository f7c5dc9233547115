"""A person's word on observations, beside the raw values: accept, reject, or another value. The newest word holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import transaction

from giapranh.kernel.errors import N_, BadInput, NotFound
from giapranh.people.audit import audit
from giapranh.people.models import Officer
from giapranh.water.models import Correction, Observation, Series
from giapranh.water.permissions import check_can_judge_quality, check_can_see_station
from giapranh.water.rules.quality import Flag
from giapranh.water.services import neighbour_news

MOST_AT_ONCE = 20_000
MOST = 1e12  # as of results typed or in a sheet


class NoReason(BadInput):
    code = "no_reason"


class NothingThere(NotFound):
    code = "no_observation"


class Verdict(StrEnum):
    ACCEPT = "accept"  # the value is real, whatever the checks said
    DOUBT = "doubt"  # kept, but not to be relied on
    REJECT = "reject"  # not a value of the water
    CORRECT = "correct"  # another value


_FLAGS = {
    Verdict.ACCEPT: Flag.PASS, Verdict.DOUBT: Flag.SUSPECT, Verdict.REJECT: Flag.FAIL, Verdict.CORRECT: Flag.PASS,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Judged:
    rows: int
    series: Series


@transaction.atomic
def judge(
    *,
    series_id: int,
    start: datetime,
    end: datetime,
    verdict: Verdict,
    why: str,
    by: Officer,
    at: datetime,
    value: float | None = None,
    flags: Sequence[int] = (Flag.SUSPECT, Flag.FAIL),
) -> Judged:
    """Say the same of every flagged row of a stretch (``flags`` empty: of every row). The raw rows stay as they are."""
    series = Series.objects.select_related("station").filter(pk=series_id).first()
    if series is None:
        raise NothingThere(N_("Không có chuỗi số liệu này."))
    check_can_see_station(by, series.station)
    check_can_judge_quality(by, series.station)
    why = why.strip()
    if not why:
        raise NoReason(N_("Hãy ghi lý do: người khác phải hiểu vì sao số liệu được kết luận như vậy."))
    if verdict == Verdict.CORRECT and value is None:
        raise BadInput(N_("Hãy ghi giá trị đúng."))
    if value is not None and not abs(value) <= MOST:  # not a number, endless, a slip of the hand
        raise BadInput(N_("Giá trị quá lớn, không phải số đo: kiểm tra lại số và đơn vị."))
    rows = Observation.objects.filter(series=series, time__gte=start, time__lte=end)
    if flags:
        rows = rows.filter(flag__in=list(flags))
    found = list(rows.order_by("time").values_list("time", "value")[: MOST_AT_ONCE + 1])
    if not found:
        raise NothingThere(N_("Không có giá trị nào bị đánh dấu trong khoảng này."))
    if len(found) > MOST_AT_ONCE or (verdict == Verdict.CORRECT and len(found) > 1):
        raise BadInput(N_("Khoảng này có %(n)s giá trị: hãy chọn khoảng ngắn hơn."), n=len(found))
    given = {Verdict.REJECT: None, Verdict.CORRECT: value}
    Correction.objects.bulk_create(
        [
            Correction(
                series=series, time=time, value=given.get(verdict, raw) if verdict in given else raw,
                flag=_FLAGS[verdict], why=why[:2000], by=by, at=at,
            )
            for time, raw in found
        ],
        batch_size=2000,
    )  # fmt: skip
    audit("water.judged", "series", series.pk, by, at, verdict=str(verdict), rows=len(found),
          start=found[0][0].isoformat(), end=found[-1][0].isoformat(), why=why[:500])  # fmt: skip
    neighbour_news.judged(series, (time for time, _raw in found), at)
    return Judged(len(found), series)
