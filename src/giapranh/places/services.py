"""What the places room does: take in the facts that ship with it, and the maps a department brings."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from giapranh.places import seed
from giapranh.places.importing import ImportReport, import_folder
from giapranh.places.models import AdministrativeUnit, BorderPair, MapLayer, River, UnitSuccession
from giapranh.places.rules.names import same_name

__all__ = ["ImportReport", "import_folder", "load_seed"]

PACKAGE = "giapranh.places"
SCHEMATIC = "Sơ đồ vẽ tay, CC0, sai số 2–6 km"


@transaction.atomic
def load_seed(*, at: datetime) -> int:
    """Add the units, successions and borders of ``data/`` that are not there yet; what a department changed stays.

    Returns how many rows are new.
    """
    units, fresh = _units()
    fresh += sum(
        UnitSuccession.objects.get_or_create(
            predecessor=units[row["predecessor"]], successor=units[row["successor"]], on=date.fromisoformat(row["on"]),
            defaults={"legal_basis": row["legal_basis"]},
        )[1]
        for row in seed.rows(PACKAGE, "successions.csv")
    )  # fmt: skip
    fresh += sum(
        BorderPair.objects.get_or_create(
            unit_a=units[row["unit_a"]], unit_b=units[row["unit_b"]], valid_from=seed.day(row["valid_from"]),
            defaults={"km": Decimal(row["km"]), "valid_to": seed.day(row["valid_to"]), "source": row["source"]},
        )[1]
        for row in seed.rows(PACKAGE, "border_pairs.csv")
    )  # fmt: skip
    return fresh + _schematic(units)


def _units() -> tuple[dict[str, AdministrativeUnit], int]:
    units = {unit.seed_key: unit for unit in AdministrativeUnit.objects.exclude(seed_key="")}
    fresh = 0
    for row in seed.rows(PACKAGE, "units.csv"):
        if row["key"] in units:
            continue
        if (there := _already_there(row)) is not None:
            units[row["key"]] = there
            continue
        units[row["key"]] = AdministrativeUnit.objects.create(
            uid=seed.uid("unit", row["key"]), seed_key=row["key"], code=row["code"], name=row["name"],
            kind=row["kind"], designation=row["designation"], parent=units.get(row["parent"]),
            valid_from=seed.day(row["valid_from"]), valid_to=seed.day(row["valid_to"]),
            source=row["source"], note=row["note"],
        )  # fmt: skip
        fresh += 1
    return units, fresh


def _already_there(row: dict[str, str]) -> AdministrativeUnit | None:
    """The same unit brought by the department itself before: it is the fact of ``row`` from now on."""
    found = AdministrativeUnit.objects.filter(
        seed_key="", kind=row["kind"], code=row["code"], valid_from=seed.day(row["valid_from"])
    ).first()
    if found is None or not same_name(found.name, row["name"]):
        return None
    found.seed_key = row["key"]
    found.save(update_fields=["seed_key"])
    return found


def _schematic(units: dict[str, AdministrativeUnit]) -> int:
    """The outline shipped with the program, only where no better one was brought."""
    fresh = 0
    outline_of = {"20": "lang-son", "24": "bac-ninh"}
    for feature in seed.schematic():
        kind, name = feature["properties"]["kind"], feature["properties"].get("name", "")
        if kind == "province":
            unit = units[outline_of[feature["properties"]["code"]]]
            if not unit.geometry_stamp:
                unit.set_geometry(feature["geometry"], SCHEMATIC)
                unit.save()
                fresh += 1
        elif kind == "river":
            defaults = {"geometry": feature["geometry"], "source": SCHEMATIC}
            fresh += River.objects.get_or_create(name=name, defaults=defaults)[1]
        else:
            collection = {"type": "FeatureCollection", "features": [feature]}
            fresh += MapLayer.objects.get_or_create(
                key="border-schematic",
                valid_from=None,
                defaults={"title": "Ranh giới chung (sơ đồ)", "geojson": collection, "source": SCHEMATIC},
            )[1]
    return fresh
