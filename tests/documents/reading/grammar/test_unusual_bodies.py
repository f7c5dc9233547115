"""Bodies of unknown kinds, misprinted names, bodies told by their works, and duties told in unusual ways."""

from __future__ import annotations

from datetime import date

import pytest

from .vectors import given, leads, partners, plain

LEAD_IN = "Ủy ban nhân dân tỉnh yêu cầu thực hiện các nhiệm vụ sau:\n\n"
NEXT = "\n\n2. Sở Y tế chuẩn bị thuốc men."


@pytest.mark.parametrize(
    ("item", "lead"),
    [
        ("Về biên giới: Hải quan khu vực VI chủ trì, phối hợp với Công an tỉnh kiểm tra.", ["Hải quan khu vực VI"]),
        ("Hiệp hội Chè Thái Nguyên làm đầu mối giới thiệu sản phẩm.", ["Hiệp hội Chè Thái Nguyên"]),
        ("Đối với các mỏ đất: Viễn thông Hà Giang chủ trì lắp đặt camera.", ["Viễn thông Hà Giang"]),
        (
            "Giao Liên danh nhà thầu Sơn Hải - Đèo Cả đẩy nhanh tiến độ thi công.",
            ["Liên danh nhà thầu Sơn Hải - Đèo Cả"],
        ),
        ("Đề nghị Nhân dân các xã vùng lũ chủ động sơ tán.", ["Nhân dân các xã vùng lũ"]),
        ("Việc cấp phép do Sở Xây dựng chủ trì, báo cáo UBND tỉnh.", ["Sở Xây dựng"]),
    ],
)
def test_a_body_of_unknown_kind_shows_by_what_it_does(item: str, lead: list[str]) -> None:
    assert leads(given(LEAD_IN + "1. " + item + NEXT)[0]) == lead


@pytest.mark.parametrize(
    ("printed", "meant"),
    [
        ("SởửY tế", "Sở Y tế"),
        ("Sở Ytế", "Sở Y tế"),
        ("Sờ Nội vự", "Sở Nội vụ"),
        ("Sơ Công Thưong", "Sở Công Thương"),
        ("SởTài chính", "Sở Tài chính"),
        ("Sở Ngoại vụ", "Sở Ngoại vụ"),
    ],
)
def test_a_misprinted_department_is_known_and_the_reader_says_it_mended_it(printed: str, meant: str) -> None:
    task = given(LEAD_IN + f"1. Giao {printed} chủ trì kiểm tra các cơ sở." + NEXT)[0]
    assert leads(task) == [meant]


@pytest.mark.parametrize(
    ("item", "lead"),
    [
        (
            "Các tổ chức quản lý rừng, doanh nghiệp quản lý hồ chứa vận hành đúng quy trình.",
            ["Các tổ chức quản lý rừng, doanh nghiệp quản lý hồ chứa"],
        ),
        ("Các địa phương bị ảnh hưởng bởi bão thống kê thiệt hại.", ["Các địa phương bị ảnh hưởng bởi bão"]),
        ("Các sở, ngành được phân công tại mục III chủ động liên hệ.", ["Các sở, ngành được phân công tại mục III"]),
        (
            "UBND các huyện: Bà Rịa, Xuyên Mộc và Côn Đảo rà soát hạ tầng.",
            ["UBND huyện Bà Rịa", "UBND huyện Xuyên Mộc", "UBND huyện Côn Đảo"],
        ),
        ("Trưởng các thôn: Lập danh sách hộ chăn nuôi, gửi Phòng Kinh tế.", ["Trưởng các thôn"]),
        (
            "Ngân hàng Chính sách xã hội chi nhánh tỉnh tạo điều kiện giải ngân.",
            ["Ngân hàng Chính sách xã hội chi nhánh tỉnh"],
        ),
    ],
)
def test_words_of_duty_inside_a_description_do_not_end_the_name(item: str, lead: list[str]) -> None:
    assert leads(given(LEAD_IN + "1. " + item + NEXT)[0]) == lead


