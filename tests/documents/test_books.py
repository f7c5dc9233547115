"""Numbers without gaps, books with the columns of the decree."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from tests.factories.documents import AT, make_paper, reading, value

from giapranh.documents import services
from giapranh.documents.models import Direction, Paper, RegisterBook, RegisterEntry
from giapranh.documents.services import books
from giapranh.kernel.errors import Conflict, NotAllowed
from giapranh.people.models import Officer

pytestmark = pytest.mark.django_db
Signed = Callable[[Officer | None], Client]


def draft(by: Any, kind: str = "Báo cáo", symbol: str = "BC-SNNMT", **fields: Any) -> Paper:
    data = f"dự thảo {Paper.objects.count()} {threading.get_ident()}".encode()
    return services.create_outgoing(
        kind=kind, subject="Kết quả phối hợp", data=data, name="bao-cao.docx", by=by, at=AT, symbol=symbol, **fields
    )


def test_a_draft_gets_the_next_number_of_its_kind_and_year(clerk: Officer) -> None:
    numbered = [services.number_outgoing(paper_id=draft(clerk).pk, by=clerk, at=AT) for _ in range(2)]
    letter = services.number_outgoing(paper_id=draft(clerk, kind="Công văn", symbol="SNNMT-VP").pk, by=clerk, at=AT)
    assert [paper.full_number for paper in numbered] == ["01/BC-SNNMT", "02/BC-SNNMT"]
    assert letter.number == 1
    assert numbered[0].issued_on.isoformat() == "2026-11-23"


def test_numbers_start_again_on_the_first_of_january_in_vietnam(clerk: Officer) -> None:
    last_minute = datetime(2026, 12, 31, 16, 59, tzinfo=UTC)  # 23:59 in Vietnam
    new_year = datetime(2026, 12, 31, 17, 0, tzinfo=UTC)
    old = services.number_outgoing(paper_id=draft(clerk).pk, by=clerk, at=last_minute)
    new = services.number_outgoing(paper_id=draft(clerk).pk, by=clerk, at=new_year)
    assert (old.number, old.issued_year, new.number, new.issued_year) == (1, 2026, 1, 2027)


def test_a_failure_gives_its_number_back(clerk: Officer, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = draft(clerk), draft(clerk)

    def cut(*args: Any, **kwargs: Any) -> None:
        raise KeyboardInterrupt("power cut")

    with monkeypatch.context() as broken:
        broken.setattr(books, "note", cut)
        with pytest.raises(KeyboardInterrupt):
            services.number_outgoing(paper_id=first.pk, by=clerk, at=AT)
    assert not RegisterEntry.objects.exists()
    assert services.number_outgoing(paper_id=second.pk, by=clerk, at=AT).number == 1


@pytest.mark.django_db(transaction=True)
def test_many_clerks_at_once_get_numbers_without_gap_or_duplicate(clerk: Officer) -> None:
    papers = [draft(clerk).pk for _ in range(12)]
    failures: list[BaseException] = []
    start = threading.Barrier(4)

    def work(mine: list[int]) -> None:
        try:
            start.wait()
            for pk in mine:
                services.number_outgoing(paper_id=pk, by=Officer.objects.get(pk=clerk.pk), at=AT)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(papers[n::4],)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(Paper.objects.values_list("number", flat=True)) == list(range(1, 13))
    assert sorted(RegisterEntry.objects.values_list("seq", flat=True)) == list(range(1, 13))
    assert RegisterBook.objects.get().last_seq == 12


@pytest.mark.django_db(transaction=True)
def test_two_people_numbering_one_paper_give_it_one_number(clerk: Officer) -> None:
    paper = draft(clerk)
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def work() -> None:
        try:
            start.wait()
            services.number_outgoing(paper_id=paper.pk, by=Officer.objects.get(pk=clerk.pk), at=AT)
            outcomes.append("numbered")
        except Conflict:
            outcomes.append("conflict")
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["conflict", "numbered"]


def test_a_specialist_does_not_keep_the_books(an: Officer) -> None:
    with pytest.raises(NotAllowed, match="Chỉ văn thư"):
        services.number_outgoing(paper_id=draft(an).pk, by=an, at=AT)


def test_an_outgoing_paper_that_came_with_its_number_starts_the_book_there(clerk: Officer) -> None:
    paper = make_paper(clerk, reading(number=value(575)), direction=Direction.OUTGOING)
    services.confirm_reading(paper_id=paper.pk, by=clerk, at=AT)
    assert RegisterEntry.objects.get(paper=paper).seq == 575
    far = make_paper(clerk, reading(number=value(580), full_number="580/KH-UBND"), direction=Direction.OUTGOING)
    with pytest.raises(Conflict, match="Sổ đang ở số 575, số 580 sẽ để trống"):
        services.confirm_reading(paper_id=far.pk, by=clerk, at=AT)


def test_a_book_may_go_on_from_the_last_number_given_on_paper(clerk: Officer) -> None:
    services.start_book(kind="outgoing", series="Báo cáo", year=2026, last_seq=40, by=clerk, at=AT)
    assert services.number_outgoing(paper_id=draft(clerk).pk, by=clerk, at=AT).number == 41


def test_the_clerk_says_on_the_page_where_the_paper_book_stopped(
    clerk: Officer, an: Officer, client_of: Signed
) -> None:
    typed = {"kind": "outgoing", "series": "Báo cáo", "year": "2026", "last_seq": "40"}
    assert client_of(an).post(reverse("documents:books"), typed).status_code == 422
    assert client_of(clerk).post(reverse("documents:books"), {**typed, "series": ""}).status_code == 422
    assert client_of(clerk).post(reverse("documents:books"), typed).status_code == 302
    assert services.number_outgoing(paper_id=draft(clerk).pk, by=clerk, at=AT).number == 41
    assert "Sổ này đã có văn bản" in client_of(clerk).post(reverse("documents:books"), typed).content.decode()


def test_the_database_refuses_a_number_twice(clerk: Officer) -> None:
    paper = services.number_outgoing(paper_id=draft(clerk).pk, by=clerk, at=AT)
    entry = RegisterEntry.objects.get(paper=paper)
    with pytest.raises(IntegrityError, match="register_entry_seq_once"), transaction.atomic():
        RegisterEntry.objects.create(book=entry.book, seq=entry.seq, paper=draft(clerk), entered_on=AT.date())


COLUMNS = {
    "den": [
        "Ngày đến", "Số đến", "Tác giả", "Số, ký hiệu", "Ngày tháng văn bản", "Tên loại và trích yếu nội dung",
        "Đơn vị hoặc người nhận", "Ngày chuyển", "Ký nhận", "Ghi chú",
    ],
    "di": [
        "Số, ký hiệu văn bản", "Ngày tháng văn bản", "Tên loại và trích yếu nội dung", "Người ký", "Nơi nhận văn bản",
        "Đơn vị, người nhận bản lưu", "Số lượng bản", "Ngày chuyển", "Ký nhận", "Ghi chú",
    ],
    "theo-doi": [
        "Số đến", "Tên loại, số và ký hiệu, ngày tháng, tác giả", "Đơn vị hoặc người nhận", "Thời hạn giải quyết",
        "Tiến độ giải quyết", "Số, ký hiệu văn bản trả lời", "Ghi chú",
    ],
}  # fmt: skip


@pytest.mark.parametrize("kind", list(COLUMNS))
def test_a_book_goes_to_excel_with_the_columns_of_the_decree(kind: str, clerk: Officer, client_of: Signed) -> None:
    services.confirm_reading(paper_id=make_paper(clerk).pk, by=clerk, at=AT)
    services.number_outgoing(paper_id=draft(clerk).pk, by=clerk, at=AT)
    answer = client_of(clerk).get(reverse("documents:book", args=[kind]), {"nam": "2026", "xuat": "xlsx"})
    rows = list(load_workbook(BytesIO(answer.content)).active.iter_rows(values_only=True))
    assert list(rows[1]) == COLUMNS[kind]
    assert len(rows) == 3


def test_the_printed_book_numbers_its_columns(clerk: Officer, client_of: Signed) -> None:
    services.confirm_reading(paper_id=make_paper(clerk).pk, by=clerk, at=AT)
    page = client_of(clerk).get(reverse("documents:book", args=["den"]), {"nam": "2026", "in": "1"}).content.decode()
    assert "<td>(10)</td>" in page
    assert "07/KH-UBND" in page


def test_the_clerk_notes_who_got_the_paper(clerk: Officer, client_of: Signed) -> None:
    paper = services.confirm_reading(paper_id=make_paper(clerk).pk, by=clerk, at=AT)
    entry = RegisterEntry.objects.get(paper=paper)
    answer = client_of(clerk).post(
        reverse("documents:entry", args=[entry.pk]), {"handed_to": "Phòng Khoáng sản", "handed_on": "05/02/2026"}
    )
    entry.refresh_from_db()
    assert answer.status_code == 302
    assert (entry.handed_to, entry.handed_on.isoformat()) == ("Phòng Khoáng sản", "2026-02-05")
