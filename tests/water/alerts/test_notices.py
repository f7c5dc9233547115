"""What a notice says and proves, when it must leave, and what the neighbour's word does."""

from __future__ import annotations

import hashlib
import json
import zipfile
from io import BytesIO

import pytest
from docx import Document
from PIL import Image
from tests.factories import water as make
from tests.factories.alerts import AT, incident, rule
from tests.water.alerts.conftest import bring, later, prepared

from giapranh.documents import edxml, vault
from giapranh.documents.models import Paper
from giapranh.documents.services import number_outgoing
from giapranh.people.models import Notice as Bell
from giapranh.water.models import Alert, Correction, IncidentEvent, Notice
from giapranh.water.queries import incidents, notice_content
from giapranh.water.rules.notices import WrongNoticeState
from giapranh.water.services import alerting, evidence, notices, store
from giapranh.water.services import incidents as deeds

pytestmark = pytest.mark.django_db


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
