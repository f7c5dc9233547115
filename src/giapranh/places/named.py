"""What every listed model of every room shares: keys to search and sort by, and dates of validity."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.db.models import F, Q

from giapranh.kernel.periods import Period
from giapranh.kernel.text import one_line, search_key, sort_key


class Named(models.Model):
    """A model with a ``name``. The database sorts by ``sort_key``, searches in ``search_key``; both kept here."""

    search_key = models.TextField(editable=False, default="", db_collation="C")
    sort_key = models.TextField(editable=False, default="", db_collation="C")

    class Meta:
        abstract = True

    def words_to_find(self) -> list[str]:
        """What a search may hit. Models with more than one name say so."""
        return [self.words_to_sort()]

    def words_to_sort(self) -> str:
        return str(getattr(self, "name", ""))

    def set_keys(self) -> None:
        """Bulk writers call this: ``bulk_create`` does not call ``save``."""
        if hasattr(self, "name"):
            setattr(self, "name", one_line(getattr(self, "name")))  # noqa: B009, B010 - not every model here has one
        self.search_key = " | ".join(search_key(words) for words in self.words_to_find() if words)
        self.sort_key = sort_key(self.words_to_sort())

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.set_keys()
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, "search_key", "sort_key"}
        super().save(*args, **kwargs)


class DatedRow(models.Model):
    """A row that holds from one day to another, both included; an open end is null."""

    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def period(self) -> Period:
        return Period(self.valid_from, self.valid_to)

    def holds_on(self, day: date) -> bool:
        return self.period.covers(day)


def held_on(day: date, prefix: str = "") -> Q:
    """The condition that a dated row (or the one behind ``prefix``) held on ``day``."""
    return (Q(**{f"{prefix}valid_from": None}) | Q(**{f"{prefix}valid_from__lte": day})) & (
        Q(**{f"{prefix}valid_to": None}) | Q(**{f"{prefix}valid_to__gte": day})
    )


def ends_after_start(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=name,
        condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
    )
