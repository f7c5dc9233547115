"""Agencies, offices and officers over time, the node itself, and what is told to whom."""

from __future__ import annotations

from typing import Any, ClassVar

import pghistory
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from giapranh.kernel import clock, ids
from giapranh.kernel.text import nfc, one_line
from giapranh.people.roles import Role
from giapranh.places.named import DatedRow, Named, ends_after_start


class OfficeKind(models.TextChoices):
    AGENCY = "agency", _("cơ quan (sở, ngành)")
    DIVISION = "division", _("phòng")
    SUB_DEPARTMENT = "sub_department", _("chi cục")
    INSPECTORATE = "inspectorate", _("thanh tra")
    CENTRE = "centre", _("trung tâm, đơn vị sự nghiệp")
    COMMUNE_COMMITTEE = "commune_committee", _("Ủy ban nhân dân cấp xã")
    COMMITTEE = "committee", _("Ủy ban nhân dân tỉnh, huyện; cấp ủy")
    MINISTRY = "ministry", _("bộ, cơ quan trung ương")
    OTHER = "other", _("khác")


# Where the walk from a division up to "its agency" stops.
STANDS_ALONE = {OfficeKind.AGENCY, OfficeKind.COMMUNE_COMMITTEE, OfficeKind.COMMITTEE, OfficeKind.MINISTRY}


@pghistory.track(exclude=["search_key", "sort_key"])
class Office(Named, DatedRow):
    """An agency, or an office inside one, under one name over one period."""

    uid = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    name = models.CharField(max_length=255)
    short_name = models.CharField(max_length=160, blank=True)
    abbreviation = models.CharField(max_length=40, blank=True)
    symbol = models.CharField(max_length=40, blank=True)  # the part it puts into a document symbol
    kind = models.CharField(max_length=20, choices=OfficeKind.choices)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    unit = models.ForeignKey(
        "places.AdministrativeUnit", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    organ_code = models.CharField(max_length=40, blank=True)  # mã định danh of the exchange axis
    aliases = ArrayField(models.CharField(max_length=255), default=list, blank=True)
    email = models.EmailField(blank=True)
    unknown_note = models.TextField(blank=True)  # what nobody has told this node yet; shown until filled in
    source = models.TextField(blank=True)
    seed_key = models.CharField(max_length=60, blank=True, editable=False)  # its row in data/, when it came from there
    illustrative = models.BooleanField(default=False)

    class Meta:
        constraints = [
            ends_after_start("office_ends_after_it_starts"),
            models.UniqueConstraint(name="office_seed_key_once", fields=["seed_key"], condition=~Q(seed_key="")),
            models.CheckConstraint(name="office_is_not_its_own_parent", condition=~Q(parent=F("pk"))),
            models.CheckConstraint(name="office_has_a_name", condition=~Q(name="")),
            models.UniqueConstraint(
                name="office_name_starts_once_a_day",
                fields=["name", "parent", "unit", "valid_from"],
                nulls_distinct=False,
            ),
        ]
        indexes = [models.Index(name="office_by_sort_key", fields=["sort_key"])]

    def __str__(self) -> str:
        return self.name

    @property
    def agency(self) -> Office:
        """The agency this office belongs to; an agency is its own."""
        office = self
        while office.parent is not None and office.kind not in STANDS_ALONE:
            office = office.parent
        return office

    @property
    def place(self) -> str:
        """What stands above it and where: ``Sở Công Thương, Lạng Sơn``; tells two offices of one name apart."""
        unit = self.unit or (self.parent.unit if self.parent else None)
        return ", ".join(part for part in (self.parent.name if self.parent else "", unit.name if unit else "") if part)

    def names(self) -> list[str]:
        """Every form this office is called by, the full one first."""
        forms = [self.name, self.short_name, self.abbreviation, *self.aliases]
        return list(dict.fromkeys(form for form in forms if form))

    def words_to_find(self) -> list[str]:
        return self.names()


class Duty(Named, DatedRow):
    """A field of work (water, minerals, inspection…) that one office holds over one period."""

    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=255)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="duties")
    unknown_note = models.TextField(blank=True)
    source = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "duties"
        constraints = [
            ends_after_start("duty_ends_after_it_starts"),
            models.UniqueConstraint(
                name="duty_starts_once_a_day", fields=["key", "office", "valid_from"], nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SuccessionKind(models.TextChoices):
    MERGE = "merge", _("Sáp nhập")
    SPLIT = "split", _("Chia, tách")
    RENAME = "rename", _("Đổi tên")
    DISSOLVE = "dissolve", _("Giải thể")
    MOVE_DUTY = "move_duty", _("Chuyển nhiệm vụ")


@pghistory.track()
class Succession(models.Model):
    """One event that changed who holds what. Never deleted: old papers keep the names of their day."""

    uid = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    on = models.DateField()
    kind = models.CharField(max_length=12, choices=SuccessionKind.choices)
    legal_basis = models.TextField(blank=True)
    note = models.TextField(blank=True)
    by = models.ForeignKey("people.Officer", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    effects = models.JSONField(default=list)  # what moves, as shown when it was confirmed
    moves = models.JSONField(default=list)  # from which office to which, for the rooms that hold work
    applied_at = models.DateTimeField(null=True, blank=True)  # when the work moved; null while the day is to come

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.on:%d/%m/%Y}"


class SuccessionLink(models.Model):
    """Who followed whom. Without a successor the predecessor simply ended."""

    succession = models.ForeignKey(Succession, on_delete=models.CASCADE, related_name="links")
    predecessor = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="became")
    successor = models.ForeignKey(Office, null=True, blank=True, on_delete=models.PROTECT, related_name="came_from")
    duty = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="office_does_not_succeed_itself", condition=~Q(predecessor=F("successor"))),
            models.UniqueConstraint(
                name="succession_link_once",
                fields=["succession", "predecessor", "successor", "duty"],
                nulls_distinct=False,
            ),
        ]


