"""The numbers of a brand's invoices have no gap, and what was issued never changes.

The supplier's details may: they are forgotten with the person.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION payouts_invoice_is_next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.number <> 1 + coalesce(
        (SELECT max(number) FROM payouts_invoice WHERE brand_id = NEW.brand_id), 0) THEN
        RAISE EXCEPTION 'invoice % is not the next of its brand', NEW.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payouts_invoice_next';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION payouts_invoice_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF to_jsonb(NEW) - 'supplier' = to_jsonb(OLD) - 'supplier' AND NEW.supplier IS NULL THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% never changes', TG_TABLE_NAME
        USING ERRCODE = 'check_violation', CONSTRAINT = 'payouts_invoice_fixed';
END $$;

CREATE TRIGGER payouts_invoice_next BEFORE INSERT ON payouts_invoice
    FOR EACH ROW EXECUTE FUNCTION payouts_invoice_is_next();
CREATE TRIGGER payouts_invoice_fixed BEFORE UPDATE OR DELETE ON payouts_invoice
    FOR EACH ROW EXECUTE FUNCTION payouts_invoice_is_fixed();
CREATE TRIGGER payouts_invoice_no_truncate BEFORE TRUNCATE ON payouts_invoice
    FOR EACH STATEMENT EXECUTE FUNCTION payouts_invoice_is_fixed();
"""
REVERSE = """
DROP TRIGGER payouts_invoice_no_truncate ON payouts_invoice;
DROP TRIGGER payouts_invoice_fixed ON payouts_invoice;
DROP TRIGGER payouts_invoice_next ON payouts_invoice;
DROP FUNCTION payouts_invoice_is_fixed();
DROP FUNCTION payouts_invoice_is_next();
"""


class Migration(migrations.Migration):
    dependencies = [("payouts", "0004_invoices")]
    operations = [migrations.RunSQL(FORWARD, REVERSE)]
