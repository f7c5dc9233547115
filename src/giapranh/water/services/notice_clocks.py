"""Clocks of notices: a neighbour who has not acknowledged in time, a report that is due. Told once each."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import override

from giapranh.kernel.clock import VIETNAM, local_date
from giapranh.people.models import Notice as Bell
from giapranh.people.models import Officer
from giapranh.people.roles import Role
from giapranh.people.services import notify, send_mail_once
from giapranh.water.incident_settings import first_notice_within
from giapranh.water.models import Incident, IncidentEvent, Notice
from giapranh.water.queries import on_call, received_notices
from giapranh.water.queries.incidents import first_notice_due
from giapranh.water.queries.received_notices import ReceivedLine
from giapranh.water.rules.incidents import OPEN_INCIDENTS, IncidentState
from giapranh.water.rules.notices import NoticeState
from giapranh.water.services import neighbour_news

LATE = "water-notice-late"


def notice_round(at: datetime) -> int:
    """Tell of every notice whose clock ran out; how many."""
    received = sum(_late_received(line, at) for line in received_notices.unsigned(at))
    return _late_notices(at) + _late_firsts(at) + _late_reports(at) + received


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


def _late_received(line: ReceivedLine, at: datetime) -> bool:
    """One of theirs came by the exchange and nobody has signed for it: leaders and focal officers hear once more."""
    url, day = f"{neighbour_news.PAGE}{line.side.peer}/{line.side.id}/", local_date(at)
    with transaction.atomic():
        with connection.cursor() as cursor:  # two workers at once
            cursor.execute("select pg_advisory_xact_lock(hashtext(%s))", [url])
        if Bell.objects.filter(kind=LATE, url=url).exists():
            return False
        hear = on_call.with_role(Role.FOCAL_OFFICER, day) + on_call.with_role(Role.LEADER, day)
        for officer in {each.pk: each for each in hear or on_call.who_hears(None, at)}.values():
            with override(officer.language or "vi"):
                words = _("Quá hạn mà bên mình chưa xác nhận: %(notice)s") % {
                    "notice": received_notices.title(line.side)
                }
                notify(officer, words, url, LATE)
                send_mail_once(f"neighbour-late:{line.side.peer}:{line.side.id}:{officer.pk}", officer, words, words)
    return True


def _late_firsts(at: datetime) -> int:
    """Incidents over two provinces that were confirmed, and nobody has told the neighbour yet."""
    told = IncidentEvent.objects.filter(incident=OuterRef("pk"), what="first_due")
    due = Incident.objects.filter(
        ~Exists(told),
        state=IncidentState.CONFIRMED,
        provinces__len__gte=2,
        confirmed_at__lte=at - first_notice_within(),
    )
    return sum(_first_due(pk, at) for pk in due.order_by("pk").values_list("pk", flat=True))


def _first_due(pk: int, at: datetime) -> bool:
    with transaction.atomic():
        rows = Incident.objects.select_for_update(of=("self",), skip_locked=True).select_related("owner")
        incident = rows.filter(pk=pk, state=IncidentState.CONFIRMED).first()
        if incident is None or incident.events.filter(what="first_due").exists() or not first_notice_due(incident):
            return False
        IncidentEvent.objects.create(incident=incident, what="first_due", at=at)
        day = local_date(at)
        hear = on_call.with_role(Role.FOCAL_OFFICER, day) + on_call.with_role(Role.LEADER, day)
        hear += on_call.who_hears(incident.owner, at)
        for officer in {each.pk: each for each in hear}.values():
            with override(officer.language or "vi"):
                line = _("Chưa gửi thông báo đầu tiên cho tỉnh bạn về sự cố %(incident)s") % {"incident": str(incident)}
                notify(officer, line, f"/song-ngoi/su-co/{incident.pk}/", "water-notice")
                send_mail_once(f"water-incident:{incident.pk}:first:{officer.pk}", officer, line, line)
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
