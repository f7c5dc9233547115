"""The keys of machines, as those who keep them see them."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from giapranh.people import access
from giapranh.people.models import Office, OfficeKind
from giapranh.people.roles import Role
from giapranh.water import permissions
from giapranh.water.models import ApiKey, Station

_WHOLE_NODE = (Role.ADMINISTRATOR, Role.LEADER, Role.FOCAL_OFFICER)


def keeps_all(user: Any) -> bool:
    return access.works_here(user) and access.has_role(user, *_WHOLE_NODE)


def only_reads(user: Any) -> bool:
    """Auditors see who has a key, and make none."""
    return access.has_role(user, Role.AUDITOR) and not access.may_write(user)


def keys(user: Any) -> QuerySet[ApiKey]:
    """Those of the whole node, or of the offices one heads."""
    mine = Q() if keeps_all(user) or only_reads(user) else Q(office__in=access.office_ids_below(user))
    return (
        ApiKey.objects.filter(mine)
        .select_related("office", "made_by", "withdrawn_by")
        .prefetch_related(Prefetch("stations", queryset=Station.objects.order_by("sort_key")))
        .order_by("withdrawn_at", "-made_at", "-pk")
    )


def offices(user: Any) -> QuerySet[Office]:
    """The offices a key may be made for."""
    found = Office.objects.filter(valid_to=None).select_related("unit").order_by("sort_key")
    if keeps_all(user):
        below = access.office_ids_below(user)
        return found.filter(Q(pk__in=below) | Q(kind=OfficeKind.AGENCY))
    return found.filter(pk__in=access.office_ids_below(user))


def stations(user: Any) -> QuerySet[Station]:
    return Station.objects.filter(permissions.visible_stations(user), node="").order_by("sort_key", "pk")


def office(user: Any, office_id: int) -> Office | None:
    return offices(user).filter(pk=office_id).first()
