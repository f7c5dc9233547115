"""Pictures of papers: photographs and scans as files."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from giapranh.documents.reading.schema import Origin, Remark, SourceText
from giapranh.kernel.errors import N_

from . import ocr
from .canvas import Sheet, lay_out
from .lanes import Picture, recognise_all
from .limits import Limits, Watch
from .refusals import Damaged, NoText, TooLarge, TooManyPages

if TYPE_CHECKING:
    from PIL.Image import Image

_A4_POINTS = 842.0
_LEAST_SIDE, _MOST_SIDE = 2600, 4200


def open_image(data: bytes, name: str, limits: Limits, watch: Watch | None = None) -> SourceText:
    """The paper on a picture; a picture of many frames is a paper of many pages."""
    return open_pictures([data], name, limits, watch)


def open_pictures(datas: Sequence[bytes], name: str, limits: Limits, watch: Watch | None = None) -> SourceText:
    """The paper whose pages are these pictures."""
    sizes: list[tuple[int, int]] = []
    ocr.require()

    def pictures() -> Iterator[Picture]:
        for data in datas:
            for frame in _frames(data, name, limits):
                if len(sizes) >= limits.ocr_pages:
                    raise _too_many(name, limits)
                sizes.append(frame.size)
                yield Picture(len(sizes) - 1, frame, _dpi(frame))

    found: list[ocr.Recognised] = []
    for _key, page in recognise_all(pictures(), limits):
        found.append(page)
        if watch is not None:
            watch(len(found), max(len(found), len(sizes)))
    if not ocr.is_writing(found):
        raise NoText(N_("Tệp %(name)s là ảnh không có chữ đọc được: chụp hoặc quét lại văn bản cho rõ."), name=name)
    laid = lay_out([_sheet(at + 1, size, page) for at, (size, page) in enumerate(zip(sizes, found, strict=True))])
    remarks = tuple(_remarks(found))
    return SourceText(text=laid.text, origin=Origin.SCAN, pages=laid.pages, words=laid.words, remarks=remarks)


def _sheet(number: int, size: tuple[int, int], page: ocr.Recognised) -> Sheet:
    scale = max(size) / _A4_POINTS
    pieces = (replace(p, x0=p.x0 / scale, y0=p.y0 / scale, x1=p.x1 / scale, y1=p.y1 / scale) for p in page.pieces)
    return Sheet(number, size[0] / scale, size[1] / scale, tuple(pieces), page.height / scale)


def _too_many(name: str, limits: Limits) -> TooManyPages:
    return TooManyPages(
        N_("Tệp %(name)s có hơn %(limit)d trang quét phải nhận dạng: tách tệp hoặc tăng giới hạn."),
        name=name,
        limit=limits.ocr_pages,
    )


def _frames(data: bytes, name: str, limits: Limits) -> Iterator[Image]:
    from PIL import Image as Pil
    from PIL import ImageOps, ImageSequence, UnidentifiedImageError

    try:
        with Pil.open(io.BytesIO(data)) as image:
            if image.width * image.height > limits.image_pixels:
                raise TooLarge(N_("Ảnh %(name)s quá lớn: giảm độ phân giải còn khoảng 300 dpi rồi đọc lại."), name=name)
            if getattr(image, "n_frames", 1) > limits.ocr_pages:
                raise _too_many(name, limits)
            for frame in ImageSequence.Iterator(image):
                upright = ImageOps.exif_transpose(frame) or frame
                yield _sized(ocr.faded(upright))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Pil.DecompressionBombError) as error:
        raise Damaged(N_("Ảnh %(name)s hỏng hoặc bị cắt cụt: chụp hoặc quét lại."), name=name) from error


def _sized(grey: Image) -> Image:
    """About the size of an A4 page at 300 dpi, whatever camera took it."""
    from PIL import Image as Pil

    longest = max(grey.size)
    if _LEAST_SIDE <= longest <= _MOST_SIDE:
        return grey
    scale = min(3.0, (3508 if longest > _MOST_SIDE else 3300) / longest)
    size = (max(1, round(grey.width * scale)), max(1, round(grey.height * scale)))
    return grey.resize(size, Pil.Resampling.LANCZOS)


def _dpi(frame: Image) -> int:
    return max(70, round(max(frame.size) / _A4_POINTS * 72))


def _remarks(found: list[ocr.Recognised]) -> Iterator[Remark]:
    yield Remark("ocr", N_("Văn bản là bản quét, chữ do máy nhận dạng: cần đối chiếu số, ngày và tên riêng."))
    if any(page.confidence < 0.75 for page in found):
        yield Remark("ocr_weak", N_("Hình quét mờ hoặc nhiễu, chữ nhận dạng kém tin cậy."))
    if any(page.skew for page in found):
        yield Remark("deskewed", N_("Trang quét bị nghiêng, đã xoay thẳng trước khi nhận dạng."))
    for said in (said for page in found for said in page.notes):
        yield Remark("received_stamp", N_("Dấu đến của nơi nhận:"), said)
    if any(page.turned for page in found):
        yield Remark("turned", N_("Trang quét nằm ngang hoặc ngược, đã xoay lại trước khi nhận dạng."))
