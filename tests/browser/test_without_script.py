"""Reading and simple forms work in a browser that runs no scripts; and with scripts nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.browser.conftest import PHONE, Visit
from tests.browser.house import furnish

from giapranh.people.models import Officer

VisitOf = Callable[..., Visit]


def test_tables_are_filtered_sorted_and_chosen_without_script(visit_of: VisitOf, administrator: Officer):
    page = (visit := visit_of(administrator, script=False)).page
    visit.go("/thiet-lap/mau/")
    page.get_by_label("Lọc: Việc").fill("so 30")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator(".records tbody tr").count() == 1
    page.get_by_role("link", name="Bỏ lọc").click()
    page.get_by_role("link", name="Hạn", exact=True).click()
    assert page.locator("th[aria-sort=ascending]").inner_text().strip() == "Hạn"
    page.locator(".table-choose summary").click()
    page.locator(".table-choose").get_by_label("Đơn vị").uncheck()
    page.get_by_role("button", name="Hiện các cột này").click()
    assert page.get_by_role("columnheader", name="Đơn vị").count() == 0
    assert page.locator("th[aria-sort=ascending]").count() == 1


def test_theme_language_and_search_work_without_script(visit_of: VisitOf, administrator: Officer):
    page = (visit := visit_of(administrator, script=False)).page
    visit.go("/thong-bao/")
    page.locator(".frame-user summary").click()
    page.get_by_role("button", name="Tối").click()
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    page.get_by_label("Tìm", exact=True).fill("khoang san")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.get_by_role("link", name="Phòng Khoáng sản").is_visible()


def test_the_phone_reaches_everything_by_its_bar(visit_of: VisitOf, administrator: Officer):
    page = (visit := visit_of(administrator, size=PHONE, script=False)).page
    visit.go("/")
    page.locator(".frame-bar summary").click()
    page.locator(".frame-bar").get_by_role("link", name="Thiết lập").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Nút này được đặt thế nào?"


def test_a_draft_comes_back_after_the_page_was_left(visit_of: VisitOf, administrator: Officer):
    page = (visit := visit_of(administrator)).page
    visit.go("/bat-dau/?buoc=don-vi")
    page.get_by_label("Các đơn vị, mỗi dòng một đơn vị").fill("Chi cục Kiểm lâm\tCCKL")
    page.locator("[data-draft-line]").wait_for(state="visible")
    visit.go("/thong-bao/")
    visit.go("/bat-dau/?buoc=don-vi")
    assert page.get_by_label("Các đơn vị, mỗi dòng một đơn vị").input_value() == "Chi cục Kiểm lâm\tCCKL"
    page.get_by_role("button", name="Bỏ bản nháp").click()
    visit.go("/bat-dau/?buoc=don-vi")
    assert page.get_by_label("Các đơn vị, mỗi dòng một đơn vị").input_value() == ""


def test_a_draft_outlives_a_lost_connection_and_goes_once_it_arrived(visit_of: VisitOf, administrator: Officer):
    page = (visit := visit_of(administrator)).page
    label = "Các đơn vị, mỗi dòng một đơn vị"
    visit.go("/bat-dau/?buoc=don-vi")
    page.get_by_label(label).fill("Chi cục Kiểm lâm")
    page.route("**/bat-dau/**", lambda route: route.fulfill(status=502, body="the server is gone"))
    with page.expect_navigation():
        page.get_by_role("button", name="Xem trước").click()
    page.unroute("**/bat-dau/**")
    page.go_back()
    assert page.get_by_label(label).input_value() == "Chi cục Kiểm lâm"
    page.get_by_role("button", name="Xem trước").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Ghi các đơn vị").click()
    visit.go("/bat-dau/?buoc=don-vi")
    assert page.get_by_label(label).input_value() == ""


def test_the_keyboard_reaches_search_and_content(visit_of: VisitOf, node: Any, administrator: Officer, an: Officer):
    furnish(node, administrator, an)
    page = (visit := visit_of(administrator)).page
    visit.go("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.keyboard.press("Enter")
    page.keyboard.press("Control+k")
    assert page.evaluate("document.activeElement.id") == "frame-search"
    page.keyboard.type("nguon nuoc")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.get_by_role("heading", level=1).inner_text() == "Có gì về “nguon nuoc”?"


def test_a_table_changes_in_place_with_script(visit_of: VisitOf, administrator: Officer):
    page = (visit := visit_of(administrator)).page
    visit.go("/thiet-lap/mau/")
    page.evaluate("window.stillHere = true")
    page.get_by_role("link", name="Hạn", exact=True).click()
    page.locator("th[aria-sort=ascending]").wait_for()
    assert page.evaluate("window.stillHere") is True
    assert "sap=due_on" in page.url
    assert visit.faults == []
