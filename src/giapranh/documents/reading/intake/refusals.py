"""Why a file is not read. Each refusal is one Vietnamese line: what, where, what to do.

PaperRefused (BadInput)          the file itself
OcrMissing, ConverterMissing     (Unavailable) a program of this machine
NotForThisSystem (NotAllowed)    a paper bearing a mark of secrecy
"""

from __future__ import annotations

from giapranh.kernel.errors import BadInput, NotAllowed, Unavailable


class PaperRefused(BadInput):
    """The file cannot be read as a paper."""

    code = "paper_refused"


class EmptyFile(PaperRefused):
    code = "paper_empty"


class TooLarge(PaperRefused):
    code = "paper_too_large"


class TooManyPages(PaperRefused):
    code = "paper_too_many_pages"


class Encrypted(PaperRefused):
    code = "paper_encrypted"


class Damaged(PaperRefused):
    code = "paper_damaged"


class ArchiveBomb(PaperRefused):
    code = "paper_archive_bomb"


class Macros(PaperRefused):
    code = "paper_macros"


class Executable(PaperRefused):
    code = "paper_executable"


class UnknownFormat(PaperRefused):
    code = "paper_unknown_format"


class HostileXml(PaperRefused):
    code = "paper_hostile_xml"


class NoText(PaperRefused):
    code = "paper_no_text"


class TooSlow(PaperRefused):
    code = "paper_too_slow"


class OcrMissing(Unavailable):
    code = "ocr_missing"


class ConverterMissing(Unavailable):
    code = "converter_missing"


class NotForThisSystem(NotAllowed):
    code = "paper_secret"
