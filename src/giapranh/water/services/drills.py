"""Drills: an incident that nobody was told of beforehand, led through the real road, then scored."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from giapranh.kernel.errors import N_, BadInput, Conflict, NotFound
from giapranh.kernel.text import nfc
from giapranh.people.audit import audit
from giapranh.people.models import Officer
from giapranh.water import incident_permissions as permissions
from giapranh.water.incident_settings import acknowledge_within
from giapranh.water.models import Drill, Notice
from giapranh.water.queries import neighbours
from giapranh.water.rules.incidents import OPEN_INCIDENTS, Extent
from giapranh.water.rules.notices import NOTICE_WORDS, DrillTimes, NoticeKind, Score, score_drill
from giapranh.water.services import incidents, notices
from giapranh.water.services.incidents import Facts

LONGEST_HOURS = 720


class NoSuchDrill(NotFound):
    code = "no_such_drill"


class BadDrill(BadInput):
    code = "bad_drill"


class DrillOver(Conflict):
    code = "drill_over"


def start_drill(
    *, facts: Facts, province: str, answer_hours: float, by: Officer, at: datetime, note: str = ""
) -> Drill:
    """Make the incident, confirm it and prepare the warning. It leaves as every notice does, marked DIỄN TẬP."""
    permissions.check_can_run_drills(by)
    if not 0 < answer_hours <= LONGEST_HOURS:
        raise BadDrill(N_("Thời hạn trả lời phải lớn hơn 0 và không quá 720 giờ."))
    with transaction.atomic():
        incident = incidents.report_incident(facts=facts, by=by, at=at, drill=True)
        own = neighbours.own_province()
        incidents.confirm(incident_id=incident.pk, extent=Extent.NATIONAL, provinces=[own, province], by=by, at=at)
        drill = Drill.objects.create(
            incident=incident, province=province, answer_hours=answer_hours, started_by=by, started_at=at,
            note=nfc(note).strip(),
        )  # fmt: skip
        notices.prepare(
            incident_id=incident.pk, kind=NoticeKind.WARNING, provinces=[province], words="", even_incomplete=True,
            by=by, at=at,
        )  # fmt: skip
        audit("drill.started", "drill", drill.pk, by, at, incident=incident.number, province=province)
    drill.refresh_from_db()
    return drill


def score_of(drill: Drill) -> Score:
    """The score as it stands now."""
    first = (
        Notice.objects.filter(incident=drill.incident_id, incoming=False, sent_at__isnull=False)
        .order_by("sent_at")
        .first()
    )
    times = (
        DrillTimes(first.sent_at, first.acknowledged_at, first.answered_at) if first else DrillTimes(None, None, None)
    )
    return score_drill(
        times, first.content if first else {}, acknowledge_in=acknowledge_within(),
        answer_in=timedelta(hours=drill.answer_hours),
    )  # fmt: skip


def end_drill(*, drill_id: int, words: str, by: Officer, at: datetime) -> Drill:
    """The score is frozen, the exercise incident closes."""
    permissions.check_can_run_drills(by)
    with transaction.atomic():
        drill = Drill.objects.select_for_update(of=("self",)).select_related("incident").filter(pk=drill_id).first()
        if drill is None:
            raise NoSuchDrill(N_("Không có cuộc diễn tập này."))
        if drill.ended_at is not None:
            raise DrillOver(N_("Cuộc diễn tập này đã kết thúc và chấm điểm."))
        score = score_of(drill)
        drill.ended_at, drill.points, drill.out_of = at, score.points, score.out_of
        drill.score = [
            {"key": line.key, "words": line.words, "points": line.points, "out_of": line.out_of, "note": line.note}
            for line in score.lines
        ]
        drill.save()
        if drill.incident.state in OPEN_INCIDENTS:  # else somebody closed it on its own page already
            said = nfc(words).strip() or str(NOTICE_WORDS[NoticeKind.END])
            incidents.false_alarm(incident_id=drill.incident_id, words=f"DIỄN TẬP: {said}", by=by, at=at)
        audit("drill.ended", "drill", drill.pk, by, at, points=drill.points)
    return drill
