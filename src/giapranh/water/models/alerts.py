"""Rules that watch the water, the alerts they raise, and who is on call."""

from __future__ import annotations

from typing import Any

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from giapranh.kernel import ids
from giapranh.places.named import DatedRow, Named, ends_after_start
from giapranh.water.models.network import Reach, Station
from giapranh.water.models.observations import Series
from giapranh.water.rules.alert_clocks import SEVERITY_WORDS, Severity
from giapranh.water.rules.alert_states import STATE_WORDS, AlertState

ALERT_STATES = [(state.value, _(word)) for state, word in STATE_WORDS.items()]
SEVERITIES = [(severity.value, _(word)) for severity, word in SEVERITY_WORDS.items()]
OFFICER = "people.Officer"


class RuleKind(models.TextChoices):
    LEVEL = "level", _("vượt giới hạn")
    RATE = "rate", _("thay đổi nhanh")
    QUALITY = "quality", _("số liệu không đạt kiểm tra")
    SILENCE = "silence", _("không có số liệu")
    WQI = "wqi", _("chỉ số VN_WQI thấp")


class LimitSource(models.TextChoices):
    OWN = "own", _("số tự đặt")
    TABLE_1 = "table1", _("giới hạn bảo vệ sức khỏe con người (Bảng 1)")
    CLASS = "class", _("một mức của quy chuẩn")
    TARGET = "target", _("mức mà đoạn sông phải đạt")


class RateDirection(models.TextChoices):
    BOTH = "both", _("tăng hoặc giảm")
    UP = "up", _("tăng")
    DOWN = "down", _("giảm")


