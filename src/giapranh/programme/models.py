"""Programmes, their tasks and parts, what proves them done, who was reminded, and the reports drawn from them."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from giapranh.kernel.clock import now
from giapranh.kernel.ids import new_id
from giapranh.kernel.text import one_line
from giapranh.places.named import Named
from giapranh.programme.rules.buckets import BUCKET_WORDS
from giapranh.programme.rules.due_dates import DueKind
from giapranh.programme.rules.states import PART_WORDS, RUNNING, TASK_WORDS, PartState, TaskState

TASK_STATES = [(state.value, _(word)) for state, word in TASK_WORDS.items()]
PART_STATES = [(state.value, _(word)) for state, word in PART_WORDS.items()]
BUCKETS = [(bucket.value, _(word)) for bucket, word in BUCKET_WORDS.items()]
DUE_KINDS = [
    (DueKind.GIVEN.value, _("đã giao")),
    (DueKind.PROPOSED.value, _("đề xuất")),
    (DueKind.NONE.value, _("không hạn")),
]
RUNNING_STATES = sorted(RUNNING)
OFFICER = settings.AUTH_USER_MODEL


class Role(models.TextChoices):
    LEAD = "lead", _("chủ trì")
    COORDINATING = "coordinating", _("phối hợp")


class ProgrammeState(models.TextChoices):
    ACTIVE = "active", _("đang thực hiện")
    CLOSED = "closed", _("đã kết thúc")


@pghistory.track()
class Programme(Named):
    """What one paper sets going: its bases, its tasks, its reports. ``owner`` is the agency that gives the tasks."""

    uid = models.UUIDField(default=new_id, unique=True, editable=False)
    name = models.CharField(max_length=500)
    paper = models.ForeignKey("documents.Paper", models.PROTECT, null=True, blank=True, related_name="+")
    owner = models.ForeignKey("people.Office", models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=ProgrammeState.choices, default=ProgrammeState.ACTIVE)
    period_from = models.DateField(null=True, blank=True)
    period_to = models.DateField(null=True, blank=True)
    illustrative = models.BooleanField(default=False)
    created_by = models.ForeignKey(OFFICER, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["paper"], name="programme_once_per_paper"),
            models.CheckConstraint(
                name="programme_period_in_order",
                condition=Q(period_from__isnull=True) | Q(period_to__isnull=True) | Q(period_to__gte=F("period_from")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    # Counted by ``queries.programmes`` over the tasks the person asking may see.

    def _counted(self, name: str) -> int:
        return int((getattr(self, "tasks_counts", None) or {}).get(name, 0))

    @property
    def tasks_all(self) -> int:
        return self._counted("all")

    @property
    def tasks_done(self) -> int:
        return self._counted("done")

    @property
    def tasks_late(self) -> int:
        return self._counted("late")

    @property
    def tasks_near(self) -> int:
        return self._counted("near")


class LegalBasis(models.Model):
    """One link of the chain a programme stands on; ``order`` runs from the oldest source to the paper itself."""

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="bases")
    paper = models.ForeignKey("documents.Paper", models.PROTECT, null=True, blank=True, related_name="+")
    words = models.CharField(max_length=500)
    issued_on = models.DateField(null=True, blank=True)
    order = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["programme_id", "order"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "order"], name="basis_order_once"),
            models.UniqueConstraint(
                fields=["programme", "paper"], name="basis_paper_once", condition=Q(paper__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.words


# Even a statement typed at the database prompt cannot close a task that has nothing to show.
_PRODUCT_FIRST = """
IF NOT EXISTS (SELECT 1 FROM programme_product p WHERE p.task_id = NEW.id) THEN
    RAISE EXCEPTION 'task % is handed in or completed without a product', NEW.id USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
