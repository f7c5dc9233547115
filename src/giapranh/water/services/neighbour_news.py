"""To and from the neighbour: what changed here is told as far as the agreement goes; their notices ring here at once."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from giapranh.exchange.ledger.engine import Change
from giapranh.exchange.queries import record_of
from giapranh.exchange.queries.records import peer_names
from giapranh.exchange.services import records, sharing
from giapranh.kernel.clock import local_date
from giapranh.kernel.errors import Unavailable
from giapranh.people.models import Officer
from giapranh.people.roles import Role
from giapranh.people.services import notify, send_mail_once
from giapranh.water.models import Series, Station
from giapranh.water.queries import on_call
from giapranh.water.rules.notices import NOTICE_WORDS, NoticeKind
from giapranh.water.services.arrivals import Arrived

log = logging.getLogger(__name__)
PAGE = "/song-ngoi/thong-bao-den/"
DAY_MS = 86_400_000
LOCAL_MS = 7 * 3_600_000  # the days of Vietnam, which has no summer time
LATE_DAYS = 31  # what comes later than this is history: a neighbour asks for the full series


def changed(kind: str, uid: UUID, at: datetime) -> None:
    """In the transaction of the change. An exchange that is not set up yet must not stop the work here."""
    _tell(kind, [str(uid)], at)


def awaits(_arrived: Arrived) -> bool:
    return sharing.somebody_lately()


def rows_arrived(arrived: Arrived) -> None:
    """New observations, in the transaction that stores them: the newest values now, figures of days that are over.

    The day that runs is told when it is over, by the daily round. A fault in here must never cost an observation.
    """
    try:
        if not sharing.anybody():
            return
        with transaction.atomic():
            sharing.records_changed("water-latest", _stations(arrived), at=arrived.at)
            sharing.records_changed("water-daily", _finished_days(arrived), at=arrived.at)
    except Exception:  # whatever went wrong between nodes, the observations must be kept
        log.exception("new observations were not told to any neighbour")


def _stations(arrived: Arrived) -> Iterator[str]:
    """Looked up only when somebody is to be told."""
    own = Station.objects.filter(node="", series__in=np.unique(arrived.series).tolist())
    yield from (str(uid) for uid in own.distinct().order_by("pk").values_list("uid", flat=True))


def _finished_days(arrived: Arrived) -> Iterator[str]:
    today = local_date(arrived.at)
    days = (arrived.time_ms + LOCAL_MS) // DAY_MS
    last = (today - date(1970, 1, 1)).days
    late = (days < last) & (days >= last - LATE_DAYS)
    pairs = np.unique(np.column_stack((arrived.series[late], days[late])), axis=0).tolist()
    own = Series.objects.filter(pk__in={series for series, _day in pairs}, station__node="")
    uids = dict(own.values_list("pk", "uid"))
    yield from (f"{uids[s]}/{date(1970, 1, 1) + timedelta(days=day)}" for s, day in pairs if s in uids)


def judged(series: Series, times: Iterable[datetime], at: datetime) -> None:
    """Values were corrected or thrown out: the days they belong to say something else now."""
    today = local_date(at)
    days = sorted({day for time in times if today - timedelta(days=LATE_DAYS) <= (day := local_date(time)) < today})
    _tell("water-daily", (f"{series.uid}/{day}" for day in days), at)
    _tell("water-latest", [str(series.station.uid)], at)


def sign_back(kind: str, uid: UUID, by: Officer, at: datetime, answer: str = "") -> None:
    """A person here has said something about a record that came by the exchange; of others nothing is signed."""
    for side in record_of(kind, str(uid)):
        if not side.mine and side.data is not None:
            records.mark_read(side.peer, side.subject, by=by, at=at, answer=answer)


def stations_changed(stations: Iterable[UUID], at: datetime) -> None:
    _tell("water-station", (str(uid) for uid in stations), at)


def _tell(kind: str, ids: Iterable[str], at: datetime) -> None:
    try:
        sharing.records_changed(kind, ids, at=at)
    except Unavailable as error:
        log.error("%s was not told to any neighbour: %s", kind, error)


def notice_came(change: Change) -> None:
    """A notice of the neighbour was taken in: ring for those who answer. A later version of it does not ring again."""
    data = change.data
    if change.why != "written" or data is None or data.get("acknowledgedAt") or data.get("answeredAt"):
        return
    at = datetime.fromtimestamp(change.now / 1000, UTC)
    day = local_date(at)
    hear = on_call.with_role(Role.FOCAL_OFFICER, day) + on_call.with_role(Role.LEADER, day)
    for officer in {each.pk: each for each in hear or on_call.who_hears(None, at)}.values():
        with override(officer.language or "vi"):
            line = _line(change.peer, data)
            send_mail_once(f"neighbour:{change.event_id}:{officer.pk}", officer, line, line)
            notify(officer, line, f"{PAGE}{change.peer}/{change.subject.partition(':')[2]}/", "water-notice")


def _line(peer: str, data: dict[str, Any]) -> str:
    kinds = {kind.value: word for kind, word in NOTICE_WORDS.items()}
    kind = kinds.get(str(data.get("kind")), kinds[NoticeKind.INFORMATION.value])
    words = _("%(peer)s gửi thông báo %(kind)s %(number)s/%(n)s") % {
        "peer": peer_names().get(peer, peer), "kind": _(kind), "number": data.get("incidentNumber", ""), "n": data.get("n", ""),
    }  # fmt: skip
    return _("[DIỄN TẬP] %(words)s") % {"words": words} if data.get("drill") else words
