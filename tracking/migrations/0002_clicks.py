"""The click table: partitioned by the month its UUIDv7 key carries.

A partition is made ahead by tracking_click_month(); what comes without one lands in the default
partition and is moved when its month is made, so no click is ever refused. The function works as its
owner, so that a role that owns no table can make partitions; its search path is that of this migration.
"""

from django.db import migrations

FORWARD = """
CREATE TABLE tracking_click (
    id uuid NOT NULL,
    brand_id bigint NOT NULL,
    program_id bigint NOT NULL,
    enrollment_id bigint NOT NULL,
    link_id bigint NOT NULL,
    at timestamptz NOT NULL,
    visitor_key bigint NOT NULL,
    net_key bigint NOT NULL,
    verdict smallint NOT NULL CHECK (verdict BETWEEN 1 AND 31),
    agent_id int,
    referrer_id int,
    device smallint NOT NULL DEFAULT 0,
    country char(2) NOT NULL DEFAULT '',
    has_paid_marker boolean NOT NULL DEFAULT false,
    sub_id varchar(64) NOT NULL DEFAULT '',
    PRIMARY KEY (id)
) PARTITION BY RANGE (id);
CREATE INDEX tracking_click_at ON tracking_click USING brin (at);
CREATE INDEX tracking_click_link ON tracking_click (link_id, at);
CREATE INDEX tracking_click_brand ON tracking_click (brand_id, at);
CREATE TABLE tracking_click_default PARTITION OF tracking_click DEFAULT;

CREATE FUNCTION tracking_uuid7_floor(moment timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (rpad(lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0'), 32, '0'))::uuid
$$;

CREATE FUNCTION tracking_click_month(month timestamptz) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    first timestamptz := date_trunc('month', month AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';
    next timestamptz := (date_trunc('month', month AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC';
    name text := 'tracking_click_' || to_char(month AT TIME ZONE 'UTC', 'YYYYMM');
    low uuid := tracking_uuid7_floor(first);
    high uuid := tracking_uuid7_floor(next);
BEGIN
    IF to_regclass(name) IS NOT NULL THEN RETURN false; END IF;
    EXECUTE format('CREATE TABLE %I (LIKE tracking_click INCLUDING ALL)', name);
    EXECUTE format('WITH moved AS (DELETE FROM tracking_click_default WHERE id >= %L AND id < %L '
                   'RETURNING *) INSERT INTO %I SELECT * FROM moved', low, high, name);
    EXECUTE format('ALTER TABLE tracking_click ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                   name, low, high);
    RETURN true;
END $$;
ALTER FUNCTION tracking_click_month(timestamptz) SECURITY DEFINER;
ALTER FUNCTION tracking_click_month(timestamptz) SET search_path FROM CURRENT;

SELECT tracking_click_month(now() + make_interval(months => n)) FROM generate_series(0, 3) AS n;
"""
REVERSE = """
DROP TABLE tracking_click;
DROP FUNCTION tracking_click_month(timestamptz);
DROP FUNCTION tracking_uuid7_floor(timestamptz);
"""


class Migration(migrations.Migration):
    dependencies = [("tracking", "0001_tables")]
    operations = [migrations.RunSQL(FORWARD, REVERSE)]
