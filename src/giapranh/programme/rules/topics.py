"""What a duty is about, and which indicators are worth watching for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from giapranh.kernel.periods import valid_on
from giapranh.kernel.text import search_key


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic of ``data/topics.toml``: its words (any of them in the text), its proposed indicators, best first."""

    key: str
    title: str
    words: tuple[str, ...]
    indicators: tuple[str, ...]
    rank: int = 0
    duty: str = ""  # the field of work it belongs to, as the people room names duties
    valid_from: date | None = None
    valid_to: date | None = None
    source: str = ""


def topic_of(text: str, topics: Iterable[Topic], *, day: date, hint: str | None = None) -> Topic | None:
    """The topic whose words stand most often in ``text``; ``hint`` (a key from the reading) wins when it is known."""
    held = valid_on(topics, day)
    for topic in held:
        if hint and topic.key == hint:
            return topic
    key = f" {search_key(text)} "
    scored = [(sum(key.count(search_key(word)) for word in topic.words), -topic.rank, topic) for topic in held]
    best = max(scored, key=lambda row: row[:2], default=None)
    return best[2] if best and best[0] else None


def indicators_for(topic: Topic | None, known: Iterable[str], always: Iterable[str]) -> list[str]:
    """Proposed indicators that some room has registered, the topic's own first, each once."""
    wanted = [*(topic.indicators if topic else ()), *always]
    available = set(known)
    return [key for key in dict.fromkeys(wanted) if key in available]


def topics_from(rows: Sequence[Mapping[str, Any]]) -> tuple[Topic, ...]:
    """Topics as the data file holds them."""
    return tuple(
        Topic(**{**row, "words": tuple(row["words"]), "indicators": tuple(row.get("indicators", ()))}) for row in rows
    )
