"""Files come in. Whatever is wrong with one is a single clear line, and nothing of it stays."""

from __future__ import annotations

import io
import threading
import unicodedata
import uuid
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from pypdf import PdfWriter
from tests.factories.documents import AT

from giapranh.documents import queries, services, vault
from giapranh.documents.models import Blob, Paper, PaperReading, PaperState, PaperVersion, Upload
from giapranh.documents.services import arrivals
from giapranh.kernel.errors import Refused
from giapranh.people.models import AuditEvent, Officer

pytestmark = pytest.mark.django_db
Signed = Callable[[Officer | None], Client]

PAPER = """ỦY BAN NHÂN DÂN                CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
   TỈNH MẪU                              Độc lập - Tự do - Hạnh phúc

Số: 41/KH-UBND                        Mẫu, ngày 16 tháng 3 năm 2026

                              KẾ HOẠCH
              Phối hợp bảo vệ nguồn nước sông Mẫu năm 2026

1. Phòng Quản lý môi trường chủ trì, phối hợp với Phòng Khoáng sản quan trắc nước sông trước ngày 30/6/2026.
2. Phòng Khoáng sản rà soát các mỏ đá giáp ranh, báo cáo trước ngày 15/7/2026.

Nơi nhận:                                        TM. ỦY BAN NHÂN DÂN
- Như trên;                                            CHỦ TỊCH
- Lưu: VT.
                                                    Nguyễn Văn Mẫu
"""


def take(data: bytes | str, name: str, by: Any) -> Paper:
    content = data.encode() if isinstance(data, str) else data
    return services.take_in(data=content, name=name, by=by, at=AT)


def nothing_is_kept(vault_folder: Path) -> bool:
    rows = [model.objects.count() for model in (Paper, PaperVersion, PaperReading, Blob)]
    return rows == [0, 0, 0, 0] and not [path for path in vault_folder.rglob("*") if path.is_file()]


