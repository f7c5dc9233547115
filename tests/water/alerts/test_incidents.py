"""From a suspicion to the notice, the neighbour's word and the close."""

from __future__ import annotations

from io import BytesIO
from itertools import pairwise

import pytest
from docx import Document
from tests.factories import water as make
from tests.factories.alerts import AT, facts, incident
from tests.water.alerts.conftest import later, prepared

from giapranh.documents import vault
from giapranh.documents.models import Paper
from giapranh.documents.services import number_outgoing
from giapranh.documents.writing.drawing import Text
from giapranh.people.access import ReadsOnly
from giapranh.people.models import AuditEvent
from giapranh.people.models import Notice as Bell
from giapranh.water.incident_permissions import NotYours
from giapranh.water.models import CoursePoint, Incident, IncidentEvent, Notice
from giapranh.water.permissions import NotYourDuty
from giapranh.water.queries import alerts, incident_map, incident_place, incidents
from giapranh.water.rules.incidents import MinistryMissing, WordsMissing, WrongIncidentState
from giapranh.water.services import alerting, drills, notices
from giapranh.water.services import incidents as deeds

pytestmark = pytest.mark.django_db


# --- place -----------------------------------------------------------------------------------------------------------


def test_above_the_border_the_downstream_provinces_hear_each_with_a_window(border, an):
    around = incident_place.around(incident(border, an, km=120.0), AT)
    assert around.banks == {"left": "20", "right": "20"}
    assert [(one.neighbour.province, one.hours is not None) for one in around.hearing] == [("24", True), ("31", True)]
    least, most = around.hearing[0].hours
    assert 0 < least < most
    assert [one.name for one in around.intakes] == ["Nhà máy nước Xuân Hương"]
    assert (around.extent, around.provinces) == ("national", ("20", "24", "31"))


def test_on_the_border_both_provinces_hear_at_once(border, an):
    around = incident_place.around(incident(border, an, km=90.0), AT)
    assert around.border
    assert around.hearing[0].neighbour.province == "24"
    assert around.hearing[0].hours == (0.0, 0.0)


def test_where_the_bank_is_a_third_province_it_hears_and_ours_upstream_stays_out(border, an):
    around = incident_place.around(incident(border, an, km=5.0), AT)
    assert [one.neighbour.province for one in around.hearing] == ["24", "31"]


def test_where_the_network_knows_nothing_it_says_so(thuong, an):
    around = incident_place.around(incident(thuong, an), AT)
    assert (around.known, around.hearing) == (False, ())


# --- the road --------------------------------------------------------------------------------------------------------


def test_a_suspicion_is_confirmed_by_a_person_who_may(border, an, focal):
    made = incident(border, an)
    assert (made.state, made.number) == ("suspected", "SC-2026-001")
    with pytest.raises(NotYours):
        deeds.confirm(incident_id=made.pk, extent="province", provinces=["20"], by=an, at=AT)
    with pytest.raises(notices.NotConfirmed):
        prepared(made, focal)
    deeds.confirm(incident_id=made.pk, extent="national", provinces=["24", "20", ""], by=focal, at=later(minutes=1))
    made.refresh_from_db()
    assert (made.state, made.confirmed_by, made.provinces) == ("confirmed", focal, ["20", "24"])


