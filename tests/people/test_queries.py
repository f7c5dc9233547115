"""Questions about offices and officers on a day."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction
from tests.factories.people import appoint, make_office, make_officer

from giapranh.kernel import clock
from giapranh.people import queries, services
from giapranh.people.models import (
    Appointment,
    Delivery,
    Duty,
    Node,
    Office,
    Officer,
    Succession,
    SuccessionLink,
    SwapDay,
)
from giapranh.people.roles import Role
from giapranh.people.rules.matching import Names, rank
from giapranh.places import services as places

THEN, NOW = date(2024, 11, 20), date(2026, 11, 23)


@pytest.fixture
def seeded(db):
    at = datetime(2026, 11, 23, tzinfo=UTC)
    places.load_seed(at=at)
    services.load_seed(at=at)
    return at


def seed(key: str) -> Office:
    return Office.objects.get(seed_key=key)


def test_the_seed_may_be_loaded_again_and_keeps_what_was_changed(seeded):
    office = seed("ls-snnmt-mt")
    office.name = "Phòng Môi trường"
    office.save()
    assert services.load_seed(at=seeded) == 0
    assert seed("ls-snnmt-mt").name == "Phòng Môi trường"


def test_two_nodes_give_a_seeded_office_the_same_identity(seeded):
    first = seed("ls-stnmt").uid
    assert str(first) == str(Office.objects.get(seed_key="ls-stnmt").uid)
    from giapranh.places import seed as facts

    assert first == facts.uid("office", "ls-stnmt")


@pytest.mark.parametrize(
    ("key", "now_called"),
    [
        ("ls-stnmt", "Sở Tài nguyên và Môi trường (nay là Sở Nông nghiệp và Môi trường)"),
        ("ls-stnmt-ttra", "Thanh tra Sở (nay là Thanh tra tỉnh, Đơn vị kiểm tra chuyên ngành (chưa rõ tên))"),
        ("ls-sct", "Sở Công Thương"),
    ],
)
def test_an_old_name_is_shown_with_what_it_is_now(seeded, key, now_called):
    assert queries.display_name(seed(key), NOW) == now_called
    assert queries.display_names([seed(key)], NOW) == {seed(key).pk: now_called}
    assert queries.display_name(seed(key), THEN) == seed(key).name


def test_minerals_moved_to_industry_and_trade_on_15_september_2026(seeded):
    def holder(day: date) -> list[str]:
        return [office.agency.name for office in queries.holders_of("minerals", day, unit_code="20")]

    assert holder(THEN) == ["Sở Tài nguyên và Môi trường"]
    assert holder(date(2026, 9, 14)) == ["Sở Nông nghiệp và Môi trường"]
    assert holder(date(2026, 9, 15)) == ["Sở Công Thương"]
    assert queries.holders_of("water", NOW, unit_code="20")[0].agency.name == "Sở Nông nghiệp và Môi trường"


def test_what_nobody_knows_is_marked(seeded):
    names = {office.name for office in queries.still_to_fill_in(NOW, within=seed("ls-snnmt"))}
    assert "Đơn vị phụ trách môi trường (chưa rõ tên)" in names


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("Phòng Quản lý môi trường", "ls-stnmt-mt"),
        ("phong quan ly moi truong", "ls-stnmt-mt"),
        ("QLMT", "ls-stnmt-mt"),
        ("NKS", "ls-stnmt-nks"),
        ("Phòng Quản lý Tài nguyên nước, Khoáng sản", "ls-stnmt-nks"),
        ("Phòng Quản lý Tài nguyên nước và Khoáng sãn", "ls-stnmt-nks"),
        ("Phòng QL TNN&KS", "ls-stnmt-nks"),
        ("Thanh tra Sở;", "ls-stnmt-ttra"),
        ("Chi cục BVMT", "bg-stnmt-ccmt"),
        ("Chi cục Bảo vệ môi trường – Sở TN&MT tỉnh Bắc Giang", "bg-stnmt-ccmt"),
        ("Sở Tài nguyên và Môi trường tỉnh Bắc Giang", "bg-stnmt"),
        ("UBND huyện Hữu Lũng", "ubnd-huu-lung"),
    ],
)
def test_an_office_is_found_by_the_words_of_a_paper(seeded, words, key):
    assert queries.find_office(words, THEN)[0] == seed(key)


def test_the_neighbours_office_is_never_taken_for_ours(seeded):
    assert queries.find_office("Sở Tài nguyên và Môi trường tỉnh Bắc Giang", THEN, within=seed("ls-stnmt")) == []
    assert queries.find_office("Chi cục Bảo vệ môi trường", THEN, within=seed("ls-stnmt")) == []


def test_an_office_is_found_only_on_the_days_it_held(seeded):
    assert queries.find_office("STNMT", NOW) == []
    assert [o.seed_key for o in queries.find_office("STNMT", THEN)] == ["ls-stnmt", "bg-stnmt"]


def test_two_words_that_differ_are_two_offices():
    names = {1: Names(("Phòng Tài nguyên nước",)), 2: Names(("Phòng Tài nguyên khoáng sản",))}
    assert rank("Phòng Tài nguyên đất", names) == []
    assert rank("", names) == []
    assert rank("Phòng Tài nguyên nước", names) == [1]


def test_an_agency_is_the_root_an_office_hangs_from(seeded):
    assert seed("ls-stnmt-nks").agency == seed("ls-stnmt")
    assert seed("ls-stnmt").agency == seed("ls-stnmt")
    assert seed("ptnmt-huu-lung").agency == seed("ubnd-huu-lung")


def test_roles_and_offices_follow_the_dates_of_appointments(node, an):
    appoint(an, node.minerals, Role.OFFICE_HEAD, valid_from=date(2027, 1, 1))
    assert queries.roles_of(an, NOW) == {Role.SPECIALIST}
    assert queries.roles_of(an, date(2027, 1, 1)) == {Role.SPECIALIST, Role.OFFICE_HEAD}
    assert queries.officers_in(node.minerals, day=NOW) == []
    assert queries.officers_in(node.minerals, Role.OFFICE_HEAD, day=date(2027, 2, 1)) == [an]


def test_the_calendar_knows_the_swap_days(node):
    SwapDay.objects.create(day=date(2026, 11, 23), working=False)
    SwapDay.objects.create(day=date(2026, 11, 22), working=True)
    calendar = queries.calendar()
    assert not calendar.is_working(date(2026, 11, 23))
    assert calendar.is_working(date(2026, 11, 22))


def test_officers_are_listed_by_given_name(node):
    for name in ("Nguyễn Văn Zũng", "Trần Ăn", "Đỗ Đức", "Lê Dần"):
        make_officer(name)
    assert [o.full_name for o in queries.officers()] == ["Trần Ăn", "Lê Dần", "Đỗ Đức", "Nguyễn Văn Zũng"]


def test_no_node_before_set_up(db):
    assert queries.node() is None
    assert queries.own_agency() is None


def test_the_first_administrator_is_made_once_and_moves_into_the_agency(seeded):
    first = services.create_first_administrator(username="quantri", password="mật khẩu đủ dài", at=seeded)
    assert first is not None
    assert services.create_first_administrator(username="hai", password="mật khẩu đủ dài", at=seeded) is None
    services.set_up_node(
        node_id="lang-son", name="Lạng Sơn", agency=seed("ls-snnmt"), province=None, by=first, at=seeded
    )
    assert queries.offices_of(first, clock.today()) == [seed("ls-snnmt")]


# --- what must be true is true in the database --------------------------------------------------------------------


@pytest.mark.parametrize(
    "constraint",
    [
        "office_ends_after_it_starts", "office_is_not_its_own_parent", "office_has_a_name",
        "office_name_starts_once_a_day", "one_node_only", "appointment_ends_after_it_starts",
        "appointment_starts_once_a_day", "duty_ends_after_it_starts", "duty_starts_once_a_day",
        "office_does_not_succeed_itself", "succession_link_once", "officer_username_any_case_once",
        "officer_email_once", "delivery_sent_at_when_sent", "office_seed_key_once",
    ],
)  # fmt: skip
def test_the_database_refuses(node, an, constraint):
    office = node.water
    done = Succession.objects.create(on=THEN, kind="rename")
    tries = {
        "office_ends_after_it_starts": lambda: make_office("X", valid_from=NOW, valid_to=THEN),
        "office_is_not_its_own_parent": lambda: Office.objects.filter(pk=office.pk).update(parent=office),
        "office_has_a_name": lambda: make_office(""),
        "office_name_starts_once_a_day": lambda: make_office(office.name, parent=office.parent),
        "one_node_only": lambda: Node.objects.create(pk=2, node_id="x", name="x"),
        "appointment_ends_after_it_starts": lambda: appoint(an, office, valid_from=NOW, valid_to=THEN),
        "appointment_starts_once_a_day": lambda: [appoint(an, office, Role.CLERK) for _ in range(2)],
        "duty_ends_after_it_starts": lambda: Duty.objects.create(
            key="a", name="a", office=office, valid_from=NOW, valid_to=THEN
        ),
        "duty_starts_once_a_day": lambda: [Duty.objects.create(key="a", name="a", office=office) for _ in range(2)],
        "office_does_not_succeed_itself": lambda: SuccessionLink.objects.create(
            succession=done, predecessor=office, successor=office
        ),
        "succession_link_once": lambda: [
            SuccessionLink.objects.create(succession=done, predecessor=office) for _ in range(2)
        ],
        "officer_username_any_case_once": lambda: [
            Officer.objects.filter(pk=make_officer("Hai", username="hai").pk).update(username="AN")
        ],
        "officer_email_once": lambda: make_officer("Hai", email="AN@example.vn"),
        "delivery_sent_at_when_sent": lambda: Delivery.objects.create(
            key="k", address="a@example.vn", subject="s", body="b", state="sent"
        ),
        "office_seed_key_once": lambda: [make_office(f"O{n}", seed_key="x") for n in range(2)],
    }
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        tries[constraint]()


def test_each_constraint_of_the_room_is_tried_above():
    from django.apps import apps

    named = {c.name for m in apps.get_app_config("people").get_models() for c in m._meta.constraints}
    (mark,) = (m for m in test_the_database_refuses.pytestmark if m.name == "parametrize")
    assert named == set(mark.args[1])


def test_history_keeps_who_changed_an_office(node, administrator, client_of):
    from django.urls import reverse

    client_of(administrator).post(reverse("people:edit_office", args=[node.water.uid]), {"abbreviation": "MT"})
    last = node.water.events.order_by("pgh_id").last()
    assert (last.abbreviation, last.pgh_context.metadata["user"]) == ("MT", administrator.pk)
    assert Appointment.objects.count() == 1
