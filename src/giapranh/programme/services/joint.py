"""Joint tasks: taking up our half of what a neighbour shares, asking for a change of theirs, answering theirs.

Each house writes its own half only. The halves name each other; where both stand follows from them alone.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext, override

from giapranh.exchange.ledger.engine import Change
from giapranh.exchange.services import records as exchange
from giapranh.kernel.clock import local_date
from giapranh.kernel.errors import N_, BadInput, Conflict
from giapranh.kernel.text import nfc, one_line
from giapranh.people import queries as people
from giapranh.people.models import Notice as Line
from giapranh.people.models import Office, Officer
from giapranh.people.roles import Role as Post
from giapranh.people.services import audit, notify
from giapranh.programme import permissions
from giapranh.programme.models import Counterpart, Programme, Role, Task, TaskEvent, TaskPart
from giapranh.programme.queries import joint
from giapranh.programme.rules.due_dates import DueKind
from giapranh.programme.rules.states import CLOSED, TaskState
from giapranh.programme.services import dates
from giapranh.programme.services.records import tell_neighbours, tell_office


class TakenAlready(Conflict):
    code = "half_taken_already"


class NoHalf(Conflict):
    code = "no_half"


class NothingAsked(BadInput):
    code = "nothing_asked"


@transaction.atomic
def take_half(
    *, peer: str, uid: UUID, office: Office, due_on: date | None = None, by: Officer, at: datetime
) -> Task:  # fmt: skip
    """Our half of a neighbour's task: a task of ours, led by ``office``, that names theirs."""
    permissions.check_can_adopt(by)
    with connection.cursor() as cursor:  # two people click at once
        cursor.execute("select pg_advisory_xact_lock(hashtext('programme_takes_half'))")
    theirs = joint.neighbours_task(by, peer, uid)
    if theirs.ours is not None:
        raise TakenAlready(N_("Việc này đã có phần việc bên mình: %(task)s."), task=str(theirs.ours))
    data = theirs.data
    due = due_on
    task = Task(
        programme=_programme(theirs.side.peer_name, bool(data.get("illustrative")), by, at),
        n=one_line(str(data.get("number") or ""))[:20], text=nfc(str(data.get("text") or theirs.side.title)),
        state=TaskState.GIVEN, due_on=due, due_kind=DueKind.GIVEN if due else DueKind.NONE, original_due_on=due,
        given_on=local_date(at), joint_with=f"{joint.KIND}:{uid}@{peer}", created_at=at, changed_at=at,
        source_words=one_line(f"{data.get('programme') or ''} ({theirs.side.peer_name})")[:500],
        illustrative=bool(data.get("illustrative")),
    )  # fmt: skip
    task.order = Task.objects.filter(programme=task.programme).count()
    task.set_keys()
    task.save()
    TaskPart.objects.create(
        task=task, role=Role.LEAD, office=office, given_to=office, as_written=office.name[:500], due_on=due,
        due_kind=task.due_kind,
    )  # fmt: skip
    name = one_line(str(data.get("lead") or "")) or theirs.side.peer_name
    Counterpart.objects.create(task=task, name=f"{name} ({theirs.side.peer_name})"[:300], office=_there(peer, at))
    TaskEvent.objects.create(task=task, verb="give", to_state=task.state, by=by, at=at, note=theirs.side.peer_name)
    audit("task.half_taken", "task", task.pk, by, at, peer=peer, theirs=str(uid))
    tell_neighbours([task], at)
    tell_office(office, N_("Việc chung với láng giềng: %(task)s"), task, besides=by)
    exchange.mark_read(peer, theirs.side.subject, by=by, at=at)
    return task


def _programme(peer_name: str, illustrative: bool, by: Officer, at: datetime) -> Programme:
    """One programme for everything done together with one neighbour; made-up work never mixes with real work."""
    offices = list(people.offices_of(by, local_date(at)))
    owner = offices[0].agency if offices else people.own_agency()
    if owner is None:
        raise NoHalf(N_("Chưa khai báo cơ quan của mình. Vào Bắt đầu để khai báo rồi làm lại."))
    with override("vi"):
        name = gettext("Việc chung với %(peer)s") % {"peer": peer_name}
    found = Programme.objects.filter(name=name, paper=None, owner=owner, illustrative=illustrative).first()
    return found or Programme.objects.create(
        name=name, owner=owner, illustrative=illustrative, created_by=by, created_at=at
    )


