"""From a suspicion to the notice, the neighbour's word and the close."""

from __future__ import annotations

import hashlib
import json
import zipfile
from datetime import timedelta
from io import BytesIO
from itertools import pairwise

import pytest
from docx import Document
from PIL import Image
from tests.factories import water as make
from tests.factories.alerts import AT, facts, incident, rule
from tests.factories.places import make_province
from tests.water.alerts.conftest import bring

from giapranh.documents import edxml, vault
from giapranh.documents.models import Paper
from giapranh.documents.services import number_outgoing
from giapranh.documents.writing.drawing import Text
from giapranh.people.access import ReadsOnly
from giapranh.people.models import Appointment, AuditEvent
from giapranh.people.models import Notice as Bell
from giapranh.water.incident_permissions import NotYours
from giapranh.water.models import Alert, Correction, CoursePoint, Incident, IncidentEvent, Notice
from giapranh.water.permissions import NotYourDuty
from giapranh.water.queries import alerts, incident_map, incident_place, incidents, notice_content
from giapranh.water.rules.incidents import MinistryMissing, WordsMissing, WrongIncidentState
from giapranh.water.rules.notices import WrongNoticeState
from giapranh.water.services import alerting, drills, evidence, notices, store
from giapranh.water.services import incidents as deeds

pytestmark = pytest.mark.django_db


def later(**much):
    return AT + timedelta(**much)


@pytest.fixture
def border(thuong):
    """The river is the border from 93 to 82; above it is ours, below it theirs, at the mouth a third province's."""
    for side in ("left", "right"):
        make.bank(thuong, side, 160, 93.2, "xã Hữu Lũng", "20")
    make.bank(thuong, "right", 93.2, 82.4, "xã Tuấn Sơn", "20")
    make.bank(thuong, "left", 93.2, 82.4, "xã Kép", "24")
    make.bank(thuong, "right", 82.4, 0, "xã Bố Hạ", "24")
    make.bank(thuong, "left", 82.4, 10, "xã Tiên Lục", "24")
    make.bank(thuong, "left", 10, 0, "xã Trần Hưng Đạo", "31")
    make_province("31", "Hải Phòng")
    make.feature(thuong, 43, "Nhà máy nước Xuân Hương", province_code="24")
    make.feature(thuong, 94.5, "Cống xả bí mật", "outfall", restricted=True)
    return thuong


@pytest.fixture
def confirmed(border, an, focal, node, leader):
    Appointment.objects.filter(officer=leader).update(title="Giám đốc")
    made = incident(border, an)
    deeds.suspect_source(
        incident_id=made.pk, words="Nghi nhà máy Bí Mật", feature_id=None, by=focal, at=later(minutes=5)
    )
    deeds.confirm(incident_id=made.pk, extent="national", provinces=["20", "24"], by=focal, at=later(minutes=10))
    made.refresh_from_db()
    return made


def prepared(found, focal, **more):
    given = {"kind": "warning", "provinces": ["24"], "even_incomplete": True, "at": later(minutes=20), **more}
    return notices.prepare(incident_id=found.pk, by=focal, **given)[0]


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


def test_the_letter_reopens_with_its_form_content_windows_and_no_suspect(confirmed, focal):
    notice = prepared(confirmed, focal, words="Đề nghị gọi số trực.")
    paper = Paper.objects.get(pk=notice.paper_id)
    assert (paper.direction, paper.kind, paper.number, paper.state) == ("outgoing", "Công văn", None, "draft")
    document = Document(BytesIO(vault.read(paper.versions.get().blob_id)))
    text = "\n".join(p.text for p in document.paragraphs)
    cells = "\n".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
    assert "Kính gửi: Sở Nông nghiệp và Môi trường tỉnh Bắc Ninh" in text.replace("\n", " ").replace("  ", " ")
    assert "V/v cảnh báo sự cố nguồn nước SC-2026-001 (thông báo số 1)" in " ".join(cells.split())
    assert "cá chết, mùi lạ; Nước đen" in text
    assert "xác nhận đã nhận thông báo này trong vòng 3 giờ kể từ khi thông báo được gửi" in text
    assert "Đề nghị gọi số trực." in text
    assert "Nhà máy nước Xuân Hương" in cells
    assert "GIÁM ĐỐC" in cells
    assert f"bang-chung-SC-2026-001-24-1.zip, mã kiểm SHA-256: {notice.bundle_id}." in text
    assert "Bí Mật" not in text + cells
    assert "bí mật" not in text + cells
    assert paper.versions.get().file_name == "thong-bao-SC-2026-001-24-1.docx"


