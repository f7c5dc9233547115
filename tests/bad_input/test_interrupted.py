"""The power fails, or two people do the same thing at the same moment: nothing half stored, nothing twice."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from tests.bad_input import files
from tests.factories.documents import AT, make_paper

from giapranh.documents import services, vault
from giapranh.documents.models import Citation, Paper, PaperState, RegisterEntry, Upload, UploadState
from giapranh.kernel import clock
from giapranh.kernel.errors import Refused
from giapranh.people.models import AuditEvent, Officer

Photograph = Callable[[], dict[str, str]]


class PowerCut(BaseException):
    """Not an ``Exception``: nothing may catch it and carry on."""


def cut(*_args: Any, **_more: Any) -> Any:
    raise PowerCut


def cut_at(step: str, verb: Callable[[], Any]) -> None:
    """Do ``verb`` while ``step`` is where the power fails."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(step, cut)
        with pytest.raises(PowerCut):
            verb()


def rows_only(photograph: dict[str, str]) -> dict[str, str]:
    return {name: seen for name, seen in photograph.items() if not name.startswith(("blobs", "staging"))}


# --- between two steps -----------------------------------------------------------------------------------------------

ARRIVAL_STEPS = [
    "giapranh.documents.services.arrivals.read_file",
    "giapranh.documents.services.arrivals.keep_blob",
    "giapranh.documents.services.arrivals.save_once",
    "giapranh.documents.services.arrivals.PaperVersion.objects.create",
    "giapranh.documents.services.arrivals.PaperReading.objects.create",
    "giapranh.documents.services.arrivals.give_access",
    "giapranh.documents.services.arrivals.note",
]


@pytest.mark.django_db
@pytest.mark.parametrize("step", ARRIVAL_STEPS)
def test_a_cut_while_a_paper_comes_in_leaves_no_row_and_the_night_sweeps_the_file(
    step: str, an: Officer, stored: Photograph
) -> None:
    before = stored()
    cut_at(step, lambda: services.take_in(data=files.paper_text(), name="a.txt", by=an, at=clock.now()))
    assert rows_only(stored()) == rows_only(before)
    services.sweep(at=clock.now() + timedelta(hours=2))
    assert stored().keys() == before.keys()
    assert services.take_in(data=files.paper_text(), name="a.txt", by=an, at=clock.now()).full_number == "07/KH-UBND"


REGISTER_STEPS = [
    "giapranh.documents.services.confirming.fill_header",
    "giapranh.documents.services.confirming.save_once",
    "giapranh.documents.services.confirming.link_citations",
    "giapranh.documents.services.confirming.fill_stubs",
    "giapranh.documents.services.books.RegisterEntry.objects.create",
    "giapranh.documents.services.confirming.note",
]


@pytest.mark.django_db
@pytest.mark.parametrize("step", REGISTER_STEPS)
def test_a_cut_in_the_middle_of_registering_leaves_the_paper_waiting(
    step: str, an: Officer, stored: Photograph
) -> None:
    paper = make_paper(an)
    before = stored()
    cut_at(step, lambda: services.confirm_reading(paper_id=paper.pk, by=an, at=AT))
    assert stored() == before
    services.confirm_reading(paper_id=paper.pk, by=an, at=AT)
    assert RegisterEntry.objects.get().seq == 1


@pytest.mark.django_db
def test_a_cut_while_the_vault_writes_leaves_no_file_under_its_name(vault_folder: Path) -> None:
    data = files.paper_text()
    cut_at("os.fsync", lambda: vault.put(data))
    assert not vault.holds(vault.digest(data))
    assert vault.read(vault.put(data)) == data


@pytest.mark.django_db
def test_a_cut_between_the_staged_file_and_its_row_leaves_neither(an: Officer, stored: Photograph) -> None:
    before = stored()
    file = BytesIO(files.paper_text())
    cut_at(
        "giapranh.documents.services.arrivals.Upload.objects.create",
        lambda: services.receive_upload(data=file, name="a.txt", size=100, by=an, at=clock.now()),
    )
    assert stored() == before
    assert not Upload.objects.exists()


@pytest.mark.django_db
def test_the_same_upload_read_twice_makes_one_paper(an: Officer, client_of: Callable[..., Client]) -> None:
    """A job left behind by a dead worker runs again, perhaps after it had done its work."""
    client_of(an).post(reverse("documents:upload"), {"files": SimpleUploadedFile("a.txt", files.paper_text())})
    uid = Upload.objects.get().uid
    services.read_upload(uid=uid, at=clock.now())
    services.read_upload(uid=uid, at=clock.now())
    assert Upload.objects.get().state == UploadState.DONE
    assert Paper.objects.count() == 1


