"""People and water for the tests of the pages that show it."""

from __future__ import annotations

from typing import Any

import pytest
from tests.factories import water as factory
from tests.factories.people import appoint, make_officer

from giapranh.people.roles import Role


@pytest.fixture
def specialist(node: Any) -> Any:
    """Works here and may plan."""
    officer = make_officer("chuyenvien-nuoc")
    appoint(officer, node.water, Role.SPECIALIST)
    return officer


@pytest.fixture
def chi(node: Any) -> Any:
    """The neighbour's specialist."""
    officer = make_officer("chi-ban")
    appoint(officer, node.neighbour, Role.SPECIALIST)
    return officer


@pytest.fixture
def thuong(db: None) -> Any:
    return factory.river()
