"""The pages of the register."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from tests.factories.documents import AT, make_paper, reading, value

from giapranh.documents import services
from giapranh.people.models import Officer

pytestmark = pytest.mark.django_db
Signed = Callable[[Officer | None], Client]


def test_the_list_and_books_open(an: Officer, clerk: Officer, client_of: Signed) -> None:
    paper = make_paper(an)
    make_paper(an, reading(number=value(8), full_number="08/KH-UBND"))
    services.confirm_reading(paper_id=paper.pk, by=an, at=AT)
    for name, args in [
        ("papers", []), ("search", []), ("books", []), ("book", ["den"]), ("book", ["di"]), ("book", ["theo-doi"]),
        ("upload", []), ("edxml", []), ("new_outgoing", []), ("paper", [paper.pk]), ("reading", [paper.pk]),
        ("entry", [paper.entries.get().pk]),
    ]:  # fmt: skip
        response = client_of(clerk).get(reverse(f"documents:{name}", args=args), {"q": "nuoc song"})
        assert response.status_code == 200, name
