"""Where stations stand, as the SensorThings interface tells it, kept by the database whoever writes a station.

A station that gets coordinates gets a Location and a line in its history; a series that gets its first row gets the
feature of that place, unless the row brought one.
"""

from django.db import migrations

MAKE = """
CREATE FUNCTION water_station_place() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE place bigint; history bigint;
BEGIN
    IF NEW.lon IS NULL OR NEW.lat IS NULL THEN RETURN NULL; END IF;
    IF TG_OP = 'UPDATE' AND NEW.lon IS NOT DISTINCT FROM OLD.lon AND NEW.lat IS NOT DISTINCT FROM OLD.lat THEN
        RETURN NULL;
    END IF;
    IF EXISTS (
        SELECT 1 FROM water_location l JOIN water_location_stations m ON m.location_id = l.id
        WHERE m.station_id = NEW.id AND l.location ->> 'type' = 'Point'
            AND (l.location -> 'coordinates' ->> 0)::float8 = NEW.lon
            AND (l.location -> 'coordinates' ->> 1)::float8 = NEW.lat
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
CREATE TRIGGER water_station_place AFTER INSERT OR UPDATE OF lon, lat ON water_station
    FOR EACH ROW EXECUTE FUNCTION water_station_place();

CREATE FUNCTION water_series_feature() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE place water_location; found bigint;
BEGIN
    SELECT l.* INTO place FROM water_location l JOIN water_location_stations m ON m.location_id = l.id
    WHERE m.station_id = NEW.station_id ORDER BY l.id DESC LIMIT 1;
    IF place.id IS NULL THEN RETURN NEW; END IF;
    SELECT feature_id INTO found FROM water_locationfeature WHERE location_id = place.id;
    IF found IS NULL THEN
        INSERT INTO water_feature (name, description, encoding_type, feature, properties)
        VALUES (place.name, place.description, place.encoding_type, place.location, '{}') RETURNING id INTO found;
        INSERT INTO water_locationfeature (location_id, feature_id) VALUES (place.id, found);
    END IF;
    NEW.feature_id := found;
    RETURN NEW;
END $$;
CREATE TRIGGER water_series_feature BEFORE UPDATE OF count ON water_series
    FOR EACH ROW WHEN (OLD.count = 0 AND NEW.count > 0 AND NEW.feature_id IS NULL)
    EXECUTE FUNCTION water_series_feature();
"""

UNMAKE = """
DROP TRIGGER water_series_feature ON water_series;
DROP FUNCTION water_series_feature();
DROP TRIGGER water_station_place ON water_station;
DROP FUNCTION water_station_place();
"""


class Migration(migrations.Migration):
    dependencies = [("water", "0002_observations")]
    operations = [migrations.RunSQL(MAKE, UNMAKE)]