def _there(peer: str, at: datetime) -> Office | None:
    """The agency of that neighbour as this node knows it, by the province its contact list names."""
    from giapranh.exchange.queries import received

    for side in received("contact-list", peer):
        data = side.data or {}
        for office in people.find_office(str(data.get("agency") or "?"), local_date(at))[:20]:
            if office.unit is not None and office.unit.code == data.get("area"):
                return office
    return None


def ask_change(*, task_id: int, due_on: date, by: Officer, at: datetime) -> None:
    """Ask the neighbour for another due date of its half. Their half stays theirs: they answer."""
    half = _their_half(task_id, by)
    if due_on == half.due_on:
        raise NothingAsked(N_("Phần việc bên kia đã có hạn này."))
    exchange.propose(half.side.peer, half.side.subject, {"due_on": due_on.isoformat()}, by=by, at=at)


def _their_half(task_id: int, by: Officer) -> joint.Half:
    from giapranh.programme.queries.tasks import get_task

    halves = joint.card_of(get_task(by, task_id)).halves
    if not halves:
        raise NoHalf(N_("Bên kia chưa có phần việc này."))
    return halves[0]


@transaction.atomic
def answer_change(*, task_id: int, event: str, accepted: bool, words: str, by: Officer, at: datetime) -> None:
    """Answer what a neighbour asks of our half; accepted, our due date becomes theirs to count on."""
    from giapranh.programme.queries.tasks import get_task

    task = get_task(by, task_id)
    permissions.check_can_give(by, task.programme)
    asked = next((one for one in joint.card_of(task).asked if one.event == event and one.state == "open"), None)
    if asked is None:
        raise NoHalf(N_("Đề nghị này đã được trả lời hoặc không còn."))
    if accepted and asked.due_on is not None and task.state not in CLOSED:
        dates.accept_due(task_id=task_id, on=asked.due_on, by=by, at=at)
    exchange.answer(asked.peer, event, accepted, nfc(words), by=by, at=at)


# --- what comes in ---------------------------------------------------------------------------------------------------


def task_came(change: Change) -> None:
    """A neighbour's task was taken in: who gives tasks here hears of a new one, the lead of our half of an end."""
    data = change.data
    if change.why != "written" or data is None:
        return
    at = datetime.fromtimestamp(change.now / 1000, UTC)
    uid = change.subject.partition(":")[2]
    ours = _ours(change.peer, uid, data)
    if ours is None:
        if data.get("state") not in {TaskState.COMPLETED, TaskState.CANCELLED}:
            _tell_once(_givers(at), N_("Láng giềng chia sẻ việc chung: %(task)s"), data,
                       f"/viec/lang-gieng/{change.peer}/{uid}/")  # fmt: skip
    elif data.get("state") == TaskState.COMPLETED:
        lead = TaskPart.objects.filter(task=ours, role="lead").select_related("office").first()
        staff = people.officers_in(lead.office) if lead is not None and lead.office is not None else []
        _tell_once(staff, N_("Phần việc bên kia đã hoàn thành: %(task)s"), data, f"/viec/{ours.pk}/")


def _ours(peer: str, uid: str, data: dict[str, Any]) -> Task | None:
    found = Task.objects.filter(joint_with=f"{joint.KIND}:{uid}@{peer}").first()
    named, _at, node = str(data.get("joint_with") or "").removeprefix(f"{joint.KIND}:").partition("@")
    here = people.node()
    if found is not None or here is None or node != here.node_id:
        return found
    try:
        return Task.objects.filter(uid=UUID(named)).first()
    except ValueError:
        return None


def _givers(at: datetime) -> list[Officer]:
    agency = people.own_agency()
    if agency is None:
        return []
    day = local_date(at)
    return [
        held.officer
        for office in people.offices(day, within=agency)
        for held in people.people_in(office, day)
        if held.role == Post.FOCAL_OFFICER
    ]


def _tell_once(officers: list[Officer], message: str, data: dict[str, Any], url: str) -> None:
    title = one_line(str(data.get("text") or ""))[:90]
    for officer in dict.fromkeys(officers):
        with override(officer.language or "vi"):
            text = gettext(message) % {"task": title}
        if not Line.objects.filter(officer=officer, url=url, text=text).exists():
            notify(officer, text, url, "task")
