"""The promise of a date: release_at is set once, and nothing is released before it.

`released_at` may not be earlier than `release_at` nor later than the database's time plus the
brand's clock offset (zero unless it is a sandbox).
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION tracking_commission_keeps_its_date() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE brand_time timestamptz;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.release_at IS NOT NULL AND NEW.release_at IS DISTINCT FROM OLD.release_at THEN
            RAISE EXCEPTION 'release_at of commission % is fixed', OLD.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'tracking_commission_date_fixed';
        END IF;
        IF OLD.released_at IS NOT NULL AND NEW.released_at IS DISTINCT FROM OLD.released_at THEN
            RAISE EXCEPTION 'commission % is released already', OLD.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'tracking_commission_released_once';
        END IF;
    END IF;
    IF NEW.released_at IS NOT NULL AND (TG_OP = 'INSERT' OR OLD.released_at IS NULL) THEN
        SELECT clock_timestamp() + make_interval(secs => b.clock_offset_s) INTO brand_time
          FROM core_brand b WHERE b.id = NEW.brand_id;
        IF NEW.release_at IS NULL OR NEW.released_at < NEW.release_at
           OR NEW.released_at > brand_time THEN
            RAISE EXCEPTION 'commission % is not due', NEW.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'tracking_commission_not_due';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER tracking_commission_keeps_its_date BEFORE INSERT OR UPDATE ON tracking_commission
    FOR EACH ROW EXECUTE FUNCTION tracking_commission_keeps_its_date();
"""
REVERSE = """
DROP TRIGGER tracking_commission_keeps_its_date ON tracking_commission;
DROP FUNCTION tracking_commission_keeps_its_date();
"""


class Migration(migrations.Migration):
    dependencies = [("tracking", "0002_clicks")]
    operations = [migrations.RunSQL(FORWARD, REVERSE)]
