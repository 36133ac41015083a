"""Guards the database keeps whatever the program believes.

Balanced: every entry has two legs or more that sum to zero in one currency.
Append-only: entries and postings are never updated, deleted or truncated.
No overdraft: pending, on_hold and in_payout never go below zero; payable only by a clawback.
The overdraft guard takes the account's lock itself, so it holds without the program's own.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION ledger_entry_is_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE entry bigint; legs int; currencies int; total numeric;
BEGIN
    entry := CASE TG_TABLE_NAME WHEN 'ledger_entry' THEN NEW.id ELSE (to_jsonb(NEW)->>'entry_id')::bigint END;
    SELECT count(*), count(DISTINCT a.currency), coalesce(sum(p.amount_minor), 0)
      INTO legs, currencies, total
      FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
     WHERE p.entry_id = entry;
    IF legs < 2 OR currencies <> 1 OR total <> 0 THEN
        RAISE EXCEPTION 'ledger entry % does not balance', entry
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_balanced';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER ledger_entry_balanced AFTER INSERT ON ledger_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_entry_is_balanced();
CREATE CONSTRAINT TRIGGER ledger_posting_balanced AFTER INSERT ON ledger_posting
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_entry_is_balanced();

CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME
        USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_append_only';
END $$;

CREATE TRIGGER ledger_posting_append_only BEFORE UPDATE OR DELETE ON ledger_posting
    FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER ledger_posting_no_truncate BEFORE TRUNCATE ON ledger_posting
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER ledger_entry_no_truncate BEFORE TRUNCATE ON ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER ledger_account_fixed BEFORE DELETE OR UPDATE OF brand_id, kind, party_id, currency
    ON ledger_account FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();

CREATE FUNCTION ledger_no_overdraft() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE account_kind text; entry_kind text; balance numeric;
BEGIN
    SELECT kind INTO account_kind FROM ledger_account WHERE id = NEW.account_id;
    IF account_kind NOT IN ('pending', 'payable', 'on_hold', 'in_payout') THEN
        RETURN NULL;
    END IF;
    PERFORM 1 FROM ledger_account WHERE id = NEW.account_id FOR NO KEY UPDATE;
    IF NEW.amount_minor > 0 THEN
        RETURN NULL;
    END IF;
    SELECT kind INTO entry_kind FROM ledger_entry WHERE id = NEW.entry_id;
    IF account_kind = 'payable' AND entry_kind = 'clawback' THEN
        RETURN NULL;
    END IF;
    SELECT coalesce(sum(amount_minor), 0) INTO balance
      FROM ledger_posting WHERE account_id = NEW.account_id;
    IF balance < 0 THEN
        RAISE EXCEPTION 'account % would be overdrawn by %', NEW.account_id, -balance
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_no_overdraft';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER ledger_no_overdraft AFTER INSERT ON ledger_posting
    FOR EACH ROW EXECUTE FUNCTION ledger_no_overdraft();
"""
REVERSE = """
DROP TRIGGER ledger_no_overdraft ON ledger_posting;
DROP FUNCTION ledger_no_overdraft();
DROP TRIGGER ledger_account_fixed ON ledger_account;
DROP TRIGGER ledger_entry_no_truncate ON ledger_entry;
DROP TRIGGER ledger_posting_no_truncate ON ledger_posting;
DROP TRIGGER ledger_entry_append_only ON ledger_entry;
DROP TRIGGER ledger_posting_append_only ON ledger_posting;
DROP FUNCTION ledger_is_append_only();
DROP TRIGGER ledger_posting_balanced ON ledger_posting;
DROP TRIGGER ledger_entry_balanced ON ledger_entry;
DROP FUNCTION ledger_entry_is_balanced();
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_tables")]
    operations = [migrations.RunSQL(FORWARD, REVERSE)]
