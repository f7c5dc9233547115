from __future__ import annotations

from datetime import date

import pytest
from tests.factories.people import make_office, make_officer
from tests.factories.programme import AT, directive, make_confirmed_paper, make_paper

from giapranh.people.models import AuditEvent, Notice, Succession, SuccessionLink
from giapranh.people.roles import Role
from giapranh.programme import links, services
from giapranh.programme.models import Programme, Task
from giapranh.programme.permissions import NotTheGiver
from giapranh.programme.queries.adoption import AlreadyAdopted, NothingToAdopt, plan
from giapranh.programme.rules.due_dates import DueKind
from giapranh.programme.services import Choices

pytestmark = pytest.mark.django_db

DISPATCH = [
    directive("Tiếp tục thực hiện Biên bản ghi nhớ", n="1"),
    directive(
        "Kiểm soát chất lượng nguồn nước sông", n="2", lead=["Phòng Quản lý môi trường"],
        coordinating=["các phòng, đơn vị của Sở"], counterparts=["Chi cục Bảo vệ môi trường tỉnh Bắc Ninh"],
    ),
    directive("Ngăn chặn khai thác khoáng sản trái phép", n="3", lead=["Phòng Khoáng sản"],
              due={"kind": "date", "date": "2026-12-15", "words": "trước ngày 15/12/2026", "before": True}),
    directive("Theo dõi phương án bảo vệ khoáng sản chưa khai thác", n="3+", lead=["Phòng Khoáng sản"]),
    directive("Tham mưu công tác thanh tra", n="4", lead=["Thanh tra Sở"]),
]  # fmt: skip
ADDRESSEES = ["Các phòng, đơn vị thuộc Sở"]


@pytest.fixture
def paper(node, leader):
    return make_confirmed_paper(leader, DISPATCH, addressees=ADDRESSEES)


def tasks_of(programme: Programme) -> list[tuple[str, str, list[str]]]:
    rows = []
    for task in Task.objects.filter(programme=programme).order_by("order"):
        lead = task.parts.get(role="lead")
        others = task.parts.filter(role="coordinating").order_by("office__name")
        rows.append((task.n, lead.office.name if lead.office else lead.as_written, [p.office.name for p in others]))
    return rows


def test_one_task_per_directive_and_lead_office(node, leader, paper):
    programme = services.adopt(paper_id=paper.pk, by=leader, at=AT)
    assert tasks_of(programme) == [
        ("1", "Phòng Khoáng sản", []),
        ("1", "Phòng Quản lý môi trường", []),
        ("1", "Văn phòng Sở", []),
        ("2", "Phòng Quản lý môi trường", ["Phòng Khoáng sản", "Văn phòng Sở"]),
        ("3", "Phòng Khoáng sản", []),
        ("3+", "Phòng Khoáng sản", []),
        ("4", "Thanh tra Sở", []),
    ]
    assert programme.owner == node.agency


def test_words_nobody_knows_stay_visible_and_unassigned(node, leader, paper):
    found = plan(paper.pk, at=AT)
    assert [phrase.words for phrase in found.unmatched] == ["Thanh tra Sở"]
    programme = services.adopt(paper_id=paper.pk, by=leader, at=AT)
    part = Task.objects.get(programme=programme, n="4").parts.get()
    assert (part.office, part.as_written) == (None, "Thanh tra Sở")


def test_the_officers_choice_wins_over_the_proposal(node, leader, paper):
    choices = Choices(
        offices={"Thanh tra Sở": [node.clerks.pk], "Các phòng, đơn vị thuộc Sở": [node.water.pk]},
        dues={1: date(2026, 11, 30)},
        left_out=frozenset({3}),
        name="Phối hợp 2026",
    )
    programme = services.adopt(paper_id=paper.pk, by=leader, at=AT, choices=choices)
    assert programme.name == "Phối hợp 2026"
    assert [(n, lead) for n, lead, _ in tasks_of(programme)] == [
        ("1", "Phòng Quản lý môi trường"),
        ("2", "Phòng Quản lý môi trường"),
        ("3", "Phòng Khoáng sản"),
        ("4", "Văn phòng Sở"),
    ]
    second = Task.objects.get(programme=programme, n="2")
    assert (second.due_on, second.due_kind, second.due_rule) == (date(2026, 11, 30), DueKind.GIVEN, "")


