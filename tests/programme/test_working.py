from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import InternalError
from tests.factories.programme import AT, DAY, make_paper, make_product, make_programme, make_task

from giapranh.kernel.errors import Refused
from giapranh.people.models import AuditEvent, Notice
from giapranh.programme import services
from giapranh.programme.models import Extension, Task, TaskEvent, TaskPart
from giapranh.programme.permissions import NotTheGiver, NotYourTask, OwnWork
from giapranh.programme.rules.due_dates import DueKind
from giapranh.programme.rules.states import ProductMissing, ReasonMissing, WrongState
from giapranh.programme.services.dates import AlreadyAsked, TooLate, WrongDate
from giapranh.programme.services.products import ProductLocked, ProductTwice, ProductUnclear
from giapranh.programme.services.work import ReportMissing, SeriesIsNotDone

pytestmark = pytest.mark.django_db
DUE = date(2026, 10, 23)


@pytest.fixture
def programme(node, leader):
    return make_programme(node.agency, leader)


@pytest.fixture
def task(node, programme):
    return make_task(programme, node.water, node.minerals, due_on=DUE)


def days_later(days: int):
    return AT + timedelta(days=days)


# --- the main road ---------------------------------------------------------------------------------------------------


def test_the_road_from_given_to_completed(node, task, an, binh, leader):
    part = task.parts.get(role="coordinating")
    services.receive(task_id=task.pk, by=an, at=AT)
    services.start(task_id=task.pk, by=an, at=AT)
    services.submit_part(part_id=part.pk, report="Đã kiểm tra 3 điểm", by=binh, at=AT)
    services.return_part(part_id=part.pk, reason="thiếu số liệu tháng 9", by=an, at=AT)
    services.submit_part(part_id=part.pk, report="Đã bổ sung", by=binh, at=AT)
    services.accept_part(part_id=part.pk, by=an, at=AT)
    services.attach_product(task_id=task.pk, number="12/BC-SNNMT", by=an, at=AT)
    services.ask_confirmation(task_id=task.pk, report="Hoàn thành đợt kiểm tra", by=an, at=AT)
    done = services.confirm_completion(task_id=task.pk, by=leader, at=days_later(10))
    assert (done.state, done.frozen_bucket, done.confirmed_by) == ("completed", "in_time", leader)
    assert [(event.verb, event.by) for event in TaskEvent.objects.filter(task=task)] == [
        ("receive", an), ("start", an), ("part_submit", binh), ("part_return", an), ("part_submit", binh),
        ("part_accept", an), ("product", an), ("ask_confirmation", an), ("confirm", leader),
    ]  # fmt: skip
    assert list(task.parts.values_list("state", flat=True)) == ["accepted", "accepted"]
    assert AuditEvent.objects.filter(target_kind="task", target_id=str(task.pk)).count() == 9


def test_the_clock_stops_when_the_task_is_handed_in_not_when_the_giver_reads_it(task, an, leader):
    make_product(task, an)
    services.start(task_id=task.pk, by=an, at=AT)
    handed_in = services.ask_confirmation(task_id=task.pk, report="Xong", by=an, at=AT)
    assert handed_in.frozen_bucket == "in_time"
    returned = services.return_task(task_id=task.pk, reason="thiếu phụ lục", by=leader, at=days_later(1))
    assert (returned.state, returned.frozen_bucket, returned.handed_in_at) == ("returned", "", None)
    late = services.ask_confirmation(task_id=task.pk, report="Xong lần 2", by=an, at=days_later(30))
    assert late.frozen_bucket == "overdue"


def test_nothing_is_completed_without_a_product(task, an):
    services.start(task_id=task.pk, by=an, at=AT)
    with pytest.raises(ProductMissing):
        services.ask_confirmation(task_id=task.pk, report="Xong", by=an, at=AT)
    task.refresh_from_db()
    assert (task.state, task.handed_in_at, task.parts.get(role="lead").state) == ("doing", None, "given")


def test_the_database_itself_refuses_a_completed_task_without_a_product(task, leader):
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        Task.objects.filter(pk=task.pk).update(
            state="completed", frozen_bucket="in_time", completed_at=AT, confirmed_by=leader
        )


def test_a_report_is_needed_to_hand_in(task, an):
    make_product(task, an)
    services.start(task_id=task.pk, by=an, at=AT)
    with pytest.raises(ReportMissing):
        services.ask_confirmation(task_id=task.pk, report="  ", by=an, at=AT)


def test_nobody_confirms_their_own_work(task, leader):
    make_product(task, leader)
    services.start(task_id=task.pk, by=leader, at=AT)
    services.ask_confirmation(task_id=task.pk, report="Xong", by=leader, at=AT)
    with pytest.raises(OwnWork):
        services.confirm_completion(task_id=task.pk, by=leader, at=AT)


