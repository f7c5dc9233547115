"""The API answers like the pages: what the officer may see, and one shape for every refusal."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.factories.documents import TEXT, make_paper
from tests.factories.programme import make_programme, make_task

from giapranh.people.models import Officer

ClientOf = Callable[[Officer | None], Client]
ADDRESSES = ["health", "papers", "papers/1", "programmes", "tasks", "openapi.json"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_nobody_gets_nothing(db: None, client_of: ClientOf, address: str):
    answer = client_of(None).get(f"/api/v1/{address}")
    assert (answer.status_code, answer.json()["code"]) == (401, "sign_in")


def test_papers_are_those_the_officer_may_read(an: Officer, binh: Officer, client_of: ClientOf):
    paper = make_paper(an)
    seen = client_of(an).get("/api/v1/papers").json()
    assert [item["id"] for item in seen["items"]] == [paper.pk]
    assert seen["items"][0]["full_number"] == "07/KH-UBND"
    assert client_of(binh).get("/api/v1/papers").json()["total"] == 0
    hidden = client_of(binh).get(f"/api/v1/papers/{paper.pk}")
    assert (hidden.status_code, hidden.json()["code"]) == (404, "no_such_paper")


def test_papers_are_searched_without_marks(an: Officer, client_of: ClientOf):
    paper = make_paper(an)
    found = client_of(an).get("/api/v1/papers", {"words": "nguon nuoc song mau"}).json()
    assert [item["id"] for item in found["items"]] == [paper.pk]
    assert client_of(an).get("/api/v1/papers", {"words": "khoáng vật lạ"}).json()["items"] == []


def test_one_paper_comes_with_its_reading(an: Officer, client_of: ClientOf):
    paper = make_paper(an)
    whole = client_of(an).get(f"/api/v1/papers/{paper.pk}").json()
    assert whole["reading"]["full_number"] == "07/KH-UBND"
    assert whole["signer_name"] == "Nguyễn Văn Mẫu"


@pytest.mark.parametrize("asked", [0, -1, 2**63, 10**30])
def test_a_paper_nobody_has_is_not_found(an: Officer, client_of: ClientOf, asked: int):
    assert client_of(an).get(f"/api/v1/papers/{asked}").status_code == 404


def test_values_not_understood_are_named(an: Officer, client_of: ClientOf):
    answer = client_of(an).get("/api/v1/papers", {"size": "nhiều"})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_values")
    assert answer.json()["values"][0]["where"] == "query.size"


def test_a_file_is_read_and_not_kept(an: Officer, client_of: ClientOf):
    from giapranh.documents.models import Blob

    upload = SimpleUploadedFile("van-ban.txt", TEXT.encode())
    answer = client_of(an).post("/api/v1/read", {"file": upload})
    assert answer.status_code == 200
    assert answer.json()["symbol"]["value"] == "KH-UBND"
    assert Blob.objects.count() == 0


def test_an_empty_file_is_refused_with_one_line(an: Officer, client_of: ClientOf):
    answer = client_of(an).post("/api/v1/read", {"file": SimpleUploadedFile("rong.docx", b"")})
    assert answer.status_code == 422
    assert "\n" not in answer.json()["message"]


def test_a_paper_with_a_mark_of_secrecy_is_not_given_back(an: Officer, client_of: ClientOf):
    answer = client_of(an).post("/api/v1/read", {"file": SimpleUploadedFile("mat.txt", ("MẬT\n" + TEXT).encode())})
    assert (answer.status_code, answer.json()["code"]) == (403, "paper_secret")
    assert "Phòng Quản lý môi trường" not in answer.content.decode()


def test_a_post_without_the_token_of_the_session_is_refused(an: Officer):
    client = Client(enforce_csrf_checks=True)
    client.force_login(an)
    answer = client.post("/api/v1/read", {"file": SimpleUploadedFile("a.txt", b"x")})
    assert answer.status_code == 403


def test_an_auditor_reads_but_sends_nothing(auditor: Officer, client_of: ClientOf):
    client = client_of(auditor)
    assert client.get("/api/v1/tasks").status_code == 200
    answer = client.post("/api/v1/read", {"file": SimpleUploadedFile("a.txt", b"x")})
    assert (answer.status_code, answer.json()["code"]) == (403, "reads_only")


def test_tasks_and_programmes_with_their_buckets(leader: Officer, node, client_of: ClientOf):
    programme = make_programme(node.agency, leader)
    task = make_task(programme, node.water)
    client = client_of(leader)
    listed = client.get("/api/v1/tasks", {"programme_id": programme.pk}).json()
    assert [item["id"] for item in listed["items"]] == [task.pk]
    assert listed["items"][0]["parts"][0]["office"] == "Phòng Quản lý môi trường"
    assert client.get("/api/v1/programmes").json()["items"][0]["tasks"] == 1
    assert client.get("/api/v1/tasks", {"programme_id": 10**30}).json()["items"] == []
