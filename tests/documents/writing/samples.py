"""Papers of an invented province, for the tests of the writer."""

from __future__ import annotations

from dataclasses import replace

from giapranh.documents.writing import (
    Annex,
    Basis,
    Column,
    Figure,
    Heading,
    Item,
    OfficialPaper,
    Paragraph,
    Run,
    Signer,
    Table,
)
from giapranh.documents.writing.figures import Bucket, bars_by_bucket

BUCKETS = (Bucket("done", "Hoàn thành", "dark"), Bucket("overdue", "Quá hạn", "hatch"))
BARS = bars_by_bucket(
    [("Mục 1", {"done": 3, "overdue": 1}), ("Mục 2", {})],
    BUCKETS,
    title="Nhiệm vụ theo mục",
    empty="chưa có nhiệm vụ",
)
TASKS = Table(
    (Column("STT", 0.4, "center"), Column("Nhiệm vụ", 3), Column("Hạn", 1, "center")),
    (("Mục 1", "", ""), *((str(n), "Quan trắc nước sông đoạn giáp ranh", "30/6/2026") for n in range(1, 60))),
    caption="Bảng 1. Nhiệm vụ",
    band_rows=frozenset({0}),
)
REPORT = OfficialPaper(
    kind="Báo cáo",
    subject="Kết quả thực hiện Kế hoạch phối hợp quý III năm 2026",
    issuer_parent="UBND tỉnh Ví Dụ",
    issuer="Sở Môi trường tỉnh Ví Dụ",
    symbol="BC-SMT",
    place="Ví Dụ",
    month=9,
    year=2026,
    addressees=("Ủy ban nhân dân tỉnh Ví Dụ",),
    body=(
        Basis("Căn cứ Luật Bảo vệ môi trường ngày 17 tháng 11 năm 2020"),
        Basis("Căn cứ Kế hoạch số 03/KH-UBND ngày 05/01/2026 của Ủy ban nhân dân tỉnh"),
        Heading("CÔNG TÁC CHỈ ĐẠO"),
        Paragraph(("Đã giao 12", Run("[1]", raised=True), " nhiệm vụ.")),
        Heading("KẾT QUẢ"),
        Heading("Nước sông", 2),
        *(Heading(f"Việc thứ {n}", 3) for n in range(1, 7)),
        Item("Đã lấy mẫu 12 đợt."),
        Item("Điểm số 4.", "+"),
        Heading("Khoáng sản", 2),
        Heading("Rà soát điểm mỏ", 3),
        Figure(BARS, "Biểu đồ thanh", "Hình 1. Nhiệm vụ theo mục"),
        TASKS,
        Paragraph("Trên đây là báo cáo, Sở Môi trường kính báo cáo."),
    ),
    recipients=("Như trên", "Lãnh đạo Sở;"),
    archive="VT, QLMT",
    signer=Signer(("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"), "Nguyễn Văn An"),
)
WITH_ANNEXES = replace(
    REPORT,
    annexes=(
        Annex("Bảng tổng hợp nhiệm vụ", (TASKS,), landscape=True),
        Annex("Nguồn số liệu", (Paragraph("[1] Số nhiệm vụ."),)),
    ),
)
LETTER = OfficialPaper(
    kind="Công văn",
    subject="đôn đốc thực hiện nhiệm vụ quá hạn",
    issuer_parent="UBND tỉnh Ví Dụ",
    issuer="Sở Môi trường",
    number=5,
    symbol="SMT-QLMT",
    place="Ví Dụ",
    day=5,
    month=2,
    year=2026,
    addressees=("Phòng Quản lý môi trường", "Chi cục Bảo vệ môi trường"),
    body=(Paragraph("Đề nghị các đơn vị khẩn trương thực hiện."),),
    recipients=("Như trên",),
    archive="VT, QLMT",
    signer=Signer(("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"), "Trần Thị Bình"),
)
