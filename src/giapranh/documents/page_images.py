"""Pages of a paper as pictures, drawn once and kept in a cache that may be thrown away at any time."""

from __future__ import annotations

import io
import threading
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from giapranh.documents import vault
from giapranh.documents.pdfium import one_at_a_time
from giapranh.kernel.errors import N_, NotFound

WIDTH = 1100  # readable on a laptop, and small enough for a slow line
MOST_PAGES = 500
DRAWING = 2  # goes up when pages are drawn differently, so that old pictures in the cache are passed over


class NoSuchPage(NotFound):
    code = "no_such_page"


def has_pages(media_type: str) -> bool:
    return media_type == "application/pdf" or media_type in {"image/png", "image/jpeg", "image/tiff"}


@lru_cache(maxsize=512)
def page_count(sha256: str, media_type: str) -> int:
    """How many pages can be shown as pictures; 0 for a paper that only has text, or that cannot be drawn."""
    if not has_pages(media_type):
        return 0
    data = vault.read(sha256)
    try:
        if media_type == "application/pdf":
            with one_at_a_time():
                return min(_pdf_pages(data), MOST_PAGES)
        return _frames(data)
    except Exception:  # a file that was read but cannot be drawn is still shown as text
        return 0


def page_png(sha256: str, media_type: str, number: int) -> bytes:
    """Page ``number``, counted from 1, as PNG."""
    if not 1 <= number <= page_count(sha256, media_type):
        raise NoSuchPage(N_("Văn bản này không có trang %(number)d."), number=number)
    cached = _cache() / f"{sha256}-{number}-{WIDTH}-{DRAWING}.png"
    if cached.exists():
        return cached.read_bytes()
    data = vault.read(sha256)
    drawn = _draw_pdf(data, number) if media_type == "application/pdf" else _draw_image(data, number)
    _keep(cached, drawn)
    return drawn


def _cache() -> Path:
    return Path(settings.BLOBS).parent / "cache" / "pages"


def _keep(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{threading.get_ident()}.tmp")
    fresh.write_bytes(data)
    fresh.replace(path)


def _pdf_pages(data: bytes) -> int:
    import pypdfium2 as pdfium

    document = pdfium.PdfDocument(data)
    try:
        return len(document)
    finally:
        document.close()


def _draw_pdf(data: bytes, number: int) -> bytes:
    import pypdfium2 as pdfium

    with one_at_a_time():
        document = pdfium.PdfDocument(data)
        try:
            # Numbers and days of electronically issued papers are form fields laid over the page.
            document.init_forms()
            page = document[number - 1]
            width, height = page.get_size()
            # A page as long as a street must not become a picture that eats the memory.
            scale = min(WIDTH / max(width, 1), 4 * WIDTH / max(height, 1))
            image = page.render(scale=scale, may_draw_forms=True).to_pil()
        finally:
            document.close()
    return _png(image)


def _frames(data: bytes) -> int:
    from PIL import Image

    with Image.open(io.BytesIO(data)) as image:
        return min(int(getattr(image, "n_frames", 1)), MOST_PAGES)


def _draw_image(data: bytes, number: int) -> bytes:
    from PIL import Image, ImageOps

    with Image.open(io.BytesIO(data)) as image:
        image.seek(number - 1)
        upright = ImageOps.exif_transpose(image.convert("RGB"))
        upright.thumbnail((WIDTH, 4 * WIDTH))
        return _png(upright)


def _png(image: Any) -> bytes:
    stream = io.BytesIO()
    image.convert("RGB").save(stream, "PNG", optimize=False)
    return stream.getvalue()