def test_a_whole_sentence_that_begins_like_a_heading_is_a_duty() -> None:
    first = given(LEAD_IN + "1. Đánh giá việc chấp hành quy chế phối hợp, đề xuất khen thưởng các tập thể." + NEXT)[0]
    assert first.text.startswith("Đánh giá việc chấp hành")
    told = given(LEAD_IN + "1. Đánh giá chung: Công tác quản lý còn nhiều hạn chế, nhiều nơi chưa quan tâm." + NEXT)
    assert [t.n for t in told] == ["2"]


def test_two_reports_a_year_without_a_year_recur() -> None:
    task = given(LEAD_IN + "1. Sở Xây dựng báo cáo 6 tháng (trước ngày 10/6) và năm (trước ngày 10/12)." + NEXT)[0]
    assert task.due.value.date is None
    assert task.due.value.recurrence == "FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=10|FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=10"


def test_a_label_may_say_finished_on_a_day() -> None:
    (task,) = given(
        LEAD_IN + "1. Nâng cấp bản đồ nguy cơ.\n\n- Chủ trì: Phòng Kinh tế.\n\n- Tiến độ: hoàn thành ngày 30/9/2025."
    )
    assert task.due.value.date == date(2025, 9, 30)


def test_what_stays_in_force_and_difficulties_are_duties_of_those_addressed() -> None:
    tasks = given(
        LEAD_IN
        + "1. Sở Y tế chuẩn bị thuốc men.\n\nCác nội dung còn lại tiếp tục thực hiện theo Kế hoạch số 15/KH-UBND ngày 05/02/2025.\n\n"
        + "Quá trình thực hiện, nếu phát sinh khó khăn, đề nghị các địa phương kịp thời phản ánh về Sở Nội vụ."
    )
    assert [t.n for t in tasks] == ["1", "1+", "1+"]
    assert leads(tasks[2]) == ["các địa phương"]


NOTICE = """VĂN PHÒNG ỦY BAN NHÂN DÂN        CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
TỈNH SƠN LA                          Độc lập - Tự do - Hạnh phúc

Số: 31/TB-VPUB                   Sơn La, ngày 04 tháng 8 năm 2025

THÔNG BÁO
Kết luận của Phó Chủ tịch UBND tỉnh tại cuộc họp về bến bãi

Phó Chủ tịch UBND tỉnh kết luận như sau:

1. Giao Sở Xây dựng chủ trì, phối hợp với Công an tỉnh kiểm tra các bến.

2. Văn phòng UBND tỉnh theo dõi, đôn đốc việc thực hiện các nhiệm vụ nêu trên.

Thừa lệnh Phó Chủ tịch UBND tỉnh phụ trách khối kinh tế, Văn phòng UBND tỉnh thông báo để các đơn vị biết, thực hiện./.

Nơi nhận:
- Như trên;
- Lưu: VT, KT, NCPC. Hạnh
KT. CHÁNH VĂN PHÒNG
PHÓ CHÁNH VĂN PHÒNG
A Kpă H'Lan
"""


def test_an_office_that_passes_on_conclusions_has_duties_of_its_own() -> None:
    reading = plain(NOTICE)
    assert [leads(d.value) for d in reading.directives] == [["Sở Xây dựng"], ["Văn phòng UBND tỉnh"]]
    assert partners(reading.directives[0].value) == ["Công an tỉnh"]


def test_the_drafter_after_the_office_and_a_name_of_the_highlands() -> None:
    reading = plain(NOTICE)
    assert reading.archive is not None
    assert reading.archive.value.drafter == "Hạnh"
    assert reading.signer is not None
    assert reading.signer.value.name == "A Kpă H'Lan"


