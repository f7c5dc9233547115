"""Keys by which machines come in."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from giapranh.water.models.network import Station


class KeyScope(models.TextChoices):
    """What a key may do; each holds what stands before it."""

    READ = "read", _("chỉ đọc")
    WRITE = "write", _("đọc và gửi số liệu")
    MANAGE = "manage", _("đọc, gửi số liệu và khai báo trạm, chuỗi số liệu")


class ApiKey(models.Model):
    """A machine's key. Only the hash of the token is kept; the token itself is shown once.

    Without ``stations`` the key holds for every station of its office and of the offices below.
    """

    name = models.CharField(max_length=120)
    office = models.ForeignKey("people.Office", on_delete=models.PROTECT, related_name="+")
    stations = models.ManyToManyField(Station, blank=True, related_name="api_keys")
    scope = models.CharField(max_length=6, choices=KeyScope.choices, default=KeyScope.READ)
    hint = models.CharField(max_length=8)  # the first letters of the token, to tell keys apart
    token_hash = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey("people.Officer", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_on = models.DateField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        "people.Officer", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    last_used_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="api_key_withdrawn_at_and_by_together",
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False, withdrawn_at__gte=F("made_at")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"
