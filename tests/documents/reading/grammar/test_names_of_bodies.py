"""Lists of bodies are cut where an officer would cut them."""

from __future__ import annotations

import pytest

from .vectors import named_at_start, names

LISTS = {
    "Sở Kế hoạch và Đầu tư, Sở Tài chính": ["Sở Kế hoạch và Đầu tư", "Sở Tài chính"],
    "các Sở: Tài chính, Nội vụ": ["Sở Tài chính", "Sở Nội vụ"],
    "các Sở: Văn hóa, Thể thao và Du lịch, Y tế và Công Thương": [
        "Sở Văn hóa, Thể thao và Du lịch",
        "Sở Y tế",
        "Sở Công Thương",
    ],
    "Các Bộ: Công an, Tư pháp, Tài chính, Nông nghiệp và Môi trường": [
        "Bộ Công an",
        "Bộ Tư pháp",
        "Bộ Tài chính",
        "Bộ Nông nghiệp và Môi trường",
    ],
    "Sở Văn hóa, Thể thao và Du lịch": ["Sở Văn hóa, Thể thao và Du lịch"],
    "Sở Lao động - Thương binh và Xã hội": ["Sở Lao động - Thương binh và Xã hội"],
    "UBND các huyện, thị xã, thành phố": ["UBND các huyện, thị xã, thành phố"],
    "các sở, ban, ngành, UBND các huyện, thị xã, thành phố": [
        "các sở, ban, ngành",
        "UBND các huyện, thị xã, thành phố",
    ],
    "các sở, ban, ngành; UBND các xã, phường": ["các sở, ban, ngành", "UBND các xã, phường"],
    "Sở Tư pháp, Công an tỉnh và các lực lượng chức năng": ["Sở Tư pháp", "Công an tỉnh", "các lực lượng chức năng"],
    "các cơ quan, đơn vị và địa phương": ["các cơ quan, đơn vị và địa phương"],
    "UBND các huyện: Đình Lập, Lộc Bình, Cao Lộc": ["UBND huyện Đình Lập", "UBND huyện Lộc Bình", "UBND huyện Cao Lộc"],
    "UBND các xã Thiện Tân, Vân Nham và Tuấn Sơn": ["UBND xã Thiện Tân", "UBND xã Vân Nham", "UBND xã Tuấn Sơn"],
    "Giám đốc các Sở: Tài chính, Xây dựng; Thủ trưởng các đơn vị liên quan": [
        "Giám đốc Sở Tài chính",
        "Giám đốc Sở Xây dựng",
        "Thủ trưởng các đơn vị liên quan",
    ],
    "Chánh Văn phòng UBND tỉnh; Giám đốc các Sở: Tài chính, Y tế": [
        "Chánh Văn phòng UBND tỉnh",
        "Giám đốc Sở Tài chính",
        "Giám đốc Sở Y tế",
    ],
    "Bộ Chỉ huy Quân sự tỉnh, Bộ Chỉ huy Bộ đội Biên phòng tỉnh, Công an tỉnh": [
        "Bộ Chỉ huy Quân sự tỉnh",
        "Bộ Chỉ huy Bộ đội Biên phòng tỉnh",
        "Công an tỉnh",
    ],
    "chính quyền địa phương, Cơ quan công an": ["chính quyền địa phương", "Cơ quan công an"],
    "Ban Quản lý Khu kinh tế cửa khẩu Đồng Đăng - Lạng Sơn": ["Ban Quản lý Khu kinh tế cửa khẩu Đồng Đăng - Lạng Sơn"],
    "Hội Nông dân tỉnh, Hội Liên hiệp Phụ nữ tỉnh, Tỉnh đoàn": [
        "Hội Nông dân tỉnh",
        "Hội Liên hiệp Phụ nữ tỉnh",
        "Tỉnh đoàn",
    ],
    "Phòng Kinh tế, Hạ tầng và Đô thị, Phòng Văn hóa - Xã hội": [
        "Phòng Kinh tế, Hạ tầng và Đô thị",
        "Phòng Văn hóa - Xã hội",
    ],
    "các Phòng: Quản lý đất đai, Quản lý môi trường": ["Phòng Quản lý đất đai", "Phòng Quản lý môi trường"],
    "Thủ trưởng các sở, ban, ngành, Chủ tịch UBND các xã, phường": [
        "Thủ trưởng các sở, ban, ngành",
        "Chủ tịch UBND các xã, phường",
    ],
    "Văn phòng Đoàn ĐBQH và HĐND tỉnh, Thanh tra tỉnh": ["Văn phòng Đoàn ĐBQH và HĐND tỉnh", "Thanh tra tỉnh"],
    "Ngân hàng Nhà nước Khu vực 5, Kho bạc Nhà nước Khu vực VI": [
        "Ngân hàng Nhà nước Khu vực 5",
        "Kho bạc Nhà nước Khu vực VI",
    ],
    "Viện Kiểm sát nhân dân tỉnh, Tòa án nhân dân tỉnh": ["Viện Kiểm sát nhân dân tỉnh", "Tòa án nhân dân tỉnh"],
    "Công ty Điện lực Lạng Sơn, Viễn thông Lạng Sơn, Bưu điện tỉnh": [
        "Công ty Điện lực Lạng Sơn",
        "Viễn thông Lạng Sơn",
        "Bưu điện tỉnh",
    ],
    "Báo và Phát thanh, Truyền hình tỉnh; Cổng Thông tin điện tử tỉnh": [
        "Báo và Phát thanh, Truyền hình tỉnh",
        "Cổng Thông tin điện tử tỉnh",
    ],
    "UBND tỉnh Bắc Ninh và UBND tỉnh Quảng Ninh": ["UBND tỉnh Bắc Ninh", "UBND tỉnh Quảng Ninh"],
    "Đảng ủy các xã, phường": ["Đảng ủy các xã, phường"],
    "các ban đảng, Văn phòng Tỉnh ủy": ["các ban đảng", "Văn phòng Tỉnh ủy"],
    "Trường Cao đẳng nghề Lạng Sơn và các cơ sở giáo dục nghề nghiệp": [
        "Trường Cao đẳng nghề Lạng Sơn",
        "các cơ sở giáo dục nghề nghiệp",
    ],
    "các sở, ngành: Công Thương, Nông nghiệp và Môi trường, Công an tỉnh": [
        "Sở Công Thương",
        "Sở Nông nghiệp và Môi trường",
        "Công an tỉnh",
    ],
    "Trưởng các phòng: Tổ chức cán bộ, Kế hoạch - Tài chính; Chánh Văn phòng": [
        "Trưởng phòng Tổ chức cán bộ",
        "Trưởng phòng Kế hoạch - Tài chính",
        "Chánh Văn phòng",
    ],
    "Hai Sở Xây dựng, Tài chính": ["Sở Xây dựng", "Sở Tài chính"],
    "ba Sở: Xây dựng, Tài chính và Nội vụ": ["Sở Xây dựng", "Sở Tài chính", "Sở Nội vụ"],
    "UBND hai xã Quang Minh, Lộc Thủy": ["UBND xã Quang Minh", "UBND xã Lộc Thủy"],
    "Công an hai tỉnh Phú Thọ, Hưng Yên": ["Công an tỉnh Phú Thọ", "Công an tỉnh Hưng Yên"],
    "Các chủ đầu tư, ban quản lý dự án": ["Các chủ đầu tư", "ban quản lý dự án"],
    "Các trường THPT, trung tâm GDTX": ["Các trường THPT", "trung tâm GDTX"],
    "Các phòng, chi cục, trung tâm thuộc Sở": ["Các phòng, chi cục, trung tâm thuộc Sở"],
    "Quý cơ quan, đơn vị": ["Quý cơ quan, đơn vị"],
    "Đảng ủy Mặt trận Tổ quốc, các đoàn thể tỉnh": ["Đảng ủy Mặt trận Tổ quốc, các đoàn thể tỉnh"],
}