@pytest.mark.django_db
def test_a_worker_that_died_after_the_paper_was_stored_says_done_the_second_time(
    an: Officer, client_of: Callable[..., Client]
) -> None:
    client = client_of(an)
    client.post(reverse("documents:upload"), {"files": SimpleUploadedFile("a.txt", files.paper_text())})
    uid = Upload.objects.get().uid
    cut_at("giapranh.documents.services.arrivals.Upload.save", lambda: services.read_upload(uid=uid, at=clock.now()))
    upload = services.read_upload(uid=uid, at=clock.now())
    assert upload.paper == Paper.objects.get()
    assert not vault.staged(uid).exists()


# --- a process that is killed ----------------------------------------------------------------------------------------

# Waits for good at the named step, so that the kill falls exactly there.
_STAGE = """
    import django, sys, time
    django.setup()
    from django.conf import settings
    from django.db import connection
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = {database!r}
    settings.BLOBS = {blobs!r}
    from giapranh.documents import services
    from giapranh.documents.services import arrivals, confirming
    from giapranh.kernel import clock
    from giapranh.people.models import Officer

    def wait(*_args, **_more):
        print("here", flush=True)
        time.sleep(600)

    by = Officer.objects.get(username="an")
    {module}.{step} = wait
    {verb}
"""
_TAKE_IN = 'services.take_in(data={data!r}, name="a.txt", by=by, at=clock.now())'
_CONFIRM = "services.confirm_reading(paper_id={paper}, by=by, at=clock.now())"


@pytest.fixture
def killed_at(vault_folder: Path) -> Callable[..., None]:
    """``killed_at(module, step, verb)``: a process does ``verb`` and is killed when it reaches ``step``."""

    def kill(module: str, step: str, verb: str) -> None:
        code = textwrap.dedent(_STAGE).format(
            database=connection.settings_dict["NAME"], blobs=str(vault_folder), module=module, step=step, verb=verb
        )
        process = subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
        )
        try:
            assert process.stdout is not None
            assert process.stdout.readline().strip() == "here", process.communicate()[1]
        finally:
            process.kill()
            process.communicate()
        _wait_until_alone()

    return kill


def _wait_until_alone() -> None:
    """PostgreSQL notices a dead client a moment later and rolls back what it had begun."""
    question = "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(question)
            if cursor.fetchone()[0] == 0:
                return
        time.sleep(0.1)
    raise AssertionError("the killed process is still connected")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", ["give_access", "note"])
def test_a_process_killed_while_a_paper_comes_in(
    step: str, killed_at: Callable[..., None], an: Officer, stored: Photograph
) -> None:
    before = stored()
    killed_at("arrivals", step, _TAKE_IN.format(data=files.paper_text()))
    assert rows_only(stored()) == rows_only(before)
    assert vault.holds(vault.digest(files.paper_text()))  # it was written; no row names it
    services.sweep(at=clock.now() + timedelta(hours=2))
    assert stored() == before
    assert services.take_in(data=files.paper_text(), name="a.txt", by=an, at=clock.now()).pk


@pytest.mark.django_db(transaction=True)
def test_a_process_killed_in_the_middle_of_registering(
    killed_at: Callable[..., None], an: Officer, stored: Photograph
) -> None:
    paper = make_paper(an)
    before = stored()
    killed_at("confirming", "note", _CONFIRM.format(paper=paper.pk))
    assert stored() == before
    paper.refresh_from_db()
    assert paper.state == PaperState.TO_CONFIRM
    services.confirm_reading(paper_id=paper.pk, by=an, at=AT)
    assert RegisterEntry.objects.get().seq == 1


# --- two people at once ----------------------------------------------------------------------------------------------


