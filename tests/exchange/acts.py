"""What the tests let a real node do, called by name in its own process. Each takes and gives plain JSON."""

from __future__ import annotations

import hashlib
import json
import os
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from giapranh.exchange import files, kinds
from giapranh.exchange.ledger.agreement import Clause
from giapranh.exchange.ledger.engine import EffectRefused
from giapranh.exchange.ledger.entry import Blob
from giapranh.node import home

LANES = {"flood": "alert", "note": "record", "series": "bulk"}
FIELDS = {"name": "tên", "level": "mức", "text": "lời", "file": "tệp"}


def register() -> None:
    """Three kinds of made records, one in each lane, kept as files of the node."""
    for name, lane in LANES.items():
        kinds.register_kind(_kind(name, lane))
    files.register_opener("tests", _open)


def _kind(name: str, lane: str) -> kinds.Shareable:
    return kinds.Shareable(
        name, name, FIELDS, partial(_read, name), lambda data: str(data.get("name")), lane=lane, check=_check,
        every=partial(_every, name), files=partial(_files, name),
    )  # fmt: skip


def _check(data: dict[str, Any]) -> None:
    if data.get("level") == "poison":
        raise EffectRefused("Mức nước không hợp lệ.")


def _path(kind: str, record_id: str) -> Path:
    folder = home.home() / "records" / kind
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{record_id}.json"


def _read(kind: str, record_id: str) -> dict[str, Any] | None:
    path = _path(kind, record_id)
    return json.loads(path.read_text("utf-8")) if path.exists() else None


def _every(kind: str) -> list[str]:
    return sorted(path.stem for path in _path(kind, "x").parent.glob("*.json"))


def _files(kind: str, record_id: str) -> tuple[Blob, ...]:
    data = _read(kind, record_id) or {}
    if not data.get("file"):
        return ()
    size = (home.home() / "originals" / data["file"]).stat().st_size
    return (Blob(data["file"], size, "application/octet-stream", "tep.bin"),)


def _open(sha256: str) -> BinaryIO | None:
    path = home.home() / "originals" / sha256
    return path.open("rb") if path.is_file() else None


# --- acts ------------------------------------------------------------------------------------------------------------


def set_up(node: str, name: str, code: str) -> None:
    from tests.factories.people import make_agency
    from tests.factories.places import make_province

    from giapranh.people.models import Node

    province = make_province(code, name)
    agency = make_agency("Sở Nông nghiệp và Môi trường", abbreviation="SNNMT", unit=province)
    Node.objects.create(pk=1, node_id=node, name=name, agency=agency, province=province)


def make_keys() -> dict[str, Any]:
    from giapranh.exchange.services import meeting
    from giapranh.kernel import clock

    made = meeting.make_keys(by=None, at=clock.now())
    return {"words": made.words, "recovery": made.recovery}


def meet(address: str, words: str) -> str:
    from giapranh.exchange.services import meeting
    from giapranh.kernel import clock

    card = meeting.fetch_card(address, by=None)
    return meeting.meet(card=card, typed=words, address=address, by=None, at=clock.now())


def propose(me: str, peer: str, names: list[str], **more: Any) -> int:
    from giapranh.exchange.services import agreements
    from giapranh.kernel import clock

    values: dict[str, Any] = {"purpose": "phối hợp", "source": "Công văn phối hợp", "original": True} | more
    clauses = [
        Clause(f"{giver}-{kind}", giver, taker, kind, tuple(FIELDS), **values)
        for giver, taker in ((me, peer), (peer, me))
        for kind in names
    ]
    agreements.save_draft(peer, clauses, "", by=None, at=clock.now())
    return agreements.propose(peer, by=None, at=clock.now())


def countersign(peer: str, version: int) -> None:
    from giapranh.exchange.services import agreements
    from giapranh.kernel import clock

    agreements.countersign(peer, version, by=None, at=clock.now())


def change(kind: str, record_id: str, **data: Any) -> list[str]:
    """Write a record and tell the neighbours, as a room would."""
    from django.db import transaction

    from giapranh.exchange.ledger.engine import Written
    from giapranh.exchange.services import sharing
    from giapranh.kernel import clock

    with transaction.atomic():
        _path(kind, record_id).write_text(json.dumps(data), encoding="utf-8")
        found = sharing.record_changed(kind, record_id, at=clock.now())
    return [result.event_id if isinstance(result, Written) else result.reason for result in found]


