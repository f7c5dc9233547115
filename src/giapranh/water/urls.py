"""Pages of the rivers, below /song-ngoi/."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "water"
urlpatterns: list[URLPattern] = []