def test_the_bundle_proves_itself_and_holds_the_series_the_map_the_windows_and_the_photo(
    confirmed, ammonium, station, an, focal
):
    rule(ammonium)
    bring(ammonium, [0.1, 0.9, 0.5], first=later(minutes=-30))
    deeds.link_alert(incident_id=confirmed.pk, alert_id=Alert.objects.get().pk, by=focal, at=later(minutes=1))
    picture = BytesIO()
    Image.new("RGB", (40, 30), "green").save(picture, "JPEG")
    deeds.add_photo(
        incident_id=confirmed.pk, data=picture.getvalue(), name="ca chet.jpg", words="Bờ phải", by=an, at=AT
    )
    notice = prepared(confirmed, focal)
    data = vault.read(notice.bundle_id)
    assert hashlib.sha256(data).hexdigest() == notice.bundle_id
    assert evidence.verify(data) == []
    with zipfile.ZipFile(BytesIO(data)) as archive:
        names = archive.namelist()
        series = next(name for name in names if name.startswith("so-lieu/"))
        rows = archive.read(series).decode().splitlines()
        content = json.loads(archive.read("thong-bao.json"))
        assert archive.read("anh/01.jpg") == picture.getvalue()
        assert "<svg" in archive.read("ban-do.svg").decode()
        assert "Nhà máy nước Xuân Hương" in archive.read("nuoc-toi.csv").decode()
    assert len(rows) == 4
    assert "0.9,mg/L," in rows[2]
    assert [row["value"] for row in content["readings"]] == ["0,9", "0,5"]
    assert "Bí Mật" not in json.dumps(content, ensure_ascii=False)


def test_a_bundle_that_was_changed_is_found_out(confirmed, focal):
    data = vault.read(prepared(confirmed, focal).bundle_id)
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, b"x" if name == "ban-do.svg" else old.read(name))
        new.writestr("them.txt", b"y")
    assert evidence.verify(out.getvalue()) == ["ban-do.svg", "them.txt"]


def test_an_incomplete_warning_leaves_only_on_purpose(confirmed, focal):
    with pytest.raises(notices.ContentMissing):
        prepared(confirmed, focal, even_incomplete=False)
    assert Notice.objects.count() == 0
    assert Paper.objects.count() == 0


def test_notices_are_numbered_for_each_neighbour(confirmed, focal):
    both = notices.prepare(incident_id=confirmed.pk, kind="warning", provinces=["24", "31", "24"], even_incomplete=True,
                           by=focal, at=later(minutes=20))  # fmt: skip
    again = prepared(confirmed, focal, kind="information", at=later(minutes=40))
    assert [(one.province, one.n) for one in [*both, again]] == [("24", 1), ("31", 1), ("24", 2)]
    assert both[1].neighbour is None
    assert both[1].neighbour_name == "Cơ quan môi trường tỉnh Hải Phòng"


def test_edxml_goes_out_with_the_numbered_letter(confirmed, focal, node):
    node.agency.organ_code, node.neighbour.organ_code = "H37.13", "H05.10"
    node.agency.save()
    node.neighbour.save()
    notice = prepared(confirmed, focal)
    number_outgoing(paper_id=notice.paper_id, by=focal, at=later(minutes=30))
    message = notices.send_edxml(notice_id=notice.pk, by=focal, at=later(minutes=31))
    notice.refresh_from_db()
    assert notice.state == "sent"
    assert message.document_id in notice.sent_words
    envelope = edxml.parse(vault.read(message.blob_id))
    assert [one.organ_id for one in envelope.to] == ["H05.10"]
    assert (envelope.priority, envelope.place) == (edxml.Priority.EXPRESS, "Lạng Sơn")
    assert [one.name for one in envelope.attachments] == [
        "thong-bao-SC-2026-001-24-1.docx", "bang-chung-SC-2026-001-24-1.zip"
    ]  # fmt: skip
    assert evidence.verify(envelope.attachments[1].data) == []


def test_nothing_is_sent_or_acknowledged_without_words_or_out_of_time(confirmed, focal):
    notice = prepared(confirmed, focal)
    with pytest.raises(notices.ProofMissing):
        notices.send(notice_id=notice.pk, words=" ", sent_at=later(minutes=21), by=focal, at=later(minutes=22))
    with pytest.raises(notices.BadTime):
        notices.send(notice_id=notice.pk, words="x", sent_at=later(hours=9), by=focal, at=later(minutes=22))
    with pytest.raises(WrongNoticeState):
        notices.acknowledge(
            notice_id=notice.pk, words="x", acknowledged_at=later(minutes=21), by=focal, at=later(minutes=22)
        )
    notices.withdraw(notice_id=notice.pk, words="Nhầm", by=focal, at=later(minutes=23))
    with pytest.raises(WrongNoticeState):
        notices.send(notice_id=notice.pk, words="x", sent_at=later(minutes=24), by=focal, at=later(minutes=25))


