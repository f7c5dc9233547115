"""The head of a paper in the forms that offices, scans and web pages give it."""

from __future__ import annotations

import pytest

from giapranh.documents.reading.schema import Box, DateParts, Origin, SourceText, StampedField

from .vectors import plain, read

NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"


def head(left: list[str], number: str, day: str, below: str, layout: str = "columns") -> str:
    """A head in one of the ways a text shows it, with a short body and foot."""
    rows = [*left, "", number]
    right = [NATION, MOTTO, *[""] * (len(rows) - 3), day]
    if layout == "columns":
        top = "\n".join(f"{a:<34}{b}".rstrip() for a, b in zip(rows, right, strict=True))
    elif layout == "ocr":
        top = "\n".join(" ".join(x for x in pair if x) for pair in zip(rows, right, strict=True))
    elif layout == "bars":
        top = "\n".join(" | ".join(x for x in pair if x) + " |" for pair in zip(rows, right, strict=True) if any(pair))
    else:
        top = "\n".join([*left, NATION, MOTTO, number, day])
    return f"{top}\n\n{below}\n\nThực hiện Công văn số 9/BNV-TC ngày 02/01/2025 của Bộ Nội vụ, đề nghị các sở, ban, ngành báo cáo.\n\nNơi nhận:\n- Như trên;\n- Lưu: VT.\n\nGIÁM ĐỐC\n\nNguyễn Văn An\n"


SUBJECT = "V/v báo cáo số liệu khai thác cát\n\nKính gửi: Các sở, ban, ngành."
LAYOUTS = ["columns", "ocr", "bars", "lines"]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_letter_of_a_department_reads_the_same_in_every_layout(layout: str) -> None:
    text = head(
        ["UBND TỈNH LÀO CAI", "SỞ NÔNG NGHIỆP VÀ MÔI TRƯỜNG"],
        "Số: 45/SNNMT-TNN",
        "Lào Cai, ngày 05 tháng 3 năm 2025",
        SUBJECT,
        layout,
    )
    reading = plain(text)
    assert reading.kind.value == "Công văn"
    assert reading.issuer.value == "Sở Nông nghiệp và Môi trường tỉnh Lào Cai"
    assert (reading.number.value, reading.symbol.value, reading.full_number) == (45, "SNNMT-TNN", "45/SNNMT-TNN")
    assert reading.place.value == "Lào Cai"
    assert reading.date.value == DateParts(5, 3, 2025)
    assert reading.subject.value == "báo cáo số liệu khai thác cát"
    assert [v.value for v in reading.addressees] == ["Các sở, ban, ngành"]
    assert reading.signer.value.name == "Nguyễn Văn An"


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    ("title", "code", "kind"),
    [
        ("KẾ HOẠCH", "KH", "Kế hoạch"),
        ("THÔNG BÁO", "TB", "Thông báo"),
        ("CHỈ THỊ", "CT", "Chỉ thị"),
        ("QUYẾT ĐỊNH", "QĐ", "Quyết định"),
        ("BÁO CÁO", "BC", "Báo cáo"),
        ("TỜ TRÌNH", "TTr", "Tờ trình"),
        ("CÔNG ĐIỆN", "CĐ", "Công điện"),
        ("GIẤY MỜI", "GM", "Giấy mời"),
        ("CHƯƠNG TRÌNH", "CTr", "Chương trình"),
        ("HƯỚNG DẪN", "HD", "Hướng dẫn"),
        ("PHƯƠNG ÁN", "PA", "Phương án"),
        ("BIÊN BẢN", "BB", "Biên bản"),
        ("NGHỊ QUYẾT", "NQ", "Nghị quyết"),
        ("KẾT LUẬN", "KL", "Kết luận"),
    ],
)
def test_the_title_names_the_kind(title: str, code: str, kind: str, layout: str) -> None:
    below = f"{title}\nVề việc tăng cường quản lý cát, sỏi lòng sông\ntrên địa bàn tỉnh"
    reading = plain(
        head(
            ["ỦY BAN NHÂN DÂN", "TỈNH LÀO CAI"],
            f"Số: 120/{code}-UBND",
            "Lào Cai, ngày 15 tháng 10 năm 2025",
            below,
            layout,
        )
    )
    assert reading.kind.value == kind
    assert reading.symbol.value == f"{code}-UBND"
    assert reading.subject.value == "Về việc tăng cường quản lý cát, sỏi lòng sông trên địa bàn tỉnh"
    assert reading.issuer.value == "UBND tỉnh Lào Cai"


