"""The pages of reports, asked by the four people and by those who may."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from docx import Document
from openpyxl import load_workbook
from tests.factories.people import make_officer
from tests.factories.programme import make_programme, make_task

from giapranh.documents.models import Paper
from giapranh.kernel import clock
from giapranh.people.roles import Role
from giapranh.programme import services as work
from giapranh.programme.models import Report, Task
from giapranh.programme.reports import services

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 9, 20, 2, 0, tzinfo=UTC)
EARLY = datetime(2026, 6, 20, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def programme(node, leader):
    return make_programme(node.agency, leader)


@pytest.fixture
def task(node, programme):
    return make_task(programme, node.water, due_on=date(2026, 8, 3), given_on=date(2026, 6, 16), directive_index=0)


@pytest.fixture
def report(programme, task, leader):
    return services.draft_report(programme_id=programme.pk, period="2026-Q3", by=leader, at=NOW)


@pytest.fixture
def focal(node):
    return make_officer("Ngô Đầu Mối", username="daumoi", office=node.water, role=Role.FOCAL_OFFICER)


def addresses(report):
    return {
        "list": "/bao-cao/",
        "choose": "/bao-cao/lap/",
        "draft": f"/bao-cao/lap/{report.programme_id}/",
        "report": f"/bao-cao/{report.pk}/",
        "numbers": f"/bao-cao/{report.pk}/nguon-so-lieu/",
        "download": f"/bao-cao/{report.pk}/tai-ve/",
        "urge": f"/bao-cao/don-doc/{report.programme_id}/",
    }


OUTSIDE = {"list": 200, "choose": 200, "draft": 404, "report": 404, "numbers": 404, "download": 404, "urge": 404}
GIVES = {"list": 200, "choose": 302, "draft": 200, "report": 200, "numbers": 200, "download": 200, "urge": 200}


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        (None, dict.fromkeys(OUTSIDE, 302)),
        ("an", OUTSIDE),
        ("binh", OUTSIDE),
        ("chi", OUTSIDE),
        ("dung", OUTSIDE),
        ("clerk", OUTSIDE),
        ("administrator", OUTSIDE),
        ("auditor", {**GIVES, "choose": 200, "draft": 403, "urge": 403}),
        ("leader", GIVES),
        ("focal", GIVES),
    ],
)
def test_who_may_open_which_page(who, expected, request, report, client_of):
    client = client_of(request.getfixturevalue(who) if who else None)
    answers = {name: client.get(url) for name, url in addresses(report).items()}
    assert {name: answer.status_code for name, answer in answers.items()} == expected
    if who is None:
        assert all(answer["Location"].startswith("/tai-khoan/") for answer in answers.values())


@pytest.mark.parametrize("who", ["an", "chi", "dung", "auditor"])
def test_who_may_not_write_changes_nothing(who, request, report, task, an, leader, client_of):
    client = client_of(request.getfixturevalue(who))
    work.start(task_id=task.pk, by=an, at=EARLY)
    asked = work.ask_extension(task_id=task.pk, to_on=date(2026, 10, 30), reason="chờ mẫu", by=an, at=EARLY)
    work.decide_extension(extension_id=asked.pk, granted=True, by=leader, at=EARLY)
    posts = [
        f"/bao-cao/lap/{report.programme_id}/",
        f"/bao-cao/{report.pk}/dang-ky/",
        f"/bao-cao/don-doc/{report.programme_id}/",
        f"/bao-cao/gia-han/{asked.pk}/",
    ]
    assert {client.post(url, {"period": "2026-Q3"}).status_code for url in posts} <= {403, 404}
    assert Report.objects.get().paper_id is None
    assert not Paper.objects.filter(direction="outgoing").exists()


def test_a_list_shows_nothing_of_other_agencies(report, chi, client_of):
    page = client_of(chi).get("/bao-cao/").content.decode()
    assert "Chương trình phối hợp" not in page
    assert "Chưa có chương trình nào để báo cáo" in page


def test_drafting_by_the_page(programme, task, leader, client_of):
    answer = client_of(leader).post(
        f"/bao-cao/lap/{programme.pk}/",
        {"period": "2026-Q3", "mark": "auto", "signer": leader.pk, "proposals": "- Đề nghị bố trí kinh phí"},
    )
    made = Report.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/bao-cao/{made.pk}/")
    assert made.frozen["remarks"]["proposals"] == "- Đề nghị bố trí kinh phí"


def test_a_period_that_is_no_choice_is_refused_beside_the_field_and_nothing_is_lost(programme, leader, client_of):
    answer = client_of(leader).post(f"/bao-cao/lap/{programme.pk}/", {"period": "2019-Q1", "causes": "mưa lũ"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="id_period_error"' in page
    assert "mưa lũ" in page
    assert not Report.objects.exists()


def test_a_period_asked_for_by_the_address_is_offered_however_old(programme, leader, client_of):
    page = client_of(leader).get(f"/bao-cao/lap/{programme.pk}/?ky=2019-Q1").content.decode()
    assert '<option value="2019-Q1" selected>Quý I/2019 (15/12/2018 – 14/03/2019)</option>' in page
    assert client_of(leader).get(f"/bao-cao/lap/{programme.pk}/?ky=hôm-qua").status_code == 422


def test_the_report_page_shows_the_paper_and_that_it_still_holds(report, leader, client_of):
    page = client_of(leader).get(f"/bao-cao/{report.pk}/").content.decode()
    assert '<article class="paper" lang="vi">' in page
    assert "số liệu vẫn khớp với dữ liệu bây giờ" in page
    assert "Đưa vào văn bản đi" in page


def test_the_report_page_shows_both_values_of_what_has_changed(report, task, leader, client_of):
    Task.objects.filter(pk=task.pk).update(due_on=date(2026, 12, 1))
    page = client_of(leader).get(f"/bao-cao/{report.pk}/").content.decode()
    assert "số liệu nay đã khác lúc lập báo cáo" in page
    assert "Quá hạn → Đang thực hiện, trong hạn" in page


def test_words_of_others_are_escaped(programme, node, leader, client_of):
    make_task(programme, node.water, text="<script>alert(1)</script>", given_on=date(2026, 6, 16))
    report = services.draft_report(programme_id=programme.pk, period="2026-Q3", by=leader, at=NOW)
    page = client_of(leader).get(f"/bao-cao/{report.pk}/").content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_download_is_a_word_file_that_opens(report, leader, client_of):
    answer = client_of(leader).get(f"/bao-cao/{report.pk}/tai-ve/")
    assert answer["Content-Disposition"] == f'attachment; filename="bao-cao-{report.programme_id}-2026-Q3.docx"'
    document = Document(BytesIO(answer.content))
    assert any(paragraph.text == "BÁO CÁO" for paragraph in document.paragraphs)


def test_registering_leads_to_the_paper_and_a_second_time_is_a_conflict(report, leader, client_of):
    client = client_of(leader)
    first = client.post(f"/bao-cao/{report.pk}/dang-ky/")
    report.refresh_from_db()
    assert (first.status_code, first["Location"]) == (302, f"/van-ban/{report.paper_id}/")
    assert client.post(f"/bao-cao/{report.pk}/dang-ky/").status_code == 409
    assert client.get(f"/bao-cao/{report.pk}/dang-ky/").status_code == 405


def test_every_number_opens_what_it_was_counted_from(report, task, leader, client_of):
    client = client_of(leader)
    page = client.get(f"/bao-cao/{report.pk}/nguon-so-lieu/").content.decode()
    assert f'href="/viec/{task.pk}/"' in page
    assert 'id="so-1"' in page
    offices = set(re.findall(r'href="(/to-chuc/[^"]+/)"', page.split("<main", 1)[1]))
    assert offices
    assert {client.get(url).status_code for url in offices} == {200}


def test_numbers_go_to_excel(report, leader, client_of):
    answer = client_of(leader).get(f"/bao-cao/{report.pk}/nguon-so-lieu/?xuat=xlsx")
    sheet = load_workbook(BytesIO(answer.content)).active
    assert sheet is not None
    assert "Nhiệm vụ của kỳ báo cáo" in [cell.value for cell in sheet["B"]]


def test_workbooks_of_a_made_up_report_say_so(report, leader, client_of):
    type(report).objects.update(illustrative=True)
    for url in ("/bao-cao/", f"/bao-cao/{report.pk}/nguon-so-lieu/"):
        sheet = load_workbook(BytesIO(client_of(leader).get(f"{url}?xuat=xlsx").content)).active
        assert "minh họa" in sheet["A2"].value


def test_urging_by_the_page(programme, task, leader, client_of):
    client = client_of(leader)
    assert task.text in client.get(f"/bao-cao/don-doc/{programme.pk}/").content.decode()
    answer = client.post(
        f"/bao-cao/don-doc/{programme.pk}/", {"viec": [task.pk], "answer_by": "05/10/2026", "mark": "auto"}
    )
    assert answer.status_code == 302
    assert answer["Location"].startswith("/van-ban/")


def test_urging_refuses_a_day_that_has_passed_and_an_empty_choice(programme, task, leader, client_of):
    client = client_of(leader)
    url = f"/bao-cao/don-doc/{programme.pk}/"
    past = client.post(url, {"viec": [task.pk], "answer_by": "05/02/2026"})
    assert (past.status_code, "Ngày trả lời đã qua." in past.content.decode()) == (422, True)
    assert client.post(url, {"answer_by": "05/10/2026"}).status_code == 422


def test_the_list_costs_the_same_queries_for_one_report_and_for_three(report, programme, leader, client_of):
    client = client_of(leader)
    client.get("/bao-cao/")

    def cost():
        with CaptureQueriesContext(connection) as captured:
            client.get("/bao-cao/")
        return len(captured)

    one = cost()
    for minutes in (1, 2):
        services.draft_report(
            programme_id=programme.pk, period="2026-Q3", by=leader, at=NOW + timedelta(minutes=minutes)
        )
    assert cost() == one