def test_only_the_giver_confirms_pauses_and_cancels(task, an, auditor):
    make_product(task, an)
    services.start(task_id=task.pk, by=an, at=AT)
    for officer in (an, auditor):
        for verb in (services.pause, services.cancel):
            with pytest.raises(Refused):
                verb(task_id=task.pk, reason="x", by=officer, at=AT)
        with pytest.raises(Refused):
            services.confirm_completion(task_id=task.pk, by=officer, at=AT)
    with pytest.raises(NotTheGiver):
        services.cancel(task_id=task.pk, reason="x", by=an, at=AT)


def test_another_office_does_not_work_on_the_task(task, binh, chi, dung):
    for officer in (binh, chi, dung):
        with pytest.raises(Refused):
            services.start(task_id=task.pk, by=officer, at=AT)
    with pytest.raises(NotYourTask):
        services.start(task_id=task.pk, by=binh, at=AT)


def test_pausing_stops_the_clock_and_resuming_starts_it(task, leader):
    paused = services.pause(task_id=task.pk, reason="chờ ý kiến tỉnh", by=leader, at=AT)
    assert (paused.state, paused.frozen_bucket) == ("paused", "in_time")
    with pytest.raises(WrongState):
        services.start(task_id=task.pk, by=leader, at=days_later(20))
    resumed = services.resume(task_id=task.pk, by=leader, at=days_later(20))
    assert (resumed.state, resumed.frozen_bucket) == ("doing", "")


def test_cancelling_needs_a_reason_and_closes_what_was_owed(task, leader):
    with pytest.raises(ReasonMissing):
        services.cancel(task_id=task.pk, reason="", by=leader, at=AT)
    services.cancel(task_id=task.pk, reason="trùng nhiệm vụ", by=leader, at=AT)
    assert set(task.parts.values_list("state", flat=True)) == {"cancelled"}


def test_a_series_is_never_done_itself(node, programme, an):
    series = make_task(programme, node.water, recurrence="FREQ=MONTHLY;BYMONTHDAY=14")
    with pytest.raises(SeriesIsNotDone):
        services.start(task_id=series.pk, by=an, at=AT)


def test_what_happened_is_told_to_those_who_wait_for_it(task, an, leader):
    make_product(task, an)
    services.start(task_id=task.pk, by=an, at=AT)
    services.ask_confirmation(task_id=task.pk, report="Xong", by=an, at=AT)
    services.return_task(task_id=task.pk, reason="thiếu", by=leader, at=AT)
    told = [(notice.officer, notice.text.split(":")[0]) for notice in Notice.objects.order_by("pk")]
    assert told == [(leader, "Chờ xác nhận hoàn thành"), (an, "Bị trả lại")]


# --- products --------------------------------------------------------------------------------------------------------


def test_a_number_that_stands_in_the_register_becomes_a_link(node, task, an, leader):
    paper = make_paper(an, number="45/BC-SNNMT")
    product = services.attach_product(task_id=task.pk, number=" 45/bc-snnmt ", by=an, at=AT)
    assert (product.paper, product.number) == (paper, "45/bc-snnmt")
    with pytest.raises(ProductTwice):
        services.attach_product(task_id=task.pk, paper_id=paper.pk, by=an, at=AT)


def test_a_number_kept_elsewhere_stays_a_number(task, an):
    product = services.attach_product(task_id=task.pk, number="99/UBND-KT", by=an, at=AT)
    assert (product.paper, product.number, product.record_ref) == (None, "99/UBND-KT", "")


def test_a_paper_the_officer_may_not_read_is_not_linked(node, task, an, chi):
    make_paper(chi, number="7/SNNMT-BM")
    product = services.attach_product(task_id=task.pk, number="7/SNNMT-BM", by=an, at=AT)
    assert product.paper is None


def test_a_product_names_something_that_exists(task, an):
    with pytest.raises(ProductUnclear):
        services.attach_product(task_id=task.pk, by=an, at=AT)
    with pytest.raises(ProductUnclear, match="Không tìm thấy"):
        services.attach_product(task_id=task.pk, record_ref="station:77", by=an, at=AT)


def test_a_product_handed_in_is_not_taken_back(task, an):
    product = services.attach_product(task_id=task.pk, number="1/BC", by=an, at=AT)
    services.start(task_id=task.pk, by=an, at=AT)
    services.ask_confirmation(task_id=task.pk, report="Xong", by=an, at=AT)
    with pytest.raises(ProductLocked):
        services.remove_product(product_id=product.pk, by=an, at=AT)


# --- dates -----------------------------------------------------------------------------------------------------------


def test_an_extension_keeps_both_dates(task, an, leader):
    asked = services.ask_extension(task_id=task.pk, to_on=date(2026, 11, 6), reason="mưa lũ", by=an, at=AT)
    services.decide_extension(extension_id=asked.pk, granted=True, by=leader, at=AT)
    task.refresh_from_db()
    assert (task.original_due_on, task.due_on) == (DUE, date(2026, 11, 6))
    asked.refresh_from_db()
    assert (asked.from_on, asked.to_on, asked.decision) == (DUE, date(2026, 11, 6), "granted")
    assert task.parts.get(role="lead").due_on == date(2026, 11, 6)