NUMBERS = {
    "Số: 05/BNV-VP": (5, "BNV-VP"),
    "Số:05/KH-UBND": (5, "KH-UBND"),
    "Số : 1906 /SGDĐT-CTrTT": (1906, "SGDĐT-CTrTT"),
    "Số: 12/SGD&ĐT-GDTrH": (12, "SGD&ĐT-GDTrH"),
    "Số: 04/QĐ-BCĐ138": (4, "QĐ-BCĐ138"),
    "Số: 2003/UBDT-VPCTMTQG": (2003, "UBDT-VPCTMTQG"),
    "Số:        /TB-UBND": (None, "TB-UBND"),
    "Số: …../KH-UBND": (None, "KH-UBND"),
    "Số: 56/VPHH": (56, "VPHH"),
    "Số 12/BC-STC": (12, "BC-STC"),
    "SỐ: 77/CV-HNDN": (77, "CV-HNDN"),
    "Số: 1234/UBND- KTTH": (1234, "UBND-KTTH"),
    "Số: 90/TB - VPUBND": (90, "TB-VPUBND"),
    "Sô: 15/CT-UBND": (15, "CT-UBND"),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("line", "wanted"), NUMBERS.items(), ids=range(len(NUMBERS)))
def test_number_and_symbol(line: str, wanted: tuple[int | None, str], layout: str) -> None:
    reading = plain(
        head(["UBND TỈNH LÀO CAI", "VĂN PHÒNG"], line, "Lào Cai, ngày 05 tháng 3 năm 2025", SUBJECT, layout)
    )
    assert ((reading.number.value if reading.number else None), reading.symbol.value) == wanted
    assert reading.place.value == "Lào Cai"


DAYS = {
    "Hà Nội, ngày 05 tháng 01 năm 2020": ("Hà Nội", DateParts(5, 1, 2020)),
    "TP. Hồ Chí Minh, ngày 15 tháng 4 năm 2024": ("TP. Hồ Chí Minh", DateParts(15, 4, 2024)),
    "Thành phố Hồ Chí Minh, ngày 15 tháng 4 năm 2024": ("Thành phố Hồ Chí Minh", DateParts(15, 4, 2024)),
    "Bà Rịa - Vũng Tàu, ngày 09 tháng 6 năm 2023": ("Bà Rịa - Vũng Tàu", DateParts(9, 6, 2023)),
    "Lạng Sơn, ngày     tháng 11 năm 2024": ("Lạng Sơn", DateParts(None, 11, 2024)),
    "Lạng Sơn, ngày ... tháng ... năm 2024": ("Lạng Sơn", DateParts(None, None, 2024)),
    "Đắk Lắk, ngày 31 tháng 12 năm 2025": ("Đắk Lắk", DateParts(31, 12, 2025)),
    "Lào Cai, ngày 05/3/2025": ("Lào Cai", DateParts(5, 3, 2025)),
    "Lào Cai , ngày 05 tháng 3 năm 2025": ("Lào Cai", DateParts(5, 3, 2025)),
    "Lào Cai, ngày 30 tháng 02 năm 2025": ("Lào Cai", DateParts(None, 2, 2025)),
    "Lào Cai, ngày#5 tháng 3 năm 2025": ("Lào Cai", DateParts(None, 3, 2025)),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("line", "wanted"), DAYS.items(), ids=range(len(DAYS)))
def test_place_and_day(line: str, wanted: tuple[str, DateParts], layout: str) -> None:
    reading = plain(head(["UBND TỈNH LÀO CAI", "VĂN PHÒNG"], "Số: 5/VP-TH", line, SUBJECT, layout))
    assert (reading.place.value, reading.date.value) == wanted