def test_from_notice_to_close(confirmed, focal, an):
    notice = prepared(confirmed, focal)
    assert (notice.state, str(notice)) == ("prepared", "SC-2026-001/1")
    confirmed.refresh_from_db()
    assert confirmed.state == "confirmed"
    notices.send(notice_id=notice.pk, words="Điện thoại cho ông Bắc", sent_at=later(minutes=25), by=focal,
                 at=later(minutes=26))  # fmt: skip
    notice.refresh_from_db()
    assert notice.acknowledge_by == later(minutes=25, hours=3)
    notices.acknowledge(notice_id=notice.pk, words="Ông Bắc, điện thoại", acknowledged_at=later(hours=1), by=focal,
                        at=later(hours=1, minutes=2))  # fmt: skip
    notices.answer(notice_id=notice.pk, words="Đã đóng cống lấy nước", answered_at=later(hours=2), by=focal,
                   at=later(hours=2, minutes=1))  # fmt: skip
    deeds.begin_sampling(incident_id=confirmed.pk, words="hai bên", by=focal, at=later(hours=3))
    with pytest.raises(WordsMissing):
        deeds.control(incident_id=confirmed.pk, words=" ", by=focal, at=later(hours=4))
    deeds.control(incident_id=confirmed.pk, words="Nước trong", by=focal, at=later(hours=4))
    with pytest.raises(MinistryMissing):
        deeds.close(incident_id=confirmed.pk, words="Xong", by=focal, at=later(days=1))
    deeds.tell_ministry(incident_id=confirmed.pk, reported_at=later(hours=5), document="12/BC-SNNMT", by=focal,
                        at=later(hours=6))  # fmt: skip
    deeds.close(incident_id=confirmed.pk, words="Đã xử lý", by=focal, at=later(days=1))
    states = IncidentEvent.objects.filter(incident=confirmed).exclude(to_state="").values_list("to_state", flat=True)
    assert list(states) == [
        "suspected",
        "confirmed",
        "notified",
        "acknowledged",
        "joint_sampling",
        "controlled",
        "closed",
    ]
    with pytest.raises(deeds.IncidentOver):
        deeds.change_facts(incident_id=confirmed.pk, facts=facts(confirmed.watercourse), by=focal, at=later(days=2))
    with pytest.raises(WrongIncidentState):
        deeds.confirm(incident_id=confirmed.pk, extent="province", provinces=[], by=focal, at=later(days=2))


def test_the_suspected_source_is_for_those_who_handle(confirmed, an, binh, focal, auditor):
    assert incidents.incident_page(focal, confirmed.pk, AT).sees_source
    assert incidents.incident_page(auditor, confirmed.pk, AT).sees_source
    assert not incidents.incident_page(binh, confirmed.pk, AT).sees_source


@pytest.mark.parametrize("data", [b"", b"not a picture", b"GIF89a" + b"\0" * 50])
def test_only_photos_are_photos(confirmed, an, data):
    with pytest.raises(deeds.BadPhoto):
        deeds.add_photo(incident_id=confirmed.pk, data=data, name="a.jpg", words="", by=an, at=AT)


@pytest.mark.parametrize("change", [{"name": " "}, {"finder": ""}, {"km": 900.0}, {"seen_at": later(days=1)}])
def test_an_incident_needs_a_name_a_finder_a_place_and_a_past(thuong, an, change):
    with pytest.raises(deeds.BadIncident):
        incident(thuong, an, **change)


def test_numbers_run_through_the_year(thuong, an):
    assert [incident(thuong, an).number, incident(thuong, an).number] == ["SC-2026-001", "SC-2026-002"]


# --- drills ----------------------------------------------------------------------------------------------------------


def test_a_drill_is_marked_everywhere_and_scored(border, focal, an):
    drill = drills.start_drill(facts=facts(border), province="24", answer_hours=6, by=focal, at=AT)
    notice = Notice.objects.get()
    assert drill.incident.number == "DT-2026-001"
    document = Document(BytesIO(vault.read(notice.paper.versions.get().blob_id)))
    assert notice.paper.subject.startswith("DIỄN TẬP – ")
    assert any("ĐÂY LÀ THÔNG BÁO DIỄN TẬP" in p.text for p in document.paragraphs)
    notices.send(notice_id=notice.pk, words="Điện thoại", sent_at=later(minutes=5), by=focal, at=later(minutes=5))
    notices.acknowledge(notice_id=notice.pk, words="Bà Hà", acknowledged_at=later(hours=4), by=focal, at=later(hours=4))
    notices.answer(notice_id=notice.pk, words="Đã kiểm tra", answered_at=later(hours=5), by=focal, at=later(hours=5))
    done = drills.end_drill(drill_id=drill.pk, words="Tốt", by=focal, at=later(hours=6))
    assert [(line["key"], line["points"]) for line in done.score][:2] == [("acknowledge", 20), ("answer", 30)]
    assert done.points == sum(line["points"] for line in done.score)
    assert Incident.objects.get().state == "false_alarm"
    with pytest.raises(drills.DrillOver):
        drills.end_drill(drill_id=drill.pk, words="", by=focal, at=later(hours=7))
    assert list(incidents.incidents_between(later(days=-1), later(days=1))) == []


def test_a_drill_that_was_closed_on_its_incident_page_is_still_ended_and_scored(border, focal):
    drill = drills.start_drill(facts=facts(border), province="24", answer_hours=6, by=focal, at=AT)
    deeds.false_alarm(incident_id=drill.incident_id, words="Xong diễn tập", by=focal, at=later(hours=1))
    done = drills.end_drill(drill_id=drill.pk, words="Tốt", by=focal, at=later(hours=2))
    assert (done.ended_at, done.out_of) == (later(hours=2), 100)
    assert Incident.objects.get().outcome == "Xong diễn tập"


