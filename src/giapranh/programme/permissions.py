"""Who may see and do what with tasks. Default: nobody.

The giver is a leader or focal officer of the agency that owns the programme. Work on a task belongs to whoever works in
its lead office, work on a part to whoever works in the part's office. Auditors see everything and write nothing.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q

from giapranh.kernel.errors import N_, NotAllowed, NotFound, Refused
from giapranh.people import access
from giapranh.people.models import Office
from giapranh.people.roles import Role
from giapranh.programme.models import Programme, Task, TaskPart

GIVERS = (Role.LEADER, Role.FOCAL_OFFICER)


class NotYourTask(NotAllowed):
    code = "not_your_task"


class NotTheGiver(NotAllowed):
    code = "not_the_giver"


class OwnWork(NotAllowed):
    code = "own_work"


class NoSuchTask(NotFound):
    code = "no_such_task"


# --- seeing ----------------------------------------------------------------------------------------------------------


def visible(user: Any) -> Q:
    """The tasks ``user`` may see, as a condition on tasks."""
    if access.has_role(user, Role.AUDITOR):
        return Q()
    involved = TaskPart.objects.filter(task=OuterRef("pk"), office__in=access.office_ids_below(user))
    seen = Q(Exists(involved))
    if access.has_role(user, *GIVERS):
        seen |= Q(programme__owner__in=agencies_of(user))
    return seen


def sees_whole(user: Any, programme: Programme) -> bool:
    """Whether the person sees every task of the programme: its giver, or an auditor."""
    if access.has_role(user, Role.AUDITOR):
        return True
    return access.has_role(user, *GIVERS) and programme.owner_id in agencies_of(user)


def visible_programmes(user: Any) -> Q:
    """The programmes of which ``user`` may see at least one task, or which their agency owns."""
    if access.has_role(user, Role.AUDITOR):
        return Q()
    involved = TaskPart.objects.filter(task__programme=OuterRef("pk"), office__in=access.office_ids_below(user))
    seen = Q(Exists(involved))
    if access.has_role(user, *GIVERS):
        seen |= Q(owner__in=agencies_of(user))
    return seen


def agencies_of(user: Any) -> frozenset[int]:
    """The agencies the person serves today, through whatever office, and what those agencies took over."""
    cached = getattr(user, "_programme_agencies", None)
    if cached is None:
        from giapranh.people import queries

        own = {office.agency.pk for office in access.offices_today(user)}
        cached = frozenset(own | queries.ids_of_predecessors(own)) if own else frozenset()
        user._programme_agencies = cached
    return cached


def check_can_see(user: Any, task: Task) -> None:
    if not Task.objects.filter(visible(user), pk=task.pk).exists():
        raise NoSuchTask(N_("Không có việc này, hoặc việc không giao cho đơn vị của bạn."))


def can_see(user: Any, task: Task) -> bool:
    return _yes(check_can_see, user, task)


# --- giving ----------------------------------------------------------------------------------------------------------


def check_can_adopt(user: Any, owner: Office | None = None) -> None:
    """Make a programme of a paper: a leader or focal officer, for their own agency."""
    access.check_may_write(user)
    if not access.has_role(user, *GIVERS):
        raise NotTheGiver(N_("Chỉ lãnh đạo hoặc cán bộ đầu mối được giao việc. Hãy nhờ cán bộ đầu mối."))
    if owner is not None and owner.agency.pk not in agencies_of(user):
        raise NotTheGiver(N_("Bạn chỉ giao việc cho cơ quan của mình."))


def can_adopt(user: Any, owner: Office | None = None) -> bool:
    return _yes(check_can_adopt, user, owner)


def check_can_give(user: Any, programme: Programme) -> None:
    """Decide on behalf of the giver: confirm, return, pause, cancel, extend."""
    check_can_adopt(user)
    if programme.owner_id not in agencies_of(user):
        raise NotTheGiver(N_("Chương trình này của cơ quan khác."))


def can_give(user: Any, programme: Programme) -> bool:
    return _yes(check_can_give, user, programme)


def check_can_confirm(user: Any, task: Task) -> None:
    check_can_give(user, task.programme)
    if task.handed_in_by_id == user.pk:
        raise OwnWork(N_("Bạn đã đề nghị xác nhận việc này nên người khác phải xác nhận."))


def can_confirm(user: Any, task: Task) -> bool:
    return _yes(check_can_confirm, user, task)


# --- working ---------------------------------------------------------------------------------------------------------


def check_can_work(user: Any, task: Task) -> None:
    """Start, attach products, ask for confirmation or for time, judge the parts: the lead office."""
    access.check_may_write(user)
    lead = task.parts.filter(role="lead").first()
    if lead is None or not access.works_in(user, lead.office_id):
        raise NotYourTask(N_("Chỉ đơn vị chủ trì được làm bước này."))


def can_work(user: Any, task: Task) -> bool:
    return _yes(check_can_work, user, task)


def check_can_report(user: Any, part: TaskPart) -> None:
    """Fill and submit a part: the office that owes it."""
    access.check_may_write(user)
    if not access.works_in(user, part.office_id):
        raise NotYourTask(N_("Chỉ đơn vị được giao phần này mới báo cáo được."))


def can_report(user: Any, part: TaskPart) -> bool:
    return _yes(check_can_report, user, part)


def check_can_set_office(user: Any, task: Task) -> None:
    """Say which office the words of a paper mean, or move a task: the giver."""
    check_can_give(user, task.programme)


def check_can_set_thresholds(user: Any) -> None:
    access.check_may_write(user)
    if not access.has_role(user, Role.ADMINISTRATOR, Role.LEADER):
        raise NotTheGiver(N_("Chỉ quản trị hoặc lãnh đạo được đổi ngưỡng nhắc việc."))


def can_set_thresholds(user: Any) -> bool:
    return _yes(check_can_set_thresholds, user)


def _yes(check: Any, *args: Any) -> bool:
    try:
        check(*args)
    except Refused:
        return False
    return True