def test_a_neighbour_who_does_not_answer_is_told_of_once(confirmed, focal, an):
    notice = prepared(confirmed, focal)
    notices.send(notice_id=notice.pk, words="Điện thoại", sent_at=later(minutes=30), by=focal, at=later(minutes=30))
    alerting.minute_round(later(hours=3, minutes=29))
    assert Bell.objects.filter(officer=focal, kind="water-notice").count() == 0
    for minutes in (31, 32):
        alerting.minute_round(later(hours=3, minutes=minutes))
    assert Bell.objects.filter(officer=focal, kind="water-notice").count() == 1


def test_after_a_notice_the_next_report_is_due_and_told_of_once(confirmed, focal, an):
    notice = prepared(confirmed, focal)
    notices.send(notice_id=notice.pk, words="Điện thoại", sent_at=later(minutes=30), by=focal, at=later(minutes=30))
    confirmed.refresh_from_db()
    assert confirmed.next_report_at == later(hours=6, minutes=30)
    for minutes in (29, 31, 32):
        alerting.minute_round(later(hours=6, minutes=minutes))
    assert IncidentEvent.objects.filter(incident=confirmed, what="report_due").count() == 1


def test_an_incoming_notice_starts_our_clock(border, an, focal):
    made = incident(border, an, finder="Sở NN&MT Bắc Ninh")
    notice = notices.record_incoming(incident_id=made.pk, kind="warning", province="24", words="Dầu loang",
                                     received_at=AT, by=an, at=later(minutes=1))  # fmt: skip
    assert (notice.incoming, notice.state, notice.acknowledge_by) == (True, "sent", later(hours=3))
    deeds.confirm(incident_id=made.pk, extent="national", provinces=["20", "24"], by=focal, at=later(minutes=5))
    notices.acknowledge(notice_id=notice.pk, words="Đã gọi lại", acknowledged_at=later(minutes=8), by=focal,
                        at=later(minutes=9))  # fmt: skip
    assert incidents.notice_page(focal, notice.pk, later(minutes=10)).took == "8 phút"


def test_an_acknowledged_incoming_notice_of_a_suspicion_is_kept(border, an, focal):
    made = incident(border, an)
    notice = notices.record_incoming(incident_id=made.pk, kind="search", province="24", words="Tìm nguồn",
                                     received_at=AT, by=an, at=later(minutes=1))  # fmt: skip
    notices.acknowledge(
        notice_id=notice.pk, words="Đã nhận", acknowledged_at=later(minutes=8), by=focal, at=later(minutes=9)
    )
    made.refresh_from_db()
    assert made.state == "suspected"


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


# --- what the notice says --------------------------------------------------------------------------------------------


def _readings(found, alert, focal):
    deeds.link_alert(incident_id=found.pk, alert_id=alert.pk, by=focal, at=later(minutes=1))
    found.refresh_from_db()
    return notice_content.readings(found)


def test_a_failed_row_does_not_hide_the_worst_of_the_water(confirmed, ammonium, an, focal):
    rule(ammonium)
    bring(ammonium, [0.1, 0.9, 900.0, 0.5], first=later(minutes=-30))
    said = [(row["value"], row["flag"]) for row in _readings(confirmed, Alert.objects.get(), focal)]
    assert "0,9" in [value for value, _flag in said]
    assert "900" not in [value for value, _flag in said]


def test_both_ends_of_a_range_are_told(confirmed, station, an, focal):
    acid = make.series(station, "ph", unit="")
    rule(acid, low=6.0, high=8.5)
    bring(acid, [7.4, 5.6, 5.9, 6.9], first=later(minutes=-30))
    values = [row["value"] for row in _readings(confirmed, Alert.objects.get(), focal)]
    assert "5,6" in values


def test_a_value_a_person_put_right_leaves_as_corrected(confirmed, ammonium, an, focal):
    rule(ammonium)
    bring(ammonium, [0.1, 0.9, 0.5], first=later(minutes=-30))
    Correction.objects.create(
        series=ammonium, time=later(minutes=-25), value=None, flag=4, why="nhầm", by=an, at=later(minutes=1)
    )
    Correction.objects.create(
        series=ammonium, time=later(minutes=-20), value=0.55, flag=1, why="đọc lại", by=an, at=later(minutes=1)
    )
    said = [(row["value"], row["flag"]) for row in _readings(confirmed, Alert.objects.get(), focal)]
    assert said == [("0,55", "đạt, đính chính")]


def test_below_detection_is_said(confirmed, ammonium, an, focal):
    rule(ammonium)
    bring(ammonium, [0.9], first=later(minutes=-30))
    store.store_one(series_id=ammonium.pk, time=later(minutes=-20), value=0.02, censored=-1, at=later(minutes=-19))
    assert "<0,02" in [row["value"] for row in _readings(confirmed, Alert.objects.get(), focal)]


