"""Real papers where they are at hand: what stands only in signature fields, and a text layer that lies."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from giapranh.documents.reading import open_paper
from giapranh.documents.reading.schema import Origin

SAMPLES = Path(__file__).resolve().parents[5] / "shared" / "samples"
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample papers are not beside the repository")


def _open(number):
    return open_paper((SAMPLES / "originals" / f"{number}.pdf").read_bytes(), f"{number}.pdf")


def _index(number):
    with (SAMPLES / "index.tsv").open(encoding="utf-8") as table:
        return next(row for row in csv.DictReader(table, delimiter="\t") if row["id"] == number)


@pytest.mark.parametrize("number", ["001", "003", "020"])
def test_number_and_day_of_an_issued_paper_come_from_its_stamped_fields(number):
    source, told = _open(number), _index(number)
    stamped = [field.text for field in source.stamped]
    assert told["number"].split("/")[0] in stamped
    assert str(int(told["date"][-2:])) in [text.lstrip("0") for text in stamped]
    assert source.origin is Origin.BORN_DIGITAL
    line = next(one for one in source.text.splitlines() if told["number"].split("/")[1] in one)
    assert told["number"] in "".join(line.split())
    assert all(signature.intact for signature in source.signatures)
    assert len(source.signatures) >= 5


@pytest.mark.ocr
def test_a_text_layer_in_the_wrong_language_is_read_again():
    source = _open("009")
    assert "ocr_layer_redone" in [remark.code for remark in source.remarks]
    assert "note" in [remark.code for remark in source.remarks]
    words = (SAMPLES / "texts" / "009.corrected.txt").read_text(encoding="utf-8").split("\n", 1)[1].split()
    assert sum(word in source.text.split() for word in words) > 0.9 * len(words)
