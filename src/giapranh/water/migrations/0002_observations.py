"""The table of observations: partitioned by month, made by hand because Django knows no partitions.

Order of columns: eight-byte ones first, so that a row takes 40 bytes beside its header and none for alignment. The
leaves of the key are filled: rows come in the order of time, so nothing is to be put between them later.
Rows of a month without a partition of its own go to ``water_observation_default`` until one is made.
"""

from django.db import migrations

TABLE = """
CREATE TABLE water_observation (
    time timestamptz NOT NULL,
    arrived timestamptz NOT NULL,
    value double precision,
    series_id integer NOT NULL,
    source_id integer,
    flag smallint NOT NULL DEFAULT 2,
    reason smallint NOT NULL DEFAULT 0,
    status smallint NOT NULL DEFAULT 0,
    censored smallint NOT NULL DEFAULT 0,
    PRIMARY KEY (series_id, time) WITH (fillfactor = 100)
) PARTITION BY RANGE (time);
CREATE TABLE water_observation_default PARTITION OF water_observation DEFAULT;
"""


class Migration(migrations.Migration):
    dependencies = [("water", "0001_initial")]
    operations = [
        migrations.RunSQL(TABLE, "DROP TABLE water_observation"),
    ]