def test_a_date_of_the_paper_is_given_and_a_missing_one_is_proposed_with_its_rule(node, leader, paper):
    programme = services.adopt(paper_id=paper.pk, by=leader, at=AT)
    third = Task.objects.get(programme=programme, n="3")
    assert (third.due_on, third.due_kind, third.due_words) == (
        date(2026, 12, 15), DueKind.GIVEN, "trước ngày 15/12/2026",
    )  # fmt: skip
    fourth = Task.objects.get(programme=programme, n="4")
    assert (fourth.due_on, fourth.due_kind) == (date(2026, 12, 14), DueKind.PROPOSED)
    assert "báo cáo quý" in fourth.due_rule


def test_a_part_is_due_before_its_lead(node, leader, paper):
    programme = services.adopt(paper_id=paper.pk, by=leader, at=AT)
    task = Task.objects.get(programme=programme, n="2")
    parts = list(task.parts.filter(role="coordinating"))
    assert task.due_on == date(2026, 12, 14)
    assert [(part.due_on, part.due_kind) for part in parts] == [(date(2026, 12, 7), DueKind.PROPOSED)] * 2
    assert "5 ngày làm việc" in parts[0].due_rule


def test_counterparts_are_offices_of_the_other_side_only(node, leader, paper):
    other = make_office("Chi cục Bảo vệ môi trường", parent=node.neighbour, unit=node.neighbour_province)
    programme = services.adopt(paper_id=paper.pk, by=leader, at=AT)
    row = Task.objects.get(programme=programme, n="2").counterparts.get()
    assert (row.name, row.office) == ("Chi cục Bảo vệ môi trường tỉnh Bắc Ninh", other)


def test_the_bases_stand_in_the_order_of_the_chain(node, leader):
    plan_paper = make_paper(leader, number="03/KH-UBND", issued_on=date(2024, 1, 8), direction="stub",
                            state="draft", confirmed_by=None, confirmed_at=None)  # fmt: skip
    memorandum = make_paper(leader, number="245-BB/TUBG-TULS", issued_on=date(2023, 4, 21), direction="stub",
                            state="draft", confirmed_by=None, confirmed_at=None)  # fmt: skip
    paper = make_confirmed_paper(leader, DISPATCH[1:2], cited=[plan_paper, memorandum])
    programme = services.adopt(paper_id=paper.pk, by=leader, at=AT)
    assert [basis.paper for basis in programme.bases.all()] == [memorandum, plan_paper]


def test_a_recurrence_becomes_a_series_with_dated_instances(node, leader):
    monthly = {"kind": "recurring", "recurrence": "FREQ=MONTHLY", "words": "hằng tháng"}
    paper = make_confirmed_paper(
        leader, [directive("Báo cáo kết quả", lead=["Phòng Khoáng sản"], coordinating=["Văn phòng Sở"], due=monthly)]
    )
    programme = services.adopt(paper_id=paper.pk, by=leader, at=AT)
    series = Task.objects.get(programme=programme, series=None)
    assert (series.recurrence, series.due_on) == ("FREQ=MONTHLY;BYMONTHDAY=14", None)
    instances = list(series.instances.order_by("occurrence_on"))
    assert [(task.occurrence_on, task.due_on, task.due_kind) for task in instances] == [
        (date(2026, 11, 14), date(2026, 11, 13), DueKind.PROPOSED)
    ]
    assert instances[0].parts.get(role="coordinating").due_on == date(2026, 11, 6)


