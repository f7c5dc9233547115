"""Originals, attachments and page pictures. Only for those who may read the paper."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from giapranh.documents import page_images, queries
from giapranh.documents.views.answers import attachment


@require_safe
def original(request: HttpRequest, paper_id: int, n: int) -> HttpResponse:
    version = queries.get_version(queries.get_visible(request.user, paper_id), n)
    return attachment(queries.open_blob(version.blob_id), version.file_name, version.media_type)


@require_safe
def attached(request: HttpRequest, paper_id: int, attachment_id: int) -> HttpResponse:
    found = queries.get_attachment(queries.get_visible(request.user, paper_id), attachment_id)
    return attachment(queries.open_blob(found.blob_id), found.file_name, found.media_type)


@require_safe
def page(request: HttpRequest, paper_id: int, n: int, number: int) -> HttpResponse:
    version = queries.get_version(queries.get_visible(request.user, paper_id), n)
    drawn = page_images.page_png(version.blob_id, version.media_type, number)
    response = HttpResponse(drawn, content_type="image/png")
    # The picture of a stored file never changes, but another person at this computer must not find it.
    response["Cache-Control"] = "private, max-age=600"
    response["X-Content-Type-Options"] = "nosniff"
    return response
