"""``docs/states.md``, printed from the tables it describes: ``python -m giapranh.programme.states_page``."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from giapranh.programme.rules.buckets import BUCKET_WORDS, NEAR_DAYS
from giapranh.programme.rules.states import (
    NEEDS_PRODUCT,
    NEEDS_REASON,
    NEXT,
    PART_NEXT,
    PART_WORDS,
    RUNNING,
    TASK_WORDS,
    VERB_WORDS,
    diagram,
)

PAGE = Path(__file__).resolve().parents[3] / "docs" / "states.md"


def page() -> str:
    """The whole page."""
    return "\n".join(
        [
            "# States of a task and of a part",
            "",
            "Printed from `src/giapranh/programme/rules/states.py` by `python -m giapranh.programme.states_page`;",
            "a test keeps the two equal. Change the table, then print the page.",
            "",
            "## Task",
            "",
            *_drawing(diagram(NEXT)),
            *_words(TASK_WORDS, RUNNING),
            "## Part of a coordinating office",
            "",
            *_drawing(diagram(PART_NEXT)),
            *_words(PART_WORDS, frozenset()),
            "## Steps",
            "",
            *_steps(),
            "## Time",
            "",
            *_time(),
            "",
        ]
    )


def _drawing(text: str) -> list[str]:
    return ["```mermaid", text, "```", ""]


def _words(words: Mapping[StrEnum, str] | Mapping, running: frozenset) -> list[str]:
    clock = bool(running)
    lines = ["| state | in the page |" + (" clock |" if clock else ""), "|---|---|" + ("---|" if clock else "")]
    for state, word in words.items():
        ending = f" {'runs' if state in running else 'stands'} |" if clock else ""
        lines.append(f"| `{state}` | {word} |{ending}")
    return [*lines, ""]


def _steps() -> list[str]:
    lines = ["| step | in the page | needs |", "|---|---|---|"]
    for verb, word in VERB_WORDS.items():
        needs = [name for name, verbs in (("a product", NEEDS_PRODUCT), ("a reason", NEEDS_REASON)) if verb in verbs]
        kind = "part" if type(verb).__name__ == "PartVerb" else "task"
        lines.append(f"| {kind} `{verb}` | {word} | {', '.join(needs)} |")
    return [*lines, ""]


def _time() -> list[str]:
    return [
        "Beside its state a task stands in one bucket of time, computed while the clock runs and frozen when it stops:",
        "at the moment the lead hands the task in (not when the giver reads it), when it is paused, when it is cancelled.",
        "A task that is returned or resumed has no frozen bucket; its clock runs again.",
        "",
        "| bucket | in the page | when |",
        "|---|---|---|",
        f"| `overdue` | {BUCKET_WORDS_BY['overdue']} | the day, or its hour where the paper names one, has passed |",
        f"| `nearly_due` | {BUCKET_WORDS_BY['nearly_due']} | at most {NEAR_DAYS} working days are left (a setting) |",
        f"| `in_time` | {BUCKET_WORDS_BY['in_time']} | later than that |",
        f"| `no_date` | {BUCKET_WORDS_BY['no_date']} | the task has no date |",
    ]


BUCKET_WORDS_BY = {str(bucket): word for bucket, word in BUCKET_WORDS.items()}


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
