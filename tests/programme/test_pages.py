from __future__ import annotations

import io
import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse
from openpyxl import load_workbook
from tests.factories.programme import AT, directive, make_confirmed_paper, make_product, make_programme, make_task
from tests.programme.test_sheets import line, sheet

from giapranh.kernel import clock
from giapranh.programme import services
from giapranh.programme.models import Programme, Task

pytestmark = pytest.mark.django_db


@pytest.fixture
def programme(node, leader):
    return make_programme(node.agency, leader)


@pytest.fixture
def task(node, programme):
    return make_task(programme, node.water, node.minerals, due_on=date(2099, 12, 30))


def pages(programme, task):
    """Every page of this room that is read."""
    return {
        "programmes": "/chuong-trinh/",
        "all_tasks": "/chuong-trinh/viec/",
        "all_timeline": "/chuong-trinh/dong-thoi-gian/",
        "evidence": f"/chuong-trinh/bang-chung/?chi-so=programme.tasks_on_time&ky=2026-Q4&viec={task.pk}",
        "board": f"/chuong-trinh/{programme.pk}/",
        "timeline": f"/chuong-trinh/{programme.pk}/dong-thoi-gian/",
        "matrix": f"/chuong-trinh/{programme.pk}/ma-tran/",
        "proofs": f"/chuong-trinh/{programme.pk}/bang-chung/",
        "export": f"/chuong-trinh/{programme.pk}/xuat-excel/",
        "task": f"/viec/{task.pk}/",
    }


GIVERS_PAGES = {"thresholds", "adopt", "import_new", "import"}
WRITES = {"step", "part_step", "remove_product", "unwatch"}
NEIGHBOURS = {"neighbour_tasks", "neighbour_task", "ask_neighbour", "answer_neighbour"}  # in test_joint_tasks.py


def test_every_address_of_this_room_is_tested_here(programme, task):
    names = {
        pattern.name
        for pattern in get_resolver("giapranh.programme.urls").url_patterns
        if getattr(pattern, "name", None)
    }
    assert names == set(pages(programme, task)) | GIVERS_PAGES | WRITES | NEIGHBOURS


@pytest.mark.parametrize(
    ("who", "status"), [("an", 200), ("leader", 200), ("auditor", 200), ("binh", 200), ("clerk", 404), ("dung", 404)]
)
def test_who_opens_the_page_of_a_task(who, status, task, request, client_of):
    client = client_of(request.getfixturevalue(who))
    assert client.get(f"/viec/{task.pk}/").status_code == status


def test_every_page_needs_a_sign_in(programme, task, client_of):
    for address in pages(programme, task).values():
        response = client_of(None).get(address)
        assert response.status_code == 302, address
        assert "/tai-khoan/" in response["Location"], address


@pytest.mark.parametrize("who", ["an", "leader", "auditor"])
def test_every_page_opens(who, programme, task, request, client_of):
    client = client_of(request.getfixturevalue(who))
    for name, address in pages(programme, task).items():
        assert client.get(address).status_code == 200, name


def test_a_programme_of_others_is_not_found(programme, task, clerk, client_of):
    for name in ("board", "timeline", "matrix", "proofs", "export"):
        assert client_of(clerk).get(pages(programme, task)[name]).status_code == 404, name
    assert client_of(clerk).get(pages(programme, task)["evidence"]).status_code == 404


def test_the_auditor_writes_nothing(programme, task, auditor, client_of):
    client = client_of(auditor)
    part = task.parts.get(role="coordinating")
    for address in (
        f"/viec/{task.pk}/buoc/start/", f"/viec/phan/{part.pk}/buoc/submit/", f"/viec/{task.pk}/thoi-theo-doi/",
        "/chuong-trinh/nguong/", "/chuong-trinh/nhap-excel/",
    ):  # fmt: skip
        assert client.post(address, {"report": "x"}).status_code == 403, address
    task.refresh_from_db()
    assert task.state == "given"


def test_the_whole_road_in_the_pages(node, programme, task, an, binh, leader, client_of):
    part = task.parts.get(role="coordinating")
    lead, other, giver = client_of(an), client_of(binh), client_of(leader)
    assert lead.post(f"/viec/{task.pk}/buoc/start/").status_code == 302
    assert other.post(f"/viec/phan/{part.pk}/buoc/submit/", {"report": "Đã kiểm tra"}).status_code == 302
    assert lead.post(f"/viec/phan/{part.pk}/buoc/accept/").status_code == 302
    assert lead.post(f"/viec/{task.pk}/buoc/product/", {"number": "12/BC-SNNMT"}).status_code == 302
    assert lead.post(f"/viec/{task.pk}/buoc/ask_confirmation/", {"report": "Xong"}).status_code == 302
    page = giver.get(f"/viec/{task.pk}/").content.decode()
    assert "Xác nhận hoàn thành" in page
    assert giver.post(f"/viec/{task.pk}/buoc/confirm/", {"note": ""}).status_code == 302
    task.refresh_from_db()
    assert task.state == "completed"


