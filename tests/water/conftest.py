"""What tests of the rivers share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

# How long one example takes on a busy machine says nothing about the rules.
settings.register_profile("rivers", deadline=None)
settings.load_profile("rivers")


@pytest.fixture(autouse=True)
def no_rows_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test with transactions of its own is cleaned by emptying the tables Django knows; observations are not one."""
    marker = request.node.get_closest_marker("django_db")
    if marker is None or not marker.kwargs.get("transaction"):
        yield
        return
    request.getfixturevalue("transactional_db")
    yield
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE water_observation")
