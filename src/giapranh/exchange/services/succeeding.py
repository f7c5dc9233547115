"""One node follows another: two provinces become one, and what was agreed and exchanged goes on under the new name.

Three steps between two people: the node that ends drafts a text for the card of the node that follows
(``draft``); that one signs it (``accept``); the first tells all its neighbours, ends its streams, and makes the
inheritance (``tell``), which the second takes in (``inherit``): neighbours with their keys, agreements, records, and
every signed entry of the old streams for the archive. Nothing in it is believed that the two keys did not sign.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import BinaryIO, TypeVar

from giapranh.exchange.house import engine, now_ms, store
from giapranh.exchange.ledger import canonical, envelope, frames, meeting, snapshot, succession
from giapranh.exchange.ledger.engine import Engine
from giapranh.exchange.ledger.meeting import Card
from giapranh.exchange.ledger.names import LANES, read_stream, stream_name
from giapranh.exchange.ledger.reasons import Broken
from giapranh.exchange.ledger.rows import Peer
from giapranh.exchange.ledger.store import LedgerTx
from giapranh.exchange.models import Line
from giapranh.exchange.permissions import check_can_exchange
from giapranh.exchange.services import keeping, lines, sharing
from giapranh.kernel.errors import N_, BadInput
from giapranh.people.audit import audit
from giapranh.people.models import Officer

TEXT, CARDS = "text.json", "neighbours.json"
T = TypeVar("T")
MOST = 64 * 1024 * 1024  # of one snapshot; the entries behind it are read piece by piece


class BadInheritance(BadInput):
    code = "bad_inheritance"


def draft(successor: bytes, since: date, why: str, *, by: Officer | None, at: datetime) -> bytes:
    """The text for the node that follows, signed by this one. Nothing ends yet."""
    check_can_exchange(by)
    with store().transaction() as tx:
        text = _checked(lambda: succession.draft(engine(), tx, successor, since.isoformat(), why.strip()))
        audit("exchange.succession_drafted", "exchange", engine().node, by, at, since=since.isoformat(), why=why)
    return text


def accept(text: bytes, *, by: Officer | None, at: datetime) -> bytes:
    """The second signature: this node follows."""
    check_can_exchange(by)
    with store().transaction() as tx:
        signed = _checked(lambda: succession.accept(engine(), tx, text))
        audit("exchange.succession_accepted", "exchange", engine().node, by, at)
    return signed


def tell(text: bytes, out: BinaryIO, *, by: Officer | None, at: datetime) -> int:
    """Tell every neighbour, end, and write the inheritance. Returns the number of neighbours told."""
    check_can_exchange(by)
    me = engine()
    with store().transaction() as tx:
        peers = [peer for peer in tx.find(Peer, state="active") if peer.node != me.node]
        _checked(lambda: succession.succeed(me, tx, text, now_ms()))
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr(TEXT, text)
            file.writestr(CARDS, json.dumps([_card(peer) for peer in peers]))
            for peer in peers:
                with file.open(f"{peer.node}/snapshot", "w") as part:
                    snapshot.write(me, tx, peer.node, part, now_ms())  # type: ignore[arg-type]
                for stream in _streams(me.node, peer.node):
                    with file.open(f"{peer.node}/{stream}.frames", "w") as part:
                        for frame in keeping.frames_of(stream):
                            part.write(frames.write(frame))
        audit("exchange.succeeded", "exchange", me.node, by, at, neighbours=[peer.node for peer in peers])
        lines.tell_all_soon()
    return len(peers)


def inherit(source: BinaryIO, *, by: Officer | None, at: datetime) -> list[str]:
    """Go on for the node that ended: returns the neighbours that came with it."""
    check_can_exchange(by)
    me = engine()
    try:
        with zipfile.ZipFile(source) as file, store().transaction() as tx:
            old, keys = _read_text(me, _member(file, TEXT))
            found = []
            for told in json.loads(_member(file, CARDS)):
                card = Card(told["node"], told["name"], told["root"], told["recovery"])
                if card.node != me.node:
                    _inherit_one(me, tx, old, keys, card, _member(file, f"{card.node}/snapshot"))
                    Line.objects.get_or_create(peer=card.node, defaults={"address": str(told.get("address", ""))[:300]})
                    found.append(card.node)
            _keep_history(file, old)
            audit("exchange.inherited", "exchange", old, by, at, neighbours=found)
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, Broken) as error:
        raise BadInheritance(N_("Không nhận được hồ sơ kế thừa này: %(why)s"), why=str(error)) from None
    for peer in found:
        sharing.catch_up(peer, at=at)
    return found


def _checked(step: Callable[[], T]) -> T:
    try:
        return step()
    except Broken as error:
        raise BadInheritance(N_("Không làm được bước kế thừa này: %(why)s"), why=str(error)) from None


def _card(peer: Peer) -> dict[str, str]:
    line = Line.objects.filter(peer=peer.node).first()
    return {
        "node": peer.node, "name": peer.name, "root": peer.root, "recovery": peer.recovery,
        "address": line.address if line else "",
    }  # fmt: skip


def _streams(one: str, two: str) -> Iterator[str]:
    for giver, taker in ((one, two), (two, one)):
        for lane in LANES:
            yield stream_name(giver, taker, lane)


def _member(file: zipfile.ZipFile, name: str) -> bytes:
    with file.open(name) as part:
        data = part.read(MOST + 1)
    if len(data) > MOST:
        raise Broken("too-large", name)
    return data


def _read_text(me: Engine, text: bytes) -> tuple[str, list[str]]:
    """Who ended, and the keys that signed it beside mine."""
    sealed = envelope.read(text, limit=32_768)
    value = canonical.parse(sealed.payload, limit=32_768, depth=3)
    keys = [public for public, _ in sealed.signatures]
    if sealed.payload_type != succession.PAYLOAD_TYPE or value.get("to") != me.node:
        raise Broken("another-peer", "succession")
    if set(sealed.signed_by(keys)) != set(keys) or not sealed.signed_by(me.keys.public) or len(keys) != 2:
        raise Broken("forged", "succession")
    return str(value["from"]), [key for key in keys if key not in me.keys.public]


def _inherit_one(me: Engine, tx: LedgerTx, old: str, keys: list[str], card: Card, data: bytes) -> None:
    rows = snapshot.read_rows(io.BytesIO(data), old, card.node, keys)
    known = tx.get(Peer, card.node)
    if known is None:
        meeting.start_streams(me, tx, card, now_ms())
    elif (known.root, known.recovery) != (card.root, card.recovery):
        raise Broken("forged", f"{card.node} is known under another key")
    succession.adopt_agreement(me, tx, rows, old, card.node, now_ms())
    succession.adopt(me, tx, rows, old, card.node, now_ms())


def _keep_history(file: zipfile.ZipFile, old: str) -> None:
    """Every entry of the old streams, as signed, beside the archive of ours."""
    where = keeping.folder() / f"inherited-{old}"
    where.mkdir(parents=True, exist_ok=True)
    for name in file.namelist():
        stem = name.rpartition("/")[2]
        if not stem.endswith(".frames"):
            continue
        route = read_stream(stem.removesuffix(".frames"))
        if old not in (route.giver, route.taker):
            continue
        with file.open(name) as part, (where / stem).open("wb") as out:
            while piece := part.read(1024 * 1024):
                out.write(piece)
