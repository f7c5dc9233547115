"""How the paper looks when LibreOffice lays it out: pages, words and lines where the law wants them."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace

import pypdfium2
import pytest
from tests.documents.writing.samples import LETTER, WITH_ANNEXES

from giapranh.documents.writing import Annex, Column, Paragraph, Table, write_docx

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
pytestmark = pytest.mark.skipif(
    not SOFFICE, reason="LibreOffice is not on this machine: the look of papers is not tried"
)


# Where a machine's serif face has no Vietnamese the text layer of a PDF falls apart; plain letters stay whole.
ROWS = Table(
    (Column("STT", 0.4), Column("CODE", 3)), tuple((str(n), f"POINT-{n} " + "abc " * 20) for n in range(1, 60))
)
MARKED = replace(
    WITH_ANNEXES,
    mark="SAMPLE",
    body=(*WITH_ANNEXES.body, ROWS, Paragraph("THE END")),
    annexes=(Annex("ANNEX-ONE", (ROWS,), landscape=True), Annex("ANNEX-TWO", (Paragraph("x"),))),
)


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rendered")
    (folder / "report.docx").write_bytes(write_docx(MARKED))
    (folder / "letter.docx").write_bytes(write_docx(LETTER))
    profile = (folder / "profile").as_uri()
    command = [SOFFICE, "--headless", f"-env:UserInstallation={profile}", "--convert-to", "pdf", "--outdir", folder]
    subprocess.run(
        [*command, folder / "report.docx", folder / "letter.docx"], check=True, capture_output=True, timeout=120
    )
    return folder


def texts(path):
    with pypdfium2.PdfDocument(path) as pdf:
        return [page.get_textpage().get_text_bounded() for page in pdf]


def test_a_letter_fits_on_one_page_with_its_signature(rendered):
    (page,) = texts(rendered / "letter.pdf")
    assert "05/SMT-QLMT" in page
    assert "BAN NHÂN DÂN" in page


def test_page_numbers_start_on_page_two_and_anew_in_each_annex(rendered):
    pages = texts(rendered / "report.pdf")
    first_lines = [page.strip().splitlines()[0].strip() for page in pages]
    assert first_lines[0] == "SAMPLE"
    assert first_lines[1].split()[0] == "2"
    annex = next(index for index, page in enumerate(pages) if "ANNEX-ONE" in page)
    assert first_lines[annex] == "SAMPLE"
    assert first_lines[annex + 1].split()[0] == "2"


def test_the_annex_of_tasks_lies_on_its_side(rendered):
    with pypdfium2.PdfDocument(rendered / "report.pdf") as pdf:
        shapes = {round(page.get_width()) > round(page.get_height()) for page in pdf}
        sizes = [(page.get_width() > page.get_height()) for page in pdf]
    assert shapes == {True, False}
    assert sizes[0] is False


def test_the_head_of_a_table_is_on_every_page_it_runs_over(rendered):
    pages = texts(rendered / "report.pdf")
    with_rows = [page for page in pages if "POINT-" in page]
    assert len(with_rows) >= 4
    assert all("CODE" in page for page in with_rows)


def test_the_signature_is_never_alone_on_a_page(rendered):
    (page,) = [page for page in texts(rendered / "report.pdf") if "THE END" in page]
    assert "GIÁM" in page


def test_rules_are_drawn_below_motto_and_issuer(rendered):
    with pypdfium2.PdfDocument(rendered / "letter.pdf") as pdf:
        image = pdf[0].render(scale=2).to_pil().convert("L")
    dark = [
        (y, run)
        for y in range(round(image.height * 0.05), round(image.height * 0.2))
        for run in _runs(image, y)
        if run[1] - run[0] > image.width * 0.05
    ]
    left = [run for _, run in dark if run[1] < image.width * 0.5]
    right = [run for _, run in dark if run[0] > image.width * 0.4]
    assert left
    assert right


def _runs(image, y):
    """The unbroken dark stretches of one pixel row: only a drawn line is longer than a letter."""
    runs, start = [], None
    for x in range(image.width):
        dark = image.getpixel((x, y)) < 140
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            runs.append((start, x))
            start = None
    return runs
