"""Series and observations. Raw rows are written once by COPY and never altered; corrections stand beside them.

The table of observations is partitioned by month and made by hand-written SQL (migrations/0002); its row is kept
small on purpose: 64 bytes with its header, one key (series, time). What few rows need stands in ``ObservationDetail``.
"""

from __future__ import annotations

from typing import Any

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from giapranh.kernel import ids
from giapranh.places.named import DatedRow, ends_after_start
from giapranh.water.models.network import Station

# The mean of a column in SQL. avg() squares values on its way, so one of 1e200 makes the database refuse the whole
# question; here they are made smaller by a power of two, which loses nothing, and what would vanish counts as nought.
MEAN = (
    "(sum(CASE WHEN abs({v}) < 1e-280 THEN 0 ELSE {v} * 2::float8 ^ -60 END) / nullif(count({v}), 0) * 2::float8 ^ 60)"
)


class ObservedProperty(models.Model):
    """What is measured. ``parameter`` is the key in data/parameters.toml; "" when a client brought its own."""

    parameter = models.CharField(max_length=40, blank=True, db_index=True)
    name = models.TextField()
    definition = models.TextField()
    description = models.TextField(blank=True)
    properties = models.JSONField(default=dict, blank=True)


class Sensor(models.Model):
    """A device, or the method of a laboratory."""

    name = models.TextField()
    description = models.TextField(blank=True)
    encoding_type = models.TextField(default="text/html")
    metadata = models.JSONField(default=str)
    properties = models.JSONField(default=dict, blank=True)


class Location(models.Model):
    name = models.TextField()
    description = models.TextField(blank=True)
    encoding_type = models.TextField(default="application/geo+json")
    location = models.JSONField()  # GeoJSON geometry or feature, WGS 84
    properties = models.JSONField(default=dict, blank=True)
    stations = models.ManyToManyField(Station, related_name="locations", blank=True)


class HistoricalLocation(models.Model):
    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="historical_locations")
    time = models.DateTimeField()
    locations = models.ManyToManyField(Location, related_name="historical_locations", blank=True)


class Feature(models.Model):
    """A FeatureOfInterest of SensorThings: what the result is about; by default where the station stands."""

    name = models.TextField()
    description = models.TextField(blank=True)
    encoding_type = models.TextField(default="application/geo+json")
    feature = models.JSONField()
    properties = models.JSONField(default=dict, blank=True)


@pghistory.track(exclude=[
    "count", "first_time", "last_time", "last_value", "last_flag", "last_arrived",
    "result_time_first", "result_time_last", "next_due_at", "quality_reference",
])  # fmt: skip
class Series(DatedRow):
    """Station × parameter × unit × basis × cycle × device. A Datastream of SensorThings is a series.

    ``count`` … ``last_arrived`` are kept in the same transaction as the rows they speak of.
    """

    id = models.AutoField(primary_key=True)  # 32 bits: it stands in every observation
    uid = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="series")
    observed_property = models.ForeignKey(ObservedProperty, on_delete=models.PROTECT, related_name="series")
    sensor = models.ForeignKey(Sensor, on_delete=models.PROTECT, related_name="series")
    feature = models.ForeignKey(Feature, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    parameter = models.CharField(max_length=40, blank=True, db_index=True)  # key of data/parameters.toml
    basis = models.CharField(max_length=20, blank=True)  # "N", "P", "ion", "total", "dissolved" …
    name = models.TextField()
    description = models.TextField(blank=True)
    observation_type = models.TextField(default="http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement")
    unit_name = models.TextField(blank=True)
    unit_symbol = models.TextField(blank=True)  # as shown: mg/L
    unit_definition = models.TextField(blank=True)  # UCUM address or code
    unit_of_measurement = models.JSONField(default=dict, blank=True)  # exactly as a client gave it
    cycle_seconds = models.IntegerField(null=True, blank=True)  # how often a new value is due in the file
    measuring_cycle_seconds = models.IntegerField(null=True, blank=True)  # how often the device measures anew
    mdl = models.FloatField(null=True, blank=True)  # method detection limit, in the unit of the series
    properties = models.JSONField(default=dict, blank=True)
    observed_area = models.JSONField(null=True, blank=True)
    illustrative = models.BooleanField(default=False)

    count = models.BigIntegerField(default=0, editable=False)
    first_time = models.DateTimeField(null=True, editable=False)
    last_time = models.DateTimeField(null=True, editable=False)
    last_value = models.FloatField(null=True, editable=False)
    last_flag = models.SmallIntegerField(null=True, editable=False)
    last_arrived = models.DateTimeField(null=True, editable=False)
    result_time_first = models.DateTimeField(null=True, editable=False)
    result_time_last = models.DateTimeField(null=True, editable=False)
    next_due_at = models.DateTimeField(null=True, editable=False)  # silent when this has passed
    quality_reference = models.FloatField(null=True, editable=False)  # median of late good rows: for relative limits

    class Meta:
        constraints = [ends_after_start("series_ends_after_it_starts")]

    def __str__(self) -> str:
        return self.name


class FileColumn(models.Model):
    """Which series a symbol in a station's file, or a head in a laboratory's sheet, stands for."""

    station = models.ForeignKey(Station, null=True, blank=True, on_delete=models.CASCADE, related_name="columns")
    sheet = models.CharField(max_length=120, blank=True)  # the remembered form of a laboratory's sheet
    symbol = models.CharField(max_length=200)
    series = models.ForeignKey(Series, null=True, blank=True, on_delete=models.CASCADE, related_name="columns")
    parameter = models.CharField(max_length=40, blank=True)
    basis = models.CharField(max_length=20, blank=True)
    unit_symbol = models.CharField(max_length=40, blank=True)
    factor = models.FloatField(default=1)  # value in the series' unit = value in the file × factor
    ignored = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="file_column_once", fields=["station", "sheet", "symbol"], nulls_distinct=False
            )
        ]


