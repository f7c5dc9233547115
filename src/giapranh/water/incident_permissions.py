"""Who may do what with alert rules, alerts, incidents, notices and drills. ``check_can_x`` raises with the reason.

Whoever works in this agency sees them; auditors too. Writing goes by role, as in ``permissions``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from giapranh.kernel.errors import N_, NotAllowed, NotFound, Refused
from giapranh.people import access
from giapranh.people.roles import Role
from giapranh.water.permissions import DECIDERS, HANDLERS, check_can_handle_alerts, check_can_send_notice


class NotYours(NotAllowed):
    code = "not_your_incident"


class NoSuchAlert(NotFound):
    code = "no_such_alert"


class NoSuchIncident(NotFound):
    code = "no_such_incident"


def can_see_alerts(user: Any) -> bool:
    return access.has_role(user, Role.AUDITOR) or access.works_here(user)


def check_can_see_alerts(user: Any) -> None:
    if not can_see_alerts(user):
        raise NoSuchAlert(N_("Trang này dành cho người của cơ quan quản lý nút. Hãy hỏi cán bộ đầu mối."))


def check_can_set_rules(user: Any) -> None:
    """Make, change and end alert rules; set who is on call."""
    access.check_may_write(user)
    if not (access.works_here(user) and access.has_role(user, *DECIDERS, Role.OFFICE_HEAD)):
        raise NotYours(N_("Chỉ lãnh đạo, cán bộ đầu mối hoặc trưởng đơn vị được đặt quy tắc và lịch trực."))


def check_can_report_incident(user: Any) -> None:
    """Say that something looks wrong: everybody here who may write. It stays a suspicion until a handler confirms."""
    access.check_may_write(user)
    if not access.works_here(user):
        raise NotYours(N_("Chỉ người của cơ quan quản lý nút được ghi sự cố."))


def check_can_handle_incident(user: Any) -> None:
    access.check_may_write(user)
    if not (access.works_here(user) and access.has_role(user, *HANDLERS)):
        raise NotYours(
            N_("Chỉ người xử lý sự cố (lãnh đạo, cán bộ đầu mối, trưởng đơn vị, cán bộ kiểm tra) được làm bước này.")
        )


def check_can_close_incident(user: Any) -> None:
    access.check_may_write(user)
    if not (access.works_here(user) and access.has_role(user, *DECIDERS)):
        raise NotYours(N_("Chỉ lãnh đạo hoặc cán bộ đầu mối được đóng sự cố hoặc kết luận báo động nhầm."))


def check_can_run_drills(user: Any) -> None:
    access.check_may_write(user)
    if not (access.works_here(user) and access.has_role(user, *DECIDERS)):
        raise NotYours(N_("Chỉ lãnh đạo hoặc cán bộ đầu mối được tổ chức diễn tập."))


def _yes(check: Any, *args: Any) -> bool:
    try:
        check(*args)
    except Refused:
        return False
    return True


def can_set_rules(user: Any) -> bool:
    return _yes(check_can_set_rules, user)


def can_report_incident(user: Any) -> bool:
    return _yes(check_can_report_incident, user)


def can_handle_incident(user: Any) -> bool:
    return _yes(check_can_handle_incident, user)


def can_close_incident(user: Any) -> bool:
    return _yes(check_can_close_incident, user)


def can_run_drills(user: Any) -> bool:
    return _yes(check_can_run_drills, user)


def can_send_notice(user: Any) -> bool:
    return _yes(check_can_send_notice, user)


def can_handle_alert(user: Any, alert: Any) -> bool:
    return _yes(check_can_handle_alert, user, alert)


def alert_handler(user: Any) -> Callable[[Any], bool]:
    """``can_handle_alert`` for a list: what is asked about the person is asked once."""
    if not access.may_write(user):
        return lambda alert: False
    here, offices = access.works_here(user), access.office_ids_below(user)
    handles = here and access.has_role(user, *HANDLERS)
    owns = here and not access.has_role(user, Role.CLERK)
    runs = access.has_role(user, Role.SPECIALIST)
    return lambda alert: (
        handles or (here and alert.assigned_id == user.pk)
        or (owns and alert.owner_id in offices) or (runs and alert.station.owner_id in offices)
    )  # fmt: skip


def check_can_handle_alert(user: Any, alert: Any) -> None:
    """An alert is handled by those who handle incidents, the office that owns it, the station's own office, and whoever
    was on call or given it, of whatever office."""
    access.check_may_write(user)
    if access.works_here(user) and alert.assigned_id == user.pk:
        return
    if access.works_here(user) and access.works_in(user, alert.owner_id) and not access.has_role(user, Role.CLERK):
        return
    check_can_handle_alerts(user, alert.station)