def test_a_drill_nobody_answers_gets_points_only_for_its_content(border, focal):
    drill = drills.start_drill(facts=facts(border), province="24", answer_hours=6, by=focal, at=AT)
    score = drills.score_of(drill)
    assert [line.points for line in score.lines] == [0, 0, 0]


# --- who may ---------------------------------------------------------------------------------------------------------

MAY = {
    "report": {"an", "binh", "head", "focal", "leader"}, "confirm": {"head", "focal", "leader"},
    "close": {"focal", "leader"}, "send": {"focal", "leader"}, "drill": {"focal", "leader"},
}  # fmt: skip


@pytest.mark.parametrize("verb", MAY)
def test_who_may_do_what(verb, border, request, an, focal):
    made = incident(border, an)
    allowed = set()
    for name in ("an", "binh", "chi", "dung", "head", "focal", "leader", "auditor", "clerk"):
        person = request.getfixturevalue(name)
        do = {
            "report": lambda by: incident(border, by),
            "confirm": lambda by: deeds.set_extent(incident_id=made.pk, extent="province", provinces=[], by=by, at=AT),
            "close": lambda by: deeds.false_alarm(incident_id=incident(border, an).pk, words="nhầm", by=by, at=AT),
            "send": lambda by: notices.send(notice_id=0, words="x", sent_at=AT, by=by, at=AT),
            "drill": lambda by: drills.end_drill(drill_id=0, words="x", by=by, at=AT),
        }[verb]
        try:
            do(person)
        except (NotYours, NotYourDuty, ReadsOnly):
            continue
        except (notices.NoSuchNotice, drills.NoSuchDrill):
            pass
        allowed.add(name)
    assert allowed - {"clerk"} == MAY[verb]


def test_every_deed_leaves_its_audit_row(confirmed, focal):
    notice = prepared(confirmed, focal)
    deeds_done = set(
        AuditEvent.objects.filter(target_kind__in=["incident", "water-notice"]).values_list("what", flat=True)
    )
    assert {"incident.reported", "incident.confirmed", "incident.source_suspected", "notice.prepared"} <= deeds_done
    with pytest.raises(NotYourDuty):
        notices.withdraw(notice_id=notice.pk, words="x", by=confirmed.created_by, at=later(minutes=30))


# --- what belongs to it ----------------------------------------------------------------------------------------------


def test_samples_taken_because_of_it_are_linked_and_stand_in_the_notice(confirmed, focal, node, client_of):
    from giapranh.water.models import Sample

    point = make.station(confirmed.watercourse, 43, name="Cầu Xuân Hương", kind="manual", owner=node.water)
    taken = [
        Sample.objects.create(station=point, taken_at=later(hours=hours), sample_code=code, seal="NP-7", at=later(hours=4))
        for hours, code in ((2, "M1"), (3, "M2"), (-80, "CU-77"))
    ]  # fmt: skip
    client = client_of(focal)
    address = f"/song-ngoi/su-co/{confirmed.pk}/"
    offered = client.get(address).content.decode()
    assert "M1" in offered
    assert "CU-77" not in offered  # long before it was seen
    done = client.post(f"{address}buoc/samples/", {"samples": [taken[0].pk, taken[1].pk]})
    assert done.status_code == 302
    page = client.get(address).content.decode()
    assert "niêm phong NP-7" in " ".join(page.split())
    assert AuditEvent.objects.filter(what="incident.samples_added").exists()
    assert "M2" in prepared(confirmed, focal, at=later(hours=5)).content["samples"]
    with pytest.raises(deeds.BadIncident):
        deeds.add_samples(incident_id=confirmed.pk, sample_ids=[taken[0].pk], by=focal, at=later(hours=5))


def test_papers_of_the_register_are_linked_by_their_number(confirmed, focal, an, client_of):
    prepared(confirmed, focal)
    paper = Paper.objects.get()
    number_outgoing(paper_id=paper.pk, by=focal, at=later(minutes=30))
    paper.refresh_from_db()
    client = client_of(focal)
    address = f"/song-ngoi/su-co/{confirmed.pk}/"
    assert client.post(f"{address}buoc/paper/", {"number": "999/KHONG-CO"}).status_code == 422
    assert client.post(f"{address}buoc/paper/", {"number": paper.full_number}).status_code == 302
    assert list(confirmed.papers.all()) == [paper]
    assert f"/van-ban/{paper.pk}/" in client.get(address).content.decode()


