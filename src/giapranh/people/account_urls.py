"""My own account: above allauth's addresses, so that what we do not offer leads here."""

from __future__ import annotations

from django.urls import URLPattern, path

from giapranh.people.views import account

app_name = "me"
urlpatterns: list[URLPattern] = [
    path("", account.mine, name="account"),
    # An officer's address is changed by the administrator or on the officer's page, where it is checked to be unique.
    path("email/", account.to_mine, name="email"),
    path("3rdparty/", account.to_mine, name="connections"),
]
