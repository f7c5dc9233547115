"""256 words two people can read to each other over a bad line: one byte each, alike in no mark-less form."""

from __future__ import annotations

from pathlib import Path

WORDS: tuple[str, ...] = tuple(Path(__file__).with_name("words.txt").read_text("utf-8").split())


def words_of(data: bytes) -> list[str]:
    return [WORDS[byte] for byte in data]
