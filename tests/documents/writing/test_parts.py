"""Counting, widths, figures and the HTML of a paper."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image
from tests.documents.writing.samples import BARS, REPORT, WITH_ANNEXES

import giapranh
from giapranh.documents.writing import Paragraph, Run, form_on, write_html
from giapranh.documents.writing.drawing import to_png, to_svg
from giapranh.documents.writing.figures import Stay, clipped, timeline
from giapranh.documents.writing.fonts import NoFont, find_fonts
from giapranh.documents.writing.numbering import Counter, letter, roman
from giapranh.documents.writing.paper import ending_with, plain
from giapranh.documents.writing.widths import balanced, width_mm
from giapranh.kernel.errors import NotFound


def test_letters_follow_the_vietnamese_alphabet():
    assert "".join(letter(n) for n in range(1, 10)) == "abcdđeghi"
    assert letter(24) == "aa"


def test_roman_numbers():
    assert [roman(n) for n in (1, 4, 9, 14, 40, 90)] == ["I", "IV", "IX", "XIV", "XL", "XC"]
    with pytest.raises(ValueError, match="start at 1"):
        roman(0)


def test_a_heading_starts_its_lower_levels_anew():
    counter = Counter()
    assert [counter.next(level) for level in (1, 2, 3, 3, 2, 3, 1, 2)] == [
        "I.", "1.", "a)", "b)", "2.", "a)", "II.", "1.",
    ]  # fmt: skip


def test_marks_do_not_widen_a_letter_and_capitals_do():
    assert width_mm("ế", 14) == width_mm("e", 14)
    assert width_mm("Đ", 14) > width_mm("đ", 14)
    assert width_mm("aa", 12) == pytest.approx(2 * width_mm("a", 12))


def test_lines_are_as_few_as_fit_and_even():
    assert balanced("SỞ MÔI TRƯỜNG", 13, 60, bold=True) == ["SỞ MÔI TRƯỜNG"]
    assert balanced("một hai ba bốn", 14, 20) == ["một hai", "ba bốn"]
    assert balanced("", 14, 20) == []


def test_an_end_mark_takes_the_place_of_other_marks_but_stays_before_an_index():
    words = ending_with(["Đã làm ", Run("7."), Run("[2]", raised=True)], "./.")
    assert plain(words) == "Đã làm 7./.[2]"


def test_no_form_is_made_up_for_a_day_before_the_decree():
    assert form_on(date(2026, 9, 14)).size("body") == 14
    with pytest.raises(NotFound):
        form_on(date(2019, 1, 1))


def test_svg_is_well_formed_and_carries_counts_and_words_without_style_attributes():
    svg = to_svg(BARS, key="one")
    root = ElementTree.fromstring(svg)
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert texts == ["Mục 1", "3", "1", "4", "Mục 2", "chưa có nhiệm vụ", "Hoàn thành", "Quá hạn"]
    assert "style=" not in svg
    assert 'id="one-hatch"' in svg


def test_svg_escapes_what_comes_from_outside():
    drawing = replace(BARS, title="<script>alert(1)</script>")
    assert "<script>" not in to_svg(drawing)


def test_png_shows_the_bars_in_grey():
    image = Image.open(BytesIO(to_png(BARS, find_fonts(), scale=2)))
    assert image.mode == "L"
    assert image.size == (round(BARS.width * 2), round(BARS.height * 2))
    assert image.getpixel((200 * 2, 12 * 2)) == 0x33


def test_without_a_vietnamese_font_the_refusal_says_what_to_install(monkeypatch):
    monkeypatch.setattr("giapranh.documents.writing.fonts._SYSTEM", (("no-such-font.ttf", "no-such-font.ttf"),))
    with pytest.raises(NoFont, match="DejaVu"):
        find_fonts()


def test_web_fonts_in_pieces_letter_a_picture_where_the_machine_has_no_font(monkeypatch):
    folder = Path(giapranh.__file__).parent / "desk/static/dist"
    pieces = [folder / f"be-vietnam-pro-{alphabet}-400-normal.woff2" for alphabet in ("latin", "vietnamese")]
    if not all(piece.exists() for piece in pieces):
        pytest.skip("the front end has not been built: there is no web font to letter a picture with")
    monkeypatch.setattr("giapranh.documents.writing.fonts._SYSTEM", ())
    book = find_fonts([(pieces, ())])
    used = [(font.path, text) for font, text in book.pieces("giáp ranh ở Hữu Lũng", 20)]
    assert "".join(text for _, text in used) == "giáp ranh ở Hữu Lũng"
    assert {path for path, _ in used} == {str(piece) for piece in pieces}


def test_time_line_marks_due_done_and_late():
    words = {"today": "14/9/2026", "due": "hạn", "done": "hoàn thành", "late": "quá hạn", "running": "đang thực hiện"}
    stays = [
        Stay("Việc muộn", date(2026, 2, 1), date(2026, 5, 1), date(2026, 6, 1)),
        Stay("Việc chưa có hạn", date(2026, 3, 1), None),
    ]
    svg = to_svg(
        timeline(stays, first=date(2026, 1, 1), last=date(2026, 12, 31), today=date(2026, 9, 14), title="", words=words)
    )
    assert svg.count("<polygon") == 2
    assert svg.count('fill="url(#f-hatch)"') == 2
    assert "14/9/2026" in svg


def test_a_long_label_is_cut_with_an_ellipsis():
    assert clipped("ngắn", 200) == "ngắn"
    assert clipped("Nhiệm vụ có tên rất dài không thể nào vừa chỗ", 150).endswith("…")


def test_html_shows_the_whole_paper_and_escapes_it():
    html = write_html(replace(WITH_ANNEXES, body=(*REPORT.body, Paragraph("<b>đậm</b>"))))
    assert "&lt;b&gt;đậm&lt;/b&gt;./." in html
    assert "<strong>I. CÔNG TÁC CHỈ ĐẠO</strong>" in html
    assert "<sup>[1]</sup>" in html
    assert "Phụ lục II" in html
    assert "style=" not in html
    ElementTree.fromstring(html)
