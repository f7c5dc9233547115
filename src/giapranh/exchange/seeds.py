"""The private keys of this node: one file in its folder, readable by its owner alone, first key first.

A key is never removed: what was sealed to it must stay readable. The recovery key is not here; it is printed once.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from giapranh.exchange.ledger.keys import KeyRing
from giapranh.kernel.errors import N_, Unavailable
from giapranh.node import home


def _path() -> Path:
    return home.home() / "secrets" / "exchange-keys.json"


def exist() -> bool:
    return _path().exists()


def load() -> KeyRing:
    """The keys of this node. Without them nothing can be signed."""
    try:
        seeds = [bytes.fromhex(text) for text in json.loads(_path().read_text("ascii"))]
    except FileNotFoundError:
        raise Unavailable(
            N_("Nút này chưa có khóa trao đổi: mở Láng giềng và bấm “Tạo khóa”, hoặc gõ giapranh exchange keys.")
        ) from None
    except (OSError, ValueError):
        raise Unavailable(
            N_("Không đọc được tệp khóa trao đổi secrets/exchange-keys.json: hãy lấy lại từ bản sao lưu.")
        ) from None
    return KeyRing(seeds)


def add(seed: bytes) -> None:
    """Keep one more key, on the disk before anything is signed with it."""
    path = _path()
    known = json.loads(path.read_text("ascii")) if path.exists() else []
    if seed.hex() in known:
        return
    path.parent.mkdir(mode=0o700, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    fresh.touch(mode=0o600)
    with fresh.open("w", encoding="ascii") as file:
        json.dump([*known, seed.hex()], file)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
