"""The register: papers, their versions and readings, what they cite, the books they are entered in."""

from __future__ import annotations

from datetime import date
from typing import Any

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from giapranh.kernel.clock import now
from giapranh.kernel.ids import new_id


class Direction(models.TextChoices):
    INCOMING = "incoming", _("Văn bản đến")
    OUTGOING = "outgoing", _("Văn bản đi")
    INTERNAL = "internal", _("Văn bản nội bộ")
    STUB = "stub", _("Được viện dẫn, chưa có bản")


class PaperState(models.TextChoices):
    DRAFT = "draft", _("Dự thảo")
    TO_CONFIRM = "to_confirm", _("Chờ xác nhận")
    CONFIRMED = "confirmed", _("Đã xác nhận")
    REGISTERED = "registered", _("Đã vào sổ")


class Urgency(models.TextChoices):
    NORMAL = "", _("Thường")
    URGENT = "khan", _("Khẩn")
    MORE_URGENT = "thuong_khan", _("Thượng khẩn")
    EXPRESS = "hoa_toc", _("Hỏa tốc")


class Blob(models.Model):
    """Bytes in the vault, named by what they are. The file is there before the row is."""

    sha256 = models.CharField(primary_key=True, max_length=64)
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=120)
    created_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.CheckConstraint(name="blob_sha256_is_hex", condition=Q(sha256__regex=r"^[0-9a-f]{64}$")),
            models.CheckConstraint(name="blob_size_not_negative", condition=Q(size__gte=0)),
        ]

    def __str__(self) -> str:
        return self.sha256


def _vector() -> Any:
    """Head before body; words with marks and without them stand in one vector, so either way of typing finds them."""
    head = SearchVector("search_head", weight="A", config="simple")
    body = SearchVector("search_body", weight="C", config="simple")
    return head + body


@pghistory.track(exclude=["text", "search_key", "sort_key", "search_head", "search_body", "search_vector"])
class Paper(models.Model):
    """One official paper. Number and day may be blank: a draft has neither, and a scan may hide both."""

    uid = models.UUIDField(default=new_id, unique=True, editable=False)
    direction = models.CharField(max_length=10, choices=Direction.choices)
    state = models.CharField(max_length=12, choices=PaperState.choices, default=PaperState.DRAFT)
    agency = models.ForeignKey("people.Office", models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=100, blank=True)
    number = models.PositiveIntegerField(null=True, blank=True)
    number_suffix = models.CharField(max_length=4, blank=True)
    symbol = models.CharField(max_length=60, blank=True)
    full_number = models.CharField(max_length=80, blank=True)
    number_key = models.CharField(max_length=80, blank=True, editable=False)
    identity = models.CharField(max_length=400, null=True, blank=True, editable=False)
    issued_day = models.PositiveSmallIntegerField(null=True, blank=True)
    issued_month = models.PositiveSmallIntegerField(null=True, blank=True)
    issued_year = models.PositiveSmallIntegerField(null=True, blank=True)
    issued_on = models.DateField(null=True, blank=True)
    place = models.CharField(max_length=100, blank=True)
    issuer_name = models.CharField(max_length=250, blank=True)
    issuer = models.ForeignKey("people.Office", models.PROTECT, null=True, blank=True, related_name="+")
    subject = models.TextField(blank=True)
    urgency = models.CharField(max_length=12, choices=Urgency.choices, default=Urgency.NORMAL, blank=True)
    signer_name = models.CharField(max_length=120, blank=True)
    signer_title = models.CharField(max_length=250, blank=True)
    recipients = models.TextField(blank=True)
    due_on = models.DateField(null=True, blank=True)
    illustrative = models.BooleanField(default=False)
    text = models.TextField(blank=True)
    answers = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="answered_by")
    filled_by = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="stubs_filled")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=now)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    offices = models.ManyToManyField("people.Office", through="PaperAccess", related_name="papers")
    search_key = models.TextField(blank=True, editable=False, db_collation="C")
    sort_key = models.TextField(blank=True, editable=False, db_collation="C")
    search_head = models.TextField(blank=True, editable=False)
    search_body = models.TextField(blank=True, editable=False)
    search_vector = models.GeneratedField(expression=_vector(), output_field=SearchVectorField(), db_persist=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            GinIndex(fields=["search_vector"], name="paper_search"),
            models.Index(fields=["number_key"], name="paper_number_key"),
            models.Index(fields=["direction", "state", "-id"], name="paper_by_direction"),
            models.Index(fields=["issued_on"], name="paper_issued_on"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="paper_identity_once",
                fields=["identity"],
                condition=Q(identity__isnull=False) & ~Q(direction="stub"),
            ),
            models.CheckConstraint(
                name="paper_confirmed_by_and_at_together",
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="paper_confirmed_by_someone",
                condition=~Q(state__in=["confirmed", "registered"]) | Q(confirmed_by__isnull=False),
            ),
            models.CheckConstraint(
                name="paper_stub_is_a_draft", condition=~Q(direction="stub") | Q(state=PaperState.DRAFT)
            ),
            models.CheckConstraint(
                name="paper_month_and_day_exist",
                condition=(Q(issued_month__isnull=True) | Q(issued_month__range=(1, 12)))
                & (Q(issued_day__isnull=True) | Q(issued_day__range=(1, 31))),
            ),
            models.CheckConstraint(
                name="paper_only_stubs_are_filled", condition=Q(filled_by__isnull=True) | Q(direction="stub")
            ),
        ]

    @property
    def day_of_names(self) -> date | None:
        """The day on which the names in the paper held: its date, or the end of the month it bears when the day is
        still blank."""
        if self.issued_on or not self.issued_year:
            return self.issued_on
        return date(self.issued_year, self.issued_month or 12, 28)

    def __str__(self) -> str:
        return " ".join(part for part in (self.kind, self.full_number) if part) or f"#{self.pk}"


