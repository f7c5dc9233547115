"""Who writes, to whom, who signs: taken from the agency's own rows and the data of its kind."""

from __future__ import annotations

from datetime import date
from typing import Any

from giapranh.people import queries as people
from giapranh.people.models import Office, OfficeKind, Officer
from giapranh.people.roles import Role
from giapranh.programme.models import Programme
from giapranh.programme.reports import signing
from giapranh.programme.reports.facts import Letterhead
from giapranh.programme.reports.signing import Authority, Body

_RECIPIENTS = ("Như trên", "Lãnh đạo cơ quan", "Các đơn vị được giao nhiệm vụ")
_ABOVE = {OfficeKind.COMMITTEE, OfficeKind.MINISTRY, OfficeKind.COMMUNE_COMMITTEE}


def agency_of(programme: Programme, day: date) -> Office:
    """The agency that answers for the programme on ``day``: its owner, or who followed the owner."""
    following = people.current_successors(programme.owner, day)
    return (following[0] if following else programme.owner).agency


def letterhead(
    programme: Programme,
    day: date,
    *,
    by: Officer,
    signer: tuple[Officer, str] | None,
    mark: Authority | None = None,
    addressees: list[str] | None = None,
    recipients: list[str] | None = None,
) -> Letterhead:
    """The frame of a paper of the agency that answers for ``programme``."""
    agency = agency_of(programme, day)
    body = Body(agency.name, agency.kind)
    title = signer[1] if signer else ""
    return Letterhead(
        issuer=agency.name,
        issuer_parent=signing.shortened(_parent(agency)),
        symbol_of=agency.symbol or agency.abbreviation,
        place=_place(agency),
        addressees=addressees if addressees is not None else addressees_of(programme, agency),
        recipients=recipients if recipients is not None else list(_RECIPIENTS),
        archive=_archive(by, agency, day),
        authority=signing.authority_lines(body, title, mark),
        signer=signer[0].full_name if signer else "",
    )  # fmt: skip


def signers(programme: Programme, day: date) -> list[tuple[Officer, str]]:
    """The leaders of the agency with their titles: heads before deputies."""
    agency = agency_of(programme, day)
    found = [(officer, _title(officer, agency, day)) for officer in people.officers_in(agency, Role.LEADER, day)]
    body = Body(agency.name, agency.kind)
    order = [Authority.HEAD, Authority.COLLECTIVE, Authority.ACTING]
    return sorted(found, key=lambda each: (signing.authority_of(body, each[1]) not in order, each[0].sort_key))


def _title(officer: Officer, agency: Office, day: date) -> str:
    rows = people.appointments_of(officer, day).filter(office=agency, role=Role.LEADER)
    return next((row.title for row in rows if row.title), "")


def addressees_of(programme: Programme, agency: Office) -> list[str]:
    """The body that gave the paper; when that is the agency itself, the body above it."""
    issuer = programme.paper.issuer if programme.paper else None
    own = {agency.pk} | people.ids_of_predecessors([agency.pk])
    if issuer is not None and issuer.agency.pk not in own:
        return [issuer.name]
    if issuer is None and programme.paper and programme.paper.issuer_name:
        words = programme.paper.issuer_name
        if not any(
            office.pk in own for office in people.find_office(words, programme.paper.day_of_names or _today())[:1]
        ):
            return [words]
    above = _parent(agency)
    return [above] if above else []


def _parent(agency: Office) -> str:
    if agency.parent is not None and agency.parent.kind in _ABOVE:
        return agency.parent.name
    return signing.parent_of(agency.kind, agency.unit.full_name if agency.unit else "")


def _place(agency: Office) -> str:
    if agency.unit is not None:
        return agency.unit.name
    here = people.node()
    return here.province.name if here and here.province else ""


def _archive(by: Officer, agency: Office, day: date) -> str:
    """``VT, NKS``: the registry and the office that drafted."""
    own = [office for office in people.offices_of(by, day) if office.pk != agency.pk]
    drafted = next((office.symbol or office.abbreviation for office in own if office.symbol or office.abbreviation), "")
    return f"VT, {drafted}" if drafted else "VT"


def _today() -> date:
    from giapranh.kernel.clock import today

    return today()


def officer_named(options: list[tuple[Officer, str]], officer_id: int | None) -> tuple[Officer, str] | None:
    """The chosen signer, or the first of the list; None when nobody is known to sign."""
    chosen: Any = next((each for each in options if each[0].pk == officer_id), None)
    return chosen or (options[0] if options else None)
