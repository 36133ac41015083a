"""A write-off brings a released balance up to zero and never above it.

The guard takes the account's lock itself, as the one of overdrafts does.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION ledger_write_off_to_zero() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE balance numeric;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM ledger_entry WHERE id = NEW.entry_id AND kind = 'write_off')
       OR NOT EXISTS (SELECT 1 FROM ledger_account WHERE id = NEW.account_id AND kind = 'payable')
    THEN
        RETURN NULL;
    END IF;
    PERFORM 1 FROM ledger_account WHERE id = NEW.account_id FOR NO KEY UPDATE;
    SELECT coalesce(sum(amount_minor), 0) INTO balance
      FROM ledger_posting WHERE account_id = NEW.account_id;
    IF balance > 0 THEN
        RAISE EXCEPTION 'account % would be written off above zero by %', NEW.account_id, balance
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_write_off_to_zero';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER ledger_write_off_to_zero AFTER INSERT ON ledger_posting
    FOR EACH ROW WHEN (NEW.amount_minor > 0) EXECUTE FUNCTION ledger_write_off_to_zero();
"""
REVERSE = """
DROP TRIGGER ledger_write_off_to_zero ON ledger_posting;
DROP FUNCTION ledger_write_off_to_zero();
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_period_guards")]
    operations = [migrations.RunSQL(FORWARD, REVERSE)]
