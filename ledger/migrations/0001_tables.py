import core.constraints
import core.fields
import django.db.models.deletion
from django.db import migrations, models

from core.migrating import Addition


class Migration(Addition):

    initial = True

    dependencies = [
        ('core', '0001_tables'),
    ]

    operations = [
        migrations.CreateModel(
            name='Account',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('pending', 'Pending'), ('payable', 'Released'), ('on_hold', 'On hold'), ('in_payout', 'In payout'), ('commission_expense', 'Commission expense'), ('rail_clearing.csv', 'Sent by CSV file'), ('rail_clearing.stripe', 'Sent by Stripe'), ('rail_clearing.sepa', 'Sent by SEPA file'), ('rail_clearing.wise', 'Sent by Wise file'), ('rail_clearing.paypal', 'Sent by PayPal'), ('rail_clearing.paypal_csv', 'Sent by PayPal file'), ('rail_clearing.manual', 'Paid by hand'), ('write_off', 'Written off'), ('payout_fees', 'Payout fees'), ('vat', 'VAT'), ('tax_withheld', 'Tax withheld')], max_length=32)),
                ('party_id', models.UUIDField(null=True)),
                ('currency', core.fields.CurrencyField()),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('brand', 'kind', 'party_id', 'currency'), name='ledger_account_unique', nulls_distinct=False), models.UniqueConstraint(fields=('brand', 'id'), name='ledger_account_brand_id'), models.CheckConstraint(condition=models.Q(('kind__in', ['pending', 'payable', 'on_hold', 'in_payout', 'commission_expense', 'rail_clearing.csv', 'rail_clearing.stripe', 'rail_clearing.sepa', 'rail_clearing.wise', 'rail_clearing.paypal', 'rail_clearing.paypal_csv', 'rail_clearing.manual', 'write_off', 'payout_fees', 'vat', 'tax_withheld'])), name='ledger_account_kind_known'), models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ('pending', 'payable', 'on_hold', 'in_payout')), ('party_id__isnull', False)), models.Q(models.Q(('kind__in', ('pending', 'payable', 'on_hold', 'in_payout')), _negated=True), ('party_id__isnull', True)), _connector='OR'), name='ledger_account_party_where_due'), models.CheckConstraint(condition=models.Q(('currency__regex', '^[A-Z]{3}$')), name='ledger_account_currency_iso')],
            },
        ),
        migrations.CreateModel(
            name='BooksCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('checked_at', models.DateTimeField()),
                ('entries', models.PositiveBigIntegerField()),
                ('differences', models.PositiveIntegerField()),
                ('overdue', models.PositiveIntegerField(default=0)),
                ('largest_minor', models.BigIntegerField()),
                ('results', models.JSONField(default=list)),
                ('brand', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
            ],
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('accrue', 'Commission earned'), ('reverse', 'Commission reduced before release'), ('release', 'Released'), ('hold', 'Held for review'), ('unhold', 'Review ended'), ('seize', 'Rejected in review'), ('clawback', 'Recovered after release'), ('raise', 'Raised after release'), ('approve_payout', 'Payout approved'), ('pay', 'Paid'), ('payout_failed', 'Payout failed'), ('payout_returned', 'Payout returned'), ('write_off', 'Written off'), ('vat', 'VAT'), ('withhold', 'Tax withheld')], max_length=24)),
                ('key', models.CharField(max_length=120)),
                ('cause_type', models.CharField(max_length=24)),
                ('cause_id', models.CharField(max_length=40)),
                ('at', models.DateTimeField()),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
                ('corrects', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='ledger.entry')),
            ],
            options={
                'indexes': [models.Index(fields=['cause_type', 'cause_id'], name='ledger_entry_by_cause'), models.Index(fields=['brand', 'at'], name='ledger_entry_by_time')],
                'constraints': [models.UniqueConstraint(fields=('brand', 'key'), name='ledger_entry_once'), models.UniqueConstraint(fields=('brand', 'id'), name='ledger_entry_brand_id'), models.CheckConstraint(condition=models.Q(('kind__in', ['accrue', 'reverse', 'release', 'hold', 'unhold', 'seize', 'clawback', 'raise', 'approve_payout', 'pay', 'payout_failed', 'payout_returned', 'write_off', 'vat', 'withhold'])), name='ledger_entry_kind_known'), core.constraints.SameBrand('corrects', name='ledger_entry_corrects_same_brand')],
            },
        ),
        migrations.CreateModel(
            name='Period',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField()),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField()),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
            ],
            options={
                'indexes': [models.Index(fields=['brand', '-ends_at'], name='ledger_period_latest')],
                'constraints': [models.UniqueConstraint(fields=('brand', 'month'), name='ledger_period_once'), models.CheckConstraint(condition=models.Q(('ends_at__lte', models.F('closed_at')), ('starts_at__lt', models.F('ends_at'))), name='ledger_period_is_over')],
            },
        ),
        migrations.CreateModel(
            name='Posting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount_minor', models.BigIntegerField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='postings', to='ledger.account')),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='postings', to='ledger.entry')),
            ],
            options={
                'indexes': [models.Index(fields=['account'], include=('amount_minor',), name='ledger_posting_balance')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('amount_minor', 0), _negated=True), ('amount_minor__gte', -1000000000000000), ('amount_minor__lte', 1000000000000000)), name='ledger_posting_amount_sane'), models.UniqueConstraint(fields=('brand', 'id'), name='ledger_posting_brand_id'), core.constraints.SameBrand('entry', name='ledger_posting_entry_same_brand'), core.constraints.SameBrand('account', name='ledger_posting_account_same_brand')],
            },
        ),
    ]
