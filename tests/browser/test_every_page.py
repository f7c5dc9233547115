"""Every page is opened wide, on a phone and in the dark: axe-core finds nothing, nothing scrolls sideways, the content
policy is not violated and no script fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.browser.conftest import PHONE, WIDE, Visit
from tests.browser.house import furnish
from tests.browser.walk import pages

from giapranh.people.models import Officer

LOOKS = [
    pytest.param(WIDE, "light", id="wide"),
    pytest.param(PHONE, "light", id="phone"),
    pytest.param(WIDE, "dark", id="dark"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_every_page_is_clean(
    visit_of: Callable[..., Visit], node: Any, administrator: Officer, an: Officer, size: dict[str, int], theme: str
):
    house = furnish(node, administrator, an)
    client = Client(raise_request_exception=False)
    client.force_login(administrator)
    addresses, unknown = pages(house, client)
    visit = visit_of(administrator, size=size, theme=theme)
    wrong: list[str] = []
    for address in addresses:
        visit.faults.clear()
        status = visit.go(address.path)
        faults = [*visit.faults, *visit.axe(), *visit.too_wide()]
        wrong += [f"{address.view} {address.path}: {fault}" for fault in faults]
        if status != 200 and address.view != "asked":
            wrong.append(f"{address.view} {address.path}: answers {status}")
    if wrong or unknown:
        pytest.fail("\n".join([*wrong, *unknown]), pytrace=False)
    assert len(addresses) > 60


@pytest.mark.parametrize("view", ["account_login", "account_reset_password", "desk:health"])
def test_pages_before_the_sign_in_are_clean(visit_of: Callable[..., Visit], node: Any, view: str):
    for size in (WIDE, PHONE):
        visit = visit_of(None, size=size)
        assert visit.go(reverse(view)) == 200
        assert "\n".join([*visit.faults, *visit.axe(), *visit.too_wide()]) == ""
