"""Words out of a picture of a page: straightened, stamps faded, recognised by Tesseract in Vietnamese."""

from __future__ import annotations

import math
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from giapranh.documents.reading import repair
from giapranh.kernel.errors import N_
from giapranh.kernel.text import search_key

from . import stamps
from .canvas import Piece
from .limits import Limits
from .refusals import OcrMissing, TooSlow
from .slips import tidy, tidy_dates
from .stamps import Area

if TYPE_CHECKING:
    from PIL.Image import Image

LANGUAGE = "vie"
_SETTING = "GIAPRANH_TESSERACT"
NO_WINDOW = 0x08000000 if sys.platform == "win32" else 0
"""No console window flashes on Windows."""
_WINDOWS_HOMES = ("ProgramFiles", "ProgramFiles(x86)", "LOCALAPPDATA")
_NOISE = re.compile(r"^[\W_]+$")
_RECEIVED = re.compile(r"\b(?:den|ngay|chuyen|gio|cv|cong van)\b")
_KEPT_BOX = re.compile(r"\bmat\b|\bkhan\b|hoa toc|thu hoi|noi bo|tra lai")
_ALONE = frozenset("|'\"`~_*=<>[]{}‹›«»¡¿¬\\")
_BULLETS = frozenset("-–—~^ˆ_=°»«•·")
_LOW = 12.0
_UNEVEN = 45
_SURE_ENOUGH = 0.62


@dataclass(frozen=True, slots=True)
class Recognised:
    """The words of one picture, in pixels of the straightened picture, and how it had to be turned."""

    pieces: tuple[Piece, ...]
    height: float
    skew: float
    turned: int
    notes: tuple[str, ...] = ()
    """What the receiver's ĐẾN stamp says, which is no part of the paper."""

    @property
    def confidence(self) -> float:
        letters = sum(len(p.text) for p in self.pieces)
        return sum(p.sure * len(p.text) for p in self.pieces) / letters if letters else 0.0


@lru_cache(maxsize=1)
def program() -> str | None:
    """Where Tesseract is, or None: the setting GIAPRANH_TESSERACT, the path, the usual folders of Windows."""
    named = os.environ.get(_SETTING)
    if named:
        return named if Path(named).is_file() else None
    found = shutil.which("tesseract")
    if found:
        return found
    for variable in _WINDOWS_HOMES:
        home = os.environ.get(variable)
        for inside in ("Tesseract-OCR", "Programs/Tesseract-OCR"):
            candidate = Path(home or ".") / inside / "tesseract.exe"
            if home and candidate.is_file():
                return str(candidate)
    return None


@lru_cache(maxsize=1)
def languages() -> frozenset[str]:
    """The languages Tesseract has on this machine."""
    where = program()
    if where is None:
        return frozenset()
    done = subprocess.run(
        [where, "--list-langs"], capture_output=True, timeout=20, check=False, creationflags=NO_WINDOW
    )
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    return frozenset(line.strip() for line in lines[1:] if line.strip())


def require() -> str:
    """The program, or a refusal that says what to install."""
    where = program()
    if where is None:
        raise OcrMissing(
            N_(
                "Văn bản này là bản quét, cần nhận dạng chữ nhưng máy chưa có Tesseract: cài gói tesseract-ocr và "
                "tesseract-ocr-vie (Windows: bộ cài Tesseract, chọn thêm tiếng Việt) rồi đọc lại."
            )
        )
    if LANGUAGE not in languages():
        raise OcrMissing(
            N_("Tesseract trên máy chưa có tiếng Việt: cài gói tesseract-ocr-vie rồi đọc lại."),
            code="ocr_language_missing",
        )
    return where


def recognise(image: Image, *, dpi: int, limits: Limits, opening: bool = False) -> Recognised:
    """The words of a page; a page that reads badly is tried once more the way Tesseract thinks is up.

    ``opening`` is for the first page, where stamps stand.
    """
    where = require()
    first = _read(image, 0, where, dpi, limits, opening)
    if first.confidence >= _SURE_ENOUGH and len(first.pieces) >= 8:
        return first
    turn = _orientation(image, where, limits)
    if not turn:
        return first
    second = _read(image, turn, where, dpi, limits, opening)
    return second if _weight(second) > _weight(first) else first


