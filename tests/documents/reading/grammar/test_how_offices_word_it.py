"""The ways in which offices of all fields name who does what, with whom and until when; our own sentences."""

from __future__ import annotations

from datetime import date

import pytest

from .vectors import INTRO, NEXT, first, given, leads, letter, partners


@pytest.mark.parametrize(
    ("sentence", "lead"),
    [
        # Persons told by their work, owners and keepers of something.
        ("Giáo viên chủ nhiệm lập danh sách học sinh được miễn học phí.", "Giáo viên chủ nhiệm"),
        ("Điều dưỡng trưởng các khoa kiểm tra buồng bệnh hằng ngày.", "Điều dưỡng trưởng các khoa"),
        ("Cộng tác viên dân số cập nhật biến động vào sổ.", "Cộng tác viên dân số"),
        ("Tổng phụ trách Đội xây dựng kế hoạch hoạt động hè.", "Tổng phụ trách Đội"),
        ("Chủ tàu cá có chiều dài từ 15 mét trở lên duy trì thiết bị giám sát.", "Chủ tàu cá có chiều dài từ 15 mét trở lên"),
        ("Người điều khiển phương tiện chấp hành tín hiệu đèn.", "Người điều khiển phương tiện"),
        ("Hộ nuôi cá lồng gia cố lồng bè trước bão.", "Hộ nuôi cá lồng"),
        ("Thôn Nà Làng khơi thông mương thoát nước.", "Thôn Nà Làng"),
        # Heads and names of many trades.
        ("Thống kê tỉnh Hòa Bình công bố số liệu quý.", "Thống kê tỉnh Hòa Bình"),
        ("Bảo tàng tỉnh sưu tầm hiện vật thời kháng chiến.", "Bảo tàng tỉnh"),
        ("Petrolimex Hòa Bình dự trữ xăng dầu.", "Petrolimex Hòa Bình"),
        ("Tổ bảo vệ an ninh, trật tự ở cơ sở nhắc nhở hộ lấn chiếm.", "Tổ bảo vệ an ninh, trật tự ở cơ sở"),
        ("Phòng Quản lý nợ và cưỡng chế nợ thuế giao chỉ tiêu thu nợ.", "Phòng Quản lý nợ và cưỡng chế nợ thuế"),
        ("Phòng Bảo trợ xã hội và Người cao tuổi rà soát hồ sơ.", "Phòng Bảo trợ xã hội và Người cao tuổi"),
        ('Ban Chỉ đạo phong trào "Toàn dân đoàn kết xây dựng đời sống mới" tỉnh sơ kết đợt một.',
         'Ban Chỉ đạo phong trào "Toàn dân đoàn kết xây dựng đời sống mới" tỉnh'),
        # What tells which bodies are meant goes on past a verb.
        ("Các sở, ngành được giao chủ trì các nhiệm vụ tại Phụ lục khẩn trương hoàn thành.",
         "Các sở, ngành được giao chủ trì các nhiệm vụ tại Phụ lục"),
        ("Đơn vị được giao làm chủ đầu tư lập kế hoạch giải ngân.", "Đơn vị được giao làm chủ đầu tư"),
        ("Cơ quan chủ trì soạn thảo tiếp thu, giải trình ý kiến.", "Cơ quan chủ trì soạn thảo"),
        ("Các đơn vị được kiểm tra chuẩn bị hồ sơ.", "Các đơn vị được kiểm tra"),
        ("Các tổ chức hành nghề công chứng báo cáo số liệu.", "Các tổ chức hành nghề công chứng"),
        ("Các cấp ủy từ tỉnh đến cơ sở rà soát quy chế làm việc.", "Các cấp ủy từ tỉnh đến cơ sở"),
        # A verb nobody has listed: what is counted, what stands behind a whole name.
        ("Hội Khuyến học tuyên thưởng 120 học sinh nghèo.", "Hội Khuyến học"),
        ("Lữ đoàn 454 cơ động 02 xe lội nước đến vùng ngập.", "Lữ đoàn 454"),
        ("Sở Xây dựng, Sở Nội vụ mỗi đơn vị thành lập 01 tổ.", "Sở Xây dựng; Sở Nội vụ"),
        ("Yêu cầu ông Nguyễn Văn Nam và bà Trần Thị Hạnh tháo dỡ công trình.", "ông Nguyễn Văn Nam; bà Trần Thị Hạnh"),
    ],
)  # fmt: skip
def test_who_leads(sentence: str, lead: str) -> None:
    assert "; ".join(leads(first(sentence))) == lead