def test_a_refused_extension_changes_no_date(task, an, leader):
    asked = services.ask_extension(task_id=task.pk, to_on=date(2026, 11, 6), reason="mưa lũ", by=an, at=AT)
    services.decide_extension(extension_id=asked.pk, granted=False, note="không đủ lý do", by=leader, at=AT)
    task.refresh_from_db()
    assert (task.due_on, Extension.objects.get().decision) == (DUE, "refused")
    with pytest.raises(AlreadyAsked):
        services.decide_extension(extension_id=asked.pk, granted=True, by=leader, at=AT)


def test_an_extension_is_asked_on_the_day_itself_at_the_latest(task, an):
    services.ask_extension(task_id=task.pk, to_on=date(2026, 11, 6), reason="mưa", by=an, at=days_later(4))
    Extension.objects.all().delete()
    with pytest.raises(TooLate, match="23/10/2026"):
        services.ask_extension(task_id=task.pk, to_on=date(2026, 11, 6), reason="mưa", by=an, at=days_later(5))


def test_an_extension_is_later_has_a_reason_and_waits_alone(task, an, leader):
    with pytest.raises(WrongDate):
        services.ask_extension(task_id=task.pk, to_on=DUE, reason="mưa", by=an, at=AT)
    with pytest.raises(ReasonMissing):
        services.ask_extension(task_id=task.pk, to_on=date(2026, 11, 6), reason=" ", by=an, at=AT)
    services.ask_extension(task_id=task.pk, to_on=date(2026, 11, 6), reason="mưa", by=an, at=AT)
    with pytest.raises(AlreadyAsked):
        services.ask_extension(task_id=task.pk, to_on=date(2026, 11, 9), reason="mưa", by=an, at=AT)


def test_a_proposed_date_is_accepted_by_the_giver(node, programme, an, leader):
    task = make_task(programme, node.water, node.minerals)
    services.propose_due(task_id=task.pk, on=date(2026, 11, 20), by=an, at=AT)
    task.refresh_from_db()
    assert (task.due_on, task.due_kind) == (date(2026, 11, 20), DueKind.PROPOSED)
    with pytest.raises(NotTheGiver):
        services.accept_due(task_id=task.pk, by=an, at=AT)
    services.accept_due(task_id=task.pk, by=leader, at=AT)
    task.refresh_from_db()
    assert (task.due_on, task.due_kind, task.original_due_on) == (
        date(2026, 11, 20), DueKind.GIVEN, date(2026, 11, 20),
    )  # fmt: skip
    assert task.parts.get(role="coordinating").due_on == date(2026, 11, 13)
    with pytest.raises(WrongDate):
        services.propose_due(task_id=task.pk, on=date(2026, 12, 1), by=an, at=AT)


# --- who does it -----------------------------------------------------------------------------------------------------


def test_the_giver_says_which_office_the_words_mean(node, programme, an, leader):
    task = make_task(programme, None)
    part = task.parts.get()
    with pytest.raises(NotTheGiver):
        services.set_office(part_id=part.pk, office=node.water, by=an, at=AT)
    services.set_office(part_id=part.pk, office=node.water, by=leader, at=AT)
    part.refresh_from_db()
    assert (part.office, part.given_to, part.as_written) == (node.water, node.water, "đơn vị chưa rõ")
    assert [notice.officer for notice in Notice.objects.all()] == [an]


def test_a_part_is_handed_to_a_person_of_its_office_only(task, an, binh):
    part = TaskPart.objects.get(task=task, role="lead")
    services.assign_officer(part_id=part.pk, officer=an, by=an, at=AT)
    with pytest.raises(Refused, match="không thuộc đơn vị"):
        services.assign_officer(part_id=part.pk, officer=binh, by=an, at=AT)


def test_recurrences_are_made_once_however_often_the_job_runs(node, programme):
    make_task(programme, node.water, recurrence="FREQ=MONTHLY;BYMONTHDAY=14", due_kind=DueKind.PROPOSED)
    assert services.materialise_recurrences(AT) == 1
    assert services.materialise_recurrences(AT) == 0
    assert services.materialise_recurrences(days_later(40)) == 1
    assert list(Task.objects.exclude(series=None).values_list("occurrence_on", flat=True)) == [
        date(2026, 11, 14), date(2026, 12, 14),
    ]  # fmt: skip


def test_snoozing_needs_a_reason_and_a_day_to_come(task, an):
    with pytest.raises(ReasonMissing):
        services.snooze(task_id=task.pk, until=DAY, reason="", by=an, at=AT)
    with pytest.raises(WrongDate):
        services.snooze(task_id=task.pk, until=date(2026, 10, 1), reason="bận", by=an, at=AT)
    assert services.snooze(task_id=task.pk, until=DUE, reason="chờ mẫu nước", by=an, at=AT).until == DUE