ISSUERS = {
    ("BỘ TÀI CHÍNH",): "Bộ Tài chính",
    ("BỘ NÔNG NGHIỆP", "VÀ MÔI TRƯỜNG"): "Bộ Nông nghiệp và Môi trường",
    ("VĂN PHÒNG CHÍNH PHỦ",): "Văn phòng Chính phủ",
    ("THỦ TƯỚNG CHÍNH PHỦ",): "Thủ tướng Chính phủ",
    ("ỦY BAN NHÂN DÂN", "TỈNH QUẢNG TRỊ"): "UBND tỉnh Quảng Trị",
    ("ỦY BAN NHÂN DÂN TỈNH QUẢNG TRỊ",): "UBND tỉnh Quảng Trị",
    ("UỶ BAN NHÂN DÂN", "THÀNH PHỐ HẢI PHÒNG"): "UBND thành phố Hải Phòng",
    ("ỦY BAN NHÂN DÂN TỈNH AN GIANG", "VĂN PHÒNG"): "Văn phòng UBND tỉnh An Giang",
    ("UBND TỈNH CAO BẰNG", "SỞ GIÁO DỤC VÀ ĐÀO TẠO"): "Sở Giáo dục và Đào tạo tỉnh Cao Bằng",
    ("UBND TỈNH CAO BẰNG", "THANH TRA TỈNH"): "Thanh tra tỉnh Cao Bằng",
    ("SỞ NỘI VỤ TỈNH CAO BẰNG", "CHI CỤC VĂN THƯ LƯU TRỮ"): "Chi cục Văn thư lưu trữ tỉnh Cao Bằng",
    ("UBND HUYỆN CHI LĂNG", "PHÒNG TÀI NGUYÊN VÀ MÔI TRƯỜNG"): "Phòng Tài nguyên và Môi trường huyện Chi Lăng",
    ("ỦY BAN NHÂN DÂN", "XÃ CHI LĂNG"): "UBND xã Chi Lăng",
    ("HỘI ĐỒNG NHÂN DÂN", "TỈNH BẮC NINH"): "HĐND tỉnh Bắc Ninh",
    ("BỘ CÔNG THƯƠNG", "CỤC ĐIỀU TIẾT ĐIỆN LỰC"): "Cục Điều tiết điện lực",
    ("TỔNG CÔNG TY", "THÉP VIỆT NAM"): "Tổng công ty thép Việt Nam",
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("left", "issuer"), ISSUERS.items(), ids=range(len(ISSUERS)))
def test_the_issuer_is_composed_from_the_left_column(left: tuple[str, ...], issuer: str, layout: str) -> None:
    from giapranh.documents.reading.grammar.folding import key

    reading = plain(
        head(
            list(left) if len(left) > 1 else [left[0], ""],
            "Số: 5/CV-TH",
            "Hà Nội, ngày 05 tháng 3 năm 2025",
            SUBJECT,
            layout,
        )
    )
    assert key(reading.issuer.value) == key(issuer)


PARTY = """TỈNH ỦY BẮC NINH                    ĐẢNG CỘNG SẢN VIỆT NAM
BAN TỔ CHỨC
*                                   Bắc Ninh, ngày 12 tháng 9 năm 2025
Số 318-CV/BTCTU
V/v rà soát đảng viên

Kính gửi: Các đảng ủy trực thuộc Tỉnh ủy.

Thực hiện Kết luận số 134-KL/TW, ngày 28/3/2025 của Bộ Chính trị, đề nghị các đảng ủy báo cáo trước ngày 30/9/2025.

Nơi nhận:                                       K/T TRƯỞNG BAN
- Như trên;                                      PHÓ TRƯỞNG BAN
- Lưu Ban Tổ chức Tỉnh ủy.

                                                 Nguyễn Hữu Mạo
"""


def test_a_party_paper_has_its_own_numbering() -> None:
    reading = plain(PARTY)
    assert (reading.number.value, reading.symbol.value, reading.full_number) == (318, "CV/BTCTU", "318-CV/BTCTU")
    assert reading.kind.value == "Công văn"
    assert reading.place.value == "Bắc Ninh"
    (cited,) = [c.value for c in reading.citations]
    assert (cited.number, cited.date, cited.party) == ("134-KL/TW", DateParts(28, 3, 2025), True)
    assert reading.signer.value.authority == ("K/T TRƯỞNG BAN",)


def test_stamped_number_and_day_fill_the_blanks() -> None:
    text = head(
        ["ỦY BAN NHÂN DÂN", "TỈNH LÀO CAI"],
        "Số:        /TB-UBND",
        "Lào Cai, ngày      tháng      năm 2025",
        "THÔNG BÁO\nVề việc nghỉ lễ",
    )
    stamped = tuple(
        StampedField(t, Box(1, x, 0.1, x + 0.04, 0.12))
        for t, x in (("453", 0.2), ("29", 0.62), ("4", 0.7), ("2025", 0.8))
    )
    reading = read(SourceText(text, Origin.BORN_DIGITAL, stamped=stamped))
    assert reading.number.value == 453
    assert reading.date.value == DateParts(29, 4, 2025)
    assert reading.full_number == "453/TB-UBND"


