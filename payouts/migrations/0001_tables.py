import core.constraints
import core.fields
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from core.migrating import Addition


class Migration(Addition):

    initial = True

    dependencies = [
        ('affiliates', '0001_tables'),
        ('core', '0001_tables'),
        ('ledger', '0001_tables'),
        ('tracking', '0001_tables'),
    ]

    operations = [
        migrations.CreateModel(
            name='PayoutPlan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', core.fields.PublicIdField(prefix='run')),
                ('currency', core.fields.CurrencyField()),
                ('period', models.CharField(max_length=10)),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('approved', 'Approved'), ('discarded', 'Discarded')], default='draft', max_length=10)),
                ('content', models.JSONField()),
                ('content_hash', models.CharField(max_length=64)),
                ('total_minor', models.BigIntegerField()),
                ('planned_at', models.DateTimeField()),
                ('approved_at', models.DateTimeField(null=True)),
                ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
                ('planned_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('status', 'draft')), fields=('brand', 'currency', 'period'), name='payouts_plan_one_draft'),
                    models.UniqueConstraint(fields=('brand', 'id'), name='payouts_plan_brand_id'),
                    models.CheckConstraint(condition=models.Q(('status__in', ['draft', 'approved', 'discarded'])), name='payouts_plan_status_known'),
                    models.CheckConstraint(condition=models.Q(models.Q(('status', 'approved'), ('approved_at__isnull', False)), models.Q(('status__in', ['draft', 'discarded']), ('approved_at__isnull', True)), _connector='OR'), name='payouts_plan_approval_dated'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ExportFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', core.fields.PublicIdField(prefix='fil')),
                ('rail', models.CharField(choices=[('csv', 'Bank transfer by CSV file'), ('stripe', 'Stripe'), ('sepa', 'SEPA transfer file'), ('wise', 'Wise batch file'), ('paypal', 'PayPal'), ('paypal_csv', 'PayPal mass payment file'), ('manual', 'Paid by hand')], default='csv', max_length=12)),
                ('part', models.PositiveSmallIntegerField(default=1)),
                ('name', models.CharField(max_length=80)),
                ('content', models.BinaryField()),
                ('sha256', models.CharField(max_length=64)),
                ('total_minor', models.BigIntegerField()),
                ('rows', models.PositiveIntegerField()),
                ('created_at', models.DateTimeField()),
                ('cancel_reason', models.CharField(blank=True, max_length=300)),
                ('cancel_asked_at', models.DateTimeField(null=True)),
                ('cancelled_at', models.DateTimeField(null=True)),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
                ('cancel_asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('cancelled_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='payouts.payoutplan')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('plan', 'rail', 'part'), name='payouts_file_once'),
                    models.UniqueConstraint(fields=('brand', 'id'), name='payouts_file_brand_id'),
                    models.CheckConstraint(condition=models.Q(('rail__in', ['csv', 'stripe', 'sepa', 'wise', 'paypal', 'paypal_csv', 'manual'])), name='payouts_file_rail_known'),
                    models.CheckConstraint(condition=models.Q(('cancelled_by__isnull', True), models.Q(('cancel_asked_by__isnull', False), models.Q(('cancelled_by', models.F('cancel_asked_by')), _negated=True)), _connector='OR'), name='payouts_file_cancelled_by_a_second'),
                    core.constraints.SameBrand('plan', name='payouts_file_plan_same_brand'),
                ],
            },
        ),
        migrations.CreateModel(
            name='PayoutMethod',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', core.fields.PublicIdField(prefix='pmt')),
                ('rail', models.CharField(choices=[('csv', 'Bank transfer by CSV file'), ('stripe', 'Stripe'), ('sepa', 'SEPA transfer file'), ('wise', 'Wise batch file'), ('paypal', 'PayPal'), ('paypal_csv', 'PayPal mass payment file'), ('manual', 'Paid by hand')], max_length=12)),
                ('details', core.fields.EncryptedTextField(null=True)),
                ('hint', models.CharField(blank=True, max_length=40)),
                ('external_account', models.CharField(blank=True, max_length=80)),
                ('destination', models.CharField(blank=True, max_length=120)),
                ('is_ready', models.BooleanField(default=False)),
                ('needs', models.JSONField(default=list)),
                ('checked_at', models.DateTimeField(null=True)),
                ('frozen_until', models.DateTimeField(null=True)),
                ('changed_at', models.DateTimeField()),
                ('affiliation', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='payout_method', to='affiliates.affiliation')),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('rail__in', ['csv', 'stripe', 'sepa', 'wise', 'paypal', 'paypal_csv', 'manual'])), name='payouts_method_rail_known'),
                    models.UniqueConstraint(condition=models.Q(('external_account', ''), _negated=True), fields=('brand', 'external_account'), name='payouts_method_account_once'),
                    models.UniqueConstraint(fields=('brand', 'id'), name='payouts_method_brand_id'),
                    core.constraints.SameBrand('affiliation', name='payouts_method_affiliation_same_brand'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Payout',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', core.fields.PublicIdField(prefix='pay')),
                ('rail', models.CharField(choices=[('csv', 'Bank transfer by CSV file'), ('stripe', 'Stripe'), ('sepa', 'SEPA transfer file'), ('wise', 'Wise batch file'), ('paypal', 'PayPal'), ('paypal_csv', 'PayPal mass payment file'), ('manual', 'Paid by hand')], max_length=12)),
                ('currency', core.fields.CurrencyField()),
                ('amount_minor', models.BigIntegerField()),
                ('destination', core.fields.EncryptedTextField()),
                ('destination_hint', models.CharField(blank=True, max_length=80)),
                ('status', models.CharField(choices=[('approved', 'Approved'), ('submitting', 'Submitting'), ('submitted', 'Submitted'), ('unknown', 'Unknown'), ('paid', 'Paid'), ('failed', 'Failed'), ('returned', 'Returned'), ('cancelled', 'Cancelled')], default='approved', max_length=12)),
                ('code', models.CharField(blank=True, max_length=64)),
                ('detail', models.CharField(blank=True, max_length=300)),
                ('reference', models.CharField(blank=True, max_length=120)),
                ('approved_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(null=True)),
                ('paid_at', models.DateTimeField(null=True)),
                ('paid_on', models.DateField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('affiliation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payouts', to='affiliates.affiliation')),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
                ('file', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='payouts', to='payouts.exportfile')),
                ('method', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='payouts.payoutmethod')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payouts', to='payouts.payoutplan')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('status__in', ['approved', 'submitting', 'submitted', 'unknown'])), fields=('brand', 'affiliation', 'currency'), name='payouts_payout_one_open'),
                    models.UniqueConstraint(fields=('plan', 'affiliation'), name='payouts_payout_once_a_plan'),
                    models.UniqueConstraint(fields=('brand', 'id'), name='payouts_payout_brand_id'),
                    models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0), ('amount_minor__lte', 1000000000000000)), name='payouts_payout_amount_positive'),
                    models.CheckConstraint(condition=models.Q(models.Q(('status', 'paid'), _negated=True), ('paid_at__isnull', False), _connector='OR'), name='payouts_payout_paid_dated'),
                    models.CheckConstraint(condition=models.Q(('status__in', ['approved', 'submitting', 'submitted', 'unknown', 'paid', 'failed', 'returned', 'cancelled'])), name='payouts_payout_status_known'),
                    models.CheckConstraint(condition=models.Q(('rail__in', ['csv', 'stripe', 'sepa', 'wise', 'paypal', 'paypal_csv', 'manual'])), name='payouts_payout_rail_known'),
                    core.constraints.SameBrand('plan', name='payouts_payout_plan_same_brand'),
                    core.constraints.SameBrand('affiliation', name='payouts_payout_affiliation_same_brand'),
                    core.constraints.SameBrand('method', name='payouts_payout_method_same_brand'),
                    core.constraints.SameBrand('file', name='payouts_payout_file_same_brand'),
                ],
            },
        ),
        migrations.CreateModel(
            name='RailEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event_id', models.CharField(max_length=128)),
                ('topic', models.CharField(max_length=64)),
                ('body', core.fields.EncryptedTextField(null=True)),
                ('body_sha256', models.CharField(max_length=64)),
                ('size_bytes', models.PositiveIntegerField()),
                ('key_index', models.PositiveSmallIntegerField(default=0)),
                ('received_at', models.DateTimeField()),
                ('status', models.CharField(choices=[('stored', 'Waiting'), ('processed', 'Processed'), ('ignored', 'Not needed'), ('failed', 'Failed, will be tried again'), ('refused', 'Refused')], default='stored', max_length=12)),
                ('code', models.CharField(blank=True, max_length=64)),
                ('detail', models.CharField(blank=True, max_length=300)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('next_attempt_at', models.DateTimeField()),
                ('processed_at', models.DateTimeField(null=True)),
                ('rail', models.CharField(choices=[('csv', 'Bank transfer by CSV file'), ('stripe', 'Stripe'), ('sepa', 'SEPA transfer file'), ('wise', 'Wise batch file'), ('paypal', 'PayPal'), ('paypal_csv', 'PayPal mass payment file'), ('manual', 'Paid by hand')], max_length=12)),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('brand', 'rail', 'event_id'), name='payouts_railevent_once'),
                    models.CheckConstraint(condition=models.Q(('status__in', ['stored', 'processed', 'ignored', 'failed', 'refused'])), name='payouts_railevent_status_known'),
                ],
            },
        ),
        migrations.CreateModel(
            name='RunApproval',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('content_hash', models.CharField(max_length=64)),
                ('at', models.DateTimeField()),
                ('fell_at', models.DateTimeField(null=True)),
                ('fell_code', models.CharField(blank=True, choices=[('withdrawn', 'Withdrawn'), ('changed', 'The run changed'), ('left', 'No longer allowed to approve')], max_length=9)),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='approvals', to='payouts.payoutplan')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('fell_at__isnull', True)), fields=('plan', 'person'), name='payouts_runapproval_once_a_person'),
                    models.CheckConstraint(condition=models.Q(models.Q(('fell_at__isnull', True), ('fell_code', '')), models.Q(('fell_at__isnull', False), ('fell_code__in', ['withdrawn', 'changed', 'left'])), _connector='OR'), name='payouts_runapproval_fell_why_and_when'),
                    core.constraints.SameBrand('plan', name='payouts_runapproval_plan_same_brand'),
                ],
            },
        ),
        migrations.CreateModel(
            name='StandinObject',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('namespace', models.CharField(max_length=64)),
                ('kind', models.CharField(max_length=24)),
                ('object_id', models.CharField(max_length=255)),
                ('group', models.CharField(blank=True, max_length=80)),
                ('data', models.JSONField()),
            ],
            options={
                'indexes': [
                    models.Index(fields=['namespace', 'kind', 'group', 'id'], name='payouts_standin_list'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('namespace', 'kind', 'object_id'), name='payouts_standin_object_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Statement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', core.fields.PublicIdField(prefix='stm')),
                ('currency', core.fields.CurrencyField()),
                ('number', models.PositiveIntegerField()),
                ('month', models.DateField(null=True)),
                ('opening_minor', models.BigIntegerField()),
                ('closing_minor', models.BigIntegerField()),
                ('content', models.TextField()),
                ('sha256', models.CharField(max_length=64)),
                ('labels', models.JSONField()),
                ('issued_at', models.DateTimeField()),
                ('affiliation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='statements', to='affiliates.affiliation')),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
                ('payout', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='statement', to='payouts.payout')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['brand', '-id'], name='payouts_statement_by_brand'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('affiliation', 'currency', 'number'), name='payouts_statement_number_once'),
                    models.UniqueConstraint(condition=models.Q(('month__isnull', False)), fields=('affiliation', 'currency', 'month'), name='payouts_statement_month_once'),
                    models.CheckConstraint(condition=models.Q(models.Q(('month__isnull', True), ('payout__isnull', False)), models.Q(('month__isnull', False), ('payout__isnull', True)), _connector='OR'), name='payouts_statement_month_or_payout'),
                    core.constraints.SameBrand('affiliation', name='payouts_statement_affiliation_same_brand'),
                    core.constraints.SameBrand('payout', name='payouts_statement_payout_same_brand'),
                ],
            },
        ),
        migrations.CreateModel(
            name='TaxProfile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', core.fields.PublicIdField(prefix='txp')),
                ('country', models.CharField(max_length=2)),
                ('kind', models.CharField(choices=[('person', 'A person'), ('business', 'A business')], max_length=8)),
                ('vat_status', models.CharField(choices=[('none', 'Not registered for VAT'), ('registered', 'Registered for VAT'), ('exempt', 'Exempt as a small business')], max_length=10)),
                ('details', core.fields.EncryptedTextField(null=True)),
                ('self_billing_version', models.PositiveSmallIntegerField(null=True)),
                ('self_billing_at', models.DateTimeField(null=True)),
                ('declared_at', models.DateTimeField()),
                ('valid_until', models.DateField(null=True)),
                ('affiliation', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='tax_profile', to='affiliates.affiliation')),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('kind__in', ['person', 'business'])), name='payouts_taxprofile_kind_known'),
                    models.CheckConstraint(condition=models.Q(('vat_status__in', ['none', 'registered', 'exempt'])), name='payouts_taxprofile_vat_known'),
                    models.CheckConstraint(condition=models.Q(('country__regex', '^[A-Z]{2}$')), name='payouts_taxprofile_country_iso'),
                    models.CheckConstraint(condition=models.Q(models.Q(('self_billing_at__isnull', True), ('self_billing_version__isnull', True)), models.Q(('self_billing_at__isnull', False), ('self_billing_version__isnull', False)), _connector='OR'), name='payouts_taxprofile_agreement_dated'),
                    core.constraints.SameBrand('affiliation', name='payouts_taxprofile_affiliation_same_brand'),
                ],
            },
        ),
        migrations.CreateModel(
            name='TaxSettings',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('requires_profile', models.BooleanField(default=False)),
                ('changed_at', models.DateTimeField()),
                ('brand', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
            ],
        ),
        migrations.CreateModel(
            name='OwnMinimum',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('currency', core.fields.CurrencyField()),
                ('amount_minor', models.BigIntegerField()),
                ('changed_at', models.DateTimeField()),
                ('affiliation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='own_minimums', to='affiliates.affiliation')),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('affiliation', 'currency'), name='payouts_ownminimum_once'),
                    models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0), ('amount_minor__lte', 1000000000000000)), name='payouts_ownminimum_amount_sane'),
                    core.constraints.SameBrand('affiliation', name='payouts_ownminimum_affiliation_same_brand'),
                ],
            },
        ),
        migrations.CreateModel(
            name='PayoutAttempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('parameters', models.JSONField()),
                ('parameters_hash', models.CharField(max_length=64)),
                ('status', models.CharField(choices=[('claimed', 'Claimed'), ('unknown', 'Unknown'), ('accepted', 'Accepted'), ('refused', 'Refused'), ('absent', 'Not carried out')], default='claimed', max_length=8)),
                ('external_id', models.CharField(blank=True, max_length=120)),
                ('code', models.CharField(blank=True, max_length=64)),
                ('detail', models.CharField(blank=True, max_length=300)),
                ('calls', models.PositiveSmallIntegerField(default=0)),
                ('created_at', models.DateTimeField()),
                ('claimed_until', models.DateTimeField()),
                ('next_check_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
                ('payout', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attempts', to='payouts.payout')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('status__in', ['claimed', 'unknown', 'accepted'])), fields=('payout',), name='payouts_attempt_one_unsettled'),
                    models.UniqueConstraint(condition=models.Q(('external_id', ''), _negated=True), fields=('brand', 'external_id'), name='payouts_attempt_external_once'),
                    models.CheckConstraint(condition=models.Q(('status__in', ['claimed', 'unknown', 'accepted', 'refused', 'absent'])), name='payouts_attempt_status_known'),
                    core.constraints.SameBrand('payout', name='payouts_attempt_payout_same_brand'),
                ],
            },
        ),
        migrations.CreateModel(
            name='PayoutItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount_minor', models.BigIntegerField()),
                ('is_covering', models.BooleanField(default=True)),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
                ('commission', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='payout_items', to='tracking.commission')),
                ('payout', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='payouts.payout')),
                ('posting', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payout_items', to='ledger.posting')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('is_covering', True)), fields=('posting',), name='payouts_item_posting_in_one_payout'),
                    core.constraints.SameBrand('payout', name='payouts_item_payout_same_brand'),
                    core.constraints.SameBrand('posting', name='payouts_item_posting_same_brand'),
                    core.constraints.SameBrand('commission', name='payouts_item_commission_same_brand'),
                ],
            },
        ),
    ]
