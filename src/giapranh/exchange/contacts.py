"""The contact list of focal officers, the one kind of record this room shares itself: whom to call at the neighbour.

The record is the list of an agency as a whole, so that who leaves the list leaves it there, too.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models.signals import post_delete, post_save

from giapranh.exchange.kinds import Data, Shareable
from giapranh.exchange.ledger.engine import EffectRefused
from giapranh.exchange.services import sharing
from giapranh.kernel.clock import now, today
from giapranh.kernel.errors import N_
from giapranh.people import queries as people
from giapranh.people.models import Appointment, Officer
from giapranh.people.roles import Role

LISTED = (Role.FOCAL_OFFICER, Role.LEADER)
NAME = "contact-list"
SHOWN = {"full_name", "email", "phone", "is_active", "valid_to", "title", "role", "office"}


def record(record_id: str) -> Data | None:
    agency, node = people.own_agency(), people.node()
    if agency is None or node is None or record_id != node.node_id:
        return None
    day = today()
    found = []
    for office in people.offices(day, within=agency):
        for held in people.people_in(office, day):
            if held.role in LISTED:
                found.append(
                    {
                        "name": held.officer.full_name, "title": held.title or held.get_role_display(),
                        "office": office.name, "phone": held.officer.phone, "email": held.officer.email,
                    }
                )  # fmt: skip
    found.sort(key=lambda one: (one["office"], one["name"]))
    unit = node.province.code if node.province else ""
    return {"agency": agency.name, "node": node.node_id, "area": unit, "officers": found}


def every() -> list[str]:
    """One list, named by its node: both sides share theirs, and one name would make one record with two owners."""
    node = people.node()
    return [node.node_id] if node else []


def check(data: Data) -> None:
    officers = data.get("officers", [])
    if not isinstance(officers, list) or not all(isinstance(one, dict) for one in officers):
        raise EffectRefused(N_("Danh bạ đầu mối không đúng dạng."))


def listen() -> None:
    """People come and go, and change their telephone: the list follows, in the transaction that changes them."""
    for sender in (Appointment, Officer):
        post_save.connect(_people_changed, sender=sender, dispatch_uid=f"contacts {sender.__name__}")
    post_delete.connect(_people_changed, sender=Appointment, dispatch_uid="contacts gone")


def _people_changed(sender: Any, update_fields: Any = None, **more: Any) -> None:
    if update_fields is not None and not SHOWN & set(update_fields):
        return  # signing in is no news
    tell(now())


def tell(at: datetime) -> None:
    for record_id in every():
        sharing.record_changed(NAME, record_id, at=at)


def _areas(data: Data) -> frozenset[str]:
    return frozenset([data["area"]] if data.get("area") else [])


def kind() -> Shareable:
    labels: dict[str, Any] = {
        "agency": N_("cơ quan"), "node": N_("nút"), "area": N_("mã tỉnh"), "officers": N_("cán bộ đầu mối"),
    }  # fmt: skip
    return Shareable(
        NAME, N_("Danh bạ cán bộ đầu mối"), labels, record, lambda data: str(data.get("agency", "")),
        check=check, areas=_areas, own_url=lambda record_id: "/to-chuc/can-bo/", every=every,
    )  # fmt: skip
