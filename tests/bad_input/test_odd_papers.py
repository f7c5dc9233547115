"""Papers that are odd but may be kept: read, and where doubtful said to be so."""

from __future__ import annotations

import io
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.bad_input import files
from tests.documents.reading.intake import making

from giapranh.cli.app import app
from giapranh.documents import queries, services
from giapranh.documents.models import Paper, PaperReading, PaperVersion, Upload, UploadState
from giapranh.kernel import clock
from giapranh.kernel.text import search_key
from giapranh.people.models import Officer


def take(data: bytes, name: str, by: Officer) -> Paper:
    return services.take_in(data=data, name=name, by=by, at=clock.now())


# --- another language ------------------------------------------------------------------------------------------------


def test_the_command_says_that_a_paper_is_not_vietnamese(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    path = tmp_path / "memo.txt"
    path.write_text(files.ENGLISH_TEXT, encoding="utf-8")
    done = CliRunner().invoke(app, ["read", str(path)], catch_exceptions=False)
    assert done.exit_code == 0
    told = [line for line in done.stdout.splitlines() if "không giống văn bản hành chính tiếng Việt" in line]
    assert len(told) == 1


@pytest.mark.django_db
def test_the_page_says_that_a_paper_is_not_vietnamese(an: Officer, client_of: Callable[..., Client]) -> None:
    paper = take(files.ENGLISH_TEXT.encode(), "memo.txt", an)
    page = client_of(an).get(reverse("documents:reading", args=[paper.pk])).content.decode()
    assert "không giống văn bản hành chính tiếng Việt" in page


@pytest.mark.django_db
def test_an_english_paper_gives_no_duties(an: Officer) -> None:
    paper = take(files.ENGLISH_TEXT.encode(), "memo.txt", an)
    assert PaperReading.objects.get(paper=paper).data["directives"] == []


# --- decomposed letters ----------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("ke-hoach.txt", files.decomposed_text()),
        ("ke-hoach.docx", making.docx_of("".join(making.p(x) for x in files.decomposed_text().decode().splitlines()))),
    ],
)
def test_decomposed_text_is_stored_and_found_composed(name: str, data: bytes, an: Officer) -> None:
    paper = take(data, unicodedata.normalize("NFD", f"Kế hoạch phối hợp {name}"), an)
    paper.refresh_from_db()
    reading = PaperReading.objects.get(paper=paper).data
    for text in (paper.text, paper.subject, paper.issuer_name, str(reading), PaperVersion.objects.get().file_name):
        assert unicodedata.is_normalized("NFC", text)
    assert paper.full_number == "07/KH-UBND"
    for words in ("nguồn nước sông Mẫu", "nguon nuoc song mau", unicodedata.normalize("NFD", "nguồn nước sông Mẫu")):
        assert [hit.paper for hit in queries.search(an, words)] == [paper]


@pytest.mark.django_db
def test_the_decomposed_and_the_composed_file_are_one_paper(an: Officer) -> None:
    first = take(files.paper_text(), "a.txt", an)
    with pytest.raises(services.DuplicatePaper) as refusal:
        take(files.decomposed_text(), "b.txt", an)
    assert refusal.value.paper_id == first.pk


