"""The desk's own pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from giapranh.people.models import Node, Notice, Office, Officer

ClientOf = Callable[[Officer | None], Client]


def test_the_bell_counts_what_is_unread_and_opening_a_notice_reads_it(an: Officer, client_of: ClientOf):
    notice = Notice.objects.create(officer=an, text="Việc sắp đến hạn", url="/tim/", kind="task")
    client = client_of(an)
    assert "Việc sắp đến hạn" in client.get("/").content.decode()
    assert client.get(f"/thong-bao/{notice.pk}/")["Location"] == "/tim/"
    assert client.get("/thong-bao/").context["table"].rows[0].record.read_at is not None
    assert Notice.objects.filter(read_at=None).count() == 0


def test_a_notice_of_somebody_else_is_not_there(an: Officer, binh: Officer, client_of: ClientOf):
    notice = Notice.objects.create(officer=an, text="Riêng An", kind="task")
    assert client_of(binh).get(f"/thong-bao/{notice.pk}/").status_code == 404
    assert "Riêng An" not in client_of(binh).get("/thong-bao/").content.decode()
    assert Notice.objects.get().read_at is None


def test_a_notice_never_leads_out_of_the_house(an: Officer, client_of: ClientOf):
    notice = Notice.objects.create(officer=an, text="x", url="https://example.org/", kind="task")
    assert client_of(an).get(f"/thong-bao/{notice.pk}/")["Location"] == "/thong-bao/"


def test_search_finds_offices_without_marks(an: Officer, client_of: ClientOf):
    html = client_of(an).get("/tim/", {"q": "quan ly moi truong"}).content.decode()
    assert "Phòng Quản lý môi trường" in html


@pytest.mark.parametrize("words", ["", "   ", "zzzz qqqq", "%", "'; drop table", "a" * 5000])
def test_search_answers_whatever_is_typed(an: Officer, client_of: ClientOf, words: str):
    assert client_of(an).get("/tim/", {"q": words}).status_code == 200


def test_the_map_of_a_day_that_is_none_is_refused_in_one_line(an: Officer, client_of: ClientOf):
    page = client_of(an).get("/ban-do/", {"ngay": "31/02/2026"})
    assert (page.status_code, "Không có ngày 31/02/2026" in page.content.decode()) == (422, True)


def test_a_node_nobody_set_up_leads_its_administrator_to_the_first_run(
    administrator: Officer, an: Officer, client_of: ClientOf
):
    Node.objects.all().delete()
    assert client_of(administrator).get("/")["Location"] == "/bat-dau/"
    assert client_of(an).get("/").status_code == 200
    assert client_of(None).get("/bat-dau/").status_code == 302
    assert client_of(an).get("/bat-dau/").status_code == 403


def test_the_first_run_sets_up_the_node_with_a_new_agency(administrator: Officer, node: Any, client_of: ClientOf):
    Node.objects.all().delete()
    answer = client_of(administrator).post(
        "/bat-dau/?buoc=co-quan",
        {"province": node.province.pk, "agency": "", "new_agency": "Sở Công Thương", "name": "Lạng Sơn"},
    )
    assert answer["Location"] == "/bat-dau/?buoc=don-vi"
    made = Node.objects.select_related("agency").get()
    assert (made.node_id, made.agency.name, made.province) == ("lang-son", "Sở Công Thương", node.province)


def test_the_first_run_keeps_what_was_typed_when_it_refuses(administrator: Officer, node: Any, client_of: ClientOf):
    answer = client_of(administrator).post("/bat-dau/?buoc=co-quan", {"province": node.province.pk, "name": "Lạng Sơn"})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Chọn một cơ quan" in html
    assert 'value="Lạng Sơn"' in html


def test_offices_pasted_from_excel_are_shown_before_they_are_kept(
    administrator: Officer, node: Any, client_of: ClientOf
):
    rows = "Chi cục Kiểm lâm\tCCKL\nTrung tâm Quan trắc\tTTQT"
    client = client_of(administrator)
    preview = client.post("/bat-dau/?buoc=don-vi", {"rows": rows, "preview": "1"})
    assert "Chi cục Kiểm lâm" in preview.content.decode()
    assert not Office.objects.filter(name="Chi cục Kiểm lâm").exists()
    client.post("/bat-dau/?buoc=don-vi", {"rows": rows, "save": "1"})
    assert Office.objects.get(name="Chi cục Kiểm lâm").parent == node.agency
