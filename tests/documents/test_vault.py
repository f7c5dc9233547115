"""Originals are kept byte for byte, whole or not at all."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from giapranh.documents import vault
from giapranh.kernel import clock
from giapranh.kernel.errors import NotFound, Unavailable


def test_bytes_come_back_as_they_went_in(vault_folder: Path) -> None:
    sha256 = vault.put("Công văn\x00\xff".encode())
    assert vault.read(sha256) == "Công văn\x00\xff".encode()
    assert vault.put("Công văn\x00\xff".encode()) == sha256
    assert [path.name for path in vault_folder.rglob("*") if path.is_file()] == [sha256]


def test_a_changed_byte_is_noticed_on_reading(vault_folder: Path) -> None:
    sha256 = vault.put(b"original")
    (vault_folder / sha256[:2] / sha256).write_bytes(b"0riginal")
    with pytest.raises(Unavailable, match="đã hỏng"):
        vault.read(sha256)


def test_a_missing_file_says_what_to_do() -> None:
    with pytest.raises(NotFound, match="Hãy khôi phục từ bản sao lưu"):
        vault.read("0" * 64)


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_power_cut_while_writing_leaves_nothing_half(
    step: str, vault_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt("power cut")

    with monkeypatch.context() as broken:
        broken.setattr(vault.os, "fsync", cut) if step == "fsync" else broken.setattr(Path, "replace", cut)
        with pytest.raises(KeyboardInterrupt):
            vault.put(b"paper")
    assert not vault.holds(vault.digest(b"paper"))
    assert vault.read(vault.put(b"paper")) == b"paper"


def test_a_full_disk_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(vault.os, "fsync", full)
    with pytest.raises(Unavailable, match="Kiểm tra dung lượng đĩa"):
        vault.put(b"paper")


def test_the_sweep_takes_old_leftovers_only(vault_folder: Path) -> None:
    kept, orphan = vault.put(b"kept"), vault.put(b"orphan")
    assert vault.sweep([kept], older_than=clock.now() - timedelta(hours=1)) == []
    assert vault.sweep([kept], older_than=clock.now() + timedelta(hours=1)) == [orphan]
    assert vault.holds(kept)
