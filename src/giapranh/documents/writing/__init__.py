"""Writing official papers: an ``OfficialPaper`` in, a .docx in the form of Decree 30/2020/NĐ-CP out. Plain Python."""

from giapranh.documents.writing.docx_file import write_docx
from giapranh.documents.writing.form import Form, MarginOutOfRange, form_on
from giapranh.documents.writing.html import write_html
from giapranh.documents.writing.paper import (
    Annex,
    Basis,
    Block,
    Column,
    Figure,
    Heading,
    Item,
    OfficialPaper,
    Paragraph,
    Run,
    Signer,
    Table,
    Words,
)

__all__ = [
    "Annex",
    "Basis",
    "Block",
    "Column",
    "Figure",
    "Form",
    "Heading",
    "Item",
    "MarginOutOfRange",
    "OfficialPaper",
    "Paragraph",
    "Run",
    "Signer",
    "Table",
    "Words",
    "form_on",
    "write_docx",
    "write_html",
]