def many(kind: str, number: int) -> int:
    return sum(len(change(kind, f"m{n}", name=f"Trạm {n}", level=str(n))) for n in range(number))


def backlog(kind: str, days: int, a_day: int) -> int:
    """Days of records, each written on its day."""
    from giapranh.kernel import clock

    true, written = clock.now, 0
    try:
        for day in range(days, 0, -1):
            clock.now = lambda day=day: true() - timedelta(days=day)
            for n in range(a_day):
                written += len(change(kind, f"{day}-{n}", name=f"Ngày {day}", level=str(n)))
    finally:
        clock.now = true
    return written


def pull_until_quiet(peer: str) -> dict[str, Any]:
    done = pull(peer)
    while done["unfinished"]:
        done = pull(peer)
    return done


def order(peer_stream: str) -> list[list[int]]:
    """When the entries of each lane with an effect were taken: first and last."""
    from django.db.models import Max, Min

    from giapranh.exchange.models import Place

    found = []
    for lane in ("alert", "record", "bulk"):
        rows = Place.objects.filter(stream=f"{peer_stream}.{lane}", kind__in=LANES)
        found.append(list(rows.aggregate(first=Min("at"), last=Max("at")).values()))
    return found


def bundle(peer: str, name: str) -> str:
    """A file for the neighbour, as on a stick."""
    from giapranh.exchange.services import bundles
    from giapranh.kernel import clock

    path, _ = bundles.write_to(home.home() / "stick" / name, peer, by=None, at=clock.now())
    return str(path)


def apply(path: str) -> dict[str, Any]:
    from giapranh.exchange.services import bundles
    from giapranh.kernel import clock

    with Path(path).open("rb") as source:
        taken = bundles.apply(source, by=None, at=clock.now())
    return {"peer": taken.peer, "states": dict(taken.states), "blobs": taken.blobs, "given_back": taken.given_back}


def succession_draft(card: str, since: str, why: str) -> str:
    from datetime import date

    from giapranh.exchange.services import succeeding
    from giapranh.kernel import clock

    return succeeding.draft(card.encode(), date.fromisoformat(since), why, by=None, at=clock.now()).decode()


def succession_accept(text: str) -> str:
    from giapranh.exchange.services import succeeding
    from giapranh.kernel import clock

    return succeeding.accept(text.encode(), by=None, at=clock.now()).decode()


def succession_tell(text: str) -> str:
    from giapranh.exchange.services import succeeding
    from giapranh.kernel import clock

    path = home.home() / "inheritance.zip"
    with path.open("wb") as out:
        succeeding.tell(text.encode(), out, by=None, at=clock.now())
    return str(path)


def inherit(path: str) -> list[str]:
    from giapranh.exchange.services import succeeding
    from giapranh.kernel import clock

    with Path(path).open("rb") as source:
        return succeeding.inherit(source, by=None, at=clock.now())


def my_card() -> str:
    from giapranh.exchange.services import meeting

    return (meeting.card() or b"").decode()


def peers() -> dict[str, list[str]]:
    from giapranh.exchange.models import Peer

    return {p.node: [p.state, p.successor] for p in Peer.objects.all()}


def keep() -> dict[str, Any]:
    """What happens every night."""
    from giapranh.exchange.services import keeping
    from giapranh.kernel import clock

    return {"archived": keeping.archive(at=clock.now()), "found": keeping.verify(at=clock.now())}


