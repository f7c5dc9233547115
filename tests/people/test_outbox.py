"""Each letter leaves once; what nobody can know is said to be unclear."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.db import transaction

from giapranh.kernel import clock
from giapranh.people import outbox, services
from giapranh.people.models import Delivery, DeliveryState


@pytest.fixture(autouse=True)
def kept_in_memory(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def test_the_same_reason_gives_one_letter(an, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        for _time in range(3):
            services.send_mail_once("reminder:7:2026-11-23", an, "Nhắc việc", "…")
    assert [letter.to for letter in mail.outbox] == [["an@example.vn"]]
    assert Delivery.objects.get().state == DeliveryState.SENT


def test_nothing_leaves_when_the_deed_is_undone(an, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        services.send_mail_once("k", an, "Nhắc việc", "…")
        transaction.set_rollback(True)
    assert (mail.outbox, Delivery.objects.count()) == ([], 0)


def test_a_letter_claimed_by_another_worker_is_left_alone(an):
    row = Delivery.objects.create(key="k", address="a@example.vn", subject="s", body="b", state="sending")
    assert outbox.send(row.pk) == DeliveryState.SENDING
    assert mail.outbox == []


def test_a_crash_while_sending_is_unclear_and_never_sent_again_by_itself(an, monkeypatch):
    row = Delivery.objects.create(key="k", address="a@example.vn", subject="s", body="b")

    def power_cut(self, fail_silently=False):
        raise SystemExit

    with monkeypatch.context() as cut:
        cut.setattr("django.core.mail.EmailMessage.send", power_cut)
        with pytest.raises(SystemExit):
            outbox.send(row.pk)
    later = clock.now() + timedelta(hours=1)
    assert services.daily_round(later) == {"successions": 0, "unclear": 1, "sent": 0}
    row.refresh_from_db()
    assert (row.state, mail.outbox) == (DeliveryState.UNCLEAR, [])


def test_a_person_may_send_an_unclear_letter_again(administrator, django_capture_on_commit_callbacks):
    row = Delivery.objects.create(key="k", address="a@example.vn", subject="s", body="b", state="unclear")
    with django_capture_on_commit_callbacks(execute=True):
        services.send_again(delivery_id=row.pk, by=administrator, at=clock.now())
    assert len(mail.outbox) == 1
    with pytest.raises(outbox.CannotSendAgain):
        services.send_again(delivery_id=row.pk, by=administrator, at=clock.now())


def test_a_mail_server_that_refuses_is_told_and_the_rest_goes_on(an, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    row = Delivery.objects.create(key="k", address="a@example.vn", subject="s", body="b")
    assert outbox.send(row.pk) == DeliveryState.FAILED
    row.refresh_from_db()
    assert row.reason


def test_nobody_without_an_address_or_a_place_gets_a_letter(an):
    an.email = ""
    assert services.send_mail_once("a", an, "s", "b") is None
    an.email, an.is_active = "an@example.vn", False
    assert services.send_mail_once("b", an, "s", "b") is None
    assert Delivery.objects.count() == 0
