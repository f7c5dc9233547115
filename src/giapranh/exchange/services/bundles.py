"""The exchange as a file: on a stick, in a letter, beside an official paper. The same entries as on the line."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO

from giapranh.exchange import files
from giapranh.exchange.house import engine, now_ms, store
from giapranh.exchange.ledger import bundle
from giapranh.exchange.ledger.bundle import BundleMade, BundleTaken
from giapranh.exchange.ledger.reasons import Broken
from giapranh.exchange.models import BlobNeed
from giapranh.exchange.permissions import check_can_exchange
from giapranh.exchange.services import sharing
from giapranh.kernel.errors import N_, BadInput
from giapranh.node import home
from giapranh.people.audit import audit
from giapranh.people.models import Officer

SUFFIX = ".giapranh"
Opened = tuple[str, int, Callable[[], BinaryIO]]


class BadBundle(BadInput):
    code = "bad_bundle"


def file_name(peer: str, at: datetime) -> str:
    return f"{engine().node}-{peer}-{at:%Y%m%d-%H%M}{SUFFIX}"


@contextmanager
def spooled() -> Iterator[BinaryIO]:
    """A place for a bundle of any size, gone afterwards."""
    folder = home.home() / "exchange"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.SpooledTemporaryFile(max_size=8 * 1024 * 1024, dir=str(folder)) as file:
        yield file  # type: ignore[misc]


def make(peer: str, out: BinaryIO, *, with_files: bool = True, by: Officer | None, at: datetime) -> BundleMade:
    """Everything the neighbour has not signed for, sealed so that only its key opens it."""
    check_can_exchange(by)
    me = engine()
    try:
        made = bundle.write(me, store(), peer, out, now_ms(), files=_files(peer) if with_files else ())
    except Broken as error:
        raise BadBundle(N_("Không lập được gói: %(why)s"), why=str(error)) from None
    audit("exchange.bundle_made", "neighbour", peer, by, at, entries=made.entries, blobs=made.blobs)
    return made


def _files(peer: str) -> Iterator[Opened]:
    for need in BlobNeed.objects.filter(peer=peer, direction="out").order_by("sha256"):
        file = files.open_file(need.sha256)
        if file is not None:
            file.close()
            yield need.sha256, need.size, partial(_opened, need.sha256)


def _opened(sha256: str) -> BinaryIO:
    file = files.open_file(sha256)
    if file is None:
        raise BadBundle(N_("Tệp %(sha256)s vừa bị gỡ; lập lại gói."), sha256=sha256[:12])
    return file


def apply(source: BinaryIO, *, by: Officer | None, at: datetime) -> BundleTaken:
    """Take a bundle in. What was taken before stays taken; the same file again does nothing twice."""
    check_can_exchange(by)
    try:
        taken = bundle.read(engine(), store(), source, now_ms(), on_blob=_keep)
    except Broken as error:
        raise BadBundle(N_("Không nhận được gói này: %(why)s"), why=str(error)) from None
    sharing.catch_up(taken.peer, at=at)
    audit(
        "exchange.bundle_taken", "neighbour", taken.peer, by, at, states=dict(taken.states), blobs=taken.blobs,
        given_back=taken.given_back,
    )  # fmt: skip
    return taken


def _keep(sha256: str, size: int, offset: int, data: bytes) -> bool:
    return files.assembler(sha256, size).add(offset, data)


def write_to(folder: Path, peer: str, *, by: Officer | None, at: datetime) -> tuple[Path, BundleMade]:
    """A bundle as a file in a folder: whole, or not there."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / file_name(peer, at)
    part = path.with_name(path.name + ".part")
    with part.open("wb") as out:
        made = make(peer, out, by=by, at=at)
        out.flush()
        os.fsync(out.fileno())
    part.replace(path)
    return path, made
