"""Which reader a file needs, told by its bytes and never by its name alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath

from giapranh.documents.reading import repair
from giapranh.documents.reading.schema import SourceText
from giapranh.kernel.errors import N_
from giapranh.kernel.text import nfc

from .character import refuse_secret, remark_on_language
from .limits import DEFAULT_LIMITS, Limits, Watch
from .refusals import (
    EmptyFile,
    Encrypted,
    Executable,
    Macros,
    NoText,
    TooLarge,
    TooManyPages,
    UnknownFormat,
)

_PROGRAMS = (b"MZ", b"\x7fELF", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")
_IMAGES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*", b"II+\x00", b"BM", b"GIF8")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LEAST_LETTERS = 12
_CONTROLS = bytes(byte for byte in range(32) if byte < 9 or byte > 13)


def open_paper(data: bytes, name: str, *, limits: Limits = DEFAULT_LIMITS, watch: Watch | None = None) -> SourceText:
    """The text of a paper with places, stamps and signatures; a refusal is one Vietnamese line.

    ``name`` is used in messages and to tell formats that look alike; it is never opened.
    """
    name = nfc(PurePath(name).name or name)
    _check_size(data, name, limits)
    source = _opened(data, name, limits, watch)
    if len(source.text) > limits.characters:
        raise TooManyPages(
            N_("Tệp %(name)s có hơn %(limit)d ký tự, dài hơn một văn bản: tách tệp rồi đọc lại."),
            name=name,
            limit=limits.characters,
        )
    if not repair.has_letters(source.text, _LEAST_LETTERS):
        raise NoText(N_("Tệp %(name)s không có chữ đọc được: kiểm tra lại tệp hoặc quét lại cho rõ."), name=name)
    refuse_secret(source, name)
    return replace(source, remarks=(*source.remarks, *remark_on_language(source)))


def _check_size(data: bytes, name: str, limits: Limits) -> None:
    if not data.strip(b"\x00 \t\r\n"):
        raise EmptyFile(N_("Tệp %(name)s rỗng (0 byte nội dung): xin gửi lại tệp gốc."), name=name)
    if len(data) > limits.bytes:
        raise TooLarge(
            N_("Tệp %(name)s lớn %(size)d MB, quá giới hạn %(limit)d MB: tách tệp hoặc tăng giới hạn."),
            name=name,
            size=len(data) // 1_048_576,
            limit=limits.bytes // 1_048_576,
        )


def _opened(data: bytes, name: str, limits: Limits, watch: Watch | None) -> SourceText:
    head = data[:1024]
    suffix = PurePath(name).suffix.lower()
    if head.startswith(_PROGRAMS) and not _looks_like_text(data, suffix):
        raise Executable(N_("Tệp %(name)s là chương trình chạy được, không phải văn bản: không mở."), name=name)
    if b"%PDF-" in head:
        from .pdf import open_pdf

        return open_pdf(data, name, limits, watch)
    if head.startswith(b"PK"):
        return _zipped(data, name, suffix, limits)
    if head.startswith(_OLE):
        return _ole(data, name, limits)
    if head.startswith(_IMAGES) or (head.startswith(b"RIFF") and head[8:12] == b"WEBP"):
        from .images import open_image

        return open_image(data, name, limits, watch)
    if head.lstrip().startswith(b"{\\rtf"):
        from .office import open_office

        return open_office(data, name, ".rtf", limits)
    if _is_xml(head):
        from .envelope import open_envelope

        return open_envelope(data, name, limits)
    if not _looks_like_text(data, suffix):
        raise UnknownFormat(
            N_("Tệp %(name)s không đọc được: hệ thống đọc .docx, .doc, .pdf, ảnh quét, .txt, .md và gói edXML."),
            name=name,
        )
    from .plain import open_plain

    return open_plain(data, name)


def _zipped(data: bytes, name: str, suffix: str, limits: Limits) -> SourceText:
    if suffix == ".docm":
        raise Macros(N_("Tệp %(name)s chứa macro: lưu lại dạng .docx không macro rồi đọc lại."), name=name)
    if b"mimetypeapplication/vnd.oasis.opendocument.text" in data[:200]:
        from .office import open_office

        return open_office(data, name, ".odt", limits)
    if suffix in (".edxml", ".zip"):
        from .envelope import open_zipped_envelope

        return open_zipped_envelope(data, name, limits)
    from .docx import open_docx

    return open_docx(data, name, limits)


def _ole(data: bytes, name: str, limits: Limits) -> SourceText:
    """The old Word container, which also wraps encrypted new files."""
    if _wide("EncryptedPackage") in data:
        raise Encrypted(
            N_("Tệp %(name)s có mật khẩu: mở bằng mật khẩu, lưu lại bản không mật khẩu rồi đọc lại."), name=name
        )
    if _wide("_VBA_PROJECT") in data or _wide("Macros") in data:
        raise Macros(N_("Tệp %(name)s chứa macro: lưu lại dạng .docx không macro rồi đọc lại."), name=name)
    if _wide("WordDocument") not in data:
        raise UnknownFormat(
            N_("Tệp %(name)s không phải văn bản Word: hệ thống đọc .docx, .pdf, ảnh quét, .txt, .md và gói edXML."),
            name=name,
        )
    from .office import open_office

    return open_office(data, name, ".doc", limits)


def _wide(text: str) -> bytes:
    return text.encode("utf-16-le")


def _is_xml(head: bytes) -> bool:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith((b"\xff\xfe<\x00", b"\xfe\xff\x00<")):
        return True
    return start.startswith(b"<?xml") or b"edXML" in head[:600] or b"<edXML" in head


def _looks_like_text(data: bytes, suffix: str) -> bool:
    sample = data[:4096]
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    nulls = sample.count(0)
    if nulls:
        # UTF-16 without its mark: every other byte of ordinary text is zero.
        return suffix in (".txt", ".md", "") and nulls > 0.2 * len(sample) and _is_wide_text(sample)
    return len(sample) - len(sample.translate(None, _CONTROLS)) <= 0.02 * len(sample)


def _is_wide_text(sample: bytes) -> bool:
    for encoding in ("utf-16-le", "utf-16-be"):
        text = sample[: len(sample) // 2 * 2].decode(encoding, "replace")
        if sum(c.isprintable() or c in "\r\n\t" for c in text) > 0.98 * len(text) and repair.syllable_share(text) > 0.5:
            return True
    return False
