"""A joint task: each house owns its half, and where both stand follows from the halves alone."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from tests.factories import neighbour_house
from tests.factories.neighbour_house import THEM
from tests.factories.people import make_agency
from tests.factories.places import make_province
from tests.factories.programme import make_programme, make_task

from giapranh.exchange import seeds
from giapranh.exchange.ledger import records
from giapranh.exchange.ledger.agreement import Clause
from giapranh.exchange.ledger.rows import Notice as NoticeRow
from giapranh.exchange.models import Entry
from giapranh.exchange.queries import record_of
from giapranh.kernel import clock
from giapranh.programme import shares
from giapranh.programme.models import Counterpart, Task
from giapranh.programme.permissions import NotTheGiver
from giapranh.programme.queries import joint as joint_queries
from giapranh.programme.rules.joint import JointState, joint
from giapranh.programme.rules.states import TaskState
from giapranh.programme.services import joint as joint_deeds
from giapranh.programme.services import work

HALVES = st.fixed_dictionaries(
    {"state": st.sampled_from(sorted(TaskState)), "due_on": st.sampled_from(["", "2026-10-01", "2026-12-15"])}
)


@given(HALVES, HALVES)
def test_both_houses_see_the_same(ours, theirs):
    mirrored = {JointState.OURS_LEFT: JointState.THEIRS_LEFT, JointState.THEIRS_LEFT: JointState.OURS_LEFT}
    here, there = joint(ours, theirs), joint(theirs, ours)
    assert mirrored.get(here.state, here.state) == there.state
    assert here.due_on == there.due_on


@given(HALVES)
def test_a_half_alone_is_never_done(ours):
    assert joint(ours, None).state == JointState.ALONE


@pytest.mark.parametrize(
    ("ours", "theirs", "state"),
    [
        ("completed", "completed", JointState.DONE),
        ("completed", "doing", JointState.THEIRS_LEFT),
        ("doing", "completed", JointState.OURS_LEFT),
        ("doing", "doing", JointState.UNDER_WAY),
        ("cancelled", "completed", JointState.STOPPED),
    ],
)
def test_where_a_joint_task_stands(ours, theirs, state):
    assert joint({"state": ours}, {"state": theirs}).state == state


def test_a_task_of_an_unknown_state_is_refused():
    with pytest.raises(shares.EffectRefused):
        shares.check({"text": "Phối hợp", "state": "finished-ish"})
    shares.check({"text": "Phối hợp", "state": "doing", "a_field_of_2031": 1})


# --- with a neighbour ------------------------------------------------------------------------------------------------

FIELDS = (*shares.FIELDS,)
THEIRS = {
    "number": "7", "text": "Kiểm tra chung đoạn Kép", "programme": "Phối hợp 2026", "state": "doing", "lead": "Chi cục",
    "due_on": "2026-12-15", "progress": "đã khảo sát", "products": ["12/BC-CCMT"], "joint_with": "",
    "illustrative": False,
}  # fmt: skip


@pytest.fixture(autouse=True)
def own_keys(tmp_path, monkeypatch):
    monkeypatch.setattr(seeds, "_path", lambda: tmp_path / "secrets" / "exchange-keys.json")


@pytest.fixture
def them(node):
    """Bắc Ninh, met and agreed with on joint tasks in both directions, changes may be proposed."""
    neighbour_house.make_keys()
    them = neighbour_house.stranger()
    neighbour_house.meet(them, "https://bac-ninh.example.vn")
    neighbour_house.agree(
        them,
        [
            Clause(f"{giver}-task", giver, taker, "task", FIELDS, purpose="phối hợp", source="Quy chế", proposals=True)
            for giver, taker in ((them.me, THEM), (THEM, them.me))
        ],
    )
    return them


def joint_work(node, leader, **fields):
    programme = make_programme(node.agency, leader)
    task = make_task(programme, node.water, **fields)
    Counterpart.objects.create(task=task, name="Chi cục Bảo vệ môi trường tỉnh Bắc Ninh")
    return task


def half_of(task, **more):
    return THEIRS | {"joint_with": joint_queries.reference(task)} | more


@pytest.mark.django_db
def test_a_task_without_an_outside_office_is_told_to_nobody(them, node, leader, an):
    task = make_task(make_programme(node.agency, leader), node.water)
    work.receive(task_id=task.pk, by=an, at=clock.now())
    assert not Entry.objects.filter(subject=f"task:{task.uid}").exists()


@pytest.mark.django_db
def test_without_an_agreement_a_step_asks_one_question_more(node, leader, an):
    task = joint_work(node, leader)
    with CaptureQueriesContext(connection) as seen:
        work.receive(task_id=task.pk, by=an, at=clock.now())
    asked = [one["sql"] for one in seen.captured_queries if "exchange_" in one["sql"]]
    assert len(asked) == 1
    assert "exchange_agreement" in asked[0]
    assert not Entry.objects.exists()


@pytest.mark.django_db
def test_every_step_of_our_half_reaches_the_neighbour(them, node, leader, an):
    task = joint_work(node, leader)
    work.receive(task_id=task.pk, by=an, at=clock.now())
    work.start(task_id=task.pk, by=an, at=clock.now())
    work.note_progress(task_id=task.pk, text="đang lấy mẫu", by=an, at=clock.now())
    them.talk()
    told = record_of("task", str(task.uid))[0]
    assert (told.mine, told.applied, told.data["state"], told.data["progress"]) == (True, True, "doing", "đang lấy mẫu")


@pytest.mark.django_db
def test_the_task_page_shows_the_half_of_the_other_side(them, node, leader, client_of):
    task = joint_work(node, leader)
    them.share("task:01920000-0000-7000-8000-00000000000a", **half_of(task))
    them.talk()
    page = client_of(leader).get(f"/viec/{task.pk}/").content.decode()
    for words in ("bên kia: Bắc Ninh", "Đang thực hiện", "15/12/2026", "đã khảo sát", "12/BC-CCMT", "hai bên đang làm"):
        assert words in page


@pytest.mark.django_db
def test_a_focal_officer_takes_up_our_half_once(them, node, leader, client_of):
    uid = UUID("01920000-0000-7000-8000-00000000000b")
    them.share(f"task:{uid}", **THEIRS)
    them.talk()
    assert "Kiểm tra chung đoạn Kép" in client_of(leader).get("/viec/lang-gieng/").content.decode()
    answer = client_of(leader).post(
        f"/viec/lang-gieng/{THEM}/{uid}/", {"office": node.water.pk, "due_on": "20/12/2026"}
    )
    task = Task.objects.get(joint_with=f"task:{uid}@{THEM}")
    assert answer["Location"] == f"/viec/{task.pk}/"
    assert (task.text, task.due_on, task.programme.name) == (
        THEIRS["text"],
        date(2026, 12, 20),
        "Việc chung với Bắc Ninh",
    )
    with pytest.raises(joint_deeds.TakenAlready):
        joint_deeds.take_half(peer=THEM, uid=uid, office=node.water, by=leader, at=clock.now())
    them.talk()
    ours = record_of("task", str(task.uid))[0]
    assert (ours.applied, ours.data["joint_with"]) == (True, f"task:{uid}@{THEM}")


@pytest.mark.django_db
def test_an_officer_without_that_duty_takes_no_half(them, node, an, client_of):
    uid = UUID("01920000-0000-7000-8000-00000000000c")
    them.share(f"task:{uid}", **THEIRS)
    them.talk()
    assert client_of(an).get(f"/viec/lang-gieng/{THEM}/{uid}/").status_code == 404
    with pytest.raises(NotTheGiver):
        joint_deeds.take_half(peer=THEM, uid=uid, office=node.water, by=an, at=clock.now())
    assert not Task.objects.exists()


@pytest.mark.django_db
def test_asking_for_another_date_changes_nothing_until_they_agree(them, node, leader):
    task = joint_work(node, leader)
    subject = "task:01920000-0000-7000-8000-00000000000d"
    them.share(subject, **half_of(task))
    them.talk()
    joint_deeds.ask_change(task_id=task.pk, due_on=date(2026, 12, 30), by=leader, at=clock.now())
    them.talk()
    half = joint_queries.card_of(task).halves[0]
    assert (half.due_on, half.asked[0].due_on, half.asked[0].state) == (date(2026, 12, 15), date(2026, 12, 30), "open")
    with them.store.transaction() as tx:
        [asked] = tx.find(NoticeRow, peer=them.me, kind="proposal")
    them.do(records.answer, asked.event_id, True, "đồng ý")
    them.share(subject, **half_of(task, due_on="2026-12-30"))
    them.talk()
    half = joint_queries.card_of(task).halves[0]
    assert (half.due_on, half.asked[0].state) == (date(2026, 12, 30), "accepted")


@pytest.mark.django_db
def test_accepting_their_wish_moves_our_date(them, node, leader, an):
    task = joint_work(node, leader)
    work.receive(task_id=task.pk, by=an, at=clock.now())
    them.talk()
    them.do(records.propose, f"task:{task.uid}", {"due_on": "2031-01-15"})
    them.talk()
    [asked] = joint_queries.card_of(task).asked
    joint_deeds.answer_change(task_id=task.pk, event=asked.event, accepted=True, words="", by=leader, at=clock.now())
    task.refresh_from_db()
    assert task.due_on == date(2031, 1, 15)
    assert joint_queries.card_of(task).asked[0].state == "accepted"
    assert record_of("task", str(task.uid))[0].data["due_on"] == "2031-01-15"


@pytest.mark.django_db
def test_a_task_that_names_a_third_province_stays_out_of_a_clause_with_an_area(node, leader):
    task = joint_work(node, leader)
    office = make_agency("Sở bạn", unit=make_province("19", "Thái Nguyên"))
    Counterpart.objects.create(task=task, name="Sở Thái Nguyên", office=office)
    data = shares.record(str(task.uid))
    assert data["provinces"] == ["19"]
    assert shares.TASKS.areas(data) == {"19"}
