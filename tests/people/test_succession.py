"""Merge, split, rename, dissolve, move a duty: what moves, and what keeps its name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.factories.people import make_office, make_officer

from giapranh.people import queries, services, succession
from giapranh.people.models import Appointment, AuditEvent, Duty, Office, Succession
from giapranh.people.roles import Role
from giapranh.people.rules.plans import BadPlan, NewOffice, Plan
from giapranh.people.succeeding import OfficeEnded, PlanOutdated, SameName
from giapranh.people.succession import Effect, Move

ON = date(2026, 3, 1)
EVE = date(2026, 2, 28)
AT = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def moved() -> Iterator[list[Move]]:
    """What a room above was asked to move."""
    seen: list[Move] = []

    def preview(moves: list[Move]) -> list[Effect]:
        return [Effect("task", f"việc của {m.predecessor_name}", m.predecessor_name, m.successor_name) for m in moves]

    succession.register_succession_effect("test", preview, lambda moves, by, at: seen.extend(moves))
    yield seen
    succession._hooks.pop("test")


def again(office: Office) -> Office:
    """The office as the database has it now."""
    return Office.objects.get(pk=office.pk)


def plan(kind: str, *predecessors: Office, **fields: object) -> Plan:
    return Plan(kind, ON, tuple(office.pk for office in predecessors), **fields)  # type: ignore[arg-type]


def test_a_rename_keeps_the_old_row_and_its_name_for_old_papers(node, an, administrator, moved):
    done = services.succeed(
        plan=plan("rename", node.water, new_offices=(NewOffice("Phòng Môi trường và Nước", abbreviation="MTN"),)),
        by=administrator, at=AT,
    )  # fmt: skip
    old = Office.objects.get(pk=node.water.pk)
    new = Office.objects.get(name="Phòng Môi trường và Nước")
    assert (old.name, old.valid_to) == ("Phòng Quản lý môi trường", EVE)
    assert (new.parent, new.valid_from, new.kind) == (node.agency, ON, old.kind)
    assert queries.display_name(old, ON) == "Phòng Quản lý môi trường (nay là Phòng Môi trường và Nước)"
    assert queries.display_name(old, EVE) == "Phòng Quản lý môi trường"
    assert queries.offices_of(an, ON) == [new]
    assert queries.offices_of(an, EVE) == [old]
    assert [(m.predecessor_id, m.successor_id) for m in moved] == [(old.pk, new.pk)]
    assert done.applied_at == AT
    assert AuditEvent.objects.filter(what="organisation.succession", by=administrator).count() == 1


def test_a_merger_of_agencies_carries_the_offices_below(node, an, administrator, moved):
    other = make_office("Sở Xây dựng", kind="agency", unit=node.province)
    services.succeed(plan=plan("merge", node.agency, successors=(other.pk,)), by=administrator, at=AT)
    below = {office.name: office for office in queries.offices(ON, within=other)}
    assert set(below) == {"Sở Xây dựng", "Phòng Quản lý môi trường", "Phòng Khoáng sản", "Văn phòng Sở"}
    assert below["Phòng Quản lý môi trường"].pk != node.water.pk
    assert queries.current_successors(again(node.water), ON) == [below["Phòng Quản lý môi trường"]]
    assert {o.name for o in queries.offices(EVE, within=node.agency)} == {
        "Sở Nông nghiệp và Môi trường", "Phòng Quản lý môi trường", "Phòng Khoáng sản", "Văn phòng Sở",
    }  # fmt: skip
    assert len(moved) == 4
    assert all(move.successor_id for move in moved)
    assert queries.own_agency() == other


def test_two_offices_of_one_name_below_merging_agencies_become_one(node, administrator, moved):
    other = make_office("Sở Xây dựng", kind="agency", unit=node.province)
    their_office = make_office("Văn phòng Sở", kind="other", parent=other)
    services.succeed(plan=plan("merge", node.agency, successors=(other.pk,)), by=administrator, at=AT)
    assert queries.current_successors(again(node.clerks), ON) == [their_office]


def test_a_split_gives_the_open_work_to_the_chosen_heir(node, an, administrator, moved):
    news = (NewOffice("Phòng Nước"), NewOffice("Phòng Khí"))
    services.succeed(plan=plan("split", node.water, new_offices=news, heir=1), by=administrator, at=AT)
    air = Office.objects.get(name="Phòng Khí")
    assert [o.name for o in queries.current_successors(again(node.water), ON)] == ["Phòng Nước", "Phòng Khí"]
    assert queries.offices_of(an, ON) == [air]
    assert [m.successor_id for m in moved] == [air.pk]


@pytest.mark.parametrize("heir", [0, 1])
def test_a_part_splits_off_and_the_old_office_goes_on(heir, node, an, administrator, moved):
    asked = plan("split", node.water, successors=(node.water.pk,), new_offices=(NewOffice("Phòng Nước"),), heir=heir)
    services.succeed(plan=asked, by=administrator, at=AT)
    new = Office.objects.get(name="Phòng Nước")
    assert again(node.water).valid_to is None
    assert queries.offices_of(an, ON) == [node.water]
    assert queries.current_successors(again(node.water), ON) == [node.water]
    assert [move.successor_id for move in moved] == ([new.pk] if heir else [])


def test_a_dissolved_office_leaves_its_people_without_appointment_and_its_work_to_be_decided(
    node, an, administrator, moved
):
    effects = services.preview_succession(plan("dissolve", node.water))
    assert [(e.kind, e.to_name) for e in effects] == [("office", ""), ("appointment", ""), ("task", "")]
    services.succeed(plan=plan("dissolve", node.water), by=administrator, at=AT)
    assert queries.offices_of(an, ON) == []
    assert queries.current_successors(again(node.water), ON) == []
    assert [m.successor_id for m in moved] == [None]


def test_moving_a_duty_leaves_both_offices_standing(node, an, administrator, moved):
    duty = Duty.objects.create(key="minerals", name="Khoáng sản", office=node.minerals)
    trade = make_office("Sở Công Thương", kind="agency", unit=node.province)
    services.succeed(
        plan=plan("move_duty", node.minerals, successors=(trade.pk,), duty="minerals"), by=administrator, at=AT
    )
    duty.refresh_from_db()
    assert duty.valid_to == EVE
    assert queries.holders_of("minerals", ON) == [trade]
    assert queries.holders_of("minerals", EVE) == [node.minerals]
    assert queries.current_successors(again(node.minerals), ON) == [node.minerals]
    assert [(m.duty, m.successor_id) for m in moved] == [("minerals", trade.pk)]


def test_the_preview_lists_people_duties_and_work_and_changes_nothing(node, an, administrator, moved):
    Duty.objects.create(key="environment", name="Môi trường", office=node.water)
    asked = plan("rename", node.water, new_offices=(NewOffice("Phòng Nước"),))
    effects = services.preview_succession(asked)
    assert [(e.kind, e.title, e.to_name) for e in effects] == [
        ("office", "Phòng Quản lý môi trường", "Phòng Nước"),
        ("duty", "Môi trường", "Phòng Nước"),
        ("appointment", "Nguyễn Văn An – Chuyên viên", "Phòng Nước"),
        ("task", "việc của Phòng Quản lý môi trường", "Phòng Nước"),
    ]
    assert not Office.objects.filter(name="Phòng Nước").exists()
    assert moved == []


def test_what_changed_since_the_preview_stops_the_confirmation(node, an, administrator):
    asked = plan("rename", node.water, new_offices=(NewOffice("Phòng Nước"),))
    seen = services.fingerprint(services.preview_succession(asked))
    make_officer("Người Mới", office=node.water)
    with pytest.raises(PlanOutdated):
        services.succeed(plan=asked, by=administrator, at=AT, seen=seen)
    assert Succession.objects.count() == 0


def test_confirming_twice_is_refused_the_second_time(node, administrator):
    asked = plan("rename", node.water, new_offices=(NewOffice("Phòng Nước"),))
    services.succeed(plan=asked, by=administrator, at=AT)
    with pytest.raises(OfficeEnded):
        services.succeed(plan=asked, by=administrator, at=AT)
    assert Office.objects.filter(name="Phòng Nước").count() == 1


def test_a_succession_of_a_later_day_moves_the_work_on_that_day_only(node, administrator, moved):
    before = AT - timedelta(days=10)
    done = services.succeed(
        plan=plan("rename", node.water, new_offices=(NewOffice("Phòng Nước"),)), by=administrator, at=before
    )
    assert (moved, done.applied_at) == ([], None)
    assert services.hand_over_due(before) == 0
    assert services.hand_over_due(AT) == 1
    assert len(moved) == 1
    assert services.hand_over_due(AT) == 0


def test_an_appointment_that_would_begin_later_begins_at_the_heir(node, an, administrator):
    later = date(2026, 6, 1)
    Appointment.objects.create(officer=an, office=node.water, role=Role.OFFICE_HEAD, valid_from=later)
    services.succeed(plan=plan("rename", node.water, new_offices=(NewOffice("Phòng Nước"),)), by=administrator, at=AT)
    held = Appointment.objects.get(officer=an, role=Role.OFFICE_HEAD)
    assert (held.office.name, held.valid_from) == ("Phòng Nước", later)


def test_a_failing_room_leaves_nothing_half_done(node, administrator):
    def explode(moves: list[Move], by: object, at: object) -> None:
        raise RuntimeError

    succession.register_succession_effect("test", lambda moves: [], explode)
    try:
        with pytest.raises(RuntimeError):
            services.succeed(
                plan=plan("rename", node.water, new_offices=(NewOffice("Phòng Nước"),)), by=administrator, at=AT
            )
    finally:
        succession._hooks.pop("test")
    assert Office.objects.get(pk=node.water.pk).valid_to is None
    assert not Office.objects.filter(name="Phòng Nước").exists()


@pytest.mark.parametrize(
    "asked",
    [
        {"kind": "merge"},
        {"kind": "split", "new_offices": (NewOffice("Phòng Nước"),)},
        {"kind": "rename"},
        {"kind": "move_duty"},
        {"kind": "close"},
        {"kind": "rename", "new_offices": (NewOffice(" "),)},
        {"kind": "split", "new_offices": (NewOffice("A"), NewOffice("B")), "heir": 5},
    ],
)
def test_a_plan_that_cannot_be_meant_is_refused(node, asked):
    with pytest.raises(BadPlan):
        services.preview_succession(plan(asked.pop("kind"), node.water, **asked))


def test_a_new_name_equal_to_the_old_one_is_refused(node):
    with pytest.raises(SameName):
        services.preview_succession(plan("rename", node.water, new_offices=(NewOffice(node.water.name),)))


def test_a_new_office_may_not_double_one_that_is_there(node, administrator):
    with pytest.raises(SameName):
        services.succeed(
            plan=plan("rename", node.water, new_offices=(NewOffice(node.minerals.name),)), by=administrator, at=AT
        )
