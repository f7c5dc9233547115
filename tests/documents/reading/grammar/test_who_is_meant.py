"""Which bodies are meant: names told by what they do, headings with "Đối với", parties, staff; and what is no duty."""

from __future__ import annotations

from datetime import date

import pytest

from giapranh.documents.reading.grammar.clauses import clause_at

from .vectors import INTRO, LETTER, NEXT, due, first, given, leads, para, partners, plain


@pytest.mark.parametrize(
    ("sentence", "lead"),
    [
        # What a body does, owns or keeps tells which ones are meant.
        ("Các cơ sở nhập khẩu, phân phối, tàng trữ phân bón niêm yết giá bán.", "Các cơ sở nhập khẩu, phân phối, tàng trữ phân bón"),
        ("Tổ chức, cá nhân đang nuôi tôm trong vùng ngập mặn có trách nhiệm kê khai diện tích.",
         "Tổ chức, cá nhân đang nuôi tôm trong vùng ngập mặn"),
        ("Các hộ kinh doanh thuê ki-ốt trong chợ phải lắp bình chữa cháy.", "Các hộ kinh doanh thuê ki-ốt trong chợ"),
        ("Các đơn vị cấp nước lấy mẫu nước hằng tuần.", "Các đơn vị cấp nước"),
        ("Các Hạt quản lý đường sông cắm biển báo.", "Các Hạt quản lý đường sông"),
        ("Cán bộ lãnh đạo, quản lý các cấp nêu gương tiết kiệm.", "Cán bộ lãnh đạo, quản lý các cấp"),
        ("Các đơn vị bộ đội đóng quân trên địa bàn giúp dân gặt lúa.", "Các đơn vị bộ đội đóng quân trên địa bàn"),
        ("Các doanh nghiệp đầu tư kinh doanh hạ tầng cụm công nghiệp nạo vét mương.", "Các doanh nghiệp đầu tư kinh doanh hạ tầng cụm công nghiệp"),
        ("Các trường tự bảo đảm chi thường xuyên lập dự toán.", "Các trường tự bảo đảm chi thường xuyên"),
        ("Các hãng vận chuyển khách bằng xe điện đăng ký tuyến.", "Các hãng vận chuyển khách bằng xe điện"),
        ("Các trường mẫu giáo công lập, ngoài công lập công khai học phí.", "Các trường mẫu giáo công lập, ngoài công lập"),
        ("Các doanh nghiệp có vốn đầu tư nước ngoài nộp báo cáo lao động.", "Các doanh nghiệp có vốn đầu tư nước ngoài"),
        ("Cán bộ không chuyên trách các thôn thu quỹ.", "Cán bộ không chuyên trách các thôn"),
        ("Công chức địa chính - xây dựng kiểm tra mốc giới.", "Công chức địa chính - xây dựng"),
        ("Toàn thể công chức, viên chức đeo thẻ khi làm việc.", "Toàn thể công chức, viên chức"),
        ("Tổ giúp việc Ban Chỉ đạo 138 tỉnh lập biểu theo dõi.", "Tổ giúp việc Ban Chỉ đạo 138 tỉnh"),
        ("Chủ các cơ sở lưu trú khai báo khách nước ngoài.", "Chủ các cơ sở lưu trú"),
        ("UBND các xã giáp ranh: Mường Chiềng, Tân Pheo ký quy chế phối hợp.", "UBND xã Mường Chiềng; UBND xã Tân Pheo"),
        ("Các sàn giao dịch hàng hóa lập sổ theo dõi.", "Các sàn giao dịch hàng hóa"),
        # A heading with "Đối với" is the lead with all its words.
        ("Đối với các trường có học sinh ở trọ, học nhóm: lập danh sách nơi ở.", "các trường có học sinh ở trọ, học nhóm"),
        # One head for several firms.
        ("Các Công ty TNHH MTV: Bắc Sông Cầu, Nam Sông Cầu mở cống tiêu úng.",
         "Công ty TNHH MTV Bắc Sông Cầu; Công ty TNHH MTV Nam Sông Cầu"),
        # Verbs behind whole names.
        ("Các Công ty TNHH MTV Thủy lợi trên địa bàn tỉnh hạ thấp mực nước hồ.", "Các Công ty TNHH MTV Thủy lợi trên địa bàn tỉnh"),
        ("Chính quyền địa phương tìm kiếm người mất tích.", "Chính quyền địa phương"),
    ],
)  # fmt: skip
def test_who_leads(sentence: str, lead: str) -> None:
    assert "; ".join(leads(first(sentence))) == lead


