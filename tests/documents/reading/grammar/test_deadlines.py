"""Every form of a deadline that official papers use (the issue day of these sentences is 01/8/2025)."""

from __future__ import annotations

from datetime import date

import pytest

from giapranh.documents.reading.schema import DueKind

from .vectors import due

DAYS = {
    "hoàn thành trước ngày 15/9/2025": date(2025, 9, 15),
    "báo cáo trước ngày 05 tháng 8 năm 2025": date(2025, 8, 5),
    "gửi về Sở trước 31/3/2026": date(2026, 3, 31),
    "tổng hợp (trước ngày 15/9/2025)": date(2025, 9, 15),
    "chậm nhất ngày 15/9/2025": date(2025, 9, 15),
    "chậm nhất đến ngày 15/9/2025": date(2025, 9, 15),
    "chậm nhất là ngày 15/9/2025": date(2025, 9, 15),
    "muộn nhất ngày 20/9/2025": date(2025, 9, 20),
    "hoàn thành xong trước ngày 30/12/2025": date(2025, 12, 30),
    "Thời gian hoàn thành: 15/11/2025": date(2025, 11, 15),
    "Thời gian hoàn thành: trước ngày 15/11/2025": date(2025, 11, 15),
    "Thời hạn: ngày 15/11/2025": date(2025, 11, 15),
    "thời hạn hoàn thành trước ngày 25/12/2025": date(2025, 12, 25),
    "trước ngày 22/01/2026 (nhằm ngày 04 tháng Chạp năm Ất Tỵ)": date(2026, 1, 22),
    "hoàn thành trong ngày 20/8/2025": date(2025, 8, 20),
    "đến hết ngày 30/9/2025 phải hoàn thành": date(2025, 9, 30),
    "Hạn hoàn thành: 10/10/2025": date(2025, 10, 10),
    "báo cáo kết quả về Sở trước ngày 25.12.2025": date(2025, 12, 25),
    "xong trước 12/9/2025": date(2025, 9, 12),
    "gửi báo cáo chậm nhất vào ngày 18/8/2025": date(2025, 8, 18),
    "hoàn thành trước 25 tháng Chạp (ngày 12/02/2026)": date(2026, 2, 12),
    "hoàn thành: 20/9/2025": date(2025, 9, 20),
    "hoàn thành trước thời điểm 30/9/2025": date(2025, 9, 30),
    "báo cáo Ủy ban nhân dân tỉnh ngay sau khi hoàn thành và chậm nhất ngày 05/9/2025": date(2025, 9, 5),
}


@pytest.mark.parametrize(("words", "day"), DAYS.items(), ids=range(len(DAYS)))
def test_a_named_day_is_the_due_day(words: str, day: date) -> None:
    found = due(words)
    assert found is not None
    assert found.due.date == day


HOURS = {
    "trước 16 giờ 30 ngày 12/9/2025": ("16:30", date(2025, 9, 12)),
    "trước 17h ngày 30/11/2025": ("17:00", date(2025, 11, 30)),
    "trước 9h00 ngày 05/8/2025": ("09:00", date(2025, 8, 5)),
    "trước 10 giờ 00 phút ngày 05/8/2025": ("10:00", date(2025, 8, 5)),
    "trước l0 giờ 00 ngày 03/8/2025": ("10:00", date(2025, 8, 3)),
    "chậm nhất 16h30, ngày 20/8/2025": ("16:30", date(2025, 8, 20)),
}


@pytest.mark.parametrize(("words", "wanted"), HOURS.items(), ids=range(len(HOURS)))
def test_a_time_of_day_is_kept(words: str, wanted: tuple[str, date]) -> None:
    found = due(words)
    assert found is not None
    assert (found.due.kind, found.due.time, found.due.date) == (DueKind.DATETIME, *wanted)


def test_before_is_remembered() -> None:
    assert due("trước ngày 15/9/2025").due.before is True  # type: ignore[union-attr]
    assert due("chậm nhất ngày 15/9/2025").due.before is False  # type: ignore[union-attr]


PERIODS = {
    "hoàn thành trong tháng 8 năm 2025": (DueKind.MONTH, date(2025, 8, 1), date(2025, 8, 31)),
    "hoàn thành trong tháng 10/2025": (DueKind.MONTH, date(2025, 10, 1), date(2025, 10, 31)),
    "Thời gian thực hiện: Quý II/2026": (DueKind.QUARTER, date(2026, 4, 1), date(2026, 6, 30)),
    "hoàn thành trong quý III/2025": (DueKind.QUARTER, date(2025, 7, 1), date(2025, 9, 30)),
    "hoàn thành trong năm 2025": (DueKind.YEAR, date(2025, 1, 1), date(2025, 12, 31)),
    "trình UBND tỉnh trong tháng 9": (DueKind.MONTH, date(2025, 9, 1), date(2025, 9, 30)),
}


@pytest.mark.parametrize(("words", "wanted"), PERIODS.items(), ids=range(len(PERIODS)))
def test_a_month_or_quarter_ends_with_its_last_day(words: str, wanted: tuple[DueKind, date, date]) -> None:
    found = due(words)
    assert found is not None
    assert (found.due.kind, found.due.start, found.due.end) == wanted
    assert found.due.date == wanted[2]
    assert found.confidence < 1


