"""How fluid the chart of a station is: the time between two pictures while an officer zooms and moves it.

    python benchmarks/station_chart.py

A series of 105,120 rows (a year at five minutes) in a real Chromium, on a real server. The page standing still is 1: a
busy machine shows in that line already. Then a year is moved and zoomed, each new window fetched; then the same with
all its points in the browser, which no page of ours does: the server thins a window to what the screen can show.
Needs Chromium, and the bundle (``make frontend``).
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

from harness import node
from sensorthings import _free_port, _server

START = datetime(2025, 11, 1, tzinfo=UTC)
ROWS = 105_120
SIZES = (("1366×768", {"width": 1366, "height": 768}), ("390×844, as a phone", {"width": 390, "height": 844}))
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]

# One act a picture, in bursts with a rest between them, in which the next window is fetched and drawn.
MEASURE = """async ({what, bursts, acts}) => {
  const over = document.querySelector(".u-over"), box = over.getBoundingClientRect();
  const middle = box.left + box.width / 2, height = box.top + box.height / 2;
  const frame = () => new Promise(requestAnimationFrame), gaps = [];
  let last = await frame();
  const one = async () => { const now = await frame(); gaps.push(now - last); last = now; };
  const rest = async (ms) => { for (const until = last + ms; last < until;) await one(); };
  for (let burst = 0; burst < bursts; burst++) {
    const way = burst % 2 ? 1 : -1;
    if (what === "move") over.dispatchEvent(new PointerEvent("pointerdown", {pointerType: "touch", clientX: middle, clientY: height, bubbles: true}));
    for (let act = 1; act <= acts; act++) {
      if (what === "move") dispatchEvent(new PointerEvent("pointermove", {pointerType: "touch", clientX: middle + way * act * box.width / 3 / acts}));
      if (what === "zoom") over.dispatchEvent(new WheelEvent("wheel", {ctrlKey: true, deltaY: way * 100, clientX: middle, clientY: height, bubbles: true, cancelable: true}));
      await one();
    }
    if (what === "move") dispatchEvent(new PointerEvent("pointerup", {pointerType: "touch"}));
    await rest(500);
  }
  return gaps;
}"""


def main() -> int:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        print("no Chromium on this machine: the chart is not measured")
        return 0
    with node():
        officer, row = _furnish()
        cookie, token = _signed_in(officer)
        port = _free_port()
        with _server(port):
            _measure(chromium, f"http://127.0.0.1:{port}", cookie, token, row)
    return 0


def _furnish() -> tuple[Any, Any]:
    """An officer, and a station whose series has a row every five minutes of a year."""
    from django.db import connection
    from tests.factories import water as factory
    from tests.factories.people import make_agency, make_officer
    from tests.factories.places import make_province

    from giapranh.people.models import Node

    agency = make_agency(unit=make_province())
    Node.objects.create(pk=1, node_id="bench", name="Bench", agency=agency)
    officer = make_officer(office=agency)
    row = factory.series(factory.station(factory.river(), 93.4, name="Giáp ranh", owner=agency), basis="N")
    end = START + timedelta(minutes=5 * ROWS)
    factory._make_months({((START + timedelta(days=n)).year, (START + timedelta(days=n)).month) for n in range(367)})
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into water_observation (time, arrived, value, series_id, flag)"
            " select t, t, 0.2 + 0.1 * sin(extract(epoch from t) / 40000) + 0.02 * random(), %s,"
            " case when random() < 0.002 then 3 else 1 end"
            " from generate_series(%s::timestamptz, %s::timestamptz, '5 min') t",
            [row.pk, START, end - timedelta(minutes=5)],
        )
        cursor.execute(
            "update water_series set (count, first_time, last_time) ="
            " (select count(*), min(time), max(time) from water_observation where series_id = %s) where id = %s",
            [row.pk, row.pk],
        )
    return officer, row


def _signed_in(officer: Any) -> tuple[str, str]:
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(officer)
    return settings.SESSION_COOKIE_NAME, client.cookies[settings.SESSION_COOKIE_NAME].value


def _measure(chromium: str, address: str, cookie: str, token: str, row: Any) -> None:
    from playwright.sync_api import sync_playwright

    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(f"{ROWS:,} rows in the series; load {load:.1f} on {os.cpu_count()} cores; headless Chromium without GPU")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for name, size in SIZES:
            context = browser.new_context(viewport=size)  # type: ignore[arg-type]
            context.add_cookies([{"name": cookie, "value": token, "url": address}])
            print(f"\n{name}; the page standing still is 1")
            page = _opened(context, f"{address}/song-ngoi/tram/{row.station_id}/?ky=tat-ca")
            still = _tell("standing still", page, "rest", 0)
            _tell("a year moved", page, "move", still)
            _tell("a year zoomed in and out", page, "zoom", still)
            page.close()
            _whole(context)
            page = _opened(context, f"{address}/song-ngoi/tram/{row.station_id}/?ky=tat-ca")
            _tell("all its points moved", page, "move", still)
            _tell("all its points zoomed", page, "zoom", still)
            context.unroute_all(behavior="ignoreErrors")
            context.close()
        browser.close()


def _opened(context: Any, address: str) -> Any:
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.goto(address)
    page.wait_for_selector("[data-chart][data-shown-loads]")
    page.locator(".u-over").scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    return page


def _whole(context: Any) -> None:
    """From here on every window is answered with the whole series, not thinned."""
    step = 300_000
    first = int(START.timestamp() * 1000)

    told: dict[str, Any] = {}

    def answer(route: Any) -> None:
        told.update(told or route.fetch().json())
        told.update({
            "t": [first + step * n for n in range(ROWS)],
            "v": [round(0.2 + 0.001 * ((n * 7919) % 211), 4) for n in range(ROWS)],
            "f": [1] * ROWS, "r": [0] * ROWS, "b": [], "bucket": 0,
        })  # fmt: skip
        route.fulfill(status=200, content_type="application/json", body=json.dumps(told))

    context.route("**/so-lieu.json*", answer)


def _tell(name: str, page: Any, what: str, still: float) -> float:
    """The line of one doing; the median time between two pictures."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = _busy(session)
    gaps = sorted(page.evaluate(MEASURE, {"what": what, "bursts": 8, "acts": 30}))
    work = 1000 * (_busy(session) - before) / len(gaps)
    middle, late = gaps[len(gaps) // 2], gaps[int(len(gaps) * 0.95)]
    slow = sum(gap > 50 for gap in gaps)
    points = page.locator("[data-chart]").get_attribute("data-shown-points")
    print(
        f"{name:28s} p50 {middle:6.1f} ms  p95 {late:6.1f} ms  worst {gaps[-1]:6.0f} ms  {slow:3d} of {len(gaps)} over 50 ms"
        f"  {work:5.1f} ms of processor a picture  {int(points or 0):7,} points  {middle / (still or middle):5.2f} ×",
        flush=True,
    )
    return middle


def _busy(session: Any) -> float:
    found = session.send("Performance.getMetrics")["metrics"]
    return next(float(each["value"]) for each in found if each["name"] == "TaskDuration")


if __name__ == "__main__":
    sys.exit(main())