def test_the_body_behind_a_colon_has_the_duty() -> None:
    """Also where the verb, without its marks, looks like another word ("cân đối", "nạo vét")."""
    tasks = given(
        "Ủy ban nhân dân tỉnh yêu cầu:\n\n1. Về nguồn vốn: Sở Tài chính cân đối, trình cấp trên.\n\n"
        "2. Đối với các thôn có nguy cơ lũ quét: Chủ tịch UBND xã sơ tán dân trước 18 giờ ngày 10/8/2025.\n\n"
        "3. Các hợp tác xã thủy nông nạo vét mương.\n\n4. Đơn vị nào chậm nạo vét, thủ trưởng chịu trách nhiệm trước UBND tỉnh."
    )
    assert [leads(t) for t in tasks] == [["Sở Tài chính"], ["Chủ tịch UBND xã"], ["Các hợp tác xã thủy nông"]]


def test_a_heading_names_owners_of_something() -> None:
    tasks = given("I. Đối với UBND các xã\n\n1. Rà soát hồ sơ thuê đất.\n\n2. Cắm mốc ranh giới.\n\nII. Đối với các chủ lồng bè\n\n1. Neo buộc lồng bè chắc chắn.\n\n2. Nộp bản cam kết trước ngày 20/9/2025.")  # fmt: skip
    assert [leads(t) for t in tasks] == [["UBND các xã"]] * 2 + [["các chủ lồng bè"]] * 2


def test_a_heading_names_who_takes_part() -> None:
    tasks = given("Ủy ban nhân dân tỉnh giao nhiệm vụ:\n\n1. Các cửa hàng tham gia bán hàng lưu động\n\n1.1. Niêm yết giá bán.\n\n1.2. Cam kết giữ giá.\n\n2. Tổng kết tháng 3/2026.")  # fmt: skip
    assert [leads(t) for t in tasks[:2]] == [["Các cửa hàng tham gia bán hàng lưu động"]] * 2
    assert not any("giao nhiệm vụ" in name for t in tasks for name in leads(t))


def test_persons_and_offices_handed_the_work_are_no_leads_under_a_lead_in() -> None:
    tasks = given("Ủy ban nhân dân tỉnh yêu cầu Giám đốc các bệnh viện thực hiện:\n\n1. Dự trữ máu các nhóm.\n\n2. Phân công bác sĩ, điều dưỡng, nhân viên trực đủ ba ca.\n\n3. Đề xuất kỷ luật các tổ chức, cá nhân chậm nộp báo cáo.")  # fmt: skip
    assert [leads(t) for t in tasks] == [["Giám đốc các bệnh viện"]] * 3


def test_who_leads_and_hands_the_work_on_keeps_it() -> None:
    task = first(
        "Đảng ủy Công an tỉnh lãnh đạo công tác trực Tết. Chỉ đạo các đồn bố trí quân số trước ngày 10/12/2025."
    )
    assert leads(task) == ["Đảng ủy Công an tỉnh"]
    assert task.due is not None
    assert task.due.value.date == date(2025, 12, 10)


