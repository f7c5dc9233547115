"""Days of figures as a picture: gaps are gaps, and what a neighbour sends breaks no page."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.factories import neighbour_house
from tests.factories.neighbour_house import THEM

from giapranh.exchange import seeds
from giapranh.exchange.drawing import Day, draw
from giapranh.exchange.models import Record
from giapranh.people.models import Officer

FIRST = date(2026, 11, 1)
ROW = "water-daily:01920000-0000-7000-8000-00000000000a"


def day(number: int, mean: str | None = "2", low: str | None = "1", high: str | None = "3") -> Day:
    values = (None if text is None else Decimal(text) for text in (low, mean, high))
    return Day(FIRST + timedelta(days=number), *values)


def test_days_in_a_row_are_one_line_and_one_band() -> None:
    picture = draw([day(0), day(1, "3", "2", "5"), day(2)])
    assert picture is not None
    assert (picture.least, picture.most) == (1, 5)
    assert [len(points.split()) for points in picture.lines] == [3]
    assert [len(points.split()) for points in picture.bands] == [6]
    assert picture.lines[0].startswith("6.0,")
    assert "994.0," in picture.lines[0]


def test_a_missing_day_breaks_the_line_and_a_lonely_one_is_a_dot() -> None:
    picture = draw([day(0), day(1), day(3), day(5, None, None, None), day(9), day(10, low=None)])
    assert picture is not None
    assert len(picture.lines) == 2
    assert len(picture.bands) == 1
    assert len(picture.dots) == 1


@pytest.mark.parametrize("days", [[], [day(0)], [day(0), day(1, None, None, None)]])
def test_less_than_two_days_are_no_picture(days: list[Day]) -> None:
    assert draw(days) is None


def test_a_flat_row_is_drawn() -> None:
    picture = draw([day(0, "0", "0", "0"), day(1, "0", "0", "0")])
    assert picture is not None
    assert "234.0" in picture.lines[0]


@pytest.mark.django_db
def test_the_days_of_a_neighbour_are_drawn_and_told_as_a_table(
    node: Any, leader: Officer, client_of: Callable[[Officer | None], Client], tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(seeds, "_path", lambda: tmp_path / "exchange-keys.json")
    neighbour_house.met_and_agreed()
    wild = [
        {"day": "x"},
        {"day": "2026-11-09", "min": 1.5, "mean": "1e999", "max": "NaN"},
        {"min": "1"},
        {"day": ["a"]},
    ]
    told = [
        {"day": f"2026-11-0{n}", "min": "0.5", "mean": f"{n}.25", "max": "1250.5", "unit": "mg/L"} for n in range(1, 6)
    ]
    for number, data in enumerate([*told, *wild]):
        Record.objects.create(
            peer=THEM, subject=f"{ROW}/2026-11-0{number + 1}", kind="water-daily", owner=THEM, version=1, stream="s",
            hash="h", clause="c@1", state="live", blocked_by="", data=json.dumps(data).encode(), sent_at=1, at=1,
        )  # fmt: skip
    answer = client_of(leader).get(f"/lang-gieng/nut/{THEM}/ho-so/{ROW}/2026-11-03/")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "6 ngày" in page
    assert '<polyline class="daily-line"' in page
    assert "1.250,5 mg/L" in page
    assert '<td class="number">3,25</td>' in page
    assert "Từ 01/11/2026 đến 05/11/2026" in page
