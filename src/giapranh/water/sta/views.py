"""The same interface served by Django: for the development server, the tests and the walk over every address."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from giapranh.people.doors import public
from giapranh.water.sta import wsgi


@public
@csrf_exempt
def entrance(request: HttpRequest, path: str = "") -> HttpResponse:
    """Public to the pages' middleware only: ``sta.access`` lets nobody in who has neither session nor key."""
    # The request itself is read, not the stream below it: a middleware may have looked at the form already.
    environ: dict[str, Any] = dict(request.META) | {"wsgi.input": request}
    environ["PATH_INFO"] = wsgi.PREFIX + "/" + path.encode("utf-8").decode("latin-1")
    found = wsgi.answer(environ, request.user)
    response = HttpResponse(found.body, status=found.status, content_type=found.content_type)
    for name, value in found.headers:
        response[name] = value
    response["Cache-Control"] = "no-store"
    return response
