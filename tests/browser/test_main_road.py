"""The main road in a real browser: a dispatch goes in, tasks live, the report comes out and opens in Word."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import docx
import pytest
from tests.browser.conftest import Visit
from tests.factories.people import make_officer

from giapranh.documents import services as documents
from giapranh.documents.models import Paper, Upload
from giapranh.documents.writing import OfficialPaper, Paragraph, Signer, write_docx
from giapranh.kernel.clock import now, today
from giapranh.people.models import Officer
from giapranh.people.roles import Role
from giapranh.programme.models import Programme, Task
from giapranh.programme.rules.periods import PeriodKind, containing

pytestmark = pytest.mark.django_db(transaction=True)

DUTY = (
    "1. Phòng Quản lý môi trường chủ trì, phối hợp với Phòng Khoáng sản kiểm tra các nguồn thải ra sông Thương "
    "tại khu vực giáp ranh; báo cáo Giám đốc Sở trước ngày 15/12/2029."
)


def dispatch() -> bytes:
    return write_docx(
        OfficialPaper(
            kind="Công văn", subject="kiểm tra nguồn thải khu vực giáp ranh", issuer="SỞ NÔNG NGHIỆP VÀ MÔI TRƯỜNG",
            issuer_parent="UBND TỈNH LẠNG SƠN", number=57, symbol="SNNMT-QLMT", place="Lạng Sơn", day=3, month=11,
            year=2026, addressees=["Các phòng, đơn vị thuộc Sở"],
            body=[Paragraph("Giám đốc Sở yêu cầu các phòng, đơn vị thực hiện các nhiệm vụ sau:"), Paragraph(DUTY)],
            recipients=["Như trên"], archive="VT, QLMT", signer=Signer(["GIÁM ĐỐC"], "Hoàng Văn Nam"),
        )
    )  # fmt: skip


@pytest.fixture
def focal(node: Any) -> Officer:
    return make_officer("Mã Đầu Mối", username="daumoi", office=node.agency, role=Role.FOCAL_OFFICER)


def press(visit: Visit, path: str, action: str, **values: str) -> None:
    """Fill one form of a page, wherever it is folded away, and send it."""
    visit.go(path)
    form = visit.page.locator(f'form[action$="{action}"]').first
    for folded in form.locator("xpath=ancestor::details[not(@open)]").all():
        folded.locator("summary").first.click()
    for name, value in values.items():
        form.locator(f'[name="{name}"]').fill(value)
    form.locator("button").last.click()
    visit.page.wait_for_load_state()
    assert visit.page.locator(".alert-success").count(), visit.page.locator("main").inner_text()[:400]


def confirm_every_weak_value(visit: Visit) -> None:
    """What a clerk does: look at each weak value and say it is right."""
    for _each in range(40):
        weak = visit.page.locator("form.field-weak .field-ok")
        left = weak.count()
        if left == 0:
            return
        weak.first.click()
        visit.page.wait_for_function("n => document.querySelectorAll('form.field-weak').length < n", arg=left)
    raise AssertionError("weak values remain")


def test_a_dispatch_becomes_a_programme_and_the_programme_a_report(
    visit_of: Callable[..., Visit],
    node: Any,
    clerk: Officer,
    focal: Officer,
    an: Officer,
    binh: Officer,
    leader: Officer,
):
    # The clerk takes the paper in and confirms what the machine read.
    desk = visit_of(clerk)
    desk.go("/van-ban/dua-vao/")
    desk.page.set_input_files(
        "input[type=file]", {"name": "công văn 57.docx", "mimeType": "application/octet-stream", "buffer": dispatch()}
    )
    desk.page.get_by_role("button", name="Đưa vào").click()
    desk.page.wait_for_load_state()
    documents.read_upload(uid=Upload.objects.get().uid, at=now())  # what the worker does when its turn comes
    paper = Paper.objects.get(direction="incoming")
    desk.go(f"/van-ban/{paper.pk}/doc/")
    confirm_every_weak_value(desk)
    desk.page.get_by_role("button", name="Xác nhận, chỉ vào sổ").click()
    desk.page.wait_for_load_state()
    paper.refresh_from_db()
    assert (paper.full_number, paper.state) == ("57/SNNMT-QLMT", "registered")

    # The focal officer gives the task; the words of the paper have found their offices.
    giver = visit_of(focal)
    giver.go(f"/chuong-trinh/giao-viec/{paper.pk}/")
    giver.page.get_by_role("button", name="Giao việc").click()
    giver.page.wait_for_load_state()
    task = Task.objects.get()
    assert [(part.role, part.office) for part in task.parts.order_by("pk")] == [
        ("lead", node.water),
        ("coordinating", node.minerals),
    ]

    # Bình reports the part of his office; An works, accepts it, shows the product and asks for confirmation.
    part = task.parts.get(role="coordinating")
    press(visit_of(binh), f"/viec/{task.pk}/", f"/viec/phan/{part.pk}/buoc/submit/", report="Có 3 điểm xả thải.")
    worker = visit_of(an)
    press(worker, f"/viec/{task.pk}/", "/buoc/receive/")
    press(worker, f"/viec/{task.pk}/", "/buoc/start/")
    press(worker, f"/viec/{task.pk}/", f"/viec/phan/{part.pk}/buoc/accept/")
    press(worker, f"/viec/{task.pk}/", "/buoc/product/", number="12/BC-SNNMT")
    press(worker, f"/viec/{task.pk}/", "/buoc/ask_confirmation/", report="Đã kiểm tra 12 nguồn thải.")
    press(visit_of(leader), f"/viec/{task.pk}/", "/buoc/confirm/")
    task.refresh_from_db()
    assert task.state == "completed"

    # The report is drafted for the running period and opens in Word.
    programme = Programme.objects.get()
    giver.go(f"/bao-cao/lap/{programme.pk}/?ky={containing(PeriodKind.QUARTER, today()).key}")
    giver.page.get_by_role("button", name="Lập dự thảo báo cáo").click()
    giver.page.wait_for_load_state()
    with giver.page.expect_download() as downloaded:
        giver.page.get_by_role("link", name="Tải về .docx").click()
    report = docx.Document(BytesIO(downloaded.value.path().read_bytes()))
    cells = [cell.text for table in report.tables for row in table.rows for cell in row.cells]
    text = "\n".join([p.text for p in report.paragraphs] + cells)
    assert "Công văn số 57/SNNMT-QLMT" in text
    assert "12/BC-SNNMT" in text
    assert "Đã kiểm tra 12 nguồn thải" in text
    assert "Số:" in text
    for visit in (desk, giver, worker):
        aborted = "ERR_ABORTED"  # how the browser notes that a link became a download
        assert [fault for fault in visit.faults if aborted not in fault] == []
