"""The verbs of an incident, from the first suspicion to its close."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import override
from PIL import Image, UnidentifiedImageError

from giapranh.documents import queries as papers
from giapranh.documents.rules.numbers import number_key
from giapranh.documents.services.records import clean_name, keep_blob
from giapranh.kernel.clock import VIETNAM, local_date
from giapranh.kernel.errors import N_, BadInput, Conflict
from giapranh.kernel.text import nfc, one_line
from giapranh.people import access
from giapranh.people.audit import audit
from giapranh.people.models import Officer
from giapranh.people.roles import Role
from giapranh.people.services import notify, send_mail_once
from giapranh.water import incident_permissions as permissions
from giapranh.water.incident_permissions import NoSuchIncident
from giapranh.water.models import Alert, Incident, IncidentEvent, IncidentPhoto, RiverFeature, Sample, Watercourse
from giapranh.water.queries import on_call
from giapranh.water.rules.incidents import (
    OPEN_INCIDENTS,
    Extent,
    IncidentState,
    IncidentVerb,
    check_ministry,
    move_incident,
)
from giapranh.water.services import neighbour_news

PHOTO_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
PHOTO_LIMIT = 25_000_000
PIXEL_LIMIT = 60_000_000


class BadIncident(BadInput):
    code = "bad_incident"


class BadPhoto(BadInput):
    code = "bad_photo"


class IncidentOver(Conflict):
    code = "incident_over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of an incident; a person may change it as long as the incident is open."""

    name: str
    finder: str
    seen_at: datetime
    watercourse: Watercourse
    km: float
    bank: str = ""
    lon: float | None = None
    lat: float | None = None
    commune: str = ""
    signs: tuple[str, ...] = ()
    description: str = ""
    cause: str = ""
    effect: str = ""
    water_level: float | None = None
    flow: float | None = None
    steps: str = ""
    samples_words: str = ""
    next_report_at: datetime | None = None


def report_incident(
    *, facts: Facts, by: Officer, at: datetime, alert_ids: Sequence[int] = (), drill: bool = False,
    illustrative: bool = False,
) -> Incident:  # fmt: skip
    """Something looks wrong. A suspicion until a handler confirms it."""
    permissions.check_can_report_incident(by)
    _check(facts, at)
    with transaction.atomic():
        year = at.astimezone(VIETNAM).year
        incident = Incident(year=year, n=_next_number(year), is_drill=drill, created_by=by, created_at=at)
        _fill(incident, facts)
        incident.owner = next(iter(access.offices_today(by)), None)
        alerts = list(Alert.objects.filter(pk__in=alert_ids).select_related("owner"))
        incident.illustrative = illustrative or facts.watercourse.illustrative or any(a.illustrative for a in alerts)
        if alerts and alerts[0].owner is not None:
            incident.owner = alerts[0].owner
        incident.save()
        incident.alerts.set(alerts)
        happened(incident, "reported", at, by=by, to_state=incident.state)
        audit("incident.reported", "incident", incident.pk, by, at, number=incident.number, drill=drill)
        if not drill and not permissions.can_handle_incident(by):
            _tell_handlers(incident, by, at)
    return incident


def _tell_handlers(incident: Incident, by: Officer, at: datetime) -> None:
    """Who reported it may not judge it: who may must hear at once, or it stays a suspicion nobody looks at."""
    day = local_date(at)
    hear = on_call.with_role(Role.FOCAL_OFFICER, day) + on_call.with_role(Role.LEADER, day)
    if incident.owner is not None:
        hear += on_call.with_role(Role.OFFICE_HEAD, day, incident.owner)
    for officer in {each.pk: each for each in hear if each.pk != by.pk}.values():
        with override(officer.language or "vi"):
            line = _("Sự cố chờ xác nhận: %(incident)s") % {"incident": str(incident)}
            notify(officer, line, f"/song-ngoi/su-co/{incident.pk}/", "water-incident")
            send_mail_once(f"water-incident:{incident.pk}:reported:{officer.pk}", officer, line, line)


