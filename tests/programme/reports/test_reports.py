"""The report: what it says, what it never says, how it freezes and how it notices that the data moved."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from docx import Document
from tests.factories.people import appoint, make_officer
from tests.factories.programme import make_paper, make_product, make_programme, make_task

from giapranh.people.models import Appointment, AuditEvent
from giapranh.people.roles import Role
from giapranh.programme import services as work
from giapranh.programme.models import IndicatorTarget, LegalBasis, Product, Report, ReportNumber, Task
from giapranh.programme.permissions import NotTheGiver
from giapranh.programme.reports import queries, services
from giapranh.programme.reports.facts import Remarks, Standing, from_json, to_json
from giapranh.programme.reports.permissions import NoSuchReport
from giapranh.programme.reports.queries import NoSuchProgramme
from giapranh.programme.reports.services import AlreadyRegistered, NotStarted
from giapranh.programme.reports.signing import Authority
from giapranh.programme.rules.periods import UnknownPeriod

pytestmark = pytest.mark.django_db
# The third quarter runs from 15 June to 14 September.
NOW = datetime(2026, 9, 20, 2, 0, tzinfo=UTC)
EARLY = datetime(2026, 6, 20, 2, 0, tzinfo=UTC)


@pytest.fixture
def head(node):
    officer = make_officer("Hoàng Văn Giám", username="giamdoc")
    appoint(officer, node.agency, Role.LEADER, title="Giám đốc")
    return officer


@pytest.fixture
def programme(node, leader):
    Appointment.objects.filter(officer=leader).update(title="Phó Giám đốc")
    paper = make_paper(
        leader, number="12/UBND-KTN", issuer_name="Ủy ban nhân dân tỉnh Lạng Sơn",
        subject="V/v phối hợp vùng giáp ranh", issued_on=date(2026, 3, 5), issued_day=5, issued_month=3,
    )  # fmt: skip
    programme = make_programme(node.agency, leader, paper=paper)
    LegalBasis.objects.create(programme=programme, words="Kế hoạch số 03/KH-UBND ngày 08/01/2026", order=0)
    return programme


def given(programme, lead, *others, due_on=None, n="2", index=0, **fields):
    common = {"given_on": date(2026, 6, 16), "directive_index": index, "order": index * 100}
    return make_task(programme, lead, *others, due_on=due_on, n=n, **{**common, **fields})


def finish(task, an, leader, at):
    Product.objects.create(task=task, number="31/BC-QLMT", added_by=an, added_at=at)
    work.start(task_id=task.pk, by=an, at=at)
    work.ask_confirmation(task_id=task.pk, report="Đã lấy mẫu 12 đợt tại 5 điểm", by=an, at=at)
    return work.confirm_completion(task_id=task.pk, by=leader, at=at + timedelta(hours=1))


def draft(programme, leader, at=NOW, period="2026-Q3", **more):
    return services.draft_report(programme_id=programme.pk, period=period, by=leader, at=at, **more)


def words(report):
    document = Document(BytesIO(queries.docx_of(report)))
    paragraphs = [paragraph.text for paragraph in document.paragraphs]
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join(paragraphs + cells)


def standings(report):
    return [task.standing for task in queries.facts_of(report).tasks]


# --- what it says ----------------------------------------------------------------------------------------------------


def test_a_task_done_in_time_shows_its_result_and_the_number_of_its_paper(node, programme, an, leader):
    finish(given(programme, node.water, due_on=date(2026, 7, 31)), an, leader, datetime(2026, 7, 10, 2, tzinfo=UTC))
    report = draft(programme, leader)
    assert standings(report) == [Standing.DONE_IN_TIME]
    text = words(report)
    assert "Kết quả: Đã lấy mẫu 12 đợt tại 5 điểm." in text
    assert "Văn bản kết quả: 31/BC-QLMT." in text
    assert "a) Phòng Quản lý môi trường chủ trì (hạn 31/07/2026): hoàn thành đúng hạn, ngày 10/07/2026." in text


def test_a_task_with_nothing_to_show_says_so_and_invents_nothing(node, programme, leader):
    given(programme, node.water, node.minerals, due_on=date(2026, 10, 30))
    text = words(draft(programme, leader))
    assert "Kết quả: chưa có báo cáo." in text
    assert "Đơn vị phối hợp: Phòng Khoáng sản: chưa có báo cáo." in text


def test_a_late_task_says_how_late_and_only_recorded_reasons(node, programme, an, leader):
    late = given(programme, node.water, due_on=date(2026, 8, 3), n="2")
    given(programme, node.minerals, due_on=date(2026, 9, 1), n="3", index=1)
    work.start(task_id=late.pk, by=an, at=EARLY)
    work.pause(task_id=late.pk, reason="mưa lũ, chưa lấy được mẫu", by=leader, at=EARLY)
    work.resume(task_id=late.pk, by=leader, at=EARLY)
    text = words(draft(programme, leader))
    assert "Mục 2, Phòng Quản lý môi trường: quá hạn (28 ngày làm việc), hạn 03/08/2026." in text
    assert "Nguyên nhân: mưa lũ, chưa lấy được mẫu." in text
    assert "Mục 3, Phòng Khoáng sản: quá hạn" in text
    assert "Nguyên nhân: chưa có báo cáo về nguyên nhân." in text


def test_an_extension_asked_becomes_a_proposal(node, programme, an, leader):
    task = given(programme, node.water, due_on=date(2026, 9, 30))
    work.start(task_id=task.pk, by=an, at=EARLY)
    work.ask_extension(task_id=task.pk, to_on=date(2026, 10, 30), reason="chờ số liệu của trạm", by=an, at=EARLY)
    text = words(draft(programme, leader))
    assert "đề nghị gia hạn từ ngày 30/09/2026 đến ngày 30/10/2026; lý do: chờ số liệu của trạm." in text


def test_the_outline_has_its_five_parts_in_order_and_the_opening_cites_the_paper(node, programme, leader):
    given(programme, node.water)
    document = Document(BytesIO(queries.docx_of(draft(programme, leader))))
    parts = [p.text for p in document.paragraphs if p.style.name == "Mục I"]
    assert parts == [
        "I. CÔNG TÁC CHỈ ĐẠO, TRIỂN KHAI",
        "II. KẾT QUẢ THỰC HIỆN",
        "III. TỒN TẠI, HẠN CHẾ, NGUYÊN NHÂN",
        "IV. NHIỆM VỤ, GIẢI PHÁP THỜI GIAN TỚI",
        "V. KIẾN NGHỊ, ĐỀ XUẤT",
    ]
    opening = next(p.text for p in document.paragraphs if p.style.name == "Nội dung")
    assert opening == (
        "Thực hiện Công văn số 12/UBND-KTN ngày 05/03/2026 của Ủy ban nhân dân tỉnh Lạng Sơn về việc phối hợp vùng "
        "giáp ranh, Sở Nông nghiệp và Môi trường báo cáo kết quả thực hiện quý III/2026 (số liệu từ ngày 15/06/2026 "
        "đến ngày 14/09/2026) như sau:"
    )


def test_the_frame_of_the_paper_comes_from_the_agency(node, programme, leader):
    given(programme, node.water)
    document = Document(BytesIO(queries.docx_of(draft(programme, leader))))
    top = [[" ".join(cell.text.split()) for cell in row.cells] for row in document.tables[0].rows]
    assert top[0][0] == "UBND TỈNH LẠNG SƠN SỞ NÔNG NGHIỆP VÀ MÔI TRƯỜNG"
    assert top[1] == ["Số: /BC-SNNMT", "Lạng Sơn, ngày tháng 9 năm 2026"]
    right = document.tables[-3].rows[0].cells[1].text.split("\n")
    assert right == ["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC", "Vũ Thị Lãnh Đạo"]


def test_the_head_signs_before_the_deputy_and_the_drafter_may_choose(node, programme, leader, head):
    given(programme, node.water)
    assert queries.facts_of(draft(programme, leader)).letterhead.authority == ["GIÁM ĐỐC"]
    chosen = queries.facts_of(draft(programme, leader, signer_id=leader.pk, mark=Authority.SPECIAL)).letterhead
    assert (chosen.authority, chosen.signer) == (["TUQ. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"], "Vũ Thị Lãnh Đạo")


def test_the_drafter_may_add_words_to_each_part(node, programme, leader):
    given(programme, node.water)
    remarks = Remarks(causes="- Thiếu trạm quan trắc", proposals="Đề nghị bố trí kinh phí.\nĐề nghị họp liên ngành.")
    text = words(draft(programme, leader, remarks=remarks))
    assert "- Thiếu trạm quan trắc\n" in text
    assert "Đề nghị bố trí kinh phí.\nĐề nghị họp liên ngành.\n" in text
    assert "Chưa có kiến nghị" not in text


def test_illustrative_rows_are_marked_on_every_page(node, programme, leader):
    given(programme, node.water, illustrative=True)
    report = draft(programme, leader)
    section = Document(BytesIO(queries.docx_of(report))).sections[0]
    assert report.illustrative is True
    assert "DỮ LIỆU MINH HỌA" in section.first_page_header.paragraphs[0].text


def test_the_annex_lists_every_task_and_every_number(node, programme, an, leader):
    finish(given(programme, node.water, due_on=date(2026, 7, 31)), an, leader, datetime(2026, 7, 10, 2, tzinfo=UTC))
    given(programme, node.minerals, n="3", index=1)
    report = draft(programme, leader)
    tasks, sources = Document(BytesIO(queries.docx_of(report))).tables[-2:]
    assert [cell.text for cell in tasks.rows[0].cells] == [
        "STT", "Nhiệm vụ", "Đơn vị chủ trì (phối hợp)", "Hạn", "Kết quả", "Văn bản kết quả", "Trạng thái",
    ]  # fmt: skip
    assert [row.cells[0].text for row in tasks.rows[1:]] == ["Mục 2", "1", "Mục 3", "2"]
    numbers = queries.facts_of(report).numbers
    assert [row.cells[0].text for row in sources.rows[1:]] == [f"[{n.index}]" for n in numbers]
    assert [row.cells[6].text for row in sources.rows[1:]] == [n.sha[:16] for n in numbers]


# --- the closing day -------------------------------------------------------------------------------------------------


def test_what_happened_after_the_closing_day_does_not_count(node, programme, an, leader):
    finish(given(programme, node.water, due_on=date(2026, 9, 1)), an, leader, datetime(2026, 9, 16, 2, tzinfo=UTC))
    assert standings(draft(programme, leader)) == [Standing.OVERDUE]
    assert standings(draft(programme, leader, period="2026-Q4")) == [Standing.DONE_LATE]


def test_a_task_closed_before_the_period_is_not_told_again(node, programme, an, leader):
    finish(given(programme, node.water, due_on=date(2026, 7, 31)), an, leader, datetime(2026, 7, 10, 2, tzinfo=UTC))
    assert standings(draft(programme, leader, period="2026-Q4")) == []


def test_days_of_a_series_count_when_they_have_come(node, programme, leader):
    series = given(programme, node.water, recurrence="FREQ=MONTHLY;BYMONTHDAY=15")
    for day in (date(2026, 7, 15), date(2026, 10, 15)):
        given(programme, node.water, due_on=day, series=series, occurrence_on=day)
    facts = queries.facts_of(draft(programme, leader))
    assert [task.occurrence_on for task in facts.tasks] == [date(2026, 7, 15)]
    assert [task.due_on for task in facts.upcoming] == [date(2026, 10, 15)]
    assert len(facts.clauses) == 1


def test_a_period_that_has_not_begun_is_refused(programme, leader):
    with pytest.raises(NotStarted, match="Quý IV/2027 chưa bắt đầu"):
        draft(programme, leader, period="2027-Q4")
    with pytest.raises(UnknownPeriod):
        draft(programme, leader, period="2026-Q7")
    assert Report.objects.count() == 0


def test_a_programme_without_tasks_gives_a_report_that_says_so(programme, leader):
    assert "Trong kỳ chưa có nhiệm vụ nào được ghi nhận." in words(draft(programme, leader))


# --- numbers ---------------------------------------------------------------------------------------------------------


def test_every_number_is_frozen_with_its_sources_and_its_seal(node, programme, leader):
    task = given(programme, node.water, due_on=date(2026, 8, 3))
    IndicatorTarget.objects.create(task=task, indicator="programme.tasks_on_time", target=Decimal("1"))
    report = draft(programme, leader)
    rows = {row.key: row for row in ReportNumber.objects.filter(report=report)}
    assert rows["tasks"].value == 1
    assert rows["tasks.overdue"].citations[0]["ref"] == f"task:{task.pk}"
    assert rows["tasks.overdue"].query == {
        "count": "tasks", "programme": programme.pk, "period": "2026-Q3", "standing": "overdue",
    }  # fmt: skip
    watched = rows["clause:0/programme.tasks_on_time"]
    assert (watched.value, watched.target, watched.query["scope"]) == (
        0, 1, {"programme": programme.pk, "tasks": [task.pk]},
    )  # fmt: skip
    assert all(len(row.sha) == 64 for row in rows.values())
    assert AuditEvent.objects.filter(what="report.drafted", target_id=str(report.pk)).count() == 1


def test_each_number_in_the_text_carries_the_index_of_its_source(node, programme, leader):
    given(programme, node.water, due_on=date(2026, 8, 3))
    report = draft(programme, leader)
    indexes = {number.key: number.index for number in queries.facts_of(report).numbers}
    assert f"Trong kỳ có 1 nhiệm vụ[{indexes['tasks']}] do 1 đơn vị chủ trì[{indexes['lead_offices']}]." in words(
        report
    )


def test_frozen_facts_come_back_as_they_were(node, programme, an, leader):
    given(programme, node.water, node.minerals, due_on=date(2026, 8, 3))
    report = draft(programme, leader)
    facts = queries.facts_of(Report.objects.get(pk=report.pk))
    assert from_json(json.loads(json.dumps(to_json(facts)))) == facts


def test_a_fresh_report_does_not_drift(node, programme, leader):
    given(programme, node.water, node.minerals, due_on=date(2026, 8, 3))
    assert queries.report_drift(draft(programme, leader), NOW) == []


def test_drift_tells_both_values_and_what_moved(node, programme, leader):
    task = given(programme, node.water, due_on=date(2026, 8, 3))
    report = draft(programme, leader)
    Task.objects.filter(pk=task.pk).update(due_on=date(2026, 12, 1))
    drifts = {drift.title: drift for drift in queries.report_drift(report, NOW + timedelta(days=3))}
    overdue = drifts["Nhiệm vụ quá hạn, chưa hoàn thành"]
    assert (overdue.then, overdue.now, overdue.removed) == (1, 0, [task.text])
    assert drifts["Nhiệm vụ đang thực hiện, trong hạn"].now == 1
    clause = drifts["Mục 2: nhiệm vụ của kỳ"]
    assert (clause.same_value, clause.changed) == (True, [f"{task.text}: Quá hạn → Đang thực hiện, trong hạn"])
    assert "tasks" not in drifts


def test_work_after_the_closing_day_does_not_make_an_old_report_drift(node, programme, an, leader):
    task = given(programme, node.water, due_on=date(2026, 10, 3))
    report = draft(programme, leader)
    finish(task, an, leader, datetime(2026, 9, 25, 2, tzinfo=UTC))
    assert queries.report_drift(report, NOW + timedelta(days=30)) == []


def test_a_frozen_number_somebody_touched_is_noticed(node, programme, leader):
    given(programme, node.water, due_on=date(2026, 8, 3))
    report = draft(programme, leader)
    ReportNumber.objects.filter(report=report, key="tasks").update(value=99)
    (drift,) = queries.report_drift(report, NOW)
    assert (drift.title, drift.sealed) == ("Nhiệm vụ của kỳ báo cáo", False)


def test_the_stored_file_is_the_file_of_the_day(node, programme, leader):
    task = given(programme, node.water, due_on=date(2026, 8, 3))
    report = draft(programme, leader)
    before = queries.docx_of(report)
    Task.objects.filter(pk=task.pk).update(text="Nội dung khác")
    assert queries.docx_of(report) == before


# --- names that change, permission, registering ----------------------------------------------------------------------


def test_an_office_that_ended_keeps_its_name_with_the_present_one(node, programme, leader):
    task = given(programme, node.minerals, due_on=date(2026, 8, 3))
    node.water.valid_to = date(2026, 7, 1)
    node.water.save()
    from giapranh.people.models import Succession, SuccessionLink

    moved = Succession.objects.create(on=date(2026, 7, 2), kind="rename")
    SuccessionLink.objects.create(succession=moved, predecessor=node.water, successor=node.minerals)
    task.parts.filter(role="lead").update(given_to=node.water)
    assert "Phòng Quản lý môi trường (nay là Phòng Khoáng sản) chủ trì" in words(draft(programme, leader))


@pytest.mark.parametrize("who", ["an", "binh", "chi", "dung", "clerk"])
def test_only_the_givers_side_knows_of_reports(who, request, node, programme, leader):
    given(programme, node.water)
    report = draft(programme, leader)
    user = request.getfixturevalue(who)
    with pytest.raises(NoSuchReport):
        queries.get_report(user, report.pk)
    with pytest.raises(NoSuchProgramme):
        draft(programme, user)


def test_an_auditor_reads_and_writes_nothing(node, programme, leader, auditor):
    given(programme, node.water)
    report = draft(programme, leader)
    assert queries.get_report(auditor, report.pk) == report
    with pytest.raises(Exception, match="giám sát"):
        draft(programme, auditor)
    with pytest.raises(Exception, match="giám sát"):
        services.register_report(report_id=report.pk, by=auditor, at=NOW)


def test_registering_makes_an_outgoing_draft_once(node, programme, leader):
    given(programme, node.water)
    report = draft(programme, leader)
    paper = services.register_report(report_id=report.pk, by=leader, at=NOW)
    assert (paper.direction, paper.kind, paper.number, paper.symbol) == ("outgoing", "Báo cáo", None, "BC-SNNMT")
    assert paper.answers_id == programme.paper_id
    with pytest.raises(AlreadyRegistered):
        services.register_report(report_id=report.pk, by=leader, at=NOW)


def test_drafting_costs_the_same_queries_for_one_task_and_for_twenty(node, programme, leader):
    def cost(at):
        with CaptureQueriesContext(connection) as captured:
            draft(programme, leader, at=at)
        return len(captured)

    given(programme, node.water, node.minerals, due_on=date(2026, 8, 3), n="1", index=0)
    cost(NOW - timedelta(minutes=1))  # who the leader is gets looked up once
    one = cost(NOW)
    for n in range(2, 22):
        given(programme, node.water, node.minerals, due_on=date(2026, 8, 3), n=str(n), index=n)
    assert cost(NOW + timedelta(minutes=1)) == one


def test_a_paper_as_product_is_named_with_number_and_day(node, programme, an, leader):
    task = given(programme, node.water, due_on=date(2026, 7, 31))
    product = make_paper(leader, number="77/TB-SNNMT", kind="Thông báo")
    make_product(task, an, number="", paper=product)
    Product.objects.update(added_at=EARLY)
    assert "Văn bản kết quả: Thông báo số 77/TB-SNNMT ngày 12/10/2026." in words(draft(programme, leader))


def test_not_the_giver_of_another_agency(node, programme, leader):
    other = make_programme(node.neighbour, leader)
    with pytest.raises((NoSuchProgramme, NotTheGiver)):
        draft(other, leader)


def test_documents_room_takes_the_report_in_as_it_is(node, programme, leader):
    given(programme, node.water)
    report = draft(programme, leader)
    paper = services.register_report(report_id=report.pk, by=leader, at=NOW)
    assert paper.versions.get().blob_id == report.blob_id
