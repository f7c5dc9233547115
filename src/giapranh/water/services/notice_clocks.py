"""Clocks of notices: a neighbour who has not acknowledged in time, a report that is due. Told once each."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import override

from giapranh.kernel.clock import VIETNAM, local_date
from giapranh.people.models import Officer
from giapranh.people.roles import Role
from giapranh.people.services import notify, send_mail_once
from giapranh.water.models import Incident, IncidentEvent, Notice
from giapranh.water.queries import on_call
from giapranh.water.rules.incidents import OPEN_INCIDENTS
from giapranh.water.rules.notices import NoticeState


def notice_round(at: datetime) -> int:
    """Tell of every notice whose clock ran out; how many."""
    return _late_notices(at) + _late_reports(at)


def _late_notices(at: datetime) -> int:
    late = Notice.objects.filter(state=NoticeState.SENT, acknowledge_by__lte=at, urged_at=None).order_by("pk")
    return sum(_tell(pk, at) for pk in late.values_list("pk", flat=True))


def _tell(pk: int, at: datetime) -> bool:
    with transaction.atomic():
        rows = Notice.objects.select_for_update(of=("self",), skip_locked=True).select_related(
            "incident__owner", "sent_by"
        )
        notice = rows.filter(pk=pk, state=NoticeState.SENT, urged_at=None).first()
        if notice is None:
            return False
        for officer in _who(notice, at):
            with override(officer.language or "vi"):
                line = _line(notice)
                notify(officer, line, f"/song-ngoi/thong-bao/{notice.pk}/", "water-notice")
                send_mail_once(f"water-notice:{notice.pk}:late:{officer.pk}", officer, line, line)
        notice.urged_at = at
        notice.save(update_fields=["urged_at"])
    return True


def _late_reports(at: datetime) -> int:
    """Incidents whose next report is due and was not told of since."""
    told = IncidentEvent.objects.filter(incident=OuterRef("pk"), what="report_due", at__gte=OuterRef("next_report_at"))
    due = Incident.objects.filter(~Exists(told), state__in=OPEN_INCIDENTS, next_report_at__lte=at).order_by("pk")
    return sum(_remind(pk, at) for pk in due.values_list("pk", flat=True))


def _remind(pk: int, at: datetime) -> bool:
    with transaction.atomic():
        rows = Incident.objects.select_for_update(of=("self",), skip_locked=True).select_related("owner")
        incident = rows.filter(pk=pk).first()
        if incident is None or incident.events.filter(what="report_due", at__gte=incident.next_report_at).exists():
            return False
        IncidentEvent.objects.create(incident=incident, what="report_due", at=at)
        day = local_date(at)
        for officer in on_call.who_hears(incident.owner, at) or on_call.with_role(Role.FOCAL_OFFICER, day):
            with override(officer.language or "vi"):
                line = _("Đến giờ báo tiếp về sự cố %(incident)s") % {"incident": str(incident)}
                notify(officer, line, f"/song-ngoi/su-co/{incident.pk}/", "water-notice")
    return True


def _who(notice: Notice, at: datetime) -> list[Officer]:
    """Who sent it and who answers for the incident; for one that came in, who must acknowledge."""
    day = local_date(at)
    found = [notice.sent_by] if notice.sent_by else []
    found += on_call.who_hears(notice.incident.owner, at) + on_call.with_role(Role.FOCAL_OFFICER, day)
    return list({officer.pk: officer for officer in found}.values())


def _line(notice: Notice) -> str:
    by = notice.acknowledge_by
    values = {
        "drill": _("[DIỄN TẬP] ") if notice.incident.is_drill else "", "notice": str(notice),
        "neighbour": notice.neighbour_name, "time": f"{by.astimezone(VIETNAM):%H:%M %d/%m/%Y}" if by else "",
    }  # fmt: skip
    if notice.incoming:
        return _("%(drill)sThông báo %(notice)s của %(neighbour)s chưa được xác nhận, hạn %(time)s") % values
    return _("%(drill)s%(neighbour)s chưa xác nhận thông báo %(notice)s, hạn %(time)s") % values
