"""The river page in a real browser: the map beside the straightened river, on a phone, in the dark, without scripts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.browser.conftest import PHONE, WIDE, Visit
from tests.factories import river_house
from tests.factories import water as make

from giapranh.people.models import Officer
from giapranh.water.models import Station

RIVER = "/song-ngoi/thuong/"
TRACE = "/song-ngoi/truy-nguon/?song=thuong&km=43&luc=23/11/2026+08:10&huong=nguoc&van_toc=mean&gio=72"


@pytest.fixture
def station_id(node: Any, an: Officer) -> int:
    return int(river_house.furnish(node, an)["station_id"])


def test_a_station_on_the_straightened_river_opens_its_page(
    visit_of: Callable[..., Visit], an: Officer, station_id: int
) -> None:
    visit = visit_of(an)
    assert visit.go(RIVER) == 200
    label = visit.page.locator(".straight-wide a", has_text="Trạm Bố Hạ")
    assert "rất xấu · DO 3,1 mg/L" in (label.text_content() or "")
    label.locator("text.straight-words").first.click()
    visit.page.wait_for_url(f"**/song-ngoi/tram/{station_id}/")
    assert visit.faults == []


def test_the_map_shows_each_station_as_a_tile_with_its_letter(
    visit_of: Callable[..., Visit], an: Officer, station_id: int
) -> None:
    visit = visit_of(an)
    visit.go(RIVER)
    visit.page.wait_for_selector(".map-tile .class-tile")
    tiles = sorted(visit.page.locator(".map-tile").all_inner_texts())
    assert tiles == ["A", "B", "D", "–"]
    assert visit.page.locator(".map-tile .class-silent").count() == 1
    assert visit.faults == []


@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_stations_close_together_do_not_hide_each_other(
    visit_of: Callable[..., Visit], an: Officer, station_id: int, size: Any
) -> None:
    bad = Station.objects.get(pk=station_id)
    for n in range(4):
        make.station(bad.watercourse, (bad.km or 0) + n / 10, name=f"Trạm gần {n}", owner=bad.owner, bank="right")
    visit = visit_of(an, size=size)
    visit.go(RIVER)
    visit.page.wait_for_selector(".map-tile .class-tile")
    boxes = [tile.bounding_box() for tile in visit.page.locator(".map-tile").all()]
    assert len(boxes) == 8
    apart = [
        abs(one["x"] - other["x"]) >= one["width"] - 1 or abs(one["y"] - other["y"]) >= one["height"] - 1
        for n, one in enumerate(boxes) for other in boxes[:n] if one and other
    ]  # fmt: skip
    assert all(apart)
    assert visit.page.locator("circle.map-tie, path.map-tie").count() >= 6  # each is tied to its place
    assert visit.faults == []


@pytest.mark.parametrize(("size", "shown", "hidden"), [(WIDE, "wide", "narrow"), (PHONE, "narrow", "wide")])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_one_picture_for_a_desk_and_one_for_a_phone(
    visit_of: Callable[..., Visit], an: Officer, station_id: int, size: Any, shown: str, hidden: str, theme: str
) -> None:
    visit = visit_of(an, size=size, theme=theme)
    forms = (f"/song-ngoi/tram/{station_id}/khai-bao/", "/song-ngoi/thuong/muc-tieu/")
    for address in (RIVER, TRACE, "/song-ngoi/", *forms):
        assert visit.go(address) == 200
        assert "\n".join([*visit.faults, *visit.axe(), *visit.too_wide()]) == "", address
        if address in (RIVER, TRACE):
            assert visit.page.locator(f".straight-{shown}").first.is_visible()
            assert not visit.page.locator(f".straight-{hidden}").first.is_visible()


def test_without_scripts_the_table_says_what_the_picture_says(
    visit_of: Callable[..., Visit], an: Officer, station_id: int
) -> None:
    visit = visit_of(an, script=False)
    visit.go(RIVER)
    row = visit.page.locator("table.records tbody tr", has_text="Trạm Bố Hạ").first
    for words in ("66,0", "Mức D – rất xấu", "DO 3,1 mg/L", "N-NH₄⁺ 6,3 lần"):
        assert words in row.inner_text()
    assert not visit.page.locator(".map-box").is_visible()
    assert visit.page.locator(".straight-wide").is_visible()