class OfficerManager(BaseUserManager["Officer"]):
    def get_by_natural_key(self, username: str | None) -> Officer:
        return self.get(username__iexact=username)

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> Officer:
        officer = Officer(username=one_line(username).lower(), **fields)
        officer.set_password(password)
        officer.save()
        return officer


@pghistory.track(exclude=["password", "last_login", "search_key", "sort_key"])
class Officer(AbstractBaseUser, Named):
    """A person who works here and may sign in. What they may do comes from their appointments."""

    uid = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    username = models.CharField(max_length=60, unique=True)
    email = models.EmailField(blank=True)
    full_name = models.CharField(max_length=120)
    phone = models.CharField(max_length=30, blank=True)
    is_active = models.BooleanField(default=True)
    language = models.CharField(max_length=5, default="vi")
    theme = models.CharField(max_length=10, default="auto")
    illustrative = models.BooleanField(default=False)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]
    objects: ClassVar[OfficerManager] = OfficerManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(models.functions.Lower("username"), name="officer_username_any_case_once"),
            models.UniqueConstraint(models.functions.Lower("email"), name="officer_email_once", condition=~Q(email="")),
        ]

    def __str__(self) -> str:
        return self.full_name or self.username

    def get_full_name(self) -> str:
        return self.full_name

    def words_to_find(self) -> list[str]:
        return [self.full_name, self.username, self.email]

    def words_to_sort(self) -> str:
        """Vietnamese lists go by the given name, which is written last."""
        words = one_line(self.full_name).split()
        return " ".join([*words[-1:], *words[:-1]])

    def set_keys(self) -> None:
        self.full_name = one_line(self.full_name)
        self.username = nfc(self.username).strip().lower()
        super().set_keys()


@pghistory.track()
class Appointment(DatedRow):
    """One officer in one role at one office, from one day to another."""

    officer = models.ForeignKey(Officer, on_delete=models.CASCADE, related_name="appointments")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="appointments")
    role = models.CharField(max_length=16, choices=Role.choices)
    title = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            ends_after_start("appointment_ends_after_it_starts"),
            models.UniqueConstraint(
                name="appointment_starts_once_a_day",
                fields=["officer", "office", "role", "valid_from"],
                nulls_distinct=False,
            ),
        ]


class AuditEvent(models.Model):
    """What was done, by whom, when. Written by services in the same transaction as the deed."""

    what = models.CharField(max_length=80)
    target_kind = models.CharField(max_length=40)
    target_id = models.CharField(max_length=80)
    by = models.ForeignKey(Officer, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(name="audit_by_target", fields=["target_kind", "target_id"]),
            models.Index(name="audit_by_time", fields=["-at"]),
        ]


class Node(models.Model):
    """This installation: one row."""

    node_id = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    agency = models.ForeignKey(Office, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    province = models.ForeignKey(
        "places.AdministrativeUnit", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    set_up_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.CheckConstraint(name="one_node_only", condition=Q(pk=1))]

    def __str__(self) -> str:
        return self.name


class SwapDay(models.Model):
    """A day that a decision of the year makes working or free, whatever the week says."""

    day = models.DateField(unique=True)
    working = models.BooleanField()
    decision = models.TextField(blank=True)

    class Meta:
        ordering = ["day"]


class DeliveryState(models.TextChoices):
    WAITING = "waiting", _("chờ gửi")
    SENDING = "sending", _("đang gửi")
    SENT = "sent", _("đã gửi")
    FAILED = "failed", _("không gửi được")
    UNCLEAR = "unclear", _("không rõ đã gửi chưa")


class Delivery(models.Model):
    """An e-mail in the outbox. ``key`` names the reason it exists, so that one reason gives one e-mail."""

    key = models.CharField(max_length=200, unique=True)
    officer = models.ForeignKey(Officer, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    address = models.EmailField()
    subject = models.CharField(max_length=255)
    body = models.TextField()
    state = models.CharField(max_length=8, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    reason = models.TextField(blank=True)
    created_at = models.DateTimeField(default=clock.now)
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = [models.Index(name="delivery_by_state", fields=["state", "created_at"])]
        constraints = [
            models.CheckConstraint(
                name="delivery_sent_at_when_sent",
                condition=(Q(state="sent") & ~Q(sent_at=None)) | (~Q(state="sent") & Q(sent_at=None)),
            )
        ]


class Notice(models.Model):
    """A line under the bell."""

    officer = models.ForeignKey(Officer, on_delete=models.CASCADE, related_name="notices")
    text = models.TextField()
    url = models.CharField(max_length=255, blank=True)
    kind = models.CharField(max_length=40)
    created_at = models.DateTimeField(default=clock.now)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(name="notice_by_officer", fields=["officer", "read_at", "-created_at"])]
