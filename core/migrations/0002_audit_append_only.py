"""Audit rows are never changed or deleted; the database holds it.

But for the one way to take a person's texts out: the trigger lets a row lose its texts once, with the
day it did, and nothing else. The function works as its owner: the role of the program has no UPDATE
on the table.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION core_audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL AND NEW.reason = ''
           AND NEW.before IN (OLD.before, '{}') AND NEW.after IN (OLD.after, '{}')
           AND (NEW.id, NEW.brand_id, NEW.actor_id, NEW.action, NEW.target_type, NEW.target_id, NEW.at)
               IS NOT DISTINCT FROM
               (OLD.id, OLD.brand_id, OLD.actor_id, OLD.action, OLD.target_type, OLD.target_id, OLD.at)
        THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'core_auditevent is append-only'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'core_audit_append_only';
END $$;
CREATE TRIGGER core_audit_append_only BEFORE UPDATE OR DELETE ON core_auditevent
    FOR EACH ROW EXECUTE FUNCTION core_audit_is_append_only();
CREATE TRIGGER core_audit_no_truncate BEFORE TRUNCATE ON core_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION core_audit_is_append_only();

CREATE FUNCTION core_erase_audit(whole bigint[], reasons bigint[], erasing timestamptz)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE core_auditevent
       SET reason = '', erased_at = erasing,
           before = CASE WHEN id = ANY (whole) THEN '{}' ELSE before END,
           after = CASE WHEN id = ANY (whole) THEN '{}' ELSE after END
     WHERE id = ANY (whole || reasons) AND erased_at IS NULL;
$$;
ALTER FUNCTION core_erase_audit(bigint[], bigint[], timestamptz) SET search_path FROM CURRENT;
"""
REVERSE = """
DROP FUNCTION core_erase_audit(bigint[], bigint[], timestamptz);
DROP TRIGGER core_audit_no_truncate ON core_auditevent;
DROP TRIGGER core_audit_append_only ON core_auditevent;
DROP FUNCTION core_audit_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0001_tables")]
    operations = [migrations.RunSQL(FORWARD, REVERSE)]
