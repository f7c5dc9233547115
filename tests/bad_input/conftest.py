"""What every test of bad input needs: a vault of its own, and a photograph of everything that is stored."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

# Who signed in, what was asked to be done, and the line that tells a person why a file was refused.
NOT_PHOTOGRAPHED = {"django_session", "documents_upload"}


@pytest.fixture(autouse=True)
def vault_folder(tmp_path: Path, settings: Any) -> Path:
    settings.BLOBS = tmp_path / "blobs"
    return tmp_path / "blobs"


@pytest.fixture
def stored(vault_folder: Path) -> Callable[[], dict[str, str]]:
    """``stored()``: every table and every file of the node, each as one digest."""

    def photograph() -> dict[str, str]:
        return {**_tables(), **_files(vault_folder.parent)}

    return photograph


def _tables() -> dict[str, str]:
    names = {name for name in connection.introspection.table_names() if not name.startswith("procrastinate")}
    seen = {}
    with connection.cursor() as cursor:
        for name in sorted(names - NOT_PHOTOGRAPHED):
            row = f"select count(*), md5(coalesce(string_agg(t::text, chr(10) order by t::text), '')) from \"{name}\" t"
            cursor.execute(row)
            seen[name] = "{}:{}".format(*cursor.fetchone())
    return seen


def _files(folder: Path) -> dict[str, str]:
    found = (path for name in ("blobs", "staging") for path in (folder / name).rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}
