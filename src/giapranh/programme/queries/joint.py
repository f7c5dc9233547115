"""Joint tasks: our half and the neighbour's, side by side; and what a neighbour shares that has no half here yet."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from giapranh.exchange.models import Notice
from giapranh.exchange.queries import Received, received, record_of
from giapranh.exchange.queries.records import own_node, peer_names
from giapranh.kernel.clock import now
from giapranh.kernel.errors import N_
from giapranh.people import access
from giapranh.people.roles import Role
from giapranh.programme import shares
from giapranh.programme.models import Task
from giapranh.programme.permissions import GIVERS, NoSuchTask
from giapranh.programme.rules.buckets import Bucket, bucket
from giapranh.programme.rules.joint import Joint, JointState, joint
from giapranh.programme.rules.states import TASK_WORDS, TaskState
from giapranh.programme.thresholds import today

KIND = shares.KIND
JOINT_WORDS = {
    JointState.ALONE: (N_("chưa có phần việc bên kia"), "", "minus"),
    JointState.UNDER_WAY: (N_("hai bên đang làm"), "accent", "clock"),
    JointState.OURS_LEFT: (N_("bên kia xong, bên mình chưa"), "soon", "half"),
    JointState.THEIRS_LEFT: (N_("bên mình xong, chờ bên kia"), "soon", "half"),
    JointState.DONE: (N_("hai bên đã xong"), "good", "check"),
    JointState.STOPPED: (N_("một bên đã dừng"), "bad", "cross"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a neighbour asks us to change in our half, or what we asked them and what became of it."""

    peer: str
    peer_name: str
    event: str
    direction: str  # in: they ask us
    state: str
    changes: dict[str, Any]
    answer: str

    @property
    def due_on(self) -> date | None:
        return day(self.changes.get("due_on"))


@dataclass(frozen=True, slots=True)
class Half:
    """The neighbour's half of a task, or a task of theirs that has no half here yet. Read-only."""

    side: Received
    state_word: str
    due_on: date | None
    bucket: Bucket | None
    products: tuple[str, ...]
    ours: Task | None
    standing: Joint
    asked: tuple[Asked, ...]

    @property
    def data(self) -> dict[str, Any]:
        return self.side.data or {}

    @property
    def standing_word(self) -> tuple[str, str, str]:
        word, tone, icon = JOINT_WORDS[self.standing.state]
        return _(word), tone, icon

    @property
    def completed_on(self) -> date | None:
        return day(self.data.get("completed_on"))

    @property
    def done(self) -> bool:
        return self.data.get("state") == TaskState.COMPLETED


@dataclass(frozen=True, slots=True)
class JointCard:
    """What the task page shows of a task that concerns a neighbour; empty for one that concerns this house alone."""

    halves: tuple[Half, ...]
    shared_with: tuple[Received, ...]  # our half as each neighbour was told
    asked: tuple[Asked, ...]  # what neighbours ask of our half

    def __bool__(self) -> bool:
        return bool(self.halves or self.shared_with)


def reference(task: Task) -> str:
    """How the neighbour names our half."""
    return f"{KIND}:{task.uid}@{own_node()}"


def card_of(task: Task) -> JointCard:
    if not task.joint_with and not task.counterparts.all():
        return JointCard((), (), ())
    mine, ours = reference(task), shares.record(str(task.uid)) or {}
    halves = [
        _half(side, task, ours)
        for side in received(KIND)
        if (side.data or {}).get("joint_with") == mine or task.joint_with == f"{KIND}:{side.id}@{side.peer}"
    ]
    told = tuple(side for side in record_of(KIND, str(task.uid)) if side.mine)
    return JointCard(tuple(halves), told, asked_of(f"{KIND}:{task.uid}", direction="in"))


def may_see(user: Any) -> bool:
    """The neighbours' tasks as a whole: those who give tasks here, and auditors."""
    return access.has_role(user, *GIVERS, Role.AUDITOR)


def neighbours_tasks(user: Any) -> list[Half]:
    """Every task a neighbour shares, those without a half of ours first."""
    if not may_see(user):
        raise NoSuchTask(N_("Việc láng giềng chia sẻ dành cho lãnh đạo, cán bộ đầu mối và giám sát."))
    found = [_half(side, _ours(side), None) for side in received(KIND, most=500)]
    return sorted(found, key=lambda half: (half.ours is not None, half.done))


def waiting(user: Any) -> int:
    """How many of them nobody here has taken up."""
    if not may_see(user):
        return 0
    return sum(half.ours is None and half.data.get("state") not in {"completed", "cancelled"}
               for half in neighbours_tasks(user))  # fmt: skip


def neighbours_task(user: Any, peer: str, uid: UUID) -> Half:
    if may_see(user):
        for side in record_of(KIND, str(uid)):
            if side.peer == peer and not side.mine and side.data is not None:
                return _half(side, _ours(side), None)
    raise NoSuchTask(N_("Không có việc này, hoặc bên kia đã thu hồi."))


def _ours(side: Received) -> Task | None:
    """Our half of a task of theirs, whichever side has named the other."""
    by_us = Task.objects.filter(joint_with=f"{KIND}:{side.id}@{side.peer}").order_by("pk").first()
    named, _at, node = str((side.data or {}).get("joint_with") or "").removeprefix(f"{KIND}:").partition("@")
    if by_us is not None or node != own_node():
        return by_us
    try:
        return Task.objects.filter(uid=UUID(named)).first()
    except ValueError:
        return None


def _half(side: Received, ours: Task | None, told: dict[str, Any] | None) -> Half:
    data = side.data or {}
    state = str(data.get("state") or "")
    word = _(TASK_WORDS[TaskState(state)]) if state in set(TaskState) else _("chưa rõ")
    due = day(data.get("due_on"))
    running = due is not None and state not in {TaskState.COMPLETED, TaskState.CANCELLED}
    products = data.get("products")
    mine = told if told is not None else (shares.record(str(ours.uid)) or {}) if ours else {}
    return Half(
        side, word[:1].upper() + word[1:], due, bucket(due, None, today(now()).moment) if running else None,
        tuple(str(each) for each in products) if isinstance(products, list) else (), ours,
        joint(mine, data) if ours is not None else joint(data, None),
        asked_of(side.subject, peer=side.peer, direction="out"),
    )  # fmt: skip


def asked_of(subject: str, *, direction: str, peer: str = "") -> tuple[Asked, ...]:
    """Proposals about one record, the newest first."""
    rows = Notice.objects.filter(subject=subject, kind="proposal", direction=direction).order_by("-at")
    names = peer_names()
    return tuple(
        Asked(row.peer, names.get(row.peer, row.peer), row.event_id, direction, row.state, _changes(row), row.answer)
        for row in (rows.filter(peer=peer) if peer else rows)[:20]
    )


def _changes(row: Notice) -> dict[str, Any]:
    try:
        found = json.loads(bytes(row.body)).get("changes")
    except (ValueError, AttributeError):
        return {}
    return found if isinstance(found, dict) else {}


def day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) and value else None
    except ValueError:
        return None
