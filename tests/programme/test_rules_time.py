from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from giapranh.kernel.working_days import WorkCalendar
from giapranh.programme.reference import due_rules, topics
from giapranh.programme.rules.buckets import Bucket, Moment, bucket, days_left, frozen
from giapranh.programme.rules.due_dates import DueKind, DueRule, part_due, propose, resolve
from giapranh.programme.rules.periods import PeriodKind, ReportingPeriod, UnknownPeriod, containing, parse_period
from giapranh.programme.rules.recurrence import (
    BadRecurrence,
    anchored,
    due_now,
    next_occurrence,
    occurrences,
)
from giapranh.programme.rules.topics import indicators_for, topic_of

CALENDAR = WorkCalendar()
MONDAY = date(2026, 10, 19)
DAYS = st.dates(date(2019, 6, 1), date(2027, 12, 31))
SEVERITY = {Bucket.IN_TIME: 0, Bucket.NEARLY_DUE: 1, Bucket.OVERDUE: 2}


def moment(day: date, clock: time = time(8)) -> Moment:
    return Moment.at(day, clock, CALENDAR)


# --- buckets ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("due_on", "due_time", "expected"),
    [
        (None, None, Bucket.NO_DATE),
        (date(2026, 10, 18), None, Bucket.OVERDUE),
        (date(2026, 10, 19), None, Bucket.NEARLY_DUE),
        (date(2026, 10, 19), time(7, 30), Bucket.OVERDUE),
        (date(2026, 10, 19), time(16, 30), Bucket.NEARLY_DUE),
        (date(2026, 10, 22), None, Bucket.NEARLY_DUE),
        (date(2026, 10, 23), None, Bucket.IN_TIME),
    ],
)
def test_a_bucket_is_named_by_the_working_days_left(due_on, due_time, expected):
    assert bucket(due_on, due_time, moment(MONDAY)) is expected


def test_the_weekend_does_not_count_towards_nearly_due():
    friday = date(2026, 10, 23)
    assert bucket(date(2026, 10, 28), None, moment(friday)) is Bucket.NEARLY_DUE
    assert bucket(date(2026, 10, 29), None, moment(friday)) is Bucket.IN_TIME


def test_handed_in_on_the_last_day_is_frozen_as_in_time():
    assert frozen(MONDAY, None, moment(MONDAY)) is Bucket.IN_TIME
    assert frozen(MONDAY, None, moment(date(2026, 10, 20))) is Bucket.OVERDUE
    assert frozen(None, None, moment(MONDAY)) is Bucket.NO_DATE


@given(DAYS, DAYS, st.integers(0, 40))
@settings(max_examples=60)
def test_time_only_makes_a_duty_more_pressing(due_on, day, later):
    before = bucket(due_on, None, moment(day))
    after = bucket(due_on, None, moment(day + timedelta(days=later)))
    assert SEVERITY[before] <= SEVERITY[after]


@given(DAYS, st.integers(0, 40), DAYS)
@settings(max_examples=60)
def test_a_later_due_date_is_never_more_pressing(due_on, more, day):
    assert (
        SEVERITY[bucket(due_on, None, moment(day))]
        >= SEVERITY[bucket(due_on + timedelta(days=more), None, moment(day))]
    )


def test_days_left_are_working_days():
    assert days_left(date(2026, 10, 26), MONDAY, CALENDAR) == 5
    assert days_left(date(2026, 10, 15), MONDAY, CALENDAR) == -2
    assert days_left(None, MONDAY, CALENDAR) is None


# --- periods ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "start", "end", "label"),
    [
        ("2026-M01", date(2025, 12, 15), date(2026, 1, 14), "Tháng 1/2026"),
        ("2026-m7", date(2026, 6, 15), date(2026, 7, 14), "Tháng 7/2026"),
        ("2026-Q1", date(2025, 12, 15), date(2026, 3, 14), "Quý I/2026"),
        ("2026-Q3", date(2026, 6, 15), date(2026, 9, 14), "Quý III/2026"),
        ("2026-H1", date(2025, 12, 15), date(2026, 6, 14), "6 tháng đầu năm 2026"),
        ("2026-H2", date(2026, 6, 15), date(2026, 12, 14), "6 tháng cuối năm 2026"),
        ("2026", date(2025, 12, 15), date(2026, 12, 14), "Năm 2026"),
    ],
)
def test_periods_close_on_the_14th(text, start, end, label):
    period = parse_period(text)
    assert (period.start, period.end, period.label) == (start, end, label)


