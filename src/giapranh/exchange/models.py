"""The tables of the ledgers: one model per row class of ``exchange.ledger.rows``, with the same fields.

Only the engine writes here, through ``exchange.postgres_store``; times are its milliseconds since 1970 (UTC).
What must never change is guarded by triggers, so that not even this program can.
"""

from __future__ import annotations

import pgtrigger
from django.db import models

NEVER_CHANGED = pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update)
NEVER_REMOVED = pgtrigger.Protect(name="never_removed", operation=pgtrigger.Delete)


def _text(length: int) -> models.CharField[str, str]:
    """Compared byte by byte, as the engine compares."""
    return models.CharField(max_length=length, db_collation="C", blank=True)


class Peer(models.Model):
    node = models.CharField(max_length=40, db_collation="C", primary_key=True)
    name = _text(200)
    root = _text(64)
    recovery = _text(64)
    state = _text(20)
    successor = _text(40)
    at = models.BigIntegerField()


class Head(models.Model):
    stream = models.CharField(max_length=100, db_collation="C", primary_key=True)
    peer = _text(40)
    lane = _text(10)
    direction = _text(3)
    epoch = models.BigIntegerField()
    seq = models.BigIntegerField()
    hash = _text(64)
    at = models.BigIntegerField()


class Entry(models.Model):
    pk = models.CompositePrimaryKey("stream", "hash")
    stream = _text(100)
    hash = _text(64)
    epoch = models.BigIntegerField()
    seq = models.BigIntegerField()
    prev = _text(64)
    event_id = _text(40)
    kind = _text(60)
    subject = _text(300)
    clause = _text(80)
    version = models.BigIntegerField()
    base = models.BigIntegerField()
    sent_at = models.BigIntegerField()
    body_hash = _text(64)
    body_size = models.BigIntegerField()
    envelope = models.BinaryField()
    at = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(name="entry_by_event", fields=["stream", "event_id"]),
            models.Index(name="entry_by_subject", fields=["stream", "subject"]),
            models.Index(
                name="entry_of_epochs", fields=["stream", "kind"], condition=models.Q(kind__in=["epoch", "key"])
            ),
        ]
        triggers = [NEVER_CHANGED, NEVER_REMOVED]


class Body(models.Model):
    pk = models.CompositePrimaryKey("stream", "hash")
    stream = _text(100)
    hash = _text(64)
    data = models.BinaryField()

    class Meta:
        triggers = [NEVER_CHANGED]


class Place(models.Model):
    pk = models.CompositePrimaryKey("stream", "seq")
    stream = _text(100)
    seq = models.BigIntegerField()
    hash = _text(64)
    epoch = models.BigIntegerField()
    event_id = _text(40)
    kind = _text(60)
    subject = _text(300)
    state = _text(20)
    reason = _text(60)
    detail = models.TextField(blank=True)
    at = models.BigIntegerField()
    offset = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(name="place_by_state", fields=["stream", "state"]),
            models.Index(name="place_by_subject", fields=["stream", "subject"]),
        ]


class Held(models.Model):
    pk = models.CompositePrimaryKey("stream", "seq", "hash")
    stream = _text(100)
    seq = models.BigIntegerField()
    hash = _text(64)
    epoch = models.BigIntegerField()
    envelope = models.BinaryField()
    body = models.BinaryField(null=True)
    withheld = models.BinaryField(null=True)
    at = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(name="held_in_order", fields=["stream", "seq"])]


class StreamKey(models.Model):
    pk = models.CompositePrimaryKey("stream", "from_seq")
    stream = _text(100)
    from_seq = models.BigIntegerField()
    public = _text(64)
    cause = _text(20)
    said_at = models.BigIntegerField()


class Effect(models.Model):
    pk = models.CompositePrimaryKey("peer", "event_id")
    peer = _text(40)
    event_id = _text(40)
    stream = _text(100)
    hash = _text(64)
    at = models.BigIntegerField()

    class Meta:
        triggers = [NEVER_CHANGED]


class Record(models.Model):
    pk = models.CompositePrimaryKey("peer", "subject")
    peer = _text(40)
    subject = _text(300)
    kind = _text(60)
    owner = _text(40)
    version = models.BigIntegerField()
    stream = _text(100)
    hash = _text(64)
    clause = _text(80)
    state = _text(20)
    blocked_by = _text(40)
    data = models.BinaryField(null=True)
    sent_at = models.BigIntegerField()
    at = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(name="record_by_kind", fields=["peer", "kind"])]