class PaperVersion(models.Model):
    """One state of the file of a paper, as it came."""

    paper = models.ForeignKey(Paper, models.CASCADE, related_name="versions")
    n = models.PositiveSmallIntegerField()
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="versions")
    file_name = models.CharField(max_length=250)
    media_type = models.CharField(max_length=120)
    note = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["n"]
        constraints = [models.UniqueConstraint(name="paper_version_once", fields=["paper", "n"])]

    def __str__(self) -> str:
        return f"{self.paper} v{self.n}"


class PaperAttachment(models.Model):
    """A file that came with the paper, such as an annex in an edXML envelope."""

    paper = models.ForeignKey(Paper, models.CASCADE, related_name="attachments")
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="attachments")
    file_name = models.CharField(max_length=250)
    media_type = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.file_name


@pghistory.track()
class PaperAccess(models.Model):
    """An office that may read a paper. No row, no reading."""

    paper = models.ForeignKey(Paper, models.CASCADE, related_name="access")
    office = models.ForeignKey("people.Office", models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(name="paper_access_once", fields=["paper", "office"])]

    def __str__(self) -> str:
        return f"{self.paper} → {self.office}"


class PaperReading(models.Model):
    """What the machine read from one version: never altered; decisions stand beside it."""

    paper = models.ForeignKey(Paper, models.CASCADE, related_name="readings")
    version = models.ForeignKey(PaperVersion, models.CASCADE, related_name="readings")
    data = models.JSONField()
    reader_version = models.CharField(max_length=40)
    at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.paper} ({self.reader_version})"


class DecisionState(models.TextChoices):
    CONFIRMED = "confirmed", _("Đúng")
    CORRECTED = "corrected", _("Đã sửa")
    ADDED = "added", _("Đã thêm")
    REMOVED = "removed", _("Đã bỏ")


@pghistory.track()
class FieldDecision(models.Model):
    """What a person said about one value read: right, or this instead."""

    reading = models.ForeignKey(PaperReading, models.CASCADE, related_name="decisions")
    path = models.CharField(max_length=120)
    machine_value = models.JSONField(null=True)
    value = models.JSONField(null=True)
    state = models.CharField(max_length=10, choices=DecisionState.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(name="field_decision_once", fields=["reading", "path"])]

    def __str__(self) -> str:
        return f"{self.path}: {self.state}"


class Relation(models.TextChoices):
    CITES = "cites", _("Viện dẫn")
    LEGAL_BASIS = "legal_basis", _("Căn cứ")
    ANSWERS = "answers", _("Trả lời")


class Citation(models.Model):
    """One paper named in another. The named one may be a stub. ``mentions`` are the places in the reading's list."""

    citing = models.ForeignKey(Paper, models.CASCADE, related_name="citations")
    cited = models.ForeignKey(Paper, models.PROTECT, related_name="cited_by")
    as_written = models.TextField()
    start = models.PositiveIntegerField(null=True)
    end = models.PositiveIntegerField(null=True)
    relation = models.CharField(max_length=12, choices=Relation.choices, default=Relation.CITES)
    position = models.PositiveSmallIntegerField(default=0)
    mentions = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(name="citation_once", fields=["citing", "cited", "relation"]),
            models.CheckConstraint(name="citation_not_of_itself", condition=~Q(citing=F("cited"))),
        ]

    def __str__(self) -> str:
        return f"{self.citing} → {self.cited}"


