"""What the tests of alerts share: a station of An's office with a series, and the officers who hear of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from tests.factories import water as make
from tests.factories.alerts import AT, incident
from tests.factories.people import make_officer
from tests.factories.places import make_province

from giapranh.people.models import Appointment
from giapranh.people.roles import Role
from giapranh.water.models import Series
from giapranh.water.services import alert_plan, notices, store
from giapranh.water.services import incidents as deeds


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


def later(**much):
    return AT + timedelta(**much)


@pytest.fixture
def border(thuong):
    """The river is the border from 93 to 82; above it is ours, below it theirs, at the mouth a third province's."""
    for side in ("left", "right"):
        make.bank(thuong, side, 160, 93.2, "xã Hữu Lũng", "20")
    make.bank(thuong, "right", 93.2, 82.4, "xã Tuấn Sơn", "20")
    make.bank(thuong, "left", 93.2, 82.4, "xã Kép", "24")
    make.bank(thuong, "right", 82.4, 0, "xã Bố Hạ", "24")
    make.bank(thuong, "left", 82.4, 10, "xã Tiên Lục", "24")
    make.bank(thuong, "left", 10, 0, "xã Trần Hưng Đạo", "31")
    make_province("31", "Hải Phòng")
    make.feature(thuong, 43, "Nhà máy nước Xuân Hương", province_code="24")
    make.feature(thuong, 94.5, "Cống xả bí mật", "outfall", restricted=True)
    return thuong


@pytest.fixture
def confirmed(border, an, focal, node, leader):
    Appointment.objects.filter(officer=leader).update(title="Giám đốc")
    made = incident(border, an)
    deeds.suspect_source(
        incident_id=made.pk, words="Nghi nhà máy Bí Mật", feature_id=None, by=focal, at=later(minutes=5)
    )
    deeds.confirm(incident_id=made.pk, extent="national", provinces=["20", "24"], by=focal, at=later(minutes=10))
    made.refresh_from_db()
    return made


def prepared(found, focal, **more):
    given = {"kind": "warning", "provinces": ["24"], "even_incomplete": True, "at": later(minutes=20), **more}
    return notices.prepare(incident_id=found.pk, by=focal, **given)[0]
