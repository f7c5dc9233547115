"""Who may do what to offices and officers. ``check_can_x`` raises with the reason, ``can_x`` says yes or no."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from giapranh.kernel.errors import N_, NotAllowed
from giapranh.people import access
from giapranh.people.models import Office, Officer
from giapranh.people.roles import Role


class MayNot(NotAllowed):
    code = "may_not"


def check_can_change_organisation(user: Any) -> None:
    """Create offices, and carry out a succession."""
    if not access.has_role(user, Role.ADMINISTRATOR, Role.LEADER):
        raise MayNot(N_("Chỉ người quản trị hoặc lãnh đạo cơ quan được thay đổi tổ chức."))


def check_can_edit_office(user: Any, office: Office) -> None:
    """Names, short forms and addresses of one office: its head may, without waiting for the administrator."""
    if access.has_role(user, Role.ADMINISTRATOR) or access.heads(user, office):
        return
    raise MayNot(
        N_("Chỉ người quản trị hoặc người đứng đầu %(office)s được sửa thông tin đơn vị này."), office=office.name
    )


def check_can_manage_officers(user: Any) -> None:
    """Create and close accounts, give and end appointments."""
    if not access.has_role(user, Role.ADMINISTRATOR):
        raise MayNot(N_("Chỉ người quản trị được tạo tài khoản và giao chức trách."))


def check_can_see_officers(user: Any) -> None:
    """Names, telephones and addresses of people: for those who work in this agency."""
    if access.has_role(user, Role.ADMINISTRATOR) or access.reads_everything(user) or access.works_here(user):
        return
    raise MayNot(N_("Danh sách cán bộ chỉ dành cho người của cơ quan này."))


def check_can_edit_officer(user: Any, officer: Officer) -> None:
    """Telephone and address of a person: themselves and the administrator."""
    if access.has_role(user, Role.ADMINISTRATOR) or (access.may_write(user) and user.pk == officer.pk):
        return
    raise MayNot(N_("Chỉ chính cán bộ đó hoặc người quản trị được sửa thông tin này."))


def check_can_change_calendar(user: Any) -> None:
    if not access.has_role(user, Role.ADMINISTRATOR, Role.CLERK, Role.LEADER):
        raise MayNot(N_("Chỉ người quản trị, văn thư hoặc lãnh đạo được sửa lịch làm việc."))


def check_can_see_outbox(user: Any) -> None:
    if not access.has_role(user, Role.ADMINISTRATOR, Role.AUDITOR):
        raise MayNot(N_("Chỉ người quản trị xem được hộp thư đi của hệ thống."))


def check_can_send_again(user: Any) -> None:
    if not access.has_role(user, Role.ADMINISTRATOR):
        raise MayNot(N_("Chỉ người quản trị được gửi lại thư."))


def _yes_or_no(check: Callable[..., None]) -> Callable[..., bool]:
    def can(user: Any, *record: Any) -> bool:
        try:
            check(user, *record)
        except NotAllowed:
            return False
        return True

    return can


can_change_organisation = _yes_or_no(check_can_change_organisation)
can_edit_office = _yes_or_no(check_can_edit_office)
can_manage_officers = _yes_or_no(check_can_manage_officers)
can_see_officers = _yes_or_no(check_can_see_officers)
can_edit_officer = _yes_or_no(check_can_edit_officer)
can_change_calendar = _yes_or_no(check_can_change_calendar)
can_see_outbox = _yes_or_no(check_can_see_outbox)
can_send_again = _yes_or_no(check_can_send_again)
