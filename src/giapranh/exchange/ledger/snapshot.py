"""The state of one neighbourhood as lines and as one hash; and a signed snapshot from which a node may begin."""

from __future__ import annotations

import hashlib

from giapranh.exchange.ledger import canonical
from giapranh.exchange.ledger.rows import Record
from giapranh.exchange.ledger.store import LedgerTx


def state_lines(tx: LedgerTx, peer: str) -> list[bytes]:
    """One canonical line for each shared record, mine and theirs, in the order of their names."""
    lines = []
    for record in tx.find(Record, peer=peer):
        live = record.state != "recalled"
        if record.version:
            lines.append(
                canonical.dump(
                    {
                        "subject": record.subject,
                        "owner": record.owner,
                        "version": record.version,
                        "state": record.state,
                        "kind": record.kind if live else "",
                        "data": hashlib.sha256(record.data).hexdigest() if record.data is not None else "",
                    }
                )
            )
    return lines


def state_hash(tx: LedgerTx, peer: str) -> str:
    return hashlib.sha256(b"\n".join(state_lines(tx, peer))).hexdigest()
