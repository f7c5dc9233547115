"""The page that compares two stations: what was chosen is what is compared, or the page says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from tests.factories import water as factory

from giapranh.kernel.clock import now
from giapranh.people.models import Officer

pytestmark = pytest.mark.django_db


def test_a_station_chosen_twice_is_told_which_other_one_was_taken(
    node: Any, leader: Officer, client_of: Callable[..., Client]
) -> None:
    river = factory.river()
    rows = [factory.series(factory.station(river, km, name=f"Trạm {km}", owner=node.water), "cod") for km in (90, 80)]
    for row in rows:
        factory.observations(row, [9.0, 9.5], start=now() - timedelta(days=1))
    first, second = (row.station_id for row in rows)
    asked = client_of(leader)
    same = asked.get("/song-ngoi/so-sanh/", {"a": first, "b": first}).content.decode()
    assert "Hai ô cùng một trạm nên so với Trạm 80." in same
    assert "Hai ô cùng" not in asked.get("/song-ngoi/so-sanh/", {"a": first, "b": second}).content.decode()
