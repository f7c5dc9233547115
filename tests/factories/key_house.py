"""A machine's key for the walks over every page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from giapranh.kernel import clock
from giapranh.people.models import Officer
from giapranh.water.models import ApiKey


def furnish(node: Any, by: Officer, say: Callable[[str], str] = lambda word: word) -> dict[str, Any]:
    """One key of the water office; the addresses of the machine interface need a path."""
    key = ApiKey.objects.create(
        name=say("Bộ ghi dữ liệu")[:110], office=node.water, scope="write", hint="gr_abcde", token_hash="0" * 64,
        made_by=by, made_at=clock.now(),
    )  # fmt: skip
    return {"api_key_id": key.pk, "sta:entrance.path": "Things"}
