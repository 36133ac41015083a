"""What a payout paid that had been given back may take released money below zero, as a clawback.

The money is gone already: the books can only say so.
"""

from django.db import migrations, models

KINDS = [
    ("accrue", "Commission earned"),
    ("reverse", "Commission reduced before release"),
    ("release", "Released"),
    ("hold", "Held for review"),
    ("unhold", "Review ended"),
    ("seize", "Rejected in review"),
    ("clawback", "Recovered after release"),
    ("raise", "Raised after release"),
    ("approve_payout", "Payout approved"),
    ("pay", "Paid"),
    ("payout_failed", "Payout failed"),
    ("payout_returned", "Payout returned"),
    ("found_paid", "Paid after all"),
    ("write_off", "Written off"),
    ("vat", "VAT"),
    ("withhold", "Tax withheld"),
]

GUARD = """
CREATE OR REPLACE FUNCTION ledger_no_overdraft() RETURNS trigger LANGUAGE plpgsql AS $$
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
    IF account_kind = 'payable' AND entry_kind {allowed} THEN
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
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_write_off_to_zero")]
    operations = [
        migrations.RemoveConstraint(model_name="entry", name="ledger_entry_kind_known"),
        migrations.AlterField(
            model_name="entry",
            name="kind",
            field=models.CharField(choices=KINDS, max_length=24),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=models.Q(kind__in=[kind for kind, _label in KINDS]),
                name="ledger_entry_kind_known",
            ),
        ),
        migrations.RunSQL(
            GUARD.format(allowed="IN ('clawback', 'found_paid')"),
            GUARD.format(allowed="= 'clawback'"),
        ),
    ]
