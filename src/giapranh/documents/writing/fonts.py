"""Fonts for the pictures in a paper: the machine's own. What holds Vietnamese is found by looking, not by name.

The paper itself names Times New Roman and needs no font here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from PIL import ImageFont

from giapranh.kernel.errors import N_, Unavailable

# (regular, bold) as the systems ship them: Windows and macOS, then Linux. Pillow looks in the system's font folders.
_SYSTEM = (
    ("times.ttf", "timesbd.ttf"),
    ("Times New Roman.ttf", "Times New Roman Bold.ttf"),
    ("LiberationSerif-Regular.ttf", "LiberationSerif-Bold.ttf"),
    ("arial.ttf", "arialbd.ttf"),
    ("Arial.ttf", "Arial Bold.ttf"),
    ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"),
    ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
    ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf"),
    ("segoeui.ttf", "segoeuib.ttf"),
)
_PROBE = "ăâđêôơưẵệỗợửỹĐ"


class NoFont(Unavailable):
    code = "no_font"


@dataclass(frozen=True)
class FontBook:
    """A face in two weights, each as one or several files: web fonts come in pieces by alphabet."""

    regular: tuple[str, ...]
    bold: tuple[str, ...] = field(default=())

    def pieces(self, words: str, size: float, *, bold: bool = False) -> list[tuple[ImageFont.FreeTypeFont, str]]:
        """``words`` cut into runs, each with the first font that has its letters."""
        files = (bold and self.bold) or self.regular
        fonts = [_load(name, round(size)) for name in files]

        def font_of(character: str) -> int:
            return next((i for i, name in enumerate(files) if _has(name, character)), 0)

        return [(fonts[index], "".join(run)) for index, run in groupby(words, key=font_of)]


def find_fonts(web_fonts: Sequence[tuple[Sequence[Path], Sequence[Path]]] = ()) -> FontBook:
    """The first face that can write Vietnamese: the system's, else one of ``web_fonts`` (regular, bold files)."""
    for regular, bold in _SYSTEM:
        if _covers((regular,)):
            return FontBook((regular,), (bold,) if _covers((bold,)) else (regular,))
    for regular_files, bold_files in web_fonts:
        names = tuple(str(path) for path in regular_files)
        if names and _covers(names):
            return FontBook(names, tuple(str(path) for path in bold_files) or names)
    raise NoFont(N_("Máy chưa có phông chữ tiếng Việt để vẽ hình trong văn bản. Cài phông DejaVu hoặc Liberation."))


def _covers(names: Iterable[str]) -> bool:
    files = tuple(names)
    return all(any(_has(name, character) for name in files) for character in _PROBE)


@lru_cache(maxsize=64)
def _load(name: str, size: int) -> ImageFont.FreeTypeFont:
    # The basic layout needs no shaping library; text comes in NFC, where every Vietnamese letter is one glyph.
    return ImageFont.truetype(name, size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=4096)
def _has(name: str, character: str) -> bool:
    """Whether the font has a glyph of its own for ``character``: its picture differs from that of a missing one."""
    if character == " ":
        return True
    try:
        font = _load(name, 24)
    except OSError:
        return False
    missing, glyph = font.getmask("\U0010fffd"), font.getmask(character)
    return glyph.size != missing.size or bytes(glyph) != bytes(missing)
