"""Files that must be refused, each at both doors: one clear line, nothing half stored."""

from __future__ import annotations

import re
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.bad_input import files
from tests.bad_input.files import PHOTO, REFUSED, Bad

from giapranh.cli.app import app
from giapranh.documents import services
from giapranh.documents.models import Upload
from giapranh.documents.reading import read_paper
from giapranh.kernel import clock
from giapranh.kernel.errors import BadInput
from giapranh.people.models import Officer

Photograph = Callable[[], dict[str, str]]
by_kind = pytest.mark.parametrize("bad", list(REFUSED.values()), ids=list(REFUSED))


def read(path: Path) -> tuple[int, str, str]:
    from typer.testing import CliRunner

    done = CliRunner().invoke(app, ["read", str(path)], catch_exceptions=False)
    return done.exit_code, done.stdout, done.stderr


def one_line(text: str) -> str:
    """The text without its last line end, which must be its only one."""
    assert text.endswith("\n")
    assert text.count("\n") == 1, text
    return text.rstrip("\n")


@by_kind
def test_the_command_says_one_line_and_ends_with_one(bad: Bad, tmp_path: Path) -> None:
    path = tmp_path / bad.name
    path.write_bytes(bad.data)
    code, out, err = read(path)
    assert (code, out) == (1, "")
    assert bad.says in one_line(err)
    assert bad.name in err


def put(client: Client, bad: Bad) -> Any:
    """Choose the file on the page and press the button."""
    file = SimpleUploadedFile(bad.name, bad.data)
    return client.post(reverse("documents:upload"), {"files": file, "direction": "incoming"})


def line_on_the_page(client: Client, bad: Bad) -> str:
    """What the page says of the file: at once, or when the worker has read it."""
    answer = put(client, bad)
    if answer.status_code == 302:
        upload = Upload.objects.get()
        services.read_upload(uid=upload.uid, at=clock.now())
        answer = client.get(reverse("documents:upload"))
        assert answer.status_code == 200
    else:
        assert answer.status_code == 422
    page = answer.content.decode()
    found = re.findall(r'class="upload-reason">([^<]+)|<li class="alert[^"]*">.*?<div>([^<]+)</div>', page, re.DOTALL)
    assert len(found) == 1, found
    return " ".join("".join(found[0]).split())


@by_kind
@pytest.mark.django_db
def test_the_page_says_one_line_and_nothing_is_stored(
    bad: Bad, an: Officer, client_of: Callable[..., Client], stored: Photograph
) -> None:
    client = client_of(an)
    before = stored()
    assert bad.says in line_on_the_page(client, bad)
    assert stored() == before


@by_kind
@pytest.mark.django_db
def test_another_version_of_a_paper_is_refused_the_same_way(
    bad: Bad, an: Officer, client_of: Callable[..., Client], stored: Photograph
) -> None:
    paper = services.take_in(data=files.paper_text(), name="ke-hoach.txt", by=an, at=clock.now())
    client = client_of(an)
    before = stored()
    answer = client.post(
        reverse("documents:add_version", args=[paper.pk]), {"file": SimpleUploadedFile(bad.name, bad.data)}
    )
    # A mark of secrecy is not a fault of the file: it is not allowed here at all.
    assert answer.status_code in (403, 422)
    assert bad.says in " ".join(answer.content.decode().split())
    assert stored() == before


@pytest.mark.ocr
def test_the_command_finds_no_words_in_a_photo_of_a_cat(tmp_path: Path) -> None:
    path = tmp_path / PHOTO.name
    path.write_bytes(PHOTO.data)
    code, out, err = read(path)
    assert (code, out) == (1, "")
    assert PHOTO.says in one_line(err)


@pytest.mark.ocr
@pytest.mark.django_db
def test_the_page_finds_no_words_in_a_photo_of_a_cat(
    an: Officer, client_of: Callable[..., Client], stored: Photograph
) -> None:
    client = client_of(an)
    before = stored()
    assert PHOTO.says in line_on_the_page(client, PHOTO)
    assert stored() == before


def test_a_folder_of_bad_files_gives_a_line_each_and_reads_the_good_one(tmp_path: Path) -> None:
    folder = tmp_path / "văn bản đến"
    folder.mkdir()
    for bad in REFUSED.values():
        (folder / bad.name).write_bytes(bad.data)
    (folder / "tốt.txt").write_bytes(files.paper_text())
    readable = {bad.name for bad in REFUSED.values()} - {"nhac.mp3"}  # a folder is read by its papers only
    code, out, err = read(folder)
    assert code == 1
    assert "7/KH-UBND" in out
    assert len(err.splitlines()) == len(readable)
    assert all(sum(name in line for line in err.splitlines()) >= 1 for name in readable)


def test_a_bomb_is_not_unpacked_into_memory() -> None:
    bomb = files.bomb_docx()
    tracemalloc.start()
    try:
        with pytest.raises(BadInput, match="bung ra quá lớn"):
            read_paper(bomb, "bom.docx")
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 10 * 1024 * 1024
