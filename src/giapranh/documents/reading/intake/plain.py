"""Plain text and Markdown, in whatever encoding it was typed."""

from __future__ import annotations

import codecs
import re

from giapranh.documents.reading import repair
from giapranh.documents.reading.schema import Origin, Remark, SourceText
from giapranh.kernel.errors import N_

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_STRONG = re.compile(r"\*{2,3}|(?<!\w)_{2,3}(?=\w)|(?<=\w)_{2,3}(?!\w)")
_HARD_BREAK = re.compile(r"(?<! ) +(?=\n)")
_ESCAPED = re.compile(r"\\(?=[-.*_#()\[\]+!&<>|])")
_HEADING = re.compile(r"^#{1,6} +", re.MULTILINE)


def open_plain(data: bytes, name: str) -> SourceText:
    text, encoding = decode(data)
    text = repair.clean(text)
    remarks: tuple[Remark, ...] = ()
    legacy = repair.legacy_of_text(text) if encoding.startswith("utf") else None
    if legacy:
        text = repair.clean(repair.decode(text, legacy))
        encoding = legacy
    if not encoding.startswith("utf"):
        remarks = (Remark("legacy_encoding", N_("Chữ gõ theo bảng mã cũ, đã chuyển sang Unicode:"), encoding.upper()),)
    return SourceText(
        text=_plain(text, markdown=name.lower().endswith((".md", ".markdown"))), origin=Origin.PLAIN, remarks=remarks
    )


def decode(data: bytes) -> tuple[str, str]:
    """The text and the name of the encoding that made sense of it."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data.decode(encoding, "replace"), encoding
    nulls = data[:2000].count(0)
    if nulls > 0.2 * len(data[:2000]):
        little = data[1:2000:2].count(0) >= data[0:2000:2].count(0)
        return data.decode("utf-16-le" if little else "utf-16-be", "replace"), "utf-16"
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    cut = data[:-3].decode("utf-8", "ignore") if len(data) > 400 else ""
    if cut and len(cut.encode("utf-8")) >= 0.995 * len(data) and repair.marked_share(cut) > 0.1:
        return data.decode("utf-8", "replace"), "utf-8"
    return _best_of_old(data)


def _best_of_old(data: bytes) -> tuple[str, str]:
    """Bytes of before Unicode: the reading whose words are spelt like Vietnamese wins."""
    candidates = {
        "windows-1258": repair.clean(data.decode("cp1258", "replace")),
        "tcvn3": repair.from_tcvn3(data.decode("latin-1")),
        "vni": repair.from_vni(data.decode("cp1252", "replace")),
    }

    def merit(text: str) -> float:
        return repair.syllable_share(text) + min(0.3, repair.marked_share(text))

    best = max(candidates, key=lambda encoding: merit(candidates[encoding]))
    return candidates[best], best


def _plain(text: str, *, markdown: bool) -> str:
    """The words without the signs of Markdown, which copies of papers often carry whatever their file is called."""
    text = text.replace("\t", "    ")
    if " \n" in text:
        text = _HARD_BREAK.sub("", text)
    if "**" in text or "__" in text:
        text = _STRONG.sub("", text)
    if "\\" in text:
        text = _ESCAPED.sub("", text)
    if markdown:
        text = _HEADING.sub("", text)
    return text
