"""Loading the offices, duties and successions that ship with the program. What a department changed stays."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from giapranh.people.models import Duty, Office, Succession, SuccessionLink
from giapranh.places import seed
from giapranh.places.models import AdministrativeUnit

PACKAGE = "giapranh.people"


@transaction.atomic
def load(at: datetime) -> int:
    """Add the rows of ``data/`` that are not there yet; returns how many are new. Places must be loaded first."""
    offices, fresh = _offices()
    for row in seed.rows(PACKAGE, "duties.csv"):
        fresh += Duty.objects.get_or_create(
            key=row["key"], office=offices[row["office"]], valid_from=seed.day(row["valid_from"]),
            defaults={
                "name": row["name"], "valid_to": seed.day(row["valid_to"]), "source": row["source"],
                "unknown_note": row["unknown_note"],
            },
        )[1]  # fmt: skip
    return fresh + _successions(offices, at)


def _offices() -> tuple[dict[str, Office], int]:
    units = {unit.seed_key: unit for unit in AdministrativeUnit.objects.exclude(seed_key="")}
    offices = {office.seed_key: office for office in Office.objects.exclude(seed_key="")}
    fresh = 0
    for row in seed.rows(PACKAGE, "offices.csv"):
        if row["key"] in offices:
            continue
        offices[row["key"]] = Office.objects.create(
            uid=seed.uid("office", row["key"]), seed_key=row["key"], name=row["name"], short_name=row["short_name"],
            abbreviation=row["abbreviation"], symbol=row["symbol"], kind=row["kind"],
            parent=offices[row["parent"]] if row["parent"] else None,
            unit=units[row["unit"]] if row["unit"] else None,
            aliases=[alias for alias in row["aliases"].split("|") if alias],
            valid_from=seed.day(row["valid_from"]), valid_to=seed.day(row["valid_to"]),
            source=row["source"], unknown_note=row["unknown_note"],
        )  # fmt: skip
        fresh += 1
    return offices, fresh


def _successions(offices: dict[str, Office], at: datetime) -> int:
    """Rows with one ``event`` are one succession with several links."""
    fresh = 0
    for row in seed.rows(PACKAGE, "successions.csv"):
        succession, is_new = Succession.objects.get_or_create(
            uid=seed.uid("succession", row["event"]),
            defaults={
                "on": date.fromisoformat(row["on"]), "kind": row["kind"], "legal_basis": row["legal_basis"],
                "note": row["note"], "at": at, "applied_at": at,
            },
        )  # fmt: skip
        SuccessionLink.objects.get_or_create(
            succession=succession, predecessor=offices[row["predecessor"]], successor=offices[row["successor"]],
            duty=row["duty"],
        )  # fmt: skip
        fresh += is_new
    return fresh
