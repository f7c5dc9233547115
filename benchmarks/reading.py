"""How fast papers are read and where the time goes, as ratios within one run.

    python benchmarks/reading.py

One page of text read from plain text is 1; every other road is told as a multiple of it, then each road by its stages.
At last every two-page paper of the tests is read once, the first time this process meets it, and a long text in pieces
of growing length. All in processor time, that of Tesseract included, which other work on the machine disturbs less;
where a system does not tell the time of child processes (Windows), a scan shows its own process only.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tests.documents.reading.intake.making import PAPER, docx_of, p, pdf, picture, scan, signed  # noqa: E402

from giapranh.documents.reading import open_paper, read_paper  # noqa: E402
from giapranh.documents.reading.grammar import read as read_grammar  # noqa: E402
from giapranh.documents.reading.intake import Limits, ocr  # noqa: E402
from giapranh.documents.reading.intake.overlay import read_overlay  # noqa: E402
from giapranh.documents.reading.intake.signatures import read_signatures  # noqa: E402

LINES = [words for _x, _y, words in PAPER]


def seconds(work: Callable[[], object], times: int) -> float:
    """The processor time of the quietest of several runs after one that warms up."""
    work()
    runs = []
    for _turn in range(times):
        start = sum(os.times()[:4])
        began = time.process_time()
        work()
        whole = sum(os.times()[:4]) - start  # with child processes, but coarse
        runs.append(max(time.process_time() - began, whole if whole > 0.2 else 0.0))
    return min(runs)


def main() -> None:
    text = "\n".join(LINES).encode()
    papers = {
        "text": ("a.txt", text, 40),
        "docx": ("a.docx", docx_of("".join(p(line) for line in LINES)), 40),
        "pdf": ("a.pdf", pdf(PAPER), 20),
        "pdf, 3 signatures": ("a.pdf", signed(pdf(PAPER), [(f"S{n}", (0, 0, 0, 0), "") for n in range(3)]), 5),
    }
    if ocr.program() and ocr.LANGUAGE in ocr.languages():
        papers["scan"] = ("a.pdf", scan(picture(PAPER, skew=1.5)), 3)
    took = {
        kind: seconds(lambda d=data, n=name: read_paper(d, n), times) for kind, (name, data, times) in papers.items()
    }
    base = took["text"]
    print(f"{'road':20s} {'ratio':>8s} {'papers/s':>9s} {'ms':>9s}   (one page, one process)")
    for kind, each in took.items():
        print(f"{kind:20s} {each / base:8.1f} {1 / each:9.1f} {each * 1000:9.2f}")
    _first_readings()
    _growing_texts()
    print("\nwhere the time goes (share of the road)")
    for kind, (name, data, times) in papers.items():
        stages = _stages(name, data, max(2, times // 4))
        whole = sum(stages.values())
        print(f"{kind:20s} " + "   ".join(f"{stage} {each / whole:4.0%}" for stage, each in stages.items()))


def _first_readings() -> None:
    """Papers of two pages that the process has not read before; other papers have warmed it."""
    texts = {path: path.read_bytes() for path in sorted((ROOT / "tests" / "papers").glob("*/*.txt"))}
    two_pages = [path for path, data in texts.items() if 2_500 <= len(data.decode()) <= 5_000]
    for path, data in texts.items():
        if path not in two_pages:
            read_paper(data, path.name)
    took = sorted(1000 * _processor_time(texts[path], path.name) for path in two_pages)
    print(
        f"\nfirst reading of {len(took)} papers of 2,500-5,000 characters: median {median(took):.1f} ms, "
        f"fastest {took[0]:.1f}, slowest {took[-1]:.1f} (processor time)"
    )


def _growing_texts() -> None:
    page = next((ROOT / "tests" / "papers" / "dev").glob("d20.txt")).read_text(encoding="utf-8")
    print("\na long text: characters, ms (processor time), ms per 1,000 characters")
    for times in (4, 16, 64, 220):
        data = (page * times).encode()
        spent = 1000 * _processor_time(data, "long.txt")
        print(f"{len(page) * times:10,d} {spent:10.0f} {1000 * spent / (len(page) * times):8.2f}")


def _processor_time(data: bytes, name: str) -> float:
    start = time.process_time()
    read_paper(data, name, limits=Limits(characters=2_000_000))
    return time.process_time() - start


def _stages(name: str, data: bytes, times: int) -> dict[str, float]:
    source = open_paper(data, name)
    stages = {"grammar": seconds(lambda: read_grammar(source), times)}
    intake = seconds(lambda: open_paper(data, name), times)
    if source.signatures:
        stages["signatures"] = seconds(lambda: read_signatures(data), times)
    if name.endswith(".pdf") and b"/Annots" in data:
        stages["overlay"] = seconds(lambda: read_overlay(data), times)
    if any(remark.code == "ocr" for remark in source.remarks):
        stages |= _scan_stages(data)
    known = sum(each for stage, each in stages.items() if stage != "grammar")
    return {"the rest of intake": max(0.0, intake - known), **stages}


def _scan_stages(data: bytes) -> dict[str, float]:
    import pypdfium2 as pdfium

    document = pdfium.PdfDocument(data)
    image = document[0].render(scale=300 / 72).to_pil()
    grey = ocr.faded(image)
    look = ocr.Look(ocr.require(), grey, 300, Limits())
    return {
        "render": seconds(lambda: document[0].render(scale=300 / 72).to_pil(), 2),
        "deskew": seconds(lambda: ocr.skew_of(grey), 2),
        "tesseract": seconds(lambda: look.words("4"), 2),
    }


if __name__ == "__main__":
    main()
