"""Making and withdrawing the keys of machines."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from giapranh.kernel.errors import N_, BadInput, NotAllowed, NotFound
from giapranh.kernel.text import one_line
from giapranh.people import access
from giapranh.people.audit import audit
from giapranh.people.models import Office, Officer
from giapranh.people.roles import Role
from giapranh.water.models import ApiKey, KeyScope, Station

PREFIX = "gr_"
SCOPES = KeyScope.choices
NO_OFFICE = N_("Hãy chọn đơn vị chịu trách nhiệm về khóa.")


class NoSuchKey(NotFound):
    code = "no_such_key"


class NotKeeperOfKeys(NotAllowed):
    code = "not_keeper_of_keys"


class BadKey(BadInput):
    code = "bad_key"


def check_can_keep_keys(user: Officer, office: Office | int | None = None) -> None:
    """Administrators, leaders and focal officers of this agency; heads for their own offices."""
    access.check_may_write(user)
    if access.works_here(user) and access.has_role(user, Role.ADMINISTRATOR, Role.LEADER, Role.FOCAL_OFFICER):
        return
    if access.has_role(user, Role.OFFICE_HEAD) and (office is None or access.works_in(user, office)):
        return
    raise NotKeeperOfKeys(
        N_("Chỉ người quản trị, lãnh đạo, cán bộ đầu mối hoặc trưởng đơn vị được cấp và thu khóa giao diện.")
    )


def can_keep_keys(user: Officer) -> bool:
    try:
        check_can_keep_keys(user)
    except NotAllowed:
        return False
    return True


def hashed(token: str) -> str:
    """The token is 256 random bits, so one round of SHA-256 is enough and cheap at thousands of requests a second."""
    return hashlib.sha256(token.encode("utf-8")).hexdigest()


@transaction.atomic
def make_key(
    *,
    name: str,
    office: Office,
    scope: str,
    stations: Sequence[Station] = (),
    expires_on: date | None = None,
    by: Officer,
    at: datetime,
) -> tuple[ApiKey, str]:
    """The key and its token, which cannot be had again."""
    check_can_keep_keys(by, office)
    if not one_line(name):
        raise BadKey(N_("Hãy đặt tên cho khóa để biết máy nào dùng."))
    if scope not in KeyScope.values:
        raise BadKey(N_("Chưa chọn quyền của khóa."))
    if scope == KeyScope.MANAGE and stations:
        raise BadKey(N_("Quyền khai báo trạm dùng cho cả đơn vị; hãy bỏ chọn trạm."))
    below = access.office_ids_below(by)
    everything = access.works_here(by) and not access.has_role(by, Role.OFFICE_HEAD)
    strange = [each for each in stations if not everything and each.owner_id not in below]
    if strange:
        raise BadKey(N_("Trạm %(station)s không thuộc đơn vị của bạn."), station=strange[0].name)
    token = PREFIX + secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        name=one_line(name), office=office, scope=scope, hint=token[:8], token_hash=hashed(token), made_by=by,
        made_at=at, expires_on=expires_on,
    )  # fmt: skip
    key.stations.set(stations)
    audit("water.api_key_made", "api_key", key.pk, by, at, name=key.name, scope=scope, office=office.pk)
    return key, token


@transaction.atomic
def withdraw_key(*, key_id: int, by: Officer, at: datetime) -> ApiKey:
    key = ApiKey.objects.select_for_update().filter(pk=key_id).first()
    if key is None:
        raise NoSuchKey(N_("Không có khóa này."))
    check_can_keep_keys(by, key.office_id)
    if key.withdrawn_at is None:
        key.withdrawn_at, key.withdrawn_by = at, by
        key.save(update_fields=["withdrawn_at", "withdrawn_by"])
        audit("water.api_key_withdrawn", "api_key", key.pk, by, at, name=key.name)
    return key
