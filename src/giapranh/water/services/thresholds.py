"""The limits of the quality checks of one series, from a day on: a person sets them and says why."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction

from giapranh.kernel.clock import VIETNAM
from giapranh.kernel.errors import N_, BadInput, NotFound
from giapranh.people.audit import audit
from giapranh.people.models import Officer
from giapranh.water import permissions
from giapranh.water.models import QualityThreshold, Series
from giapranh.water.rules.quality_run import Thresholds
from giapranh.water.services import quality

FURTHEST_BACK = timedelta(days=370)  # older rows are judged again by a stretch at a time, at the quality desk


class BadThresholds(BadInput):
    code = "bad_thresholds"


def _series(series_id: int, by: Officer) -> Series:
    found = Series.objects.select_related("station").filter(pk=series_id).first()
    if found is None:
        raise NotFound(N_("Không có chuỗi số liệu này."))
    permissions.check_can_judge_quality(by, found.station)
    return found


def set_thresholds(
    *, series_id: int, thresholds: Thresholds, valid_from: date, why: str, by: Officer, at: datetime
) -> int:
    """Hold from ``valid_from`` until the next change. The rows since are judged again; how many flags changed."""
    series = _series(series_id, by)
    _check(thresholds, why)
    with transaction.atomic():
        rows = series.thresholds.select_for_update()
        for row in rows.filter(valid_from__lt=valid_from):
            if row.valid_to is None or row.valid_to >= valid_from:
                row.valid_to = valid_from - timedelta(days=1)
                row.save(update_fields=["valid_to"])
        later = rows.filter(valid_from__gt=valid_from).order_by("valid_from").first()
        QualityThreshold.objects.create(
            series=series, settings=thresholds.as_dict(), why=why.strip()[:2000], by=by, at=at, valid_from=valid_from,
            valid_to=later.valid_from - timedelta(days=1) if later and later.valid_from else None,
        )  # fmt: skip
        audit("water.thresholds", "series", series.pk, by, at, valid_from=valid_from.isoformat(), why=why[:500])
    return _judge_again(series, valid_from, at)


def back_to_defaults(*, series_id: int, valid_from: date, why: str, by: Officer, at: datetime) -> int:
    """From ``valid_from`` on the series is checked against what is usual for its parameter again."""
    series = _series(series_id, by)
    if not why.strip():
        raise BadThresholds(N_("Hãy ghi vì sao đổi ngưỡng."))
    with transaction.atomic():
        series.thresholds.filter(valid_from__gte=valid_from).delete()
        for row in series.thresholds.select_for_update():
            if row.valid_to is None or row.valid_to >= valid_from:
                row.valid_to = valid_from - timedelta(days=1)
                row.save(update_fields=["valid_to"])
        audit("water.thresholds_dropped", "series", series.pk, by, at, valid_from=valid_from.isoformat(), why=why[:500])
    return _judge_again(series, valid_from, at)


def _check(thresholds: Thresholds, why: str) -> None:
    if not why.strip():
        raise BadThresholds(N_("Hãy ghi vì sao đổi ngưỡng."))
    fail, suspect = thresholds.gross_fail, thresholds.gross_suspect
    if fail and suspect and not fail.low <= suspect.low <= suspect.high <= fail.high:
        raise BadThresholds(N_("Khoảng nghi ngờ phải nằm trong khoảng đo được."))
    for name, mild, hard in (
        (N_("Vọt đơn lẻ"), thresholds.spike_suspect, thresholds.spike_fail),
        (N_("Đổi quá nhanh"), thresholds.rate_suspect, thresholds.rate_fail),
        (N_("Đứng yên"), thresholds.flat_suspect_s, thresholds.flat_fail_s),
    ):
        if mild is not None and hard is not None and hard < mild:
            raise BadThresholds(N_("%(name)s: mức không đạt phải từ mức nghi ngờ trở lên."), name=name)


def _judge_again(series: Series, valid_from: date, at: datetime) -> int:
    quality.take_references(at=at, series_ids=[series.pk])
    start = max(datetime(valid_from.year, valid_from.month, valid_from.day, tzinfo=VIETNAM), at - FURTHEST_BACK)
    return quality.check_again(series_id=series.pk, start=start, end=at) if start <= at else 0
