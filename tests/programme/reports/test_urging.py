"""The urging letter: who is late with what, in the form of a công văn, ready to be signed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from docx import Document
from tests.factories.programme import make_paper, make_programme, make_task

from giapranh.documents import queries as documents
from giapranh.documents.models import Paper
from giapranh.people.models import Appointment, AuditEvent
from giapranh.programme import services as work
from giapranh.programme.permissions import NoSuchTask, NotTheGiver
from giapranh.programme.reports import queries, services
from giapranh.programme.reports.answering import NoSuchExtension, NotDecided
from giapranh.programme.reports.services import NothingChosen
from giapranh.programme.reports.urging import NotOverdue, TwoProgrammes

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 9, 21, 2, 0, tzinfo=UTC)  # a Monday


@pytest.fixture
def programme(node, leader):
    Appointment.objects.filter(officer=leader).update(title="Phó Giám đốc")
    paper = make_paper(leader, number="12/UBND-KTN", issuer_name="Ủy ban nhân dân tỉnh Lạng Sơn", subject="")
    return make_programme(node.agency, leader, paper=paper)


@pytest.fixture
def late(node, programme):
    return make_task(programme, node.water, node.minerals, due_on=date(2026, 9, 14))


def opened(paper):
    return Document(BytesIO(documents.open_blob(paper.versions.get().blob_id)))


def test_the_letter_names_the_offices_their_duties_and_the_days(late, leader):
    letter = services.urging_letter([late.pk], by=leader, at=NOW)
    document = opened(letter)
    to = [p.text for p in document.paragraphs if p.style.name == "Kính gửi"]
    assert to == ["Kính gửi:", "- Phòng Quản lý môi trường;", "- Phòng Khoáng sản."]
    rows = [[cell.text for cell in row.cells] for row in document.tables[1].rows]
    assert rows[1:] == [
        ["1", late.text, "Phòng Quản lý môi trường", "chủ trì", "14/09/2026", "5", "chưa có báo cáo"],
        ["2", late.text, "Phòng Khoáng sản", "phối hợp", "14/09/2026", "5", "chưa có báo cáo"],
    ]
    body = [p.text for p in document.paragraphs if p.style.name == "Nội dung"]
    assert body[0].startswith("Thực hiện Công văn số 12/UBND-KTN ngày 12/10/2026 của Ủy ban nhân dân tỉnh Lạng Sơn, ")
    assert "đến ngày 21/09/2026 còn 2 nhiệm vụ, phần việc đã quá hạn" in body[0]
    assert body[-2].endswith("thời hạn hoàn thành trước ngày 28/09/2026.")
    assert body[-1].endswith("./.")


def test_the_letter_is_a_draft_among_the_outgoing_papers(late, leader):
    letter = services.urging_letter([late.pk], by=leader, at=NOW, answer_by=date(2026, 10, 2))
    assert (letter.direction, letter.kind, letter.number, letter.state) == ("outgoing", "Công văn", None, "draft")
    assert letter.signer_title == "PHÓ GIÁM ĐỐC"
    assert "trước ngày 02/10/2026" in letter.text
    head = opened(letter).tables[0].cell(1, 0).text
    assert head.startswith("Số:       /SNNMT\nV/v đôn đốc")
    assert AuditEvent.objects.filter(what="task.urged", target_id=str(late.pk)).count() == 1


def test_a_part_that_was_reported_is_not_urged(late, leader, node):
    late.parts.filter(office=node.minerals).update(state="accepted", report="Đã gửi", reported_at=NOW)
    letter = services.urging_letter([late.pk], by=leader, at=NOW)
    assert [row.cells[2].text for row in opened(letter).tables[1].rows[1:]] == ["Phòng Quản lý môi trường"]


def test_only_overdue_tasks_of_one_programme_are_urged(node, programme, late, leader):
    in_time = make_task(programme, node.water, due_on=date(2026, 12, 1))
    other = make_task(make_programme(node.agency, leader), node.water, due_on=date(2026, 9, 1))
    for chosen, refusal in (
        ([], NothingChosen),
        ([late.pk, in_time.pk], NotOverdue),
        ([late.pk, other.pk], TwoProgrammes),
        ([late.pk, 999_999], NoSuchTask),
    ):
        with pytest.raises(refusal):
            services.urging_letter(chosen, by=leader, at=NOW)
    assert Paper.objects.filter(subject__startswith="đôn đốc").count() == 0


@pytest.fixture
def asked(node, programme, an):
    task = make_task(programme, node.water, due_on=date(2026, 10, 14))
    work.start(task_id=task.pk, by=an, at=NOW)
    return work.ask_extension(task_id=task.pk, to_on=date(2026, 10, 30), reason="chờ kết quả mẫu", by=an, at=NOW)


@pytest.mark.parametrize(
    ("granted", "said"),
    [
        (True, "đồng ý gia hạn thời gian thực hiện nhiệm vụ nêu trên đến ngày 30/10/2026. Không gia hạn thêm."),
        (False, "không đồng ý gia hạn; thời hạn thực hiện vẫn là ngày 14/10/2026. Không gia hạn thêm."),
    ],
)
def test_a_decided_extension_is_answered_by_letter(granted, said, asked, leader):
    work.decide_extension(extension_id=asked.pk, granted=granted, note="Không gia hạn thêm.", by=leader, at=NOW)
    letter = services.extension_letter(extension_id=asked.pk, by=leader, at=NOW)
    body = [p.text for p in opened(letter).paragraphs if p.style.name == "Nội dung"]
    assert "từ ngày 14/10/2026 đến ngày 30/10/2026; lý do: chờ kết quả mẫu." in body[0]
    assert body[1] == f"Sau khi xem xét, Sở Nông nghiệp và Môi trường {said}"


def test_an_extension_that_waits_gets_no_letter(asked, leader, an):
    with pytest.raises(NotDecided):
        services.extension_letter(extension_id=asked.pk, by=leader, at=NOW)
    with pytest.raises(NoSuchExtension):
        services.extension_letter(extension_id=999_999, by=leader, at=NOW)


@pytest.mark.parametrize("who", ["an", "binh", "chi", "dung", "auditor"])
def test_only_the_giver_urges(who, request, late):
    with pytest.raises(Exception, match=r"giám sát|chỉ xem|cán bộ đầu mối") as caught:
        services.urging_letter([late.pk], by=request.getfixturevalue(who), at=NOW)
    assert isinstance(caught.value, NotTheGiver) or caught.value.code == "reads_only"


def test_the_page_lists_the_overdue_by_office(node, programme, late, leader):
    make_task(programme, node.minerals, due_on=date(2026, 12, 1))
    (office,) = queries.overdue_by_office(programme, NOW)
    assert (office.name, [(item.task, item.days) for item in office.tasks]) == ("Phòng Quản lý môi trường", [(late, 5)])
