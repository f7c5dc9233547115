from __future__ import annotations

from django.urls import include, path

app_name = "programme"
urlpatterns = [
    path("bao-cao/", include("giapranh.programme.reports.urls")),
]
