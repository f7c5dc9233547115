"""The one place where the register meets the reader: bytes in, the JSON that is stored out."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings

from giapranh.documents.pdfium import in_turn
from giapranh.kernel.errors import N_, BadInput, Refused
from giapranh.node import home

_log = logging.getLogger(__name__)
READING_FORMAT = "1"  # of docs/formats/reading.md; stored beside each reading


class ReaderFailed(BadInput):
    """The reader itself stumbled over a file; the log says how."""

    code = "reader_failed"


@dataclass(frozen=True, slots=True)
class ReadFile:
    """What reading one file gave."""

    data: dict[str, Any]
    text: str
    media_type: str
    reader_version: str


def read_file(data: bytes, name: str, *, progress: Callable[[int, int], None] | None = None) -> ReadFile:
    """Read one file, or refuse it with one clear line. ``progress`` hears (pages done, pages in all) of a scan."""
    # The reader loads PDF and OCR libraries; a page that only lists papers does not wait for them.
    from giapranh.documents import reading
    from giapranh.documents.reading import output

    limits = replace(reading.DEFAULT_LIMITS, bytes=settings.UPLOAD_LIMIT_BYTES, roots=home.signature_roots())
    try:
        with in_turn(data, name):
            found = reading.read_paper(data, name, limits=limits, watch=progress)
    except Refused:
        raise
    except Exception as error:
        # A file from outside must never leave an upload "being read" for ever.
        _log.exception("reading an uploaded file failed")
        raise ReaderFailed(N_("Lỗi chưa lường trước khi đọc tệp (%(kind)s)."), kind=type(error).__name__) from error
    json = _storable(output.to_json(found))
    text = json.pop("text")
    return ReadFile(json, text, media_type_of(data, name), READING_FORMAT)


def text_of(data: bytes, name: str) -> str:
    """The words of a file, or its refusal; nothing is made of them."""
    from giapranh.documents.reading import open_paper

    with in_turn(data, name):
        return str(_storable(open_paper(data, name).text))


def _storable(value: Any) -> Any:
    """The same data without the characters that PostgreSQL cannot keep; lengths, and so all places, stay as they are."""
    if isinstance(value, str):
        return value.replace("\x00", " ").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {key: _storable(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_storable(each) for each in value]
    return value


_BY_SUFFIX = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "doc": "application/msword",
    "txt": "text/plain",
    "md": "text/markdown",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "edxml": "application/xml",
    "xml": "application/xml",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def media_type_of(data: bytes, name: str) -> str:
    """The media type kept beside a file: by its first bytes where those tell, else by its name."""
    if data.startswith(b"%PDF"):
        return _BY_SUFFIX["pdf"]
    if data.startswith(b"\x89PNG"):
        return _BY_SUFFIX["png"]
    if data.startswith(b"\xff\xd8\xff"):
        return _BY_SUFFIX["jpg"]
    return _BY_SUFFIX.get(name.rpartition(".")[2].lower(), "application/octet-stream")