class QualityThreshold(DatedRow):
    """The limits of the quality checks of one series over a period; keys as in rules/quality.Thresholds."""

    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="thresholds")
    settings = models.JSONField()
    why = models.TextField(blank=True)
    by = models.ForeignKey("people.Officer", null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [ends_after_start("quality_threshold_ends_after_it_starts")]


class SourceKind(models.TextChoices):
    STATION_FILE = "station_file", _("tệp trạm tự động")
    LAB_SHEET = "lab_sheet", _("phiếu kết quả phòng thí nghiệm")
    SENSORTHINGS = "sensorthings", _("giao diện SensorThings")
    HAND = "hand", _("nhập tay")
    NEIGHBOUR = "neighbour", _("tỉnh bạn gửi")
    DEMO = "demo", _("dữ liệu minh họa")


class SourceFile(models.Model):
    """Where rows came from: one file, or one sitting at a form. The same bytes for the same station come in once."""

    id = models.AutoField(primary_key=True)
    kind = models.CharField(max_length=14, choices=SourceKind.choices)
    name = models.TextField(blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.BigIntegerField(default=0)
    station = models.ForeignKey(Station, null=True, blank=True, on_delete=models.PROTECT, related_name="source_files")
    received_at = models.DateTimeField()
    by = models.ForeignKey("people.Officer", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    rows_stored = models.IntegerField(default=0)
    rows_known = models.IntegerField(default=0)  # already there, same value
    rows_refused = models.IntegerField(default=0)
    refusals = models.JSONField(default=list, blank=True)  # [{"line", "what", "params"}], the first hundred

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="source_file_once", fields=["sha256", "station"], condition=~Q(sha256=""), nulls_distinct=False
            )
        ]
        indexes = [models.Index(name="source_file_by_arrival", fields=["-received_at"])]


class Observation(models.Model):
    """One value. ``value`` null with a ``reason`` when the device or the row was faulty; never 0 for "unknown"."""

    pk = models.CompositePrimaryKey("series_id", "time")
    time = models.DateTimeField()  # phenomenon time, whole milliseconds
    arrived = models.DateTimeField()
    value = models.FloatField(null=True)
    series = models.ForeignKey(Series, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    source = models.ForeignKey(
        SourceFile, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    flag = models.SmallIntegerField(default=2)  # QARTOD 1 2 3 4 9
    reason = models.SmallIntegerField(default=0)  # rules/quality.Reason: which check, or why there is no value
    status = models.SmallIntegerField(default=0)  # device status of Circular 10/2021: 0 1 2; -1 = none given
    censored = models.SmallIntegerField(default=0)  # -1: below the detection limit (value = that limit), 1: above range

    class Meta:
        managed = False
        db_table = "water_observation"


class MonthValues(models.Model):
    """How often each value stands in a month of a series that is over: what counting by value is answered from.

    ``values`` are the different ones in rising order, ``up_to[n]`` how many rows hold ``values[n]`` or less. Both are
    null for a month whose values hardly repeat. Kept by ``services.month_values``; rows that come late drop it.
    """

    pk = models.CompositePrimaryKey("series_id", "month")
    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="+", db_index=False)
    month = models.DateField()  # its first day, UTC
    rows = models.IntegerField()  # those without a value too
    values = ArrayField(models.FloatField(), null=True)
    up_to = ArrayField(models.IntegerField(), null=True)


class ObservationDetail(models.Model):
    """What only few observations have. Same key as the observation."""

    pk = models.CompositePrimaryKey("series_id", "time")
    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="+")
    time = models.DateTimeField()
    end_time = models.DateTimeField(null=True)  # a phenomenon time that is an interval
    result: Any = models.JSONField(null=True)  # a result that is not a number
    result_time = models.DateTimeField(null=True)
    valid_from = models.DateTimeField(null=True)
    valid_to = models.DateTimeField(null=True)
    result_quality: Any = models.JSONField(null=True)
    parameters: Any = models.JSONField(null=True)
    feature = models.ForeignKey(Feature, null=True, on_delete=models.CASCADE, related_name="+")
    raw_text = models.TextField(blank=True)  # what stood in the file where no number could be kept


class Correction(models.Model):
    """A person's word on one observation, beside the raw value. The newest holds."""

    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="corrections")
    time = models.DateTimeField()
    value = models.FloatField(null=True)  # null = rejected
    flag = models.SmallIntegerField()
    why = models.TextField()
    by = models.ForeignKey("people.Officer", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(name="correction_by_key", fields=["series", "time", "-at"])]
