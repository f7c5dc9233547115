"""What a paper tells about itself: its own names of bodies, short forms, headings, minutes, measures, broken heads."""

from __future__ import annotations

from datetime import date

import pytest

from giapranh.documents.reading.schema import Reading

from .vectors import leads, partners, plain

HEAD = """UBND TỈNH LẠNG SƠN                   CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
SỞ XÂY DỰNG                              Độc lập - Tự do - Hạnh phúc

Số: 214/{symbol}                    Lạng Sơn, ngày 05 tháng 3 năm 2026
{title}

"""
FOOT = """

Nơi nhận:                                        GIÁM ĐỐC
- Như trên;
{copies}- Lưu: VT.                                       Nông Văn Bình
"""


def letter(body: str, *, to: str = "", copies: str = "") -> Reading:
    title = "V/v kiểm tra\n\n        Kính gửi: " + (to or "Các phòng thuộc Sở.")
    return plain(HEAD.format(symbol="SXD-KT", title=title) + body + FOOT.format(copies=copies))


def plan(body: str) -> Reading:
    title = "\n                KẾ HOẠCH\n        Thoát nước năm 2026"
    return plain(HEAD.format(symbol="KH-SXD", title=title) + body + FOOT.format(copies=""))


def test_a_name_ends_where_the_list_of_addressees_ends_it() -> None:
    body = "Sở Xây dựng yêu cầu:\n\n1. Các nhà thầu bảo dưỡng thường xuyên kiểm tra cống.\n\n2. Phòng Kỹ thuật trực 24/24 giờ trong mùa mưa."
    first, _ = letter(body, to="\n- Các nhà thầu bảo dưỡng thường xuyên;\n- Các phòng thuộc Sở.").directives
    assert leads(first.value) == ["Các nhà thầu bảo dưỡng thường xuyên"]


def test_a_short_form_of_the_paper_names_its_office() -> None:
    body = (
        "Sở Xây dựng giao Chi cục Giám định xây dựng (sau đây viết tắt là CCGĐXD) làm đầu mối và yêu cầu:\n\n"
        "1. Phòng Kỹ thuật lập hồ sơ; cùng CCGĐXD kiểm tra hiện trường.\n\n2. CCGĐXD tổng hợp kết quả."
    )
    first, second = letter(body).directives
    assert (leads(first.value), partners(first.value)) == (["Phòng Kỹ thuật"], ["CCGĐXD"])
    assert leads(second.value) == ["CCGĐXD"]


@pytest.mark.parametrize(
    "heading",
    [
        "Phòng Quản lý thu và Phát triển người tham gia",
        "Phòng Nghiệp vụ, dự toán, pháp chế",
        "UBND các xã trong vùng dự án:",
        "Các hộ kinh doanh vật liệu xây dựng",
    ],
)
def test_a_numbered_heading_is_a_name_to_its_end(heading: str) -> None:
    body = f"Sở Xây dựng yêu cầu:\n\n1. {heading}\n\n- Rà soát hồ sơ.\n\n- Báo cáo kết quả.\n\n2. Phòng Kỹ thuật trực 24/24 giờ trong mùa mưa."
    first, second, _ = letter(body).directives
    assert leads(first.value) == leads(second.value) == [heading.rstrip(":")]


def test_a_heading_that_says_what_follows_is_none() -> None:
    (task,) = plan(
        "Sở Xây dựng xây dựng Kế hoạch như sau:\n\nI. NHIỆM VỤ\n\n1. Phòng Kỹ thuật rà soát cống."
    ).directives
    assert leads(task.value) == ["Phòng Kỹ thuật"]


def test_measures_are_duties_though_nobody_is_named() -> None:
    body = (
        "I. MỤC TIÊU\n\n- Giảm 30% điểm ngập so với năm trước.\n\nII. GIẢI PHÁP\n\n"
        "- Tổ chức nạo vét hệ thống cống theo lưu vực trước mùa mưa.\n\nIII. TỔ CHỨC THỰC HIỆN\n\n1. Phòng Kỹ thuật trực 24/24 giờ trong mùa mưa."
    )
    first, second = plan(body).directives
    assert first.value.text.startswith("Tổ chức nạo vét")
    assert leads(first.value) == []
    assert leads(second.value) == ["Phòng Kỹ thuật"]