"""


# TaskEvent and ``task.events`` are the history people read; this one is the history of the row.
@pghistory.track(model_name="TaskHistory", obj_field=pghistory.ObjForeignKey(related_name="row_history"))
class Task(Named):
    """One duty of one lead office: the lead is its part with the role ``lead``.

    A task with a ``recurrence`` is a series: it is never done itself, its dated instances point to it by ``series``.
    ``frozen_bucket`` holds where the task stood when its clock stopped and is empty while the clock runs.
    """

    uid = models.UUIDField(default=new_id, unique=True, editable=False)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="tasks")
    directive_index = models.PositiveSmallIntegerField(null=True, blank=True)
    n = models.CharField(max_length=20, blank=True)
    order = models.PositiveIntegerField(default=0)
    text = models.TextField()
    topic = models.CharField(max_length=40, blank=True)
    mode = models.CharField(max_length=20, blank=True)
    report_to = models.CharField(max_length=250, blank=True)
    state = models.CharField(max_length=12, choices=TASK_STATES, default=TaskState.GIVEN)
    due_on = models.DateField(null=True, blank=True)
    due_time = models.TimeField(null=True, blank=True)
    due_kind = models.CharField(max_length=8, choices=DUE_KINDS, default=DueKind.NONE)
    due_rule = models.CharField(max_length=250, blank=True)
    due_words = models.CharField(max_length=250, blank=True)
    original_due_on = models.DateField(null=True, blank=True)
    recurrence = models.CharField(max_length=200, blank=True)
    series = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="instances")
    occurrence_on = models.DateField(null=True, blank=True)
    frozen_bucket = models.CharField(max_length=10, choices=BUCKETS, blank=True)
    progress = models.TextField(blank=True)
    given_on = models.DateField()
    handed_in_at = models.DateTimeField(null=True, blank=True)
    handed_in_by = models.ForeignKey(OFFICER, models.PROTECT, null=True, blank=True, related_name="+")
    completed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(OFFICER, models.PROTECT, null=True, blank=True, related_name="+")
    joint_with = models.CharField(max_length=360, blank=True)  # the neighbour's half: "task:<uid>@<node>"
    source_words = models.CharField(max_length=500, blank=True)
    import_key = models.CharField(max_length=64, blank=True, editable=False)
    illustrative = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=now)
    changed_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["programme_id", "order", "id"]
        indexes = [
            models.Index(fields=["programme", "order"], name="task_by_programme"),
            models.Index(fields=["programme", "due_on"], name="task_by_due"),
            models.Index(fields=["due_on"], name="task_running", condition=Q(state__in=RUNNING_STATES)),
            models.Index(fields=["-changed_at"], name="task_by_change"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["series", "occurrence_on"], name="task_instance_once", condition=Q(series__isnull=False)
            ),
            models.UniqueConstraint(
                fields=["programme", "import_key"], name="task_imported_once", condition=~Q(import_key="")
            ),
            models.CheckConstraint(
                name="task_bucket_frozen_while_clock_stands",
                condition=Q(state__in=RUNNING_STATES, frozen_bucket="")
                | (~Q(state__in=RUNNING_STATES) & ~Q(frozen_bucket="")),
            ),
            models.CheckConstraint(
                name="task_completed_by_and_at_together",
                condition=Q(state=TaskState.COMPLETED, completed_at__isnull=False, confirmed_by__isnull=False)
                | (~Q(state=TaskState.COMPLETED) & Q(completed_at__isnull=True, confirmed_by__isnull=True)),
            ),
            models.CheckConstraint(
                name="task_instance_has_its_day",
                condition=Q(series__isnull=True, occurrence_on__isnull=True)
                | Q(series__isnull=False, occurrence_on__isnull=False),
            ),
            models.CheckConstraint(name="task_series_is_no_instance", condition=Q(recurrence="") | Q(series=None)),
            models.CheckConstraint(
                name="task_due_kind_fits",
                condition=Q(due_on__isnull=False, due_kind__in=["given", "proposed"])
                | Q(due_on__isnull=True, due_kind="none")
                | (Q(due_on__isnull=True) & ~Q(recurrence="")),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="product_before_closing",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                condition=pgtrigger.Q(new__state__in=["awaiting", "completed"]),
                func=_PRODUCT_FIRST,
            )
        ]

    def __str__(self) -> str:
        return f"{self.n} {self.text[:80]}".strip()

    def words_to_sort(self) -> str:
        return one_line(f"{self.n} {self.text}")[:200]

    def words_to_find(self) -> list[str]:
        return [one_line(f"{self.n} {self.text}"), self.source_words]


@pghistory.track()
class TaskPart(models.Model):
    """What one office owes to a task. ``given_to`` keeps the office of the paper when a successor takes the part over;
    without any office ``as_written`` keeps the words nobody has matched yet."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="parts")
    role = models.CharField(max_length=12, choices=Role.choices)
    office = models.ForeignKey("people.Office", models.PROTECT, null=True, blank=True, related_name="+")
    given_to = models.ForeignKey("people.Office", models.PROTECT, null=True, blank=True, related_name="+")
    as_written = models.CharField(max_length=500, blank=True)
    officer = models.ForeignKey(OFFICER, models.PROTECT, null=True, blank=True, related_name="+")
    due_on = models.DateField(null=True, blank=True)
    due_kind = models.CharField(max_length=8, choices=DUE_KINDS, default=DueKind.NONE)
    due_rule = models.CharField(max_length=250, blank=True)
    state = models.CharField(max_length=10, choices=PART_STATES, default=PartState.GIVEN)
    report = models.TextField(blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)
    reported_by = models.ForeignKey(OFFICER, models.PROTECT, null=True, blank=True, related_name="+")
    decision_note = models.TextField(blank=True)

    class Meta:
        ordering = ["task_id", "-role", "id"]
        indexes = [models.Index(fields=["office", "role", "task"], name="part_by_office")]
        constraints = [
            models.UniqueConstraint(fields=["task"], name="part_one_lead", condition=Q(role="lead")),
            models.UniqueConstraint(
                fields=["task", "office"], name="part_office_once", condition=Q(office__isnull=False)
            ),
            models.CheckConstraint(
                name="part_has_office_or_words", condition=Q(office__isnull=False) | ~Q(as_written="")
            ),
            models.CheckConstraint(
                name="part_submitted_has_report",
                condition=~Q(state__in=["submitted", "accepted"]) | (~Q(report="") & Q(reported_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role}: {self.office or self.as_written}"


class Counterpart(models.Model):
    """An office of the other province that a task names."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="counterparts")
    name = models.CharField(max_length=300)
    office = models.ForeignKey("people.Office", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["task_id", "id"]
        constraints = [models.UniqueConstraint(fields=["task", "name"], name="counterpart_once")]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class Product(models.Model):
    """What a task has to show: a paper of the register, the number of a paper kept elsewhere, or a record."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="products")
    part = models.ForeignKey(TaskPart, models.SET_NULL, null=True, blank=True, related_name="products")
    paper = models.ForeignKey("documents.Paper", models.PROTECT, null=True, blank=True, related_name="+")
    number = models.CharField(max_length=120, blank=True)
    record_ref = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)
    added_by = models.ForeignKey(OFFICER, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["task_id", "id"]
        constraints = [
            models.CheckConstraint(
                name="product_names_something",
                condition=Q(paper__isnull=False) | ~Q(number="") | ~Q(record_ref=""),
            ),
            models.UniqueConstraint(
                fields=["task", "paper"], name="product_paper_once", condition=Q(paper__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return str(self.paper) if self.paper_id else self.number or self.record_ref


class TaskEvent(models.Model):
    """One thing that happened to a task, in words people read; pghistory keeps the rows themselves."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="events")
    part = models.ForeignKey(TaskPart, models.SET_NULL, null=True, blank=True, related_name="+")
    verb = models.CharField(max_length=30)
    from_state = models.CharField(max_length=12, blank=True)
    to_state = models.CharField(max_length=12, blank=True)
    note = models.TextField(blank=True)
    by = models.ForeignKey(OFFICER, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["task", "at"], name="event_by_task")]

    def __str__(self) -> str:
        return f"{self.verb} {self.at:%Y-%m-%d}"


class ExtensionDecision(models.TextChoices):
    WAITING = "waiting", _("chờ quyết định")
    GRANTED = "granted", _("đồng ý")
    REFUSED = "refused", _("không đồng ý")


@pghistory.track()
class Extension(models.Model):
    """A request for a later date, asked before the date; both dates are kept."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="extensions")
    from_on = models.DateField()
    to_on = models.DateField()
    reason = models.TextField()
    asked_by = models.ForeignKey(OFFICER, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    asked_on = models.DateField()
    decision = models.CharField(max_length=8, choices=ExtensionDecision.choices, default=ExtensionDecision.WAITING)
    decided_by = models.ForeignKey(OFFICER, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_note = models.TextField(blank=True)

    class Meta:
        ordering = ["task_id", "id"]
        constraints = [
            models.CheckConstraint(name="extension_is_later", condition=Q(to_on__gt=F("from_on"))),
            models.CheckConstraint(name="extension_asked_in_time", condition=Q(asked_on__lte=F("from_on"))),
            models.UniqueConstraint(
                fields=["task"], name="extension_one_waiting", condition=Q(decision=ExtensionDecision.WAITING)
            ),
            models.CheckConstraint(
                name="extension_decided_by_and_at_together",
                condition=Q(decision="waiting", decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(decision="waiting") & Q(decided_by__isnull=False, decided_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_on} → {self.to_on}"


class Snooze(models.Model):
    """One person does not want to hear of one task until a day, for a reason."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="snoozes")
    officer = models.ForeignKey(OFFICER, models.CASCADE, related_name="+")
    until = models.DateField()
    reason = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "officer"], name="snooze_once"),
            models.CheckConstraint(name="snooze_has_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} → {self.until}"


class Reminder(models.Model):
    """The digest one person gets on one day. The key is claimed before anything leaves, so nothing leaves twice."""

    key = models.CharField(max_length=80, unique=True)
    officer = models.ForeignKey(OFFICER, models.CASCADE, related_name="+")
    day = models.DateField()
    lines = models.JSONField(default=list)
    created_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["officer", "day"], name="reminder_once_a_day")]

    def __str__(self) -> str:
        return self.key


class IndicatorTarget(models.Model):
    """An indicator watched for a task; proposed by its topic until somebody accepts it or sets a target."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="indicators")
    indicator = models.CharField(max_length=80)
    target = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    proposed = models.BooleanField(default=True)

    class Meta:
        ordering = ["task_id", "id"]
        constraints = [models.UniqueConstraint(fields=["task", "indicator"], name="indicator_once_per_task")]

    def __str__(self) -> str:
        return self.indicator


class Thresholds(models.Model):
    """The node's own thresholds of following up; one row, made when an administrator first changes them."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    nearly_due_days = models.PositiveSmallIntegerField()
    part_days_before_lead = models.PositiveSmallIntegerField()
    before_includes_day = models.BooleanField()
    remind_before = ArrayField(models.PositiveSmallIntegerField())
    remind_after_every = models.PositiveSmallIntegerField()
    escalate_after = models.PositiveSmallIntegerField()
    escalate_every = models.PositiveSmallIntegerField()
    materialise_days_ahead = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(name="thresholds_one_row", condition=Q(id=1))]

    def __str__(self) -> str:
        return "thresholds"


@pghistory.track()
class Report(models.Model):
    """A report of a programme over a period, with every number frozen as it was drawn."""

    uid = models.UUIDField(default=new_id, unique=True, editable=False)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="reports")
    period = models.CharField(max_length=10)
    paper = models.ForeignKey("documents.Paper", models.PROTECT, null=True, blank=True, related_name="+")
    blob = models.ForeignKey("documents.Blob", models.PROTECT, null=True, blank=True, related_name="+")
    frozen = models.JSONField(default=dict)
    drafted_by = models.ForeignKey(OFFICER, models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()
    illustrative = models.BooleanField(default=False)

    class Meta:
        ordering = ["-drafted_at"]
        indexes = [models.Index(fields=["programme", "period"], name="report_by_period")]

    def __str__(self) -> str:
        return f"{self.programme_id} {self.period}"


class ReportNumber(models.Model):
    """One number of a report: its value, what it was counted from, and the seal over both."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="numbers")
    task = models.ForeignKey(Task, models.PROTECT, null=True, blank=True, related_name="+")
    key = models.CharField(max_length=120)
    value = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    unit = models.CharField(max_length=30, blank=True)
    target = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    citations = models.JSONField(default=list)
    query = models.JSONField(default=dict)
    sha = models.CharField(max_length=64)

    class Meta:
        ordering = ["report_id", "id"]
        constraints = [
            models.UniqueConstraint(fields=["report", "task", "key"], name="report_number_once", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"{self.key}={self.value}"
