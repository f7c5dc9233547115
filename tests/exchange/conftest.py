from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.exchange.houses import House, meet_and_agree, two_houses


@pytest.fixture(scope="module")
def strangers(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any, request: Any
) -> Iterator[tuple[House, House]]:
    """Two real nodes that have not met."""
    mark = request.module.__name__.rpartition("_")[2][:12]
    with django_db_blocker.unblock(), two_houses(tmp_path_factory.mktemp("houses"), mark) as houses:
        yield houses


@pytest.fixture(scope="module")
def houses(strangers: tuple[House, House]) -> tuple[House, House]:
    """Two real nodes with an agreement on floods, notes and series both ways."""
    meet_and_agree(*strangers)
    return strangers
