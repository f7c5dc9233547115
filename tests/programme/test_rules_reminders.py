from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from giapranh.kernel.working_days import WorkCalendar
from giapranh.programme.rules.reminders import (
    Line,
    Occasion,
    Owed,
    ReminderSettings,
    decide,
    escalates,
    key_of,
    occasion,
)

CALENDAR = WorkCalendar()
SETTINGS = ReminderSettings()
DUE = date(2026, 10, 21)  # a Wednesday


def said(day: date) -> Occasion | None:
    return occasion(DUE, day, CALENDAR, SETTINGS)


def owed(task: int = 1, due_on: date = DUE, **more) -> Owed:
    base = {"part": None, "title": "Việc", "owners": (10,), "leaders": (90,), "snoozed": {}}
    return Owed(**{**base, "task": task, "due_on": due_on, **more})


def test_before_on_and_after_the_date_in_working_days():
    heard = {day: said(day) for day in (date(2026, 10, 12) + timedelta(days=n) for n in range(17))}
    assert {day: word for day, word in heard.items() if word} == {
        date(2026, 10, 14): Occasion.SOON,
        date(2026, 10, 16): Occasion.SOON,
        date(2026, 10, 20): Occasion.SOON,
        date(2026, 10, 21): Occasion.TODAY,
        date(2026, 10, 22): Occasion.OVERDUE,
        date(2026, 10, 26): Occasion.OVERDUE,
        date(2026, 10, 28): Occasion.OVERDUE,
    }


def test_the_leader_hears_after_three_working_days_and_then_every_five():
    days = [date(2026, 10, 22) + timedelta(days=n) for n in range(16)]
    assert [day for day in days if escalates(DUE, day, CALENDAR, SETTINGS)] == [
        date(2026, 10, 26),
        date(2026, 11, 2),
    ]


def test_a_person_gets_one_list_with_the_most_pressing_first():
    duties = [owed(1, DUE + timedelta(days=1)), owed(2, DUE), owed(3, DUE - timedelta(days=1))]
    assert decide(duties, day=DUE, calendar=CALENDAR, settings=SETTINGS) == {
        10: [
            Line(3, None, "Việc", DUE - timedelta(days=1), Occasion.OVERDUE, -1),
            Line(2, None, "Việc", DUE, Occasion.TODAY, 0),
            Line(1, None, "Việc", DUE + timedelta(days=1), Occasion.SOON, 1),
        ]
    }


def test_a_snoozed_duty_is_quiet_for_that_person_only():
    duty = owed(owners=(10, 11), snoozed={10: DUE})
    assert list(decide([duty], day=DUE, calendar=CALENDAR, settings=SETTINGS)) == [11]
    assert list(decide([duty], day=DUE + timedelta(days=1), calendar=CALENDAR, settings=SETTINGS)) == [10, 11]


def test_a_leader_who_also_owes_the_duty_reads_it_once():
    duty = owed(owners=(90,), leaders=(90,), due_on=date(2026, 10, 16))
    lines = decide([duty], day=date(2026, 10, 21), calendar=CALENDAR, settings=SETTINGS)[90]
    assert len(lines) == 1


def test_nobody_is_disturbed_on_a_day_off():
    sunday = date(2026, 10, 25)
    assert decide([owed(due_on=sunday)], day=sunday, calendar=CALENDAR, settings=SETTINGS) == {}


@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(-30, 30), st.sets(st.integers(1, 4))), max_size=30),
    st.dates(date(2026, 1, 1), date(2026, 12, 31)),
)
@settings(max_examples=60)
def test_never_more_than_one_line_per_duty_and_person(rows, day):
    duties = [
        owed(task, day + timedelta(days=offset), owners=tuple(people), leaders=(1, 2)) for task, offset, people in rows
    ]
    for lines in decide(duties, day=day, calendar=CALENDAR, settings=SETTINGS).values():
        named = [(line.task, line.part) for line in lines]
        assert len(named) == len(set(named)) > 0


def test_the_key_is_the_person_and_the_day():
    assert key_of(7, DUE) == "reminder:7:2026-10-21"
