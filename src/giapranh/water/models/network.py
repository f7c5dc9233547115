"""Rivers as directed lines with kilometres above the mouth, what stands on them, and the stations that watch them."""

from __future__ import annotations

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from giapranh.kernel import ids
from giapranh.places.named import DatedRow, Named, ends_after_start


class Bank(models.TextChoices):
    """Looking downstream."""

    LEFT = "left", _("bờ trái")
    RIGHT = "right", _("bờ phải")
    MIDDLE = "middle", _("giữa dòng")
    BOTH = "both", _("hai bờ")
    UNKNOWN = "", _("không rõ")


class Watercourse(Named):
    """One river with one chainage: ``km`` counts upwards from the mouth (KP 0).

    Water flows towards smaller kilometres and, at KP 0, into ``flows_into`` at its ``joins_at_km``.
    """

    uid = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    river = models.ForeignKey("places.River", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    length_km = models.FloatField()
    flows_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="tributaries")
    joins_at_km = models.FloatField(null=True, blank=True)
    joins_bank = models.CharField(max_length=6, choices=Bank.choices, blank=True)
    chainage_version = models.CharField(max_length=60)
    velocity_low = models.FloatField(null=True, blank=True)  # m/s, slowest that is reckoned with
    velocity_high = models.FloatField(null=True, blank=True)  # m/s, fastest that is reckoned with
    source = models.TextField(blank=True)
    note = models.TextField(blank=True)
    illustrative = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(name="watercourse_has_length", condition=Q(length_km__gt=0)),
            models.CheckConstraint(name="watercourse_is_not_its_own_mouth", condition=~Q(flows_into=F("pk"))),
            models.CheckConstraint(
                name="watercourse_joins_somewhere",
                condition=Q(flows_into=None, joins_at_km=None) | Q(flows_into__isnull=False, joins_at_km__gte=0),
            ),
            models.CheckConstraint(
                name="watercourse_velocities_in_order",
                condition=Q(velocity_low=None, velocity_high=None)
                | Q(velocity_low__gt=0, velocity_high__gte=F("velocity_low")),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CoursePoint(models.Model):
    """A point of the line, WGS 84."""

    watercourse = models.ForeignKey(Watercourse, on_delete=models.CASCADE, related_name="points")
    km = models.FloatField()
    lon = models.FloatField()
    lat = models.FloatField()

    class Meta:
        ordering = ["-km"]
        constraints = [models.UniqueConstraint(name="course_point_once", fields=["watercourse", "km"])]


class BankReach(DatedRow):
    """Which administrative unit lies on a bank between two kilometres."""

    watercourse = models.ForeignKey(Watercourse, on_delete=models.CASCADE, related_name="banks")
    bank = models.CharField(max_length=6, choices=Bank.choices)
    km_upper = models.FloatField()
    km_lower = models.FloatField()
    unit = models.ForeignKey(
        "places.AdministrativeUnit", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    unit_name = models.CharField(max_length=120)
    province_code = models.CharField(max_length=10)
    source = models.TextField(blank=True)

    class Meta:
        constraints = [
            ends_after_start("bank_reach_ends_after_it_starts"),
            models.CheckConstraint(name="bank_reach_runs_downstream", condition=Q(km_upper__gte=F("km_lower"))),
        ]


class Reach(DatedRow, Named):
    """A stretch of river that a plan, a border or an alert rule speaks of."""

    watercourse = models.ForeignKey(Watercourse, on_delete=models.CASCADE, related_name="reaches")
    name = models.CharField(max_length=200)
    km_upper = models.FloatField()
    km_lower = models.FloatField()
    is_border = models.BooleanField(default=False)  # the river itself is the provincial border here
    border_provinces = models.JSONField(default=list, blank=True)  # codes: [left bank, right bank]
    source = models.TextField(blank=True)
    illustrative = models.BooleanField(default=False)

    class Meta:
        constraints = [
            ends_after_start("reach_ends_after_it_starts"),
            models.CheckConstraint(name="reach_runs_downstream", condition=Q(km_upper__gte=F("km_lower"))),
        ]

    def __str__(self) -> str:
        return self.name


class TargetClass(DatedRow):
    """The class a reach must meet, by decision of the competent authority (a plan, never the standard itself)."""

    reach = models.ForeignKey(Reach, on_delete=models.CASCADE, related_name="targets")
    regulation = models.CharField(max_length=40)  # key in data/limits: qcvn_08_2023_table_2 …
    class_code = models.CharField(max_length=4)  # A B C D, A1 A2 B1 B2
    decision = models.CharField(max_length=200)
    source = models.TextField(blank=True)

    class Meta:
        constraints = [ends_after_start("target_class_ends_after_it_starts")]


class FeatureKind(models.TextChoices):
    INTAKE = "intake", _("công trình lấy nước")
    OUTFALL = "outfall", _("điểm xả")
    POLLUTION_SOURCE = "pollution_source", _("nguồn thải khác")
    WEIR = "weir", _("đập, cống")
    RESERVOIR = "reservoir", _("hồ chứa")
    GAUGE = "gauge", _("trạm thủy văn")
    CONFLUENCE = "confluence", _("ngã ba sông")
    LANDMARK = "landmark", _("mốc")
    BORDER = "border", _("điểm ranh giới")


@pghistory.track(exclude=["search_key", "sort_key"])
class RiverFeature(DatedRow, Named):
    """Something on a river: an intake to protect, an outfall that may harm, a weir, a landmark."""

    uid = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    watercourse = models.ForeignKey(Watercourse, on_delete=models.CASCADE, related_name="features")
    kind = models.CharField(max_length=20, choices=FeatureKind.choices)
    name = models.CharField(max_length=200)
    km = models.FloatField()
    km_uncertainty = models.FloatField(default=0)
    bank = models.CharField(max_length=6, choices=Bank.choices, blank=True)
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    unit = models.ForeignKey(
        "places.AdministrativeUnit", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    province_code = models.CharField(max_length=10, blank=True)
    details = models.JSONField(default=dict, blank=True)  # serves, m3_per_day, parameters it may release …
    restricted = models.BooleanField(default=False)  # shown only to own offices that handle incidents
    confidence = models.CharField(max_length=60, blank=True)
    source = models.TextField(blank=True)
    illustrative = models.BooleanField(default=False)

    class Meta:
        constraints = [ends_after_start("river_feature_ends_after_it_starts")]
        indexes = [models.Index(name="river_feature_by_km", fields=["watercourse", "km"])]

    def __str__(self) -> str:
        return self.name


class StationKind(models.TextChoices):
    AUTOMATIC = "automatic", _("trạm tự động")
    MANUAL = "manual", _("điểm lấy mẫu")
    WASTEWATER = "wastewater", _("trạm nước thải tự động")
    OTHER = "other", _("khác")


@pghistory.track(exclude=["search_key", "sort_key"])
class Station(DatedRow, Named):
    """Where water is watched: an automatic station or a sampling point. A Thing of SensorThings is a station."""

    uid = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    code = models.CharField(max_length=60, blank=True)  # as in file names: LS_QT01_NUO001
    name = models.TextField()
    description = models.TextField(blank=True)
    kind = models.CharField(max_length=12, choices=StationKind.choices, default=StationKind.OTHER)
    water_body = models.CharField(max_length=12, default="river")  # river | lake | wastewater
    watercourse = models.ForeignKey(
        Watercourse, null=True, blank=True, on_delete=models.PROTECT, related_name="stations"
    )
    km = models.FloatField(null=True, blank=True)
    bank = models.CharField(max_length=6, choices=Bank.choices, blank=True)
    depth_m = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    unit = models.ForeignKey(
        "places.AdministrativeUnit", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    owner = models.ForeignKey("people.Office", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    owner_name = models.CharField(max_length=200, blank=True)  # where the owner is not an office of this node
    node = models.CharField(max_length=60, blank=True)  # "" = ours; else the neighbour that owns the record
    counterpart = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    feature = models.ForeignKey(RiverFeature, null=True, blank=True, on_delete=models.SET_NULL, related_name="stations")
    file_layout = models.CharField(max_length=40, blank=True)  # key of rules/folders
    file_columns = models.CharField(max_length=60, blank=True)  # order of columns, "" = Circular 10/2021
    door_account = models.CharField(max_length=60, blank=True)  # account of the file door
    door_password = models.CharField(max_length=200, blank=True)  # hashed
    properties = models.JSONField(default=dict, blank=True)
    source = models.TextField(blank=True)
    illustrative = models.BooleanField(default=False)

    class Meta:
        constraints = [
            ends_after_start("station_ends_after_it_starts"),
            models.UniqueConstraint(name="station_code_once", fields=["code", "valid_from"], condition=~Q(code=""),
                                    nulls_distinct=False),
            models.UniqueConstraint(name="station_account_once", fields=["door_account"],
                                    condition=~Q(door_account="")),
        ]  # fmt: skip
        indexes = [models.Index(name="station_by_km", fields=["watercourse", "km"])]

    def __str__(self) -> str:
        return self.name

    def words_to_find(self) -> list[str]:
        return [self.name, self.code]