@pytest.mark.parametrize(
    ("sentence", "lead"),
    [
        ("Trên cơ sở đề xuất của các địa phương, Sở Nội vụ tổng hợp, trình UBND tỉnh.", "Sở Nội vụ"),
        ("Từ nay đến hết năm 2025, Công an tỉnh mở ba đợt cao điểm.", "Công an tỉnh"),
        ("Chậm nhất ngày 15/9/2025, các chủ đầu tư phải gửi báo cáo giám sát.", "các chủ đầu tư"),
        ("Lĩnh vực đất đai: Sở Xây dựng hoàn thành cơ sở dữ liệu.", "Sở Xây dựng"),
        ("Kinh phí thực hiện: Giao Sở Tài chính tham mưu bố trí kinh phí.", "Sở Tài chính"),
        ("Thời hạn: Các xã gửi kết quả về Sở Nội vụ trước ngày 25/10/2025.", "Các xã"),
        ("Tổ chức thực hiện: Trưởng các phòng chịu trách nhiệm đôn đốc; báo cáo hằng tháng.", "Trưởng các phòng"),
        ("Để bảo đảm tiến độ, nhà thầu bổ sung hai dây chuyền.", "nhà thầu"),
        (
            "Việc thẩm định giá đất do Hội đồng thẩm định giá đất tỉnh thực hiện trước ngày 30/9/2025.",
            "Hội đồng thẩm định giá đất tỉnh",
        ),
    ],
)
def test_who_leads_behind_an_opening(sentence: str, lead: str) -> None:
    assert "; ".join(leads(first(sentence))) == lead


@pytest.mark.parametrize(
    ("sentence", "lead", "help_of"),
    [
        ("Công an tỉnh (chủ trì), Sở Nội vụ (phối hợp) kiểm tra liên ngành.", "Công an tỉnh", "Sở Nội vụ"),
        ("Sở Dân tộc và Tôn giáo cùng các địa phương nắm tình hình.", "Sở Dân tộc và Tôn giáo", "các địa phương"),
        ("Sở Xây dựng phối hợp với: Công an tỉnh; Sở Tài chính lập đề án.", "Sở Xây dựng", "Công an tỉnh; Sở Tài chính"),
        ("Trường Tiểu học Hữu Nghị phối hợp với cha mẹ học sinh, Công an xã quản lý học sinh.",
         "Trường Tiểu học Hữu Nghị", "cha mẹ học sinh; Công an xã"),
        ("Ban Quản lý dự án phối hợp với nhà thầu, tư vấn giám sát điều chỉnh biện pháp.",
         "Ban Quản lý dự án", "nhà thầu, tư vấn giám sát"),
        ('Sở Nội vụ phối hợp với các địa phương "3 gặp, 4 biết" thanh niên.', "Sở Nội vụ", "các địa phương"),
    ],
)  # fmt: skip
def test_who_helps(sentence: str, lead: str, help_of: str) -> None:
    task = first(sentence)
    assert ("; ".join(leads(task)), "; ".join(partners(task))) == (lead, help_of)


