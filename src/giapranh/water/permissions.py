"""Who may see and do what with rivers, stations and their data. ``check_can_x`` raises with the reason.

Rivers and what stands openly on them are geography: everybody signed in sees them. Stations belong to whoever works in
this agency; people of the neighbour see the stations of their own offices. Restricted features (a source that is not
published) are for those who handle incidents. Auditors read everything and write nothing. Records of the neighbour's
node are read here, never written.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from giapranh.kernel.errors import N_, NotAllowed, NotFound, Refused
from giapranh.people import access
from giapranh.people.roles import Role
from giapranh.water.models import Station

DECIDERS = (Role.LEADER, Role.FOCAL_OFFICER)
HANDLERS = (*DECIDERS, Role.OFFICE_HEAD, Role.INSPECTOR)
KEEPERS = (Role.ADMINISTRATOR, *DECIDERS, Role.OFFICE_HEAD)


class NoSuchStation(NotFound):
    code = "no_such_station"


class NotYourStation(NotAllowed):
    code = "not_your_station"


class NeighboursRecord(NotAllowed):
    code = "neighbours_record"


class NotYourDuty(NotAllowed):
    code = "not_your_duty"


# --- seeing ----------------------------------------------------------------------------------------------------------


def visible_stations(user: Any, prefix: str = "") -> Q:
    """The stations ``user`` may see, as a condition on stations (or on rows with the station behind ``prefix``)."""
    if sees_all_stations(user):
        return Q()
    return Q(**{f"{prefix}owner__in": access.office_ids_below(user)})


def sees_all_stations(user: Any) -> bool:
    return access.has_role(user, Role.AUDITOR) or access.works_here(user)


def check_can_see_station(user: Any, station: Station) -> None:
    if not can_see_station(user, station):
        raise NoSuchStation(N_("Không có trạm này, hoặc trạm không thuộc đơn vị của bạn."))


def can_see_station(user: Any, station: Station) -> bool:
    return sees_all_stations(user) or access.works_in(user, station.owner_id)


def can_see_restricted(user: Any) -> bool:
    """Sources that are kept apart until an incident is settled."""
    if access.has_role(user, Role.AUDITOR):
        return True
    return access.works_here(user) and access.has_role(user, *HANDLERS)


# --- the network -----------------------------------------------------------------------------------------------------


def check_can_change_network(user: Any) -> None:
    """Bring in rivers, features and new stations; set the class a reach must meet."""
    access.check_may_write(user)
    if not (access.works_here(user) and access.has_role(user, *KEEPERS)):
        raise NotYourDuty(
            N_("Chỉ lãnh đạo, cán bộ đầu mối, trưởng đơn vị hoặc người quản trị được sửa mạng lưới sông và trạm.")
        )


def can_change_network(user: Any) -> bool:
    return _yes(check_can_change_network, user)


def check_can_edit_station(user: Any, station: Station) -> None:
    """Its name, place, series and mapping: whoever keeps the network, and the office that owns the station."""
    access.check_may_write(user)
    _check_is_ours(station)
    if access.works_in(user, station.owner_id) and not access.has_role(user, Role.CLERK):
        return
    check_can_change_network(user)


def can_edit_station(user: Any, station: Station) -> bool:
    return _yes(check_can_edit_station, user, station)


# --- data ------------------------------------------------------------------------------------------------------------


def check_can_enter_data(user: Any, station: Station) -> None:
    """Bring in values of a station: its owner, and those who answer for the whole network."""
    access.check_may_write(user)
    check_can_see_station(user, station)
    _check_is_ours(station)
    if access.works_in(user, station.owner_id):
        return
    if access.works_here(user) and access.has_role(user, *KEEPERS, Role.INSPECTOR):
        return
    if station.owner_id is None and access.works_here(user) and access.has_role(user, Role.SPECIALIST):
        return
    raise NotYourStation(N_("Chỉ đơn vị quản lý trạm %(station)s được nhập số liệu của trạm."), station=station.name)


def can_enter_data(user: Any, station: Station) -> bool:
    return _yes(check_can_enter_data, user, station)


def check_can_judge_quality(user: Any, station: Station) -> None:
    """Accept, reject or correct a value: a person's word beside the raw one."""
    check_can_enter_data(user, station)
    if access.has_role(user, Role.SPECIALIST, *HANDLERS):
        return
    raise NotYourDuty(N_("Chỉ chuyên viên, trưởng đơn vị hoặc lãnh đạo được kết luận về chất lượng số liệu."))


def can_judge_quality(user: Any, station: Station) -> bool:
    return _yes(check_can_judge_quality, user, station)


# --- alerts, notices -------------------------------------------------------------------------------------------------


def check_can_handle_alerts(user: Any, station: Station | None = None) -> None:
    """Take over, confirm, close an alert: those who handle incidents, and the office that owns the station."""
    access.check_may_write(user)
    if access.works_here(user) and access.has_role(user, *HANDLERS):
        return
    if station is not None and access.works_in(user, station.owner_id) and access.has_role(user, Role.SPECIALIST):
        return
    raise NotYourDuty(
        N_(
            "Chỉ người xử lý sự cố (lãnh đạo, đầu mối, trưởng đơn vị, kiểm tra) hoặc đơn vị quản lý trạm được làm bước này."
        )
    )


def can_handle_alerts(user: Any, station: Station | None = None) -> bool:
    return _yes(check_can_handle_alerts, user, station)


def check_can_send_notice(user: Any) -> None:
    """What goes to the neighbour in the name of the agency."""
    access.check_may_write(user)
    if not (access.works_here(user) and access.has_role(user, *DECIDERS)):
        raise NotYourDuty(N_("Chỉ lãnh đạo hoặc cán bộ đầu mối được gửi thông báo cho tỉnh bạn."))


def can_send_notice(user: Any) -> bool:
    return _yes(check_can_send_notice, user)


def _check_is_ours(station: Station) -> None:
    if station.node:
        raise NeighboursRecord(
            N_("Trạm %(station)s do tỉnh bạn quản lý, máy này chỉ đọc. Hãy nhờ tỉnh bạn sửa."), station=station.name
        )


def _yes(check: Any, *args: Any) -> bool:
    try:
        check(*args)
    except Refused:
        return False
    return True
