"""Below ``/bao-cao/``; included by the urls of this room, so names are ``programme:report_…``."""

from __future__ import annotations

from django.urls import path

from giapranh.programme.reports import views

urlpatterns = [
    path("", views.reports, name="reports"),
    path("lap/", views.choose, name="report_choose"),
    path("lap/<int:programme_id>/", views.draft, name="report_draft"),
    path("don-doc/<int:programme_id>/", views.urge, name="report_urge"),
    path("gia-han/<int:extension_id>/", views.answer_extension, name="report_answer_extension"),
    path("<int:report_id>/", views.report, name="report"),
    path("<int:report_id>/nguon-so-lieu/", views.numbers, name="report_numbers"),
    path("<int:report_id>/tai-ve/", views.download, name="report_download"),
    path("<int:report_id>/dang-ky/", views.register, name="report_register"),
]
