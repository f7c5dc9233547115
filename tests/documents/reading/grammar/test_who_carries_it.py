"""Who carries a duty where the paper tells it by halves, by helpers, by labels, by replies and in closings."""

from __future__ import annotations

from datetime import date

from .vectors import INTRO, NEXT, given, leads, partners, plain

HEAD = """UBND TỈNH THANH HÓA              CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
SỞ NỘI VỤ                           Độc lập - Tự do - Hạnh phúc

Số: {number}                  Thanh Hóa, ngày 19 tháng 8 năm 2026
{head}

{body}

Nơi nhận:                                       GIÁM ĐỐC
- Như trên;
- Lưu: VT.                                     Cao Xuân Trường
"""


def test_helpers_named_behind_the_duty_are_its_partners() -> None:
    first, *_ = given(INTRO + "1. Giao Sở Xây dựng làm đầu mối, cùng với UBND phường Việt Hưng rà soát cao độ." + NEXT)
    assert (leads(first), partners(first)) == (["Sở Xây dựng"], ["UBND phường Việt Hưng"])
    first, *_ = given(
        INTRO + "1. Sở Xây dựng chủ trì, có sự phối hợp của Công an tỉnh, Sở Tài chính tổ chức 04 lớp tập huấn." + NEXT
    )
    assert partners(first) == ["Công an tỉnh", "Sở Tài chính"]
    first, *_ = given(
        INTRO + "1. Sở Xây dựng di dời hạ tầng; Công ty Điện lực Huế, Công ty Cấp nước phối hợp thực hiện." + NEXT
    )
    assert partners(first) == ["Công ty Điện lực Huế", "Công ty Cấp nước"]


def test_a_second_body_after_a_comma_has_a_duty_of_its_own() -> None:
    one, two, _ = given(
        INTRO + "1. Giao Sở Tài chính hỗ trợ kỹ thuật khi có yêu cầu, Phòng Nước dưới đất làm đầu mối tiếp nhận." + NEXT
    )
    assert (leads(one), leads(two)) == (["Sở Tài chính"], ["Phòng Nước dưới đất"])
    (one, _) = given(INTRO + "1. Sở Xây dựng phối hợp với Sở Tài chính, Sở Nội vụ kiểm tra các công trình." + NEXT)
    assert partners(one) == ["Sở Tài chính", "Sở Nội vụ"]


def test_what_one_body_will_do_is_told_and_the_other_has_the_duty() -> None:
    first, _ = given(
        INTRO
        + "1. Về phòng cháy: Cảnh sát PCCC khu vực sẽ kiểm tra theo kế hoạch; các trường phối hợp với Cảnh sát PCCC khu vực khắc phục kiến nghị."
        + NEXT
    )
    assert leads(first) == ["các trường"]
    assert first.text.startswith("Về phòng cháy")
    tasks = given(INTRO + "1. Đối với các địa phương đã gửi báo cáo: Sở Tài chính đã ghi nhận." + NEXT)
    assert [leads(t) for t in tasks] == [["Sở Y tế"]]


def test_bodies_told_by_their_number() -> None:
    tasks = given(
        INTRO
        + "1. Các doanh nghiệp trong khu công nghiệp:\n\n- Phân khu lưu giữ chất thải.\n\n- Đối với 16 doanh nghiệp có tên trong danh sách kèm theo: khắc phục xong tồn tại."
        + NEXT
    )
    assert leads(tasks[0]) == ["Các doanh nghiệp trong khu công nghiệp"]
    assert leads(tasks[1]) == ["16 doanh nghiệp có tên trong danh sách kèm theo"]


def test_a_telephone_number_or_a_way_of_sending_is_no_part_of_a_name() -> None:
    first, _ = given(
        INTRO + "1. Đề nghị Công an tỉnh (qua Phòng An ninh chính trị nội bộ) cung cấp danh sách vi phạm." + NEXT
    )
    assert leads(first) == ["Công an tỉnh"]
    first, _ = given(INTRO + "1. Sở Nội vụ liên hệ, phối hợp với Phòng Tổ chức (điện thoại 024.3795.0000)." + NEXT)
    assert partners(first) == ["Phòng Tổ chức"]


def test_a_line_on_money_leaves_the_lead_of_the_item_above() -> None:
    first, _ = given(
        INTRO + "1. Đề nghị Hội Nông dân tỉnh giám sát việc thực hiện.\n\nKinh phí thực hiện: từ nguồn của tỉnh." + NEXT
    )
    assert leads(first) == ["Hội Nông dân tỉnh"]


def test_the_day_of_an_item_is_not_that_of_the_order_after_it() -> None:
    one, two = given(
        INTRO
        + "1. Sở Xây dựng xây dựng chương trình, trình UBND tỉnh trước ngày 15/9/2025.\n\nGiao Sở Nội vụ theo dõi, tổng hợp kết quả thực hiện."
    )
    assert one.due.value.date == date(2025, 9, 15)
    assert (leads(two), two.due.value.date) == (["Sở Nội vụ"], None)