def _weight(found: Recognised) -> float:
    return found.confidence * sum(len(p.text) for p in found.pieces)


def _read(image: Image, turn: int, where: str, dpi: int, limits: Limits, opening: bool) -> Recognised:
    upright = image.rotate(turn, expand=True) if turn else image
    ink = evened(faded(upright))
    skew = skew_of(ink)
    look = Look(where, _straighten(ink, skew), dpi, limits)
    notes = look.erase_received() if opening else ()
    pieces = look.words("4")
    pieces = look.again_at_signer(pieces)
    if opening:
        pieces += look.slanting_marks(pieces)
    back = _way_back(look.page.size, upright.size, skew)
    shown = (replace(piece, shown=_shown(piece, back, turn, image.size)) for piece in pieces)
    return Recognised(tuple(shown), upright.height, skew, turn, notes)


@dataclass(slots=True)
class Look:
    """A straightened page and the ways of looking at it."""

    where: str
    page: Image
    dpi: int
    limits: Limits

    def words(self, mode: str, area: Area | None = None, *, lean: float = 0.0) -> list[Piece]:
        """The words of the page or of a part of it, in the page's pixels."""
        part = self.page.crop(area.box) if area else self.page
        if lean:
            part = _straighten(part, -lean)
        table = _tesseract(self.where, part, self.dpi, self.limits, "--psm", mode, "-c", "tessedit_do_invert=0", "tsv")
        return [_shifted(piece, area) for piece in _words(table)] if area else _words(table)

    def erase_received(self) -> tuple[str, ...]:
        """The receiver's stamp is read apart and wiped off, so that what it was stamped over reads better."""
        notes = []
        for area in stamps.received_boxes(self.page, self.dpi):
            inside = self.words("6", area)
            said = " ".join(piece.text for piece in inside)
            key = search_key(said)
            prose = sum(piece.sure > 0.8 and repair.is_syllable(piece.text) for piece in inside) > 8
            if _KEPT_BOX.search(key) or (prose and not _RECEIVED.search(key)):
                continue
            notes.append(said)
            self.page = self.page.copy()
            self.page.paste(255, area.box)
        return tuple(notes)

    def again_at_signer(self, pieces: list[Piece]) -> list[Piece]:
        """Tesseract takes a signature with its seal for a picture and drops the words in it: look there once more."""
        label = _recipients_label(pieces)
        if label is None or label.x0 > 0.4 * self.page.width:
            return pieces
        high = label.y1 - label.y0
        column = max((p.x1 for p in _below(label, pieces) if p.x1 < 0.6 * self.page.width), default=label.x1)
        left = round(min(max(column + high / 2, 0.4 * self.page.width), 0.56 * self.page.width))
        top = max(0, round(label.y0 - 1.5 * high))
        area = Area(left, top, self.page.width, min(self.page.height, round(top + 0.3 * self.page.height)))
        before = [p for p in pieces if area.holds((p.x0 + p.x1) / 2, (p.y0 + p.y1) / 2)]
        if _has_name(before):
            return pieces
        after = [p for p in self.words("6", area) if _is_word(p)]
        kept = [p for p in before if p.sure >= 0.5 or not any(_touch(p, other) for other in after)]
        added = [p for p in after if not any(_touch(p, other) for other in kept)]
        return [*(p for p in pieces if p not in before or p in kept), *added]

    def slanting_marks(self, pieces: list[Piece]) -> list[Piece]:
        """Urgency is often stamped as a slanting arrow: its ink is turned level and read by itself."""
        covered = [Area(round(p.x0), round(p.y0), round(p.x1), round(p.y1)) for p in pieces if p.sure > 0.3]
        found = []
        for area in stamps.stray_marks(self.page, covered, self.dpi):
            lean = stamps.lean_of(self.page.crop(area.box))
            said = " ".join(piece.text for piece in self.words("6", area, lean=lean))
            mark = _urgency(said)
            if mark:
                found.append(Piece(mark, area.x0, area.y0, area.x1, area.y1, 0.6, alone=True))
        return found