def test_parties_of_an_agreement() -> None:
    memorandum = plain(
        "SỞ CÔNG THƯƠNG HÒA BÌNH - SỞ CÔNG THƯƠNG SƠN LA\n\nCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\n\n"
        "Hòa Bình, ngày 05 tháng 8 năm 2025\n\nBẢN GHI NHỚ\n\nVề phối hợp quản lý chợ vùng giáp ranh\n\n"
        "Điều 1. Nội dung phối hợp\n\n1. Hai Sở trao đổi danh sách chợ trước ngày 30/9/2025.\n\n"
        "2. Mỗi năm ít nhất 01 lần, hai Sở kiểm tra chung các chợ đầu mối.\n\n"
        "Điều 2. Trách nhiệm của Bên A\n\n1. Chỉ đạo Chi cục Quản lý thị trường lập bản đồ chợ.\n\n"
        "2. Chủ trì, phối hợp với Bên B đào tạo cán bộ chợ."
    )
    tasks = [d.value for d in memorandum.directives]
    assert [leads(t) for t in tasks] == [["Hai Sở"], ["hai Sở"], ["Bên A"], ["Bên A"]]
    assert partners(tasks[-1]) == ["Bên B"]


def test_a_heading_that_says_where_it_works_is_a_lead() -> None:
    tasks = given(INTRO + "1. Sở Tài chính bố trí kinh phí.\n\nCác Trạm Thú y, Trạm Bảo vệ thực vật theo địa bàn phụ trách:\n\n- Lấy mẫu hằng tuần.\n\n- Tổng hợp số liệu, báo cáo Chi cục.")  # fmt: skip
    assert leads(tasks[0]) == ["Sở Tài chính"]
    assert [leads(t) for t in tasks[1:]] == [["Các Trạm Thú y", "Trạm Bảo vệ thực vật"]] * 2


def test_a_heading_and_the_verb_below_it_are_two() -> None:
    body = """Ủy ban nhân dân tỉnh yêu cầu các cơ quan, đơn vị thực hiện các nội dung sau, bảo đảm đúng
quy định của pháp luật và phù hợp với tình hình thực tế của từng địa phương, đơn vị:
1. Sở Tài chính bố trí kinh phí.
2. Đề nghị Hội Nông dân tỉnh và các hội đặc thù
Vận động hội viên góp ngày công làm đường."""
    task = given(body)[-1]
    assert leads(task) == ["Hội Nông dân tỉnh", "các hội đặc thù"]
    assert task.text.startswith("Vận động")


@pytest.mark.parametrize(
    "more",
    [
        "Chậm nhất ngày 12 tháng 10 năm 2025, tham mưu trình UBND tỉnh danh mục kè.",
        "Khi phát hiện vết nứt trên mặt đê, rò rỉ ở chân đê phải báo ngay về UBND xã.",
    ],
)
def test_what_goes_on_below_an_item_has_its_lead(more: str) -> None:
    tasks = given(INTRO + "1. Sở Tài chính bố trí kinh phí.\n\n2. Chi cục Thủy lợi kiểm tra hiện trường sạt lở.\n\n" + more + NEXT)  # fmt: skip
    assert [leads(t) for t in tasks[1:3]] == [["Chi cục Thủy lợi"]] * 2
    assert tasks[2].text.startswith(more[:20])


def test_a_page_number_cuts_no_sentence() -> None:
    text = "1. Sở Xây dựng kiểm tra các bến thủy;\n                    2\n\nhướng dẫn chủ bến hoàn thiện hồ sơ."
    (task, _) = given(INTRO + text + NEXT)
    assert leads(task) == ["Sở Xây dựng"]


@pytest.mark.parametrize(
    "last",
    [
        "Sở Y tế trân trọng thông báo và đề nghị các đơn vị quan tâm chỉ đạo thực hiện./.",
        "Thông tin chi tiết xin liên hệ Phòng Nghiệp vụ (điện thoại: 0218.3851.234)./.",
        "Yêu cầu Giám đốc các sở, Chủ tịch UBND các xã tập trung triển khai thực hiện nghiêm túc Công văn này./.",
    ],
)
def test_courtesies_give_nothing_to_do(last: str) -> None:
    assert len(given(INTRO + "1. Sở Y tế chuẩn bị thuốc men.\n\n2. Sở Tài chính cấp kinh phí.\n\n" + last)) == 2