class Receipt(models.Model):
    pk = models.CompositePrimaryKey("stream", "hash", "status", "reader")
    stream = _text(100)
    hash = _text(64)
    status = _text(20)
    reader = _text(200)
    epoch = models.BigIntegerField()
    seq = models.BigIntegerField()
    event_id = _text(40)
    reason = _text(60)
    answer = models.TextField(blank=True)
    by_stream = _text(100)
    by_hash = _text(64)
    at = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(name="receipt_by_status", fields=["stream", "status"])]
        triggers = [NEVER_CHANGED]


class Agreement(models.Model):
    pk = models.CompositePrimaryKey("peer", "version")
    peer = _text(40)
    version = models.BigIntegerField()
    state = _text(20)
    envelope = models.BinaryField()
    why = models.TextField(blank=True)
    at = models.BigIntegerField()


class Withdrawal(models.Model):
    pk = models.CompositePrimaryKey("peer", "version", "clause")
    peer = _text(40)
    version = models.BigIntegerField()
    clause = _text(80)
    by = _text(40)
    why = models.TextField(blank=True)
    at = models.BigIntegerField()


class Notice(models.Model):
    pk = models.CompositePrimaryKey("peer", "event_id")
    peer = _text(40)
    event_id = _text(40)
    kind = _text(60)
    subject = _text(300)
    direction = _text(3)
    state = _text(20)
    base = models.BigIntegerField()
    body = models.BinaryField()
    answer = models.TextField(blank=True)
    at = models.BigIntegerField()


class BlobNeed(models.Model):
    pk = models.CompositePrimaryKey("peer", "sha256")
    peer = _text(40)
    sha256 = _text(64)
    size = models.BigIntegerField()
    direction = _text(3)
    here = models.BooleanField()
    subject = _text(300)
    at = models.BigIntegerField()


class Alarm(models.Model):
    pk = models.CompositePrimaryKey("peer", "kind", "mark")
    peer = _text(40)
    kind = _text(60)
    mark = _text(200)
    detail = models.TextField(blank=True)
    evidence = models.BinaryField()
    other = models.BinaryField()
    count = models.BigIntegerField()
    first_at = models.BigIntegerField()
    last_at = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(name="alarm_newest", fields=["last_at"])]


class Known(models.Model):
    """Somebody here has seen an alarm: it stays in the list, folded. When it happens again it opens again."""

    pk = models.CompositePrimaryKey("peer", "kind", "mark")
    peer = _text(40)
    kind = _text(60)
    mark = _text(200)
    count = models.BigIntegerField()  # of the alarm when it was seen
    by = models.ForeignKey("people.Officer", null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Line(models.Model):
    """How a neighbour is reached, and how the last attempts went. The ledgers know nothing of it."""

    peer = models.CharField(max_length=40, db_collation="C", primary_key=True)
    address = models.URLField(max_length=300, blank=True)  # "" = by files only
    certificate = models.TextField(blank=True)  # PEM; the line speaks to this certificate and no other
    enabled = models.BooleanField(default=True)
    last_try_at = models.DateTimeField(null=True, blank=True)
    last_ok_at = models.DateTimeField(null=True, blank=True)
    failures = models.IntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    hinted = models.BooleanField(default=False)  # the neighbour said that something waits
    wants_hint = models.BooleanField(default=False)  # we wrote something and have not told the neighbour yet
    shared_version = models.IntegerField(default=0)  # of the agreement under which all records were offered last
    shared_on = models.DateField(null=True, blank=True)  # and the day of it: delays run out and clauses end by days


class Draft(models.Model):
    """The next version of the agreement with a neighbour while people here still work on it."""

    peer = models.CharField(max_length=40, db_collation="C", primary_key=True)
    clauses = models.JSONField(default=list)
    note = models.TextField(blank=True)
    by = models.ForeignKey("people.Officer", null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Finding(models.Model):
    """What the daily look at the ledgers found damaged; the day before is replaced."""

    stream = _text(100)
    seq = models.BigIntegerField()
    what = _text(40)
    detail = models.TextField(blank=True)
    at = models.DateTimeField()


class Check(models.Model):
    """The last daily look at the ledgers and the last archive: one row each."""

    name = models.CharField(max_length=20, primary_key=True)  # verify | archive
    at = models.DateTimeField()
    detail = models.TextField(blank=True)
