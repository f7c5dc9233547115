"""Word papers: what stands side by side stays so; lists are numbered; changes are accepted."""

from __future__ import annotations

import io

import docx
import pytest
from tests.documents.reading.intake.making import W, docx_of, p

from giapranh.documents.reading import open_paper
from giapranh.documents.reading.schema import Origin


def _lines(data):
    return [line for line in open_paper(data, "a.docx").text.split("\n") if line.strip()]


def _official():
    paper = docx.Document()
    head = paper.add_table(rows=2, cols=2)
    head.cell(0, 0).text = "UBND TỈNH LẠNG SƠN\nSỞ NÔNG NGHIỆP VÀ MÔI TRƯỜNG"
    head.cell(0, 1).text = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc"
    head.cell(1, 0).text = "Số:       /SNNMT-NKS"
    head.cell(1, 1).text = "Lạng Sơn, ngày     tháng 10 năm 2026"
    paper.add_paragraph("Kính gửi: Các phòng, đơn vị thuộc Sở.")
    paper.add_paragraph("1. Phòng Khoáng sản chủ trì thực hiện./.")
    foot = paper.add_table(rows=1, cols=2)
    foot.cell(0, 0).text = "Nơi nhận:\n- Như trên;\n- Lưu: VT."
    foot.cell(0, 1).text = "GIÁM ĐỐC\n\nNguyễn Văn Mẫu"
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()


def test_head_body_and_foot_come_in_page_order_with_their_columns_apart():
    lines = _lines(_official())
    assert [line.split("    ")[0] for line in lines[:3]] == [
        "UBND TỈNH LẠNG SƠN",
        "SỞ NÔNG NGHIỆP VÀ MÔI TRƯỜNG",
        "Số:",
    ]
    assert lines[0].endswith("    CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")
    assert lines[2].endswith("Lạng Sơn, ngày     tháng 10 năm 2026")
    assert lines[3:5] == ["Kính gửi: Các phòng, đơn vị thuộc Sở.", "1. Phòng Khoáng sản chủ trì thực hiện./."]
    assert [line.split() for line in lines[5:]] == [
        ["Nơi", "nhận:", "GIÁM", "ĐỐC"],
        ["-", "Như", "trên;"],
        ["-", "Lưu:", "VT.", "Nguyễn", "Văn", "Mẫu"],
    ]
    assert open_paper(_official(), "a.docx").origin is Origin.WORD


def test_tracked_changes_are_read_as_accepted_and_said_so():
    body = (
        "<w:p><w:r><w:t>Báo cáo trước ngày </w:t></w:r><w:del><w:r><w:delText>10/12</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>15/12</w:t></w:r></w:ins><w:r><w:t>/2026.</w:t></w:r></w:p>"
    )
    source = open_paper(docx_of(body), "a.docx")
    assert source.text.strip() == "Báo cáo trước ngày 15/12/2026."
    assert source.remarks[0].code == "tracked_changes"


NUMBERING = f"""<w:numbering {W}>
<w:abstractNum w:abstractNumId="1">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%2)"/></w:lvl>
<w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1.%3"/></w:lvl>
</w:abstractNum>
<w:abstractNum w:abstractNumId="2"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="&#xF0B7;"/></w:lvl>
</w:abstractNum>
<w:abstractNum w:abstractNumId="3">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="upperRoman"/><w:lvlText w:val="%1."/></w:lvl></w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="2"/></w:num>
<w:num w:numId="3"><w:abstractNumId w:val="3"/></w:num>
<w:num w:numId="4"><w:abstractNumId w:val="1"/>
<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>
</w:numbering>"""


