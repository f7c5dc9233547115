"""Every address of a node. Rooms own what stands below their prefix."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("giapranh.desk.urls")),
    path("tai-khoan/", include("giapranh.people.account_urls")),
    path("tai-khoan/", include("allauth.urls")),
    path("to-chuc/", include("giapranh.people.urls")),
    path("dia-gioi/", include("giapranh.places.urls")),
    path("lang-gieng/", include("giapranh.exchange.urls")),
    path("exchange/v1/", include("giapranh.exchange.wire_urls")),
    path("van-ban/", include("giapranh.documents.urls")),
    path("", include("giapranh.programme.urls")),
    path("song-ngoi/", include("giapranh.water.urls")),
    path("api/", include("giapranh.api.urls")),
    path("sta/", include("giapranh.water.sta.urls")),
]

handler404 = "giapranh.desk.refusals.not_found"