def pdf(pages: int = 1, password: str = "") -> bytes:
    writer = PdfWriter()
    for _page in range(pages):
        writer.add_blank_page(200, 200)
    if password:
        writer.encrypt(password)
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def zipped(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml").replace("_bin", ".bin"), data)
    return stream.getvalue()


TYPES = b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def types_of(extra: bytes = b"") -> dict[str, bytes]:
    return {"[Content_Types]_xml": TYPES, "word__document_xml": b"<w/>" + extra}


HOSTILE = {
    "empty": (b"", "rong.pdf", "rỗng"),
    "encrypted": (pdf(password="x"), "khoa.pdf", "mật khẩu"),
    "truncated": (pdf()[:120], "cut.pdf", "hỏng hoặc bị cắt cụt"),
    "500 pages": (pdf(500), "dai.pdf", "500 trang"),
    "zip bomb": (zipped(**types_of(b" " * 80_000_000)), "bom.docx", "bom.docx"),
    "macro": (zipped(**types_of(), word__vbaProject_bin=b"x" * 40), "macro.docm", "macro"),
    "renamed program": (b"MZ\x90\x00" + b"\x00" * 400, "van-ban.docx", "chương trình"),
    "secret": (PAPER.replace("KẾ HOẠCH\n", "MẬT\n\nKẾ HOẠCH\n", 1), "mat.txt", "độ mật"),
    "no words": (pdf(), "trang.pdf", "trang.pdf"),
}


@pytest.mark.parametrize("case", list(HOSTILE))
def test_bad_input_is_one_line_and_leaves_nothing(case: str, an: Officer, vault_folder: Path) -> None:
    data, name, words = HOSTILE[case]
    with pytest.raises(Refused) as refusal:
        take(data, name, an)
    assert words in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert nothing_is_kept(vault_folder)


@pytest.mark.ocr
def test_a_photo_without_words_is_refused(an: Officer, vault_folder: Path) -> None:
    from PIL import Image

    stream = io.BytesIO()
    Image.linear_gradient("L").resize((400, 300)).save(stream, "PNG")
    with pytest.raises(Refused, match=r"meo\.png"):
        take(stream.getvalue(), "meo.png", an)
    assert nothing_is_kept(vault_folder)


def test_a_paper_becomes_fields_waiting_for_a_person(an: Officer) -> None:
    paper = take(PAPER, "ke-hoach.txt", an)
    assert (paper.state, paper.full_number, paper.issued_on.isoformat()) == (
        PaperState.TO_CONFIRM, "41/KH-UBND", "2026-03-16",
    )  # fmt: skip
    assert queries.open_blob(paper.versions.get().blob_id) == PAPER.encode()
    leads = [d.value("lead") for d in queries.read_paper(queries.latest_reading(paper.pk)).directives]
    assert leads == [["Phòng Quản lý môi trường"], ["Phòng Khoáng sản"]]


def test_decomposed_text_is_kept_as_it_came_and_read_as_one_form(an: Officer) -> None:
    data = unicodedata.normalize("NFD", PAPER).encode()
    paper = take(data, "nfd.txt", an)
    assert paper.full_number == "41/KH-UBND"
    assert unicodedata.is_normalized("NFC", paper.text)
    assert queries.open_blob(paper.versions.get().blob_id) == data


def test_an_english_paper_is_taken_but_said_to_be_foreign(an: Officer) -> None:
    english = "MEMORANDUM\n\nTo: all offices\n\n" + "Please monitor the river and report every month. " * 10
    paper = take(english, "memo.txt", an)
    read = queries.read_paper(queries.latest_reading(paper.pk))
    assert read.remarks
    assert read.open_weak()
    assert read.directives == ()


def test_the_same_file_twice_names_the_paper_that_is_there(an: Officer, vault_folder: Path) -> None:
    take(PAPER, "mot.txt", an)
    with pytest.raises(services.DuplicatePaper, match=r"Tệp này đã có trong sổ: Kế hoạch 41/KH-UBND ngày 16/03/2026"):
        take(PAPER, "hai.txt", an)
    assert Paper.objects.count() == 1


def test_the_same_paper_in_another_file_names_the_paper_that_is_there(an: Officer, vault_folder: Path) -> None:
    take(PAPER, "mot.txt", an)
    with pytest.raises(services.DuplicatePaper, match="hãy thêm phiên bản vào văn bản đó"):
        take(PAPER + "\n", "hai.txt", an)
    assert Paper.objects.count() == 1


def test_a_duplicate_i_may_not_see_is_not_named(an: Officer, binh: Officer) -> None:
    take(PAPER, "mot.txt", an)
    with pytest.raises(services.DuplicatePaper) as refusal:
        take(PAPER, "hai.txt", binh)
    assert "41/KH-UBND" not in str(refusal.value)


STEPS = ["keep_blob", "fill_header", "give_access", "note"]


@pytest.mark.parametrize("step", STEPS)
def test_a_power_cut_between_steps_leaves_no_half_paper(
    step: str, an: Officer, vault_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(*args: Any, **kwargs: Any) -> None:
        raise KeyboardInterrupt("power cut")

    with monkeypatch.context() as broken:
        broken.setattr(arrivals, step, cut)
        with pytest.raises(KeyboardInterrupt):
            take(PAPER, "mot.txt", an)
    assert [Paper.objects.count(), PaperVersion.objects.count(), PaperReading.objects.count()] == [0, 0, 0]
    assert not AuditEvent.objects.exists()
    assert take(PAPER, "mot.txt", an).full_number == "41/KH-UBND"


@pytest.mark.django_db(transaction=True)
def test_two_people_taking_in_one_paper_make_one_paper(an: Officer, binh: Officer) -> None:
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def work(by: Officer, data: str) -> None:
        try:
            start.wait()
            take(data, "mot.txt", Officer.objects.get(pk=by.pk))
            outcomes.append("taken")
        except services.DuplicatePaper:
            outcomes.append("duplicate")
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(who, PAPER + end)) for who, end in ((an, ""), (binh, "\n"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["duplicate", "taken"]
    assert Paper.objects.count() == 1


# --- the upload page -------------------------------------------------------------------------------------------------


def upload(client: Client, *files: tuple[str, bytes]) -> Any:
    sent = [SimpleUploadedFile(name, data) for name, data in files]
    return client.post(reverse("documents:upload"), {"files": sent, "direction": "incoming"})


def work_off() -> None:
    for found in Upload.objects.filter(state="waiting"):
        services.read_upload(uid=found.uid, at=AT)


@pytest.mark.django_db(transaction=True)
def test_several_files_each_get_their_own_line(an: Officer, client_of: Signed) -> None:
    client = client_of(an)
    answer = upload(client, ("tot.txt", PAPER.encode()), ("xau.docx", b"MZ\x90" + b"\x00" * 99))
    assert answer.status_code == 302
    work_off()
    assert dict(Upload.objects.values_list("file_name", "state")) == {"tot.txt": "done", "xau.docx": "refused"}
    page = client.get(reverse("documents:upload")).content.decode()
    assert "là chương trình chạy được" in page
    assert reverse("documents:reading", args=[Paper.objects.get().pk]) in page


@pytest.mark.django_db(transaction=True)
def test_the_worker_hears_of_an_upload_and_may_run_twice(an: Officer, client_of: Signed) -> None:
    upload(client_of(an), ("tot.txt", PAPER.encode()))
    uid = Upload.objects.get().uid
    with connection.cursor() as cursor:
        cursor.execute("select task_name from procrastinate_jobs where args ->> 'uid' = %s", [str(uid)])
        assert cursor.fetchall() == [("documents.read_upload",)]
    for _again in range(2):
        services.read_upload(uid=uid, at=AT)
    assert Paper.objects.count() == 1
    assert not vault.staged(uid).exists()


@pytest.mark.django_db(transaction=True)
def test_a_secret_file_does_not_stay_on_disk(an: Officer, client_of: Signed, tmp_path: Path) -> None:
    upload(client_of(an), ("mat.txt", PAPER.replace("KẾ HOẠCH\n", "TỐI MẬT\n\nKẾ HOẠCH\n", 1).encode()))
    work_off()
    assert Upload.objects.get().code == "paper_secret"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_file_too_big_is_refused_at_the_door(an: Officer, client_of: Signed, settings: Any, tmp_path: Path) -> None:
    settings.UPLOAD_LIMIT_BYTES = 1024 * 1024
    answer = upload(client_of(an), ("to.txt", b"x" * (2 * 1024 * 1024)))
    assert answer.status_code == 422
    assert "quá giới hạn 1 MB" in answer.content.decode()
    assert not Upload.objects.exists()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_no_file_is_said_so(an: Officer, client_of: Signed) -> None:
    answer = client_of(an).post(reverse("documents:upload"), {})
    assert (answer.status_code, "Chưa chọn tệp nào" in answer.content.decode()) == (422, True)


def test_somebody_elses_upload_does_not_exist_for_me(an: Officer, binh: Officer, client_of: Signed) -> None:
    mine = Upload.objects.create(uid=uuid.uuid4(), file_name="x", size=1, by=an)
    assert client_of(binh).get(reverse("documents:upload_state", args=[mine.uid])).status_code == 404


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a\\b\\c.txt", "tên\nhai dòng.txt", "x" * 400 + ".txt", "\x00.txt"]
)
def test_a_file_name_is_only_a_name(name: str, an: Officer) -> None:
    kept = take(PAPER, name, an).versions.get().file_name
    assert len(kept) <= 250
    assert not set("/\\\n\x00") & set(kept)


def test_a_version_beside_the_first_is_read_again_while_it_waits(an: Officer) -> None:
    paper = take(PAPER, "mot.txt", an)
    services.add_version(paper_id=paper.pk, data=PAPER.replace("41/KH", "42/KH").encode(), name="hai.txt", by=an, at=AT)
    paper.refresh_from_db()
    assert (paper.full_number, [v.n for v in paper.versions.all()]) == ("42/KH-UBND", [1, 2])


def test_a_draft_nobody_confirmed_can_be_thrown_away(an: Officer) -> None:
    paper = take(PAPER, "mot.txt", an)
    services.remove_draft(paper_id=paper.pk, by=an, at=AT)
    assert not Paper.objects.exists()
    assert take(PAPER, "mot.txt", an).state == PaperState.TO_CONFIRM


def test_a_registered_paper_cannot_be_thrown_away(an: Officer) -> None:
    paper = take(PAPER, "mot.txt", an)
    services.confirm_all_sure(paper_id=paper.pk, by=an, at=AT)
    for field in queries.read_paper(queries.latest_reading(paper.pk)).open_weak():
        services.confirm_field(paper_id=paper.pk, path=field.path, by=an, at=AT)
    services.confirm_reading(paper_id=paper.pk, by=an, at=AT)
    with pytest.raises(Refused, match="không bỏ được"):
        services.remove_draft(paper_id=paper.pk, by=an, at=AT)


@pytest.mark.django_db(transaction=True)
def test_the_worker_reads_what_was_uploaded(an: Officer, client_of: Signed, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real queue: deferred by the page, found by the worker through its room's jobs.py."""
    import asyncio

    from procrastinate.contrib.django import app

    # The rounds of other rooms are not asked about here, and would leave a connection open behind the test.
    monkeypatch.setattr(app.periodic_registry, "periodic_tasks", {})

    upload(client_of(an), ("tot.txt", PAPER.encode()))
    worker = app.with_connector(app.connector.get_worker_connector())

    async def work() -> None:
        async with worker.open_async():
            await worker.run_worker_async(wait=False, queues=["documents"], install_signal_handlers=False)

    with ThreadPoolExecutor(1) as own_thread:  # a browser of another test may hold this thread's event loop
        own_thread.submit(asyncio.run, work()).result()
    assert Upload.objects.get().state == "done"


def test_a_file_that_kills_the_worker_again_and_again_is_given_up_with_a_line(an):
    upload = services.receive_upload(data=io.BytesIO(b"x" * 40), name="hỏng.pdf", size=40, by=an, at=AT)
    services.give_up_upload(uid=upload.uid, at=AT)
    upload.refresh_from_db()
    assert upload.state == "refused"
    assert "dừng nhiều lần" in upload.line
    services.give_up_upload(uid=upload.uid, at=AT)
    assert services.read_upload(uid=upload.uid, at=AT).state == "refused"