def _next_number(year: int) -> int:
    """Numbers without gaps or doubles: reports of one year wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('water_incident_number'))")
    return int(Incident.objects.filter(year=year).aggregate(last=Max("n"))["last"] or 0) + 1


def _check(facts: Facts, at: datetime) -> None:
    if not one_line(facts.name):
        raise BadIncident(N_("Hãy ghi tên ngắn của sự cố: việc gì, ở đâu."))
    if not one_line(facts.finder):
        raise BadIncident(N_("Hãy ghi ai phát hiện."))
    if facts.seen_at > at:
        raise BadIncident(N_("Thời điểm phát hiện ở tương lai. Hãy kiểm tra ngày, giờ."))
    if (facts.lat is None) != (facts.lon is None):
        raise BadIncident(N_("Ghi cả vĩ độ và kinh độ, hoặc bỏ trống cả hai."))
    if facts.lat is not None and facts.lon is not None and not in_vietnam(facts.lat, facts.lon):
        raise BadIncident(N_("Tọa độ nằm ngoài Việt Nam (vĩ độ 6 đến 24, kinh độ 102 đến 118). Có thể hai số bị đảo."))
    if not 0 <= facts.km <= facts.watercourse.length_km:
        raise BadIncident(
            N_("%(river)s dài %(length)s km; km %(km)s nằm ngoài."),
            river=facts.watercourse.name, length=float(facts.watercourse.length_km), km=float(facts.km),
        )  # fmt: skip


def in_vietnam(lat: float, lon: float) -> bool:
    return 6 <= lat <= 24 and 102 <= lon <= 118


def _fill(incident: Incident, facts: Facts) -> None:
    for name in Facts.__slots__:
        value = getattr(facts, name)
        setattr(incident, name, nfc(value).strip() if isinstance(value, str) else value)
    incident.signs = list(facts.signs)
    incident.name, incident.finder = one_line(facts.name)[:200], one_line(facts.finder)[:200]


@contextmanager
def _locked(incident_id: int) -> Iterator[Incident]:
    with transaction.atomic():
        incident = Incident.objects.select_for_update(of=("self",)).select_related("watercourse", "owner").filter(
            pk=incident_id
        ).first()  # fmt: skip
        if incident is None:
            raise NoSuchIncident(N_("Không có sự cố này."))
        yield incident


def change_facts(*, incident_id: int, facts: Facts, by: Officer, at: datetime) -> Incident:
    permissions.check_can_handle_incident(by)
    _check(facts, at)
    with _locked(incident_id) as incident:
        _still_open(incident)
        _fill(incident, facts)
        incident.save()
        happened(incident, "changed", at, by=by)
        audit("incident.changed", "incident", incident.pk, by, at)
        neighbour_news.changed("water-incident", incident.uid, at)
    return incident


def suspect_source(*, incident_id: int, words: str, feature_id: int | None, by: Officer, at: datetime) -> Incident:
    """Who may have done it: kept apart from everything that is shown or sent."""
    permissions.check_can_handle_incident(by)
    with _locked(incident_id) as incident:
        _still_open(incident)
        incident.suspected_source = nfc(words).strip()
        incident.suspected_feature = RiverFeature.objects.filter(pk=feature_id).first() if feature_id else None
        incident.save()
        happened(incident, "source", at, by=by)
        audit("incident.source_suspected", "incident", incident.pk, by, at)
    return incident


def confirm(*, incident_id: int, extent: str, provinces: Sequence[str], by: Officer, at: datetime) -> Incident:
    """A person has seen to it that it is real, and says how far it reaches."""
    permissions.check_can_handle_incident(by)
    if extent not in set(Extent):
        raise BadIncident(N_("Hãy chọn phạm vi của sự cố."))
    with _locked(incident_id) as incident:
        after = move_incident(IncidentState(incident.state), IncidentVerb.CONFIRM)
        incident.extent, incident.provinces = extent, sorted({code for code in provinces if code})
        incident.confirmed_at, incident.confirmed_by = at, by
        _moved(incident, after, "confirmed", by, at)
    return incident


def set_extent(*, incident_id: int, extent: str, provinces: Sequence[str], by: Officer, at: datetime) -> Incident:
    permissions.check_can_handle_incident(by)
    if extent not in set(Extent):
        raise BadIncident(N_("Hãy chọn phạm vi của sự cố."))
    with _locked(incident_id) as incident:
        _still_open(incident)
        incident.extent, incident.provinces = extent, sorted({code for code in provinces if code})
        incident.save()
        happened(incident, "extent", at, by=by, words=incident.get_extent_display())
        audit("incident.extent_set", "incident", incident.pk, by, at, extent=extent, provinces=incident.provinces)
        neighbour_news.changed("water-incident", incident.uid, at)
    return incident


def begin_sampling(*, incident_id: int, words: str, by: Officer, at: datetime) -> Incident:
    return _step(incident_id, IncidentVerb.SAMPLE, words, "sampling", by, at)


def control(*, incident_id: int, words: str, by: Officer, at: datetime) -> Incident:
    return _step(incident_id, IncidentVerb.CONTROL, words, "controlled", by, at)


def close(*, incident_id: int, words: str, by: Officer, at: datetime) -> Incident:
    """Done. Over two provinces only when the report to the ministry is on record."""
    permissions.check_can_close_incident(by)
    with _locked(incident_id) as incident:
        after = move_incident(IncidentState(incident.state), IncidentVerb.CLOSE, words=words)
        check_ministry(
            incident.provinces, incident.extent, incident.ministry_reported_at, incident.ministry_document,
            drill=incident.is_drill,
        )  # fmt: skip
        incident.closed_at, incident.closed_by, incident.outcome = at, by, nfc(words).strip()
        _moved(incident, after, "closed", by, at, words)
    return incident


def false_alarm(*, incident_id: int, words: str, by: Officer, at: datetime) -> Incident:
    permissions.check_can_close_incident(by)
    with _locked(incident_id) as incident:
        after = move_incident(IncidentState(incident.state), IncidentVerb.FALSE_ALARM, words=words)
        incident.closed_at, incident.closed_by, incident.outcome = at, by, nfc(words).strip()
        _moved(incident, after, "false_alarm", by, at, words)
    return incident


def tell_ministry(*, incident_id: int, reported_at: datetime, document: str, by: Officer, at: datetime) -> Incident:
    """When the ministry was told, and by which paper."""
    permissions.check_can_handle_incident(by)
    if not one_line(document):
        raise BadIncident(N_("Hãy ghi số văn bản báo cáo Bộ."))
    if reported_at > at:
        raise BadIncident(N_("Thời điểm báo cáo ở tương lai. Hãy kiểm tra ngày, giờ."))
    with _locked(incident_id) as incident:
        incident.ministry_reported_at, incident.ministry_document = reported_at, one_line(document)[:200]
        incident.save()
        happened(incident, "ministry", at, by=by, words=incident.ministry_document)
        audit("incident.ministry_told", "incident", incident.pk, by, at, document=incident.ministry_document)
        neighbour_news.changed("water-incident", incident.uid, at)
    return incident


def note(*, incident_id: int, words: str, by: Officer, at: datetime) -> None:
    permissions.check_can_report_incident(by)
    with _locked(incident_id) as incident:
        if not nfc(words).strip():
            raise BadIncident(N_("Hãy ghi nội dung."))
        happened(incident, "note", at, by=by, words=nfc(words).strip())


def link_alert(*, incident_id: int, alert_id: int, by: Officer, at: datetime) -> Incident:
    permissions.check_can_handle_incident(by)
    with _locked(incident_id) as incident:
        _still_open(incident)
        alert = Alert.objects.select_related("rule", "station").filter(pk=alert_id).first()
        if alert is None:
            raise BadIncident(N_("Không có cảnh báo này."))
        incident.alerts.add(alert)
        happened(incident, "alert", at, by=by, words=str(alert))
    return incident


def add_samples(*, incident_id: int, sample_ids: Sequence[int], by: Officer, at: datetime) -> Incident:
    """Water that was taken because of it: code, seal, laboratory and results stand with the sample."""
    permissions.check_can_handle_incident(by)
    with _locked(incident_id) as incident:
        _still_open(incident)
        fresh = list(Sample.objects.select_related("station").filter(pk__in=sample_ids).exclude(incidents=incident))
        if not fresh:
            raise BadIncident(N_("Hãy chọn mẫu chưa gắn vào sự cố."))
        incident.samples.add(*fresh)
        words = "; ".join(f"{row.station.name}, {row.taken_at.astimezone(VIETNAM):%H:%M %d/%m/%Y}" for row in fresh)
        happened(incident, "samples", at, by=by, words=words)
        audit("incident.samples_added", "incident", incident.pk, by, at, samples=[row.pk for row in fresh])
        neighbour_news.changed("water-incident", incident.uid, at)
    return incident


def add_paper(*, incident_id: int, number: str, by: Officer, at: datetime) -> Incident:
    """A paper of the register that belongs to it."""
    permissions.check_can_handle_incident(by)
    found = papers.visible_papers(by).filter(number_key=number_key(one_line(number)))
    if not one_line(number) or found.count() != 1:
        raise BadIncident(
            N_("Sổ đăng ký không có đúng một văn bản số “%(number)s”. Hãy ghi đủ số và ký hiệu."),
            number=one_line(number)[:80],
        )
    with _locked(incident_id) as incident:
        paper = found.get()
        if not incident.papers.filter(pk=paper.pk).exists():
            incident.papers.add(paper)
            happened(incident, "paper", at, by=by, words=str(paper)[:300])
            audit("incident.paper_added", "incident", incident.pk, by, at, paper=paper.pk)
    return incident


def add_photo(*, incident_id: int, data: bytes, name: str, words: str, by: Officer, at: datetime) -> IncidentPhoto:
    """A photo as it was taken: the bytes are kept, their hash is shown."""
    permissions.check_can_report_incident(by)
    media_type = _photo_type(data)
    with _locked(incident_id) as incident:
        _still_open(incident)
        blob = keep_blob(data, media_type)
        photo, fresh = IncidentPhoto.objects.get_or_create(
            incident=incident, blob=blob,
            defaults={"file_name": clean_name(name), "words": one_line(words)[:300], "by": by, "at": at},
        )  # fmt: skip
        if fresh:
            happened(incident, "photo", at, by=by, words=photo.words or photo.file_name)
            audit("incident.photo_added", "incident", incident.pk, by, at, sha256=blob.sha256)
    return photo


def _photo_type(data: bytes) -> str:
    if not data or len(data) > PHOTO_LIMIT:
        raise BadPhoto(N_("Ảnh rỗng hoặc lớn hơn 25 MB. Hãy chụp nhỏ hơn."))
    try:
        with Image.open(BytesIO(data)) as picture:
            kind, size = picture.format, picture.size
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        raise BadPhoto(N_("Tệp này không phải là ảnh JPEG, PNG hoặc WebP.")) from None
    if kind not in PHOTO_TYPES or size[0] * size[1] > PIXEL_LIMIT:
        raise BadPhoto(N_("Tệp này không phải là ảnh JPEG, PNG hoặc WebP."))
    return PHOTO_TYPES[kind]


def notified(incident: Incident, by: Officer | None, at: datetime, words: str) -> None:
    """A notice has left. Called by the notices, in their transaction, with the row locked."""
    after = move_incident(IncidentState(incident.state), IncidentVerb.NOTIFY)
    _moved(incident, after, "notified", by, at, words)


def acknowledged(incident: Incident, by: Officer | None, at: datetime, words: str) -> None:
    """The neighbour has a notice of ours. Called by the notices, in their transaction."""
    after = move_incident(IncidentState(incident.state), IncidentVerb.ACKNOWLEDGED)
    _moved(incident, after, "acknowledged", by, at, words)


def _step(incident_id: int, verb: IncidentVerb, words: str, what: str, by: Officer, at: datetime) -> Incident:
    permissions.check_can_handle_incident(by)
    with _locked(incident_id) as incident:
        _moved(incident, move_incident(IncidentState(incident.state), verb, words=words), what, by, at, words)
    return incident


def _moved(
    incident: Incident, after: IncidentState, what: str, by: Officer | None, at: datetime, words: str = ""
) -> None:
    before, incident.state = incident.state, after
    incident.save()
    happened(incident, what, at, by=by, words=nfc(words).strip(), from_state=before, to_state=after)
    audit(f"incident.{what}", "incident", incident.pk, by, at)
    neighbour_news.changed("water-incident", incident.uid, at)


def _still_open(incident: Incident) -> None:
    if incident.state not in OPEN_INCIDENTS:
        raise IncidentOver(N_("Sự cố đã đóng nên không sửa được nữa. Cần thì ghi một sự cố mới."))


def happened(
    incident: Incident, what: str, at: datetime, *, by: Officer | None = None, words: str = "", from_state: str = "",
    to_state: str = "",
) -> None:  # fmt: skip
    IncidentEvent.objects.create(
        incident=incident, what=what, at=at, by=by, words=words, from_state=from_state, to_state=to_state
    )