class BookKind(models.TextChoices):
    INCOMING = "incoming", _("Sổ đăng ký văn bản đến")
    OUTGOING = "outgoing", _("Sổ đăng ký văn bản đi")


class RegisterBook(models.Model):
    """One book: of one agency, one year, and for outgoing papers one series of numbers."""

    kind = models.CharField(max_length=10, choices=BookKind.choices)
    agency = models.ForeignKey("people.Office", models.PROTECT, related_name="+")
    series = models.CharField(max_length=100, blank=True)
    year = models.PositiveSmallIntegerField()
    last_seq = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-year", "kind", "series"]
        constraints = [
            models.UniqueConstraint(name="register_book_once", fields=["kind", "agency", "series", "year"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.series} {self.year}"


@pghistory.track()
class RegisterEntry(models.Model):
    """One line of a book, with the columns of Decree 30/2020/NĐ-CP, Annex IV, as they stood when it was written."""

    book = models.ForeignKey(RegisterBook, models.PROTECT, related_name="entries")
    seq = models.PositiveIntegerField()
    paper = models.ForeignKey(Paper, models.PROTECT, related_name="entries")
    entered_on = models.DateField()
    author = models.CharField(max_length=250, blank=True)
    number_symbol = models.CharField(max_length=80, blank=True)
    paper_date = models.CharField(max_length=20, blank=True)
    kind_and_subject = models.TextField(blank=True)
    signer = models.CharField(max_length=120, blank=True)
    recipients = models.TextField(blank=True)
    archive_holder = models.CharField(max_length=250, blank=True)
    copies = models.PositiveIntegerField(null=True, blank=True)
    handed_to = models.CharField(max_length=250, blank=True)
    handed_on = models.DateField(null=True, blank=True)
    receipt = models.CharField(max_length=250, blank=True)
    due_on = models.DateField(null=True, blank=True)
    progress = models.TextField(blank=True)
    reply = models.CharField(max_length=250, blank=True)
    note = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["-seq"]
        constraints = [
            models.UniqueConstraint(name="register_entry_seq_once", fields=["book", "seq"]),
            models.UniqueConstraint(name="register_entry_paper_once", fields=["book", "paper"]),
            models.CheckConstraint(name="register_entry_seq_from_one", condition=Q(seq__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.book}: {self.seq}"


class EdxmlKind(models.TextChoices):
    PAPER = "paper", _("Văn bản")
    STATUS = "status", _("Trạng thái")


class EdxmlMessage(models.Model):
    """An envelope or a status reply that came or was made, kept byte for byte."""

    direction = models.CharField(max_length=3, choices=[("in", _("Đến")), ("out", _("Đi"))])
    kind = models.CharField(max_length=6, choices=EdxmlKind.choices)
    paper = models.ForeignKey(Paper, models.CASCADE, null=True, related_name="edxml_messages")
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="+")
    document_id = models.CharField(max_length=250, blank=True)
    from_organ = models.CharField(max_length=250, blank=True)
    to_organ = models.TextField(blank=True)
    status = models.CharField(max_length=2, blank=True)
    reason = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.direction} {self.kind} {self.document_id}"


class UploadState(models.TextChoices):
    WAITING = "waiting", _("Đang chờ đọc")
    READING = "reading", _("Đang đọc")
    DONE = "done", _("Đã đọc xong")
    REFUSED = "refused", _("Không nhận")


class Upload(models.Model):
    """A file on its way in. Its bytes wait in the staging folder and reach the vault only when it was read."""

    uid = models.UUIDField(default=new_id, unique=True, editable=False)
    file_name = models.CharField(max_length=250)
    size = models.BigIntegerField()
    direction = models.CharField(max_length=10, choices=Direction.choices, default=Direction.INCOMING)
    state = models.CharField(max_length=10, choices=UploadState.choices, default=UploadState.WAITING)
    code = models.CharField(max_length=60, blank=True)
    message = models.TextField(blank=True)
    params = models.JSONField(default=dict, blank=True)
    paper = models.ForeignKey(Paper, models.SET_NULL, null=True, related_name="uploads")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField(default=now)
    pages_done = models.PositiveIntegerField(default=0)
    pages = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.file_name}: {self.state}"

    @property
    def is_open(self) -> bool:
        return self.state in (UploadState.WAITING, UploadState.READING)

    @property
    def line(self) -> str:
        """Why the file was refused, in the reader's language."""
        text = gettext(self.message) if self.message else ""
        return text % self.params if self.params else text
