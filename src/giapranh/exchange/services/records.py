"""What people do with single records: read, answer, propose, report an error, recall, judge again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from giapranh.exchange.house import engine, now_ms, store
from giapranh.exchange.ledger import inbox, outbox, receipts
from giapranh.exchange.ledger import records as engine_records
from giapranh.exchange.ledger.engine import Engine, Outcome
from giapranh.exchange.ledger.reasons import Broken
from giapranh.exchange.ledger.store import LedgerTx
from giapranh.exchange.permissions import check_can_exchange
from giapranh.exchange.services import lines
from giapranh.kernel.errors import N_, BadInput, Conflict
from giapranh.kernel.text import nfc
from giapranh.people import access
from giapranh.people import queries as people
from giapranh.people.audit import audit
from giapranh.people.models import Officer


class NotThere(Conflict):
    """The record is not (or no longer) what the person saw."""

    code = "record_not_there"


class NothingSaid(BadInput):
    code = "nothing_said"


@contextmanager
def _open() -> Iterator[tuple[Engine, LedgerTx]]:
    with store().transaction() as tx:
        try:
            yield engine(), tx
        except Broken as error:
            raise NotThere(N_("Không làm được với hồ sơ này: %(why)s"), why=str(error)) from None


def reader_words(officer: Officer, at: datetime) -> str:
    """The post of a person, not the name: names of officers do not cross."""
    from giapranh.kernel.clock import local_date

    held = list(people.appointments_of(officer, local_date(at)))
    if not held:
        return "?"
    return f"{held[0].title or held[0].get_role_display()}, {held[0].office.name}"[:200]


def mark_read(peer: str, subject: str, *, by: Officer, at: datetime, answer: str = "") -> bool:
    """A person here has seen a record of the neighbour's as it stands now; the neighbour will know which post."""
    access.check_may_write(by)
    with _open() as (me, tx):
        written = receipts.mark_read(me, tx, peer, subject, nfc(reader_words(by, at)), now_ms(), nfc(answer.strip()))
        if written is not None:
            audit("exchange.read", "exchange-record", subject[:80], by, at, peer=peer, answer=answer)
            lines.tell_soon(peer)
    return written is not None


def report_error(peer: str, subject: str, field: str, text: str, *, by: Officer | None, at: datetime) -> None:
    """Tell the owner that a record we received is wrong; the law on minerals asks for it."""
    if by is not None:
        access.check_may_write(by)
    if not text.strip():
        raise NothingSaid(N_("Hãy ghi chỗ sai và vì sao: bên kia sẽ đọc được."))
    with _open() as (me, tx):
        engine_records.report_error(me, tx, peer, subject, nfc(field), nfc(text.strip()), now_ms())
        audit("exchange.error_reported", "exchange-record", subject[:80], by, at, peer=peer, field=field, text=text)
        lines.tell_soon(peer)


def propose(peer: str, subject: str, changes: dict[str, Any], *, by: Officer | None, at: datetime) -> None:
    """Ask the owner to change fields of its record, when a clause lets us."""
    check_can_exchange(by)
    if not changes:
        raise NothingSaid(N_("Chưa có trường nào được đề nghị sửa."))
    with _open() as (me, tx):
        engine_records.propose(me, tx, peer, subject, changes, now_ms())
        audit("exchange.proposed", "exchange-record", subject[:80], by, at, peer=peer, changes=changes)
        lines.tell_soon(peer)


def answer(peer: str, event: str, accepted: bool, text: str, *, by: Officer | None, at: datetime) -> None:
    """Answer a proposal, an error report or an offer. Accepting writes nothing: the room changes its record next."""
    check_can_exchange(by)
    if not accepted and not text.strip():
        raise NothingSaid(N_("Hãy ghi lý do: bên kia sẽ đọc được."))
    with _open() as (me, tx):
        engine_records.answer(me, tx, peer, event, accepted, nfc(text.strip()), now_ms())
        audit("exchange.answered", "exchange-notice", event, by, at, peer=peer, accepted=accepted, text=text)
        lines.tell_soon(peer)


def offer(peer: str, subject: str, why: str, *, by: Officer | None, at: datetime) -> None:
    """Offer a record itself to the neighbour; ours until its signed acceptance is here."""
    check_can_exchange(by)
    with _open() as (me, tx):
        engine_records.offer(me, tx, peer, subject, nfc(why.strip()), now_ms())
        audit("exchange.offered", "exchange-record", subject[:80], by, at, peer=peer, why=why)
        lines.tell_soon(peer)


def recall(peer: str, subject: str, why: str, *, by: Officer | None, at: datetime) -> None:
    """Take a record back: the neighbour drops the content and signs that it did; the fact stays in both ledgers."""
    check_can_exchange(by)
    if not why.strip():
        raise NothingSaid(N_("Hãy ghi lý do: bên kia sẽ đọc được."))
    with _open() as (me, tx):
        outbox.recall(me, tx, peer, subject, nfc(why.strip()), now_ms())
        audit("exchange.recalled", "exchange-record", subject[:80], by, at, peer=peer, why=why)
        lines.tell_soon(peer)


def judge_again(stream: str, seq: int, *, by: Officer | None, at: datetime) -> Outcome | None:
    """Try a quarantined entry once more, after what refused it was mended here."""
    check_can_exchange(by)
    with _open() as (me, tx):
        outcome = inbox.retry(me, tx, stream, seq, now_ms())
        audit("exchange.judged_again", "exchange-entry", f"{stream} {seq}"[:80], by, at,
              state=outcome.state if outcome else "")  # fmt: skip
    return outcome