def test_where_an_office_is_and_what_a_meeting_does_are_no_duties() -> None:
    notice = LETTER.replace("V/v tăng cường quản lý đê điều", "").replace(
        "Kính gửi: Các sở, ban, ngành.", "THÔNG BÁO\nVề địa điểm làm việc"
    )
    told = plain(notice.format(body="1. Địa điểm làm việc\n\n- Trung tâm Phục vụ hành chính công: trụ sở UBND phường cũ.\n\n- Văn phòng: 0218.3851.234."))  # fmt: skip
    assert not told.directives
    agenda = para("Kết luận của chủ trì.")
    assert clause_at(agenda, 0, len(agenda.text)) is None


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("Hoàn thành việc rà soát, bổ sung quy hoạch mạng lưới chợ trên toàn tỉnh sau khi sắp xếp các xã, phường trong năm 2025, bảo đảm phù hợp.",
         date(2025, 12, 31)),
        ("b) Trong năm 2026, hoàn thành kiểm kê rừng trồng.", date(2026, 12, 31)),
        ("Phun hóa chất ba lượt, hoàn thành từ nay đến ngày 20/9/2025.", date(2025, 9, 20)),
        ("Nâng cấp phần mềm một cửa (Văn phòng thực hiện, hoàn thành Quý II/2026).", date(2026, 6, 30)),
        ("Trình phê duyệt phương án cho 12 hộ còn lại ngay trong tháng 9.", date(2025, 9, 30)),
        ("Đến ngày 25/9/2025, hoàn thành cắm mốc.", date(2025, 9, 25)),
        ("Nộp danh sách trước thứ Sáu (ngày 29/8/2025).", date(2025, 8, 29)),
        ("Nộp báo cáo khai thác nước trước ngày 30 tháng 01 của năm tiếp theo.", None),
        ("Báo cáo định kỳ: báo cáo quý trước ngày 10 của tháng cuối quý, báo cáo năm trước ngày 05/12.", None),
    ],
)  # fmt: skip
def test_days(words: str, day: date | None) -> None:
    found = due(words)
    assert (found.due.date if found else None) == day


@pytest.mark.parametrize(
    ("sentence", "helpers"),
    [
        ("Sở Nội vụ phối hợp với đoàn khảo sát của Bộ trong quá trình làm việc.", ["đoàn khảo sát của Bộ"]),
        ("Sở Nội vụ phối hợp với Hội Phụ nữ cùng cấp, các tổ chức đoàn thể tuyên truyền nếp sống mới.",
         ["Hội Phụ nữ cùng cấp", "các tổ chức đoàn thể"]),
        ("Sở Nội vụ phối hợp với các đơn vị quân đội đóng quân trên địa bàn trực gác kho.", ["các đơn vị quân đội đóng quân trên địa bàn"]),
        ("Công an tỉnh phối hợp với chính quyền địa phương tìm kiếm nạn nhân.", ["chính quyền địa phương"]),
    ],
)  # fmt: skip
def test_who_helps(sentence: str, helpers: list[str]) -> None:
    assert partners(first(sentence)) == helpers


def test_the_environment_is_no_invitation() -> None:
    invitation = LETTER.replace("V/v tăng cường quản lý đê điều", "").replace(
        "Kính gửi: Các sở, ban, ngành.", "GIẤY MỜI\nHọp về cấp nước"
    )
    told = plain(invitation.format(body="1. Thời gian: 8 giờ ngày 15/8/2025.\n\n2. Chuẩn bị:\n\n- Trung tâm Quan trắc gửi số liệu cho Chi cục Bảo vệ môi trường trước ngày 10/8/2025."))  # fmt: skip
    assert [leads(d.value) for d in told.directives] == [["Trung tâm Quan trắc"]]
