"""``giapranh accuracy``: reads the test papers and writes down how well. Needs no database and no Django."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from giapranh.cli.accuracy_page import Measured, summary_lines, write_page
from giapranh.cli.language import _
from giapranh.cli.paper_pool import Job, read_all
from giapranh.documents.reading.scoring import score_paper
from giapranh.kernel.errors import N_, BadInput, NotFound

ROOT = Path(__file__).resolve().parents[3]
_PAPERS = ROOT / "tests" / "papers"
_SAMPLES = ROOT.parent / "shared" / "samples"
_PAGE = ROOT / "docs" / "accuracy.md"


@dataclass(frozen=True, slots=True)
class KnownPaper:
    """A paper whose answers are known. ``scanned``: its text is uncorrected OCR."""

    corpus: str
    name: str
    path: Path
    gold: dict[str, Any]
    scanned: bool


def accuracy(
    papers: Annotated[
        Path | None, typer.Option("--papers", metavar="DIR", help=_("Thư mục văn bản thử kèm đáp án."))
    ] = None,
    samples: Annotated[
        Path | None, typer.Option("--samples", metavar="DIR", help=_("Thêm một thư mục văn bản thật kèm đáp án."))
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help=_("Trang kết quả sẽ ghi."))] = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, help=_("Số tiến trình đọc song song."))] = 1,
) -> None:
    """Đo độ chính xác khi đọc văn bản và ghi trang docs/accuracy.md.

    Ví dụ: giapranh accuracy · giapranh accuracy --samples van-ban-mau --out do-chinh-xac.md
    """
    page = out or _PAGE
    found = own_papers(papers or _PAPERS)
    if samples or _SAMPLES.is_dir():
        found += sample_papers(samples or _SAMPLES)
    measured = measure(found, jobs)
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(write_page(measured), encoding="utf-8")
    for line in summary_lines(measured):
        print(line)
    print(_("Đã ghi %(page)s.") % {"page": page})


def own_papers(folder: Path) -> list[KnownPaper]:
    """The papers written for this project: ``dev/`` and ``exam/``."""
    found = [
        KnownPaper(corpus, path.stem, path.with_suffix(".txt"), gold, gold.get("look") == "ocr")
        for corpus in ("dev", "exam")
        for path, gold in _answers(folder / corpus)
    ]
    return _some(found, folder)


def sample_papers(folder: Path) -> list[KnownPaper]:
    """A folder of real papers: ``gold/ID.json``, ``texts/ID.txt``, for a scan also ``texts/ID.corrected.txt``."""
    scanned = _scanned(folder / "index.tsv")
    found = []
    for path, gold in _answers(folder / "gold"):
        for suffix in ("", ".corrected"):
            text = folder / "texts" / f"{path.stem}{suffix}.txt"
            if text.exists():
                found.append(KnownPaper("samples", text.stem, text, gold, path.stem in scanned and not suffix))
    return _some(found, folder)


def measure(papers: Sequence[KnownPaper], jobs: int = 1) -> list[Measured]:
    """Every paper read and scored; one that is refused has found nothing."""
    from giapranh.documents.reading.output import to_json

    asked = [Job(name=paper.path.name, path=paper.path) for paper in papers]
    measured = []
    for paper, result in zip(papers, read_all(asked, jobs), strict=True):
        given = to_json(result.reading) if result.reading else {}
        measured.append(Measured(paper.corpus, paper.name, paper.scanned, score_paper(paper.gold, given)))
    return measured


def _answers(folder: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in sorted(folder.glob("*.json")):
        try:
            yield path, json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise BadInput(N_("%(name)s: không phải tệp JSON đúng, hãy sửa lại."), name=path) from error


def _scanned(index: Path) -> frozenset[str]:
    """The papers whose text is OCR as it came, by the folder's own list."""
    if not index.exists():
        return frozenset()
    with index.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return frozenset(row["id"] for row in rows if "uncorrected" in (row.get("text_from") or ""))


def _some(found: list[KnownPaper], folder: Path) -> list[KnownPaper]:
    if not found:
        raise NotFound(N_("%(folder)s: không có văn bản thử nào kèm đáp án, hãy chỉ thư mục khác."), folder=folder)
    return found
