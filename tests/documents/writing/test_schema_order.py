"""Word refuses a file whose elements stand in the wrong order; LibreOffice does not notice. So the order is tested."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from io import BytesIO

import pytest
from docx.oxml.ns import qn
from lxml import etree
from tests.documents.writing.samples import LETTER, WITH_ANNEXES

from giapranh.documents.writing import Column, Table, write_docx

# ECMA-376 part 1, the parts of each sequence that the writer uses.
ORDER = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs "
    "suppressAutoHyphens snapToGrid spacing ind contextualSpacing mirrorIndents jc textDirection textAlignment "
    "outlineLvl divId cnfStyle rPr sectPr pPrChange",
    "rPr": "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof snapToGrid "
    "vanish webHidden color spacing w kern position sz szCs highlight u effect bdr shd fitText vertAlign rtl cs em "
    "lang eastAsianLayout specVanish oMath",
    "tblPr": "tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc tblCellSpacing "
    "tblInd tblBorders shd tblLayout tblCellMar tblLook tblCaption tblDescription",
    "tcPr": "cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar textDirection tcFitText vAlign hideMark",
    "sectPr": "headerReference footerReference footnotePr endnotePr type pgSz pgMar paperSrc pgBorders lnNumType "
    "pgNumType cols formProt vAlign noEndnote titlePg textDirection bidi rtlGutter docGrid printerSettings",
    "tbl": "tblPr tblGrid tr",
    "tr": "trPr tc",
    "pBdr": "top left bottom right between bar",
}
SEQUENCES = {qn(f"w:{parent}"): [qn(f"w:{child}") for child in order.split()] for parent, order in ORDER.items()}
WIDE = Table((Column("A"), Column("B")), (("1", "2"),), landscape=True)
PAPERS = {
    "report": replace(WITH_ANNEXES, mark="Dữ liệu minh họa"),
    "letter": replace(LETTER, urgency="HỎA TỐC", contact="Số 1, phố Mẫu"),
    "wide": replace(LETTER, body=(WIDE, *LETTER.body)),
}


def roots(data):
    with zipfile.ZipFile(BytesIO(data)) as package:
        for name in package.namelist():
            if name.startswith("word/") and name.endswith(".xml"):
                yield name, etree.fromstring(package.read(name))


@pytest.mark.parametrize("name", PAPERS)
def test_children_stand_in_the_order_of_the_schema(name):
    wrong = []
    for part, root in roots(write_docx(PAPERS[name])):
        for parent in root.iter(*SEQUENCES):
            known = SEQUENCES[parent.tag]
            tags = [child.tag for child in parent if isinstance(child.tag, str)]
            strange = [tag for tag in tags if tag not in known]
            places = [known.index(tag) for tag in tags if tag in known]
            if strange or places != sorted(places):
                wrong.append((part, etree.QName(parent).localname, [etree.QName(tag).localname for tag in tags]))
    assert wrong == []


@pytest.mark.parametrize("name", PAPERS)
def test_every_cell_ends_with_a_paragraph(name):
    for _, root in roots(write_docx(PAPERS[name])):
        assert [cell[-1].tag for cell in root.iter(qn("w:tc")) if cell[-1].tag != qn("w:p")] == []


@pytest.mark.parametrize("name", PAPERS)
def test_picture_ids_and_relationships_are_whole(name):
    data = write_docx(PAPERS[name])
    with zipfile.ZipFile(BytesIO(data)) as package:
        names = set(package.namelist())
        rels = etree.fromstring(package.read("word/_rels/document.xml.rels"))
        targets = {rel.get("Target") for rel in rels if rel.get("TargetMode") != "External"}
    assert {f"word/{target}" for target in targets if not target.startswith("../")} <= names
