"""A paper that came in an edXML envelope: its file is read, its header is kept beside the text."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath

from giapranh.documents.reading.schema import Origin, SourceText
from giapranh.kernel.errors import N_, Refused

from .archive import member, open_zip
from .limits import Limits
from .refusals import NoText, NotForThisSystem, UnknownFormat

_READABLE = (".pdf", ".docx", ".doc", ".rtf", ".odt", ".txt", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp")


def open_envelope(data: bytes, name: str, limits: Limits) -> SourceText:
    """The first attachment that can be read is the paper; the rest are its annexes and stay files."""
    from giapranh.documents.edxml import parse

    from .opening import open_paper

    envelope = parse(data, name, limits=limits)
    first_refusal: Refused | None = None
    for attachment in sorted(envelope.attachments, key=lambda one: _rank(one.name)):
        try:
            source = open_paper(attachment.data, attachment.name, limits=limits)
        except NotForThisSystem:
            raise
        except Refused as refusal:
            first_refusal = first_refusal or refusal
            continue
        origin = source.origin if source.origin is Origin.SCAN else Origin.EDXML
        fields = {**envelope.fields(), "read_from": attachment.name}
        return replace(source, origin=origin, envelope=fields)
    if first_refusal is not None:
        raise first_refusal
    raise NoText(N_("Gói edXML %(name)s không kèm tệp văn bản nào."), name=name)


def _rank(name: str) -> int:
    """Order is kept among readable files; spreadsheets and archives come last."""
    return 0 if PurePath(name).suffix.lower() in _READABLE else 1


def open_zipped_envelope(data: bytes, name: str, limits: Limits) -> SourceText:
    """An envelope that was zipped as a whole."""
    with open_zip(data, name, limits) as archive:
        inside = [one for one in archive.namelist() if one.lower().endswith((".edxml", ".xml"))]
        if len(inside) == 1 and "[Content_Types].xml" not in archive.namelist():
            return open_envelope(member(archive, inside[0], name, limits), name, limits)
    raise UnknownFormat(
        N_("Tệp %(name)s là gói nén: giải nén rồi đưa từng văn bản vào."),
        name=name,
    )
