"""The machine API, mounted in one place below /api/. Its names live in the namespace "api"."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from giapranh.api.v1 import api

urlpatterns: list[URLPattern | URLResolver] = [path("v1/", api.urls)]
