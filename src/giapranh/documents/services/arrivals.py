"""A file arrives: it is read first, and kept only when it may be kept."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, BinaryIO

from django.db import transaction

from giapranh.documents import permissions, queries, vault
from giapranh.documents.models import (
    Blob,
    Citation,
    Direction,
    Paper,
    PaperReading,
    PaperState,
    PaperVersion,
    Upload,
    UploadState,
)
from giapranh.documents.reader import ReadFile, media_type_of, read_file
from giapranh.documents.rules.fields import lay_over
from giapranh.documents.services.admission import check_size, refuse_secret
from giapranh.documents.services.records import (
    DuplicatePaper,
    agency_of,
    clean_name,
    fill_header,
    give_access,
    keep_blob,
    note,
    refuse_same_bytes,
    refuse_same_identity,
    save_once,
)
from giapranh.kernel import clock
from giapranh.kernel.errors import N_, BadInput, Conflict, NotFound, Refused
from giapranh.kernel.text import one_line
from giapranh.people import queries as people

__all__ = ["DuplicatePaper", "add_version", "read_upload", "receive_upload", "remove_draft", "sweep", "take_in"]

UPLOAD_DIRECTIONS = (Direction.INCOMING, Direction.OUTGOING, Direction.INTERNAL)


class InUse(Conflict):
    code = "paper_in_use"


def take_in(
    *,
    data: bytes,
    name: str,
    direction: str = Direction.INCOMING,
    by: Any,
    at: datetime,
    illustrative: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Paper:
    """Read one file and put it into the register, waiting to be confirmed.

    A refused file leaves nothing behind: it is read, and known to be new, before the vault sees it, and the vault holds
    it before a row names it.
    """
    permissions.check_can_write(by)
    name = clean_name(name)
    check_size(len(data), name)
    refuse_same_bytes(vault.digest(data), by)
    found = read_file(data, name, progress=progress)
    refuse_secret(found, name)
    with transaction.atomic():
        paper = _new_paper(found, direction, by, at, illustrative)
        blob = keep_blob(data, found.media_type)
        version = PaperVersion.objects.create(
            paper=paper, n=1, blob=blob, file_name=name, media_type=found.media_type, by=by, at=at
        )
        PaperReading.objects.create(
            paper=paper, version=version, data=found.data, reader_version=found.reader_version, at=at
        )
        give_access(paper, people.offices_of(by, clock.local_date(at)), by, at)
        note("paper.taken_in", paper, by, at, file=name, sha256=blob.sha256)
    return paper


def _new_paper(found: ReadFile, direction: str, by: Any, at: datetime, illustrative: bool) -> Paper:
    paper = Paper(
        direction=direction, state=PaperState.TO_CONFIRM, agency=agency_of(by), text=found.text,
        illustrative=illustrative, created_by=by, created_at=at,
    )  # fmt: skip
    read = lay_over(found.data, ())
    fill_header(paper, read, found.data)
    number, day, issuer = (
        next((f for f in read.header if f.name == key), None) for key in ("number", "date", "issuer")
    )
    if any(field is None or field.weak for field in (number, day, issuer)):
        # A doubtful identity must not keep another paper out; confirming settles it.
        paper.identity = None
    refuse_same_identity(paper.identity, by)
    save_once(paper, by)
    return paper


# --- uploads that take long ------------------------------------------------------------------------------------------


def receive_upload(
    *, data: BinaryIO, name: str, size: int, direction: str = Direction.INCOMING, by: Any, at: datetime
) -> Upload:
    """Stage one uploaded file and let the worker read it; a scan takes seconds a page."""
    from procrastinate.contrib.django import app

    permissions.check_can_write(by)
    name = clean_name(name)
    direction = direction if direction in UPLOAD_DIRECTIONS else Direction.INCOMING
    check_size(size, name)
    uid = uuid.uuid4()
    vault.stage(uid, data)
    try:
        with transaction.atomic():
            upload = Upload.objects.create(uid=uid, file_name=name, size=size, direction=direction, by=by, at=at)
            # By name: jobs call services, so services do not know jobs.
            job = app.configure_task("documents.read_upload", queue="documents")
            transaction.on_commit(partial(job.defer, uid=str(uid)))
    except BaseException:
        vault.unstage(uid)
        raise
    return upload


def read_upload(*, uid: uuid.UUID, at: datetime) -> Upload:
    """Read a staged file: it becomes a paper, or the upload says in one line why not. Safe to run twice."""
    claimed = Upload.objects.filter(uid=uid, state__in=[UploadState.WAITING, UploadState.READING])
    claimed_now = claimed.update(state=UploadState.READING, started_at=at)
    upload = Upload.objects.select_related("by").filter(uid=uid).first()
    if upload is None:
        raise NotFound(N_("Không có lượt tải lên này."))
    if not claimed_now:
        return upload
    try:
        paper = _take_upload(upload, vault.staged(uid).read_bytes(), at)
    except Refused as refusal:
        _refuse_upload(upload, refusal)
    except FileNotFoundError:
        _refuse_upload(upload, BadInput(N_("Tệp tải lên không còn trên đĩa. Hãy tải lên lại.")))
    else:
        upload.paper, upload.state = paper, UploadState.DONE
    upload.finished_at = clock.now()
    upload.save(update_fields=["state", "code", "message", "params", "paper", "finished_at"])
    vault.unstage(uid)
    return upload


def give_up_upload(*, uid: uuid.UUID, at: datetime) -> None:
    """The reading of a file has killed the worker again and again: say so and let the file go."""
    upload = Upload.objects.filter(uid=uid, state__in=[UploadState.WAITING, UploadState.READING]).first()
    if upload is None:
        return
    _refuse_upload(upload, BadInput(N_("Tệp làm trình đọc dừng nhiều lần nên không đọc tiếp: xin gửi lại tệp gốc.")))
    upload.finished_at = at
    upload.save(update_fields=["state", "code", "message", "params", "finished_at"])
    vault.unstage(uid)


def _take_upload(upload: Upload, data: bytes, at: datetime) -> Paper:
    from giapranh.documents.services import envelopes

    if envelopes.looks_like_edxml(data):
        return envelopes.receive_edxml(data=data, name=upload.file_name, by=upload.by, at=at)
    return take_in(
        data=data, name=upload.file_name, direction=upload.direction, by=upload.by, at=at,
        progress=partial(_progress, upload.pk),
    )  # fmt: skip


def _progress(upload_id: int, done: int, pages: int) -> None:
    Upload.objects.filter(pk=upload_id).update(pages_done=done, pages=pages)


def _refuse_upload(upload: Upload, refusal: Refused) -> None:
    upload.state = UploadState.REFUSED
    upload.code, upload.message = refusal.stable_code, refusal.template
    upload.params = {
        key: value if isinstance(value, (int, float, str)) else str(value) for key, value in refusal.params.items()
    }
    upload.paper_id = getattr(refusal, "paper_id", None)


# --- versions and drafts ---------------------------------------------------------------------------------------------


def add_version(*, paper_id: int, data: bytes, name: str, note_text: str = "", by: Any, at: datetime) -> PaperVersion:
    """Another file of the same paper. While the paper waits to be confirmed the new file is read in its place."""
    paper = queries.get_visible(by, paper_id)
    permissions.check_can_handle(by, paper)
    name = clean_name(name)
    check_size(len(data), name)
    refuse_same_bytes(vault.digest(data), by)
    found = read_file(data, name)
    refuse_secret(found, name)
    with transaction.atomic():
        paper = Paper.objects.select_for_update().get(pk=paper.pk)
        blob = keep_blob(data, media_type_of(data, name))
        last = PaperVersion.objects.filter(paper=paper).order_by("-n").first()
        version = PaperVersion.objects.create(
            paper=paper, n=(last.n if last else 0) + 1, blob=blob, file_name=name, media_type=found.media_type,
            note=one_line(note_text), by=by, at=at,
        )  # fmt: skip
        if paper.state == PaperState.TO_CONFIRM:
            PaperReading.objects.create(
                paper=paper, version=version, data=found.data, reader_version=found.reader_version, at=at
            )
            paper.text = found.text
            fill_header(paper, lay_over(found.data, ()), found.data)
            save_once(paper, by)
        note("paper.version_added", paper, by, at, file=name, sha256=blob.sha256, n=version.n)
    return version


def remove_draft(*, paper_id: int, by: Any, at: datetime) -> None:
    """Throw away a paper nobody has confirmed, such as a wrong file. What is registered stays for good."""
    paper = queries.get_visible(by, paper_id)
    permissions.check_can_handle(by, paper)
    with transaction.atomic():
        paper = Paper.objects.select_for_update().get(pk=paper.pk)
        if paper.state not in (PaperState.TO_CONFIRM, PaperState.DRAFT) or paper.direction == Direction.STUB:
            raise InUse(N_("Văn bản đã xác nhận hoặc đã vào sổ thì không bỏ được."))
        if Citation.objects.filter(cited=paper).exists():
            raise InUse(N_("Văn bản đang được văn bản khác viện dẫn nên không bỏ được."))
        note("paper.draft_removed", paper, by, at, name=str(paper))
        paper.delete()


def sweep(*, at: datetime) -> int:
    """Remove files that no row names, and uploads nobody finished within a week; how many went."""
    old = Upload.objects.filter(at__lt=at - timedelta(days=7), state__in=[UploadState.WAITING, UploadState.READING])
    for upload in old:
        _refuse_upload(upload, BadInput(N_("Tệp tải lên không còn trên đĩa. Hãy tải lên lại.")))
        upload.finished_at = at
        upload.save()
        vault.unstage(upload.uid)
    # A file put into the vault a moment ago may have its row written right now: young files are left alone.
    young = at - timedelta(hours=1)
    return len(vault.sweep(Blob.objects.values_list("sha256", flat=True), older_than=young))
