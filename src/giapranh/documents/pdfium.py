"""PDFium works for one thread at a time: two calls at once, even on two files, may end the process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

_turn = threading.RLock()


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold this around everything that may reach PDFium."""
    with _turn:
        yield


@contextmanager
def in_turn(data: bytes, name: str) -> Iterator[None]:
    """The same for a file that may hold a PDF; Word and plain text need not wait behind a scan."""
    if not _may_hold_pdf(data, name):
        yield
        return
    with _turn:
        yield


def _may_hold_pdf(data: bytes, name: str) -> bool:
    head = data[:4096].lower()
    zipped = head.startswith(b"pk") and not name.lower().endswith((".docx", ".xlsx"))
    return b"%pdf-" in head or b"edxml" in head or zipped