@pytest.mark.parametrize("point", [{"lat": 106.3, "lon": 21.4}, {"lat": 21.4}, {"lat": 51.0, "lon": 0.0}])
def test_a_point_outside_the_country_or_turned_round_is_refused(thuong, an, point):
    with pytest.raises(deeds.BadIncident):
        incident(thuong, an, **point)


def test_changing_the_facts_keeps_the_point_to_the_metre(confirmed, focal, client_of):
    Incident.objects.filter(pk=confirmed.pk).update(lat=21.436512, lon=106.331274)
    client = client_of(focal)
    form = client.get(f"/song-ngoi/su-co/{confirmed.pk}/thong-tin/").context["form"]
    sent = {name: form[name].value() for name in form.fields}
    client.post(f"/song-ngoi/su-co/{confirmed.pk}/thong-tin/", {k: v for k, v in sent.items() if v is not None})
    confirmed.refresh_from_db()
    assert (confirmed.lat, confirmed.lon) == (21.436512, 106.331274)


def test_a_report_that_is_due_is_said_in_words(confirmed, focal, client_of):
    notice = prepared(confirmed, focal)
    notices.send(notice_id=notice.pk, words="Điện thoại", sent_at=later(minutes=30), by=focal, at=later(minutes=30))
    alerting.minute_round(later(hours=6, minutes=31))
    page = client_of(focal).get(f"/song-ngoi/su-co/{confirmed.pk}/").content.decode()
    assert "report_due" not in page.lower()
    assert "Đến giờ báo tiếp" in page


@pytest.mark.parametrize("hours", [0.0, -3.0, 1e11])
def test_a_drill_has_a_time_to_answer_that_can_pass(border, focal, hours):
    with pytest.raises(drills.BadDrill):
        drills.start_drill(facts=facts(border), province="24", answer_hours=hours, by=focal, at=AT)


def test_who_may_judge_hears_of_a_suspicion_and_has_it_on_the_desk(border, an, focal, leader, head, mailoutbox):
    made = incident(border, an)
    bells = Bell.objects.filter(url=f"/song-ngoi/su-co/{made.pk}/")
    assert {bell.officer for bell in bells} == {focal, leader, head}
    assert {bell.text for bell in bells} == {f"Sự cố chờ xác nhận: {made}"}

    def owed(officer):
        return [line.note for line in alerts.bench_of(officer, later(minutes=50)).owed]

    assert owed(an) == []
    assert owed(focal) == ["Chờ xác nhận là thật hay báo động nhầm"]
    deeds.confirm(incident_id=made.pk, extent="national", provinces=["20", "24"], by=focal, at=later(minutes=10))
    assert owed(focal) == ["Chưa gửi thông báo đầu tiên, quá 10 phút"]
    prepared(made, focal)
    assert [line for line in owed(focal) if "đầu tiên" in line] == []


def test_who_may_judge_rings_nobody_with_his_own_report(border, focal, leader):
    incident(border, focal)
    assert not Bell.objects.exists()


def test_names_on_the_map_of_an_incident_never_lie_upon_each_other(confirmed):
    """Many stations within a kilometre, as where two provinces meet."""
    river = confirmed.watercourse
    CoursePoint.objects.filter(watercourse=river).delete()
    for km, lon, lat in ((160, 106.6, 21.7), (90, 106.3, 21.43), (0, 106.3, 21.1)):
        CoursePoint.objects.create(watercourse=river, km=km, lon=lon, lat=lat)
    for n in range(40):
        make.station(river, 93 + n / 50, name=f"Trạm quan trắc tự động rất dài số {n} ở giáp ranh hai tỉnh (minh họa)")
    drawing = incident_map.map_of(confirmed)
    names = sorted(each.y for each in drawing.shapes if isinstance(each, Text) and each.x == incident_map.NAMES_AT)
    assert len(names) == incident_map.MOST_NAMES + 1
    assert min(b - a for a, b in pairwise(names)) >= 16
    assert 0 < names[0] < names[-1] < drawing.height
    assert not [each.words for each in drawing.shapes if isinstance(each, Text) and each.words.endswith("(minh họa")]