def test_topics_propose_indicators_that_some_room_registers(node, leader, paper):
    programme = services.adopt(paper_id=paper.pk, by=leader, at=AT)
    task = Task.objects.get(programme=programme, n="2")
    assert task.topic == "water"
    assert {(row.indicator, row.proposed) for row in task.indicators.all()} == {
        ("water.stations_reporting", True),
        ("water.exceedances_handled", True),
        ("water.notices", True),
        ("water.samples_against_plan", True),
        ("water.data_sets_shared", True),
        ("programme.meetings", True),
        ("programme.papers_exchanged", True),
        ("programme.reports_received", True),
    }


def test_work_goes_to_the_successor_and_the_old_name_stays(node, leader):
    old = make_office("Phòng Nước", parent=node.agency, valid_to=date(2026, 9, 14))
    event = Succession.objects.create(on=date(2026, 9, 15), kind="rename")
    SuccessionLink.objects.create(succession=event, predecessor=old, successor=node.water)
    paper = make_confirmed_paper(
        leader, [directive("Quan trắc", lead=["Phòng Nước"])], issued_on=date(2026, 9, 1), issued_month=9, issued_day=1
    )
    programme = services.adopt(paper_id=paper.pk, by=leader, at=AT)
    part = Task.objects.get(programme=programme).parts.get()
    assert (part.office, part.given_to, part.as_written) == (node.water, old, "Phòng Nước")


def test_the_same_paper_is_adopted_once(node, leader, paper):
    services.adopt(paper_id=paper.pk, by=leader, at=AT)
    with pytest.raises(AlreadyAdopted, match="đã được giao"):
        services.adopt(paper_id=paper.pk, by=leader, at=AT)
    assert Programme.objects.count() == 1


def test_a_paper_without_duties_gives_no_programme(node, leader):
    paper = make_confirmed_paper(leader, [])
    with pytest.raises(NothingToAdopt):
        services.adopt(paper_id=paper.pk, by=leader, at=AT)


def test_only_leaders_and_focal_officers_adopt(node, leader, an, auditor, paper):
    focal = make_officer("Đầu Mối", office=node.clerks, role=Role.FOCAL_OFFICER)
    for officer in (an, auditor):
        with pytest.raises(Exception, match=r"giao việc|chỉ đọc"):
            services.adopt(paper_id=paper.pk, by=officer, at=AT)
    assert services.adopt(paper_id=paper.pk, by=focal, at=AT).created_by == focal


def test_nobody_adopts_for_another_agency(node, leader, paper):
    with pytest.raises(NotTheGiver):
        services.adopt(paper_id=paper.pk, by=leader, at=AT, choices=Choices(owner=node.neighbour.pk))


def test_offices_hear_once_and_may_read_the_paper(node, leader, an, paper):
    services.adopt(paper_id=paper.pk, by=leader, at=AT)
    assert [notice.text for notice in Notice.objects.filter(officer=an)] == [
        "2 việc mới từ “Triển khai chương trình phối hợp”"
    ]
    assert set(paper.access.values_list("office__name", flat=True)) == {
        "Phòng Khoáng sản", "Phòng Quản lý môi trường", "Văn phòng Sở",
    }  # fmt: skip
    assert AuditEvent.objects.filter(what="programme.adopted").count() == 1


def test_a_paper_leads_to_giving_its_tasks_and_afterwards_to_their_programme(paper, leader, an, dung):
    assert links.adopt_url(paper, leader) == f"/chuong-trinh/giao-viec/{paper.pk}/"
    assert links.adopt_url(paper, an) is None
    programme = services.adopt(paper_id=paper.pk, by=leader, at=AT)
    assert links.adopt_url(paper, leader) is None
    assert links.programme_url(paper, leader) == f"/chuong-trinh/{programme.pk}/"
    assert links.programme_url(paper, dung) is None


def test_a_report_that_asks_for_nothing_leads_to_no_tasks(node, leader):
    assert links.adopt_url(make_confirmed_paper(leader, []), leader) is None
