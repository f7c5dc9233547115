"""``giapranh report``: the file it writes, and what it refuses in one line."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from docx import Document
from tests.factories.people import make_officer
from tests.factories.programme import make_paper, make_programme, make_task

from giapranh.cli import report as command
from giapranh.cli import setting_up
from giapranh.cli.acting import NobodyActs
from giapranh.cli.report import WhichProgramme
from giapranh.kernel.errors import Conflict
from giapranh.people.roles import Role
from giapranh.programme.models import Report

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_an_empty_folder(monkeypatch, tmp_path):
    monkeypatch.setattr(setting_up, "set_up", lambda: None)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def programme(node, leader):
    paper = make_paper(leader, number="12/UBND-KTN")
    programme = make_programme(node.agency, leader, name="Phối hợp vùng giáp ranh", paper=paper)
    make_task(programme, node.water, given_on=date(2026, 6, 16))
    return programme


@pytest.mark.parametrize("words", ["{pk}", "12/ubnd-ktn", "phoi hop vung"])
def test_a_programme_is_found_by_id_number_or_words(words, programme, in_an_empty_folder, capsys):
    command.report(words.format(pk=programme.pk), period="2026-Q3")
    written = in_an_empty_folder / f"bao-cao-{programme.pk}-2026-Q3.docx"
    assert any(p.text == "BÁO CÁO" for p in Document(BytesIO(written.read_bytes())).paragraphs)
    assert "Đã lập báo cáo Quý III/2026 của “Phối hợp vùng giáp ranh”" in capsys.readouterr().out


def test_the_focal_officer_drafts_before_the_leader_and_anybody_may_be_named(node, programme, leader, tmp_path):
    focal = make_officer("Ngô Đầu Mối", username="daumoi", office=node.water, role=Role.FOCAL_OFFICER)
    command.report(str(programme.pk), period="2026-Q3", out=tmp_path / "a.docx")
    command.report(str(programme.pk), period="2026-Q3", out=tmp_path / "b.docx", by="LanhDao")
    assert list(Report.objects.order_by("pk").values_list("drafted_by", flat=True)) == [focal.pk, leader.pk]


def test_refusals_are_one_clear_line_and_leave_nothing(node, programme, leader, tmp_path):
    make_programme(node.agency, leader, name="Phối hợp phòng chống thiên tai")
    target = tmp_path / "a.docx"
    target.write_bytes(b"kept")
    with pytest.raises(WhichProgramme, match="Có nhiều chương trình hợp với"):
        command.report("phối hợp", period="2026-Q3")
    with pytest.raises(WhichProgramme, match="Không có chương trình “999”"):
        command.report("999", period="2026-Q3")
    with pytest.raises(Conflict, match="đã có"):
        command.report(str(programme.pk), period="2026-Q3", out=target)
    with pytest.raises(NobodyActs, match="Không có tài khoản “ai-do”"):
        command.report(str(programme.pk), period="2026-Q3", by="ai-do")
    assert (target.read_bytes(), Report.objects.count()) == (b"kept", 0)
