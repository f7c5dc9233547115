"""From the bytes of a file to lines of UTF-8: byte-order marks, UTF-16, old Vietnamese code pages, line ends."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import BinaryIO

from giapranh.kernel.errors import N_, BadInput

LONGEST_LINE = 65_536
BLOCK = 8 * 1024 * 1024


class NotText(BadInput):
    code = "not_a_text_file"


def encoding_of(head: bytes) -> str:
    """The encoding of a file by its beginning: ``utf-8``, ``utf-16-le``, ``utf-16-be`` or ``cp1258``."""
    if head.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le"
    if head.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be"
    start = head[:400]
    if b"\0" in start:
        even, odd = start[0::2].count(0), start[1::2].count(0)
        if odd > len(start) * 0.3 and even == 0:
            return "utf-16-le"
        if even > len(start) * 0.3 and odd == 0:
            return "utf-16-be"
        raise NotText(N_("Tệp không phải là văn bản: có byte rỗng. Kiểm tra lại tệp ở trạm."))
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "cp1258"
    return "utf-8"


def utf8_lines(content: bytes) -> tuple[bytes, str]:
    """The content as UTF-8 with ``\\n`` line ends, and the encoding it came in."""
    if content.isascii() and b"\r" not in content and b"\0" not in content:
        return content, "utf-8"
    encoding = encoding_of(content)
    if encoding != "utf-8":
        text = content.decode(encoding, errors="replace").lstrip("\ufeff")
        content = text.encode("utf-8", errors="replace")
    content = content.removeprefix(codecs.BOM_UTF8)
    if b"\0" in content:
        raise NotText(N_("Tệp không phải là văn bản: có byte rỗng. Kiểm tra lại tệp ở trạm."))
    return content.replace(b"\r\n", b"\n").replace(b"\r", b"\n"), encoding


def blocks(stream: BinaryIO, size: int = BLOCK) -> Iterator[bytes]:
    """A file of any length in blocks of whole lines, as ``utf8_lines`` would give them."""
    head = stream.read(size)
    encoding = encoding_of(head)
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    rest = ""
    while head:
        text = rest + decoder.decode(head)
        cut = max(text.rfind("\n"), text.rfind("\r", 0, len(text) - 1)) + 1
        if cut == 0 and len(text) > LONGEST_LINE:
            raise NotText(N_("Tệp có dòng dài hơn %(most)s ký tự: không phải tệp số liệu trạm."), most=LONGEST_LINE)
        whole, rest = text[:cut], text[cut:]
        if whole:
            yield _plain(whole)
        head = stream.read(size)
    rest += decoder.decode(b"", final=True)
    if rest:
        yield _plain(rest)


def _plain(text: str) -> bytes:
    clean = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in clean:
        raise NotText(N_("Tệp không phải là văn bản: có byte rỗng. Kiểm tra lại tệp ở trạm."))
    return clean.encode("utf-8", errors="replace")
