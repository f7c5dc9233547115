"""The four layouts of a duty, what inherits its lead, and what is no duty at all."""

from __future__ import annotations

from datetime import date

import pytest

from .vectors import given, leads, partners, plain

INTRO = "Thực hiện Kế hoạch số 15/KH-UBND ngày 05/02/2025 của UBND tỉnh về quản lý đê điều, Chủ tịch UBND tỉnh yêu cầu các sở, ban, ngành thực hiện các nội dung sau:\n\n"


def test_the_item_names_its_own_lead_and_partners() -> None:
    (task,) = given(
        INTRO
        + "1. Sở Xây dựng chủ trì, phối hợp với Sở Tài chính, UBND các xã, phường rà soát các tuyến đê, hoàn thành trước ngày 15/9/2025."
    )
    assert leads(task) == ["Sở Xây dựng"]
    assert partners(task) == ["Sở Tài chính", "UBND các xã, phường"]
    assert task.due.value.date == date(2025, 9, 15)


def test_a_heading_gives_its_lead_to_the_dashes_below() -> None:
    tasks = given(
        INTRO
        + "1. Công an tỉnh:\n\n- Tuần tra các tuyến sông.\n\n- Phối hợp với Bộ Chỉ huy Quân sự tỉnh kiểm tra bến bãi.\n\n2. Sở Y tế\n\na) Chuẩn bị thuốc men.\n\nb) Trực cấp cứu 24/24 giờ."
    )
    assert [leads(t) for t in tasks] == [["Công an tỉnh"], ["Công an tỉnh"], ["Sở Y tế"], ["Sở Y tế"]]
    assert [t.lead_inherited for t in tasks] == [True] * 4
    assert partners(tasks[1]) == ["Bộ Chỉ huy Quân sự tỉnh"]


def test_a_heading_gives_its_lead_to_a_bare_paragraph() -> None:
    (task,) = given(INTRO + "1. Bộ Chỉ huy Quân sự tỉnh\n\nChủ động nắm chắc tình hình, sẵn sàng lực lượng ứng cứu.")
    assert leads(task) == ["Bộ Chỉ huy Quân sự tỉnh"]
    assert task.text.startswith("Chủ động nắm chắc")


def test_an_unnumbered_paragraph_after_an_item_is_the_items() -> None:
    tasks = given(
        INTRO
        + "1. Sở Xây dựng chủ trì rà soát các tuyến đê.\n\nTheo dõi, đôn đốc việc thực hiện Quyết định số 88/QĐ-UBND ngày 07/6/2024 của UBND tỉnh.\n\n2. Sở Y tế chuẩn bị thuốc men."
    )
    assert [t.n for t in tasks] == ["1", "1+", "2"]
    assert leads(tasks[1]) == ["Sở Xây dựng"]


def test_label_lines_after_the_task_name_lead_partners_and_time() -> None:
    (task,) = given(
        "Ủy ban nhân dân tỉnh yêu cầu thực hiện các nhiệm vụ sau:\n\n1. Xây dựng bản đồ ngập lụt hạ du các hồ chứa.\n\n- Đơn vị chủ trì: Sở Nông nghiệp và Môi trường.\n\n- Đơn vị phối hợp: Sở Công Thương; UBND các xã.\n\n- Thời gian hoàn thành: 30/11/2025."
    )
    assert leads(task) == ["Sở Nông nghiệp và Môi trường"]
    assert partners(task) == ["Sở Công Thương", "UBND các xã"]
    assert task.due.value.date == date(2025, 11, 30)


def test_items_without_a_body_fall_on_those_the_lead_in_sentence_names() -> None:
    tasks = given(
        "Sở Nội vụ yêu cầu Thủ trưởng các đơn vị trực thuộc thực hiện một số nội dung sau:\n\n1. Tăng cường kỷ luật, kỷ cương hành chính.\n\n2. Rà soát hồ sơ tồn đọng."
    )
    assert [leads(t) for t in tasks] == [["Thủ trưởng các đơn vị trực thuộc"]] * 2


def test_two_duties_in_one_paragraph_are_two() -> None:
    tasks = given(
        INTRO
        + "1. Sở Tài chính bố trí kinh phí; Kho bạc Nhà nước tỉnh kiểm soát chi kịp thời.\n\n2. Sở Nội vụ tham mưu khen thưởng. Văn phòng UBND tỉnh theo dõi việc thực hiện."
    )
    assert [leads(t) for t in tasks] == [
        ["Sở Tài chính"],
        ["Kho bạc Nhà nước tỉnh"],
        ["Sở Nội vụ"],
        ["Văn phòng UBND tỉnh"],
    ]