@pytest.mark.parametrize("text", ["", "Q3", "2026-Q5", "2026-M13", "26-Q1", "2026-H3", "quý 3"])
def test_an_unknown_period_is_refused(text):
    with pytest.raises(UnknownPeriod):
        parse_period(text)


@given(st.sampled_from(list(PeriodKind)), DAYS)
def test_every_day_lies_in_exactly_one_period_of_a_kind(kind, day):
    period = containing(kind, day)
    assert period.covers(day)
    assert period.next.start == period.end + timedelta(days=1)
    assert period.previous.next == period
    assert parse_period(period.key) == period


def test_the_15th_of_december_opens_the_next_year():
    assert containing(PeriodKind.YEAR, date(2025, 12, 15)) == ReportingPeriod(PeriodKind.YEAR, 2026, 1)
    assert containing(PeriodKind.QUARTER, date(2025, 12, 14)).key == "2025-Q4"


# --- recurrence ------------------------------------------------------------------------------------------------------


def test_monthly_without_a_day_falls_on_the_closing_day_and_says_so():
    found = anchored("FREQ=MONTHLY")
    assert (found.rrule, found.proposed) == ("FREQ=MONTHLY;BYMONTHDAY=14", True)
    assert "09/2019" in found.rule_text


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("FREQ=MONTHLY;INTERVAL=3", [date(2024, 12, 14), date(2025, 3, 14), date(2025, 6, 14)]),
        ("FREQ=MONTHLY;INTERVAL=6", [date(2024, 12, 14), date(2025, 6, 14)]),
        ("FREQ=YEARLY", [date(2024, 12, 14)]),
    ],
)
def test_rules_without_a_day_fall_on_the_closing_days(text, days):
    assert occurrences(anchored(text).rrule, start=date(2024, 11, 11), until=date(2025, 6, 30)) == days


def test_a_day_the_paper_names_is_kept():
    found = anchored("FREQ=YEARLY;BYMONTH=5,11;BYMONTHDAY=5")
    assert not found.proposed
    assert occurrences(found.rrule, start=date(2024, 11, 6), until=date(2025, 12, 31)) == [
        date(2025, 5, 5),
        date(2025, 11, 5),
    ]


def test_the_next_instance_always_exists_even_when_far():
    assert due_now("FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=5", start=date(2024, 6, 1), day=date(2024, 7, 1), ahead=35) == [
        date(2025, 5, 5)
    ]
    assert next_occurrence("FREQ=DAILY;COUNT=2", start=MONDAY, after=date(2027, 1, 1)) is None


@pytest.mark.parametrize("text", ["", "hàng tháng", "FREQ=HOURLY", "FREQ=DAILY;BYHOUR=3", "FREQ=MONTHLY;BYMONTHDAY=x"])
def test_a_rule_that_is_no_rule_of_days_is_refused(text):
    with pytest.raises(BadRecurrence):
        occurrences(text, start=MONDAY, until=date(2027, 1, 1))


@given(
    st.sampled_from(["WEEKLY", "MONTHLY", "YEARLY"]), st.integers(1, 6), DAYS, st.integers(0, 900), st.integers(0, 60)
)
@settings(max_examples=60)
def test_instances_are_unique_ordered_and_stable_when_asked_again(frequency, interval, start, span, more):
    rule = anchored(f"FREQ={frequency};INTERVAL={interval}").rrule
    first = occurrences(rule, start=start, until=start + timedelta(days=span))
    again = occurrences(rule, start=start, until=start + timedelta(days=span + more))
    assert first == sorted(set(first))
    assert again[: len(first)] == first
    assert all(start <= day <= start + timedelta(days=span) for day in first)


# --- due dates -------------------------------------------------------------------------------------------------------

RULES = (
    DueRule("any", "quý", "period_end", 10, "quarter", valid_from=date(2019, 1, 1)),
    DueRule("urgent", "khẩn", "working_days", 10, words=("khẩn trương",), valid_from=date(2019, 1, 1)),
    DueRule("year", "năm", "period_end", 10, "year", topics=("programme",), valid_from=date(2019, 1, 1)),
    DueRule("month", "tháng", "month_end", 5, topics=("reporting",), valid_from=date(2019, 1, 1)),
)


def resolved(given: dict, **more):
    base = {"topic": None, "text": "làm việc", "day": date(2024, 11, 12), "issued_on": date(2024, 11, 8)}
    return resolve(given, **{**base, **more}, rules=RULES, calendar=CALENDAR)


