"""Small makers of units for tests."""

from __future__ import annotations

from datetime import date
from typing import Any

from giapranh.places.models import AdministrativeUnit, UnitKind


def make_province(code: str = "20", name: str = "Lạng Sơn", **fields: Any) -> AdministrativeUnit:
    return AdministrativeUnit.objects.create(
        code=code, name=name, kind=UnitKind.PROVINCE, designation="tỉnh", **fields
    )  # fmt: skip


def make_commune(
    code: str = "06445", name: str = "Tân Thành", parent: AdministrativeUnit | None = None, **fields: Any
) -> AdministrativeUnit:
    fields.setdefault("valid_from", date(2025, 7, 1))
    return AdministrativeUnit.objects.create(
        code=code, name=name, kind=UnitKind.COMMUNE, designation="xã", parent=parent, **fields
    )
