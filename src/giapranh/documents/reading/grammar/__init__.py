"""From the text of a paper to its structure: ``read(source) -> Reading``."""

from __future__ import annotations

from .reader import read

__all__ = ["read"]
