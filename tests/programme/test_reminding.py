from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.db import transaction
from tests.factories.people import make_officer
from tests.factories.programme import AT, DAY, make_programme, make_task

from giapranh.people import outbox
from giapranh.people.models import Delivery, Notice
from giapranh.people.roles import Role
from giapranh.programme import services
from giapranh.programme.models import Reminder
from giapranh.programme.services import reminding

pytestmark = pytest.mark.django_db


class PowerCut(BaseException):
    """The process dies here."""


@pytest.fixture
def programme(node, leader):
    return make_programme(node.agency, leader)


@pytest.fixture
def letters(settings, django_capture_on_commit_callbacks):
    """Run the reminders of a day as the worker does, and give back what left the house."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    def run(at: datetime = AT) -> list[tuple[str, ...]]:
        with django_capture_on_commit_callbacks(execute=True):
            services.send_reminders(at)
        return [tuple(message.to) for message in mail.outbox]

    return run


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 1, 0, tzinfo=UTC)


def test_one_letter_per_person_and_day_whatever_the_number_of_tasks(node, programme, an, letters):
    for offset in (-9, -2, 0, 1):
        make_task(programme, node.water, due_on=DAY + timedelta(days=offset))
    assert letters() == [("an@example.vn",)]
    body = mail.outbox[0].body
    assert body.count("/viec/") == 3
    assert "QUÁ HẠN" in body
    assert "HẠN HÔM NAY" in body
    assert mail.outbox[0].subject == "Nhắc việc: quá hạn 1, hạn hôm nay 1, sắp đến hạn 1"
    assert [notice.kind for notice in Notice.objects.filter(officer=an)] == ["reminder"]


def test_running_again_the_same_day_sends_nothing(node, programme, an, letters):
    make_task(programme, node.water, due_on=DAY)
    letters()
    assert letters(AT + timedelta(hours=5)) == [("an@example.vn",)]
    assert Notice.objects.filter(officer=an).count() == 1


def test_a_crash_before_the_commit_leaves_nothing_and_the_next_run_sends_once(
    node, programme, an, letters, monkeypatch
):
    make_task(programme, node.water, due_on=DAY)

    def cut(*args, **kwargs):
        raise PowerCut

    with monkeypatch.context() as broken:
        broken.setattr(reminding, "send_mail_once", cut)
        with pytest.raises(PowerCut), transaction.atomic():
            services.send_reminders(AT)
    assert (Reminder.objects.count(), Notice.objects.count(), Delivery.objects.count()) == (0, 0, 0)
    assert letters() == [("an@example.vn",)]


def test_a_crash_between_claim_and_send_never_sends_twice(node, programme, an, letters, monkeypatch):
    make_task(programme, node.water, due_on=DAY)
    services.send_reminders(AT)  # committed, but the process died before the letter was claimed

    def cut(self, *args, **kwargs):
        raise PowerCut

    with monkeypatch.context() as broken:
        broken.setattr(outbox.EmailMessage, "send", cut)
        with pytest.raises(PowerCut):
            outbox.send_waiting()
    assert Delivery.objects.get().state == "sending"
    assert letters() == []
    assert outbox.send_waiting() == 0
    outbox.mark_unclear(Delivery.objects.get().claimed_at + timedelta(hours=1))
    assert Delivery.objects.get().state == "unclear"
    assert letters() == []


def test_a_letter_that_was_never_claimed_goes_out_later_once(node, programme, an, letters):
    make_task(programme, node.water, due_on=DAY)
    services.send_reminders(AT)
    assert outbox.send_waiting() == 1
    assert outbox.send_waiting() == 0
    assert letters() == [("an@example.vn",)]


def test_the_leader_hears_of_what_stays_undone(node, programme, an, leader, letters):
    leader.email = "lanhdao@example.vn"
    leader.save()
    make_task(programme, node.water, due_on=date(2026, 10, 14))
    letters(at(date(2026, 10, 15)))
    assert set(Reminder.objects.values_list("officer__username", flat=True)) == {"an"}
    letters(at(date(2026, 10, 19)))
    assert set(Reminder.objects.filter(day=DAY).values_list("officer__username", flat=True)) == {"an", "lanhdao"}
    assert "BÁO LÃNH ĐẠO" in next(m.body for m in mail.outbox if m.to == ["lanhdao@example.vn"])


def test_heads_hear_for_their_office_and_an_assigned_person_for_theirs(node, programme, an, letters):
    head = make_officer("Trưởng Phòng", office=node.water, role=Role.OFFICE_HEAD, email="truong@example.vn")
    make_task(programme, node.water, due_on=DAY)
    mine = make_task(programme, node.water, due_on=DAY)
    services.assign_officer(part_id=mine.parts.get().pk, officer=an, by=an, at=AT)
    letters()
    heard = {row.officer: [line["task"] for line in row.lines] for row in Reminder.objects.all()}
    assert heard[an] == [mine.pk]
    assert mine.pk not in heard[head]


def test_a_part_has_a_reminder_of_its_own(node, programme, binh, letters):
    task = make_task(programme, node.water, node.minerals, due_on=date(2026, 10, 30))
    part = task.parts.get(role="coordinating")
    part.due_on = DAY
    part.save()
    letters()
    assert [(line["task"], line["part"]) for line in Reminder.objects.get(officer=binh).lines] == [(task.pk, part.pk)]


def test_a_snoozed_task_is_quiet_until_the_day_after(node, programme, an, letters):
    task = make_task(programme, node.water, due_on=DAY)
    services.snooze(task_id=task.pk, until=DAY, reason="chờ kết quả mẫu", by=an, at=AT)
    assert letters() == []
    assert letters(AT + timedelta(days=1)) == [("an@example.vn",)]


def test_nothing_is_said_of_paused_awaiting_or_closed_tasks(node, programme, an, leader, letters):
    task = make_task(programme, node.water, due_on=DAY)
    services.pause(task_id=task.pk, reason="chờ tỉnh", by=leader, at=AT)
    assert letters() == []


def test_nobody_is_written_to_on_a_sunday(node, programme, an, letters):
    make_task(programme, node.water, due_on=date(2026, 10, 18))
    assert letters(at(date(2026, 10, 18))) == []
    assert Reminder.objects.count() == 0


def test_a_part_nobody_holds_is_told_to_the_givers(node, programme, leader, letters):
    focal = make_officer("Đầu Mối", office=node.clerks, role=Role.FOCAL_OFFICER, email="daumoi@example.vn")
    make_task(programme, None, due_on=DAY)
    letters()
    assert {row.officer for row in Reminder.objects.all()} == {leader, focal}


def test_what_was_handed_to_somebody_who_left_goes_back_to_the_office(node, programme, an, binh, letters):
    task = make_task(programme, node.water, due_on=DAY)
    task.parts.update(officer=binh)  # Bình works elsewhere by now
    letters()
    assert [row.officer for row in Reminder.objects.all()] == [an]