def test_a_date_in_the_paper_is_given_and_keeps_its_hour():
    due = resolved({"kind": "datetime", "date": "2024-12-15", "time": "16:30"})
    assert (due.on, due.at, due.kind, due.rule) == (date(2024, 12, 15), time(16, 30), DueKind.GIVEN, "")


def test_before_a_date_is_a_setting():
    given = {"kind": "date", "date": "2024-12-15", "before": True}
    assert resolved(given).on == date(2024, 12, 15)
    assert resolved(given, before_includes_day=False).on == date(2024, 12, 14)


def test_no_date_gives_a_proposal_of_the_quarter_with_its_rule():
    due = resolved({"kind": "none"})
    assert (due.on, due.kind, due.rule_key, due.rule) == (date(2024, 12, 13), DueKind.PROPOSED, "any", "quý")


def test_too_little_room_moves_the_proposal_to_the_next_quarter():
    assert resolved({"kind": "none"}, day=date(2024, 12, 9)).on == date(2025, 3, 14)


def test_the_narrowest_rule_wins():
    assert resolved({}, text="Khẩn trương rà soát").rule_key == "urgent"
    assert resolved({}, topic="programme").rule_key == "year"
    assert resolved({"kind": "condition"}, topic="reporting").on == date(2024, 11, 29)


def test_a_recurrence_becomes_a_series_without_a_date_of_its_own():
    due = resolved({"kind": "recurring", "recurrence": "FREQ=MONTHLY;BYMONTHDAY=15"})
    assert (due.on, due.recurrence, due.kind) == (None, "FREQ=MONTHLY;BYMONTHDAY=15", DueKind.GIVEN)


def test_a_relative_deadline_counts_from_the_paper_or_is_proposed():
    known = {"kind": "relative", "offset_days": 10, "working_days": True, "event": "ngày nhận được văn bản"}
    assert resolved(known).on == date(2024, 11, 22)
    assert resolved({**known, "event": "ngày kết thúc đợt kiểm tra"}).rule_key == "any"


def test_nothing_is_proposed_where_no_rule_held_on_that_day():
    due = resolve(
        {}, topic=None, text="", day=date(2018, 5, 2), issued_on=None, rules=RULES, calendar=CALENDAR
    )  # fmt: skip
    assert (due.on, due.kind) == (None, DueKind.NONE)


@given(DAYS, st.sampled_from([None, *(topic.key for topic in topics())]), st.sampled_from(["", "khẩn trương"]))
@settings(max_examples=80)
def test_every_proposal_of_the_shipped_rules_is_a_working_day_in_the_future(day, topic, text):
    due = propose(topic=topic, text=text, day=day, rules=due_rules(), calendar=CALENDAR)
    assert due.kind is DueKind.PROPOSED
    assert due.rule
    assert due.on is not None
    assert due.on > day
    assert CALENDAR.is_working(due.on)


@given(DAYS, st.integers(-10, 200), st.integers(0, 15))
@settings(max_examples=80)
def test_a_part_is_never_due_after_the_lead_unless_the_lead_is_late_already(day, span, before):
    lead = day + timedelta(days=span)
    due = part_due(lead, day=day, working_days_before=before, calendar=CALENDAR)
    assert due is not None
    assert due <= max(lead, day)


def test_a_part_is_due_five_working_days_before_the_lead():
    assert part_due(date(2024, 12, 13), day=date(2024, 11, 12), working_days_before=5, calendar=CALENDAR) == date(
        2024, 12, 6
    )
    assert part_due(None, day=MONDAY, working_days_before=5, calendar=CALENDAR) is None


# --- topics ----------------------------------------------------------------------------------------------------------


def test_topics_follow_the_words_and_the_hint_wins():
    day = date(2024, 11, 12)
    water = topic_of("kiểm soát chất lượng nguồn nước sông Thương, ô nhiễm", topics(), day=day)
    assert water is not None
    assert water.key == "water"
    protected = topic_of("phương án bảo vệ khoáng sản chưa khai thác", topics(), day=day)
    assert protected is not None
    assert protected.key == "mineral_protection"
    assert topic_of("họp giao ban", topics(), day=day) is None
    hinted = topic_of("sông", topics(), day=day, hint="inspection")
    assert hinted is not None
    assert hinted.key == "inspection"


def test_only_registered_indicators_are_proposed():
    water = next(topic for topic in topics() if topic.key == "water")
    assert indicators_for(water, ["programme.papers_exchanged", "x"], ["x"]) == ["programme.papers_exchanged", "x"]
    assert indicators_for(None, [], ["x"]) == []
