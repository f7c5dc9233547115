"""Notices that a neighbour's node sent: what they say, who here has seen them, and the incident they became."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from giapranh.exchange.queries import Received, Signed, received, record_of
from giapranh.exchange.queries.records import own_node, peer_names
from giapranh.exchange.queries.seen import read_here
from giapranh.kernel.clock import today
from giapranh.kernel.errors import N_
from giapranh.kernel.text import search_key
from giapranh.water import incident_permissions as permissions
from giapranh.water.incident_permissions import NoSuchIncident
from giapranh.water.models import Incident, Notice, Sign
from giapranh.water.queries import neighbours
from giapranh.water.queries.clocks import Clock, countdown
from giapranh.water.rules.notices import NOTICE_WORDS, NoticeKind

KIND = "water-notice"
LATE_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class ReceivedLine:
    """One received notice: ``local`` when it has become part of an incident here."""

    side: Received
    title: str
    clock: Clock
    seen: tuple[Signed, ...]
    local: Notice | None

    @property
    def waits(self) -> bool:
        return not self.seen and self.local is None and not (self.side.data or {}).get("acknowledgedAt")

    @property
    def drill(self) -> bool:
        return bool((self.side.data or {}).get("drill"))


def lines(user: Any, at: datetime) -> list[ReceivedLine]:
    """All that are held here, those nobody has acknowledged first."""
    permissions.check_can_see_alerts(user)
    sides = received(KIND, most=200)
    uids = {uid for side in sides if (uid := _uid(side.id))}
    local = {one.uid: one for one in Notice.objects.filter(uid__in=uids, incoming=True).select_related("incident")}
    found = [_line(side, local.get(_uid(side.id) or UUID(int=0)), at) for side in sides]
    newest = sorted(found, key=lambda line: str((line.side.data or {}).get("sentAt") or ""), reverse=True)
    return sorted(newest, key=lambda line: not line.waits)


def unsigned(at: datetime) -> list[ReceivedLine]:
    """Those of the last week that nobody here has signed for and whose time to do so is over."""
    found = []
    for side in received(KIND, most=200):
        by = moment((side.data or {}).get("acknowledgeBy"))
        if by is not None and at - LATE_FOR < by <= at and (uid := _uid(side.id)):
            found.append(_line(side, local(uid), at))
    return [line for line in found if line.waits]


def line(user: Any, peer: str, uid: UUID, at: datetime) -> ReceivedLine:
    return _line(get(user, peer, uid), local(uid), at)


def get(user: Any, peer: str, uid: UUID) -> Received:
    permissions.check_can_see_alerts(user)
    for side in record_of(KIND, str(uid)):
        if side.peer == peer and not side.mine and side.data is not None:
            return side
    raise NoSuchIncident(N_("Không có thông báo này, hoặc bên gửi đã thu hồi."))


def title(side: Received) -> str:
    data = side.data or {}
    kinds = {kind.value: word for kind, word in NOTICE_WORDS.items()}
    kind = _(kinds.get(str(data.get("kind")), kinds[NoticeKind.INFORMATION.value]))
    words = _("%(kind)s %(number)s/%(n)s của %(peer)s") % {
        "kind": kind, "number": data.get("incidentNumber", ""), "n": data.get("n", ""), "peer": side.peer_name,
    }  # fmt: skip
    words = words[:1].upper() + words[1:]
    return _("[DIỄN TẬP] %(title)s") % {"title": words} if data.get("drill") else words


def _line(side: Received, kept: Notice | None, at: datetime) -> ReceivedLine:
    seen = tuple(read_of(side))
    return ReceivedLine(side, title(side), _clock(side, seen, kept, at), seen, kept)


def _clock(side: Received, seen: tuple[Signed, ...], kept: Notice | None, at: datetime) -> Clock:
    data = side.data or {}
    if any(one.answer for one in seen) or (kept is not None and kept.answered_at):
        return Clock(_("Bên mình đã trả lời"), "good", "check")
    if seen or data.get("acknowledgedAt") or (kept is not None and kept.acknowledged_at):
        return Clock(_("Bên mình đã xác nhận"), "good", "check")
    by = moment(data.get("acknowledgeBy"))
    if by is None:
        return Clock(_("Bên mình chưa xác nhận"), "soon", "half")
    return countdown(by, at, _("để xác nhận"), _("Bên mình chưa xác nhận, quá"))


def read_of(side: Received) -> list[Signed]:
    """Who here has signed that the notice was read, whatever version of it."""
    return read_here(side.peer, side.kind, side.id)


def local(uid: UUID) -> Notice | None:
    return Notice.objects.select_related("incident").filter(uid=uid, incoming=True).first()


def incident_of(peer: str, remote_incident: str) -> Incident | None:
    """The incident here that an earlier notice about the same incident of theirs has opened."""
    if not remote_incident:
        return None
    uids = [
        uid for side in received(KIND, peer)
        if (side.data or {}).get("incident") == remote_incident and (uid := _uid(side.id))
    ]  # fmt: skip
    kept = Notice.objects.filter(uid__in=uids, incoming=True).select_related("incident").order_by("pk").first()
    return kept.incident if kept else None


def facts_of(side: Received) -> dict[str, Any]:
    """What the notice says of the incident, filled up from the incident itself where that is shared, too."""
    data = side.data or {}
    told: dict[str, Any] = {}
    for other in record_of("water-incident", str(data.get("incident", ""))):
        if other.peer == side.peer and not other.mine:
            told = dict(other.data or {})
    return told | {name: value for name, value in data.items() if value not in (None, "", [])}


# --- whose notice it is ----------------------------------------------------------------------------------------------


def province_of(peer: str) -> str:
    """The code of the province a neighbour's node stands for: as its contact list says, else by its name."""
    for side in received("contact-list", peer):
        if area := str((side.data or {}).get("area") or ""):
            return area
    name = search_key(peer_name(peer))
    for one in neighbours.bordering(today()):
        if name and name in search_key(one.province_name):
            return one.province
    return ""


def speaks_for(peer: str, province: str) -> bool:
    """Whether a neighbour's word counts as the word of that province. An only neighbour need not say where it lies."""
    if found := province_of(peer):
        return found == province
    return set(peer_names()) - {own_node()} == {peer}


def peer_name(peer: str) -> str:
    return peer_names().get(peer, "")


# --- values of another house: nothing of them is sure ----------------------------------------------------------------


def moment(value: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def number(value: Any) -> float | None:
    try:
        found = float(value)
    except (TypeError, ValueError):
        return None
    return found if math.isfinite(found) and found >= 0 else None


def whole(value: Any) -> int | None:
    return value if isinstance(value, int) and 0 < value < 10_000 else None


def signs(value: Any) -> tuple[str, ...]:
    return tuple(each for each in value if each in set(Sign)) if isinstance(value, list) else ()


def _uid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
