"""To and from the neighbour: what changed here is told as far as the agreement goes; their notices ring here at once."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import override

from giapranh.exchange.ledger.engine import Change
from giapranh.exchange.services import sharing
from giapranh.kernel.clock import local_date
from giapranh.kernel.errors import Unavailable
from giapranh.people.roles import Role
from giapranh.people.services import notify, send_mail_once
from giapranh.water.queries import on_call
from giapranh.water.rules.notices import NOTICE_WORDS, NoticeKind

log = logging.getLogger(__name__)
PAGE = "/lang-gieng/"


def changed(kind: str, uid: UUID, at: datetime) -> None:
    """In the transaction of the change. An exchange that is not set up yet must not stop the work here."""
    try:
        sharing.record_changed(kind, str(uid), at=at)
    except Unavailable as error:
        log.error("%s %s was not told to any neighbour: %s", kind, uid, error)


def notice_came(change: Change) -> None:
    """A notice of the neighbour was taken in: ring for those who answer. A later version of it does not ring again."""
    data = change.data
    if change.why != "written" or data is None or data.get("acknowledgedAt") or data.get("answeredAt"):
        return
    at = datetime.fromtimestamp(change.now / 1000, UTC)
    day = local_date(at)
    hear = on_call.with_role(Role.FOCAL_OFFICER, day) + on_call.with_role(Role.LEADER, day)
    for officer in {each.pk: each for each in hear}.values():
        with override(officer.language or "vi"):
            line = _line(change.peer, data)
            send_mail_once(f"neighbour:{change.event_id}:{officer.pk}", officer, line, line)
            notify(officer, line, PAGE, "water-notice")


def _line(peer: str, data: dict[str, Any]) -> str:
    kinds = {kind.value: word for kind, word in NOTICE_WORDS.items()}
    kind = kinds.get(str(data.get("kind")), kinds[NoticeKind.INFORMATION.value])
    words = _("%(peer)s gửi thông báo %(kind)s %(number)s/%(n)s") % {
        "peer": peer, "kind": _(kind), "number": data.get("incidentNumber", ""), "n": data.get("n", ""),
    }  # fmt: skip
    return _("[DIỄN TẬP] %(words)s") % {"words": words} if data.get("drill") else words
