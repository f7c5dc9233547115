"""The scorer against known counts and the outside scorer; the corpus against itself; the page of figures."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from giapranh.cli.accuracy import own_papers, sample_papers
from giapranh.cli.accuracy_page import Measured, write_page
from giapranh.documents.reading.scoring import FIELDS, Score, add_up, overall, score_paper
from giapranh.kernel.errors import NotFound

ROOT = Path(__file__).resolve().parents[2]
PAPERS = ROOT / "tests" / "papers"
SAMPLES = ROOT.parent / "shared" / "samples"
OWN = own_papers(PAPERS)

GOLD = {
    "kind": "Công văn",
    "number": 5,
    "symbol": "STNMT-NKS",
    "date": "2024-09-12",
    "place": "Lạng Sơn",
    "subject": "phối hợp quản lý khoáng sản",
    "issuer": "Sở Tài nguyên và Môi trường tỉnh Lạng Sơn",
    "signer": {"name": "Lộc Văn Thiết"},
    "citations": [{"number": "03/KH-UBND", "date": "2024-01-08"}, {"number": "12/QĐ-UBND", "date": None}],
    "directives": [
        {"text_start": "Sở Xây dựng chủ trì rà soát", "lead": "Sở Xây dựng; Sở Tài chính",
         "coordinating": ["Công an tỉnh", "Sở Nội vụ"], "deadline": "2024-09-30T17:00"},
        {"text_start": "Tổ chức tuyên truyền", "lead": None, "coordinating": [], "deadline": None},
    ],
    "recipients": ["Như trên", "Lưu: VT, NKS"],
}  # fmt: skip


def as_reading(gold):
    """The answers in the shape in which a reading gives them."""
    directives = [
        {**told, "text": told["text_start"], "due": {"date": told["deadline"]}} for told in gold.get("directives", [])
    ]
    return {**gold, "directives": directives}


def test_a_reading_like_the_answers_scores_one_everywhere():
    scores = score_paper(GOLD, as_reading(GOLD))
    assert {field: score.f1 for field, score in scores.items()} == dict.fromkeys(FIELDS, 1.0)
    assert overall(scores).f1 == 1.0


def test_an_empty_reading_finds_nothing_and_gives_nothing_to_count_against():
    scores = score_paper(GOLD, {})
    assert scores["directives"] == Score(0, 2, 0)
    assert scores["lead"] == Score(0, 1, 1)
    assert scores["due"] == Score(0, 1, 0)
    assert scores["header"] == Score(0, 8, 8)


def test_wrapped_values_parts_of_a_date_and_lists_of_units_are_understood():
    reading = as_reading(GOLD)
    reading["number"] = {"value": "05", "confidence": 0.9}
    reading["date"] = {"value": {"day": 12, "month": 9, "year": 2024}}
    reading["directives"][0]["lead"] = [{"value": "SỞ TÀI CHÍNH"}, {"value": "Sở Xây dựng"}]
    scores = score_paper(GOLD, reading)
    assert (scores["number"].hit, scores["date"].hit, scores["lead"].hit) == (1, 1, 1)


def test_a_number_read_where_the_page_is_blank_is_wrong():
    blank = {**GOLD, "number": None, "date": None}
    assert score_paper(blank, as_reading(GOLD))["number"] == Score(0, 1, 1)
    assert score_paper(blank, as_reading(GOLD))["date"] == Score(0, 1, 1)
    assert score_paper(blank, as_reading(blank))["number"] == Score(1, 1, 1)


def test_a_day_read_where_none_is_given_lowers_the_precision_of_days():
    reading = as_reading(GOLD)
    reading["directives"][1]["due"] = {"date": "2024-10-01"}
    assert score_paper(GOLD, reading)["due"] == Score(1, 1, 2)


def test_a_directive_missed_misses_its_lead_and_day_too():
    reading = as_reading(GOLD)
    del reading["directives"][0]
    scores = score_paper(GOLD, reading)
    assert (scores["directives"], scores["lead"], scores["due"]) == (Score(1, 2, 1), Score(0, 1, 1), Score(0, 1, 0))
    assert scores["coordinating"] == Score(0, 2, 0)


def spoilt(gold):
    """A reading with mistakes of several kinds, the same every time."""
    reading = as_reading(gold)
    directives = [dict(told) for told in reading["directives"]]
    for index, told in enumerate(directives):
        if index % 3 == 0:
            told["text"] = "Văn bản khác hẳn " + told["text"][::-1]
        if index % 4 == 1:
            told |= {"lead": None, "due": "2001-01-01", "coordinating": [*told["coordinating"], "Sở Lạ"]}
    return {
        **reading,
        "directives": directives[::-1] + directives[:1],
        "citations": [*gold["citations"][1:], {"number": "1/QĐ-LẠ", "date": {"year": 2020, "month": 1, "day": 2}}],
        "recipients": [{"value": {"text": name.upper(), "note": None}} for name in gold.get("recipients") or []][1:],
        "subject": str(gold.get("subject"))[:25],
        "symbol": {"value": gold.get("symbol")},
        "issuer": None,
    }


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="../shared/samples is not here")
def test_the_figures_are_those_of_the_outside_scorer(tmp_path):
    gold, out = tmp_path / "gold", tmp_path / "out"
    gold.mkdir()
    out.mkdir()
    papers = {f"{paper.corpus}-{paper.name}": paper.gold for paper in OWN + sample_papers(SAMPLES)}
    totals = add_up(score_paper(answers, spoilt(answers)) for answers in papers.values())
    for name, answers in papers.items():
        (gold / f"{name}.json").write_text(json.dumps(answers), encoding="utf-8")
        (out / f"{name}.json").write_text(json.dumps(spoilt(answers)), encoding="utf-8")
    outside = [sys.executable, str(SAMPLES / "score.py"), str(gold), str(out)]
    told = subprocess.run(outside, capture_output=True, encoding="utf-8", check=True).stdout
    lines = re.findall(r"^(\w+) .*\((\d+) of (\d+) gold, (\d+) given\)", told, re.MULTILINE)
    counts = {field: Score(*map(int, numbers)) for field, *numbers in lines}
    assert counts == totals
    assert 0 < totals["directives"].f1 < 1


def test_at_least_eighteen_papers_are_for_developing_and_eighteen_only_for_measuring():
    dev, exam = (sum(paper.corpus == corpus for paper in OWN) for corpus in ("dev", "exam"))
    assert dev >= 18
    assert exam == 18


@pytest.mark.parametrize("paper", OWN, ids=lambda paper: paper.name)
def test_the_answers_of_a_paper_fit_together(paper):
    starts = [told["text_start"] for told in paper.gold["directives"]]
    assert len(set(starts)) == len(starts)
    for score in score_paper(paper.gold, as_reading(paper.gold)).values():
        assert score.hit == score.gold == score.given


@pytest.mark.parametrize("paper", [paper for paper in OWN if not paper.scanned], ids=lambda paper: paper.name)
def test_the_answers_of_a_paper_stand_in_its_text(paper):
    page = paper.path.read_text("utf-8")
    text = squeezed(page)
    for told in paper.gold["directives"]:
        # The cells of a table are interleaved on the page: there its words must do.
        in_a_cell = re.search(r"(?m)^\s*S?TT\s", page)
        assert squeezed(told["text_start"]) in text or (
            in_a_cell and set(told["text_start"].split()[:-1]) <= set(page.split())
        )
    assert all(squeezed(cited["number"]) in text for cited in paper.gold["citations"])
    assert squeezed(paper.gold["signer"]["name"] or "") in text


def squeezed(page):
    """The page without any space, line or page number: web copies run words together."""
    return "".join(re.sub(r"\n\f? *\d{1,2}\n", "\n", unicodedata.normalize("NFC", page)).split())


def test_the_page_tells_every_group_and_what_was_measured_at_first_sight():
    half = {**score_paper(GOLD, as_reading(GOLD)), "lead": Score(0, 1, 1)}
    page = write_page([Measured("dev", "d01", False, half), Measured("exam", "e01", True, half)])
    assert "| dev, text | 1 | 1.000 | 1.000 | 1.000 | 0.000 | 1.000 |" in page
    assert "| exam, OCR | 1 | 1.000 | 1.000 | 1.000 | 0.000 | 1.000 |" in page
    assert re.search(r"\| d01 \| text \| 0\.\d+ \| lead 0/1 \|", page)
    assert re.search(r"\| e01 \| OCR \| 0\.\d+ \| lead 0/1 \|", page)
    assert "| 0.972 | 0.979 | 0.933 | 0.875 |" in page


def test_a_folder_without_answers_is_refused(tmp_path):
    with pytest.raises(NotFound):
        own_papers(tmp_path)
    with pytest.raises(NotFound):
        sample_papers(tmp_path)


def test_the_command_reads_the_papers_and_writes_the_page(tmp_path):
    page = tmp_path / "pages" / "accuracy.md"
    program = [sys.executable, "-m", "giapranh", "accuracy", "--papers", str(PAPERS), "--out", str(page)]
    told = subprocess.run(program, capture_output=True, encoding="utf-8", check=True, cwd=tmp_path).stdout
    assert "dev, text" in told
    assert "| exam, OCR | 4 |" in page.read_text("utf-8")