@pghistory.track(exclude=["search_key", "sort_key"])
class AlertRule(Named, DatedRow):
    """What shall be watched where, from when it counts, whose it is, and who hears of it."""

    uid = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=8, choices=RuleKind.choices)
    series = models.ForeignKey(Series, null=True, blank=True, on_delete=models.CASCADE, related_name="alert_rules")
    station = models.ForeignKey(Station, null=True, blank=True, on_delete=models.CASCADE, related_name="alert_rules")
    reach = models.ForeignKey(Reach, null=True, blank=True, on_delete=models.CASCADE, related_name="alert_rules")
    parameter = models.CharField(max_length=40, blank=True)

    limit_source = models.CharField(max_length=8, choices=LimitSource.choices, blank=True)
    class_code = models.CharField(max_length=4, blank=True)
    low = models.FloatField(null=True, blank=True)
    high = models.FloatField(null=True, blank=True)
    clear_value = models.FloatField(null=True, blank=True)
    hysteresis_percent = models.FloatField(default=5)
    with_tendency = models.BooleanField(default=False)  # 70 % of the limit
    with_preparing = models.BooleanField(default=False)  # 90 % of the limit
    per_hour = models.FloatField(null=True, blank=True)
    rate_direction = models.CharField(max_length=4, choices=RateDirection.choices, default=RateDirection.BOTH)
    wqi_at_most = models.SmallIntegerField(null=True, blank=True)
    silence_minutes = models.IntegerField(null=True, blank=True)  # null: when the series itself says it is late

    grace_minutes = models.IntegerField(default=0)
    min_values = models.IntegerField(default=1)
    clear_minutes = models.IntegerField(default=60)
    max_age_hours = models.IntegerField(default=72)  # older rows are history: they raise nothing
    severity = models.CharField(max_length=8, choices=SEVERITIES, default=Severity.WARNING)
    owner = models.ForeignKey("people.Office", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    acknowledge_minutes = models.IntegerField(default=60)
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_to = models.TimeField(null=True, blank=True)
    ladder: Any = models.JSONField(default=list, blank=True)  # [{"after_minutes": 30, "to": "office_head"}]
    note = models.TextField(blank=True)
    created_by = models.ForeignKey(OFFICER, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    illustrative = models.BooleanField(default=False)

    class Meta:
        constraints = [
            ends_after_start("alert_rule_ends_after_it_starts"),
            models.CheckConstraint(
                name="alert_rule_one_place",
                condition=Q(series__isnull=False, station=None, reach=None)
                | Q(series=None, station__isnull=False, reach=None)
                | Q(series=None, station=None, reach__isnull=False),
            ),
            models.CheckConstraint(
                name="alert_rule_times_positive",
                condition=Q(grace_minutes__gte=0, clear_minutes__gte=0, min_values__gte=1, acknowledge_minutes__gte=1,
                            max_age_hours__gte=1),
            ),
            models.CheckConstraint(
                name="alert_rule_quiet_both_or_neither",
                condition=Q(quiet_from=None, quiet_to=None) | Q(quiet_from__isnull=False, quiet_to__isnull=False),
            ),
            models.CheckConstraint(name="alert_rule_hysteresis", condition=Q(hysteresis_percent__range=(0, 90))),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


@pghistory.track(
    fields=["state", "level", "acknowledged_by", "ended_by", "end_words", "assigned"],
    obj_field=pghistory.ObjForeignKey(related_name="row_history"),
    model_name="AlertHistory",
)
class Alert(models.Model):
    """One rule at one station, from its first sign to its end. It grows; while it lives there is no second one.

    ``watches`` is what ``rules/alert_states`` remembers of each series. A person may end an alert while the water is
    still bad: then ``muted`` keeps it silent until the water was calm once, or the level rises above ``muted_level``.
    """

    uid = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    rule = models.ForeignKey(AlertRule, on_delete=models.PROTECT, related_name="alerts")
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="alerts")
    state = models.CharField(max_length=12, choices=ALERT_STATES)
    severity = models.CharField(max_length=8, choices=SEVERITIES)
    level = models.SmallIntegerField(default=0)  # 1 tendency, 2 preparing, 3 exceeded
    watches: Any = models.JSONField(default=dict)
    muted = models.BooleanField(default=False)
    muted_level = models.SmallIntegerField(default=0)

    since = models.DateTimeField()  # when the water began to be so
    opened_at = models.DateTimeField(null=True)
    count = models.BigIntegerField(default=0)
    peak = models.FloatField(null=True)
    peak_at = models.DateTimeField(null=True)
    last_value = models.FloatField(null=True)
    last_at = models.DateTimeField(null=True)
    limit = models.FloatField(null=True)
    limit_words = models.TextField(blank=True)
    parameters: Any = ArrayField(models.CharField(max_length=40), default=list)

    owner = models.ForeignKey("people.Office", null=True, on_delete=models.PROTECT, related_name="+")
    assigned = models.ForeignKey(OFFICER, null=True, on_delete=models.PROTECT, related_name="+")
    acknowledge_by = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(OFFICER, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(OFFICER, null=True, on_delete=models.PROTECT, related_name="+")
    end_words = models.TextField(blank=True)

    tell_at = models.DateTimeField(null=True)  # people hear then; null when nothing is waiting to be told
    told_at = models.DateTimeField(null=True)
    told_level = models.SmallIntegerField(default=0)
    climbed = models.SmallIntegerField(default=0)
    reminded_at = models.DateTimeField(null=True)
    waiting_since = models.DateTimeField(null=True)  # no values come: the alert waits for them
    illustrative = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="alert_one_at_a_time", fields=["rule", "station"],
                condition=~Q(state=AlertState.ENDED) | Q(muted=True),
            ),
            models.CheckConstraint(
                name="alert_ended_when_ended",
                condition=Q(state=AlertState.ENDED, ended_at__isnull=False)
                | (~Q(state=AlertState.ENDED) & Q(ended_at=None, ended_by=None)),
            ),
            models.CheckConstraint(
                name="alert_ended_by_person_has_words", condition=Q(ended_by=None) | ~Q(end_words="")
            ),
            models.CheckConstraint(
                name="alert_acknowledged_by_and_at",
                condition=Q(acknowledged_at=None, acknowledged_by=None)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
            ),
            models.CheckConstraint(
                name="alert_muted_only_ended", condition=Q(muted=False) | Q(state=AlertState.ENDED)
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(name="alert_live", fields=["state"], condition=~Q(state=AlertState.ENDED)),
            models.Index(name="alert_by_opening", fields=["-opened_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.rule.name}: {self.station.name}"


class AlertEvent(models.Model):
    """One thing that happened to an alert, in the order it happened."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="events")
    what = models.CharField(max_length=20)
    at = models.DateTimeField()
    by = models.ForeignKey(OFFICER, null=True, on_delete=models.PROTECT, related_name="+")
    words = models.TextField(blank=True)
    data: Any = models.JSONField(default=dict)

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(name="alert_event_by_alert", fields=["alert", "at"])]


@pghistory.track()
class OnCall(models.Model):
    """Who answers for an office over a time."""

    office = models.ForeignKey("people.Office", on_delete=models.PROTECT, related_name="+")
    officer = models.ForeignKey(OFFICER, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="on_call_ends_after_it_starts", condition=Q(ends_at__gt=F("starts_at")))
        ]
        indexes = [models.Index(name="on_call_by_office", fields=["office", "starts_at"])]
