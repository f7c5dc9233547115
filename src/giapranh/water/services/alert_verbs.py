"""What a person does with an alert: take it over, hand it on, write beside it, end it with words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction

from giapranh.kernel.errors import N_, BadInput
from giapranh.kernel.text import nfc
from giapranh.people import queries as people
from giapranh.people.audit import audit
from giapranh.people.models import Officer
from giapranh.people.services import notify
from giapranh.water import incident_permissions as permissions
from giapranh.water.incident_permissions import NoSuchAlert
from giapranh.water.models import Alert
from giapranh.water.queries.alert_words import headline
from giapranh.water.rules.alert_states import LIVE, AlertState, AlertVerb, Watch, WrongAlertState, move
from giapranh.water.services import neighbour_news
from giapranh.water.services.alert_growth import happened


class EndWordsMissing(BadInput):
    code = "end_words_missing"


class WrongOfficer(BadInput):
    code = "wrong_officer"


@contextmanager
def _locked(alert_id: int, by: Officer) -> Iterator[Alert]:
    with transaction.atomic():
        permissions.check_can_see_alerts(by)
        alert = Alert.objects.select_for_update(of=("self",)).select_related("rule", "station", "owner").filter(
            pk=alert_id
        ).first()  # fmt: skip
        if alert is None:
            raise NoSuchAlert(N_("Không có cảnh báo này."))
        permissions.check_can_handle_alert(by, alert)
        yield alert


def acknowledge(*, alert_id: int, by: Officer, at: datetime, words: str = "") -> Alert:
    """“I have it.” The climbing stops; the alert lives on until the water is calm or somebody ends it."""
    with _locked(alert_id, by) as alert:
        alert.state = move(AlertState(alert.state), AlertVerb.ACKNOWLEDGE)
        alert.acknowledged_at, alert.acknowledged_by = at, by
        alert.assigned = alert.assigned or by
        alert.save()
        happened(alert, "acknowledged", at, by=by, words=nfc(words).strip())
        audit("alert.acknowledged", "alert", alert.pk, by, at)
        neighbour_news.changed("water-alert", alert.uid, at)
    return alert


def assign(*, alert_id: int, officer_id: int, by: Officer, at: datetime) -> Alert:
    """Give it to one officer of the office that owns it."""
    with _locked(alert_id, by) as alert:
        if alert.state not in LIVE:
            raise WrongAlertState(N_("Cảnh báo đã kết thúc nên không phân công nữa."))
        chosen = next((each for each in candidates(alert, at) if each.pk == officer_id), None)
        if chosen is None:
            raise WrongOfficer(N_("Chọn một cán bộ của đơn vị phụ trách cảnh báo."))
        alert.assigned = chosen
        alert.save(update_fields=["assigned"])
        happened(alert, "assigned", at, by=by, words=chosen.full_name)
        notify(chosen, headline(alert), f"/song-ngoi/canh-bao/{alert.pk}/", "water-alert")
        audit("alert.assigned", "alert", alert.pk, by, at, officer=chosen.pk)
    return alert


def candidates(alert: Alert, at: datetime) -> list[Officer]:
    """Who may be given the alert."""
    return people.officers_in(alert.owner) if alert.owner is not None else []


def note(*, alert_id: int, words: str, by: Officer, at: datetime) -> None:
    with _locked(alert_id, by) as alert:
        if not (said := nfc(words).strip()):
            raise EndWordsMissing(N_("Hãy ghi nội dung."))
        happened(alert, "note", at, by=by, words=said)


def end(*, alert_id: int, words: str, by: Officer, at: datetime) -> Alert:
    """End it with words. While the water is still bad the alert keeps silent, and comes back only when it gets worse."""
    with _locked(alert_id, by) as alert:
        if not (said := nfc(words).strip()):
            raise EndWordsMissing(N_("Hãy ghi kết quả xử lý hoặc lý do khi kết thúc cảnh báo."))
        alert.state = move(AlertState(alert.state), AlertVerb.END)
        alert.ended_at, alert.ended_by, alert.end_words, alert.tell_at = at, by, said, None
        alert.muted = any(Watch.from_dict(each).burning for each in alert.watches.values())
        alert.muted_level = alert.level if alert.muted else 0
        alert.save()
        happened(alert, "ended", at, by=by, words=said)
        audit("alert.ended", "alert", alert.pk, by, at, words=said, muted=alert.muted)
        neighbour_news.changed("water-alert", alert.uid, at)
    return alert
