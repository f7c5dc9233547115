"""The other provinces and whom to write to there: the agency that holds the duty for the environment on that day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from giapranh.people import queries as people
from giapranh.people.models import Office, OfficeKind
from giapranh.places.models import AdministrativeUnit, UnitKind
from giapranh.places.named import held_on

DUTY = "environment"


@dataclass(frozen=True, slots=True)
class Neighbour:
    """``office`` is None where nobody has entered the agency of that province yet."""

    province: str
    province_name: str
    office: Office | None
    name: str


def own_province() -> str:
    """The code of the province of this node; empty before it was set up."""
    here = people.node()
    return here.province.code if here and here.province else ""


def province_name(code: str, day: date) -> str:
    found = AdministrativeUnit.objects.filter(held_on(day), kind=UnitKind.PROVINCE, code=code).first()
    return found.full_name if found else code


def neighbour(code: str, day: date) -> Neighbour:
    """Whom to write to in a province."""
    name = province_name(code, day)
    office = _agency(code, day)
    title = f"{office.name} {name}" if office else _("Cơ quan môi trường %(province)s") % {"province": name}
    return Neighbour(code, name, office, title)


def _agency(code: str, day: date) -> Office | None:
    holders = people.holders_of(DUTY, day, unit_code=code)
    if holders:
        return holders[0].agency
    own = people.own_agency()
    here = Office.objects.filter(held_on(day), kind=OfficeKind.AGENCY, unit__code=code, unit__kind=UnitKind.PROVINCE)
    same = here.filter(name=own.name).first() if own is not None else None
    return same or (here.first() if here.count() == 1 else None)


def bordering(day: date) -> list[Neighbour]:
    """Every other province that lies on a bank of our rivers."""
    from giapranh.water.models import BankReach

    own = own_province()
    codes = BankReach.objects.filter(held_on(day)).exclude(province_code__in=["", own])
    return [neighbour(code, day) for code in sorted(set(codes.values_list("province_code", flat=True)))]
