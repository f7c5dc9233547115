"""Incidents, what is told to the neighbour about them, and drills."""

from __future__ import annotations

from typing import Any

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from giapranh.kernel import ids
from giapranh.places.named import Named
from giapranh.water.models.alerts import Alert
from giapranh.water.models.campaigns import Sample
from giapranh.water.models.network import Bank, RiverFeature, Watercourse
from giapranh.water.rules.incidents import EXTENT_WORDS, INCIDENT_WORDS, IncidentState
from giapranh.water.rules.notices import NOTICE_STATE_WORDS, NOTICE_WORDS, NoticeState

INCIDENT_STATES = [(state.value, _(word)) for state, word in INCIDENT_WORDS.items()]
EXTENTS = [(extent.value, _(word)) for extent, word in EXTENT_WORDS.items()]
NOTICE_STATES = [(state.value, _(word)) for state, word in NOTICE_STATE_WORDS.items()]
NOTICE_KINDS = [(kind.value, _(word)) for kind, word in NOTICE_WORDS.items()]
OFFICER = "people.Officer"


class Sign(models.TextChoices):
    DEAD_FISH = "dead_fish", _("cá chết")
    COLOUR = "colour", _("nước đổi màu")
    SMELL = "smell", _("mùi lạ")
    FOAM = "foam", _("bọt")
    OIL = "oil", _("váng dầu")
    RUBBISH = "rubbish", _("rác nổi")
    DISCHARGE = "discharge", _("thấy xả thải")
    READINGS = "readings", _("số liệu bất thường")


