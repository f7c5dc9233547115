"""What must be true is also true in the database: each named constraint is tried."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from tests.factories.documents import make_paper

from giapranh.documents.models import (
    Blob,
    Citation,
    Direction,
    FieldDecision,
    Paper,
    PaperAccess,
    PaperState,
    PaperVersion,
    RegisterBook,
    RegisterEntry,
)
from giapranh.documents.queries import latest_reading
from giapranh.kernel import clock
from giapranh.people.models import Officer

pytestmark = pytest.mark.django_db


def book(paper: Paper) -> RegisterBook:
    return RegisterBook.objects.create(kind="incoming", agency=paper.agency, year=2026)


def entry(paper: Paper, **fields: Any) -> RegisterEntry:
    return RegisterEntry.objects.create(paper=paper, entered_on=date(2026, 1, 1), **fields)


def twice(make: Callable[[], Any]) -> None:
    make()
    make()


def entry_twice(paper: Paper) -> None:
    shared = book(paper)
    entry(paper, book=shared, seq=1)
    entry(paper, book=shared, seq=2)


BREAKERS: dict[str, Callable[[Paper], Any]] = {
    "blob_sha256_is_hex": lambda p: Blob.objects.create(sha256="X" * 64, size=1),
    "blob_size_not_negative": lambda p: Blob.objects.create(sha256="0" * 64, size=-1),
    "paper_identity_once": lambda p: twice(
        lambda: Paper.objects.create(direction="incoming", state="to_confirm", identity="a|1|2026")
    ),
    "paper_confirmed_by_and_at_together": lambda p: Paper.objects.filter(pk=p.pk).update(confirmed_at=clock.now()),
    "paper_confirmed_by_someone": lambda p: Paper.objects.filter(pk=p.pk).update(state=PaperState.CONFIRMED),
    "paper_stub_is_a_draft": lambda p: Paper.objects.filter(pk=p.pk).update(direction=Direction.STUB),
    "paper_month_and_day_exist": lambda p: Paper.objects.filter(pk=p.pk).update(issued_month=13),
    "paper_only_stubs_are_filled": lambda p: Paper.objects.filter(pk=p.pk).update(filled_by=p),
    "paper_version_once": lambda p: PaperVersion.objects.create(paper=p, n=1, blob=p.versions.get().blob),
    "paper_access_once": lambda p: PaperAccess.objects.create(paper=p, office=p.access.get().office),
    "field_decision_once": lambda p: twice(
        lambda: FieldDecision.objects.create(reading=latest_reading(p.pk), path="number", state="confirmed")
    ),
    "citation_once": lambda p: [
        Citation.objects.create(citing=p, cited=stub, as_written="x")
        for stub in [Paper.objects.create(direction="stub")] * 2
    ],
    "citation_not_of_itself": lambda p: Citation.objects.create(citing=p, cited=p, as_written="x"),
    "register_book_once": lambda p: twice(lambda: book(p)),
    "register_entry_paper_once": entry_twice,
    "register_entry_seq_from_one": lambda p: entry(p, book=book(p), seq=0),
}


@pytest.mark.parametrize("name", list(BREAKERS))
def test_the_database_refuses(name: str, an: Officer) -> None:
    paper = make_paper(an)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        BREAKERS[name](paper)


def test_every_named_constraint_is_tried() -> None:
    from django.apps import apps

    models = [
        model for model in apps.get_app_config("documents").get_models() if not hasattr(model, "pgh_tracked_model")
    ]
    named = {constraint.name for model in models for constraint in model._meta.constraints}
    assert named - set(BREAKERS) == {"register_entry_seq_once"}  # tried in test_books