@pytest.mark.parametrize(
    ("sentence", "day"),
    [
        ("Trong tháng 9/2025, Sở Xây dựng hoàn thành rà soát.", date(2025, 9, 30)),
        ("Trong quý IV/2025, Sở Xây dựng kết thúc thanh tra.", date(2025, 12, 31)),
        ("Sở Xây dựng báo cáo trước ngày 30/8/2025 và ngày 30/10/2025.", date(2025, 10, 30)),
        ("Sở Xây dựng hoàn thành chậm nhất đầu tháng 10/2025.", date(2025, 10, 31)),
        ("Hằng năm, trước ngày 15 tháng 12, Sở Xây dựng gửi báo cáo tổng kết.", None),
        ("Sở Xây dựng báo cáo trước ngày 20/6 (báo cáo 6 tháng) và trước ngày 20/12 (báo cáo năm).", None),
        ("Sở Xây dựng báo cáo định kỳ 6 tháng (trước ngày 15/6), hằng năm (trước ngày 15/12).", None),
    ],
)
def test_until_when(sentence: str, day: date | None) -> None:
    due = first(sentence).due
    assert due is not None
    assert due.value.date == day


def test_two_orders_of_one_lead_in_sentence() -> None:
    tasks = given(
        "Ủy ban nhân dân tỉnh đề nghị Công an tỉnh và yêu cầu Sở Xây dựng thực hiện một số nội dung sau:\n\n"
        "1. Rà soát cầu yếu.\n\n2. Thống nhất sử dụng mẫu biểu kèm theo."
    )
    assert [leads(t) for t in tasks] == [["Công an tỉnh", "Sở Xây dựng"]] * 2


def test_a_lead_in_brackets_behind_the_task() -> None:
    (task,) = given(
        "II. NHIỆM VỤ\n\n1. Đào tạo hướng dẫn viên (Sở Nội vụ chủ trì, Trường Cao đẳng Y phối hợp; "
        "hoàn thành trong tháng 9/2025)."
    )
    assert (leads(task), partners(task)) == (["Sở Nội vụ"], ["Trường Cao đẳng Y"])
    assert task.due.value.date == date(2025, 9, 30)


def test_the_last_report_is_everybodys() -> None:
    tasks = given(
        "Ủy ban nhân dân tỉnh đề nghị:\n\n1. Sở Xây dựng rà soát cầu yếu.\n\n"
        "Kết quả thực hiện gửi về UBND tỉnh trước ngày 15/9/2025 để tổng hợp.\n\nTrân trọng./."
    )
    assert [leads(t) for t in tasks] == [["Sở Xây dựng"], ["Các sở, ban, ngành"]]


def test_bodies_whose_names_begin_like_verbs() -> None:
    tasks = given(
        "Ủy ban nhân dân tỉnh đề nghị thủ trưởng các đơn vị triển khai:\n\n"
        "Chi cục Dân số lồng ghép truyền thông về dinh dưỡng.\n\nThanh tra tỉnh kiểm tra đột xuất.\n\n"
        "Thường trực cấp cứu 24/24 giờ."
    )
    assert [leads(t) for t in tasks][:2] == [["Chi cục Dân số"], ["Thanh tra tỉnh"]]
    assert all("Thường trực" not in leads(t) for t in tasks)


def test_threats_give_nothing_to_do_and_consent_may_be_followed_by_a_duty() -> None:
    tasks = given(INTRO + "1. Đơn vị, cá nhân nào vi phạm sẽ bị xử lý theo quy định của pháp luật." + NEXT)
    assert [leads(t) for t in tasks] == [["Sở Y tế"]]
    (task,) = given(
        "Chủ tịch UBND tỉnh có ý kiến như sau:\n\nĐồng ý chủ trương điều chỉnh dự án theo đề nghị của Sở Xây dựng. "
        "Sở Xây dựng căn cứ quy định hoàn thiện hồ sơ trước ngày 30/8/2025."
    )
    assert leads(task) == ["Sở Xây dựng"]


def test_a_ward_with_the_initials_of_the_province_is_not_the_province() -> None:
    # "UBND tỉnh Hòa Bình" writes; "UBND Tân Hòa" begins with the same capitals.
    task = first("UBND các xã, phường: Tân Hòa, Thống Nhất và Kỳ Sơn kiểm đếm tài sản.")
    assert leads(task) == ["UBND Tân Hòa", "UBND Thống Nhất", "UBND Kỳ Sơn"]
    assert letter("").directives == ()