def _shifted(piece: Piece, area: Area) -> Piece:
    tight = (piece.tight[0] + area.y0, piece.tight[1] + area.y0) if piece.tight else None
    return replace(
        piece,
        x0=piece.x0 + area.x0,
        x1=piece.x1 + area.x0,
        y0=piece.y0 + area.y0,
        y1=piece.y1 + area.y0,
        tight=tight,
    )


def _recipients_label(pieces: list[Piece]) -> Piece | None:
    """The word "nhận" of "Nơi nhận:", whatever the engine made of its marks."""
    for before, piece in pairwise(pieces):
        if re.fullmatch(r"nh[ae]n[:.;,]*", search_key(piece.text)) and search_key(before.text).endswith(("oi", "ai")):
            return before
    return None


def _below(label: Piece, pieces: list[Piece]) -> list[Piece]:
    return [p for p in pieces if p.y0 > label.y1 and p.x0 < label.x1 + 4 * (label.x1 - label.x0)]


def _has_name(pieces: list[Piece]) -> bool:
    """Two to five words in a row, each with a capital first and small letters after: a person's name."""
    run = 0
    for piece in pieces:
        word = piece.text.strip(".,:;'|")
        run = run + 1 if len(word) > 1 and word[0].isupper() and word[1:].islower() and piece.sure > 0.3 else 0
        if run >= 2:
            return True
    return False


def _is_word(piece: Piece) -> bool:
    letters = sum(c.isalpha() for c in piece.text)
    return piece.sure >= (0.35 if letters > 2 else 0.6) and letters >= 2


def _touch(one: Piece, other: Piece) -> bool:
    return one.x0 < other.x1 and other.x0 < one.x1 and one.y0 < other.y1 and other.y0 < one.y1


def _urgency(said: str) -> str | None:
    """The urgency mark a few badly read words come nearest to."""
    letters = re.sub(r"[^a-z]", "", search_key(said))
    for mark in ("HỎA TỐC", "THƯỢNG KHẨN", "KHẨN"):
        wanted = search_key(mark).replace(" ", "")
        if wanted in letters or (
            len(wanted) > 5 and SequenceMatcher(None, wanted, letters, autojunk=False).ratio() >= 0.75
        ):
            return mark
    return None


def is_writing(pages: list[Recognised]) -> bool:
    """Fur and leaves give a few loose letters; writing gives words the engine is sure of."""
    sure = [p.text for page in pages for p in page.pieces if p.sure >= 0.7 and sum(c.isalpha() for c in p.text) > 1]
    doubtful = sum(p.sure < 0.4 for page in pages for p in page.pieces)
    spelt = sum(repair.is_syllable(word.strip(".,;:()-")) for word in sure)
    return spelt >= 5 or len(sure) > max(8, doubtful)


def faded(image: Image) -> Image:
    """A grey page on which red seals are as light as the paper."""
    if image.mode in ("1", "L", "I", "I;16", "F"):
        return image.convert("L")
    if image.mode in ("RGBA", "LA", "PA", "P"):
        image = _on_white(image)
    return image.convert("RGB").getchannel("R")


