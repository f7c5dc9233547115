"""/sta/v1.1: one address; what stands below it is read by ``path``."""

from __future__ import annotations

from django.urls import path

from giapranh.water.sta import views

app_name = "sta"
urlpatterns = [
    path("v1.1", views.entrance, name="root"),
    path("v1.1/<path:path>", views.entrance, name="entrance"),
]
