"""The example in docs/formats/reading.md is what the reader gives today."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path

from giapranh.documents.reading.grammar import read
from giapranh.documents.reading.output import to_json
from giapranh.documents.reading.schema import Origin, Reading, SourceText

PAGE = (Path(__file__).parents[4] / "docs" / "formats" / "reading.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.S)
    assert found is not None
    return found.group(1)


def test_the_example_is_what_the_reader_gives() -> None:
    reading = to_json(read(SourceText(block("text"), Origin.PLAIN)))
    del reading["text"]
    assert json.loads(block("json")) == json.loads(json.dumps(reading))


def test_every_field_is_on_the_page() -> None:
    assert [f.name for f in fields(Reading) if f"`{f.name}`" not in PAGE] == []
