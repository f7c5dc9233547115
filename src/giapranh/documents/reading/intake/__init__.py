"""Bytes of a paper become :class:`~..schema.SourceText`: the door is :func:`open_paper`."""

from __future__ import annotations

from .limits import DEFAULT_LIMITS, Limits, Watch
from .opening import open_paper
from .refusals import PaperRefused

__all__ = ["DEFAULT_LIMITS", "Limits", "PaperRefused", "Watch", "open_paper"]
