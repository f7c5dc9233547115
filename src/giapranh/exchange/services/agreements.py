"""The agreement with a neighbour: worked on here, proposed, countersigned there, withdrawn by either side."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from giapranh.exchange import kinds
from giapranh.exchange.house import engine, now_ms, store
from giapranh.exchange.ledger import agreement, canonical
from giapranh.exchange.ledger import agreements as engine_agreements
from giapranh.exchange.ledger.agreement import Clause, Text
from giapranh.exchange.ledger.reasons import Broken
from giapranh.exchange.ledger.rows import Peer
from giapranh.exchange.models import Draft
from giapranh.exchange.permissions import check_can_exchange
from giapranh.exchange.services import lines, sharing
from giapranh.kernel.errors import N_, BadInput, NotFound
from giapranh.people.audit import audit
from giapranh.people.models import Officer


class BadClause(BadInput):
    code = "bad_clause"


class NoDraft(NotFound):
    code = "no_draft"


def text_of(peer: str, clauses: list[Clause], note: str, version: int = 1) -> Text:
    parties = sorted((engine().node, peer))
    return Text(version, (parties[0], parties[1]), tuple(clauses), note)


def as_json(clauses: list[Clause], peer: str) -> list[dict[str, Any]]:
    """Clauses as they stand in the signed text; refuses what the text could not say."""
    try:
        raw = agreement.text_bytes(text_of(peer, clauses, ""))
    except Broken as error:
        raise BadClause(N_("Điều khoản chưa đúng: %(what)s."), what=error.detail) from None
    found: list[dict[str, Any]] = canonical.parse(raw, limit=262_144, depth=6)["clauses"]
    return found


def from_json(items: list[dict[str, Any]], peer: str) -> list[Clause]:
    empty = canonical.parse(agreement.text_bytes(text_of(peer, [], "")), limit=262_144, depth=6)
    return list(agreement.parse_text(canonical.dump({**empty, "clauses": items})).clauses)


def draft(peer: str) -> tuple[list[Clause], str]:
    """What is being worked on; without a draft, the agreement in force."""
    found = Draft.objects.filter(peer=peer).first()
    if found is not None:
        return from_json(found.clauses, peer), found.note
    with store().transaction() as tx:
        text = engine_agreements.in_force(tx, peer)
    return (list(text.clauses), text.note) if text else ([], "")


def save_draft(peer: str, clauses: list[Clause], note: str, *, by: Officer | None, at: datetime) -> None:
    check_can_exchange(by)
    _known(peer)
    for clause in clauses:
        _check(clause)
    Draft.objects.update_or_create(
        peer=peer, defaults={"clauses": as_json(clauses, peer), "note": note[:2000], "by": by, "at": at}
    )


def drop_draft(peer: str, *, by: Officer | None) -> None:
    check_can_exchange(by)
    Draft.objects.filter(peer=peer).delete()


def put_clause(peer: str, clause: Clause, *, by: Officer | None, at: datetime) -> None:
    """Add a clause to the draft, or replace the one with its id; a new one gets an id that says what it is."""
    clauses, note = draft(peer)
    if not clause.id:
        clause = replace(clause, id=_fresh_id(clause, {c.id for c in clauses}))
    kept = [clause if c.id == clause.id else c for c in clauses]
    save_draft(peer, kept if clause in kept else [*kept, clause], note, by=by, at=at)


def drop_clause(peer: str, clause_id: str, *, by: Officer | None, at: datetime) -> None:
    clauses, note = draft(peer)
    save_draft(peer, [c for c in clauses if c.id != clause_id], note, by=by, at=at)


def _fresh_id(clause: Clause, taken: set[str]) -> str:
    stem = f"{clause.giver}-{clause.kind}"[:52].strip("-")
    return next(name for n in range(1, 10_000) if (name := stem if n == 1 else f"{stem}-{n}") not in taken)


def _check(clause: Clause) -> None:
    kind = kinds.get(clause.kind)
    if kind is not None and (unknown := [f for f in clause.fields if f.split(".")[0] not in kind.fields]):
        raise BadClause(N_("Loại hồ sơ này không có trường: %(fields)s."), fields=", ".join(unknown))
    if not clause.purpose.strip() or not clause.source.strip():
        raise BadClause(N_("Mỗi điều khoản phải nêu mục đích và căn cứ pháp lý."))


def propose(peer: str, *, by: Officer | None, at: datetime) -> int:
    """Sign the draft as the next version; the neighbour signs it or declines."""
    check_can_exchange(by)
    found = Draft.objects.filter(peer=peer).first()
    if found is None or not found.clauses:
        raise NoDraft(N_("Chưa có điều khoản nào trong bản soạn."))
    with store().transaction() as tx:
        version = engine_agreements.next_version(tx, peer)
        text = text_of(peer, from_json(found.clauses, peer), found.note, version)
        engine_agreements.propose(engine(), tx, peer, text, now_ms())
        audit("exchange.agreement_proposed", "neighbour", peer, by, at, version=version)
        found.delete()
        lines.tell_soon(peer)
    return version


def countersign(peer: str, version: int, *, by: Officer | None, at: datetime) -> None:
    """The second signature: in force here from now on, and all that it lets go is offered."""
    check_can_exchange(by)
    with store().transaction() as tx:
        engine_agreements.countersign(engine(), tx, peer, version, now_ms())
        audit("exchange.agreement_signed", "neighbour", peer, by, at, version=version)
        lines.tell_soon(peer)
    sharing.catch_up(peer, at=at)


def decline(peer: str, version: int, why: str, *, by: Officer | None, at: datetime) -> None:
    check_can_exchange(by)
    with store().transaction() as tx:
        engine_agreements.decline(engine(), tx, peer, version, _reason(why), now_ms())
        audit("exchange.agreement_declined", "neighbour", peer, by, at, version=version, why=why)
        lines.tell_soon(peer)


def withdraw(peer: str, clause: str, why: str, *, by: Officer | None, at: datetime) -> None:
    """End one clause, or all (``*``), at once and alone; the neighbour learns it with the next talk."""
    check_can_exchange(by)
    with store().transaction() as tx:
        engine_agreements.withdraw(engine(), tx, peer, clause, _reason(why), now_ms())
        audit("exchange.clause_withdrawn", "neighbour", peer, by, at, clause=clause, why=why)
        lines.tell_soon(peer)


def _reason(why: str) -> str:
    if not why.strip():
        raise BadClause(N_("Hãy ghi lý do: bên kia sẽ đọc được."))
    return why.strip()[:2000]


def _known(peer: str) -> None:
    with store().transaction() as tx:
        row = tx.get(Peer, peer)
    if row is None or peer == engine().node:
        raise NotFound(N_("Chưa gặp láng giềng này."))
