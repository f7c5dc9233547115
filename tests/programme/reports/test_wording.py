"""A frozen number told in the language of the page keeps its seal."""

from __future__ import annotations

from decimal import Decimal

import pytest

from giapranh.programme.reports import wording
from giapranh.programme.reports.facts import Cited, Number

FROZEN = Number(
    "clause:2", "Mục 2: nhiệm vụ của kỳ", Decimal(3), "việc", "Đếm nhiệm vụ của mục", {"count": "tasks", "clause": "2"},
    [Cited("Quan trắc nước sông", "task:1", "/viec/1/", "Quá hạn")],
)  # fmt: skip
ENGLISH = {
    "%(clause)s: nhiệm vụ của kỳ": "%(clause)s: tasks of the period",
    "Đếm nhiệm vụ ở tình trạng “%(standing)s”": "Counts tasks that are “%(standing)s”",
    "Quá hạn": "Overdue",
    "việc": "tasks",
}


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setattr(wording, "_", lambda words: ENGLISH.get(words, words))


def test_words_are_the_pages_and_the_seal_is_the_reports():
    told = wording.told(FROZEN)
    assert (told.title, told.unit) == ("Mục 2: tasks of the period", "tasks")
    assert [cited.note for cited in told.citations] == ["Overdue"]
    assert told.sha == FROZEN.sha


def test_the_way_of_counting_is_told_from_what_was_asked():
    late = Number("tasks.overdue", "Nhiệm vụ quá hạn", Decimal(1), "việc", "…", {"standing": "overdue"})
    assert wording.told(late).how == "Counts tasks that are “Overdue”"