def test_giao_names_who_follows_up() -> None:
    tasks = given(
        INTRO
        + "1. Sở Y tế chuẩn bị thuốc men.\n\nGiao Sở Nông nghiệp và Môi trường theo dõi, đôn đốc việc thực hiện Công văn này, định kỳ hằng tháng báo cáo UBND tỉnh./."
    )
    assert leads(tasks[-1]) == ["Sở Nông nghiệp và Môi trường"]
    assert tasks[-1].mode == "giao"
    assert tasks[-1].due.value.recurrence == "FREQ=MONTHLY"


def test_a_closing_with_a_report_day_is_a_duty() -> None:
    tasks = given(
        INTRO
        + "1. Sở Y tế chuẩn bị thuốc men.\n\nYêu cầu Thủ trưởng các cơ quan, đơn vị nghiêm túc thực hiện; báo cáo kết quả về UBND tỉnh (qua Sở Nông nghiệp và Môi trường) trước ngày 25/8/2025./."
    )
    assert leads(tasks[-1]) == ["Thủ trưởng các cơ quan, đơn vị"]
    assert tasks[-1].due.value.date == date(2025, 8, 25)
    assert tasks[-1].report_to is not None
    assert tasks[-1].report_to.value == "UBND tỉnh (qua Sở Nông nghiệp và Môi trường)"


def test_a_general_closing_is_no_duty() -> None:
    tasks = given(
        INTRO
        + "1. Sở Y tế chuẩn bị thuốc men.\n\nYêu cầu Thủ trưởng các cơ quan, đơn vị nghiêm túc triển khai thực hiện các nội dung nêu trên./."
    )
    assert [leads(t) for t in tasks] == [["Sở Y tế"]]


def test_difficulties_to_be_reported_are_a_duty() -> None:
    tasks = given(
        INTRO
        + "1. Sở Y tế chuẩn bị thuốc men.\n\nTrong quá trình thực hiện, nếu có khó khăn, vướng mắc, các cơ quan, đơn vị kịp thời phản ánh về Sở Nông nghiệp và Môi trường để tổng hợp./."
    )
    assert leads(tasks[-1]) == ["các cơ quan, đơn vị"]


def test_what_the_order_rests_on_is_not_part_of_its_text() -> None:
    (task,) = given(
        "Thực hiện Công văn số 12/BYT-DP ngày 03/6/2025 của Bộ Y tế, UBND tỉnh đề nghị các bệnh viện bảo đảm thuốc men./."
    )
    assert task.text.startswith("UBND tỉnh đề nghị các bệnh viện")
    assert leads(task) == ["các bệnh viện"]


def test_the_deputy_has_an_opinion_and_one_office_the_duty() -> None:
    (task,) = given(
        "Xét đề nghị của Sở Y tế tại Tờ trình số 9/TTr-SYT ngày 11/6/2025, Phó Chủ tịch UBND tỉnh Đinh Công Sứ có ý kiến như sau:\n\nGiao Sở Tài chính thẩm định, tham mưu UBND tỉnh trước ngày 20/8/2025./."
    )
    assert leads(task) == ["Sở Tài chính"]
    assert task.due.value.date == date(2025, 8, 20)


def test_an_office_of_another_province_is_a_counterpart() -> None:
    (task,) = given(
        INTRO + "1. Sở Nông nghiệp và Môi trường trao đổi số liệu với Chi cục Bảo vệ môi trường tỉnh Ninh Bình."
    )
    assert [v.value for v in task.counterparts] == ["Chi cục Bảo vệ môi trường tỉnh Ninh Bình"]
    assert partners(task) == []


def test_the_director_ordering_his_own_divisions() -> None:
    tasks = given(INTRO + "1. Sở Công Thương chỉ đạo các đơn vị trực thuộc kiểm tra hồ thủy điện.")
    assert leads(tasks[0]) == ["Sở Công Thương"]


def test_doi_voi_names_the_body() -> None:
    (task,) = given(INTRO + "1. Đối với các trường đại học: chủ động liên hệ với doanh nghiệp vận tải.")
    assert leads(task) == ["các trường đại học"]


NO_DUTIES = {
    "consent": "Đồng ý chủ trương đầu tư xây dựng kè sông Đà như đề nghị của Sở Xây dựng tại Tờ trình số 5/TTr-SXD ngày 01/7/2025./.",
    "opinion": "Ủy ban nhân dân tỉnh thống nhất với nội dung dự thảo Thông tư do Bộ Xây dựng soạn thảo./.",
    "asking a superior": "Ủy ban nhân dân tỉnh kính đề nghị Thủ tướng Chính phủ xem xét, quyết định./.",
    "notice": "Văn phòng UBND tỉnh thông báo để các sở, ban, ngành biết, thực hiện./.",
    "story": "Thời gian qua, các sở, ban, ngành đã có nhiều cố gắng trong công tác quản lý đê điều./.",
    "quoted law": 'Tại Điều 5 Thông tư số 62/2024/TT-BTC ngày 20/8/2024 của Bộ Tài chính quy định: "1. Các cơ quan, đơn vị có trách nhiệm lập dự toán. 2. Sở Tài chính thẩm định dự toán".',
}


