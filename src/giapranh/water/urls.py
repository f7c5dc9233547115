"""Pages of the rivers, below /song-ngoi/. The page of a river comes last: its address is a single word."""

from __future__ import annotations

from django.urls import URLPattern, path

from giapranh.water.views import alerts, compare, drills, incidents, rivers, station_page, stations, tracing

app_name = "water"
urlpatterns: list[URLPattern] = [
    path("", rivers.rivers, name="rivers"),
    path("ban-do/", rivers.rivers_map, name="rivers_map"),
    path("truy-nguon/", tracing.trace, name="trace"),
    path("tram/moi/", stations.new_station, name="new_station"),
    path("tram/<int:station_id>/khai-bao/", stations.edit_station, name="edit_station"),
    path("tram/<int:station_id>/thong-so/", stations.add_series, name="add_series"),
    path("thong-so/<int:series_id>/ket-thuc/", stations.end_series, name="end_series"),
    path("muc-tieu/<int:target_id>/ket-thuc/", stations.end_target, name="end_target"),
    path("canh-bao/", alerts.desk, name="alerts"),
    path("canh-bao/<int:alert_id>/", alerts.alert, name="alert"),
    path("canh-bao/<int:alert_id>/buoc/<slug:name>/", alerts.step, name="alert_step"),
    path("canh-bao/quy-tac/", alerts.rules, name="alert_rules"),
    path("canh-bao/quy-tac/moi/", alerts.rule, name="new_alert_rule"),
    path("canh-bao/quy-tac/<int:rule_id>/", alerts.rule, name="alert_rule"),
    path("canh-bao/quy-tac/<int:rule_id>/ket-thuc/", alerts.end_rule, name="end_alert_rule"),
    path("canh-bao/truc/", alerts.duty, name="on_call"),
    path("canh-bao/truc/<int:row_id>/bo/", alerts.end_duty, name="end_on_call"),
    path("su-co/", incidents.listed, name="incidents"),
    path("su-co/moi/", incidents.new, name="new_incident"),
    path("su-co/<int:incident_id>/", incidents.incident, name="incident"),
    path("su-co/<int:incident_id>/thong-tin/", incidents.facts, name="incident_facts"),
    path("su-co/<int:incident_id>/buoc/<slug:name>/", incidents.step, name="incident_step"),
    path("su-co/<int:incident_id>/thong-bao/", incidents.notify, name="notify"),
    path("su-co/anh/<int:photo_id>/", incidents.photo, name="incident_photo"),
    path("thong-bao/<int:notice_id>/", incidents.notice, name="notice"),
    path("thong-bao/<int:notice_id>/buoc/<slug:name>/", incidents.notice_step, name="notice_step"),
    path("thong-bao/<int:notice_id>/bang-chung/", incidents.bundle, name="notice_bundle"),
    path("dien-tap/", drills.drills, name="drills"),
    path("dien-tap/<int:drill_id>/ket-thuc/", drills.end, name="end_drill"),
    path("so-sanh/", compare.compare, name="compare"),
    path("tram/<int:station_id>/", station_page.station, name="station"),
    path("chuoi/<int:series_id>/so-lieu.json", station_page.series_data, name="series_data"),
    path("chuoi/<int:series_id>/tai-ve/", station_page.series_file, name="series_file"),
    # Each subject adds its lines above this one.
    path("<slug:river>/", rivers.river, name="river"),
    path("<slug:river>/ban-do/", rivers.river_map, name="river_map"),
    path("<slug:river>/muc-tieu/", stations.targets, name="targets"),
]
