from __future__ import annotations

from django.urls import include, path

from giapranh.programme.views import adopting, neighbours, programmes, sheets, tasks

app_name = "programme"
urlpatterns = [
    path("bao-cao/", include("giapranh.programme.reports.urls")),
    path("chuong-trinh/", programmes.programmes, name="programmes"),
    path("chuong-trinh/viec/", programmes.board, name="all_tasks"),
    path("chuong-trinh/dong-thoi-gian/", programmes.timeline, name="all_timeline"),
    path("chuong-trinh/bang-chung/", programmes.evidence, name="evidence"),
    path("chuong-trinh/nguong/", programmes.thresholds, name="thresholds"),
    path("chuong-trinh/giao-viec/<int:paper_id>/", adopting.adopt, name="adopt"),
    path("chuong-trinh/nhap-excel/", sheets.bring_in, name="import_new"),
    path("chuong-trinh/<int:programme_id>/", programmes.board, name="board"),
    path("chuong-trinh/<int:programme_id>/dong-thoi-gian/", programmes.timeline, name="timeline"),
    path("chuong-trinh/<int:programme_id>/ma-tran/", programmes.matrix, name="matrix"),
    path("chuong-trinh/<int:programme_id>/bang-chung/", programmes.proofs, name="proofs"),
    path("chuong-trinh/<int:programme_id>/nhap-excel/", sheets.bring_in, name="import"),
    path("chuong-trinh/<int:programme_id>/xuat-excel/", sheets.take_out, name="export"),
    path("viec/lang-gieng/", neighbours.listed, name="neighbour_tasks"),
    path("viec/lang-gieng/<slug:peer>/<uuid:uid>/", neighbours.one, name="neighbour_task"),
    path("viec/<int:task_id>/ben-kia/", neighbours.ask, name="ask_neighbour"),
    path("viec/<int:task_id>/tra-loi-ben-kia/<str:event>/", neighbours.answer, name="answer_neighbour"),
    path("viec/<int:task_id>/", tasks.task, name="task"),
    path("viec/<int:task_id>/bo-san-pham/<int:product_id>/", tasks.remove_product, name="remove_product"),
    path("viec/<int:task_id>/thoi-theo-doi/", tasks.unwatch, name="unwatch"),
    path("viec/<int:task_id>/buoc/<slug:name>/", tasks.step, name="step"),
    path("viec/phan/<int:part_id>/buoc/<slug:name>/", tasks.part_step, name="part_step"),
]
