"""A demonstration says on every page and in every workbook that its data is made up."""

from __future__ import annotations

from io import BytesIO

import pytest
from openpyxl import load_workbook

pytestmark = pytest.mark.django_db
BANNER = 'class="frame-illustrative"'


@pytest.mark.parametrize("url", ["/thong-bao/", "/to-chuc/can-bo/", "/to-chuc/lich/", "/van-ban/dua-vao/"])
def test_every_page_of_a_demonstration_says_so(url, administrator, leader, client_of, settings):
    who = administrator if url == "/to-chuc/can-bo/" else leader
    assert BANNER not in client_of(who).get(url).content.decode()
    settings.ILLUSTRATIVE = True
    assert BANNER in client_of(who).get(url).content.decode()


@pytest.mark.parametrize("url", ["/thong-bao/", "/to-chuc/can-bo/", "/to-chuc/"])
def test_every_workbook_of_a_demonstration_says_so(url, administrator, client_of, settings):
    settings.ILLUSTRATIVE = True
    sheet = load_workbook(BytesIO(client_of(administrator).get(f"{url}?xuat=xlsx").content)).active
    assert sheet["A2"].value == "Dữ liệu minh họa, không phải số liệu thật."
