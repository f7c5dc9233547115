"""Names of offices that hold verbs, commas and rare words, before every kind of duty: the name is whole, the duty not in it."""

from __future__ import annotations

import pytest

from giapranh.documents.reading.grammar.clauses import clause_at
from giapranh.documents.reading.grammar.phrases import phrase_at

from .vectors import para

OFFICES = """
Phòng Quản lý đô thị; Phòng Đo đạc, Bản đồ và Viễn thám; Phòng Kinh tế đất; Phòng Đăng ký đất đai; Phòng Tổ chức cán bộ
Phòng Quản lý xây dựng công trình; Phòng Kế hoạch, Nghiệp vụ và Pháp chế; Phòng Quản lý hành nghề; Phòng Người có công
Phòng Bảo trợ xã hội và Trẻ em; Phòng Lao động, Tiền lương; Phòng Quản lý vận tải, phương tiện và người lái
Phòng Quản lý xuất nhập khẩu; Phòng Bưu chính, Viễn thông; Phòng Chuyển đổi số; Phòng Sở hữu trí tuệ
Phòng Xây dựng nếp sống văn hóa và gia đình; Phòng Giáo dục mầm non; Phòng Chính trị, tư tưởng; Phòng Bổ trợ tư pháp
Phòng Phổ biến, giáo dục pháp luật; Phòng Hộ tịch, quốc tịch, chứng thực; Phòng Quản lý giá và công sản; Phòng Hậu cần
Phòng Thanh tra, giải quyết khiếu nại, tố cáo; Phòng Cảnh sát phòng, chống tội phạm về môi trường; Phòng Tham mưu
Phòng Quản lý nhà và Thị trường bất động sản; Phòng Nước dưới đất; Phòng Cải cách hành chính và Văn thư, lưu trữ
Phòng Công chức, viên chức; Đội Đăng ký, quản lý phương tiện; Trung tâm Kiểm định chất lượng công trình xây dựng
Trung tâm Công nghệ thông tin; Trung tâm Nước sạch và Vệ sinh môi trường nông thôn; Trung tâm Pháp y
Trung tâm Trợ giúp pháp lý nhà nước; Trung tâm Xúc tiến đầu tư, thương mại và du lịch; Trung tâm Đăng kiểm xe cơ giới
Trung tâm Hỗ trợ phát triển doanh nghiệp nhỏ và vừa; Trung tâm Chăm sóc sức khỏe sinh sản; Trung tâm Giám định y khoa
Chi cục Quản lý chất lượng nông lâm sản và thủy sản; Chi cục Văn thư - Lưu trữ; Chi cục Dự trữ Nhà nước
Ban Quản lý dự án đầu tư xây dựng công trình giao thông; Ban Quản lý chợ; Ban Giải phóng mặt bằng; Quỹ Đầu tư phát triển
Đội Quản lý thị trường số 3; Đội Quản lý trật tự đô thị; Đội Chữa cháy và cứu nạn, cứu hộ khu vực; Hạt Quản lý đê Hạ Hòa
Cục Quản lý đê điều và Phòng, chống thiên tai; Công ty Quản lý và Sửa chữa đường bộ; Vụ Quản lý tài nguyên nước
Bộ phận Tiếp nhận và Trả kết quả; Hội Bảo trợ người khuyết tật; Khoa Truyền nhiễm; Nhà Thiếu nhi; Đồn Công an
Khu Bảo tồn thiên nhiên Hữu Liên; Khu Quản lý đường bộ; Tổ Xung kích phòng, chống thiên tai; Văn phòng Sở
"""
NAMES = [name.strip() for line in OFFICES.strip().splitlines() for name in line.split(";")]
DUTIES = [
    "chủ trì, phối hợp với Sở Tài chính rà soát hồ sơ",
    "có trách nhiệm rà soát hồ sơ",
    "khẩn trương hoàn thiện dự thảo kế hoạch",
    "phối hợp với Công an tỉnh xác minh thông tin",
    "theo dõi, đôn đốc việc thực hiện",
    "rà soát hồ sơ, báo cáo Giám đốc Sở",
    "là cơ quan thường trực, theo dõi chung",
    "làm đầu mối tiếp nhận thông tin",
    "được giao hoàn thành báo cáo trước ngày 15/6/2026",
    "chịu trách nhiệm theo dõi, tổng hợp",
]


