"""Administrative units, borders and rivers, each with the days on which they held."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from giapranh.kernel import ids
from giapranh.places.named import DatedRow, Named, ends_after_start


class UnitKind(models.TextChoices):
    PROVINCE = "province", _("cấp tỉnh")
    DISTRICT = "district", _("cấp huyện")
    COMMUNE = "commune", _("xã")
    WARD = "ward", _("phường")
    TOWNSHIP = "township", _("thị trấn")
    SPECIAL_ZONE = "special_zone", _("đặc khu")


@pghistory.track(exclude=["search_key", "sort_key"])
class AdministrativeUnit(Named, DatedRow):
    """One unit over one period. A code may be used again later for another unit: identity is ``uid``."""

    uid = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    code = models.CharField(max_length=10, blank=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=UnitKind.choices)
    designation = models.CharField(max_length=20)  # the word before the name: tỉnh, thành phố, huyện, thị xã, xã…
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    geometry_source = models.TextField(blank=True)
    geometry_stamp = models.CharField(max_length=16, blank=True, editable=False)  # tells whether an outline changed
    area_km2 = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    source = models.TextField(blank=True)
    note = models.TextField(blank=True)
    seed_key = models.CharField(max_length=60, blank=True, editable=False)  # its row in data/, when it came from there
    illustrative = models.BooleanField(default=False)

    class Meta:
        constraints = [
            ends_after_start("unit_ends_after_it_starts"),
            models.UniqueConstraint(name="unit_seed_key_once", fields=["seed_key"], condition=~Q(seed_key="")),
            models.UniqueConstraint(
                name="unit_code_starts_once_a_day",
                fields=["kind", "code", "valid_from"],
                condition=~Q(code=""),
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="unit_is_not_its_own_parent", condition=~Q(parent=F("pk"))),
        ]
        indexes = [models.Index(name="unit_by_code", fields=["code", "kind"])]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        """``tỉnh Lạng Sơn``, ``xã Tân Thành``."""
        return f"{self.designation} {self.name}"

    def words_to_find(self) -> list[str]:
        return [self.full_name, self.code]

    def set_geometry(self, geometry: dict[str, Any] | None, source: str) -> None:
        """A new outline, kept when the unit is saved."""
        text = json.dumps(geometry, sort_keys=True)
        self._new_outline = (geometry,)
        self.geometry_source = source if geometry else ""
        self.geometry_stamp = hashlib.sha256(text.encode()).hexdigest()[:16] if geometry else ""

    @property
    def geometry(self) -> dict[str, Any] | None:
        """The outline as GeoJSON, WGS 84; None when nobody brought one."""
        outline = Outline.objects.filter(unit_id=self.pk).first()
        return outline.geometry if outline else None

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        brought = self.__dict__.pop("_new_outline", None)
        if brought is None:
            return
        (geometry,) = brought
        if geometry is None:
            Outline.objects.filter(unit=self).delete()
        else:
            Outline.objects.update_or_create(unit=self, defaults={"geometry": geometry})


class Outline(models.Model):
    """The outline of a unit. A table of its own: outlines are large and hardly any page needs them."""

    unit = models.OneToOneField(AdministrativeUnit, on_delete=models.CASCADE, primary_key=True, related_name="outline")
    geometry = models.JSONField()  # GeoJSON geometry, WGS 84


class UnitSuccession(models.Model):
    """``successor`` took over (a part of) ``predecessor`` on a day."""

    predecessor = models.ForeignKey(AdministrativeUnit, on_delete=models.PROTECT, related_name="became")
    successor = models.ForeignKey(AdministrativeUnit, on_delete=models.PROTECT, related_name="came_from")
    on = models.DateField()
    legal_basis = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="unit_succession_once", fields=["predecessor", "successor", "on"]),
            models.CheckConstraint(name="unit_does_not_succeed_itself", condition=~Q(predecessor=F("successor"))),
        ]


class BorderPair(DatedRow):
    """Two units that touch across a provincial border."""

    unit_a = models.ForeignKey(AdministrativeUnit, on_delete=models.CASCADE, related_name="+")
    unit_b = models.ForeignKey(AdministrativeUnit, on_delete=models.CASCADE, related_name="+")
    km = models.DecimalField(max_digits=7, decimal_places=1, null=True, blank=True)
    geometry = models.JSONField(null=True, blank=True)
    source = models.TextField(blank=True)

    class Meta:
        constraints = [
            ends_after_start("border_pair_ends_after_it_starts"),
            models.CheckConstraint(name="border_pair_has_two_sides", condition=~Q(unit_a=F("unit_b"))),
            models.CheckConstraint(name="border_pair_length_positive", condition=Q(km=None) | Q(km__gt=0)),
            models.UniqueConstraint(
                name="border_pair_once", fields=["unit_a", "unit_b", "valid_from"], nulls_distinct=False
            ),
        ]


class River(Named):
    """A river as one line, drawn downstream."""

    uid = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    name = models.CharField(max_length=120, unique=True)
    geometry = models.JSONField(null=True, blank=True)
    basin = models.CharField(max_length=120, blank=True)
    flow = models.TextField(blank=True)
    length_km = models.DecimalField(max_digits=7, decimal_places=1, null=True, blank=True)
    accuracy = models.TextField(blank=True)
    source = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name


class Spot(Named):
    """A named point: a bridge, a confluence, a monitoring point."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=160)
    kind = models.CharField(max_length=40)
    lon = models.FloatField()
    lat = models.FloatField()
    accuracy_m = models.PositiveIntegerField(null=True, blank=True)
    confidence = models.CharField(max_length=160, blank=True)
    note = models.TextField(blank=True)
    source = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="spot_lies_on_the_globe",
                condition=Q(lon__gte=-180, lon__lte=180, lat__gte=-90, lat__lte=90),
            )
        ]

    def __str__(self) -> str:
        return self.name


class MapLayer(DatedRow):
    """A drawing that is no unit and no river, such as the schematic outline shipped with the program."""

    key = models.SlugField(max_length=60)
    title = models.CharField(max_length=160)
    geojson = models.JSONField()
    source = models.TextField(blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            ends_after_start("map_layer_ends_after_it_starts"),
            models.UniqueConstraint(name="map_layer_once", fields=["key", "valid_from"], nulls_distinct=False),
        ]
