"""PDF papers: born digital, issued electronically, scanned, or scanned with a text layer that cannot be trusted."""

from __future__ import annotations

import ctypes
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from giapranh.documents.reading import repair
from giapranh.documents.reading.schema import Origin, Remark, SourceText, StampedField
from giapranh.kernel.errors import N_

from . import ocr
from .canvas import Piece, Sheet, lay_out
from .lanes import Picture, recognise_all
from .limits import Limits, Watch
from .notes import typed_notes
from .refusals import Damaged, Encrypted, NoText, TooManyPages

if TYPE_CHECKING:
    import pypdfium2 as pdfium
    from PIL.Image import Image

_FEW = 20
_WRONG_LANGUAGE = 0.15
_PICTURE = 0.5


@dataclass(slots=True)
class _Page:
    """A page while it is being read."""

    number: int
    width: float
    height: float
    pieces: list[Piece]
    pictured: bool
    recognised: bool = False
    redone: bool = False
    skew: float = 0.0
    confidence: float = 1.0
    upright_height: float | None = None
    notes: tuple[str, ...] = ()
    found: ocr.Recognised | None = None


def open_pdf(data: bytes, name: str, limits: Limits, watch: Watch | None = None) -> SourceText:
    document = _load(data, name)
    try:
        if len(document) > limits.pages:
            raise TooManyPages(
                N_("Tệp %(name)s có %(pages)d trang, quá giới hạn %(limit)d trang: tách tệp hoặc tăng giới hạn."),
                name=name,
                pages=len(document),
                limit=limits.pages,
            )
        pages = [_digital(document, index) for index in range(len(document))]
        _recognise(document, pages, name, limits, watch)
    finally:
        document.close()
    typed = _typed_notes(pages[0])
    stamped, notes = _annotations(data, pages)
    signatures = _signatures(data, limits.roots)
    kept = [page for page in pages if not _is_blank(page)] or pages[:1]
    pictures = [page.found for page in kept if page.found is not None]
    if len(pictures) == len(kept) and not ocr.is_writing(pictures):
        raise NoText(N_("Tệp %(name)s là bản quét không có chữ đọc được: quét lại văn bản cho rõ."), name=name)
    return _assemble(kept, len(pages) - len(kept), stamped, [*typed, *notes], signatures)


def _load(data: bytes, name: str) -> pdfium.PdfDocument:
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(data)
        len(document)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise Encrypted(
                N_("Tệp %(name)s có mật khẩu: mở bằng mật khẩu, lưu lại bản không mật khẩu rồi đọc lại."), name=name
            ) from error
        raise Damaged(
            N_("Tệp %(name)s hỏng hoặc bị cắt cụt, không mở được như PDF: xin gửi lại tệp gốc."), name=name
        ) from error
    if len(document) == 0:
        raise Damaged(N_("Tệp %(name)s không có trang nào."), name=name)
    return document


# --- the text layer ---------------------------------------------------------------------------------------------


def _digital(document: pdfium.PdfDocument, index: int) -> _Page:
    import pypdfium2 as pdfium

    try:
        page = document[index]
    except pdfium.PdfiumError:
        return _Page(index + 1, 595.0, 842.0, [], pictured=False)
    width, height = page.get_size()
    try:
        pieces = list(_text_layer(page, width, height))
        return _Page(index + 1, width, height, pieces, pictured=_picture_share(page, width * height) > _PICTURE)
    finally:
        page.close()


def _picture_share(page: pdfium.PdfPage, area: float) -> float:
    import pypdfium2.raw as raw

    share = 0.0
    for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = item.get_bounds()
        share += abs((right - left) * (top - bottom)) / max(1.0, area)
    return share


def _text_layer(page: pdfium.PdfPage, width: float, height: float) -> Iterator[Piece]:
    """The words of the layer; PDFium's own spaces and line ends part them."""
    import pypdfium2.raw as raw

    layer = raw.FPDFText_LoadPage(page.raw)
    if not layer:
        return
    try:
        signs = _signs(raw, layer)
        place = _placer(page, width, height)
        start: int | None = None
        for at, sign in enumerate([*signs, " "]):
            if not sign.isspace() and sign not in ("\u00a0", "\u200b"):
                start = at if start is None else start
            elif start is not None:
                yield from _word(raw, layer, signs, start, at, place)
                start = None
    finally:
        raw.FPDFText_ClosePage(layer)


def _signs(raw: Any, layer: Any) -> list[str]:
    count = raw.FPDFText_CountChars(layer)
    if count <= 0:
        return []
    buffer = (ctypes.c_ushort * (count + 1))()
    raw.FPDFText_GetText(layer, 0, count, buffer)
    text = bytes(buffer)[: count * 2].decode("utf-16-le", "replace")
    if len(text) == count and "\x00" not in text:
        return list(text)
    return [_sign(raw.FPDFText_GetUnicode(layer, index)) for index in range(count)]


