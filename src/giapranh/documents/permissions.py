"""Who may read and who may handle a paper. Default: nobody.

A leader, a focal officer, an auditor, and a clerk (who keeps the books) read the papers of their own agency and of the
agencies it followed; everyone else reads what was given to an office they work in, and what they brought in.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from giapranh.documents.models import Direction, Paper, PaperAccess, PaperState
from giapranh.kernel.errors import N_, NotAllowed
from giapranh.people import access
from giapranh.people import queries as people
from giapranh.people.roles import Role

BOOK_KEEPERS = (Role.CLERK, Role.FOCAL_OFFICER, Role.LEADER)


class NotYourPaper(NotAllowed):
    code = "not_your_paper"


class NotABookKeeper(NotAllowed):
    code = "not_a_book_keeper"


def readable(user: Any) -> Q:
    """The papers ``user`` may read, as a condition."""
    given = PaperAccess.objects.filter(office__in=access.office_ids_below(user)).values("paper")
    allowed = Q(created_by=user.pk) | Q(pk__in=given)
    if reads_agency(user):
        allowed |= Q(agency__in=agency_ids(user))
    return allowed


def reads_agency(user: Any) -> bool:
    return access.reads_everything(user) or access.has_role(user, Role.CLERK)


def agency_ids(user: Any) -> set[int]:
    """The agencies ``user`` works for, and those they followed."""
    own = {office.agency.pk for office in access.offices_today(user)}
    return own | people.ids_of_predecessors(own) if own else set()


def can_read(user: Any, paper: Paper) -> bool:
    if paper.direction == Direction.STUB:
        return Paper.objects.filter(readable(user), citations__cited=paper).exists()
    return Paper.objects.filter(readable(user), pk=paper.pk).exists()


def check_can_write(user: Any) -> None:
    """Whoever only looks on writes nothing."""
    access.check_may_write(user)


def can_write(user: Any) -> bool:
    return access.may_write(user)


def check_can_handle(user: Any, paper: Paper) -> None:
    """Correct, confirm, share, add versions: whoever may read the paper and may write at all."""
    check_can_write(user)
    if not can_read(user, paper):
        raise NotYourPaper(N_("Văn bản này không giao cho đơn vị của bạn."))


def can_handle(user: Any, paper: Paper) -> bool:
    return can_write(user) and can_read(user, paper)


def check_can_keep_books(user: Any) -> None:
    check_can_write(user)
    if not can_keep_books(user):
        raise NotABookKeeper(N_("Chỉ văn thư, cán bộ đầu mối hoặc lãnh đạo được ghi sổ. Hãy nhờ văn thư."))


def can_keep_books(user: Any) -> bool:
    return access.may_write(user) and access.has_role(user, *BOOK_KEEPERS)


def is_open(paper: Paper) -> bool:
    """Whether its reading can still be changed."""
    return paper.state == PaperState.TO_CONFIRM
