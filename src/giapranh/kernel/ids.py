"""Identifiers that two nodes can make apart and never collide; they sort by time."""

from __future__ import annotations

from uuid import UUID

import uuid6


def new_id() -> UUID:
    """A fresh UUID version 7."""
    return UUID(bytes=uuid6.uuid7().bytes)


def read_id(text: str) -> UUID:
    """The identifier somebody else wrote; for what is none, the nil one, which nothing has."""
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
