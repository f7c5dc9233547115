"""What the map page says in words, for whoever cannot or need not see the picture."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from giapranh.kernel.tables import Column, Table
from giapranh.places import queries as places


def layers_url(day: date) -> str:
    return reverse("places:layers") + "?" + urlencode({"ngay": day.isoformat()})


def rows(day: date) -> Table:
    """The pairs of communes that touch across the border, with the length they share."""
    pairs = list(places.border_pairs(day))
    columns = [
        Column("unit_a", _("Bên này"), value=lambda pair: pair.unit_a.full_name),
        Column("province_a", _("Tỉnh"), value=lambda pair: pair.unit_a.parent.name if pair.unit_a.parent else ""),
        Column("unit_b", _("Bên kia"), value=lambda pair: pair.unit_b.full_name),
        Column("province_b", _("Tỉnh bạn"), value=lambda pair: pair.unit_b.parent.name if pair.unit_b.parent else ""),
        Column("km", _("Chung ranh giới (km)"), "number"),
    ]
    return Table.of(
        pairs, columns, {}, name="ranh", title=_("Các cặp xã, phường giáp ranh"), page_size=200, compact=True
    )
