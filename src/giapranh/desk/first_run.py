"""The first run: whose node this is, its offices, its first paper."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from giapranh.kernel.clock import local_date
from giapranh.kernel.errors import N_, NotFound, Refused
from giapranh.kernel.tables import Status
from giapranh.kernel.text import search_key
from giapranh.people import queries as people
from giapranh.people import services
from giapranh.people.rules import pasting
from giapranh.places import queries as places


class NoSuchChoice(NotFound):
    code = "no_such_choice"


@dataclass(frozen=True, slots=True)
class Choices:
    provinces: Sequence[tuple[int, str]]
    agencies: Sequence[tuple[int, str]]


def next_step() -> str:
    """Where a node that is not set up yet goes on."""
    if people.node() is None or people.own_agency() is None:
        return "co-quan"
    return "don-vi"


def choices(day: date) -> Choices:
    """Provinces and agencies that hold on ``day``."""
    agencies = people.offices(day).filter(kind="agency").select_related("unit")
    return Choices(
        [(unit.pk, unit.full_name) for unit in places.provinces(day)],
        [(office.pk, f"{office.name} ({office.unit.name})" if office.unit else office.name) for office in agencies],
    )


def known() -> dict[str, Any]:
    """What was said before, to be corrected."""
    node = people.node()
    if node is None:
        return {}
    return {"province": node.province_id, "agency": node.agency_id, "name": node.name}


@transaction.atomic
def set_up(*, province: int, agency: int | None, new_agency: str, name: str, by: Any, at: datetime) -> None:
    """Say whose node this is; an agency nobody knew yet is created."""
    unit = places.provinces(local_date(at)).filter(pk=province).first()
    if unit is None:
        raise NoSuchChoice(N_("Không có tỉnh này trong danh mục ngày hôm nay."))
    office = (
        services.create_office(name=new_agency, kind="agency", unit=unit, by=by, at=at)
        if new_agency
        else people.office(agency or 0)
    )
    services.set_up_node(
        node_id=search_key(name).replace(" ", "-")[:40], name=name, agency=office, province=unit, by=by, at=at
    )


def offices(day: date) -> list[Any]:
    """The offices of this agency that are known already."""
    agency = people.own_agency()
    return [office for office in people.offices(day, within=agency) if office.pk != agency.pk] if agency else []


@dataclass(frozen=True, slots=True)
class PastedLine:
    """What would become of one pasted row."""

    name: str
    meta: str
    status: Status


def preview_offices(rows: str, line_of: Callable[[Refused], str]) -> list[PastedLine]:
    """What saving ``rows`` would do; nothing is written."""
    return [_pasted_line(row, line_of) for row in services.preview_offices(pasting.cells_of_text(rows))]


def _pasted_line(row: Any, line_of: Callable[[Refused], str]) -> PastedLine:
    words = {
        "new": Status(_("Sẽ ghi"), "good"),
        "known": Status(_("Đã có"), "", "minus"),
        "refused": Status(_("Không ghi"), "bad"),
    }
    notes = [row.pasted.abbreviation, row.parent_name, *(line_of(fault) for fault in row.faults)]
    return PastedLine(row.pasted.name, " · ".join(note for note in notes if note), words[row.state])


def save_offices(rows: str, *, by: Any, at: datetime) -> int:
    return len(services.paste_offices(rows, by=by, at=at))
