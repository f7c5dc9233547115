"""Pages of the rivers, below /song-ngoi/. The page of a river comes last: its address is a single word."""

from __future__ import annotations

from django.urls import URLPattern, path

from giapranh.water.views import rivers, stations, tracing

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
    # Each subject adds its lines above this one.
    path("<slug:river>/", rivers.river, name="river"),
    path("<slug:river>/ban-do/", rivers.river_map, name="river_map"),
    path("<slug:river>/muc-tieu/", stations.targets, name="targets"),
]
