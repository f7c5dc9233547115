"""A real Chromium on a live server: ``page_of(officer)`` opens a page in which the officer is signed in.

Whatever the page logs as an error, refuses by its content policy or fails to load is collected in ``page.faults``.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from giapranh.people.models import Officer

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
BUNDLE = ROOT / "src" / "giapranh" / "desk" / "static" / "dist" / "app.css"
WIDE = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip

# Playwright runs an event loop in this thread; the database is used by one thread at a time all the same.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.timeout(900))


def find_chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    found = find_chromium()
    if found is None:
        pytest.skip("no Chromium on this machine: pages are not opened")
    if not BUNDLE.exists():
        pytest.skip("the front-end bundle is not built: npm ci && npm run build")
    started = playwright.chromium.launch(executable_path=found, args=FLAGS)
    yield started
    started.close()


@dataclass
class Visit:
    """One open page with what went wrong on it so far."""

    page: Page
    address: str
    faults: list[str] = field(default_factory=list)

    def go(self, path: str) -> int:
        """Open ``path``; the status of the answer."""
        answer = self.page.goto(self.address + path)
        assert answer is not None
        return answer.status

    def axe(self) -> list[str]:
        """What axe-core finds wrong, one line each."""
        if not AXE.exists():
            pytest.skip("axe-core is not installed: npm ci")
        self.page.evaluate(AXE.read_text("utf-8"))
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{each['id']}: {each['help']} — {node['html'][:160]}"
            for each in found["violations"]
            for node in each["nodes"][:3]
        ]

    def too_wide(self) -> list[str]:
        """What sticks out sideways when the page scrolls sideways; what scrolls inside its own frame does not."""
        framed = "(e) => { while ((e = e.parentElement) && e !== document.body) if (getComputedStyle(e).overflowX !== 'visible') return true; return false; }"
        wide = f"[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !({framed})(e))"
        if not self.page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"):
            return []
        found = self.page.evaluate(f"{wide}.slice(0, 3).map(e => e.outerHTML.slice(0, 160))")
        return [f"too wide: {html}" for html in found or ["the page scrolls sideways"]]


@pytest.fixture
def server(live_server: Any) -> Iterator[Any]:
    """The live server; each request gives its connection back, so that the test database can be dropped afterwards."""
    held = connections["default"].settings_dict["CONN_MAX_AGE"]
    connections["default"].settings_dict["CONN_MAX_AGE"] = 0
    yield live_server
    connections["default"].settings_dict["CONN_MAX_AGE"] = held


@pytest.fixture
def visit_of(browser: Browser, server: Any) -> Iterator[Callable[..., Visit]]:
    """``visit_of(officer, size=PHONE, script=False, theme="dark")``: a page of a fresh browser profile."""
    contexts: list[BrowserContext] = []

    def make(officer: Officer | None = None, *, size: Any = None, script: bool = True, theme: str = "light") -> Visit:
        context = browser.new_context(
            viewport=size or WIDE, java_script_enabled=script, locale="en-US", reduced_motion="reduce"
        )
        contexts.append(context)
        theme_cookie = settings.LANGUAGE_COOKIE_NAME.removesuffix("_language") + "_theme"
        cookies = {theme_cookie: theme}
        if officer is not None:
            client = Client()
            client.force_login(officer)
            cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": n, "value": v, "url": server.url} for n, v in cookies.items()])
        page = context.new_page()
        page.set_default_timeout(60_000)
        visit = Visit(page, server.url)
        page.on("console", lambda message: _note_console(visit, message))
        page.on("pageerror", lambda error: visit.faults.append(f"script: {error}"))
        page.on("requestfailed", lambda request: _note_failure(visit, request))
        return visit

    yield make
    for context in contexts:
        context.close()


def _note_failure(visit: Visit, request: Any) -> None:
    # A page that asks again by itself is cut short in its question when the walk goes on, and an answer that is saved
    # as a file ends the visit to its address; what a page must have is not cut short.
    if request.failure != "net::ERR_ABORTED" or request.resource_type not in ("xhr", "fetch", "document"):
        visit.faults.append(f"not loaded: {request.url} {request.failure}")


def _note_console(visit: Visit, message: Any) -> None:
    # The browser also logs every 4xx answer; whoever opens a page checks its status anyway.
    if message.type == "error" and "Failed to load resource" not in message.text:
        visit.faults.append(f"console: {message.text}")
