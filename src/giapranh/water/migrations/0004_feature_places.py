"""A Location may be a GeoJSON Feature, with the point one level down: such a place is known for the station's, too."""

from django.db import migrations

PLACE = """
CREATE OR REPLACE FUNCTION water_station_place() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE place bigint; history bigint;
BEGIN
    IF NEW.lon IS NULL OR NEW.lat IS NULL THEN RETURN NULL; END IF;
    IF TG_OP = 'UPDATE' AND NEW.lon IS NOT DISTINCT FROM OLD.lon AND NEW.lat IS NOT DISTINCT FROM OLD.lat THEN
        RETURN NULL;
    END IF;
    IF EXISTS (
        SELECT 1 FROM water_location l JOIN water_location_stations m ON m.location_id = l.id
        CROSS JOIN LATERAL (SELECT COALESCE(l.location -> 'geometry', l.location) AS shape) g
        WHERE m.station_id = NEW.id AND g.shape ->> 'type' = 'Point'
            AND (g.shape -> 'coordinates' ->> 0)::float8 = NEW.lon
            AND (g.shape -> 'coordinates' ->> 1)::float8 = NEW.lat
    ) THEN RETURN NULL; END IF;
    INSERT INTO water_location (name, description, encoding_type, location, properties)
    VALUES (NEW.name, NEW.description, 'application/geo+json',
        jsonb_build_object('type', 'Point', 'coordinates', jsonb_build_array(NEW.lon, NEW.lat)), '{}')
    RETURNING id INTO place;
    DELETE FROM water_location_stations WHERE station_id = NEW.id;
    INSERT INTO water_location_stations (location_id, station_id) VALUES (place, NEW.id);
    INSERT INTO water_historicallocation (station_id, time) VALUES (NEW.id, now()) RETURNING id INTO history;
    INSERT INTO water_historicallocation_locations (historicallocation_id, location_id) VALUES (history, place);
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("water", "0003_places")]
    operations = [migrations.RunSQL(PLACE, migrations.RunSQL.noop)]
