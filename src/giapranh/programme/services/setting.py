"""Targets of indicators and thresholds of following up."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from giapranh.kernel.errors import N_, BadInput
from giapranh.people.models import Officer
from giapranh.people.services import audit
from giapranh.programme import indicators, permissions
from giapranh.programme.models import IndicatorTarget, Thresholds
from giapranh.programme.services.records import happened, locked
from giapranh.programme.thresholds import Limits, limits


@transaction.atomic
def set_target(
    *, task_id: int, indicator: str, target: Decimal | None, by: Officer, at: datetime, watch: bool = True
) -> IndicatorTarget | None:
    """Watch an indicator for a task, with or without a target; ``watch=False`` stops watching it."""
    task = locked(task_id)
    if not permissions.can_give(by, task.programme):
        permissions.check_can_work(by, task)
    known = indicators.get(indicator)
    if not watch:
        IndicatorTarget.objects.filter(task=task, indicator=indicator).delete()
        happened(task, "indicator_removed", by=by, at=at, note=known.title)
        return None
    row, _ = IndicatorTarget.objects.update_or_create(
        task=task, indicator=indicator, defaults={"target": target, "proposed": False}
    )
    happened(task, "indicator", by=by, at=at, note=known.title)
    return row


class WrongThreshold(BadInput):
    code = "wrong_threshold"


@transaction.atomic
def set_thresholds(*, new: Limits, by: Officer, at: datetime) -> Limits:
    """The node's own thresholds, from now on."""
    permissions.check_can_set_thresholds(by)
    values = asdict(new)
    numbers = [value for key, value in values.items() if key not in {"remind_before", "before_includes_day"}]
    if (
        any(not 0 <= number <= 365 for number in [*numbers, *new.remind_before])
        or min(new.remind_after_every, new.escalate_every) < 1
    ):
        raise WrongThreshold(N_("Ngưỡng phải là số ngày từ 0 đến 365; khoảng nhắc lại ít nhất là 1."))
    before = asdict(limits())
    Thresholds.objects.update_or_create(id=1, defaults={**values, "remind_before": list(new.remind_before)})
    changed = {key: [before[key], value] for key, value in values.items() if before[key] != value}
    audit("thresholds.set", "thresholds", 1, by, at, **{key: list(map(str, pair)) for key, pair in changed.items()})
    return new
