"""The chart of a station: drawn, zoomed with finer data, saying the same as the table; and the page without it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.browser.conftest import Visit
from tests.factories import water as factory
from tests.factories.people import appoint, make_officer

from giapranh.people.roles import Role

START = datetime(2026, 9, 1, tzinfo=UTC)
ROWS = 20_000
DRAWN = '[data-chart][data-shown-loads="%s"]'  # the content policy lets no script be made of text: wait for attributes

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def officer(node: Any) -> Any:
    made = make_officer("nguoi-xem")
    appoint(made, node.water, Role.SPECIALIST)
    return made


@pytest.fixture
def row(node: Any) -> Any:
    station = factory.station(factory.river(), 93.4, name="Giáp ranh", owner=node.water)
    made = factory.series(station, "nh4_n", basis="N")
    values = [0.2 + 0.001 * (n % 90) for n in range(ROWS)]
    values[12_345] = 3.75
    factory.observations(made, values, start=START)
    return made


def test_a_long_series_is_thinned_drawn_and_zoomed(visit_of: Callable[..., Visit], officer: Any, row: Any) -> None:
    visit = visit_of(officer)
    assert visit.go(f"/song-ngoi/tram/{row.station_id}/?ky=tat-ca") == 200
    page = visit.page
    page.wait_for_selector(DRAWN % 1)
    box = page.locator("[data-chart]")
    assert 500 < int(box.get_attribute("data-shown-points") or 0) < ROWS / 2
    assert "20.000" in page.locator(".chart-note").inner_text()
    ink = "(() => { const c = document.querySelector('.chart-canvas canvas'); const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; let n = 0; for (let i = 3; i < d.length; i += 4) n += d[i] > 0; return n; })()"
    assert page.evaluate(ink) > 2000
    span = _span(box)
    for n in range(1, 7):
        page.click("[data-do=in]")
        page.wait_for_selector(DRAWN % (n + 1))
    assert _span(box) < span / 32
    assert "Vẽ đủ" in page.locator(".chart-note").inner_text()  # near enough for every value
    page.click("[data-do=reset]")
    page.wait_for_selector(DRAWN % 8)
    assert _span(box) == span
    assert visit.faults == []


def test_dragging_zooms_and_pointing_tells_the_value(visit_of: Callable[..., Visit], officer: Any, row: Any) -> None:
    visit = visit_of(officer)
    visit.go(f"/song-ngoi/tram/{row.station_id}/?ky=tat-ca")
    page = visit.page
    page.wait_for_selector(DRAWN % 1)
    over = page.locator(".u-over")
    over.scroll_into_view_if_needed()
    place = over.bounding_box()
    assert place is not None
    span = _span(page.locator("[data-chart]"))
    page.mouse.move(place["x"] + place["width"] * 0.4, place["y"] + 50)
    page.mouse.down()
    page.mouse.move(place["x"] + place["width"] * 0.6, place["y"] + 60, steps=4)
    page.mouse.up()
    page.wait_for_selector(DRAWN % 2)
    assert _span(page.locator("[data-chart]")) == pytest.approx(span / 5, rel=0.1)
    page.mouse.move(place["x"] + place["width"] * 0.5, place["y"] + 80)
    page.locator(".chart-hover", has_text="mg/L").wait_for()


def test_the_table_says_what_the_chart_gets(visit_of: Callable[..., Visit], officer: Any, row: Any) -> None:
    visit = visit_of(officer)
    visit.go(f"/song-ngoi/tram/{row.station_id}/?tu=05/09/2026&den=05/09/2026&dong=200")
    page = visit.page
    page.wait_for_selector(DRAWN % 1)
    start = datetime(2026, 9, 4, 17, tzinfo=UTC)
    address = page.locator("[data-chart]").get_attribute("data-chart")
    query = f"tu={int(start.timestamp() * 1000)}&den={int((start + timedelta(days=1)).timestamp() * 1000)}"
    data = page.evaluate(f"fetch('{address}?{query}').then(answer => answer.json())")
    cells = page.locator("#so-lieu tbody tr td:nth-child(2)").all_inner_texts()
    shown = [float(cell.split("\n")[-1].strip().replace(",", ".")) for cell in cells]
    assert shown == [round(value, 3) for value in data["v"]][::-1][:200]


def test_without_scripts_the_table_stands_alone(visit_of: Callable[..., Visit], officer: Any, row: Any) -> None:
    visit = visit_of(officer, script=False)
    assert visit.go(f"/song-ngoi/tram/{row.station_id}/?ky=ngay") == 200
    assert not visit.page.locator("[data-chart]").is_visible()
    assert visit.page.locator("#so-lieu tbody tr").count() == 25


def _span(box: Any) -> int:
    return int(box.get_attribute("data-shown-to") or 0) - int(box.get_attribute("data-shown-from") or 0)