def test_a_refusal_comes_back_on_the_page_with_what_was_typed(task, an, client_of):
    client = client_of(an)
    client.post(f"/viec/{task.pk}/buoc/start/")
    response = client.post(f"/viec/{task.pk}/buoc/ask_confirmation/", {"report": "Chữ đã gõ"})
    assert response.status_code == 409
    assert "Việc chưa có sản phẩm" in response.content.decode()
    assert "Chữ đã gõ" in response.content.decode()
    wrong = client.post(f"/viec/{task.pk}/buoc/ask_extension/", {"to_on": "31/02/2026", "reason": "Mưa lũ kéo dài"})
    assert wrong.status_code == 422
    assert "Mưa lũ kéo dài" in wrong.content.decode()


def test_a_step_somebody_else_may_do_is_refused(task, binh, client_of):
    assert client_of(binh).post(f"/viec/{task.pk}/buoc/start/").status_code == 403
    assert client_of(binh).post(f"/viec/{task.pk}/buoc/nothing/").status_code == 404


def test_dates_are_read_day_first(task, an, client_of):
    client_of(an).post(f"/viec/{task.pk}/buoc/ask_extension/", {"to_on": "05/02/2100", "reason": "mưa"})
    assert task.extensions.get().to_on == date(2100, 2, 5)


def test_the_preview_shows_unmatched_words_and_adopts_what_was_chosen(node, leader, client_of):
    paper = make_confirmed_paper(
        leader,
        [directive("Thanh tra giáp ranh", n="4", lead=["Thanh tra Sở"]),
         directive("Quan trắc nước", n="2", lead=["Phòng Quản lý môi trường"])],
    )  # fmt: skip
    client = client_of(leader)
    address = f"/chuong-trinh/giao-viec/{paper.pk}/"
    page = client.get(address).content.decode()
    assert "Không tìm thấy đơn vị nào có tên này." in page
    assert "đề xuất" in page
    data = {"name": "Phối hợp", "w0": str(node.clerks.pk), "w1": str(node.water.pk), "due0": "30/11/2099", "due1": ""}
    response = client.post(address, data)
    programme = Programme.objects.get()
    assert response["Location"] == f"/chuong-trinh/{programme.pk}/"
    rows = [(task.n, task.parts.get().office, task.due_on) for task in Task.objects.order_by("order")]
    assert rows == [("4", node.clerks, date(2099, 11, 30)), ("2", node.water, None)]
    assert client.get(address).status_code == 409


def test_the_preview_is_for_givers_who_may_read_the_paper(node, leader, an, client_of):
    paper = make_confirmed_paper(leader, [directive("Quan trắc", lead=["Phòng Quản lý môi trường"])])
    assert client_of(an).get(f"/chuong-trinh/giao-viec/{paper.pk}/").status_code == 403


def test_a_sheet_is_looked_at_first_and_taken_in_second(node, leader, client_of):
    client = client_of(leader)
    upload = SimpleUploadedFile("so.xlsx", sheet(line("Việc", lead="Phòng Khoáng sản"), line("Hỏng", due_on="x")))
    page = client.post("/chuong-trinh/nhap-excel/", {"file": upload, "programme_name": "Sổ xã"})
    assert "Dòng 6, cột Hạn" in page.content.decode()
    assert Task.objects.count() == 0
    done = client.post(
        "/chuong-trinh/nhap-excel/", {"sheet": page.context["sheet"], "programme_name": page.context["programme_name"]}
    )
    assert done["Location"] == f"/chuong-trinh/{Programme.objects.get().pk}/"
    assert [task.text for task in Task.objects.all()] == ["Việc"]


def test_a_file_that_is_no_sheet_is_one_line_beside_the_field(node, leader, client_of):
    upload = SimpleUploadedFile("so.xlsx", b"MZ not a sheet")
    response = client_of(leader).post("/chuong-trinh/nhap-excel/", {"file": upload, "programme_name": "x"})
    assert response.status_code == 422
    assert "Đây không phải tệp .xlsx" in response.content.decode()


def test_a_sealed_sheet_that_was_changed_is_not_taken_in(node, leader, client_of):
    response = client_of(leader).post("/chuong-trinh/nhap-excel/", {"sheet": "abc:def:ghi", "programme_name": "x"})
    assert response.status_code == 302
    assert Programme.objects.count() == 0


