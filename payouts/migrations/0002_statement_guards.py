"""A statement is what its hash says, follows the one before, and never changes (I-10).

Its labels may: they are names, and a name is forgotten with the person.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION payouts_statement_is_chained() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE last_number int; last_hash text;
BEGIN
    SELECT number, sha256 INTO last_number, last_hash FROM payouts_statement
     WHERE affiliation_id = NEW.affiliation_id AND currency = NEW.currency
     ORDER BY number DESC LIMIT 1;
    IF NEW.number <> coalesce(last_number, 0) + 1
       OR NEW.content::jsonb->>'previous' IS DISTINCT FROM coalesce(last_hash, '')
       OR NEW.sha256 <> encode(sha256(convert_to(NEW.content, 'UTF8')), 'hex') THEN
        RAISE EXCEPTION 'statement % does not follow the one before', NEW.public_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payouts_statement_chained';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION payouts_statement_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF to_jsonb(NEW) - 'labels' = to_jsonb(OLD) - 'labels' THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% never changes', TG_TABLE_NAME
        USING ERRCODE = 'check_violation', CONSTRAINT = 'payouts_statement_fixed';
END $$;

CREATE TRIGGER payouts_statement_chained BEFORE INSERT ON payouts_statement
    FOR EACH ROW EXECUTE FUNCTION payouts_statement_is_chained();
CREATE TRIGGER payouts_statement_fixed BEFORE UPDATE OR DELETE ON payouts_statement
    FOR EACH ROW EXECUTE FUNCTION payouts_statement_is_fixed();
CREATE TRIGGER payouts_statement_no_truncate BEFORE TRUNCATE ON payouts_statement
    FOR EACH STATEMENT EXECUTE FUNCTION payouts_statement_is_fixed();
"""
REVERSE = """
DROP TRIGGER payouts_statement_no_truncate ON payouts_statement;
DROP TRIGGER payouts_statement_fixed ON payouts_statement;
DROP TRIGGER payouts_statement_chained ON payouts_statement;
DROP FUNCTION payouts_statement_is_fixed();
DROP FUNCTION payouts_statement_is_chained();
"""


class Migration(migrations.Migration):
    dependencies = [("payouts", "0001_tables")]
    operations = [migrations.RunSQL(FORWARD, REVERSE)]
