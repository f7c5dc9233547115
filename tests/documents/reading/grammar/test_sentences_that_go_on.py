"""Sentences and paragraphs that go on with a duty named before them, and orders handed on within a sentence."""

from __future__ import annotations

from datetime import date

from .vectors import INTRO, NEXT, given, leads, partners, plain


def test_the_head_of_a_department_hands_on_its_own_duty() -> None:
    first, _ = given(INTRO + "1. Giám đốc Sở Xây dựng chỉ đạo các chủ đập vận hành hồ chứa đúng quy trình." + NEXT)
    assert leads(first) == ["Giám đốc Sở Xây dựng"]
    first, _ = given(INTRO + "1. Chủ tịch UBND tỉnh yêu cầu Sở Nội vụ rà soát biên chế của các trường." + NEXT)
    assert leads(first) == ["Sở Nội vụ"]


def test_an_order_behind_a_semicolon_stays_with_the_subject() -> None:
    tasks = given(
        INTRO + "1. Sở Xây dựng cắm biển cảnh báo; yêu cầu các nhà thầu bảo đảm an toàn lán trại, máy móc." + NEXT
    )
    assert [leads(t) for t in tasks] == [["Sở Xây dựng"], ["Sở Y tế"]]
    tasks = given(INTRO + "1. Giao Sở Xây dựng rà soát cao độ; yêu cầu Sở Nội vụ cung cấp số liệu biên chế." + NEXT)
    assert [leads(t) for t in tasks] == [["Sở Xây dựng"], ["Sở Nội vụ"], ["Sở Y tế"]]


def test_a_paragraph_goes_on_with_the_duty_above_it() -> None:
    _, more, _ = given(
        INTRO
        + "1. Chi cục Kiểm lâm kiểm tra tình trạng lấn chiếm rừng phòng hộ.\n\n"
        + "Trường hợp phát hiện dấu hiệu tội phạm thì chuyển ngay hồ sơ đến Công an tỉnh và báo cáo Giám đốc Sở."
        + NEXT
    )
    assert leads(more) == ["Chi cục Kiểm lâm"]
    _, more, _ = given(
        INTRO
        + "1. Sở Công Thương kiểm soát chất lượng nước thải cụm công nghiệp.\n\n"
        + "Hằng quý, cung cấp kết quả quan trắc cho Sở Tài chính."
        + NEXT
    )
    assert leads(more) == ["Sở Công Thương"]


def test_the_last_paragraph_asks_everybody_for_the_report() -> None:
    tasks = given(
        "Ủy ban nhân dân tỉnh yêu cầu thủ trưởng các cơ sở giáo dục thực hiện các nội dung sau:\n\n"
        "1. Rà soát chương trình các môn học.\n\n"
        "2. Phòng Tổ chức cán bộ tham mưu chế độ đối với giáo viên.\n\n"
        "Báo cáo kết quả kiểm tra gửi về Sở Giáo dục và Đào tạo trước ngày 16/01/2026."
    )
    assert leads(tasks[-1]) == ["thủ trưởng các cơ sở giáo dục"]
    assert tasks[-1].due.value.date == date(2026, 1, 16)


def test_a_day_for_all_reports_of_a_paragraph() -> None:
    one, two, _ = given(
        INTRO
        + "1. Sở Xây dựng chuẩn bị báo cáo phương án cấp nước; Sở Nội vụ chuẩn bị báo cáo biên chế. "
        + "Báo cáo gửi về Văn phòng UBND tỉnh trước ngày 14/9/2025."
        + NEXT
    )
    assert (one.due.value.date, two.due.value.date) == (date(2025, 9, 14), date(2025, 9, 14))


def test_those_a_paper_is_submitted_to_have_no_duty() -> None:
    tasks = given(INTRO + "1. UBND các xã lập hồ sơ; trình Sở Xây dựng, Sở Tài chính thẩm định, cấp kinh phí." + NEXT)
    assert [leads(t) for t in tasks] == [["UBND các xã"], ["Sở Y tế"]]


def test_how_members_work_is_told() -> None:
    tasks = given(
        INTRO + "1. Các thành viên Tổ công tác làm việc theo chế độ kiêm nhiệm, dùng con dấu của mình." + NEXT
    )
    assert [leads(t) for t in tasks] == [["Sở Y tế"]]


def test_cooperation_and_oversight_of_somebody() -> None:
    first, _ = given(
        INTRO + "1. Các chủ đầu tư hoàn thiện hệ thống, có sự phối hợp, giám sát của UBND phường Việt Hưng." + NEXT
    )
    assert partners(first) == ["UBND phường Việt Hưng"]


def test_labels_in_brackets_give_the_day_and_hide_what_is_always_done() -> None:
    one, two, _ = given(
        INTRO
        + "1. Diễn tập ứng cứu sự cố mạng (Chủ trì: Công an tỉnh; phối hợp: Sở Xây dựng; hoàn thành: tháng 9/2026).\n\n"
        + "2. Mở rộng thanh toán (Chủ trì: Sở Y tế; phối hợp: Sở Nội vụ; thực hiện thường xuyên)."
        + NEXT
    )
    assert (leads(one), one.due.value.date) == (["Công an tỉnh"], date(2026, 9, 30))
    assert (partners(two), two.due is None or two.due.value.date is None) == (["Sở Nội vụ"], True)


JOINT = """UBND TỈNH PHÚ THỌ                 CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
CÔNG AN TỈNH - SỞ XÂY DỰNG            Độc lập - Tự do - Hạnh phúc

Số: 04/CTrPH-CAT-SXD                  Phú Thọ, ngày 06 tháng 11 năm 2025

CHƯƠNG TRÌNH
Phối hợp trong công tác phòng cháy

III. TỔ CHỨC THỰC HIỆN

1. Giao Phòng Cảnh sát giao thông là đơn vị thường trực, tham mưu lãnh đạo hai ngành.

2. Hằng năm, Công an tỉnh chủ trì, phối hợp với Sở Xây dựng tổ chức hội nghị sơ kết.

3. Chương trình này có hiệu lực kể từ ngày ký./.

GIÁM ĐỐC SỞ XÂY DỰNG                  GIÁM ĐỐC CÔNG AN TỈNH

Nguyễn Văn Tám                        Trần Văn Bảy
"""


def test_bodies_that_issue_a_paper_together_have_duties_in_it() -> None:
    tasks = [d.value for d in plain(JOINT).directives]
    assert ["Công an tỉnh"] in [leads(t) for t in tasks]