def test_the_list_exports_to_excel(programme, task, leader, client_of):
    response = client_of(leader).get(f"/chuong-trinh/{programme.pk}/?xuat=xlsx")
    page = load_workbook(io.BytesIO(response.content)).active
    assert "Kiểm soát chất lượng nguồn nước giáp ranh" in {cell.value for row in page for cell in row}


def test_illustrative_tasks_carry_the_banner(node, leader, client_of):
    programme = make_programme(node.agency, leader, illustrative=True)
    task = make_task(programme, node.water, illustrative=True)
    for name, address in pages(programme, task).items():
        if name in {"export", "all_timeline", "timeline"}:
            continue
        assert "Dữ liệu minh họa" in client_of(leader).get(address).content.decode(), name


def test_thresholds_are_changed_by_administrators_and_leaders(node, an, administrator, client_of):
    assert client_of(an).get("/chuong-trinh/nguong/").status_code == 403
    client = client_of(administrator)
    data = {"nearly_due_days": 5, "part_days_before_lead": 4, "remind_before": "7, 2", "remind_after_every": 3,
            "escalate_after": 6, "escalate_every": 5, "materialise_days_ahead": 40}  # fmt: skip
    assert client.post("/chuong-trinh/nguong/", data).status_code == 302
    from giapranh.programme.thresholds import limits

    assert (limits().nearly_due_days, limits().remind_before, limits().before_includes_day) == (5, (7, 2), False)
    assert client.post("/chuong-trinh/nguong/", {**data, "remind_before": "abc"}).status_code == 422


def test_every_number_of_the_evidence_opens_its_record(programme, task, an, leader, client_of):
    task.due_on = clock.today()
    task.save()
    make_product(task, an)
    services.start(task_id=task.pk, by=an, at=AT)
    page = client_of(leader).get(f"/chuong-trinh/bang-chung/?chi-so=programme.tasks_on_time&viec={task.pk}")
    assert f'href="/viec/{task.pk}/"' in page.content.decode()
    assert client_of(leader).get("/chuong-trinh/bang-chung/?chi-so=nothing").status_code == 404
    assert client_of(leader).get("/chuong-trinh/bang-chung/?chi-so=x&ky=2026-Q9").status_code in {404, 422}


@pytest.mark.parametrize("name", ["programmes", "all_tasks", "all_timeline", "board", "timeline", "matrix"])
def test_a_page_costs_the_same_queries_at_one_and_three_rows(name, node, programme, task, leader, client_of):
    client = client_of(leader)
    address = pages(programme, task)[name]

    def cost():
        with CaptureQueriesContext(connection) as caught:
            assert client.get(address).status_code == 200
        return len(caught)

    cost()
    one = cost()
    make_task(programme, node.water, node.minerals, due_on=date(2099, 12, 30), n="7")
    make_task(programme, node.clerks, node.water, due_on=date(2099, 12, 30), n="8")
    make_programme(node.agency, leader, name="Hai")
    make_programme(node.agency, leader, name="Ba")
    assert cost() == one


def test_a_task_page_costs_the_same_with_one_part_and_with_three(node, programme, leader, client_of):
    client = client_of(leader)

    def cost(task):
        with CaptureQueriesContext(connection) as caught:
            assert client.get(f"/viec/{task.pk}/").status_code == 200
        return len(caught)

    one = make_task(programme, node.water, node.minerals)
    three = make_task(programme, node.water, node.minerals, node.clerks, node.agency)
    cost(one)
    assert cost(one) == cost(three)


def test_names_reverse():
    assert reverse("programme:task", args=[1]) == "/viec/1/"


def test_in_english_nothing_of_ours_stays_vietnamese_on_the_task_pages(node, an, leader, binh, client_of):
    programme = make_programme(node.agency, leader)
    task = make_task(programme, node.water, node.minerals, topic="minerals", due_on=date(2026, 1, 5))
    client = client_of(leader)
    client.cookies["giapranh_language"] = "en"
    page = (
        client.get(f"/chuong-trinh/{programme.pk}/").content.decode() + client.get(f"/viec/{task.pk}/").content.decode()
    )
    assert re.search(r"\d+ working days", page)
    assert "1 office" in page
    assert "Illegal mining" in page
    assert re.search(r"Quarter (I|II|III|IV)/20\d\d", page)
    evidence = client.get("/chuong-trinh/bang-chung/?chi-so=programme.papers_exchanged").content.decode()
    assert "“Papers exchanged”" in evidence
