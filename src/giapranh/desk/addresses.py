"""Where the pages of other rooms are, in one place."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse


def of(name: str, *args: object) -> str:
    """The address of a page, or an empty text when this house has no such page."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