@pytest.mark.parametrize(("text", "wanted"), LISTS.items(), ids=range(len(LISTS)))
def test_a_list_is_cut_into_its_bodies(text: str, wanted: list[str]) -> None:
    assert names(text) == wanted


SENTENCES = {
    "Sở Xây dựng chủ trì, phối hợp với Sở Tài chính": ["Sở Xây dựng"],
    "Phòng Quản lý Tài nguyên nước và Khoáng sản chủ trì": ["Phòng Quản lý Tài nguyên nước và Khoáng sản"],
    "Ban Chỉ đạo 389 tỉnh tăng cường kiểm tra": ["Ban Chỉ đạo 389 tỉnh"],
    "Ban Tổ chức Tỉnh ủy tham mưu": ["Ban Tổ chức Tỉnh ủy"],
    "Văn phòng đăng ký đất đai rà soát": ["Văn phòng đăng ký đất đai"],
    "Trung tâm Kiểm soát bệnh tật tỉnh giám sát chặt chẽ": ["Trung tâm Kiểm soát bệnh tật tỉnh"],
    "Cục Thi hành án dân sự tỉnh theo dõi": ["Cục Thi hành án dân sự tỉnh"],
    "Thanh tra Sở tăng cường tham mưu": ["Thanh tra Sở"],
    "Công an xã Kép kiểm đếm phương tiện": ["Công an xã Kép"],
    "Sở Nông nghiệp và Môi trường kiểm đếm tàu thuyền": ["Sở Nông nghiệp và Môi trường"],
    "UBND các huyện, thị xã, thành phố chịu trách nhiệm": ["UBND các huyện, thị xã, thành phố"],
    "Các cơ quan, đơn vị, địa phương có liên quan có trách nhiệm": ["Các cơ quan, đơn vị, địa phương có liên quan"],
    "Sở Tư pháp (cơ quan thường trực) tổng hợp": ["Sở Tư pháp (cơ quan thường trực)"],
    "Chi cục Kiểm lâm, Hạt Kiểm lâm các huyện tuần tra": ["Chi cục Kiểm lâm", "Hạt Kiểm lâm các huyện"],
    "Trưởng các phòng, Thủ trưởng các đơn vị theo chức năng nhiệm vụ": ["Trưởng các phòng", "Thủ trưởng các đơn vị"],
    "Ban Quản lý dự án các công trình giao thông tỉnh lập tiến độ": [
        "Ban Quản lý dự án các công trình giao thông tỉnh"
    ],
    "Trung tâm Phát triển quỹ đất tỉnh bàn giao": ["Trung tâm Phát triển quỹ đất tỉnh"],
    "Đội Quản lý thị trường số 3 xử lý": ["Đội Quản lý thị trường số 3"],
    "Liên đoàn Lao động tỉnh vận động": ["Liên đoàn Lao động tỉnh"],
    "Hiệu trưởng các trường trung học phổ thông quán triệt": ["Hiệu trưởng các trường trung học phổ thông"],
    "Chủ đầu tư các dự án nộp báo cáo": ["Chủ đầu tư các dự án"],
    "Các doanh nghiệp chế biến, xuất khẩu nông sản rà soát hợp đồng": ["Các doanh nghiệp chế biến, xuất khẩu nông sản"],
    "Các doanh nghiệp phân phối hàng hóa thiết yếu cho vùng sâu": ["Các doanh nghiệp"],
    "Các chủ rừng là tổ chức xây dựng phương án chữa cháy": ["Các chủ rừng là tổ chức"],
    "Các đơn vị là đầu mối tổng hợp": ["Các đơn vị"],
    "UBND các xã có làng nghề tổ chức kiểm tra nguồn thải": ["UBND các xã có làng nghề"],
    "UBND các xã có tên trong Danh sách chủ động làm việc": ["UBND các xã có tên trong Danh sách"],
    "UBND phường sở tại theo dõi": ["UBND phường sở tại"],
    "các đồng chí Ủy viên Ban Thường vụ dự họp thôn theo phân công": ["các đồng chí Ủy viên Ban Thường vụ"],
    "đồng chí Phó Giám đốc Lê Văn Bằng trực tiếp chỉ đạo": ["đồng chí Phó Giám đốc Lê Văn Bằng"],
    "đồng chí Lê Văn An, Phó Chủ tịch UBND xã chủ trì rà soát": ["đồng chí Lê Văn An, Phó Chủ tịch UBND xã"],
    "Các đơn vị chưa nộp báo cáo khẩn trương gửi về Sở": ["Các đơn vị chưa nộp báo cáo"],
    "công chức phụ trách môi trường cấp xã tuần tra, phát hiện": ["công chức phụ trách môi trường cấp xã"],
    "Các phòng: Tổ chức rà soát hồ sơ, Báo cáo kết quả": ["Các phòng"],
    "Tổ chức kiểm tra, đánh giá": [],
    "Báo cáo kết quả về Sở": [],
    "Ban hành kế hoạch thực hiện": [],
    "Phòng, chống thiên tai là nhiệm vụ": [],
    "Trường hợp vượt thẩm quyền": [],
}


@pytest.mark.parametrize(("text", "wanted"), SENTENCES.items(), ids=range(len(SENTENCES)))
def test_a_list_ends_at_the_first_verb(text: str, wanted: list[str]) -> None:
    assert named_at_start(text) == wanted