def test_a_month_at_the_end_of_a_long_sentence_is_a_deadline() -> None:
    found = due("Văn phòng đôn đốc các phòng, tổng hợp, trình Lãnh đạo Sở ký báo cáo gửi đi trong tháng 10 năm 2025.")
    assert found is not None
    assert found.due.date == date(2025, 10, 31)


@pytest.mark.parametrize(
    "words",
    ["Tổng hợp các vụ việc phát sinh trong tháng 10/2025.", "Rà soát các dự án hoàn thành trước năm 2020."],
)
def test_a_month_that_things_happened_in_is_none(words: str) -> None:
    found = due(words)
    assert found is None or found.due.date is None


def test_latest_by_a_month_is_its_last_day() -> None:
    found = due("hoàn thành chậm nhất tháng 8/2025")
    assert found is not None
    assert (found.due.kind, found.due.date) == (DueKind.MONTH, date(2025, 8, 31))


def test_a_span_has_a_start_and_an_end_but_no_due_day() -> None:
    found = due("treo cờ Tổ quốc từ ngày 02/9/2025 đến hết ngày 05/9/2025")
    assert found is not None
    assert (found.due.kind, found.due.start, found.due.end, found.due.date) == (
        DueKind.SPAN,
        date(2025, 9, 2),
        date(2025, 9, 5),
        None,
    )


def test_a_span_may_be_open() -> None:
    found = due("cho học sinh nghỉ học từ ngày 29/9/2025 cho đến khi có thông báo tiếp theo")
    assert found is not None
    assert (found.due.kind, found.due.start, found.due.end) == (DueKind.SPAN, date(2025, 9, 29), None)


RECURRING = {
    "định kỳ hàng tháng báo cáo": "FREQ=MONTHLY",
    "định kỳ hằng quý báo cáo": "FREQ=MONTHLY;INTERVAL=3",
    "định kỳ 6 tháng, hàng năm báo cáo": "FREQ=MONTHLY;INTERVAL=6",
    "báo cáo 03 tháng/lần": "FREQ=MONTHLY;INTERVAL=3",
    "báo cáo hằng năm": "FREQ=YEARLY",
    "báo cáo trước ngày 15 hằng tháng": "FREQ=MONTHLY;BYMONTHDAY=15",
    "gửi trước ngày 20 hàng tháng": "FREQ=MONTHLY;BYMONTHDAY=20",
    "báo cáo trước ngày 05 tháng 5 và ngày 05 tháng 11 hàng năm": "FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=5|FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=5",
    "định kỳ hằng tuần tổng hợp": "FREQ=WEEKLY",
    "báo cáo hằng ngày trước 15 giờ": "FREQ=DAILY",
}


@pytest.mark.parametrize(("words", "rule"), RECURRING.items(), ids=range(len(RECURRING)))
def test_a_recurring_duty_gets_its_rule(words: str, rule: str) -> None:
    found = due(words)
    assert found is not None
    assert (found.due.kind, found.due.recurrence, found.due.date) == (DueKind.RECURRING, rule, None)


def test_working_days_after_an_event() -> None:
    found = due("trong thời hạn 10 ngày làm việc kể từ ngày nhận được văn bản này")
    assert found is not None
    assert (found.due.kind, found.due.offset_days, found.due.working_days) == (DueKind.RELATIVE, 10, True)
    assert found.due.event == "kể từ ngày nhận được văn bản này"


def test_a_deadline_by_reference() -> None:
    found = due("báo cáo theo đúng thời gian yêu cầu tại khoản 2 văn bản này")
    assert found is not None
    assert found.due.kind is DueKind.REFERENCE


def test_a_deadline_on_a_condition() -> None:
    found = due("triển khai sau khi được phê duyệt")
    assert found is not None
    assert found.due.kind is DueKind.CONDITION


def test_a_day_without_a_year_takes_the_year_of_issue_and_says_so() -> None:
    found = due("báo cáo trước ngày 25/8")
    assert found is not None
    assert found.due.date == date(2025, 8, 25)
    assert found.reason is not None


def test_a_day_before_the_issue_is_doubtful() -> None:
    found = due("báo cáo trước ngày 25/6/2025")
    assert found is not None
    assert found.confidence < 0.5


NOTHING = [
    "khẩn trương, kịp thời, thường xuyên thực hiện",
    "trong thời gian tới",
    "giai đoạn 2021 - 2025",
    "chịu trách nhiệm trước UBND tỉnh",
    "dự toán ngân sách năm 2025",
    "Luật Đất đai ngày 18/01/2024",
    "thực hiện Kế hoạch năm 2025",
    "giấy tờ được cấp trước ngày 01/7/2004 thì được xem xét",
    "mưa lớn từ 50 đến 100 mm",
    "đạt mục tiêu đến năm 2030",
    "nhiệm vụ 6 tháng cuối năm 2025",
]


@pytest.mark.parametrize("words", NOTHING)
def test_what_is_no_deadline_gives_none(words: str) -> None:
    found = due(words)
    assert found is None or (found.due.date is None and found.due.kind in (DueKind.CONDITION, DueKind.REFERENCE))


def test_all_the_time_within_a_year_is_no_day() -> None:
    found = due("Thời gian thực hiện: thường xuyên trong năm 2026")
    assert found is None or found.due.date is None
