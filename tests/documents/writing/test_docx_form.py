"""The form of Decree 30/2020/NĐ-CP, Annex I, read back from the XML of the written file."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from tests.documents.writing.samples import LETTER, REPORT, WITH_ANNEXES

from giapranh.documents.writing import Column, MarginOutOfRange, Paragraph, Table, write_docx
from giapranh.documents.writing.form import latest_form
from giapranh.documents.writing.widths import width_mm


def opened(paper, **options):
    return Document(BytesIO(write_docx(paper, **options)))


def lines(document):
    return [paragraph.text for paragraph in document.paragraphs if paragraph.text.strip()]


def cells(document, table=0):
    return [[cell.text for cell in row.cells] for row in document.tables[table].rows]


def styled(document, name):
    for paragraph in document.element.body.iter(qn("w:p")):
        style = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        if style is not None and style.get(qn("w:val")) == document.styles[name].style_id:
            yield "".join(text.text for text in paragraph.iter(qn("w:t")))


def test_every_paragraph_names_a_style_that_exists():
    document = opened(WITH_ANNEXES)
    known = {style.style_id for style in document.styles}
    used = {style.get(qn("w:val")) for style in document.element.body.iter(qn("w:pStyle"))}
    assert used <= known


def test_the_page_is_a4_with_margins_of_20_20_30_20():
    section = opened(REPORT).sections[0]
    page = [section.page_width, section.page_height, section.top_margin, section.bottom_margin]
    page += [section.left_margin, section.right_margin]
    assert [round(length.mm) for length in page] == [210, 297, 20, 20, 30, 20]


def test_margins_may_move_inside_the_law_and_not_outside():
    form = latest_form().with_margins(left=35, right=15)
    section = opened(REPORT, form=form).sections[0]
    assert [round(section.left_margin.mm), round(section.right_margin.mm)] == [35, 15]
    with pytest.raises(MarginOutOfRange, match="Lề trái phải từ 30 đến 35 mm"):
        latest_form().with_margins(left=25)


def test_our_sizes_are_within_what_the_law_allows():
    form = latest_form()
    outside = [part for part, (low, high) in form.allowed_sizes.items() if not low <= form.size(part) <= high]
    assert outside == []


@pytest.mark.parametrize(
    ("name", "size", "bold", "italic"),
    [
        ("Quốc hiệu", 13, True, False),
        ("Tiêu ngữ", 14, True, False),
        ("Cơ quan chủ quản", 13, False, False),
        ("Cơ quan ban hành", 13, True, False),
        ("Số ký hiệu", 13, False, False),
        ("Địa danh ngày tháng", 14, False, True),
        ("Tên loại", 14, True, False),
        ("Trích yếu", 14, True, False),
        ("Trích yếu công văn", 13, False, False),
        ("Nội dung", 14, False, False),
        ("Căn cứ", 14, False, True),
        ("Thẩm quyền ký", 14, True, False),
        ("Người ký", 14, True, False),
        ("Nhãn Nơi nhận", 12, True, True),
        ("Nơi nhận", 11, False, False),
    ],
)
def test_each_component_has_its_size_and_look(name, size, bold, italic):
    font = opened(REPORT).styles[name].font
    assert (font.size, bool(font.bold), bool(font.italic)) == (Pt(size), bold, italic)


def test_times_new_roman_for_every_script_everywhere():
    document = opened(WITH_ANNEXES)
    faces = set()
    for root in (document.styles.element, document.element):
        for fonts in root.iter(qn("w:rFonts")):
            faces |= set(fonts.attrib.values())
    assert faces == {"Times New Roman"}
    scripts = document.styles["Normal"].element.rPr.rFonts.attrib
    assert set(scripts) == {qn(f"w:{script}") for script in ("ascii", "hAnsi", "eastAsia", "cs")}


def test_language_is_vietnamese_and_word_uses_its_present_layout():
    document = opened(REPORT)
    assert document.styles.element.find(f".//{qn('w:lang')}").get(qn("w:val")) == "vi-VN"
    assert document.core_properties.language == "vi-VN"
    settings = {e.get(qn("w:name")): e.get(qn("w:val")) for e in document.settings.element.iter(qn("w:compatSetting"))}
    assert settings["compatibilityMode"] == "15"


def test_core_properties_name_the_paper():
    properties = opened(REPORT).core_properties
    assert (properties.author, properties.category) == ("Sở Môi trường tỉnh Ví Dụ", "Báo cáo")
    assert properties.title == "Báo cáo: Kết quả thực hiện Kế hoạch phối hợp quý III năm 2026"


def test_head_stands_in_two_columns_with_number_and_date_on_one_row():
    head = cells(opened(REPORT))
    assert head[0][0].split("\n")[0] == "UBND TỈNH VÍ DỤ"
    assert " ".join(head[0][0].split()) == "UBND TỈNH VÍ DỤ SỞ MÔI TRƯỜNG TỈNH VÍ DỤ"
    assert head[0][1].split("\n")[:2] == ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"]
    assert head[1] == ["Số:       /BC-SMT", "Ví Dụ, ngày      tháng 9 năm 2026"]


def test_head_has_no_visible_borders():
    table = opened(REPORT).tables[0]
    assert table._tbl.tblPr.find(qn("w:tblBorders")) is None


def test_number_and_day_below_ten_are_padded():
    head = cells(opened(LETTER))
    assert head[1][0].split("\n")[0] == "Số: 05/SMT-QLMT"
    assert head[1][1] == "Ví Dụ, ngày 05 tháng 02 năm 2026"


def rules(cell):
    return [p for p in cell.paragraphs if p._p.find(f"{qn('w:pPr')}/{qn('w:pBdr')}") is not None]


def length_mm(paragraph, room):
    shape = paragraph.paragraph_format
    return room - shape.left_indent.mm - shape.right_indent.mm


def test_rule_below_the_motto_is_as_long_as_the_motto():
    cell = opened(REPORT).tables[0].cell(0, 1)
    (rule,) = rules(cell)
    motto = width_mm("Độc lập - Tự do - Hạnh phúc", 14, bold=True)
    assert length_mm(rule, cell.width.mm) == pytest.approx(motto, abs=0.2)


def test_rule_below_the_issuer_is_between_a_third_and_a_half_of_it():
    cell = opened(REPORT).tables[0].cell(0, 0)
    (rule,) = rules(cell)
    issuer = max(width_mm(line, 13, bold=True) for line in cell.paragraphs[1].text.split("\n"))
    assert 1 / 3 <= length_mm(rule, cell.width.mm) / issuer <= 1 / 2


def test_a_long_issuer_breaks_into_even_lines():
    cell = opened(replace(REPORT, issuer="Sở Nông nghiệp và Môi trường")).tables[0].cell(0, 0)
    assert [line.strip() for line in cell.paragraphs[1].text.split("\n")] == ["SỞ NÔNG NGHIỆP", "VÀ MÔI TRƯỜNG"]


def test_a_report_shows_its_kind_and_summary_and_a_letter_its_subject_below_the_number():
    report, letter = opened(REPORT), opened(LETTER)
    assert next(styled(report, "Tên loại")) == "BÁO CÁO"
    assert "Kết quả thực hiện Kế hoạch" in next(styled(report, "Trích yếu"))
    assert list(styled(letter, "Tên loại")) == []
    assert "V/v đôn đốc" in cells(letter)[1][0]


def test_one_addressee_stands_on_the_line_and_several_below_each_other():
    assert list(styled(opened(REPORT), "Kính gửi")) == ["Kính gửi: Ủy ban nhân dân tỉnh Ví Dụ"]
    assert list(styled(opened(LETTER), "Kính gửi")) == [
        "Kính gửi:",
        "- Phòng Quản lý môi trường;",
        "- Chi cục Bảo vệ môi trường.",
    ]


def test_headings_count_with_the_vietnamese_alphabet():
    text = [line for line in lines(opened(REPORT)) if line[:2].strip(".)") and line[0] in "IVabcdđe12"]
    assert [line.split(" ", 1)[0] for line in text] == [
        "I.",
        "II.",
        "1.",
        "a)",
        "b)",
        "c)",
        "d)",
        "đ)",
        "e)",
        "2.",
        "a)",
    ]


def test_legal_bases_end_with_semicolon_and_the_last_with_a_full_stop():
    first, last = styled(opened(REPORT), "Căn cứ")
    assert first.endswith("năm 2020;")
    assert last.endswith("nhân dân tỉnh.")


def test_body_is_justified_indented_and_spaced():
    document = opened(REPORT)
    shape = document.styles["Nội dung"].paragraph_format
    assert shape.first_line_indent == Mm(12.7)
    assert shape.space_after >= Pt(6)
    assert 1 <= shape.line_spacing <= 1.5
    assert shape.alignment is not None
    assert shape.alignment.name == "JUSTIFY"


def test_the_last_words_carry_the_end_mark_once():
    assert lines(opened(REPORT))[-1] == "Trên đây là báo cáo, Sở Môi trường kính báo cáo./."
    again = replace(REPORT, body=(Paragraph("Kính báo cáo./."),))
    assert lines(opened(again))[-1] == "Kính báo cáo./."


def test_recipients_and_signer_close_the_paper_together():
    document = opened(REPORT)
    closing = document.tables[-1]
    left, right = (cell.text.split("\n") for cell in closing.rows[0].cells)
    assert left == ["Nơi nhận:", "- Như trên;", "- Lãnh đạo Sở;", "- Lưu: VT, QLMT."]
    assert right == ["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC", "Nguyễn Văn An"]
    assert closing.rows[0]._tr.trPr.find(qn("w:cantSplit")) is not None
    last = next(p for p in document.paragraphs if p.text.endswith("./."))
    assert last.paragraph_format.keep_with_next is True


def test_authority_lines_stand_in_their_order():
    right = opened(LETTER).tables[-1].rows[0].cells[1].text.split("\n")
    assert right == ["TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH", "Trần Thị Bình"]


def test_page_number_is_centred_on_top_from_page_two():
    section = opened(REPORT).sections[0]
    assert section.different_first_page_header_footer is True
    assert "PAGE" in section.header._element.xml
    assert "PAGE" not in section.first_page_header._element.xml
    stop = section.header.paragraphs[0].paragraph_format.tab_stops[0]
    assert round(stop.position.mm) == 80


def test_each_annex_has_pages_of_its_own_counted_from_one():
    document = opened(WITH_ANNEXES)
    body, first, second = document.sections
    assert [s.orientation for s in (body, first, second)] == [
        WD_ORIENT.PORTRAIT,
        WD_ORIENT.LANDSCAPE,
        WD_ORIENT.PORTRAIT,
    ]
    starts = [s._sectPr.find(qn("w:pgNumType")) for s in (first, second)]
    assert [start.get(qn("w:start")) for start in starts] == ["1", "1"]
    assert body._sectPr.find(qn("w:pgNumType")) is None
    assert list(styled(document, "Phụ lục")) == ["Phụ lục I", "Phụ lục II"]
    note = "(Kèm theo Báo cáo số       /BC-SMT ngày      tháng 9 năm 2026 của Sở Môi trường tỉnh Ví Dụ)"
    assert list(styled(document, "Kèm theo")) == [note, note]


def test_a_wide_table_turns_the_page_for_itself_only():
    wide = Table((Column("A"), Column("B")), (("1", "2"),), landscape=True)
    document = opened(replace(REPORT, body=(Paragraph("Trước"), wide, Paragraph("Sau"))))
    assert [s.orientation for s in document.sections] == [
        WD_ORIENT.PORTRAIT,
        WD_ORIENT.LANDSCAPE,
        WD_ORIENT.PORTRAIT,
    ]
    assert [s._sectPr.find(qn("w:pgNumType")) for s in document.sections] == [None, None, None]


def test_table_head_repeats_and_rows_stay_whole():
    table = opened(REPORT).tables[1]
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)
    assert table.rows[1].cells[0].text == "Mục 1"
    assert table.rows[1].cells[0]._tc is table.rows[1].cells[2]._tc


def test_no_column_is_narrower_than_its_longest_word():
    narrow = Table((Column("STT", 0.01), Column("Hạn", 0.01), Column("Nhiệm vụ", 9)), (("1", "30/12/2026", "Việc"),))
    table = opened(replace(REPORT, body=(narrow, Paragraph("Hết")))).tables[1]
    assert table.columns[1].width.mm > width_mm("30/12/2026", 12)


def test_urgency_stands_in_a_box_of_the_size_of_the_law():
    document = opened(replace(LETTER, urgency="Thượng khẩn"))
    (box,) = document.tables[0].cell(1, 0).tables
    assert box.cell(0, 0).text == "THƯỢNG KHẨN"
    assert round(box.columns[0].width.mm) == 40
    assert round(box.rows[0].height.mm) == 8
    assert box._tbl.tblPr.find(qn("w:tblBorders")) is not None


def test_a_standing_mark_is_on_every_page():
    section = opened(replace(WITH_ANNEXES, mark="Dữ liệu minh họa")).sections
    heads = [head.paragraphs[0].text for s in section for head in (s.first_page_header, s.header)]
    assert all("DỮ LIỆU MINH HỌA" in head for head in heads)
    assert "MINH HỌA" not in opened(WITH_ANNEXES).sections[0].header.paragraphs[0].text


def test_a_figure_is_a_picture_with_words_for_those_who_cannot_see_it():
    document = opened(REPORT)
    (shape,) = document.inline_shapes
    assert shape._inline.docPr.get("descr") == "Biểu đồ thanh"


def test_the_same_paper_gives_the_same_bytes():
    assert write_docx(WITH_ANNEXES) == write_docx(WITH_ANNEXES)


def test_decomposed_text_is_composed():
    paper = replace(REPORT, body=(Paragraph("ti\u0301nh gia\u0301p ranh"),))
    assert lines(opened(paper))[-1] == "tính giáp ranh./."
