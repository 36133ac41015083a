"""When a creator was told of a statement is no part of what it says."""

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION payouts_statement_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF to_jsonb(NEW) - %s = to_jsonb(OLD) - %s THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '%% never changes', TG_TABLE_NAME
        USING ERRCODE = 'check_violation', CONSTRAINT = 'payouts_statement_fixed';
END $$;
"""
FORWARD = FUNCTION % (("'{labels,told_at}'::text[]",) * 2)
REVERSE = FUNCTION % (("'labels'",) * 2)


class Migration(migrations.Migration):
    dependencies = [("payouts", "0006_tax_documents")]
    operations = [migrations.RunSQL(FORWARD, REVERSE)]