def test_who_is_urged_carries_what_stands_below() -> None:
    body = (
        "Sở Xây dựng triển khai các nội dung sau:\n\n1. Ứng trực\n\nPhòng Kỹ thuật là đầu mối đôn đốc Trung tâm Hạ tầng, các đơn vị "
        "thoát nước tổ chức thực hiện:\n\n- Bố trí lực lượng trực 24/24 giờ.\n\n- Kiểm tra cửa xả."
    )
    first, _ = plan(body).directives
    assert leads(first.value) == ["Trung tâm Hạ tầng", "các đơn vị thoát nước"]


def test_a_list_has_the_helpers_of_its_heading() -> None:
    body = (
        "Nội dung như sau:\n\n1. Phòng Kỹ thuật phối hợp với UBND các xã trong công tác ứng trực.\n\n"
        "- Rà soát các điểm úng ngập.\n\n- Kiểm tra cống trên địa bàn."
    )
    tasks = [t.value for t in plan(body).directives]
    assert [(leads(t), partners(t)) for t in tasks] == [(["Phòng Kỹ thuật"], ["UBND các xã"])] * 2


def test_minutes_give_duties_in_their_conclusions_only() -> None:
    title = "\n                BIÊN BẢN\n        Họp giao ban"
    body = (
        "I. THÀNH PHẦN\n\n- Ông Lê Văn An, Giám đốc.\n\nII. NỘI DUNG\n\n1. Hạt 2 đề nghị Sở bổ sung nhân lực.\n\n"
        "III. KẾT LUẬN\n\n1. Phòng Kỹ thuật rà soát hồ sơ trước ngày 10/3/2026."
    )
    (task,) = plain(HEAD.format(symbol="BB-SXD", title=title) + body + FOOT.format(copies="")).directives
    assert (leads(task.value), task.value.due.value.date) == (["Phòng Kỹ thuật"], date(2026, 3, 10))


def test_letters_inside_a_paragraph_are_items() -> None:
    body = "Sở Xây dựng yêu cầu:\n\n1. Đề nghị Phòng Kỹ thuật: a) lập danh sách công trình; b) kiểm tra cẩu tháp."
    tasks = letter(body).directives
    assert [t.value.text for t in tasks] == ["lập danh sách công trình;", "kiểm tra cẩu tháp."]
    assert all(leads(t.value) == ["Phòng Kỹ thuật"] for t in tasks)


def test_a_head_that_a_copy_broke_is_read_whole() -> None:
    reading = plain(
        "ỦY\nBAN NHÂN DÂN\nTỈNH LẠNG SƠN\n-------\n|\nCỘNG HÒA XÃ HỘI\nCHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\n|\n"
        "Số:\n33/2026/QĐ-UBND\n|\nLạng Sơn, ngày 24\ntháng 2 năm 2026\n|\nQUYẾT ĐỊNH\nBAN HÀNH QUY ĐỊNH QUẢN LÝ NƯỚC\n"
        "CHỦ TỊCH ỦY BAN NHÂN DÂN TỈNH LẠNG SƠN\nCăn cứ Luật Tài nguyên nước;\nQUYẾT ĐỊNH:\nĐiều 1.\nBan hành Quy định."
    )
    assert reading.issuer is not None
    assert reading.issuer.value == "UBND tỉnh Lạng Sơn"
    assert reading.number is not None
    assert reading.number.value == 33
    assert reading.date is not None
    assert reading.date.value.as_date == date(2026, 2, 24)
    assert reading.subject is not None
    assert reading.subject.value == "BAN HÀNH QUY ĐỊNH QUẢN LÝ NƯỚC"


def test_a_known_name_changes_no_other_word() -> None:
    reading = letter("Sở Xây dựng yêu cầu:\n\n1. Phòng Kỹ thuật trực 24/24 giờ trong mùa mưa.")
    assert reading.issuer is not None
    assert reading.issuer.value == "Sở Xây dựng tỉnh Lạng Sơn"