def at_once(*verbs: Callable[[], Any]) -> list[Any]:
    """Each verb in a thread of its own, started together; what it gave or how it was refused."""
    ready = threading.Barrier(len(verbs))
    found: list[Any] = [None] * len(verbs)

    def run(place: int) -> None:
        try:
            ready.wait()
            found[place] = verbs[place]()
        except Refused as refusal:
            found[place] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[place]) for place in range(len(verbs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found


@pytest.mark.django_db(transaction=True)
def test_two_people_confirm_the_same_paper_at_the_same_moment(an: Officer, clerk: Officer) -> None:
    paper = make_paper(an)

    def confirm(by: Officer) -> Callable[[], Any]:
        return lambda: services.confirm_reading(paper_id=paper.pk, by=by, at=AT)

    found = at_once(confirm(an), confirm(clerk))
    refusals = [each for each in found if isinstance(each, services.AlreadyConfirmed)]
    assert len(refusals) == 1
    paper.refresh_from_db()
    assert str(paper.confirmed_by) in str(refusals[0])
    assert "đã xác nhận văn bản này lúc" in str(refusals[0])
    assert "\n" not in str(refusals[0])
    assert RegisterEntry.objects.filter(paper=paper).count() == 1
    assert Citation.objects.filter(citing=paper).count() == 1
    assert AuditEvent.objects.filter(what="paper.confirmed").count() == 1


@pytest.mark.django_db
def test_the_second_person_sees_on_the_page_who_was_first(
    an: Officer, clerk: Officer, client_of: Callable[..., Client]
) -> None:
    paper = make_paper(an)
    address = reverse("documents:confirm", args=[paper.pk])
    assert client_of(an).post(address).status_code == 302
    answer = client_of(clerk).post(address)
    assert answer.status_code == 409
    assert "Nguyễn Văn An đã xác nhận văn bản này lúc" in answer.content.decode()
    assert RegisterEntry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_people_bring_the_same_file_at_the_same_moment(an: Officer, clerk: Officer) -> None:
    def bring(by: Officer) -> Callable[[], Any]:
        return lambda: services.take_in(data=files.paper_text(), name="a.txt", by=by, at=clock.now())

    found = at_once(bring(an), bring(clerk))
    assert sum(isinstance(each, services.DuplicatePaper) for each in found) == 1
    assert Paper.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_papers_confirmed_at_the_same_moment_get_numbers_of_their_own(an: Officer, clerk: Officer) -> None:
    from tests.factories.documents import reading, value

    papers = [make_paper(an, reading(number=value(n), full_number=f"{n:02}/KH-UBND")) for n in range(1, 7)]
    found = at_once(
        *(lambda p=p, by=by: services.confirm_reading(paper_id=p.pk, by=by, at=AT)  # type: ignore[misc]
          for p, by in zip(papers, [an, clerk] * 3, strict=True))
    )  # fmt: skip
    assert all(isinstance(each, Paper) for each in found), found
    assert sorted(RegisterEntry.objects.values_list("seq", flat=True)) == [1, 2, 3, 4, 5, 6]
    assert Paper.objects.filter(direction="stub").count() == 1


# --- the same paper twice --------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_same_file_twice_names_the_paper_that_is_there(
    an: Officer, client_of: Callable[..., Client], stored: Photograph
) -> None:
    first = services.take_in(data=files.paper_text(), name="a.txt", by=an, at=clock.now())
    client = client_of(an)
    before = stored()
    client.post(reverse("documents:upload"), {"files": SimpleUploadedFile("b.txt", files.paper_text())})
    upload = services.read_upload(uid=Upload.objects.get().uid, at=clock.now())
    assert upload.line.startswith("Tệp này đã có trong sổ: Kế hoạch 07/KH-UBND ngày 12/03/2026 của ")
    page = client.get(reverse("documents:upload")).content.decode()
    assert upload.line in page
    assert f'href="{reverse("documents:paper", args=[first.pk])}"' in page
    assert stored() == before


@pytest.mark.django_db
def test_another_scan_of_the_same_paper_is_known_by_issuer_number_and_year(an: Officer, stored: Photograph) -> None:
    services.take_in(data=files.paper_text(), name="a.txt", by=an, at=clock.now())
    before = stored()
    with pytest.raises(services.DuplicatePaper, match="Văn bản này đã có trong sổ: Kế hoạch 07/KH-UBND"):
        services.take_in(data=files.paper_text() + b"\n ", name="b.txt", by=an, at=clock.now())
    assert stored() == before


@pytest.mark.django_db
def test_who_may_not_read_the_paper_is_not_told_which_it_is(an: Officer, binh: Officer) -> None:
    services.take_in(data=files.paper_text(), name="a.txt", by=an, at=clock.now())
    with pytest.raises(services.DuplicatePaper) as refusal:
        services.take_in(data=files.paper_text(), name="a.txt", by=binh, at=clock.now())
    assert str(refusal.value) == "Văn bản này đã có trong sổ của đơn vị khác. Hãy hỏi văn thư."
