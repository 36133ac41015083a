"""A closed month takes no entry and no posting, and is never opened again (I-09).

Who adds an entry holds a shared lock of his brand until he commits, who closes a month the
exclusive one: no entry is under way while the statements are written.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION ledger_period_lock(brand bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT hashtextextended('ledger_period', brand)
$$;

CREATE FUNCTION ledger_period_is_open() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE dated timestamptz;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(ledger_period_lock(NEW.brand_id));
    IF TG_TABLE_NAME = 'ledger_entry' THEN
        dated := (to_jsonb(NEW)->>'at')::timestamptz;
    ELSE
        SELECT at INTO dated FROM ledger_entry WHERE id = (to_jsonb(NEW)->>'entry_id')::bigint;
    END IF;
    IF EXISTS (SELECT 1 FROM ledger_period WHERE brand_id = NEW.brand_id AND ends_at > dated) THEN
        RAISE EXCEPTION 'the month of % is closed', dated
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_period_closed';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER ledger_entry_in_open_period BEFORE INSERT ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION ledger_period_is_open();
CREATE TRIGGER ledger_posting_in_open_period BEFORE INSERT ON ledger_posting
    FOR EACH ROW EXECUTE FUNCTION ledger_period_is_open();
CREATE TRIGGER ledger_period_append_only BEFORE UPDATE OR DELETE ON ledger_period
    FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER ledger_period_no_truncate BEFORE TRUNCATE ON ledger_period
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
"""
REVERSE = """
DROP TRIGGER ledger_period_no_truncate ON ledger_period;
DROP TRIGGER ledger_period_append_only ON ledger_period;
DROP TRIGGER ledger_posting_in_open_period ON ledger_posting;
DROP TRIGGER ledger_entry_in_open_period ON ledger_entry;
DROP FUNCTION ledger_period_is_open();
DROP FUNCTION ledger_period_lock(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_guards")]
    operations = [migrations.RunSQL(FORWARD, REVERSE)]
