"""Addresses of the register, below /van-ban/."""

from __future__ import annotations

from django.urls import URLPattern, path

from giapranh.documents.views import books, edxml, files, papers, reading, uploads

app_name = "documents"
urlpatterns: list[URLPattern] = [
    path("", papers.listed, name="papers"),
    path("tim/", papers.search, name="search"),
    path("dua-vao/", uploads.upload, name="upload"),
    path("dua-vao/<uuid:uid>/", uploads.state, name="upload_state"),
    path("di/moi/", papers.new_outgoing, name="new_outgoing"),
    path("so/", books.books, name="books"),
    path("so/<str:kind>/", books.book, name="book"),
    path("so/dong/<int:entry_id>/", books.entry, name="entry"),
    path("edxml/", edxml.messages_page, name="edxml"),
    path("<int:paper_id>/", papers.paper, name="paper"),
    path("<int:paper_id>/bo/", papers.remove, name="remove"),
    path("<int:paper_id>/cap-so/", papers.number, name="number"),
    path("<int:paper_id>/phien-ban/", papers.add_version, name="add_version"),
    path("<int:paper_id>/chia-se/", papers.share, name="share"),
    path("<int:paper_id>/edxml/", edxml.envelope, name="envelope"),
    path("<int:paper_id>/edxml/trang-thai/", edxml.status, name="status_reply"),
    path("<int:paper_id>/doc/", reading.show, name="reading"),
    path("<int:paper_id>/doc/gia-tri/", reading.decide, name="decide"),
    path("<int:paper_id>/doc/chac-chan/", reading.confirm_sure, name="confirm_sure"),
    path("<int:paper_id>/doc/nhiem-vu/", reading.directives, name="directives"),
    path("<int:paper_id>/doc/vien-dan/", reading.citations, name="citations"),
    path("<int:paper_id>/doc/xac-nhan/", reading.confirm, name="confirm"),
    path("<int:paper_id>/tep/<int:n>/", files.original, name="original"),
    path("<int:paper_id>/tep-kem/<int:attachment_id>/", files.attached, name="attached"),
    path("<int:paper_id>/trang/<int:n>/<int:number>.png", files.page, name="page"),
]
