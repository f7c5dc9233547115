"""Two real nodes on two ports in a real browser: a notice leaves one, is signed for in the other, and is known here."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from tests.browser.conftest import WIDE
from tests.browser.two_nodes_house import PASSWORD
from tests.exchange.houses import ROOT, House, some_houses, talk

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(django_db_setup: None, django_db_blocker: Any, tmp_path: Any) -> Iterator[tuple[House, House]]:
    """Lạng Sơn with a confirmed incident, Bắc Ninh with nothing; one clause on notices is in force."""
    with django_db_blocker.unblock(), some_houses(tmp_path, "browser") as (one, two):
        one.do("meet", address=two.address, words=" ".join(two.words))
        two.do("meet", address=one.address, words=" ".join(one.words))
        for furnishing in [_furnish(house) for house in (one, two)]:
            assert furnishing.wait(120) == 0
        talk(two, one)
        two.do("countersign", peer=one.node, version=1)
        talk(one, two)
        yield one, two


def _furnish(house: House) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.browser.two_nodes_house", house.node], cwd=ROOT, env=house.environment()
    )


@pytest.fixture
def desks(browser: Browser, pair: tuple[House, House]) -> Iterator[tuple[Page, Page]]:
    """The focal officer of each house at a desk of their own."""
    contexts = [browser.new_context(viewport=WIDE, locale="vi-VN", reduced_motion="reduce") for _house in pair]
    yield _signed_in(contexts[0].new_page(), pair[0]), _signed_in(contexts[1].new_page(), pair[1])
    for context in contexts:
        context.close()


def _signed_in(page: Page, house: House) -> Page:
    page.set_default_timeout(30_000)
    page.goto(house.address)
    page.fill("input[name=login]", "daumoi")
    page.fill("input[name=password]", PASSWORD)
    with page.expect_navigation():
        page.locator("form button[type=submit], form button.btn-primary").first.click()
    assert "Giáp Ranh" in page.title()
    return page


def _call_the_other(page: Page, house: House, peer: House) -> None:
    """A person asks for it; the round that the worker makes every minute is made at once."""
    page.goto(f"{house.address}/lang-gieng/nut/{peer.node}/")
    with page.expect_navigation():
        page.get_by_role("button", name="Gọi bên kia ngay").click()
    page.locator("#asked", has_text="Đang gọi").wait_for()
    assert house.do("round_due") == [peer.node]
    page.locator("#asked", has_text="bên kia trả lời").wait_for()


def _press(page: Page, action: str, **values: str) -> None:
    form = page.locator(f'form[action$="{action}"]').first
    for folded in form.locator("xpath=ancestor::details[not(@open)]").all():
        folded.locator("summary").first.click()
    for name, value in values.items():
        form.locator(f'[name="{name}"]').first.fill(value)
    with page.expect_navigation():
        form.locator("button").last.click()
    assert page.locator(".alert-success").count(), page.locator("main").inner_text()[:600]


def test_a_notice_crosses_and_its_acknowledgement_comes_home(
    pair: tuple[House, House], desks: tuple[Page, Page]
) -> None:
    (one, two), (ours, theirs) = pair, desks
    ours.goto(f"{one.address}/song-ngoi/su-co/")
    ours.get_by_role("link", name="SC-").first.click()
    ours.wait_for_url("**/song-ngoi/su-co/*/")
    ours.goto(f"{ours.url}thong-bao/?loai=warning&tinh=24")
    ours.locator('[name="even_incomplete"]').check()
    ours.locator('[name="words"]').fill("Đề nghị kiểm tra đoạn Kép")
    ours.get_by_role("button", name="Lập công văn và gói bằng chứng").click()
    ours.wait_for_url("**/song-ngoi/thong-bao/*/")
    notice = ours.url
    _press(ours, "/buoc/send/", words="Qua kênh trao đổi")
    assert "chưa có biên nhận" in ours.locator("main").inner_text()

    _call_the_other(theirs, two, one)
    theirs.goto(f"{two.address}/song-ngoi/su-co/")
    assert "1 thông báo của tỉnh bạn chưa ai xác nhận" in theirs.locator("main").inner_text()
    theirs.get_by_role("link", name="Cảnh báo SC-").click()
    theirs.wait_for_url("**/thong-bao-den/lang-son/**")
    assert "Đề nghị kiểm tra đoạn Kép" in theirs.locator("main").inner_text()
    _press(theirs, "/buoc/acknowledge/")
    received = theirs.url
    _press(theirs, "/buoc/open/")
    assert "Cá chết ở Kép" in theirs.locator("h1").inner_text()

    _call_the_other(ours, one, two)
    ours.goto(notice)
    said = ours.locator("main").inner_text()
    assert "Đã xác nhận" in said
    assert "Trực ban, Sở Nông nghiệp và Môi trường, Bắc Ninh" in said

    theirs.goto(received)
    _press(theirs, "/buoc/answer/", words="Đã cử tổ kiểm tra đi Kép")
    _call_the_other(ours, one, two)
    ours.goto(notice)
    said = ours.locator("main").inner_text()
    assert "Bên nhận đã trả lời" in said
    assert "Đã cử tổ kiểm tra đi Kép" in said
