"""Whatever the text, reading ends, never raises, and points only at what is there."""

from __future__ import annotations

import re
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from giapranh.documents.reading.grammar import read
from giapranh.documents.reading.grammar.folding import key
from giapranh.documents.reading.output import to_json
from giapranh.documents.reading.schema import Origin, Reading, SourceText, Value

PAPERS = sorted((Path(__file__).parents[3] / "papers" / "dev").glob("*.txt"))
SAMPLES = Path(__file__).parents[5] / "shared" / "samples"
QUIET = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))


def of(text: str) -> Reading:
    return read(SourceText(text, Origin.PLAIN))


def values(reading: Reading) -> Iterator[Value[object]]:
    for name in (
        "kind",
        "number",
        "symbol",
        "date",
        "place",
        "subject",
        "issuer",
        "issuer_parent",
        "urgency",
        "secrecy",
        "archive",
        "signer",
        "directing_person",
    ):
        value = getattr(reading, name)
        if value is not None:
            yield value
    for name in ("addressees", "citations", "laws", "recipients", "directives"):
        yield from getattr(reading, name)
    for row in reading.directives:
        yield from (*row.value.lead, *row.value.coordinating, *row.value.counterparts)


def check(text: str) -> None:
    reading = of(text)
    to_json(reading)
    for value in values(reading):
        if value.span is not None:
            assert 0 <= value.span.start <= value.span.end <= len(reading.text)
        assert 0 <= value.confidence <= 1
    for row in reading.directives:
        assert row.value.text


OFFICIAL = st.sampled_from(
    [
        "Số:",
        "/QĐ-UBND",
        "12/KH-UBND",
        "ngày 05/3/2025",
        "ngày",
        "tháng",
        "năm 2025",
        "Kính gửi:",
        "Nơi nhận:",
        "- Lưu: VT.",
        "TM. ỦY BAN NHÂN DÂN",
        "KT. CHỦ TỊCH",
        "V/v",
        "Về việc",
        "QUYẾT ĐỊNH",
        "KẾ HOẠCH",
        "Phụ lục",
        "STT",
        "Nhiệm vụ",
        "Đơn vị chủ trì",
        "Điều 1.",
        "I.",
        "1.",
        "a)",
        "- ",
        "+",
        "(1)",
        "Sở Tài chính",
        "các Sở:",
        "Giao",
        "yêu cầu",
        "chủ trì, phối hợp với",
        "trước ngày 15/9/2025",
        "như sau:",
        ":",
        ";",
        ".",
        ",",
        "(",
        ")",
        '"',
        "\n",
        "\n\n",
        "    ",
        "|",
        "\f",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "ỦY BAN NHÂN DÂN",
        "TỈNH LÀO CAI",
        "của",
        "và",
        "Nguyễn Văn An",
        "Luật Đất đai ngày 18/01/2024",
        "định kỳ hằng tháng",
        "tu",
        "ﬁ",
        "\u0301",
        "İ",
        "ß",
        "🙂",
    ]
)


@QUIET
@given(st.text(max_size=400))
def test_arbitrary_text_is_read(text: str) -> None:
    check(text)


@QUIET
@given(st.lists(OFFICIAL, max_size=80).map(" ".join))
def test_official_words_in_any_order_are_read(text: str) -> None:
    check(text)


@QUIET
@given(st.data())
@pytest.mark.skipif(not PAPERS, reason="no papers of our own to change")
def test_changed_papers_are_read(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(PAPERS)).read_text(encoding="utf-8")
    for _ in range(data.draw(st.integers(1, 6))):
        a = data.draw(st.integers(0, len(text)))
        b = min(len(text), a + data.draw(st.integers(0, 200)))
        text = text[:a] + data.draw(st.one_of(st.text(max_size=20), OFFICIAL, st.just(text[a:b] * 2))) + text[b:]
    check(text)


@pytest.mark.parametrize("path", PAPERS, ids=lambda p: p.stem)
def test_decomposed_text_reads_like_composed(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert to_json(of(unicodedata.normalize("NFD", text))) == to_json(of(unicodedata.normalize("NFC", text)))


@pytest.mark.parametrize("path", PAPERS, ids=lambda p: p.stem)
def test_a_value_stands_where_its_span_points(path: Path) -> None:
    reading = of(path.read_text(encoding="utf-8"))
    for row in reading.directives:
        for value in (*row.value.lead, *row.value.coordinating):
            assert value.span is not None
            # A page number may stand inside a name that runs over the end of a page.
            printed = re.sub(r"\n\s*\d+\s*\n", " ", reading.text[value.span.start : value.span.end])
            printed = key(printed).replace(" ", "")
            words = key(value.value).replace(" ", "")
            assert printed
            assert words.endswith(printed) or printed in words or value.confidence < 1
        assert row.span is not None
        here = key(reading.text[row.span.start : row.span.end])
        # A cell of a table is marked on its first line only, which may be short.
        assert here.startswith(key(row.value.text)[: min(12, len(here))])
    for cited in reading.citations:
        assert cited.span is not None
        serial = (cited.value.number or "").split("/")[0].split("-")[0]
        assert serial in reading.text[cited.span.start : cited.span.end]


@pytest.mark.parametrize(
    "text",
    [
        "a" * 100_000,
        "Sở " * 8_000,
        "phối hợp với " * 4_000,
        "(" * 50_000,
        "các Sở: " * 1_400,
        "ngày 01/01/2025 " * 3_000,
        "1. " * 10_000,
        "1/2/3/4-5-6-7-8-" * 3_000,
        "Sở Tài chính, " * 800 + "chủ trì",
        "- Sở A\n" * 3_000,
        "Giao " * 2_300,
        " " * 300_000 + "x",
        "STT  Nhiệm vụ  Đơn vị chủ trì\n" * 600,
        "Nơi nhận:\n" * 10_000,
        "Số: " * 5_000,
        "trước " * 5_000,
        "- _ " * 600 + "\nBÁO  CÁO -- 1\n" * 5,
    ],
    ids=range(17),
)
def test_repetition_does_not_take_for_ever(text: str) -> None:
    began = time.process_time()
    of(text)
    assert time.process_time() - began < 12
