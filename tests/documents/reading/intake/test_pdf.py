"""PDF papers: layout kept, stamped values put in their blanks, signatures told, furniture left out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.documents.reading.intake.making import BODY, PAPER, as_file, pdf, picture, scan, signed, signer

from giapranh.documents.reading import DEFAULT_LIMITS, open_paper
from giapranh.documents.reading.intake.signatures import read_signatures
from giapranh.documents.reading.schema import Origin


def _line_with(source, words):
    return next(line for line in source.text.splitlines() if words in line)


def _blank(source, before, after):
    """The rectangle between two words of page 1, in points from the bottom, as a signing program places a field."""
    left, right = (
        next(w for w in source.words if source.text[w.span.start : w.span.end] == t) for t in (before, after)
    )
    height = 842
    return (
        round(left.box.x1 * 595),
        round(height - left.box.y1 * height - 2),
        round(right.box.x0 * 595),
        round(height - left.box.y0 * height + 4),
    )


def test_columns_stay_on_one_line_apart_by_spaces():
    source = open_paper(pdf(PAPER), "a.pdf")
    assert source.origin is Origin.BORN_DIGITAL
    left, right = _line_with(source, "CỘNG HÒA").strip().split("     ", 1)
    assert (left, right.strip()) == ("UBND TỈNH LẠNG SƠN", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")
    assert "   GIÁM ĐỐC" in _line_with(source, "Nơi nhận:")
    assert "Giám đốc Sở yêu cầu các đơn vị triển khai các nội dung sau:" in source.text


def test_every_word_has_its_characters_and_its_box():
    source = open_paper(pdf(PAPER), "a.pdf")
    spelt = [source.text[word.span.start : word.span.end] for word in source.words]
    assert spelt == source.text.split()
    assert all(0 <= w.box.x0 < w.box.x1 <= 1 and 0 <= w.box.y0 < w.box.y1 <= 1 for w in source.words)
    lang_son = next(w for w in source.words if source.text[w.span.start : w.span.end] == "Kính")
    assert (lang_son.box.page, round(lang_son.box.x0 * 595)) == (1, 70)


@pytest.mark.parametrize("rotate", [90, 180, 270])
def test_a_page_turned_by_its_viewer_setting_reads_the_same_words(rotate):
    upright, turned = open_paper(pdf(PAPER), "a.pdf"), open_paper(pdf(PAPER, rotate=rotate), "a.pdf")
    assert sorted(turned.text.split()) == sorted(upright.text.split())


def test_number_and_day_stamped_by_signature_fields_fill_the_blanks():
    plain = open_paper(pdf(PAPER), "a.pdf")
    fields = (
        ("Number", _blank(plain, "Số:", "/SNNMT-NKS"), "565"),
        ("Day", _blank(plain, "ngày", "tháng"), "07"),
    )
    source = open_paper(signed(pdf(PAPER), fields), "a.pdf")
    line = _line_with(source, "/SNNMT-NKS")
    assert " ".join(line.split()) == "Số: 565 /SNNMT-NKS Lạng Sơn, ngày 07 tháng 10 năm 2026"
    assert [(f.text, source.text[f.span.start : f.span.end]) for f in source.stamped] == [("565", "565"), ("07", "07")]


def test_a_banner_of_the_signer_is_no_part_of_the_text():
    banner = "Ký bởi: Sở A\nThời gian ký: 05/10/2026 08:00:00"
    source = open_paper(signed(pdf(PAPER), (("S", (300, 790, 560, 830), banner),)), "a.pdf")
    assert source.stamped == ()
    assert "Thời gian ký" not in source.text


def test_a_signature_tells_who_when_and_whether_bytes_changed():
    data = signed(pdf(PAPER))
    [found] = open_paper(data, "a.pdf").signatures
    assert (found.signer, found.organisation) == ("Sở Nông nghiệp và Môi trường", "UBND tỉnh Lạng Sơn")
    assert (found.intact, found.trusted, found.covers_whole_file) == (True, None, True)
    assert found.signed_at is not None
    assert found.sub_filter == "ETSI.CAdES.detached"


def test_a_changed_byte_breaks_the_signature_but_not_the_reading():
    data = signed(pdf(PAPER)).replace(b"/Times-Roman", b"/Times-Bolds", 1)
    [found] = open_paper(data, "a.pdf").signatures
    assert found.intact is False


def test_what_is_added_after_signing_is_told():
    twice = signed(signed(pdf(PAPER)), (("Second", (0, 0, 0, 0), ""),))
    assert [s.covers_whole_file for s in open_paper(twice, "a.pdf").signatures] == [False, True]


def test_trust_is_judged_only_against_given_roots():
    data = signed(pdf(PAPER))
    assert read_signatures(data, roots=[signer()[1]])[0].trusted is True
    assert read_signatures(data, roots=[signer.__wrapped__("Người khác")[1]])[0].trusted is False
    [found] = read_signatures(data, roots=[b"no certificate", signer()[1]])
    assert (found.intact, found.trusted) == (True, True)
    assert open_paper(data, "a.pdf", limits=replace(DEFAULT_LIMITS, roots=(signer()[1],))).signatures[0].trusted is True


def test_a_malformed_signature_is_reported_and_never_called_intact():
    data = signed(pdf(PAPER))
    start = data.index(b"/Contents <") + len(b"/Contents <")
    spoilt = data[: start + 40] + b"0" * 400 + data[start + 440 :]
    assert [s.intact for s in open_paper(spoilt, "a.pdf").signatures] == [False]


def test_a_routing_note_typed_over_the_page_is_a_remark_and_no_part_of_the_text():
    note = [(310, 130, "1. Kính chuyển phòng Khoáng sản tham mưu;"), (310, 143, "2. Chánh Thanh tra để biết.")]
    source = open_paper(pdf(PAPER, note=note), "a.pdf")
    assert "Kính chuyển" not in source.text
    assert "2. Chánh Thanh tra để biết." in next(r.detail for r in source.remarks if r.code == "note")


def test_a_heading_in_another_typeface_stays():
    source = open_paper(pdf(PAPER, note=[(230, 130, "PHIẾU LẤY Ý KIẾN THÀNH VIÊN")]), "a.pdf")
    assert "PHIẾU LẤY Ý KIẾN THÀNH VIÊN" in source.text


def test_page_numbers_and_running_heads_are_left_out():
    pages = [
        [
            (297, 30, f"{n}"),
            (70, 45, "Kế hoạch giáp ranh"),
            *((70, 90 + 18 * i, f"Dòng {i} trang {n} có chữ.") for i in range(9)),
        ]
        for n in (1, 2, 3, 4)
    ]
    text = open_paper(pdf(*pages), "a.pdf").text
    assert "Kế hoạch giáp ranh" not in text
    assert [line.strip() for line in text.splitlines() if line.strip().isdigit()] == []
    assert text.count("\f") == 3


def test_a_blank_page_is_dropped_and_the_numbers_of_the_others_stay():
    source = open_paper(pdf(PAPER, [], BODY), "a.pdf")
    assert [page.number for page in source.pages] == [1, 3]
    assert "blank_pages" in [remark.code for remark in source.remarks]


@pytest.mark.ocr
def test_a_wrong_language_layer_is_read_again_from_the_picture():
    layer = "UBND TINH LANG SON CONG Hcok xA HQI CHU NGHIA VIET NAM Doc 1ap Tu do Hanh phuc Kinh gui cac phong " * 3
    source = open_paper(scan(picture(PAPER), layer=layer), "a.pdf")
    assert "ocr_layer_redone" in [remark.code for remark in source.remarks]
    assert "chủ trì, phối hợp với Thanh tra Sở" in source.text


@pytest.mark.ocr
def test_a_good_vietnamese_layer_is_kept():
    layer = " ".join(words for _x, _y, words in PAPER)
    source = open_paper(scan(picture(PAPER), layer=layer), "a.pdf")
    assert "ocr" not in [remark.code for remark in source.remarks]
    assert source.origin is Origin.SCAN


@pytest.mark.ocr
def test_scanned_and_digital_pages_mix():
    import io

    import pypdf

    writer = pypdf.PdfWriter()
    writer.append(io.BytesIO(pdf(PAPER)))
    writer.append(io.BytesIO(as_file(picture(BODY), "PDF", resolution=300)))
    out = io.BytesIO()
    writer.write(out)
    source = open_paper(out.getvalue(), "a.pdf")
    assert [source.text[p.span.start : p.span.end].count("báo cáo kết quả") for p in source.pages] == [1, 1]
    assert (
        min(w.sure for w in source.words if w.box.page == 1)
        == 1.0
        > min(w.sure for w in source.words if w.box.page == 2)
    )