# --- what a database cannot hold -------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    "data",
    [
        files.paper_text() + b"x" * 5000 + b"\nph\xe1\xbb\xa5 l\xe1\xbb\xa5c\0\0\x01 sau\n",
        files.GOOD_TEXT.replace("Mẫu, ngày", "Mẫu\ufffe\ud800, ngày").encode("utf-16-le", "surrogatepass"),
        files.paper_text(number=99_999_999_999),
        files.GOOD_TEXT.replace("năm 2026", "năm 20266").encode(),
        files.GOOD_TEXT.replace("ngày 12 tháng 3", "ngày 42 tháng 13").encode(),
        files.GOOD_TEXT.replace("Nguyễn Văn Mẫu", "Nguyễn " * 400).encode(),
        files.GOOD_TEXT.replace("7/KH-UBND", "7/KH-" + "UBND" * 100).encode(),
        files.GOOD_TEXT.replace("ỦY BAN NHÂN DÂN TỈNH MẪU", "ỦY BAN NHÂN DÂN " + "TỈNH MẪU " * 500).encode(),
        (files.GOOD_TEXT + "phụ lục " * 40_000).encode(),
        ("Số: 7/KH-UBND\n" + "%s %(x)s {0} {{ }} {% x %}\n" * 20).encode(),
    ],
    ids=["NUL", "surrogate", "long number", "long year", "no such day", "long name", "long symbol", "long issuer",
         "a very long line", "templates"],
)  # fmt: skip
def test_what_does_not_fit_is_cut_or_blank_but_never_breaks(
    data: bytes, an: Officer, client_of: Callable[..., Client]
) -> None:
    client = client_of(an)
    client.post(reverse("documents:upload"), {"files": SimpleUploadedFile("van-ban.txt", data)})
    upload = services.read_upload(uid=Upload.objects.get().uid, at=clock.now())
    assert upload.state in (UploadState.DONE, UploadState.REFUSED)
    if upload.state == UploadState.REFUSED:
        assert upload.line
        return
    for name in ("documents:reading", "documents:paper"):
        assert client.get(reverse(name, args=[upload.paper_id])).status_code == 200
    assert client.get(reverse("documents:papers")).status_code == 200


@pytest.mark.django_db
def test_a_fault_of_the_reader_itself_ends_in_one_line_too(
    an: Officer, client_of: Callable[..., Client], monkeypatch: pytest.MonkeyPatch, stored: Callable[[], dict[str, str]]
) -> None:
    """What nobody foresaw must not leave a file "being read" for ever."""
    client = client_of(an)
    before = stored()
    client.post(reverse("documents:upload"), {"files": SimpleUploadedFile("a.txt", files.paper_text())})

    def broken(*_args: Any, **_more: Any) -> Any:
        raise RecursionError("nobody foresaw this")

    monkeypatch.setattr("giapranh.documents.reading.read_paper", broken)
    upload = services.read_upload(uid=Upload.objects.get().uid, at=clock.now())
    assert upload.state == UploadState.REFUSED
    assert upload.line in client.get(reverse("documents:upload")).content.decode()
    assert stored() == before


# --- names -----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\an\\Kế hoạch.txt", "Kế hoạch.txt"),
        ('a"; filename="b.txt', None),
        ("một\r\nSet-Cookie: x=y.txt", None),
        ("x" * 400 + ".txt", "x" * 200 + ".txt"),
        ("\u202egnp.txt", None),
        (".txt", None),
    ],
)
def test_a_file_name_is_a_name_and_nothing_more(name: str, kept: str | None, an: Officer, client_of: Any) -> None:
    paper = take(files.paper_text(), name, an)
    version = PaperVersion.objects.get()
    assert kept in (None, version.file_name)
    assert version.file_name
    assert not set("\r\n\0/\\") & set(version.file_name)
    answer = client_of(an).get(reverse("documents:original", args=[paper.pk, 1]))
    assert answer.content == files.paper_text()
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="')
    assert answer.headers["Content-Disposition"].count('"') == 2
    assert "Set-Cookie" not in answer.headers


def test_a_docx_with_paths_that_climb_writes_nothing(tmp_path: Path) -> None:
    out = io.BytesIO(files.docx())
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("../../climbed.txt", "x")
        archive.writestr("/tmp/climbed.txt", "x")
    from giapranh.documents.reading import read_paper

    before = set(tmp_path.parent.iterdir())
    assert search_key("nguồn nước") in search_key(read_paper(out.getvalue(), "a.docx").text)
    assert set(tmp_path.parent.iterdir()) == before
    assert not Path("/tmp/climbed.txt").exists()
