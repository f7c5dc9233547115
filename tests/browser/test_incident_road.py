"""From an exceedance to the neighbour in a real browser: alert, incident, notice, and the letter opens in Word."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import pytest
from tests.browser.conftest import PHONE, WIDE, Visit
from tests.factories import alert_house
from tests.factories import water as make
from tests.factories.alerts import rule
from tests.factories.people import make_officer
from tests.water.alerts.conftest import bring

from giapranh.documents import vault
from giapranh.kernel.clock import now
from giapranh.people.models import Officer
from giapranh.people.roles import Role
from giapranh.water.models import Alert, Incident, Notice
from giapranh.water.services import alert_plan

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def focal(node: Any) -> Officer:
    return make_officer("Mã Đầu Mối", username="daumoi", office=node.agency, role=Role.FOCAL_OFFICER)


@pytest.fixture
def burning(node: Any) -> Alert:
    """A station of ours above a border reach, an intake of theirs below, ammonium at three times its limit."""
    alert_plan.forget()
    river = make.river()
    make.bank(river, "both", 160, 93, "xã Hữu Lũng", "20")
    make.bank(river, "right", 93, 82, "xã Tuấn Sơn", "20")
    make.bank(river, "left", 93, 82, "xã Kép", "24")
    make.bank(river, "both", 82, 0, "xã Mỹ Thái", "24")
    make.feature(river, 43, "Nhà máy nước Mỹ Thái", province_code="24")
    station = make.station(river, 102.0, owner=node.water)
    series = make.series(station, "nh4_n")
    rule(series, limit_source="table1", high=None)
    bring(series, [0.1, 0.2, 0.9, 0.95], first=now() - timedelta(minutes=20), at=now())
    return Alert.objects.get()


def fill(visit: Visit, action: str, **values: Any) -> None:
    """Fill one form of the page, wherever it is folded away, and send it."""
    form = visit.page.locator(f'form[action$="{action}"]').first
    for folded in form.locator("xpath=ancestor::details[not(@open)]").all():
        folded.locator("summary").first.click()
    for name, value in values.items():
        form.locator(f'[name="{name}"]').first.fill(value)
    form.locator("button").last.click()
    visit.page.wait_for_load_state()
    assert visit.page.locator(".alert-success").count(), visit.page.locator("main").inner_text()[:400]


def test_from_the_alert_to_the_letter_and_the_neighbours_word(
    visit_of: Callable[..., Visit], burning: Alert, an: Officer, focal: Officer
):
    visit = visit_of(an)
    visit.go("/song-ngoi/canh-bao/")
    visit.page.get_by_role("button", name="Nhận xử lý").click()
    visit.page.wait_for_load_state()
    visit.go(f"/song-ngoi/canh-bao/{burning.pk}/")
    visit.page.get_by_role("link", name="Ghi thành sự cố").click()
    visit.page.locator('[name="description"]').fill("Nước đục, mùi khai")
    visit.page.get_by_role("button", name="Ghi sự cố").click()
    visit.page.wait_for_load_state()
    assert visit.page.locator(".alert-success").count(), visit.page.locator("main").inner_text()[:1500]
    found = Incident.objects.get()
    assert found.alerts.get() == burning

    handler = visit_of(focal)
    handler.go(f"/song-ngoi/su-co/{found.pk}/")
    fill(handler, "/buoc/confirm/")
    handler.page.get_by_role("link", name="Thông báo cho tỉnh Bắc Ninh").click()
    handler.page.wait_for_load_state()
    assert "Nhà máy nước Mỹ Thái" in handler.page.locator(".notice-letter").inner_text()
    handler.page.locator('[name="even_incomplete"]').check()
    handler.page.locator('[name="words"]').fill("Số trực: 0205 000 000")
    handler.page.get_by_role("button", name="Lập công văn và gói bằng chứng").click()
    handler.page.wait_for_load_state()
    notice = Notice.objects.get()
    assert notice.state == "prepared"
    fill(handler, "/buoc/send/", words="Điện thoại cho ông Bắc")
    fill(handler, "/buoc/acknowledge/", words="Ông Bắc, đã nhận")
    notice.refresh_from_db()
    found.refresh_from_db()
    assert (notice.state, found.state) == ("acknowledged", "acknowledged")

    letter = docx.Document(BytesIO(vault.read(notice.paper.versions.get().blob_id)))
    text = "\n".join(paragraph.text for paragraph in letter.paragraphs)
    cells = [cell.text for table in letter.tables for row in table.rows for cell in row.cells]
    assert "Mức, phạm vi: cấp quốc gia (từ 2 tỉnh trở lên)." in text
    assert "Số trực: 0205 000 000" in text
    assert "0,95" in cells
    assert "Nhà máy nước Mỹ Thái" in cells
    assert [visit.faults, handler.faults] == [[], []]


VIEWS = {
    "desk": "/song-ngoi/canh-bao/", "alert": "/song-ngoi/canh-bao/{alert_id}/", "rules": "/song-ngoi/canh-bao/quy-tac/",
    "rule": "/song-ngoi/canh-bao/quy-tac/{rule_id}/", "on-call": "/song-ngoi/canh-bao/truc/",
    "incidents": "/song-ngoi/su-co/", "new-incident": "/song-ngoi/su-co/moi/", "incident": "/song-ngoi/su-co/{incident_id}/",
    "facts": "/song-ngoi/su-co/{incident_id}/thong-tin/", "notify": "/song-ngoi/su-co/{incident_id}/thong-bao/",
    "notice": "/song-ngoi/thong-bao/{notice}/", "drills": "/song-ngoi/dien-tap/", "bench": "/",
}  # fmt: skip


@pytest.mark.parametrize(("size", "theme"), [(WIDE, "light"), (PHONE, "light"), (WIDE, "dark")])
def test_the_pages_are_clean(
    visit_of: Callable[..., Visit], node: Any, an: Officer, focal: Officer, size: Any, theme: str
):
    """With GIAPRANH_PICTURES set to a folder each page is also kept as a picture, to be looked at."""
    values = alert_house.furnish(node, an, focal)
    values["notice"] = values["water:notice.notice_id"]
    visit = visit_of(focal, size=size, theme=theme)
    wrong = []
    for name, path in VIEWS.items():
        visit.faults.clear()
        status = visit.go(path.format(**values))
        wrong += [f"{name}: {fault}" for fault in [*visit.faults, *visit.axe(), *visit.too_wide()]]
        if status != 200:
            wrong.append(f"{name}: answers {status}")
        if folder := os.environ.get("GIAPRANH_PICTURES"):
            target = Path(folder) / f"{name}-{size['width']}-{theme}.png"
            visit.page.screenshot(path=str(target), full_page=True)
    assert wrong == []
