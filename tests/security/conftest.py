"""The house every security test walks through."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from tests.security.world import House, build

from giapranh.people.models import Officer


@pytest.fixture(autouse=True)
def vault_folder(tmp_path: Path, settings: Any) -> Path:
    settings.BLOBS = tmp_path / "blobs"
    cache.clear()  # rate limits are counted there
    return tmp_path / "blobs"


@pytest.fixture
def house(node: Any, an: Officer, leader: Officer, clerk: Officer) -> House:
    return build(node, an, leader, clerk)


@pytest.fixture
def visit(client_of: Callable[..., Client]) -> Callable[..., Client]:
    """A browser that gets the answer to an error, not the exception."""

    def make(officer: Officer | None) -> Client:
        client = client_of(officer)
        client.raise_request_exception = False
        return client

    return make
