"""Addresses of the desk: the frame's own pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from giapranh.desk.views import looks

app_name = "desk"
urlpatterns: list[URLPattern] = [
    path("ngon-ngu/", looks.set_language, name="set_language"),
    path("giao-dien/", looks.set_theme, name="set_theme"),
    path("thiet-lap/mau/", looks.components, name="components"),
]