def _item(words, num, level=0):
    return p(words, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{num}"/></w:numPr>')


def test_automatic_numbers_are_written_out():
    body = "".join(
        [
            _item("Đánh giá chung", 3),
            _item("Phòng Khoáng sản", 1),
            _item("kiểm tra", 1, 1),
            _item("báo cáo", 1, 1),
            _item("Phòng Nước", 1),
            _item("giám sát", 1, 1),
            _item("chi tiết", 1, 2),
            _item("gạch đầu dòng", 2),
            _item("Nhiệm vụ", 3),
            _item("đếm lại", 4),
        ]
    )
    assert _lines(docx_of(body, numbering=NUMBERING)) == [
        "I. Đánh giá chung",
        "1. Phòng Khoáng sản",
        "a) kiểm tra",
        "b) báo cáo",
        "2. Phòng Nước",
        "a) giám sát",
        "2.1 chi tiết",
        "- gạch đầu dòng",
        "II. Nhiệm vụ",
        "1. đếm lại",
    ]


def test_an_empty_list_paragraph_does_not_count():
    body = _item("việc thứ nhất", 1) + _item("", 1) + _item("việc thứ hai", 1)
    assert _lines(docx_of(body, numbering=NUMBERING)) == ["1. việc thứ nhất", "2. việc thứ hai"]


def test_a_text_box_is_read_once_though_written_twice():
    box = f"<w:txbxContent>{p('HỎA TỐC')}</w:txbxContent>"
    mc = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    drawing = (
        f"<w:p><w:r><mc:AlternateContent {mc}><mc:Choice><w:drawing>{box}</w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
        "<w:r><w:t>Kính gửi: Các phòng.</w:t></w:r></w:p>"
    )
    assert _lines(docx_of(drawing)) == ["HỎA TỐC", "Kính gửi: Các phòng."]


def test_footnotes_come_after_the_text_with_their_numbers():
    body = '<w:p><w:r><w:t>theo Kế hoạch</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r></w:p>'
    notes = (
        f'<w:footnotes {W}><w:footnote w:id="0" w:type="separator"><w:p/></w:footnote>'
        f'<w:footnote w:id="2">{p("Kế hoạch số 03/KH-UBND")}</w:footnote></w:footnotes>'
    )
    assert _lines(docx_of(body, footnotes=notes)) == ["theo Kế hoạch(1)", "(1) Kế hoạch số 03/KH-UBND"]


def test_text_of_a_legacy_font_is_decoded_by_its_font():
    body = p("ñy ban nh©n d©n", run='<w:rFonts w:ascii=".VnTimeH"/>') + p("Kính gửi các đơn vị")
    source = open_paper(docx_of(body), "a.docx")
    assert source.text.split("\n")[:2] == ["ỦY BAN NHÂN DÂN", "Kính gửi các đơn vị"]
    assert source.remarks[0].code == "legacy_encoding"


def test_capitals_by_format_are_capitals_and_hidden_text_stays_hidden():
    body = p("quyết định", run="<w:caps/>") + p("ẩn", run="<w:vanish/>") + p("Điều 1. Phê duyệt kế hoạch")
    assert _lines(docx_of(body)) == ["QUYẾT ĐỊNH", "Điều 1. Phê duyệt kế hoạch"]


def test_a_table_of_tasks_keeps_each_cell_in_its_column():
    cells = (
        ["STT", "Nhiệm vụ", "Chủ trì"],
        ["1", "Rà soát các điểm mỏ dọc tuyến giáp ranh hai tỉnh", "Phòng Khoáng sản"],
    )
    rows = "".join(f"<w:tr>{''.join(f'<w:tc>{p(c)}</w:tc>' for c in row)}</w:tr>" for row in cells)
    grid = '<w:tblGrid><w:gridCol w:w="1000"/><w:gridCol w:w="5000"/><w:gridCol w:w="4000"/></w:tblGrid>'
    lines = _lines(docx_of(f"<w:tbl>{grid}{rows}</w:tbl>"))
    assert [lines[0].index(word) for word in cells[0]] == [lines[1].index(word[:8]) for word in cells[1]]


@pytest.mark.parametrize("mark", ["&lt;b&gt;", "A &amp; B"])
def test_signs_of_xml_are_plain_signs(mark):
    assert _lines(docx_of(p(f"Sở Công Thương {mark}")))[0].startswith("Sở Công Thương ")
