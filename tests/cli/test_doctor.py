"""The doctor names what is wrong and how to mend it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from giapranh.cli import doctor
from giapranh.cli.doctor import Mark


def test_every_check_has_a_name_for_the_day_it_fails():
    assert set(doctor.CHECKS) == set(doctor._NAMES)


def test_a_full_disk_is_bad_and_says_what_to_do(monkeypatch):
    monkeypatch.setattr(doctor, "LEAST_FREE_BYTES", 2**63)
    finding = doctor.check_disk()
    assert finding.mark is Mark.BAD
    assert finding.mend


def test_a_clock_behind_the_data_is_bad(monkeypatch):
    from datetime import UTC, datetime

    monkeypatch.setattr(doctor, "now", lambda: datetime(1970, 1, 1, tzinfo=UTC))
    assert doctor.check_clock().mark is Mark.BAD


def test_a_mail_server_that_does_not_answer_is_bad(monkeypatch):
    monkeypatch.setenv("GIAPRANH_SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("GIAPRANH_SMTP_PORT", "1")
    assert doctor.check_mail().mark is Mark.BAD


def test_no_mail_server_is_a_warning_that_names_the_setting(monkeypatch):
    monkeypatch.delenv("GIAPRANH_SMTP_HOST", raising=False)
    finding = doctor.check_mail()
    assert finding.mark is Mark.WARNING
    assert "smtp_host" in finding.mend


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps rights elsewhere")
def test_secrets_that_others_can_read_are_bad(tmp_path, monkeypatch):
    monkeypatch.setattr(doctor.home, "home", lambda: tmp_path)
    doctor.home.secret("django")
    assert doctor.check_keys().mark is Mark.GOOD
    (tmp_path / "secrets" / "django").chmod(0o644)
    assert doctor.check_keys().mark is Mark.BAD


def test_a_check_that_breaks_is_a_finding_and_the_others_go_on(monkeypatch):
    def broken() -> doctor.Finding:
        raise OSError("no such device")

    monkeypatch.setattr(doctor, "CHECKS", (broken, doctor.check_disk))
    monkeypatch.setitem(doctor._NAMES, broken, lambda: "Ổ băng")
    first, second = doctor.examine()
    assert (first.mark, first.what) == (Mark.BAD, "Ổ băng")
    assert second.what != first.what
    assert Path(str(doctor.home.home())).exists()


def test_libreoffice_is_found_where_the_reader_finds_it(monkeypatch):
    monkeypatch.setattr("giapranh.documents.reading.intake.office.program", lambda: "C:/Program Files/soffice.exe")
    assert doctor.check_office().mark is Mark.GOOD
    monkeypatch.setattr("giapranh.documents.reading.intake.office.program", lambda: None)
    assert doctor.check_office().mark is Mark.WARNING