def test_a_short_day_needs_no_word_for_day() -> None:
    first, _ = given(INTRO + "1. Sở Xây dựng gửi danh mục về UBND tỉnh trước 15/9." + NEXT)
    assert first.due.value.date == date(2025, 9, 15)
    first, _ = given(INTRO + "1. Sở Xây dựng vận hành chính thức chậm nhất từ ngày 01/10/2025." + NEXT)
    assert first.due.value.date == date(2025, 10, 1)


def test_a_closing_may_ask_for_reports_of_difficulties() -> None:
    (task,) = given(
        "Trên đây là Kế hoạch của tỉnh. Trong quá trình thực hiện, nếu có khó khăn, vướng mắc, các phòng, đơn vị kịp thời phản ánh về Văn phòng để tổng hợp."
    )
    assert leads(task) == ["các phòng, đơn vị"]


def test_a_reply_gives_no_duty_unless_it_asks_for_one() -> None:
    reading = plain(
        HEAD.format(
            number="5567/SNV-TC",
            head="V/v trả lời kiến nghị về tuyển dụng\n\nKính gửi: UBND xã Cẩm Tú.",
            body="Sở Nội vụ nhận được Công văn số 214/UBND-KT ngày 03/8/2026 của UBND xã Cẩm Tú đề nghị hướng dẫn việc tuyển dụng. Sau khi xem xét, Sở có ý kiến như sau:\n\n"
            "1. Về thẩm quyền: Từ ngày 01/7/2025, thẩm quyền thuộc Chủ tịch UBND cấp xã. Văn phòng HĐND thực hiện cập nhật hồ sơ theo yêu cầu.\n\n"
            "2. Đề nghị UBND xã Cẩm Tú rà soát hồ sơ của 08 trường hợp còn lại.",
        )
    )
    assert [leads(d.value) for d in reading.directives] == [["UBND xã Cẩm Tú"]]


def test_a_regulation_between_bodies_shares_out_duties() -> None:
    reading = plain(
        HEAD.format(
            number="12/QC-SNV-CAT",
            head="QUY CHẾ PHỐI HỢP\nGiữa Sở Nội vụ và Công an tỉnh trong quản lý hội",
            body="Điều 1. Phạm vi điều chỉnh\n\nQuy chế này quy định nguyên tắc phối hợp giữa hai cơ quan.\n\n"
            "Điều 2. Nguyên tắc phối hợp\n\n1. Việc phối hợp dựa trên chức năng của mỗi cơ quan.\n\n"
            "Điều 3. Trách nhiệm của Sở Nội vụ\n\n1. Cung cấp cho Công an tỉnh danh sách hội.\n\n"
            "Điều 4. Trách nhiệm của Công an tỉnh\n\n1. Thông báo cho Sở Nội vụ kết quả xác minh.",
        )
    )
    assert [leads(d.value) for d in reading.directives] == [["Sở Nội vụ"], ["Công an tỉnh"]]


def test_a_party_organ_leads_where_others_are_led() -> None:
    tasks = given(INTRO + "1. Đảng ủy UBND tỉnh\n\n- Lãnh đạo các sở, ngành theo dõi sát diễn biến độ mặn." + NEXT)
    assert leads(tasks[0]) == ["Đảng ủy UBND tỉnh"]


def test_the_left_column_may_stand_above_the_nations_name() -> None:
    reading = plain(
        "UBND TỈNH PHÚ THỌ\nCHI CỤC THỦY LỢI\nSố: 217/CCTL-NDĐ\nV/v kiểm tra an toàn đập, hồ\nchứa trước mùa mưa lũ\n"
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\nPhú Thọ, ngày 20 tháng 4 năm 2026\n"
        "Kính gửi: Các hạt quản lý đê.\n"
    )
    assert reading.subject is not None
    assert reading.subject.value == "kiểm tra an toàn đập, hồ chứa trước mùa mưa lũ"
    assert reading.symbol is not None
    assert reading.symbol.value == "CCTL-NDĐ"


def test_the_party_committee_is_the_issuer_of_its_bureau() -> None:
    reading = plain(
        "TỈNH ỦY VĨNH LONG                  ĐẢNG CỘNG SẢN VIỆT NAM\nBAN THƯỜNG VỤ\n*\n"
        "Số 46-CV/TU                   Vĩnh Long, ngày 03 tháng 3 năm 2026\n\nKính gửi: Đảng ủy UBND tỉnh.\n"
    )
    assert reading.issuer is not None
    assert reading.issuer.value == "Ban Thường vụ Tỉnh ủy Vĩnh Long"


def test_party_papers_number_with_a_dash() -> None:
    tasks = given(
        INTRO + "1- Ban Tuyên giáo Tỉnh ủy hướng dẫn tuyên truyền.\n\n"
        "2- Đảng ủy Quân sự tỉnh, Đảng ủy Công an tỉnh lãnh đạo bảo đảm an ninh.\n\n"
        "3- Ủy ban Kiểm tra Tỉnh ủy tổ chức kiểm tra, báo cáo trước ngày 30/9/2026."
    )
    assert [leads(task) for task in tasks] == [
        ["Ban Tuyên giáo Tỉnh ủy"], ["Đảng ủy Quân sự tỉnh", "Đảng ủy Công an tỉnh"], ["Ủy ban Kiểm tra Tỉnh ủy"],
    ]  # fmt: skip
    assert [task.n for task in tasks] == ["1", "2", "3"]
