"""Scans and photographs: leaning, turned, stamped, blank or of something else altogether."""

from __future__ import annotations

import io
import random
import zipfile

import pytest
from PIL import Image, ImageChops, ImageDraw
from tests.documents.reading.intake.making import BODY, PAPER, as_file, docx_of, picture, scan

from giapranh.documents.reading import DEFAULT_LIMITS, open_paper
from giapranh.documents.reading.intake import Limits, ocr
from giapranh.documents.reading.intake.refusals import NoText, OcrMissing, PaperRefused, TooSlow
from giapranh.documents.reading.schema import Origin

pytestmark = pytest.mark.ocr
if ocr.program() is None or ocr.LANGUAGE not in ocr.languages():
    pytestmark = [pytest.mark.ocr, pytest.mark.skip(reason="Tesseract with Vietnamese is not installed")]

SENTENCE = "1. Phòng Khoáng sản chủ trì, phối hợp với Thanh tra Sở kiểm tra khu vực giáp ranh."


def _codes(source):
    return [remark.code for remark in source.remarks]


def test_a_scanned_page_reads_with_its_columns_apart():
    source = open_paper(scan(picture(PAPER)), "a.pdf")
    assert source.origin is Origin.SCAN
    assert SENTENCE in source.text
    line = next(one for one in source.text.splitlines() if "CỘNG HÒA" in one)
    assert line.strip().split("     ")[0] == "UBND TỈNH LẠNG SƠN"
    assert "ocr" in _codes(source)


@pytest.mark.parametrize("skew", [2.0, -3.5])
def test_a_leaning_page_is_straightened_before_it_is_read(skew):
    source = open_paper(scan(picture(PAPER, skew=skew)), "a.pdf")
    assert SENTENCE in source.text
    assert "deskewed" in _codes(source)


@pytest.mark.parametrize("turn", [90, 180])
def test_a_page_on_its_side_is_turned_up(turn):
    source = open_paper(as_file(picture(PAPER, turn=turn), "PNG"), "a.png")
    assert SENTENCE in source.text
    assert "turned" in _codes(source)


@pytest.mark.parametrize("turn", [0, 270])
def test_boxes_point_at_the_page_as_it_was_given(turn):
    source = open_paper(as_file(picture(PAPER, skew=2, turn=turn), "PNG"), "a.png")
    given = picture(PAPER, skew=2, turn=turn)
    word = next(w for w in source.words if source.text[w.span.start : w.span.end] == "Khoáng")
    box = (word.box.x0 * given.width, word.box.y0 * given.height, word.box.x1 * given.width, word.box.y1 * given.height)
    inside = given.crop(tuple(round(side) for side in box))
    assert inside.histogram()[:100] != [0] * 100
    blank = sum(inside.histogram()[200:]) / (inside.width * inside.height)
    assert 0.2 < blank < 0.9  # letters and paper, not empty paper


def test_a_photograph_turned_by_its_camera_mark_is_read():
    image = picture(PAPER).rotate(90, expand=True)
    exif = Image.Exif()
    exif[0x0112] = 6
    source = open_paper(as_file(image.convert("RGB"), "JPEG", exif=exif, quality=85), "IMG_1.jpg")
    assert SENTENCE in source.text
    assert "turned" not in _codes(source)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP"])
def test_every_kind_of_picture_is_read(kind):
    assert "Phòng Quản lý môi trường" in open_paper(as_file(picture(BODY), kind), f"a.{kind.lower()}").text


def test_a_picture_of_many_pages_is_a_paper_of_many_pages():
    data = as_file(picture(PAPER), "TIFF", save_all=True, append_images=[picture(BODY)])
    assert [page.number for page in open_paper(data, "a.tif").pages] == [1, 2]


def test_a_photograph_in_uneven_light_loses_nothing():
    page = picture(PAPER, scale=200 / 72)
    light = Image.linear_gradient("L").rotate(90).resize(page.size).point(lambda shade: 60 + shade * 0.75)
    source = open_paper(as_file(ImageChops.multiply(page, light), "JPEG", quality=85), "IMG_2.jpg")
    assert SENTENCE in source.text
    assert len(source.text.split()) >= len(" ".join(words for _x, _y, words in PAPER).split())


def test_scans_pasted_into_word_are_read_as_pages():
    out = io.BytesIO(docx_of("<w:p/>"))
    with zipfile.ZipFile(out, "a") as archive:
        for number, page in ((10, BODY), (2, PAPER)):
            archive.writestr(f"word/media/image{number}.png", as_file(picture(page), "PNG"))
    source = open_paper(out.getvalue(), "a.docx")
    assert [("UBND TỈNH" in source.text[p.span.start : p.span.end]) for p in source.pages] == [True, False]
    assert source.origin is Origin.SCAN


def test_a_small_picture_is_enlarged_before_it_is_read():
    assert "Phòng Khoáng sản chủ trì" in open_paper(as_file(picture(PAPER, scale=130 / 72), "PNG"), "a.png").text