@pytest.mark.parametrize("name", NAMES)
def test_the_name_is_whole_before_every_duty(name: str) -> None:
    for duty in DUTIES:
        for order in ("", "Giao "):
            text = f"{order}{name} {duty}."
            clause = clause_at(para(text), 0, len(text))
            assert clause is not None, text
            assert [unit.name for unit in clause.units] == [name], text


@pytest.mark.parametrize("name", NAMES)
def test_the_name_is_whole_before_a_colon_and_in_a_list(name: str) -> None:
    text = f"{name}: rà soát hồ sơ, báo cáo kết quả."
    clause = clause_at(para(text), 0, len(text))
    assert clause is not None
    assert [unit.name for unit in clause.units] == [name]
    found = phrase_at(para(f"{name}, Sở Tài chính rà soát hồ sơ"), 0)
    assert found is not None
    assert [unit.name for unit in found.units] == [name, "Sở Tài chính"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Sở Y tế xây dựng kế hoạch triển khai cụ thể.", "Sở Y tế"),
        ("Phòng Đầu tư kiểm tra, đôn đốc các đơn vị.", "Phòng Đầu tư"),
        ("Trung tâm Khuyến công bố trí kinh phí thực hiện.", "Trung tâm Khuyến công"),
        ("Đội Cảnh sát giao thông báo cáo UBND tỉnh.", "Đội Cảnh sát giao thông"),
        ("Phòng Quy hoạch kiến trúc tiếp tục thực hiện.", "Phòng Quy hoạch kiến trúc"),
        ("Phòng Quản lý doanh nghiệp cung cấp số liệu cho Văn phòng.", "Phòng Quản lý doanh nghiệp"),
        ("Phòng Báo chí - Xuất bản tổ chức tập huấn.", "Phòng Báo chí - Xuất bản"),
        ("Bộ đội Biên phòng kiểm tra các bến khách ngang sông.", "Bộ đội Biên phòng"),
        ("Báo Bình Định giới thiệu các mô hình hay.", "Báo Bình Định"),
        ("Trưởng các ấp vận động hộ dân ký cam kết.", "Trưởng các ấp"),
        ("Từng chủ đầu tư lập tiến độ giải ngân.", "Từng chủ đầu tư"),
        ("Các doanh nghiệp sử dụng năng lượng trọng điểm chịu trách nhiệm thực hiện kiểm toán.",
         "Các doanh nghiệp sử dụng năng lượng trọng điểm"),
        ("Các công ty đầu tư kinh doanh hạ tầng khu công nghiệp có trách nhiệm báo cáo.",
         "Các công ty đầu tư kinh doanh hạ tầng khu công nghiệp"),
        ("UBND các xã có hồ chứa nước do xã quản lý: phê duyệt phương án.",
         "UBND các xã có hồ chứa nước do xã quản lý"),
        ("Các chủ rừng là tổ chức: xây dựng phương án.", "Các chủ rừng là tổ chức"),
        ("Văn phòng đại diện tại các khu công nghiệp phối hợp với Phòng Môi trường.",
         "Văn phòng đại diện"),
    ],
)  # fmt: skip
def test_a_verb_with_its_object_ends_the_name(text: str, name: str) -> None:
    clause = clause_at(para(text), 0, len(text))
    assert clause is not None
    assert [unit.name for unit in clause.units] == [name]


@pytest.mark.parametrize(
    "text", ["Các trường hợp công trình có dấu hiệu lún được xử lý.", "Các hội nghị tổ chức trong quý."]
)
def test_cases_and_meetings_are_no_bodies(text: str) -> None:
    assert phrase_at(para(text), 0) is None