def flip_a_bit(stream: str) -> int:
    """The disk goes bad under one stored entry, past every guard."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "UPDATE exchange_entry SET envelope = set_byte(envelope, 200, get_byte(envelope, 200) # 1)"
            " WHERE stream = %s AND seq = (SELECT min(seq) + 2 FROM exchange_entry WHERE stream = %s)",
            [stream, stream],
        )
        return cursor.rowcount


def counts(stream: str) -> dict[str, int]:
    """What must always be one and the same number, whenever the process died."""
    from giapranh.exchange.models import Effect, Entry, Head, Place

    places = Place.objects.filter(stream=stream)
    return {
        "head": Head.objects.get(stream=stream).seq, "places": places.count(),
        "entries": Entry.objects.filter(stream=stream).count(), "effects": Effect.objects.filter(stream=stream).count(),
        "applied": places.filter(state="applied").count(), "receipts": places.filter(kind="receipt").count(),
    }  # fmt: skip


def keep_original(size: int) -> str:
    data = os.urandom(1024) * (size // 1024)
    folder = home.home() / "originals"
    folder.mkdir(exist_ok=True)
    name = hashlib.sha256(data).hexdigest()
    (folder / name).write_bytes(data)
    return name


def pull(peer: str) -> dict[str, Any]:
    from giapranh.exchange.models import Line
    from giapranh.exchange.services import rounds

    done = rounds.run(Line.objects.get(peer=peer))
    names = ("outcomes", "given_back", "blobs", "error", "missing", "unfinished")
    return {name: getattr(done, name) for name in names}


def round_due() -> list[str]:
    from giapranh.exchange.services import rounds
    from giapranh.kernel import clock

    return [done.peer for done in rounds.run_due(clock.now())]


def round_until_quiet() -> int:
    from giapranh.exchange.services import rounds

    return rounds.run_until_quiet()


def reach(peer: str, address: str) -> None:
    from giapranh.exchange.services import meeting
    from giapranh.kernel import clock

    meeting.set_line(peer, address=address, certificate="", enabled=True, by=None, at=clock.now())


def line(peer: str) -> dict[str, Any]:
    from giapranh.exchange.models import Line

    row = Line.objects.get(peer=peer)
    return {
        "failures": row.failures, "error": row.last_error, "hinted": row.hinted, "wants_hint": row.wants_hint,
        "waits": None if row.next_try_at is None else (row.next_try_at - row.last_try_at) / timedelta(seconds=1),
    }  # fmt: skip


def record(peer: str, subject: str) -> dict[str, Any] | None:
    from giapranh.exchange.models import Record

    row = Record.objects.filter(peer=peer, subject=subject).first()
    if row is None:
        return None
    data = json.loads(bytes(row.data)) if row.data else None
    return {"data": data, "owner": row.owner, "version": row.version, "state": row.state, "blocked": row.blocked_by}


def receipts(subject: str) -> list[str]:
    from giapranh.exchange.models import Entry, Receipt

    hashes = Entry.objects.filter(subject=subject).values_list("hash", flat=True)
    return sorted(Receipt.objects.filter(hash__in=list(hashes)).values_list("status", flat=True))


def alarms() -> dict[str, int]:
    from giapranh.exchange.models import Alarm

    return {a.kind: a.count for a in Alarm.objects.exclude(kind="last-statement")}


def verify() -> list[str]:
    from giapranh.exchange.house import engine, store
    from giapranh.exchange.ledger import audit

    with store().transaction() as tx:
        return [f"{f.stream} {f.seq} {f.what}" for f in audit.verify(engine(), tx)]


def state(peer: str) -> list[str]:
    """One line for each shared record; the hash of them is what two nodes compare."""
    from giapranh.exchange.house import store
    from giapranh.exchange.ledger import snapshot

    with store().transaction() as tx:
        return [str(line) for line in snapshot.state_lines(tx, peer)]


def blob_here(sha256: str) -> int:
    path = files.path_of(sha256)
    return path.stat().st_size if path.exists() else -1


def part_of_blob(sha256: str, size: int) -> None:
    """What lies there after a line that broke off."""
    from giapranh.exchange.ledger.blobs import PIECE

    files.assembler(sha256, size)
    path = files.path_of(sha256)
    path.with_name(path.name + ".part").write_bytes(b"")
    assert size > PIECE


def head(stream: str) -> list[Any]:
    from giapranh.exchange.models import Head

    row = Head.objects.get(stream=stream)
    return [row.epoch, row.seq, row.hash]


def hurry(seconds: float) -> None:
    """A node without patience, so that a test need not have any."""
    from giapranh.exchange import line

    line.ANSWER_SECONDS = seconds


def places(stream: str) -> list[list[Any]]:
    from giapranh.exchange.models import Place

    return [[p.state, p.reason] for p in Place.objects.filter(stream=stream).order_by("seq")]


def entries(stream: str) -> int:
    from giapranh.exchange.models import Head

    return Head.objects.get(stream=stream).seq