def test_a_party_board_is_named_with_its_committee() -> None:
    head = "TỈNH ỦY KON TUM\nBAN TUYÊN GIÁO VÀ DÂN VẬN\n*\nĐẢNG CỘNG SẢN VIỆT NAM\nSố 31-CV/BTGDVTU\nKon Tum, ngày 04 tháng 8 năm 2024\nKính gửi: Các huyện ủy.\nĐề nghị các huyện ủy báo cáo trước ngày 15/9/2024."
    issuer = plain(head).issuer
    assert issuer is not None
    assert issuer.value == "Ban Tuyên giáo và Dân vận Tỉnh ủy Kon Tum"


def test_a_list_on_one_line_ends_its_shared_head_at_the_next_dash() -> None:
    head = (
        "SỞ NÔNG NGHIỆP VÀ MÔI TRƯỜNG | CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nSố: 451/SNNMT-QLĐĐ | Quảng Nam, ngày 03 tháng 6 năm 2025\n"
        "Kính gửi: - UBND các huyện: Đông Giang, Nam Giang; - Chi nhánh Văn phòng Đăng ký đất đai các huyện.\n"
        "Sở đề nghị các đơn vị rà soát quỹ đất trước ngày 20/6/2025./.\n"
        "Nơi nhận: - Như trên; - Lưu: VT, QLĐĐ, Bình. | KT. GIÁM ĐỐC PHÓ GIÁM ĐỐC Zơ Râm Thị Blúi\n"
    )
    reading = plain(head)
    assert [v.value for v in reading.addressees][-1] == "Chi nhánh Văn phòng Đăng ký đất đai các huyện"
    assert reading.symbol is not None
    assert reading.symbol.value == "SNNMT-QLĐĐ"
    assert reading.archive is not None
    assert reading.archive.value.drafter == "Bình"
    assert reading.signer is not None
    assert reading.signer.value.name == "Zơ Râm Thị Blúi"


def test_bodies_told_by_their_duty_elsewhere() -> None:
    (first, _) = given(LEAD_IN + "1. Các cơ quan được giao chủ trì tại mục II xây dựng kế hoạch chi tiết." + NEXT)
    assert leads(first) == ["Các cơ quan được giao chủ trì tại mục II"]


def test_a_table_copied_cell_under_cell() -> None:
    table = """STT
Nhiệm vụ
Cơ quan chủ trì
Cơ quan phối hợp
Thời gian
1
Lập danh mục mỏ cát
Sở Nông nghiệp và Môi trường
Công an tỉnh
Trước 30/6/2026
2
Rà soát bến bãi tập kết vật liệu dọc
sông Cầu
Sở Xây dựng
UBND các xã
Quý III/2026"""
    duties = given(LEAD_IN + table)
    assert [leads(d) for d in duties] == [["Sở Nông nghiệp và Môi trường"], ["Sở Xây dựng"]]
    assert [partners(d) for d in duties] == [["Công an tỉnh"], ["UBND các xã"]]
    assert [d.due.value.date for d in duties] == [date(2026, 6, 30), date(2026, 9, 30)]
    assert duties[1].text == "Rà soát bến bãi tập kết vật liệu dọc sông Cầu"


def test_papers_of_one_day_in_a_list() -> None:
    said = (
        "Thực hiện Nghị định số 53/2024/NĐ-CP, Nghị định số 54/2024/NĐ-CP cùng ngày 16/5/2024; Nghị quyết số "
        "66.4/2025/NQ-CP ngày 21/9/2025; Công văn số 12/UBND-NN ngày 03/4/2025 và Công văn số 13/UBND-NN cùng ngày:"
    )
    cited = {c.value.number: c.value.date.as_date for c in plain(said + "\n\n" + LEAD_IN + NEXT).citations}
    assert cited == {
        "53/2024/NĐ-CP": date(2024, 5, 16), "54/2024/NĐ-CP": date(2024, 5, 16), "66.4/2025/NQ-CP": date(2025, 9, 21),
        "12/UBND-NN": date(2025, 4, 3), "13/UBND-NN": date(2025, 4, 3),
    }  # fmt: skip