def test_the_blank_back_of_a_duplex_scan_is_dropped():
    back = picture([])
    ImageDraw.Draw(back).line((300, 300, 900, 310), fill=225, width=3)
    source = open_paper(scan(picture(PAPER), back), "a.pdf")
    assert [page.number for page in source.pages] == [1]
    assert "blank_pages" in _codes(source)


def test_a_red_seal_over_the_name_does_not_hide_it():
    image = picture(PAPER).convert("RGB")
    ink = Image.new("RGB", image.size, "white")
    for width in (0, 40, 80):
        ring = (1480 + width, 1330 + width, 1880 - width, 1730 - width)
        ImageDraw.Draw(ink).ellipse(ring, outline=(235, 60, 70), width=9)
    image = ImageChops.multiply(image, ink)
    assert "Nguyễn Văn Mẫu" in open_paper(scan(image), "a.pdf").text


def test_the_receivers_stamp_is_a_remark_and_no_part_of_the_text():
    image = picture(PAPER)
    stamp = ImageDraw.Draw(image)
    stamp.rectangle((1500, 470, 2100, 640), outline=20, width=5, fill=250)
    stamped = picture([(362, 125, "CÔNG VĂN ĐẾN"), (362, 140, "Ngày: 06/10/2026")])
    image.paste(stamped.crop((1505, 475, 2095, 635)), (1505, 475))
    source = open_paper(scan(image), "a.pdf")
    assert "CÔNG VĂN ĐẾN" not in source.text
    assert "06/10/2026" in next(r.detail for r in source.remarks if r.code == "received_stamp")


def test_a_slanting_urgency_stamp_is_read():
    image = picture(PAPER)
    mark = picture([(20, 60, "HỎA TỐC")], scale=9).crop((120, 420, 640, 580))
    ImageDraw.Draw(mark).rectangle((3, 3, mark.width - 4, mark.height - 4), outline=25, width=6)
    mark = mark.rotate(35, expand=True, fillcolor=250)
    image.paste(mark.resize((420, round(420 * mark.height / mark.width))), (1700, 560))
    assert "HỎA TỐC" in open_paper(scan(image), "a.pdf").text


def test_words_of_a_scan_carry_the_engines_own_doubt():
    source = open_paper(scan(picture(PAPER)), "a.pdf")
    assert all(0 < word.sure < 1 for word in source.words)


def test_fur_and_leaves_are_refused_for_having_no_text():
    chance = random.Random(7)
    cat = Image.new("RGB", (900, 700), (150, 130, 110))
    draw = ImageDraw.Draw(cat)
    for _hair in range(2500):
        x, y = chance.randrange(900), chance.randrange(700)
        shade = chance.randrange(40, 220)
        end = (x + chance.randrange(-25, 25), y + chance.randrange(10, 40))
        draw.line((x, y, *end), fill=(shade, shade - 10, 90), width=3)
    with pytest.raises(NoText) as refusal:
        open_paper(as_file(cat, "JPEG"), "meo.jpg")
    assert str(refusal.value) == "Tệp meo.jpg là ảnh không có chữ đọc được: chụp hoặc quét lại văn bản cho rõ."


def test_a_picture_of_a_paper_in_english_is_read_and_said_to_be_foreign():
    rows = [
        (70, 100 + 20 * at, "The committee will review every report before the end of this month.") for at in range(6)
    ]
    source = open_paper(as_file(picture(rows), "PNG"), "a.png")
    assert "committee will review" in source.text
    assert "not_vietnamese_paper" in _codes(source)


def test_a_scan_of_nothing_is_refused():
    with pytest.raises(NoText):
        open_paper(scan(picture([]), picture([])), "trang.pdf")


def test_without_tesseract_the_line_names_what_to_install(monkeypatch):
    monkeypatch.setattr(ocr, "program", lambda: None)
    with pytest.raises(OcrMissing, match="cài gói tesseract-ocr và tesseract-ocr-vie"):
        open_paper(scan(picture(BODY)), "a.pdf")


def test_without_vietnamese_the_line_names_the_package(monkeypatch):
    monkeypatch.setattr(ocr, "languages", lambda: frozenset({"eng"}))
    with pytest.raises(OcrMissing, match="tesseract-ocr-vie"):
        open_paper(as_file(picture(BODY), "PNG"), "a.png")


def test_a_page_that_takes_too_long_is_refused():
    with pytest.raises(TooSlow):
        open_paper(scan(picture(PAPER)), "a.pdf", limits=Limits(ocr_seconds_per_page=0.01))


def test_too_many_scanned_pages_are_refused():
    with pytest.raises(PaperRefused, match="hơn 1 trang quét"):
        open_paper(scan(picture(BODY), picture(BODY)), "a.pdf", limits=Limits(ocr_pages=1))


def test_progress_is_told_page_by_page():
    told = []
    open_paper(scan(picture(BODY), picture(BODY)), "a.pdf", watch=lambda done, total: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]


def test_the_usual_limits_hold_a_long_paper():
    assert (DEFAULT_LIMITS.pages, DEFAULT_LIMITS.ocr_dpi) == (300, 300)
