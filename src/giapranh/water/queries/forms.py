"""What the forms of this room offer to choose from."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from giapranh.people import queries as people
from giapranh.water.models import Station, TargetClass, Watercourse
from giapranh.water.queries import network
from giapranh.water.rules import folders, limits, standards
from giapranh.water.rules import parameters as listed
from giapranh.water.words import said


def for_station(user: Any, day: date, *, station: Station | None = None) -> dict[str, Any]:
    """The lists of the form of a station."""
    others = network.stations(user, day).exclude(pk=station.pk if station else 0)
    owners = {office.pk: office.name for office in people.offices(day, within=people.own_agency())}
    if station is not None and station.owner is not None:
        owners.setdefault(station.owner.pk, people.display_name(station.owner, day))
    return {
        "kinds": network.STATION_KINDS, "banks": network.BANKS, "rivers": rivers(), "owners": list(owners.items()),
        "stations": [(each.pk, each.name) for each in others],
        "layouts": [(key, layout.label) for key, layout in folders.layouts().items()],
    }  # fmt: skip


def rivers() -> list[tuple[str, str]]:
    return [(river.key, river.name) for river in network.watercourses()]


def parameters() -> list[tuple[str, list[tuple[str, str]]]]:
    """Everything that may be measured in water, what is measured most first."""
    language = get_language() or "vi"
    named = {
        "physical": _("Vật lý"), "organic": _("Hữu cơ, oxy"), "nutrient": _("Dinh dưỡng"), "microbe": _("Vi sinh"),
        "hydrology": _("Thủy văn"), "metal": _("Kim loại"), "pesticide": _("Thuốc bảo vệ thực vật"),
    }  # fmt: skip
    others = tuple(sorted({each.group for each in listed.all_parameters().values()} - {*named, "air"}))
    groups = [(words, listed.choices(language, (key,))) for key, words in named.items()]
    return [group for group in [*groups, (_("Khác"), listed.choices(language, others))] if group[1]]


def classes(day: date) -> list[tuple[str, str]]:
    """The classes of the regulation of ``day``: (regulation/class, words)."""
    held = standards.standard_on(day)
    names = limits.class_names()
    return [
        (f"{held.key}/{cls}", f"{said(names[cls]) if cls in names else cls} ({held.title})") for cls in held.classes
    ]  # fmt: skip


def all_targets(river: Watercourse) -> QuerySet[TargetClass]:
    """Past, present and to come; the latest first."""
    found = TargetClass.objects.filter(reach__watercourse=river).select_related("reach")
    return found.order_by("-valid_from", "-reach__km_upper", "pk")
