"""How much a paper may cost before it is refused, and whose signatures count."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from dataclasses import dataclass

MIB = 1024 * 1024

Watch = Callable[[int, int], None]
"""Told how many pages of how many have been recognised, so that a door can show progress."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Every bound in one place, so that a busy node can tighten them and a strong one loosen them."""

    bytes: int = 64 * MIB
    pages: int = 300
    characters: int = 1_500_000  # of text, about 500 pages: files without pages have a bound too
    unpacked_bytes: int = 256 * MIB
    unpack_ratio: int = 200
    archive_members: int = 5000
    image_pixels: int = 120_000_000
    ocr_pages: int = 60
    ocr_dpi: int = 300
    ocr_seconds_per_page: float = 90.0
    convert_seconds: float = 120.0
    threads: int = 0
    """Pages recognised at the same time; 0 means one for each processor."""
    roots: tuple[builtins.bytes, ...] = ()
    """Certificates (PEM or DER) at which the chain of an electronic signature must end; none: chains are not judged."""


DEFAULT_LIMITS = Limits()