@pghistory.track(
    exclude=["search_key", "sort_key"],
    obj_field=pghistory.ObjForeignKey(related_name="row_history"),
    model_name="IncidentHistory",
)
class Incident(Named):
    """Something that happened to a river, from the first suspicion to its close.

    ``suspected_source`` and ``suspected_feature`` are kept apart: pages, notices and shares leave them out, save for
    those who handle incidents.
    """

    uid = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    year = models.SmallIntegerField()
    n = models.IntegerField()
    name = models.CharField(max_length=200)
    state = models.CharField(max_length=16, choices=INCIDENT_STATES, default=IncidentState.SUSPECTED)
    is_drill = models.BooleanField(default=False)
    extent = models.CharField(max_length=10, choices=EXTENTS, blank=True)  # as a person decided it
    provinces: Any = ArrayField(models.CharField(max_length=10), default=list, blank=True)

    finder = models.CharField(max_length=200)
    seen_at = models.DateTimeField()
    watercourse = models.ForeignKey(Watercourse, on_delete=models.PROTECT, related_name="incidents")
    km = models.FloatField()
    bank = models.CharField(max_length=6, choices=Bank.choices, blank=True)
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    commune = models.CharField(max_length=200, blank=True)
    signs: Any = ArrayField(models.CharField(max_length=12, choices=Sign.choices), default=list, blank=True)
    description = models.TextField(blank=True)
    cause = models.TextField(blank=True)
    effect = models.TextField(blank=True)
    water_level = models.FloatField(null=True, blank=True)
    flow = models.FloatField(null=True, blank=True)
    steps = models.TextField(blank=True)
    samples_words = models.TextField(blank=True)
    suspected_source = models.TextField(blank=True)
    suspected_feature = models.ForeignKey(
        RiverFeature, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    next_report_at = models.DateTimeField(null=True, blank=True)
    ministry_reported_at = models.DateTimeField(null=True, blank=True)
    ministry_document = models.CharField(max_length=200, blank=True)

    alerts = models.ManyToManyField(Alert, related_name="incidents", blank=True)
    samples = models.ManyToManyField(Sample, related_name="incidents", blank=True)
    papers = models.ManyToManyField("documents.Paper", related_name="+", blank=True)
    owner = models.ForeignKey("people.Office", null=True, on_delete=models.PROTECT, related_name="+")
    created_by = models.ForeignKey(OFFICER, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(OFFICER, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(OFFICER, null=True, on_delete=models.PROTECT, related_name="+")
    outcome = models.TextField(blank=True)
    illustrative = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="incident_number_once", fields=["year", "n"]),
            models.CheckConstraint(
                name="incident_confirmed_by_a_person",
                condition=Q(confirmed_at=None, confirmed_by=None)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
            ),
            models.CheckConstraint(
                name="incident_closed_with_words",
                condition=Q(state__in=["closed", "false_alarm"], closed_at__isnull=False, closed_by__isnull=False)
                & ~Q(outcome="")
                | ~Q(state__in=["closed", "false_alarm"]) & Q(closed_at=None, closed_by=None),
            ),
            models.CheckConstraint(
                name="incident_wide_is_told_to_the_ministry",
                condition=~Q(state="closed") | ~Q(extent="national") | Q(is_drill=True)
                | (Q(ministry_reported_at__isnull=False) & ~Q(ministry_document="")),
            ),
            models.CheckConstraint(name="incident_km_not_negative", condition=Q(km__gte=0)),
        ]  # fmt: skip
        indexes = [models.Index(name="incident_by_time", fields=["-seen_at"])]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def number(self) -> str:
        """``SC-2026-003``; a drill says so in its number: ``DT-2026-004``."""
        return f"{'DT' if self.is_drill else 'SC'}-{self.year}-{self.n:03d}"

    def words_to_find(self) -> list[str]:
        return [self.name, self.number]


class IncidentEvent(models.Model):
    """The line of time of an incident."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="events")
    what = models.CharField(max_length=20)
    from_state = models.CharField(max_length=16, blank=True)
    to_state = models.CharField(max_length=16, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(OFFICER, null=True, on_delete=models.PROTECT, related_name="+")
    words = models.TextField(blank=True)

    class Meta:
        ordering = ["at", "id"]


class IncidentPhoto(models.Model):
    """A photo of the place; the bytes are in the vault under their hash."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="photos")
    blob = models.ForeignKey("documents.Blob", on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=250)
    words = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(OFFICER, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        constraints = [models.UniqueConstraint(name="incident_photo_once", fields=["incident", "blob"])]


@pghistory.track()
class Notice(models.Model):
    """One notice of an incident to (or from) one neighbour, numbered within both. ``content`` is what left, word for
    word; ``bundle`` the evidence that went with it."""

    uid = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="notices")
    incoming = models.BooleanField(default=False)
    kind = models.CharField(max_length=12, choices=NOTICE_KINDS)
    n = models.IntegerField()
    province = models.CharField(max_length=10)
    neighbour = models.ForeignKey("people.Office", null=True, on_delete=models.PROTECT, related_name="+")
    neighbour_name = models.CharField(max_length=250)
    state = models.CharField(max_length=12, choices=NOTICE_STATES, default=NoticeState.PREPARED)
    words = models.TextField(blank=True)  # what the sender adds to the content
    content: Any = models.JSONField(default=dict)
    paper = models.ForeignKey("documents.Paper", null=True, on_delete=models.PROTECT, related_name="+")
    bundle = models.ForeignKey("documents.Blob", null=True, on_delete=models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField(null=True)
    prepared_by = models.ForeignKey(OFFICER, null=True, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(null=True)
    sent_by = models.ForeignKey(OFFICER, null=True, on_delete=models.PROTECT, related_name="+")
    sent_words = models.TextField(blank=True)  # by which way, to whom: the proof that it left
    acknowledge_by = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_words = models.TextField(blank=True)  # who there, by which way
    answered_at = models.DateTimeField(null=True)
    answer_words = models.TextField(blank=True)
    answer_paper = models.ForeignKey("documents.Paper", null=True, on_delete=models.PROTECT, related_name="+")
    urged_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(OFFICER, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    illustrative = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="water_notice_number_once", fields=["incident", "province", "incoming", "n"]
            ),
            models.CheckConstraint(
                name="water_notice_sent_with_proof",
                condition=Q(sent_at=None) | ~Q(sent_words=""),
            ),
            models.CheckConstraint(
                name="water_notice_acknowledged_with_words",
                condition=Q(acknowledged_at=None) | ~Q(acknowledged_words=""),
            ),
            models.CheckConstraint(
                name="water_notice_sent_when_sent",
                condition=Q(state__in=["prepared", "withdrawn"], sent_at=None)
                | Q(state__in=["sent", "acknowledged", "answered"], sent_at__isnull=False),
            ),
        ]  # fmt: skip
        indexes = [models.Index(name="water_notice_by_state", fields=["state", "acknowledge_by"])]

    def __str__(self) -> str:
        """What came by the exchange keeps the number that stands in their letter, not the one of our incident."""
        theirs = str(self.content.get("number") or "")[:40] if self.incoming and isinstance(self.content, dict) else ""
        return f"{theirs or self.incident.number}/{self.n}"


@pghistory.track()
class Drill(models.Model):
    """An exercise nobody was told of. Its incident is marked as a drill wherever it shows."""

    incident = models.OneToOneField(Incident, on_delete=models.PROTECT, related_name="drill")
    province = models.CharField(max_length=10)
    answer_hours = models.FloatField(default=6)
    started_by = models.ForeignKey(OFFICER, null=True, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    points = models.SmallIntegerField(null=True)
    out_of = models.SmallIntegerField(null=True)
    score: Any = models.JSONField(default=list)
    note = models.TextField(blank=True)
