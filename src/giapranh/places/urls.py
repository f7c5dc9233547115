from __future__ import annotations

from django.urls import URLPattern, path

from giapranh.places import views

app_name = "places"
urlpatterns: list[URLPattern] = [
    path("", views.units, name="units"),
    path("giap-ranh/", views.border, name="border"),
    path("diem/", views.point, name="point"),
    path("lop/", views.map_layers, name="layers"),
    path("<uuid:uid>/", views.unit, name="unit"),
]
