"""Pages recognised side by side, never more of them in memory than there are lanes."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import ocr
from .limits import Limits

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(frozen=True, slots=True)
class Picture:
    """One page to recognise; ``key`` is the caller's own."""

    key: int
    image: Image
    dpi: int


def recognise_all(pictures: Iterable[Picture], limits: Limits) -> Iterator[tuple[int, ocr.Recognised]]:
    """Keys and results in the order given. ``pictures`` is drawn from this thread only: PDFium serves one at a time."""
    lanes = limits.threads or os.cpu_count() or 1
    waiting: deque[tuple[int, Future[ocr.Recognised]]] = deque()
    with ThreadPoolExecutor(max_workers=lanes) as pool:
        try:
            for one in pictures:
                ocr.require()
                task = pool.submit(ocr.recognise, one.image, dpi=one.dpi, limits=limits, opening=one.key == 0)
                waiting.append((one.key, task))
                if len(waiting) > lanes:
                    key, done = waiting.popleft()
                    yield key, done.result()
            while waiting:
                key, done = waiting.popleft()
                yield key, done.result()
        finally:
            # A refusal ends the paper: what has not begun must not be waited for.
            for _key, task in waiting:
                task.cancel()
