"""Addresses of the desk: the frame's own pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from giapranh.desk.views import health, home, house, looks, maps, notices, search

app_name = "desk"
urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("thong-bao/", notices.notices, name="notices"),
    path("thong-bao/doc-het/", notices.read_all, name="read_all"),
    path("thong-bao/<int:notice_id>/", notices.open_notice, name="notice"),
    path("tim/", search.search, name="search"),
    path("ban-do/", maps.whole_map, name="map"),
    path("thiet-lap/", house.settings_page, name="settings"),
    path("thiet-lap/mau/", looks.components, name="components"),
    path("bat-dau/", house.setup, name="setup"),
    path("suc-khoe/", health.health, name="health"),
    path("ngon-ngu/", looks.set_language, name="set_language"),
    path("giao-dien/", looks.set_theme, name="set_theme"),
]
