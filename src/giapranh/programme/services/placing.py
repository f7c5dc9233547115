"""Who does it: the office that words of a paper mean, and the person inside an office."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from giapranh.documents import services as documents
from giapranh.kernel.errors import N_, BadInput, Conflict
from giapranh.people import queries as people
from giapranh.people.models import Office, Officer
from giapranh.programme import permissions
from giapranh.programme.models import TaskPart
from giapranh.programme.rules.states import CLOSED
from giapranh.programme.services.records import happened, locked_part, tell, tell_office


class NotInOffice(BadInput):
    code = "not_in_office"


class OfficeTwice(Conflict):
    code = "office_twice"


@transaction.atomic
def set_office(*, part_id: int, office: Office, by: Officer, at: datetime) -> TaskPart:
    """Say which office a part belongs to: where the words of the paper were left open, or to correct a match."""
    part = locked_part(part_id)
    permissions.check_can_set_office(by, part.task)
    if part.task.state in CLOSED:
        raise Conflict(N_("Việc đã đóng nên không đổi đơn vị."), code="task_closed")
    before = part.office.name if part.office else part.as_written
    part.office, part.officer = office, None
    if part.given_to is None:
        part.given_to = office
    try:
        with transaction.atomic():
            part.save()
    except IntegrityError as error:
        raise OfficeTwice(N_("%(office)s đã có phần trong việc này."), office=office.name) from error
    if part.task.programme.paper_id:
        documents.grant_access(paper_id=part.task.programme.paper_id, offices=[office], by=by, at=at)
    happened(part.task, "set_office", by=by, at=at, part=part, note=f"{before} → {office.name}")
    tell_office(office, N_("Việc được giao: %(task)s"), part.task, besides=by)
    return part


@transaction.atomic
def assign_officer(*, part_id: int, officer: Officer | None, by: Officer, at: datetime) -> TaskPart:
    """Hand a part to one person of its office (None: to the office as a whole)."""
    part = locked_part(part_id)
    permissions.check_can_report(by, part)
    if officer is not None and (part.office is None or officer not in people.officers_in(part.office)):
        raise NotInOffice(N_("%(officer)s không thuộc đơn vị này."), officer=str(officer))
    part.officer = officer
    part.save(update_fields=["officer"])
    happened(part.task, "assign", by=by, at=at, part=part, note=str(officer or "–"))
    if officer is not None:
        tell([officer], N_("Việc phân công cho bạn: %(task)s"), part.task, besides=by)
    return part
