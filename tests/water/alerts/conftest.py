"""What the tests of alerts share: a station of An's office with a series, and the officers who hear of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from tests.factories import water as make
from tests.factories.alerts import AT
from tests.factories.people import make_officer

from giapranh.people.roles import Role
from giapranh.water.models import Series
from giapranh.water.services import alert_plan, store


@pytest.fixture(autouse=True)
def fresh_plan():
    """Rules of one test must not be remembered in the next."""
    alert_plan.forget()
    yield
    alert_plan.forget()


@pytest.fixture
def thuong(db):
    return make.river()


@pytest.fixture
def station(thuong, node):
    return make.station(thuong, 95.0, owner=node.water)


@pytest.fixture
def ammonium(station) -> Series:
    return make.series(station, "nh4_n")


@pytest.fixture
def head(node):
    return make_officer("Hà Trưởng Phòng", username="truongphong", email="tp@example.vn", office=node.water,
                        role=Role.OFFICE_HEAD)  # fmt: skip


@pytest.fixture
def focal(node):
    return make_officer("Đào Đầu Mối", username="daumoi", email="dm@example.vn", office=node.agency,
                        role=Role.FOCAL_OFFICER)  # fmt: skip


def bring(series: Series, values: list[Any], *, first: datetime = AT, step: int = 5, at: datetime | None = None) -> Any:
    """Values through the one door, as a station sends them; ``at`` is when they arrive (just after the last)."""
    times = [first + timedelta(minutes=step * n) for n in range(len(values))]
    rows = store.Rows(
        series=np.full(len(values), series.pk, np.int32),
        time_ms=np.array([int(t.timestamp() * 1000) for t in times], np.int64),
        value=np.array([np.nan if v is None else v for v in values], np.float64),
        status=np.zeros(len(values), np.int16), reason=np.zeros(len(values), np.int16),
        censored=np.zeros(len(values), np.int16),
    )  # fmt: skip
    return store.store(rows, source=None, at=at or times[-1] + timedelta(seconds=30))
