"""Finding a paper by words with and without marks, number, issuer, date."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.factories.documents import AT, make_paper, reading, value

from giapranh.documents import queries, services
from giapranh.documents.search_text import ask, for_index, snippet
from giapranh.people.models import Officer


def found(user: Any, words: str) -> list[str]:
    return [hit.paper.full_number for hit in queries.search(user, words)]


@pytest.fixture
def papers(an: Officer) -> None:
    make_paper(an)
    make_paper(
        an,
        reading(
            number=value(3), full_number="03/KH-UBND", subject=value("Quản lý khoáng sản giáp ranh"),
            issuer=value("Ủy ban nhân dân tỉnh Khác"), date=value({"day": 8, "month": 1, "year": 2024}), citations=[],
        ),
        text="Thuỷ lợi và đất san lấp.",
    )  # fmt: skip


@pytest.mark.django_db
@pytest.mark.usefixtures("papers")
@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("khoáng sản giáp ranh", ["03/KH-UBND", "07/KH-UBND"]),
        ("quản lý khoáng sản", ["03/KH-UBND", "07/KH-UBND"]),
        ("khoáng sàn giáp ranh", []),
        ("khoang san giap ranh", ["03/KH-UBND", "07/KH-UBND"]),
        ("nguồn nước", ["07/KH-UBND"]),
        ("NGUON NUOC", ["07/KH-UBND"]),
        ("nguốn nước", []),
        ("thủy lợi", ["03/KH-UBND"]),
        ("thuy loi", ["03/KH-UBND"]),
        ("dat san lap", ["03/KH-UBND"]),
        ("03/KH-UBND", ["03/KH-UBND"]),
        ("3/kh-ubnd", ["03/KH-UBND"]),
        ("số 07/KH-UBND", ["07/KH-UBND"]),
        ("08/01/2024", ["03/KH-UBND"]),
        ("8/1/2024", ["03/KH-UBND"]),
        ("tỉnh Khác", ["03/KH-UBND"]),
        ('"quan trắc nước sông"', ["07/KH-UBND"]),
        ('"sông nước trắc quan"', []),
        ("xyzzy", []),
        ("", []),
        ("' & | ! :* <-> (", []),
    ],
)
def test_words_find_papers(words: str, numbers: list[str], an: Officer) -> None:
    assert found(an, words) == numbers


@pytest.mark.django_db
@pytest.mark.usefixtures("papers")
def test_decomposed_words_find_the_same(an: Officer) -> None:
    import unicodedata

    assert found(an, unicodedata.normalize("NFD", "nguồn nước")) == ["07/KH-UBND"]


@pytest.mark.django_db
@pytest.mark.usefixtures("papers")
def test_nobody_finds_what_they_may_not_read(binh: Officer, chi: Officer, dung: Officer, auditor: Officer) -> None:
    assert [found(user, "khoang san") for user in (binh, chi, dung)] == [[], [], []]
    assert len(found(auditor, "khoang san")) == 2


@pytest.mark.django_db
def test_a_paper_only_cited_is_found_by_its_number(an: Officer, binh: Officer) -> None:
    services.confirm_reading(paper_id=make_paper(an).pk, by=an, at=AT)
    assert found(an, "15-BB/TUA-TUB")[0] == "15-BB/TUA-TUB"
    assert found(binh, "15-BB/TUA-TUB") == []


def test_the_snippet_shows_the_words_asked_for() -> None:
    text = "Mở đầu. " * 60 + "Phòng Quản lý môi trường quan trắc nước sông Thương."
    cut = snippet(text, ask("quan trac nuoc"))
    assert [piece for piece, hit in cut.pieces() if hit] == ["Quản", "quan", "trắc", "nước"]


@given(st.text(max_size=60))
def test_whatever_is_typed_makes_a_question_postgres_can_read(words: str) -> None:
    question = ask(words)
    assert all(word.isalnum() for word in question.all_words())
    for_index(words)