@pytest.mark.parametrize("body", NO_DUTIES.values(), ids=NO_DUTIES)
def test_what_is_no_duty_gives_none(body: str) -> None:
    assert given(body) == []


DECISION = """ỦY BAN NHÂN DÂN                 CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
TỈNH HÒA BÌNH                      Độc lập - Tự do - Hạnh phúc

Số: 900/QĐ-UBND                    Hòa Bình, ngày 01 tháng 8 năm 2025

                              QUYẾT ĐỊNH
             Về việc phê duyệt dự toán sửa chữa đê

                  ỦY BAN NHÂN DÂN TỈNH HÒA BÌNH

      Căn cứ Luật Tổ chức chính quyền địa phương ngày 16/6/2025;
      Theo đề nghị của Giám đốc Sở Tài chính.

                             QUYẾT ĐỊNH:

      Điều 1. Phê duyệt dự toán sửa chữa đê với số tiền 5 tỷ đồng.
{article}
      Điều 4. Chánh Văn phòng UBND tỉnh, Giám đốc các Sở: Tài chính, Xây dựng và
Thủ trưởng các đơn vị liên quan chịu trách nhiệm thi hành Quyết định này./.

Nơi nhận:                                       TM. ỦY BAN NHÂN DÂN
- Như Điều 4;                                        CHỦ TỊCH
- Lưu: VT, KT.
                                                   Bùi Văn Khánh
"""


def test_a_decision_that_only_approves_gives_no_duty() -> None:
    assert plain(DECISION.format(article="")).directives == ()


def test_an_article_that_gives_work_to_offices_gives_duties() -> None:
    reading = plain(
        DECISION.format(
            article="      Điều 2. Tổ chức thực hiện\n      1. Sở Tài chính cấp phát kinh phí.\n      2. Giao Sở Xây dựng giám sát thi công, báo cáo UBND tỉnh trước ngày 30/11/2025.\n"
        )
    )
    assert [leads(d.value) for d in reading.directives] == [["Sở Tài chính"], ["Sở Xây dựng"]]


@pytest.mark.parametrize("kind", [("TỜ TRÌNH", "TTr"), ("BÁO CÁO", "BC")])
def test_reports_and_proposals_give_no_duties(kind: tuple[str, str]) -> None:
    text = (
        DECISION.format(article="      1. Sở Tài chính chủ trì rà soát.\n")
        .replace("QUYẾT ĐỊNH\n", kind[0] + "\n", 1)
        .replace("QĐ-UBND", kind[1] + "-UBND")
    )
    assert plain(text).directives == ()


PLAN_TABLE = """ỦY BAN NHÂN DÂN                 CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
TỈNH HÒA BÌNH                      Độc lập - Tự do - Hạnh phúc

Số: 77/KH-UBND                     Hòa Bình, ngày 01 tháng 8 năm 2025

                               KẾ HOẠCH
                   Phòng, chống lũ trên sông Đà

      Ủy ban nhân dân tỉnh ban hành Kế hoạch, nhiệm vụ cụ thể tại Phụ lục kèm theo./.

Nơi nhận:                                       TM. ỦY BAN NHÂN DÂN
- Các sở, ban, ngành;                                CHỦ TỊCH
- Lưu: VT, KT.
                                                   Bùi Văn Khánh
                                   2

                                Phụ lục
                        PHÂN CÔNG NHIỆM VỤ

  STT  Nội dung nhiệm vụ            Đơn vị chủ trì      Đơn vị phối hợp     Thời gian
  1    Cắm biển cảnh báo dọc        Sở Xây dựng         UBND các xã,        15/10/2025
       tuyến sông                                       phường
  2    Diễn tập sơ tán dân          Bộ Chỉ huy Quân     Công an tỉnh; Sở    Quý IV/2025
                                    sự tỉnh             Y tế
  3    Kiểm kê vật tư dự phòng      Sở Công Thương                          Thường xuyên
"""


def test_the_rows_of_an_annex_table_are_duties() -> None:
    tasks = [d.value for d in plain(PLAN_TABLE).directives]
    assert [(t.text, leads(t), partners(t)) for t in tasks] == [
        ("Cắm biển cảnh báo dọc tuyến sông", ["Sở Xây dựng"], ["UBND các xã, phường"]),
        ("Diễn tập sơ tán dân", ["Bộ Chỉ huy Quân sự tỉnh"], ["Công an tỉnh", "Sở Y tế"]),
        ("Kiểm kê vật tư dự phòng", ["Sở Công Thương"], []),
    ]
    assert [t.due.value.date for t in tasks] == [date(2025, 10, 15), date(2025, 12, 31), None]
