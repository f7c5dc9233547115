"""Steps on the neighbours' pages that need a file or wait for something, in a real browser, from beginning to end."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from tests.browser.conftest import PHONE, WIDE, Visit
from tests.factories import neighbour_house
from tests.factories.neighbour_house import TASK, THEM, Neighbour

from giapranh.exchange import seeds
from giapranh.exchange.house import now_ms
from giapranh.exchange.ledger import bundle, meeting, snapshot, succession
from giapranh.exchange.ledger.names import NOTHING, stream_name
from giapranh.exchange.ledger.rows import Record as RecordRow
from giapranh.exchange.models import Peer, Record
from giapranh.exchange.services import lines
from giapranh.exchange.services import meeting as deeds
from giapranh.kernel import clock
from giapranh.people.models import Officer

pytestmark = pytest.mark.django_db
ONE = f"/lang-gieng/nut/{THEM}/"
SHOTS = os.environ.get("GIAPRANH_SHOTS", "")


@pytest.fixture(autouse=True)
def own_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seeds, "_path", lambda: tmp_path / "secrets" / "exchange-keys.json")


def clean(visit: Visit, name: str = "") -> None:
    if SHOTS and name:
        visit.page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)
    assert "\n".join([*visit.faults, *visit.axe(), *visit.too_wide()]) == ""


def press(page: Page, action: str, **files: Path) -> None:
    form = page.locator(f'form[action$="{action}"]')
    for name, path in files.items():
        form.locator(f'[name="{name}"]').set_input_files(path)
    form.locator("button").click()


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_an_alarm_is_known_and_a_call_tells_what_came(
    visit_of: Callable[..., Visit], node: Any, administrator: Officer, size: dict[str, int]
) -> None:
    them = neighbour_house.met_and_agreed()
    them.share(TASK, **neighbour_house.task())
    them.talk()
    them.share(TASK, **neighbour_house.task(state="lạ"))
    them.talk()
    visit = visit_of(administrator, size=size)
    assert visit.go(ONE) == 200
    clean(visit, f"alarm-{size['width']}")
    with visit.page.expect_navigation():
        visit.page.get_by_role("button", name="Đã biết: Có mục nhận được bị cách ly.").click()
    visit.page.locator(".alarms-known summary").click()
    assert "Kiểm tra chung đoạn giáp ranh" in visit.page.locator(".alarms-known").inner_text()
    clean(visit, f"known-{size['width']}")
    with visit.page.expect_navigation():
        visit.page.get_by_role("button", name="Gọi bên kia ngay").click()
    visit.page.locator("#asked", has_text="Đang gọi").wait_for()
    clean(visit, f"asking-{size['width']}")
    them.share(f"contact-list:{THEM}", agency="Sở", node=THEM, area="24", officers=[])
    them.talk()
    lines.went_well(lines.of(THEM), clock.now())  # type: ignore[arg-type]
    visit.page.locator("#asked", has_text="Nhận thêm 1 mục").wait_for()
    clean(visit, f"asked-{size['width']}")


def test_a_bundle_is_taken_in_with_its_progress_shown(
    visit_of: Callable[..., Visit], node: Any, administrator: Officer, tmp_path: Path
) -> None:
    them = neighbour_house.met_and_agreed()
    them.share(TASK, **neighbour_house.task())
    file = tmp_path / "ve.giapranh"
    with file.open("wb") as out:
        bundle.write(them.engine, them.store, them.me, out, now_ms())
    visit = visit_of(administrator)
    visit.go("/lang-gieng/goi/")
    visit.page.evaluate(
        "window.said = []; new MutationObserver(() => said.push(document.querySelector('[data-sending-words]').textContent))"
        ".observe(document.querySelector('[data-sending-words]'), {childList: true})"
    )
    press(visit.page, "/goi/nhan/", file=file)
    visit.page.get_by_role("heading", name="Đã nhận gói của Bắc Ninh").wait_for()
    assert any("Nút đang kiểm tra" in words for words in visit.page.evaluate("said"))
    assert Record.objects.get(subject=TASK).state == "live"
    clean(visit, "bundle")
    file.write_bytes(b"PK no bundle")
    press(visit.page, "/goi/nhan/", file=file)
    visit.page.get_by_text("Không nhận được gói này").wait_for()
    assert [fault for fault in visit.faults if "422" not in fault] == []


def test_the_node_that_follows_signs_and_takes_over(
    visit_of: Callable[..., Visit], node: Any, administrator: Officer, tmp_path: Path
) -> None:
    """Steps 2 and 4 of a succession: this node goes on for Bắc Giang, whose neighbour was Thái Nguyên."""
    neighbour_house.make_keys()
    old = neighbour_house.stranger("Bắc Giang", "bac-giang", "thai-nguyen")
    far = neighbour_house.stranger("Thái Nguyên", "thai-nguyen", "bac-giang")
    _met(old, far)
    card = deeds.card() or b""
    with old.store.transaction() as tx:
        once = succession.draft(old.engine, tx, card, "2025-07-01", "Sáp nhập tỉnh")
    (tmp_path / "mot.json").write_bytes(once)
    visit = visit_of(administrator)
    visit.go("/lang-gieng/the/ke-thua/")
    clean(visit, "succession")
    with visit.page.expect_download() as download:
        press(visit.page, "/ke-thua/accept/", file=tmp_path / "mot.json")
    text = Path(download.value.path()).read_bytes()
    assert download.value.suggested_filename == "ke-thua-hai-nut-ky.json"
    (tmp_path / "ke-thua.zip").write_bytes(_inheritance(old, far, text))
    with visit.page.expect_navigation():
        press(visit.page, "/ke-thua/inherit/", file=tmp_path / "ke-thua.zip")
    assert "Đã kế thừa 1 láng giềng: Thái Nguyên" in visit.page.locator(".alert-success").inner_text()
    assert visit.page.get_by_role("link", name="Thái Nguyên").first.is_visible()
    clean(visit, "inherited")
    assert Peer.objects.get(node="thai-nguyen").state == "active"
    assert Record.objects.get(peer="thai-nguyen", subject=TASK).owner == "lang-son"


def _met(old: Neighbour, far: Neighbour) -> None:
    cards = [neighbour_house.card_of(one) for one in (old, far)]
    for one, seen in ((old, cards[1]), (far, cards[0])):
        with one.store.transaction() as tx:
            meeting.meet(one.engine, tx, seen, " ".join(seen.words), now_ms())
    with old.store.transaction() as tx:
        tx.put(
            RecordRow(
                "thai-nguyen", TASK, "task", "bac-giang", 1, stream_name("bac-giang", "thai-nguyen", "record"), NOTHING,
                "bac-giang-task@1", "live", "", json.dumps({"number": 1, "text": "Việc của Bắc Giang"}).encode(), 1, 1,
            )
        )  # fmt: skip


def _inheritance(old: Neighbour, far: Neighbour, text: bytes) -> bytes:
    """The file that the node that ends hands over."""
    out, part = io.BytesIO(), io.BytesIO()
    with old.store.transaction() as tx:
        succession.succeed(old.engine, tx, text, now_ms())
        snapshot.write(old.engine, tx, "thai-nguyen", part, now_ms())
    card = neighbour_house.card_of(far)
    told = {"node": card.node, "name": card.name, "root": card.root, "recovery": card.recovery, "address": ""}
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("text.json", text)
        file.writestr("neighbours.json", json.dumps([told]))
        file.writestr("thai-nguyen/snapshot", part.getvalue())
    return out.getvalue()


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_the_days_of_a_neighbour_are_drawn(
    visit_of: Callable[..., Visit], node: Any, administrator: Officer, size: dict[str, int]
) -> None:
    neighbour_house.met_and_agreed()
    row = "water-daily:01920000-0000-7000-8000-00000000000a"
    for number in (1, 2, 3, 4, 6, 7, 9):
        data = {"day": f"2026-11-0{number}", "min": f"0.{number}", "mean": f"1.{9 - number}", "max": f"{number}.5",
                "unit": "mg/L", "parameter": "nh4"}  # fmt: skip
        Record.objects.create(
            peer=THEM, subject=f"{row}/2026-11-0{number}", kind="water-daily", owner=THEM, version=1, stream="s",
            hash="h", clause="c@1", state="live", blocked_by="", data=json.dumps(data).encode(), sent_at=now_ms(), at=1,
        )  # fmt: skip
    visit = visit_of(administrator, size=size)
    assert visit.go(f"{ONE}ho-so/{row}/2026-11-03/") == 200
    assert visit.page.locator(".daily-line").count() == 2
    visit.page.get_by_text("Bảng số liệu ngày").click()
    assert visit.page.get_by_role("rowheader", name="09/11/2026").is_visible()
    clean(visit, f"daily-{size['width']}")
