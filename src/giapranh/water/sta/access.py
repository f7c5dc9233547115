"""Who asks, and what they may see and do here. Nobody gets in by default.

officers   with their session (writing needs the page's CSRF token too), as water.permissions says
machines   with ``Authorization: Bearer gr_…``, or Basic with the key as password, as the key says
nobody     only where the setting ``sta_open`` is on: a node for conformance tests
"""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from giapranh.kernel import clock
from giapranh.kernel.errors import N_
from giapranh.node import home
from giapranh.people import access
from giapranh.people import queries as people
from giapranh.water import permissions
from giapranh.water.models import ApiKey, KeyScope, Station
from giapranh.water.services.keys import hashed
from giapranh.water.sta.errors import Forbidden, SignInNeeded

REMEMBERED_SECONDS = 2.0  # how long a key that was withdrawn elsewhere may still be taken


@dataclass(frozen=True, slots=True)
class Principal:
    """``stations``: the ids this one may see, None for all. ``writes``: the ids it may send data for, None for all."""

    name: str
    stations: list[int] | None = None
    writes: list[int] | None = field(default_factory=list)
    manages: bool = False
    rewrites: bool = False
    office_id: int | None = None
    officer_id: int | None = None
    key_id: int | None = None

    def with_station(self, station_id: int) -> Principal:
        """One more, made just now by this one."""
        return replace(
            self,
            stations=None if self.stations is None else [*self.stations, station_id],
            writes=None if self.writes is None else [*self.writes, station_id],
        )

    def check_may_write(self, station_id: int) -> None:
        if self.writes is not None and station_id not in self.writes:
            raise Forbidden(N_("Khóa hoặc tài khoản này không được gửi số liệu cho trạm này."))

    def check_may_manage(self, station_id: int | None = None) -> None:
        if not self.manages or (station_id is not None and self.writes is not None and station_id not in self.writes):
            raise Forbidden(N_("Khóa hoặc tài khoản này không được khai báo hay sửa trạm và chuỗi số liệu."))

    def check_may_rewrite(self) -> None:
        """Raw values stand as they came, unless the node was set up as one for tests."""
        if not self.rewrites:
            raise Forbidden(
                N_(
                    "Số liệu gốc không sửa và không xóa được. Hãy ghi đính chính ở trang chất lượng số liệu, "
                    "hoặc bật sta_rewrite trên máy dùng để thử."
                )
            )


def is_open() -> bool:
    return home.switch("sta_open")


def may_rewrite() -> bool:
    return is_open() or home.switch("sta_rewrite")


def of_request(authorization: str, officer: Callable[[], Any]) -> Principal:
    """The asker; ``officer()`` looks the session up and is called only where no key was given."""
    if authorization:
        return _of_key(_token(authorization))
    user = officer()
    if user is not None and getattr(user, "is_authenticated", False):
        return of_officer(user)
    if is_open():
        return Principal("nobody", stations=None, writes=None, manages=True, rewrites=True)
    raise SignInNeeded(N_("Cần đăng nhập, hoặc gửi khóa giao diện trong Authorization: Bearer …"))


def of_officer(user: Any) -> Principal:
    if not access.roles_today(user):
        raise Forbidden(N_("Tài khoản này chưa có chức trách nên không xem được số liệu sông ngòi."))
    seen = None
    if not permissions.sees_all_stations(user):
        seen = list(Station.objects.filter(permissions.visible_stations(user)).values_list("pk", flat=True))
    manages = permissions.can_change_network(user)
    return Principal(
        user.username, stations=seen, writes=_entered_by(user, manages), manages=manages,
        rewrites=manages and may_rewrite(), officer_id=user.pk,
    )  # fmt: skip


def _entered_by(user: Any, manages: bool) -> list[int] | None:
    """The stations an officer may bring values of; None for all of ours."""
    if not access.may_write(user):
        return []
    if manages:
        return None
    visible = Station.objects.filter(permissions.visible_stations(user))
    return [station.pk for station in visible if permissions.can_enter_data(user, station)]


# --- keys ------------------------------------------------------------------------------------------------------------

_known: dict[str, tuple[float, Principal]] = {}


def forget_keys() -> None:
    """After a change of keys in this process."""
    _known.clear()


def _token(authorization: str) -> str:
    kind, _space, rest = authorization.partition(" ")
    if kind.lower() == "bearer":
        return rest.strip()
    if kind.lower() == "basic":
        try:
            return base64.b64decode(rest, validate=True).decode("utf-8").partition(":")[2]
        except (binascii.Error, ValueError):
            pass
    raise SignInNeeded(N_("Không đọc được Authorization. Hãy gửi: Authorization: Bearer gr_…"))


def _of_key(token: str) -> Principal:
    digest = hashed(token)
    held = _known.get(digest)
    now = time.monotonic()
    if held is not None and held[0] > now:
        return held[1]
    principal = _look_up(digest)
    if len(_known) > 1000:
        _known.clear()
    _known[digest] = (now + REMEMBERED_SECONDS, principal)
    return principal


def _look_up(digest: str) -> Principal:
    today = clock.today()
    key = ApiKey.objects.filter(token_hash=digest, withdrawn_at=None).select_related("office").first()
    if key is None or (key.expires_on is not None and key.expires_on < today):
        raise SignInNeeded(N_("Khóa giao diện không đúng, đã bị thu hoặc đã hết hạn."))
    if key.last_used_on != today:
        ApiKey.objects.filter(pk=key.pk).update(last_used_on=today)
    chosen = list(key.stations.values_list("pk", flat=True))
    seen = chosen or _stations_of_office(key.office_id)
    writes = seen if key.scope != KeyScope.READ else []
    manages = key.scope == KeyScope.MANAGE and not chosen
    return Principal(
        key.name, stations=seen, writes=writes, manages=manages, rewrites=manages and may_rewrite(),
        office_id=key.office_id, key_id=key.pk,
    )  # fmt: skip


def _stations_of_office(office_id: int) -> list[int] | None:
    agency = people.own_agency()
    if agency is not None and agency.pk == office_id:
        return None
    offices = people.ids_below([office_id])
    return list(Station.objects.filter(owner__in=offices).values_list("pk", flat=True))
