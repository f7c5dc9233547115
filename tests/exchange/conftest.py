from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.exchange.houses import House, meet_and_agree, some_houses


@pytest.fixture(scope="module")
def strangers(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any, request: Any
) -> Iterator[tuple[House, House]]:
    """Two real nodes that have not met."""
    with django_db_blocker.unblock(), some_houses(tmp_path_factory.mktemp("houses"), _mark(request)) as houses:
        yield houses[0], houses[1]


@pytest.fixture(scope="module")
def houses(strangers: tuple[House, House]) -> tuple[House, House]:
    """Two real nodes with an agreement on floods, notes and series both ways."""
    meet_and_agree(*strangers)
    return strangers


@pytest.fixture(scope="module")
def lone_house(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any, request: Any) -> Iterator[House]:
    """One real node; its neighbour is whoever the test makes."""
    folder = tmp_path_factory.mktemp("house")
    with django_db_blocker.unblock(), some_houses(folder, _mark(request), ("lang-son",)) as houses:
        yield houses[0]


def _mark(request: Any) -> str:
    return str(request.module.__name__.rpartition("test_")[2][:14])
