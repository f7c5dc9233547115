"""Small makers of alert rules and incidents for tests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from giapranh.people.models import Officer
from giapranh.water.models import AlertRule, Incident, RuleKind, Series, Watercourse
from giapranh.water.services import alert_plan, incidents
from giapranh.water.services.incidents import Facts

AT = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)  # ten in the morning in Vietnam


def rule(on: Series | None = None, **fields: Any) -> AlertRule:
    """A level rule on a series: ammonium not above 0.3, at once, cleared at once."""
    base: dict[str, Any] = {
        "name": "Amoni vượt", "kind": RuleKind.LEVEL, "series": on, "limit_source": "own", "high": 0.3,
        "hysteresis_percent": 10, "clear_minutes": 0, "created_at": AT,
        "owner": on.station.owner if on is not None else None,
    }  # fmt: skip
    base.update(fields)
    made = AlertRule.objects.create(**base)
    alert_plan.forget()
    return made


def facts(river: Watercourse, **fields: Any) -> Facts:
    base: dict[str, Any] = {
        "name": "Cá chết tại cầu", "finder": "Ông Hoàng Văn Tự", "seen_at": AT, "watercourse": river, "km": 95.0,
        "bank": "right", "commune": "xã Tuấn Sơn", "signs": ("dead_fish", "smell"), "description": "Nước đen",
        "steps": "Đã lấy mẫu, báo các xã",
    }  # fmt: skip
    return Facts(**{**base, **fields})


def incident(river: Watercourse, by: Officer, at: datetime = AT, **fields: Any) -> Incident:
    return incidents.report_incident(facts=facts(river, **fields), by=by, at=at)
