"""What the SensorThings interface has to remember beside the observations."""

from __future__ import annotations

from django.db import models

from giapranh.water.models.observations import Feature, Location, Series


class MovedObservation(models.Model):
    """The old id of an observation whose time was changed, where the node allows that: it goes on being an address."""

    id = models.BigIntegerField(primary_key=True)
    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="+")
    time = models.DateTimeField()

    class Meta:
        indexes = [models.Index(name="moved_observation_by_key", fields=["series", "time"])]


class LocationFeature(models.Model):
    """The feature that was made from a location for observations that named none; one per location, used again."""

    location = models.OneToOneField(Location, primary_key=True, on_delete=models.CASCADE, related_name="+")
    feature = models.ForeignKey(Feature, on_delete=models.CASCADE, related_name="+")
