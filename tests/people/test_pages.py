"""Every page of the room: who sees it, who may change what."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.urls import reverse

from giapranh.people.models import Appointment, Delivery, Duty, Office, Officer, Succession, SwapDay
from giapranh.people.roles import Role
from giapranh.people.urls import urlpatterns

FOUR = ["an", "binh", "chi", "dung"]
OTHERS = ["administrator", "leader", "clerk", "auditor"]
EVERYBODY = {*FOUR, *OTHERS}
OWN_AGENCY = {"an", "binh", *OTHERS}
ADMINISTRATOR = {"administrator"}
RULERS = {"administrator", "leader"}
CALENDAR = {"administrator", "leader", "clerk"}

# name of the address → (what it takes, who may open it)
READS: dict[str, tuple[str, set[str]]] = {
    "offices": ("", EVERYBODY),
    "office": ("office", EVERYBODY),
    "officers": ("", OWN_AGENCY),
    "officer": ("officer", OWN_AGENCY),
    "succession": ("", EVERYBODY),
    "succession_done": ("succession", EVERYBODY),
    "calendar": ("", EVERYBODY),
    "outbox": ("", {"administrator", "auditor"}),
}
FORMS: dict[str, tuple[str, set[str]]] = {
    "new_office": ("", RULERS),
    "paste": ("", RULERS),
    "edit_office": ("office", {"administrator", "leader"}),
    "new_officer": ("", ADMINISTRATOR),
    "edit_officer": ("officer", {"administrator", "an"}),
    "new_succession": ("", RULERS),
}
WRITES: dict[str, tuple[str, dict[str, str], set[str]]] = {
    "calendar": ("", {"day": "06/02/2026", "working": "off"}, CALENDAR),
    "name_office": ("office", {"name": "Phòng Tên Thật"}, RULERS),
    "appoint": ("officer", {"role": "clerk", "valid_from": "01/03/2026"}, ADMINISTRATOR),
    "end_appointment": ("appointment", {"last_day": "01/03/2026"}, ADMINISTRATOR),
    "close_account": ("officer", {}, ADMINISTRATOR),
    "reopen_account": ("officer", {}, ADMINISTRATOR),
    "new_password": ("officer", {}, ADMINISTRATOR),
    "drop_swap_day": ("swap_day", {}, CALENDAR),
    "send_again": ("delivery", {}, ADMINISTRATOR),
}


@pytest.fixture
def target(node, an, binh) -> dict[str, Any]:
    """One record of each kind that an address may name; it concerns An."""
    node.water.unknown_note = "Tên chưa rõ."
    node.water.save()
    return {
        "": None,
        "office": node.water.uid,
        "officer": an.uid,
        "succession": Succession.objects.create(on=date(2026, 1, 1), kind="rename").uid,
        "appointment": Appointment.objects.get(officer=an).pk,
        "swap_day": SwapDay.objects.create(day=date(2026, 5, 4), working=False).pk,
        "delivery": Delivery.objects.create(key="k", address="a@example.vn", subject="s", body="b", state="failed").pk,
    }


def address(name: str, value: Any) -> str:
    return reverse(f"people:{name}", args=[] if value is None else [value])


def test_every_address_of_the_room_is_in_a_table():
    assert {pattern.name for pattern in urlpatterns} == {*READS, *FORMS, *WRITES}


@pytest.mark.parametrize("who", sorted(EVERYBODY))
def test_who_may_open_which_page(who, target, client_of, request):
    client = client_of(request.getfixturevalue(who))
    opened = {
        name for name, (kind, _may) in {**READS, **FORMS}.items() if _status(client.get(address(name, target[kind])))
    }
    assert opened == {name for name, (_kind, may) in {**READS, **FORMS}.items() if who in may}


def _status(answer: Any) -> bool:
    assert answer.status_code in (200, 403), answer.status_code
    return bool(answer.status_code == 200)


@pytest.mark.parametrize("name", sorted({*READS, *FORMS, *WRITES}))
def test_nobody_opens_a_page_without_signing_in(name, target, client_of):
    kind = {**READS, **FORMS, **{n: (k, set()) for n, (k, _d, _m) in WRITES.items()}}[name][0]
    for method in ("get", "post"):
        answer = getattr(client_of(None), method)(address(name, target[kind]))
        assert answer.status_code == 302
        assert answer.url.startswith("/tai-khoan/login/")


@pytest.mark.parametrize("name", sorted(WRITES))
@pytest.mark.parametrize("who", sorted(EVERYBODY))
def test_who_may_write_what(name, who, target, client_of, node, request):
    kind, data, may = WRITES[name]
    data = data | ({"office": str(node.water.pk)} if name == "appoint" else {})
    answer = client_of(request.getfixturevalue(who)).post(address(name, target[kind]), data)
    assert answer.status_code in ((200, 302) if who in may else (403,))


@pytest.mark.parametrize("name", sorted({*FORMS, *WRITES}))
def test_an_auditor_changes_nothing(name, target, auditor, client_of):
    kind = FORMS[name][0] if name in FORMS else WRITES[name][0]
    assert client_of(auditor).post(address(name, target[kind]), {"x": "y"}).status_code == 403


@pytest.mark.parametrize("rows", [1, 3])
def test_a_list_costs_the_same_queries_however_long(
    rows, node, an, administrator, client_of, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = client_of(administrator)
    client.get(reverse("people:offices"))  # the frame remembers for a while how the neighbours stand
    counts = []
    for _round in range(2):
        for name in ("people:offices", "people:officers"):
            with CaptureQueriesContext(
                connection,
            ) as caught:
                assert client.get(reverse(name)).status_code == 200
            counts.append(len(caught))
        for n in range(rows):
            office = Office.objects.create(name=f"Phòng {_round} {n}", kind="division", parent=node.agency)
            person = Officer.objects.create(username=f"u{_round}{n}", full_name=f"Người {n}")
            Appointment.objects.create(officer=person, office=office, role=Role.CLERK)
    assert counts[:2] == counts[2:]


# --- roads through the pages ---------------------------------------------------------------------------------------


def test_a_succession_from_the_first_page_to_the_last(node, an, administrator, client_of):
    Duty.objects.create(key="environment", name="Môi trường sông Thương", office=node.water)
    client = client_of(administrator)
    asked = {
        "kind": "rename", "on": "01/03/2026", "predecessors": [node.water.pk], "new_names": "Phòng Nước | PN",
        "legal_basis": "Quyết định 12/QĐ-UBND",
    }  # fmt: skip
    page = client.post(reverse("people:new_succession"), asked)
    text = page.content.decode()
    assert page.status_code == 200
    assert "Môi trường sông Thương" in text
    assert "Nguyễn Văn An" in text
    assert not Office.objects.filter(name="Phòng Nước").exists()
    confirm = {"confirm": "1", "plan": page.context["plan_text"], "seen": page.context["seen"]}
    done = client.post(reverse("people:new_succession"), confirm, follow=True)
    assert done.status_code == 200
    assert "Phòng Nước" in done.content.decode()
    assert Office.objects.get(name="Phòng Nước").abbreviation == "PN"
    again = client.post(reverse("people:new_succession"), confirm)
    assert again.status_code == 409
    listed = client.get(reverse("people:offices"), {"pham_vi": "tat-ca", "ngay": "01/02/2026"}).content.decode()
    assert "Phòng Quản lý môi trường (nay là Phòng Nước)" in listed


def test_a_mistake_on_the_succession_page_keeps_what_was_typed(node, administrator, client_of):
    page = client_of(administrator).post(
        reverse("people:new_succession"),
        {"kind": "merge", "on": "01/03/2026", "predecessors": [node.water.pk], "legal_basis": "Quyết định 12"},
    )
    assert page.status_code == 422
    assert "Quyết định 12" in page.content.decode()
    assert "Sáp nhập cần đúng một đơn vị nhận" in page.content.decode()


def test_the_heir_of_a_split_is_chosen_on_the_second_page(node, an, administrator, client_of):
    client = client_of(administrator)
    asked = {
        "kind": "split", "on": "01/03/2026", "predecessors": [node.water.pk], "keeps": "on",
        "new_names": "Phòng Nước", "heir": "1",
    }  # fmt: skip
    page = client.post(reverse("people:new_succession"), asked)
    assert page.context["followers"] == [(1, "Phòng Quản lý môi trường"), (2, "Phòng Nước")]
    text = page.content.decode()
    assert "Phòng Nước" in text
    done = client.post(
        reverse("people:new_succession"),
        {"confirm": "1", "plan": page.context["plan_text"], "seen": page.context["seen"]},
    )
    assert done.status_code == 302
    assert Office.objects.get(pk=node.water.pk).valid_to is None
    assert Office.objects.filter(name="Phòng Nước", parent=node.agency).exists()


@pytest.mark.parametrize("kind", ["merge", "split", "rename", "dissolve", "move_duty", "nonsense"])
def test_each_kind_of_change_has_its_own_form(kind, node, administrator, client_of):
    page = client_of(administrator).get(reverse("people:new_succession"), {"loai": kind, "don_vi": node.water.pk})
    assert page.status_code == 200
    assert page.context["form"]["predecessors"].value() == [str(node.water.pk)]


def test_a_day_is_read_day_first(node, administrator, client_of):
    answer = client_of(administrator).post(
        reverse("people:calendar"), {"day": "05/02/2026", "working": "off", "decision": "x"}
    )
    assert answer.status_code == 302
    assert SwapDay.objects.get().day == date(2026, 2, 5)


def test_offices_from_a_workbook_with_merged_cells_are_shown_then_saved(node, administrator, client_of):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["DANH SÁCH ĐƠN VỊ"])
    sheet.merge_cells("A1:D1")
    sheet.append(["STT", "Tên đơn vị", "Tên tắt", "Trực thuộc", "Từ ngày"])
    sheet.append([1, "Chi cục Kiểm lâm", "CCKL", "Sở Nông nghiệp và Môi trường", "01/03/2025"])
    sheet.append([2, "Chi cục Thủy lợi", "CCTL", None, "31/02/2025"])
    sheet.append([3, "Phòng Khoáng sản", "KS", None, None])
    sheet.merge_cells("D3:D4")
    stream = BytesIO()
    book.save(stream)
    stream.seek(0)
    stream.name = "don-vi.xlsx"
    client = client_of(administrator)
    page = client.post(reverse("people:paste"), {"file": stream, "preview": "1"})
    assert [(row.name, row.state) for row in page.context["rows"]] == [
        ("Chi cục Kiểm lâm", "new"), ("Chi cục Thủy lợi", "refused"), ("Phòng Khoáng sản", "known"),
    ]  # fmt: skip
    assert "Không có ngày 31/02/2025" in page.content.decode()
    text = page.context["form"].initial["text"]
    assert client.post(reverse("people:paste"), {"text": text, "save": "1"}).status_code == 302
    made = Office.objects.get(name="Chi cục Kiểm lâm")
    assert (made.kind, made.parent, made.valid_from) == ("sub_department", node.agency, date(2025, 3, 1))
    assert not Office.objects.filter(name="Chi cục Thủy lợi").exists()
    assert Office.objects.filter(name="Phòng Khoáng sản").count() == 1


@pytest.mark.parametrize("data", [b"", b"MZ\x90not a workbook", b"PK\x03\x04broken"])
def test_a_file_that_is_no_workbook_gets_one_line(data, node, administrator, client_of):
    stream = BytesIO(data or b" ")
    stream.name = "x.xlsx"
    page = client_of(administrator).post(reverse("people:paste"), {"file": stream, "preview": "1"})
    assert page.status_code == 422
    assert "Tệp không phải Excel .xlsx" in page.content.decode()


def test_a_new_officer_gets_a_password_shown_once(node, administrator, client_of):
    client = client_of(administrator)
    asked = {"full_name": "Hoàng Văn Mới", "username": "moi", "office": node.water.pk, "role": "specialist"}
    page = client.post(reverse("people:new_officer"), asked)
    password = page.context["shown_password"]
    made = Officer.objects.get(username="moi")
    assert made.check_password(password)
    assert password not in client.get(reverse("people:officer", args=[made.uid])).content.decode()
    assert client_of(None).post("/tai-khoan/login/", {"login": "moi", "password": password}).status_code == 302


def test_the_last_administrator_cannot_leave(node, administrator, client_of):
    answer = client_of(administrator).post(reverse("people:close_account", args=[administrator.uid]))
    assert answer.status_code == 409
    administrator.refresh_from_db()
    assert administrator.is_active


def test_a_closed_account_is_out_at_once(node, an, administrator, client_of):
    browser = client_of(an)
    assert browser.get(reverse("people:offices")).status_code == 200
    client_of(administrator).post(reverse("people:close_account", args=[an.uid]))
    assert browser.get(reverse("people:offices")).status_code == 302
