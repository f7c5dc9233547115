"""Sampling by people: the plan of a campaign, and the samples taken."""

from __future__ import annotations

from typing import Any

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from giapranh.kernel import ids
from giapranh.places.named import Named
from giapranh.water.models.network import Bank, Station
from giapranh.water.models.observations import SourceFile


@pghistory.track(exclude=["search_key", "sort_key"])
class Campaign(Named):
    """A sampling plan of a year or a season, with the paper it rests on."""

    uid = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    name = models.CharField(max_length=200)
    office = models.ForeignKey("people.Office", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    paper = models.ForeignKey("documents.Paper", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField()
    joint_with = models.CharField(max_length=200, blank=True)  # the neighbour who samples along
    note = models.TextField(blank=True)
    illustrative = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(name="campaign_ends_after_it_starts", condition=Q(ends_on__gte=F("starts_on")))
        ]

    def __str__(self) -> str:
        return self.name


class PlannedSample(models.Model):
    """One visit that is due: a point, a window of days, the parameters."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="planned")
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="planned_samples")
    from_day = models.DateField()
    to_day = models.DateField()
    parameters: Any = ArrayField(models.CharField(max_length=40), default=list)
    office = models.ForeignKey("people.Office", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(name="planned_sample_window", condition=Q(to_day__gte=F("from_day"))),
            models.UniqueConstraint(name="planned_sample_once", fields=["campaign", "station", "from_day"]),
        ]


@pghistory.track()
class Sample(models.Model):
    """Water taken at a point at an instant; its results are observations of that station at that instant."""

    uid = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="samples")
    planned = models.ForeignKey(PlannedSample, null=True, blank=True, on_delete=models.SET_NULL, related_name="samples")
    taken_at = models.DateTimeField()
    bank = models.CharField(max_length=6, choices=Bank.choices, blank=True)
    depth_m = models.FloatField(null=True, blank=True)
    floating_rubbish = models.BooleanField(null=True, blank=True)  # decides between TSS classes C and D
    laboratory = models.CharField(max_length=200, blank=True)
    sample_code = models.CharField(max_length=60, blank=True)
    seal = models.CharField(max_length=60, blank=True)
    taken_by = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)
    source = models.ForeignKey(SourceFile, null=True, blank=True, on_delete=models.PROTECT, related_name="samples")
    by = models.ForeignKey("people.Officer", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    illustrative = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(name="sample_once", fields=["station", "taken_at", "bank"])]
