"""Pictures of papers: photographs and scans as files."""

from __future__ import annotations

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from giapranh.documents.reading.schema import Origin, Remark, SourceText
from giapranh.kernel.errors import N_

from . import ocr
from .canvas import Sheet, lay_out
from .limits import Limits, Watch
from .refusals import Damaged, NoText, TooLarge, TooManyPages

if TYPE_CHECKING:
    from PIL.Image import Image

_A4_POINTS = 842.0
_LEAST_SIDE, _MOST_SIDE = 2600, 4200


def open_image(data: bytes, name: str, limits: Limits, watch: Watch | None = None) -> SourceText:
    sheets: list[Sheet] = []
    found: list[ocr.Recognised] = []
    ocr.require()
    with ThreadPoolExecutor(max_workers=limits.threads or 2) as pool:
        frames = list(_frames(data, name, limits))
        waiting = [
            pool.submit(ocr.recognise, frame, dpi=_dpi(frame), limits=limits, opening=at == 0)
            for at, frame in enumerate(frames)
        ]
        for page in (future.result() for future in waiting):
            found.append(page)
            if watch is not None:
                watch(len(found), len(frames))
    for number, (frame, page) in enumerate(zip(frames, found, strict=True), start=1):
        scale = max(frame.size) / _A4_POINTS
        pieces = tuple(
            replace(p, x0=p.x0 / scale, y0=p.y0 / scale, x1=p.x1 / scale, y1=p.y1 / scale) for p in page.pieces
        )
        sheets.append(Sheet(number, frame.width / scale, frame.height / scale, pieces, page.height / scale))
    laid = lay_out(sheets)
    if not ocr.is_writing(found):
        raise NoText(N_("Tệp %(name)s là ảnh không có chữ đọc được: chụp hoặc quét lại văn bản cho rõ."), name=name)
    return SourceText(
        text=laid.text, origin=Origin.SCAN, pages=laid.pages, words=laid.words, remarks=tuple(_remarks(found))
    )


def _frames(data: bytes, name: str, limits: Limits) -> Iterator[Image]:
    from PIL import Image as Picture
    from PIL import ImageOps, ImageSequence, UnidentifiedImageError

    try:
        with Picture.open(io.BytesIO(data)) as image:
            if image.width * image.height > limits.image_pixels:
                raise TooLarge(N_("Ảnh %(name)s quá lớn: giảm độ phân giải còn khoảng 300 dpi rồi đọc lại."), name=name)
            if getattr(image, "n_frames", 1) > limits.ocr_pages:
                raise TooManyPages(
                    N_("Tệp %(name)s có hơn %(limit)d trang quét phải nhận dạng: tách tệp hoặc tăng giới hạn."),
                    name=name,
                    limit=limits.ocr_pages,
                )
            for frame in ImageSequence.Iterator(image):
                upright = ImageOps.exif_transpose(frame) or frame
                yield _sized(ocr.faded(upright))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Picture.DecompressionBombError) as error:
        raise Damaged(N_("Ảnh %(name)s hỏng hoặc bị cắt cụt: chụp hoặc quét lại."), name=name) from error


def _sized(grey: Image) -> Image:
    """About the size of an A4 page at 300 dpi, whatever camera took it."""
    from PIL import Image as Picture

    longest = max(grey.size)
    if _LEAST_SIDE <= longest <= _MOST_SIDE:
        return grey
    scale = min(3.0, (3508 if longest > _MOST_SIDE else 3300) / longest)
    size = (max(1, round(grey.width * scale)), max(1, round(grey.height * scale)))
    return grey.resize(size, Picture.Resampling.LANCZOS)


def _dpi(frame: Image) -> int:
    return max(70, round(max(frame.size) / _A4_POINTS * 72))


def _remarks(found: list[ocr.Recognised]) -> Iterator[Remark]:
    yield Remark("ocr", "Văn bản là bản quét, chữ do máy nhận dạng: cần đối chiếu số, ngày và tên riêng.")
    if any(page.confidence < 0.75 for page in found):
        yield Remark("ocr_weak", "Hình quét mờ hoặc nhiễu, chữ nhận dạng kém tin cậy.")
    if any(page.skew for page in found):
        yield Remark("deskewed", "Trang quét bị nghiêng, đã xoay thẳng trước khi nhận dạng.")
    for said in (said for page in found for said in page.notes):
        yield Remark("received_stamp", f"Dấu đến của nơi nhận: {said}")
    if any(page.turned for page in found):
        yield Remark("turned", "Trang quét nằm ngang hoặc ngược, đã xoay lại trước khi nhận dạng.")
