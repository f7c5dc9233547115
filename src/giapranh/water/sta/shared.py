"""What several stations may share: places, devices, observed properties, features.

They belong to no office. Who sees some stations only may build on those of these stations, and on what nobody uses yet
(he may have made it a moment ago); and may change one only while all the stations that use it are his.
"""

from __future__ import annotations

from giapranh.kernel.errors import N_
from giapranh.water.sta import database
from giapranh.water.sta.access import Principal
from giapranh.water.sta.errors import Forbidden, NoSuchEntity
from giapranh.water.sta.mapping import EntityType

_FEATURE = (
    "SELECT s.station_id FROM water_series s WHERE s.feature_id = %s"
    " UNION SELECT s.station_id FROM water_observationdetail e JOIN water_series s ON s.id = e.series_id"
    " WHERE e.feature_id = %s"
    " UNION SELECT m.station_id FROM water_locationfeature f JOIN water_location_stations m"
    " ON m.location_id = f.location_id WHERE f.feature_id = %s"
)
_PLACE = (
    "SELECT m.station_id FROM water_location_stations m WHERE m.location_id = %s"
    " UNION SELECT h.station_id FROM water_historicallocation h JOIN water_historicallocation_locations x"
    " ON x.historicallocation_id = h.id WHERE x.location_id = %s"
)
USERS = {
    "Sensor": "SELECT s.station_id FROM water_series s WHERE s.sensor_id = %s",
    "ObservedProperty": "SELECT s.station_id FROM water_series s WHERE s.observed_property_id = %s",
    "FeatureOfInterest": _FEATURE,
    "Location": _PLACE,
}


def _users(entity: str, row_id: int) -> set[int]:
    sql = USERS[entity]
    return {row[0] for row in database.fetch(sql, [row_id] * sql.count("%s"))}


def check_may_use(entity: str, row_id: int, who: Principal) -> None:
    """For who may not: as if it were not there."""
    if who.stations is None or entity not in USERS:
        return
    users = _users(entity, row_id)
    if users and not users.intersection(who.stations):
        raise NoSuchEntity(N_("Không có %(entity)s%(id)s."), entity=entity, id=f"({row_id})")


def check_may_change(entity: EntityType, row_id: int, who: Principal) -> None:
    if who.writes is None or entity.name not in USERS:
        return
    if _users(entity.name, row_id) - set(who.writes):
        raise Forbidden(
            N_("%(entity)s này còn dùng cho trạm của đơn vị khác. Hãy tạo mục riêng và nối Datastream của mình vào đó."),
            entity=entity.name,
        )  # fmt: skip