def test_the_evidence_of_a_fast_series_holds_the_incident_and_says_that_it_was_cut(
    confirmed, ammonium, an, focal, monkeypatch
):
    monkeypatch.setattr(evidence, "MOST_ROWS", 10)
    rule(ammonium)
    bring(ammonium, [0.1] * 30 + [0.9], first=later(minutes=-150))
    deeds.link_alert(incident_id=confirmed.pk, alert_id=Alert.objects.get().pk, by=focal, at=later(minutes=1))
    with zipfile.ZipFile(BytesIO(vault.read(prepared(confirmed, focal).bundle_id))) as archive:
        name = next(name for name in archive.namelist() if name.startswith("so-lieu/"))
        rows = archive.read(name).decode().splitlines()
        manifest = json.loads(archive.read("manifest.json"))
    assert len(rows) == 11
    assert any(",0.9," in row for row in rows)
    assert manifest["cut"] == [name]


def test_the_evidence_that_it_is_over_reaches_to_the_day_it_was_made(confirmed, ammonium, an, focal):
    rule(ammonium)
    bring(ammonium, [0.9], first=later(minutes=-5))
    bring(ammonium, [0.15], first=later(days=6))
    deeds.link_alert(incident_id=confirmed.pk, alert_id=Alert.objects.get().pk, by=focal, at=later(minutes=1))
    notice = prepared(confirmed, focal, kind="end", at=later(days=6, hours=1))
    with zipfile.ZipFile(BytesIO(vault.read(notice.bundle_id))) as archive:
        name = next(name for name in archive.namelist() if name.startswith("so-lieu/"))
        assert ",0.15," in f",{archive.read(name).decode()}"


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


def test_who_was_warned_can_be_told_of_the_end_after_the_close(confirmed, focal):
    warned = prepared(confirmed, focal)
    notices.send(notice_id=warned.pk, words="Điện thoại", sent_at=later(minutes=30), by=focal, at=later(minutes=30))
    deeds.control(incident_id=confirmed.pk, words="Nước trong", by=focal, at=later(hours=4))
    deeds.tell_ministry(incident_id=confirmed.pk, reported_at=later(hours=5), document="12/BC-SNNMT", by=focal,
                        at=later(hours=6))  # fmt: skip
    deeds.close(incident_id=confirmed.pk, words="Xong", by=focal, at=later(days=1))
    confirmed.refresh_from_db()
    clock = incidents.clocks_of(confirmed, later(days=1))
    assert [each.words for each in clock] == [f"Chưa thông báo kết thúc cho {warned.neighbour_name}"]
    over = prepared(confirmed, focal, kind="end", at=later(days=1, minutes=5))
    notices.send(notice_id=over.pk, words="Công văn", sent_at=later(days=1, minutes=6), by=focal,
                 at=later(days=1, minutes=6))  # fmt: skip
    confirmed.refresh_from_db()
    over.refresh_from_db()
    assert (confirmed.state, over.state) == ("closed", "sent")
    assert incidents.clocks_of(confirmed, later(days=1)) == []


def test_a_first_notice_that_does_not_leave_in_time_is_told_of_once(confirmed, focal, leader):
    for minutes in (39, 41, 42):  # confirmed after ten
        alerting.minute_round(later(minutes=minutes))
    bells = Bell.objects.filter(text__startswith="Chưa gửi thông báo đầu tiên")
    assert bells.count() == bells.values("officer").distinct().count()
    assert {focal.pk, leader.pk} <= set(bells.values_list("officer", flat=True))
    assert IncidentEvent.objects.get(what="first_due").at == later(minutes=41)


def test_a_first_notice_that_left_in_time_rings_nobody(confirmed, focal):
    notice = prepared(confirmed, focal)
    notices.send(notice_id=notice.pk, words="Điện thoại", sent_at=later(minutes=25), by=focal, at=later(minutes=25))
    alerting.minute_round(later(minutes=45))
    assert not Bell.objects.filter(text__startswith="Chưa gửi thông báo đầu tiên").exists()


def test_a_first_notice_is_not_asked_for_where_the_neighbour_told_us_or_nobody_else_is_concerned(
    confirmed, border, an, focal
):
    own = incident(border, an)
    deeds.confirm(incident_id=own.pk, extent="commune", provinces=["20"], by=focal, at=later(minutes=10))
    notices.record_incoming(
        incident_id=confirmed.pk, kind="warning", province="24", words="Công văn 5", received_at=AT, by=focal,
        at=later(minutes=11),
    )  # fmt: skip
    alerting.minute_round(later(minutes=45))
    assert not Bell.objects.filter(text__startswith="Chưa gửi thông báo đầu tiên").exists()
    own.refresh_from_db()
    for found in (own, confirmed):
        assert not [clock for clock in incidents.clocks_of(found, later(minutes=45)) if "đầu tiên" in clock.words]


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