def _sign(code: int) -> str:
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else " "


def _placer(page: pdfium.PdfPage, width: float, height: float) -> Any:
    """From the coordinates of the file to points from the top left of the page as it is shown."""
    left, bottom, right, top = page.get_cropbox()
    turn = page.get_rotation()

    def place(x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
        if turn == 90:
            return y0 - bottom, x0 - left, y1 - bottom, x1 - left
        if turn == 180:
            return right - x1, y0 - bottom, right - x0, y1 - bottom
        if turn == 270:
            return top - y1, right - x1, top - y0, right - x0
        return x0 - left, top - y1, x1 - left, top - y0

    return place


def _word(raw: Any, layer: Any, signs: list[str], start: int, end: int, place: Any) -> Iterator[Piece]:
    first, last = _loose(raw, layer, start), _loose(raw, layer, end - 1)
    size = raw.FPDFText_GetFontSize(layer, start)
    angle = raw.FPDFText_GetCharAngle(layer, start)
    if 0.3 < angle < 5.98:
        return
    length = end - start
    spread = max(first[2], last[2]) - min(first[0], last[0])
    if length > 1 and spread > 1.35 * max(first[3] - first[1], size, 4.0) * length:
        middle = _widest_jump(raw, layer, start, end)
        if middle is not None:
            yield from _word(raw, layer, signs, start, middle, place)
            yield from _word(raw, layer, signs, middle, end, place)
            return
    font = _font(raw, layer, start)
    text = repair.repair("".join(signs[start:end]), font or "unknown").strip()
    if not text:
        return
    x0, x1 = min(first[0], last[0]), max(first[2], last[2])
    y0, y1 = min(first[1], last[1]), max(first[3], last[3])
    left, top, right, bottom = place(x0, y0, x1, y1)
    yield Piece(text, left, top, right, bottom, font=font)


def _widest_jump(raw: Any, layer: Any, start: int, end: int) -> int | None:
    boxes = [_loose(raw, layer, at) for at in range(start, end)]
    jumps = [abs(b[0] - a[2]) for a, b in itertools.pairwise(boxes)]
    widest = max(range(len(jumps)), key=jumps.__getitem__)
    return start + widest + 1 if jumps[widest] > 6 else None


def _loose(raw: Any, layer: Any, at: int) -> tuple[float, float, float, float]:
    box = raw.FS_RECTF()
    raw.FPDFText_GetLooseCharBox(layer, at, box)
    return box.left, min(box.bottom, box.top), box.right, max(box.bottom, box.top)


def _font(raw: Any, layer: Any, at: int) -> str | None:
    name = ctypes.create_string_buffer(96)
    flags = ctypes.c_int()
    length = raw.FPDFText_GetFontInfo(layer, at, name, 96, flags)
    return name.value.decode("utf-8", "replace") if 1 < length <= 96 else None


# --- recognition ------------------------------------------------------------------------------------------------


def _needs_recognition(page: _Page) -> bool:
    text = " ".join(piece.text for piece in page.pieces)
    letters = repair.letters_in(text)
    if len(text) < _FEW:
        return True
    if letters < 0.35 * len(text.replace(" ", "")) and page.pictured:
        return True
    return page.pictured and repair.marked_share(text) < _WRONG_LANGUAGE


def _recognise(
    document: pdfium.PdfDocument, pages: list[_Page], name: str, limits: Limits, watch: Watch | None
) -> None:
    wanted = [index for index, page in enumerate(pages) if _needs_recognition(page)]
    for done, (index, found) in enumerate(recognise_all(_pictures(document, wanted, name, limits), limits), start=1):
        _settle(pages[index], found, limits)
        if watch is not None:
            watch(done, len(wanted))


def _pictures(document: pdfium.PdfDocument, wanted: list[int], name: str, limits: Limits) -> Iterator[Picture]:
    inked = 0
    for index in wanted:
        image, dpi = _picture(document, index, limits)
        if not has_ink(image):
            continue
        inked += 1
        if inked > limits.ocr_pages:
            raise TooManyPages(
                N_("Tệp %(name)s có hơn %(limit)d trang quét phải nhận dạng: tách tệp hoặc tăng giới hạn."),
                name=name,
                limit=limits.ocr_pages,
            )
        yield Picture(index, image, dpi)


def _picture(document: pdfium.PdfDocument, index: int, limits: Limits) -> tuple[Image, int]:
    """The page drawn without its annotations: signature banners and typed routing notes stay away from the text."""
    page = document[index]
    width, height = page.get_size()
    scale = _scale(width, height, limits)
    try:
        bitmap = page.render(scale=scale, may_draw_forms=False, draw_annots=False)
        image = bitmap.to_pil()
        image.load()
        return ocr.faded(image), round(scale * 72)
    finally:
        page.close()


def has_ink(image: Image) -> bool:
    """Whether anything is on the page but the shade of its paper."""
    small = image.convert("L").reduce(8) if min(image.size) > 64 else image.convert("L")
    histogram = small.histogram()
    return sum(histogram[:140]) > 0.0004 * sum(histogram)


def _scale(width: float, height: float, limits: Limits) -> float:
    """Pixels for a point; drawings of the size of a wall are drawn coarser."""
    return min(limits.ocr_dpi / 72, 7000 / max(width, height))


def _settle(page: _Page, found: ocr.Recognised, limits: Limits) -> None:
    """The recognised words, unless the page's own layer is as good."""
    scale = _scale(page.width, page.height, limits)
    pieces = [replace(p, x0=p.x0 / scale, y0=p.y0 / scale, x1=p.x1 / scale, y1=p.y1 / scale) for p in found.pieces]
    before = " ".join(p.text for p in page.pieces)
    after = " ".join(p.text for p in pieces)
    if len(before) >= _FEW and repair.marked_share(before) >= repair.marked_share(after) - 0.03:
        return
    page.redone = len(before) >= _FEW
    page.pieces, page.found = pieces, found
    page.upright_height, page.notes = found.height / scale, found.notes
    page.recognised, page.skew, page.confidence = True, found.skew, found.confidence


def _is_blank(page: _Page) -> bool:
    return sum(len(piece.text) for piece in page.pieces) < _FEW


# --- what lies over the page --------------------------------------------------------------------------------------


def _annotations(data: bytes, pages: list[_Page]) -> tuple[list[StampedField], list[str]]:
    if b"/Annots" not in data and b"/ObjStm" not in data:
        return [], []
    from .overlay import read_overlay

    overlay = read_overlay(data)
    for index, field in enumerate(overlay.stamped):
        page = pages[field.box.page - 1]
        page.pieces.append(
            Piece(
                field.text,
                field.box.x0 * page.width,
                field.box.y0 * page.height,
                field.box.x1 * page.width,
                field.box.y1 * page.height,
                stamp=index,
            )
        )
    return overlay.stamped, overlay.notes


def _typed_notes(page: _Page) -> list[str]:
    if page.recognised:
        return []
    page.pieces, note = typed_notes(page.pieces, page.height)
    return [note] if note else []


def _signatures(data: bytes, roots: Sequence[bytes]) -> tuple[Any, ...]:
    if b"/ByteRange" not in data:
        return ()
    from .signatures import read_signatures

    return read_signatures(data, roots)


def _assemble(
    kept: list[_Page],
    dropped: int,
    stamped: list[StampedField],
    notes: list[str],
    signatures: tuple[Any, ...],
) -> SourceText:
    from .overlay import with_spans

    laid = lay_out([Sheet(p.number, p.width, p.height, tuple(p.pieces), p.upright_height) for p in kept])
    scanned = any(page.recognised or page.pictured for page in kept)
    return SourceText(
        text=laid.text,
        origin=Origin.SCAN if scanned else Origin.BORN_DIGITAL,
        pages=laid.pages,
        words=laid.words,
        stamped=with_spans(stamped, laid.stamps),
        signatures=signatures,
        remarks=tuple(_remarks(kept, dropped, notes)),
    )


def _remarks(kept: list[_Page], dropped: int, notes: list[str]) -> Iterator[Remark]:
    if any(page.redone for page in kept):
        yield Remark("ocr_layer_redone", N_("Lớp chữ có sẵn trong tệp sai tiếng Việt, đã nhận dạng lại từ hình."))
    if any(page.recognised for page in kept):
        yield Remark("ocr", N_("Văn bản là bản quét, chữ do máy nhận dạng: cần đối chiếu số, ngày và tên riêng."))
    if any(page.recognised and page.confidence < 0.75 for page in kept):
        yield Remark("ocr_weak", N_("Hình quét mờ hoặc nhiễu, chữ nhận dạng kém tin cậy."))
    if any(page.skew for page in kept):
        yield Remark("deskewed", N_("Trang quét bị nghiêng, đã xoay thẳng trước khi nhận dạng."))
    if dropped:
        yield Remark("blank_pages", N_("Đã bỏ trang trắng:"), str(dropped))
    for said in (said for page in kept for said in page.notes):
        yield Remark("received_stamp", N_("Dấu đến của nơi nhận:"), said)
    for note in notes:
        yield Remark("note", N_("Ghi chú đặt trên trang:"), note)
