from __future__ import annotations

from django.urls import URLPattern, path

from giapranh.people.views import house, officers, offices, successions

app_name = "people"
urlpatterns: list[URLPattern] = [
    path("", offices.offices, name="offices"),
    path("don-vi/moi/", offices.new_office, name="new_office"),
    path("don-vi/dan/", offices.paste, name="paste"),
    path("don-vi/<uuid:uid>/", offices.office, name="office"),
    path("don-vi/<uuid:uid>/sua/", offices.edit_office, name="edit_office"),
    path("don-vi/<uuid:uid>/ten/", offices.name_office, name="name_office"),
    path("can-bo/", officers.officers, name="officers"),
    path("can-bo/moi/", officers.new_officer, name="new_officer"),
    path("can-bo/<uuid:uid>/", officers.officer, name="officer"),
    path("can-bo/<uuid:uid>/sua/", officers.edit_officer, name="edit_officer"),
    path("can-bo/<uuid:uid>/chuc-trach/", officers.appoint, name="appoint"),
    path("can-bo/<uuid:uid>/dong/", officers.close_account, name="close_account"),
    path("can-bo/<uuid:uid>/mo-lai/", officers.reopen_account, name="reopen_account"),
    path("can-bo/<uuid:uid>/mat-khau/", officers.new_password, name="new_password"),
    path("chuc-trach/<int:appointment_id>/thoi/", officers.end_appointment, name="end_appointment"),
    path("ke-thua/", successions.successions, name="succession"),
    path("ke-thua/moi/", successions.new_succession, name="new_succession"),
    path("ke-thua/<uuid:uid>/", successions.succession, name="succession_done"),
    path("lich/", house.calendar, name="calendar"),
    path("lich/<int:swap_day_id>/bo/", house.drop_swap_day, name="drop_swap_day"),
    path("thu/", house.outbox, name="outbox"),
    path("thu/<int:delivery_id>/gui-lai/", house.send_again, name="send_again"),
]
