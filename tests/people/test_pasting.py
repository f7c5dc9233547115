"""Lists of offices as people really keep them."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest

from giapranh.kernel.clock import now
from giapranh.people import services, sheets
from giapranh.people.models import Office
from giapranh.people.rules import pasting
from giapranh.people.rules.pasting import BadList, guess_kind, read


def rows_of(text: str) -> list[tuple[str, str, str]]:
    return [(office.name, office.abbreviation, office.parent) for office in read(pasting.cells_of_text(text))]


def test_a_list_without_headings_is_read_by_place():
    assert rows_of("Phòng Khoáng sản\tKS\nPhòng Nước\n") == [("Phòng Khoáng sản", "KS", ""), ("Phòng Nước", "", "")]


def test_a_running_number_in_front_is_no_name():
    assert rows_of("1\tPhòng Khoáng sản\tKS\n2\tPhòng Nước\tN") == [
        ("Phòng Khoáng sản", "KS", ""), ("Phòng Nước", "N", ""),
    ]  # fmt: skip


def test_headings_may_stand_in_any_order_below_a_title():
    text = "DANH SÁCH\n\nTrực thuộc\tSTT\tTÊN  ĐƠN VỊ\tViết tắt\nSở A\t1\tPhòng B\tB"
    assert rows_of(text) == [("Phòng B", "B", "Sở A")]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Phòng Quản lý môi trường", "division"),
        ("Chi cục Kiểm lâm", "sub_department"),
        ("Văn phòng Đăng ký đất đai", "centre"),
        ("Văn phòng Sở", "other"),
        ("Thanh tra Sở", "inspectorate"),
        ("Sở Công Thương", "agency"),
        ("UBND xã Tân Thành", "commune_committee"),
        ("Ủy ban nhân dân tỉnh", "committee"),
    ],
)
def test_the_kind_is_told_from_the_name(name, kind):
    assert guess_kind(name) == kind


def test_faults_are_told_by_row_and_the_good_rows_stay():
    found = read(
        pasting.cells_of_text("Tên đơn vị\tTừ ngày\nPhòng A\t05/02/2026\nPhòng B\t31/02/2026\nPhòng A\t\n---\t")
    )
    assert [(o.row, o.name, o.valid_from, [str(f) for f in o.faults]) for o in found] == [
        (2, "Phòng A", date(2026, 2, 5), []),
        (3, "Phòng B", None, ["Không có ngày 31/02/2026 trong lịch."]),
        (4, "Phòng A", None, ["trùng với dòng 2."]),
        (5, "---", None, ["“---” không phải là tên đơn vị."]),
    ]


@pytest.mark.parametrize("text", ["", " \n\t\n", "Tên đơn vị\n"])
def test_a_list_without_names_is_refused(text):
    with pytest.raises(BadList):
        read(pasting.cells_of_text(text))


def test_a_list_longer_than_any_agency_is_refused():
    with pytest.raises(BadList, match="2000"):
        read([[f"Phòng {n}"] for n in range(2001)])


def test_an_office_may_hang_below_one_of_the_same_list(node, administrator):
    services.paste_offices(
        "Tên đơn vị\tTrực thuộc\nChi cục Kiểm lâm\t\nHạt Kiểm lâm\tChi cục Kiểm lâm\nĐội X\tKhông có",
        by=administrator, at=now(),
    )  # fmt: skip
    assert Office.objects.get(name="Hạt Kiểm lâm").parent == Office.objects.get(name="Chi cục Kiểm lâm")
    assert not Office.objects.filter(name="Đội X").exists()


def test_pasting_twice_adds_nothing_the_second_time(node, administrator):
    text = "Phòng Mới\nPhòng Mới Nữa"
    assert len(services.paste_offices(text, by=administrator, at=now())) == 2
    assert services.paste_offices(text, by=administrator, at=now()) == []


def test_a_zip_bomb_is_refused_by_its_own_words():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * (sheets.MAX_UNPACKED + 1))
    with pytest.raises(BadList, match="quá lớn"):
        sheets.cells_of_workbook(stream.getvalue())


def test_a_zip_that_is_no_workbook_is_refused():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("virus.exe", b"MZ")
    with pytest.raises(BadList, match="không phải Excel"):
        sheets.cells_of_workbook(stream.getvalue())
