"""Who may see a report, draft one, and urge offices. Default: nobody.

A report tells what every office did, so only the giver's side sees it: leaders and focal officers of the agency that
owns the programme, and auditors, who write nothing.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from giapranh.kernel.errors import N_, NotFound, Refused
from giapranh.people import access
from giapranh.people.roles import Role
from giapranh.programme.models import Programme, Report
from giapranh.programme.permissions import GIVERS, agencies_of, check_can_give


class NoSuchReport(NotFound):
    code = "no_such_report"


def visible(user: Any) -> Q:
    """The reports ``user`` may see, as a condition on reports."""
    return _owned(user, "programme__owner__in")


def reportable(user: Any) -> Q:
    """The programmes whose reports ``user`` may see, as a condition on programmes."""
    return _owned(user, "owner__in")


def _owned(user: Any, path: str) -> Q:
    if access.has_role(user, Role.AUDITOR):
        return Q()
    if access.has_role(user, *GIVERS):
        return Q(**{path: agencies_of(user)})
    return Q(pk__in=())


def check_can_see_report(user: Any, report: Report) -> None:
    if not Report.objects.filter(visible(user), pk=report.pk).exists():
        raise NoSuchReport(N_("Không có báo cáo này, hoặc bạn không thuộc cơ quan lập báo cáo."))


def can_see_report(user: Any, report: Report) -> bool:
    return _yes(check_can_see_report, user, report)


def check_can_draft(user: Any, programme: Programme) -> None:
    """Draft, register, urge: on behalf of the giver."""
    check_can_give(user, programme)


def can_draft(user: Any, programme: Programme) -> bool:
    return _yes(check_can_draft, user, programme)


def _yes(check: Any, *args: Any) -> bool:
    try:
        check(*args)
    except Refused:
        return False
    return True
