"""Addresses for neighbouring nodes, below /exchange/v1/. They prove themselves by their keys."""

from __future__ import annotations

from django.urls import path

from giapranh.exchange import wire

app_name = "wire"
urlpatterns = [
    path("card", wire.card, name="card"),
    path("hello", wire.hello, name="hello"),
    path("streams/<str:stream>", wire.stream, name="stream"),
    path("blobs/<str:sha256>", wire.blob, name="blob"),
    path("hint", wire.hint, name="hint"),
]