@pytest.mark.parametrize(
    ("mark", "wanted"),
    [("HỎA TỐC", "HỎA TỐC"), ("HOẢ TỐC", "HOẢ TỐC"), ("THƯỢNG KHẨN", "THƯỢNG KHẨN"), ("KHẨN", "KHẨN")],
)
def test_an_urgency_mark_is_read(mark: str, wanted: str) -> None:
    reading = plain(
        f"{mark}\n"
        + head(["ỦY BAN NHÂN DÂN", "TỈNH LÀO CAI"], "Số: 3/UBND-NC", "Lào Cai, ngày 05 tháng 3 năm 2025", SUBJECT)
    )
    assert reading.urgency.value == wanted


def test_a_secrecy_mark_is_read_and_remarked() -> None:
    reading = plain(
        "TỐI MẬT\n"
        + head(["ỦY BAN NHÂN DÂN", "TỈNH LÀO CAI"], "Số: 3/UBND-NC", "Lào Cai, ngày 05 tháng 3 năm 2025", SUBJECT)
    )
    assert reading.secrecy.value == "TỐI MẬT"
    assert [r.code for r in reading.remarks] == ["secret"]


def test_several_addressees_one_per_line() -> None:
    below = "V/v cấp nước\n\nKính gửi:\n- Các Bộ: Công an, Tài chính;\n- Ủy ban nhân dân các tỉnh, thành phố\ntrực thuộc Trung ương;\n- Tập đoàn Điện lực Việt Nam."
    reading = plain(head(["BỘ CÔNG THƯƠNG", ""], "Số: 5/BCT-DL", "Hà Nội, ngày 05 tháng 3 năm 2025", below))
    assert [v.value for v in reading.addressees] == [
        "Bộ Công an",
        "Bộ Tài chính",
        "Ủy ban nhân dân các tỉnh, thành phố trực thuộc Trung ương",
        "Tập đoàn Điện lực Việt Nam",
    ]


def test_an_issuer_lost_by_a_copy_is_found_by_the_symbol_and_marked_weak() -> None:
    text = "Số: /SXD-QLN\nĐiện Biên, ngày tháng 5 năm 2025\nV/v nhà ở xã hội\n\nKính gửi: UBND các huyện, thành phố.\n\nSở Xây dựng đề nghị UBND các huyện, thành phố thuộc tỉnh Điện Biên báo cáo./.\n"
    reading = plain(text)
    assert reading.issuer.value == "Sở Xây dựng tỉnh Điện Biên"
    assert reading.issuer.confidence < 0.7
    assert reading.issuer.reason


def test_two_departments_sign_one_paper() -> None:
    left = ["SỞ NÔNG NGHIỆP VÀ MÔI TRƯỜNG TỈNH SƠN LA", "SỞ NÔNG NGHIỆP VÀ MÔI TRƯỜNG TỈNH PHÚ THỌ"]
    text = head(left, "Số: 03/BGN-SL-PT", "Sơn La, ngày 05 tháng 3 năm 2026", "BẢN GHI NHỚ\nVề phối hợp", "lines")
    assert plain(text).issuer.value == (
        "Sở Nông nghiệp và Môi trường tỉnh Sơn La - Sở Nông nghiệp và Môi trường tỉnh Phú Thọ"
    )


def test_a_standing_board_speaks_for_its_front() -> None:
    left = ["ỦY BAN MẶT TRẬN TỔ QUỐC VIỆT NAM", "TỈNH CAO BẰNG", "BAN THƯỜNG TRỰC"]
    text = head(left, "Số: 45/MTTQ-BTT", "Cao Bằng, ngày 05 tháng 3 năm 2025", SUBJECT, "lines")
    assert plain(text).issuer.value == "Ban Thường trực Ủy ban MTTQ Việt Nam tỉnh Cao Bằng"


def test_a_title_ends_where_the_plan_says_what_it_carries_out() -> None:
    below = (
        "KẾ HOẠCH\nTrồng rừng ven suối năm 2025 trên địa bàn huyện\nHữu Lũng\n"
        "Thực hiện Kế hoạch số 12/KH-UBND ngày 03/02/2025 của UBND tỉnh về trồng rừng ven\nsông suối, UBND huyện lập kế hoạch:"
    )
    text = head(
        ["UBND TỈNH LẠNG SƠN", "UBND HUYỆN HỮU LŨNG"], "Số: 7/KH-UBND", "Hữu Lũng, ngày 05 tháng 3 năm 2025", below
    )
    assert plain(text).subject.value == "Trồng rừng ven suối năm 2025 trên địa bàn huyện Hữu Lũng"
