"""Answers that several pages give the same way."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from giapranh.kernel.errors import Refused
from giapranh.kernel.tables import XLSX_TYPE, Table

# What a browser may show of a stored file: nothing. Uploads are hostile until proven otherwise.
_SAFE_TYPES = {
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/msword",
    "image/png",
    "image/jpeg",
    "image/tiff",
}


def line(refusal: Refused) -> str:
    return refusal.render(gettext)


def attachment(data: bytes, name: str, media_type: str) -> HttpResponse:
    """A stored file as a download that no browser opens inside this site."""
    kind = media_type if media_type in _SAFE_TYPES else "application/octet-stream"
    response = HttpResponse(data, content_type=kind)
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\' else "_" for c in name)
    response["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    # The policy above is stricter than the site's own; csp's middleware must not replace it.
    response._csp_exempt = True  # type: ignore[attr-defined]
    return response


def workbook(table: Table, name: str, *, illustrative: bool = False) -> HttpResponse:
    note = gettext("Dữ liệu minh họa, không phải số liệu thật.") if illustrative else ""
    response = HttpResponse(table.to_xlsx(note), content_type=XLSX_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response


def is_partial(request: HttpRequest) -> bool:
    return bool(getattr(request, "htmx", False))


def any_illustrative(papers: Any) -> bool:
    return any(paper.illustrative for paper in papers)