def evened(grey: Image) -> Image:
    """A photograph's shadows taken out: every part is measured against the paper around it. Clean scans stay."""
    import numpy as np
    from PIL import Image as Picture
    from PIL import ImageFilter

    side = max(24, round(max(grey.size) / 90))
    small = grey.resize((max(8, grey.width // side), max(8, grey.height // side)), Picture.Resampling.BOX)
    # Letters are the darker part of each neighbourhood: its brightest cells are the paper.
    paper = small.filter(ImageFilter.MaxFilter(5)).filter(ImageFilter.GaussianBlur(2))
    dark, bright = np.percentile(np.asarray(paper), (4, 96))
    if bright - dark < _UNEVEN:
        return grey
    ground = np.asarray(paper.resize(grey.size, Picture.Resampling.BICUBIC), dtype=np.uint16)
    lit = np.asarray(grey, dtype=np.uint16) * 250 // np.maximum(ground, 24)
    return Picture.fromarray(np.minimum(lit, 255).astype(np.uint8))


def _on_white(image: Image) -> Image:
    from PIL import Image as Picture

    rgba = image.convert("RGBA")
    paper = Picture.new("RGBA", rgba.size, (255, 255, 255, 255))
    paper.alpha_composite(rgba)
    return paper.convert("RGB")


def skew_of(grey: Image) -> float:
    """How many degrees the lines of text lean, between -6 and 6: at the right angle the rows of ink are sharpest."""
    import numpy as np

    scale = 900 / max(grey.size)
    small = grey.resize((max(1, round(grey.width * scale)), max(1, round(grey.height * scale)))) if scale < 1 else grey
    pixels = np.asarray(small, dtype=np.int16)
    dark = pixels < min(160, int(pixels.mean()) - 40)
    margin_y, margin_x = (round(side * 0.04) for side in dark.shape)
    rows, columns = np.nonzero(dark[margin_y : dark.shape[0] - margin_y, margin_x : dark.shape[1] - margin_x])
    if len(rows) < 500:
        return 0.0

    def sharpness(angle: float) -> float:
        shifted = rows - columns * math.tan(math.radians(angle))
        counts = np.bincount((shifted - shifted.min()).astype(np.int32))
        return float(((counts[1:] - counts[:-1]).astype(np.float64) ** 2).sum())

    coarse = max((step * 0.5 for step in range(-12, 13)), key=sharpness)
    fine = max((coarse + step * 0.1 for step in range(-5, 6)), key=sharpness)
    return 0.0 if abs(fine) < 0.15 or sharpness(fine) < 1.03 * sharpness(0.0) else round(fine, 2)


def _straighten(grey: Image, skew: float) -> Image:
    from PIL import Image as Picture

    if not skew:
        return grey
    return grey.rotate(skew, resample=Picture.Resampling.BICUBIC, expand=True, fillcolor=255)


def _way_back(turned: tuple[int, int], given: tuple[int, int], skew: float) -> tuple[float, ...]:
    """The affine map from the straightened page to the page as given."""
    angle = math.radians(skew)
    cos, sin = math.cos(angle), math.sin(angle)
    cx, cy = turned[0] / 2, turned[1] / 2
    gx, gy = given[0] / 2, given[1] / 2
    return (cos, -sin, gx - cos * cx + sin * cy, sin, cos, gy - sin * cx - cos * cy)


def _shown(
    piece: Piece, back: tuple[float, ...], turn: int, given: tuple[int, int]
) -> tuple[float, float, float, float]:
    """The word's box on the page as given, in fractions of it."""
    a, b, c, d, e, f = back
    top, bottom = piece.tight or (piece.y0, piece.y1)
    x, y = (piece.x0 + piece.x1) / 2, (top + bottom) / 2
    dx, dy = a * x + b * y + c - x, d * x + e * y + f - y
    x0, y0, x1, y1 = piece.x0 + dx, top + dy, piece.x1 + dx, bottom + dy
    width, height = given
    if turn == 180:
        x0, y0, x1, y1 = width - x1, height - y1, width - x0, height - y0
    elif turn == 90:
        x0, y0, x1, y1 = width - y1, x0, width - y0, x1
    elif turn == 270:
        x0, y0, x1, y1 = y0, height - x1, y1, height - x0
    sides = (x0 / width, y0 / height, x1 / width, y1 / height)
    left, top, right, bottom = (round(min(1.0, max(0.0, side)), 5) for side in sides)
    return left, top, right, bottom


def _orientation(image: Image, where: str, limits: Limits) -> int:
    """Degrees to turn the page counter-clockwise, by Tesseract's own guess; 0 when it has none."""
    if "osd" not in languages():
        return 0
    try:
        told = _tesseract(where, faded(image), 300, limits, "--psm", "0", language="osd")
    except _TesseractFailedError:
        return 0
    found = re.search(r"Orientation in degrees:\s*(\d+)", told)
    return int(found.group(1)) % 360 if found else 0


class _TesseractFailedError(Exception):
    pass


def _tesseract(where: str, image: Image, dpi: int, limits: Limits, *options: str, language: str = LANGUAGE) -> str:
    command = [where, "stdin", "stdout", "-l", language, "--dpi", str(dpi), *options]
    try:
        done = subprocess.run(
            command,
            input=_pgm(image),
            capture_output=True,
            timeout=limits.ocr_seconds_per_page,
            check=False,
            # One thread each: pages, not letters, are shared out among the processors.
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
            creationflags=NO_WINDOW,
        )
    except subprocess.TimeoutExpired as late:
        raise TooSlow(
            N_("Nhận dạng chữ một trang quá %(seconds)d giây: quét lại trang rõ hơn hoặc tăng giới hạn."),
            seconds=round(limits.ocr_seconds_per_page),
        ) from late
    if done.returncode:
        if options[:2] == ("--psm", "0"):
            raise _TesseractFailedError
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise OcrMissing(
            N_("Tesseract không chạy được (%(said)s): kiểm tra bằng lệnh giapranh doctor."),
            code="ocr_failed",
            said=said[-1][:200] if said else done.returncode,
        )
    return done.stdout.decode("utf-8", "replace")


def _pgm(grey: Image) -> bytes:
    return b"P5 %d %d 255\n%s" % (*grey.size, grey.tobytes())


def _words(table: str) -> list[Piece]:
    """Words by lines as Tesseract saw them: all words of a line get its height, so that none slips into the next."""
    lines: dict[tuple[str, ...], list[Piece]] = {}
    for row in table.splitlines()[1:]:
        cells = row.split("\t")
        if len(cells) < 12 or cells[0] != "5":
            continue
        text = tidy(repair.clean(cells[11]).strip())
        sure = float(cells[10])
        left, top, width, height = (float(cell) for cell in cells[6:10])
        if not text or (sure < _LOW and len(text) == 1):
            continue
        piece = Piece(text, left, top, left + width, top + height, round(max(0.0, min(sure, 99.0)) / 100, 3))
        lines.setdefault(tuple(cells[1:5]), []).append(piece)
    cleaned = (tidy_dates(_without_specks(line)) for line in lines.values())
    return [piece for line in cleaned if line for piece in _levelled(line)]


def _without_specks(line: list[Piece]) -> list[Piece]:
    """A line less the dirt, rules and pen strokes that were taken for signs; a dash that opens it is a bullet."""
    if len(line) > 1 and (line[0].text in _BULLETS or set(line[0].text) <= {"-", "_"}):
        gap = line[1].x0 - line[0].x1
        # A bullet stands close to its words; a dash far from them is the rule below a heading.
        line = line[1:] if gap > 2.5 * (line[1].y1 - line[1].y0) else [replace(line[0], text="-"), *line[1:]]
    kept = [piece for at, piece in enumerate(line) if not _is_speck(piece, opens=at == 0 and len(line) > 1)]
    wordy = any(sum(c.isalnum() for c in piece.text) >= 2 and piece.sure >= 0.3 for piece in kept)
    return kept if wordy else []


def _is_speck(piece: Piece, *, opens: bool) -> bool:
    if not _NOISE.match(piece.text) or piece.text.startswith("./"):
        return False
    if piece.text in _ALONE or (opens and piece.text in ":;,.'"):
        return True
    return piece.sure < 0.4 and not (opens and piece.text in "-+")


def _levelled(line: list[Piece]) -> list[Piece]:
    middle = median((p.y0 + p.y1) / 2 for p in line)
    half = median(p.y1 - p.y0 for p in line) / 2
    return [replace(p, tight=(p.y0, p.y1), y0=middle - half, y1=middle + half) for p in line]
