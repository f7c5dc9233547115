"""The file vault: bytes kept under the name of their SHA-256, written whole or not at all, verified on reading.

The vault knows no database. A file without a row is harmless (``sweep`` finds it); a row without a file would be a
broken promise, so callers write here first.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from giapranh.kernel.errors import N_, NotFound, Unavailable

_CHUNK = 1024 * 1024


class BlobMissing(NotFound):
    code = "blob_missing"


class BlobDamaged(Unavailable):
    code = "blob_damaged"


class VaultUnavailable(Unavailable):
    code = "vault_unavailable"


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def put(data: bytes) -> str:
    """Keep ``data``; its SHA-256. A power cut leaves the old state or the new one, never half a file."""
    sha256 = digest(data)
    path = _path(sha256)
    if _still_there(path, len(data)):
        return sha256
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{sha256}.{uuid.uuid4().hex}.tmp")
        try:
            _write(fresh, data)
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)
        _sync_folder(path.parent)
    except OSError as error:
        raise VaultUnavailable(
            N_("Không ghi được tệp vào kho (%(reason)s). Kiểm tra dung lượng đĩa rồi thử lại."),
            reason=error.strerror or str(error),
        ) from error
    return sha256


def read(sha256: str) -> bytes:
    """The bytes named ``sha256``, checked against their name."""
    try:
        data = _path(sha256).read_bytes()
    except FileNotFoundError:
        raise BlobMissing(
            N_("Không còn tệp gốc %(sha256)s trong kho. Hãy khôi phục từ bản sao lưu."), sha256=sha256[:12]
        ) from None
    if digest(data) != sha256:
        raise BlobDamaged(N_("Tệp gốc %(sha256)s trong kho đã hỏng. Hãy khôi phục từ bản sao lưu."), sha256=sha256[:12])
    return data


def opened(sha256: str) -> BinaryIO | None:
    """The file named ``sha256`` to read from, unchecked: whoever receives it checks it against its name."""
    try:
        return _path(sha256).open("rb")
    except FileNotFoundError:
        return None


def holds(sha256: str) -> bool:
    return _path(sha256).exists()


def everything() -> Iterator[str]:
    """The names of all blobs on disk."""
    root = Path(settings.BLOBS)
    for path in sorted(root.glob("??/*")):
        if len(path.name) == 64:
            yield path.name


def sweep(known: Iterable[str], *, older_than: datetime) -> list[str]:
    """Remove leftovers written before ``older_than``: half-written files, blobs that no row names. Their names."""
    root = Path(settings.BLOBS)
    limit = older_than.timestamp()
    named = set(known)
    gone = []
    for path in sorted(root.glob("??/*")):
        if path.name not in named and path.stat().st_mtime < limit:
            path.unlink(missing_ok=True)
            gone.append(path.name)
    return gone


# --- files on their way in: read first, kept later ------------------------------------------------------------------


def stage(uid: uuid.UUID, data: BinaryIO) -> int:
    """Keep an upload beside the vault until it was read; its size."""
    path = staged(uid)
    path.parent.mkdir(parents=True, exist_ok=True)
    size = 0
    with path.open("wb") as out:
        while chunk := data.read(_CHUNK):
            out.write(chunk)
            size += len(chunk)
        out.flush()
        os.fsync(out.fileno())
    return size


def staged(uid: uuid.UUID) -> Path:
    return Path(settings.BLOBS).parent / "staging" / f"{uid}.upload"


def unstage(uid: uuid.UUID) -> None:
    # On Windows a file still open elsewhere cannot go now; the sweep takes it later.
    with contextlib.suppress(OSError):
        staged(uid).unlink(missing_ok=True)


# --- disk -----------------------------------------------------------------------------------------------------------


def _path(sha256: str) -> Path:
    return Path(settings.BLOBS) / sha256[:2] / sha256


def _still_there(path: Path, size: int) -> bool:
    """Whether a whole file has this name; it counts as new again, so that a sweep leaves it to whoever asks now."""
    try:
        if path.stat().st_size != size:
            return False
        os.utime(path)
    except OSError:
        return False
    return True


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())


def _sync_folder(folder: Path) -> None:
    """Make the new name itself safe; Windows keeps names safe on its own and refuses to open a folder."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    except OSError:
        pass
    finally:
        os.close(descriptor)
