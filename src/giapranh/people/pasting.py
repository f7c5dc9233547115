"""Saving a pasted list of offices: seen first, saved after, never twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from giapranh.kernel import clock
from giapranh.kernel.dates import format_date
from giapranh.kernel.errors import N_, Refused
from giapranh.kernel.tables import Status
from giapranh.kernel.text import search_key
from giapranh.people import queries
from giapranh.people.audit import audit
from giapranh.people.models import Office, Officer
from giapranh.people.permissions import check_can_change_organisation
from giapranh.people.rules import pasting
from giapranh.people.rules.pasting import Cell, PastedOffice


@dataclass(frozen=True, slots=True)
class Row:
    """What would become of one pasted row: ``new``, ``known`` (left as it is) or ``refused``."""

    pasted: PastedOffice
    state: str
    parent_name: str
    faults: tuple[Refused, ...] = ()

    @property
    def name(self) -> str:
        return self.pasted.name

    @property
    def meta(self) -> str:
        """What else was read, in one line."""
        pasted = self.pasted
        day = format_date(pasted.valid_from)
        return " · ".join(part for part in (pasted.abbreviation, self.parent_name, day, pasted.organ_code) if part)

    @property
    def status(self) -> Status:
        if self.state == "new":
            return Status(_("sẽ thêm"), "good")
        if self.state == "known":
            return Status(_("đã có, giữ nguyên"))
        lines = "; ".join(fault.render(_) for fault in self.faults)
        return Status(_("không nhận"), "bad", note=lines)


def preview_offices(rows: str | list[list[Cell]], *, within: Office | None = None) -> list[Row]:
    """What pasted text or the cells of a sheet would add below ``within`` (the node's agency). Changes nothing."""
    cells = pasting.cells_of_text(rows) if isinstance(rows, str) else rows
    return _rows(pasting.read(cells), within or queries.own_agency())


def paste_offices(text: str, *, within: Office | None = None, by: Officer | None, at: datetime) -> list[Office]:
    """Save the good rows of a pasted list; returns the new offices."""
    return save_offices(pasting.cells_of_text(text), within=within, by=by, at=at)


@transaction.atomic
def save_offices(
    cells: list[list[Cell]], *, within: Office | None = None, by: Officer | None, at: datetime
) -> list[Office]:
    if by is not None:  # the console has no officer; who types there owns the machine
        check_can_change_organisation(by)
    agency = within or queries.own_agency()
    if agency is not None:  # two people pasting the same list wait for each other
        Office.objects.select_for_update().get(pk=agency.pk)
    made: dict[str, Office] = {}
    for row in _rows(pasting.read(cells), agency):
        if row.state != "new":
            continue
        pasted = row.pasted
        made[search_key(pasted.name)] = Office.objects.create(
            name=pasted.name, kind=pasted.kind, abbreviation=pasted.abbreviation,
            symbol=pasted.symbol or pasted.abbreviation, organ_code=pasted.organ_code,
            aliases=list(pasted.aliases), email=pasted.email, valid_from=pasted.valid_from,
            parent=_parent(pasted, agency, made),
            unit=agency.unit if agency is not None and pasted.kind == "agency" else None,
        )  # fmt: skip
    audit("offices.pasted", "office", agency.pk if agency else "", by, at, names=[o.name for o in made.values()])
    return list(made.values())


def _rows(pasted: list[PastedOffice], agency: Office | None) -> list[Row]:
    here = {search_key(form) for office in _below(agency) for form in (office.name, *office.aliases)}
    listed = {search_key(office.name) for office in pasted if not office.faults}
    rows = []
    for office in pasted:
        parent_name = office.parent or (agency.name if agency and office.kind != "agency" else "")
        state = "refused" if office.faults else "known" if search_key(office.name) in here else "new"
        faults: list[Refused] = list(office.faults)
        if state == "new" and office.parent and search_key(office.parent) not in listed and not _find(office, agency):
            state = "refused"
            faults.append(pasting.BadList(N_("không thấy đơn vị cấp trên “%(name)s”."), name=office.parent))
        rows.append(Row(office, state, parent_name, tuple(faults)))
    return rows


def _below(agency: Office | None) -> list[Office]:
    return list(queries.offices(clock.today(), within=agency))


def _find(pasted: PastedOffice, agency: Office | None) -> Office | None:
    found = queries.find_office(pasted.parent, clock.today(), within=agency)
    return found[0] if found else None


def _parent(pasted: PastedOffice, agency: Office | None, made: dict[str, Office]) -> Office | None:
    if not pasted.parent:
        return agency if pasted.kind != "agency" else None
    return made.get(search_key(pasted.parent)) or _find(pasted, agency) or agency
