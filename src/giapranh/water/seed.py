"""Loading the schematic rivers that ship with the program. What a department brought or changed stays as it is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from giapranh.places.models import AdministrativeUnit, River
from giapranh.places.seed import uid
from giapranh.water.models import BankReach, CoursePoint, FeatureKind, Reach, RiverFeature, Watercourse
from giapranh.water.rules import datafiles

# Where the river itself is the border: one sample belongs to both. Left and right looking downstream.
BORDER_REACHES = (("thuong", 93.2, 82.4, ("24", "20")),)
NAMES = {"thuong": "Đoạn sông Thương là ranh giới Lạng Sơn – Bắc Ninh"}


@transaction.atomic
def load(at: datetime) -> int:
    """Add the rivers of ``data/`` that are not there yet, each with everything on it; returns how many are new."""
    fresh = {row["key"]: _river(row) for row in datafiles.read_csv("rivers.csv")
             if not Watercourse.objects.filter(key=row["key"]).exists()}  # fmt: skip
    for row in datafiles.read_csv("rivers.csv"):
        if row["key"] in fresh and row["flows_into"]:
            river = fresh[row["key"]]
            river.flows_into = Watercourse.objects.get(key=row["flows_into"])
            river.joins_at_km, river.joins_bank = float(row["joins_at_km"]), row["joins_bank"]
            river.save()
    _courses(fresh)
    _banks(fresh)
    _features(fresh)
    for key, upper, lower, provinces in BORDER_REACHES:
        if key in fresh:
            Reach.objects.create(
                watercourse=fresh[key], name=NAMES[key], km_upper=upper, km_lower=lower, is_border=True,
                border_provinces=list(provinces), source="tính từ ranh xã 2025 dọc sông",
            )  # fmt: skip
    return len(fresh)


def _river(row: dict[str, str]) -> Watercourse:
    return Watercourse.objects.create(
        uid=uid("watercourse", row["key"]), key=row["key"], name=row["name"], length_km=float(row["length_km"]),
        chainage_version=row["chainage_version"], source=row["source"], note=row["confidence"],
        river=River.objects.filter(name=row["name"]).first(),
    )  # fmt: skip


def _courses(rivers: dict[str, Watercourse]) -> None:
    CoursePoint.objects.bulk_create(
        CoursePoint(watercourse=rivers[row["river"]], km=float(row["km"]), lon=float(row["lon"]), lat=float(row["lat"]))
        for row in datafiles.read_csv("course_points.csv")
        if row["river"] in rivers
    )


def _banks(rivers: dict[str, Watercourse]) -> None:
    units = {
        (unit.name, unit.parent.code): unit
        for unit in AdministrativeUnit.objects.filter(parent__isnull=False, valid_to=None).select_related("parent")
        if unit.parent
    }
    BankReach.objects.bulk_create(
        BankReach(
            watercourse=rivers[row["river"]], bank=row["bank"], km_upper=float(row["km_upper"]),
            km_lower=float(row["km_lower"]), unit=units.get((row["unit_name"], row["province_code"])),
            unit_name=row["unit_name"], province_code=row["province_code"], source=_source(row),
            valid_from=datafiles.day(row["valid_from"]), valid_to=datafiles.day(row["valid_to"]),
        )
        for row in datafiles.read_csv("bank_communes.csv") if row["river"] in rivers
    )  # fmt: skip


def _features(rivers: dict[str, Watercourse]) -> None:
    for row in datafiles.read_csv("landmarks.csv"):
        _feature(rivers, row, row["kind"], {})
    for row in datafiles.read_csv("intakes.csv"):
        details = {"serves": row["serves"], "m3_per_day": float(row["m3_per_day"]), "commune": row["unit_name"]}
        _feature(rivers, row, FeatureKind.INTAKE, details)
    for row in datafiles.read_csv("pressures.csv"):
        details = {"parameters": row["parameters"].split("|")}
        if row["km_lower"]:
            details["km_lower"] = float(row["km_lower"])  # type: ignore[assignment]
        # A single works by name is kept apart: it may be a source, nobody has said that it was.
        named = row["kind"] == FeatureKind.POLLUTION_SOURCE and not row["km_lower"]
        _feature(rivers, row, row["kind"], details, restricted=named)


def _feature(
    rivers: dict[str, Watercourse], row: dict[str, str], kind: str, details: dict[str, Any], *, restricted: bool = False
) -> None:
    if row["river"] not in rivers:
        return
    lon, lat = row.get("lon", ""), row.get("lat", "")
    made = RiverFeature(
        watercourse=rivers[row["river"]], kind=kind, name=row["name"], km=float(row["km"]),
        km_uncertainty=float(row["km_uncertainty"] or 0), bank=row["bank"], lon=float(lon) if lon else None,
        lat=float(lat) if lat else None, province_code=row["province_code"], details=details, restricted=restricted,
        confidence=row["confidence"][:60], source=_source(row), valid_from=datafiles.day(row["valid_from"]),
        valid_to=datafiles.day(row["valid_to"]),
    )  # fmt: skip
    made.save()


def _source(row: dict[str, str]) -> str:
    return f"{row['source']} ({row['confidence']})" if row.get("confidence") else row["source"]
