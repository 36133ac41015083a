import core.constraints
import core.fields
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

from core.migrating import Addition


class Migration(Addition):

    initial = True

    dependencies = [
        ('core', '0001_tables'),
    ]

    operations = [
        migrations.CreateModel(
            name='Program',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', core.fields.PublicIdField(prefix='prg')),
                ('slug', models.SlugField(max_length=60)),
                ('name', models.CharField(max_length=120)),
                ('about', models.TextField(blank=True, max_length=4000)),
                ('disclosure', models.CharField(blank=True, max_length=200)),
                ('own_terms', models.TextField(blank=True, max_length=20000)),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('live', 'Live'), ('paused', 'Paused'), ('closed', 'Closed')], default='draft', max_length=8)),
                ('status_at', models.DateTimeField()),
                ('is_listed', models.BooleanField(default=True)),
                ('is_auto_approving', models.BooleanField(default=False)),
                ('max_creators', models.PositiveIntegerField(blank=True, null=True)),
                ('currency', core.fields.CurrencyField()),
                ('landing_url', models.URLField(max_length=2000)),
                ('domains', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=253), default=list, size=None)),
                ('ref_aliases', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), blank=True, default=list, size=None)),
                ('window_days', models.PositiveSmallIntegerField(default=30)),
                ('click_policy', models.CharField(choices=[('last', 'Last click'), ('first', 'First click')], default='last', max_length=8)),
                ('precedence', models.CharField(choices=[('code', 'Codes come first'), ('click', 'Clicks come first')], default='code', max_length=8)),
                ('code_policy', models.CharField(choices=[('always', 'Always'), ('with_click', 'Only with a click of their own'), ('only_as_winner', 'Only when the click decides the same')], default='always', max_length=16)),
                ('is_binding_customers', models.BooleanField(default=False)),
                ('is_crediting_renewals', models.BooleanField(default=False)),
                ('is_yielding_to_ads', models.BooleanField(default=False)),
                ('self_referral', models.CharField(choices=[('observe', 'Observe'), ('flag', 'Flag'), ('hold', 'Hold for review'), ('reject', 'Do not credit')], default='reject', max_length=8)),
                ('is_honouring_gpc', models.BooleanField(default=True)),
                ('hold_days', models.PositiveSmallIntegerField(default=30)),
                ('hold_anchor', models.CharField(choices=[('paid', 'Payment'), ('fulfilled', 'Dispatch'), ('delivered', 'Delivery')], default='paid', max_length=10)),
                ('is_base_before_discount', models.BooleanField(default=False)),
                ('is_base_with_tax', models.BooleanField(default=False)),
                ('is_base_with_shipping', models.BooleanField(default=False)),
                ('is_base_without_gift_cards', models.BooleanField(default=True)),
                ('cap_order', models.JSONField(blank=True, default=dict)),
                ('cap_creator_month', models.JSONField(blank=True, default=dict)),
                ('budget_minor', models.BigIntegerField(blank=True, null=True)),
                ('created_at', models.DateTimeField()),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='programs', to='core.brand')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('brand', 'slug'), name='brands_program_slug_unique'),
                    models.UniqueConstraint(fields=('brand', 'id'), name='brands_program_brand_id'),
                    models.CheckConstraint(condition=models.Q(('status__in', ['draft', 'live', 'paused', 'closed'])), name='brands_program_status_known'),
                    models.CheckConstraint(condition=models.Q(('click_policy__in', ['last', 'first'])), name='brands_program_click_policy_known'),
                    models.CheckConstraint(condition=models.Q(('precedence__in', ['code', 'click'])), name='brands_program_precedence_known'),
                    models.CheckConstraint(condition=models.Q(('code_policy__in', ['always', 'with_click', 'only_as_winner'])), name='brands_program_code_policy_known'),
                    models.CheckConstraint(condition=models.Q(('self_referral__in', ['observe', 'flag', 'hold', 'reject'])), name='brands_program_self_known'),
                    models.CheckConstraint(condition=models.Q(('hold_anchor__in', ['paid', 'fulfilled', 'delivered'])), name='brands_program_anchor_known'),
                    models.CheckConstraint(condition=models.Q(('window_days__gte', 1), ('window_days__lte', 365)), name='brands_program_window_1_to_365'),
                    models.CheckConstraint(condition=models.Q(('hold_days__lte', 365)), name='brands_program_hold_to_365'),
                    models.CheckConstraint(condition=models.Q(('max_creators__isnull', True), ('max_creators__gte', 1), _connector='OR'), name='brands_program_max_creators_positive'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Group',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', core.fields.PublicIdField(prefix='grp')),
                ('name', models.CharField(max_length=60)),
                ('partner_type', models.CharField(default='affiliate', max_length=32)),
                ('hold_days', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('is_default', models.BooleanField(default=False)),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
                ('program', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='groups', to='brands.program')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('program', 'name'), name='brands_group_name_unique'),
                    models.UniqueConstraint(fields=('brand', 'id'), name='brands_group_brand_id'),
                    models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('program',), name='brands_group_one_default'),
                    models.CheckConstraint(condition=models.Q(('partner_type__in', ['affiliate', 'influencer', 'content', 'email', 'agency', 'ppc', 'coupon', 'cashback', 'loyalty', 'referral', 'reseller', 'distribution', 'sponsorship', 'co_branding', 'licensing', 'joint_venture', 'placement', 'other']), ('partner_type__regex', '^kin_[23456789abcdefghjkmnpqrstuvwxyz]{20}$'), _connector='OR'), name='brands_group_partner_type_known'),
                    models.CheckConstraint(condition=models.Q(('hold_days__isnull', True), ('hold_days__lte', 365), _connector='OR'), name='brands_group_hold_to_365'),
                    core.constraints.SameBrand('program', name='brands_group_program_same_brand'),
                ],
            },
        ),
        migrations.CreateModel(
            name='PendingChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', core.fields.PublicIdField(prefix='chg')),
                ('subject', models.CharField(choices=[('program', 'Program'), ('group', 'Group'), ('payouts', 'Payouts')], max_length=8)),
                ('changes', models.JSONField()),
                ('applies_at', models.DateTimeField()),
                ('announced_at', models.DateTimeField()),
                ('applied_at', models.DateTimeField(null=True)),
                ('cancelled_at', models.DateTimeField(null=True)),
                ('announced_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
                ('group', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='brands.group')),
                ('program', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='pending_changes', to='brands.program')),
            ],
            options={
                'indexes': [
                    models.Index(condition=models.Q(('applied_at__isnull', True), ('cancelled_at__isnull', True)), fields=['applies_at'], name='brands_change_open'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('brand', 'id'), name='brands_change_brand_id'),
                    models.CheckConstraint(condition=models.Q(('subject__in', ['program', 'group', 'payouts'])), name='brands_change_subject_known'),
                    models.CheckConstraint(condition=models.Q(models.Q(('group__isnull', True), ('program__isnull', False), ('subject', 'program')), models.Q(('group__isnull', False), ('program__isnull', False), ('subject', 'group')), models.Q(('group__isnull', True), ('program__isnull', True), ('subject', 'payouts')), _connector='OR'), name='brands_change_has_its_subject'),
                    models.CheckConstraint(condition=models.Q(('applied_at__isnull', True), ('cancelled_at__isnull', True), _connector='OR'), name='brands_change_ends_once'),
                    core.constraints.SameBrand('program', name='brands_change_program_same_brand'),
                    core.constraints.SameBrand('group', name='brands_change_group_same_brand'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Ladder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField()),
                ('measure', models.CharField(choices=[('orders', 'Orders credited'), ('revenue', 'Revenue, net of refunds'), ('commission', 'Commission')], max_length=10)),
                ('period', models.CharField(choices=[('last_month', 'Last calendar month'), ('last_90_days', 'Last 90 days'), ('this_quarter', 'This quarter'), ('all_time', 'Since joining')], max_length=12)),
                ('is_falling', models.BooleanField(default=False)),
                ('grace_days', models.PositiveSmallIntegerField(default=0)),
                ('effective_from', models.DateTimeField()),
                ('published_at', models.DateTimeField()),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
                ('published_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
                ('program', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ladders', to='brands.program')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('program', 'version'), name='brands_ladder_version'),
                    models.UniqueConstraint(fields=('brand', 'id'), name='brands_ladder_brand_id'),
                    models.CheckConstraint(condition=models.Q(('measure__in', ['orders', 'revenue', 'commission'])), name='brands_ladder_measure_known'),
                    models.CheckConstraint(condition=models.Q(('period__in', ['last_month', 'last_90_days', 'this_quarter', 'all_time'])), name='brands_ladder_period_known'),
                    models.CheckConstraint(condition=models.Q(('is_falling', False), models.Q(('period', 'all_time'), _negated=True), _connector='OR'), name='brands_ladder_all_time_never_falls'),
                    models.CheckConstraint(condition=models.Q(('grace_days__lte', 365)), name='brands_ladder_grace_to_365'),
                    core.constraints.SameBrand('program', name='brands_ladder_program_same_brand'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Question',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', core.fields.PublicIdField(prefix='qst')),
                ('kind', models.CharField(choices=[('line', 'One line'), ('text', 'Several lines'), ('choice', 'One of a list'), ('several', 'Several of a list'), ('yes_no', 'Yes or no'), ('address', 'Web address')], max_length=8)),
                ('words', models.CharField(max_length=200)),
                ('help_text', models.CharField(blank=True, max_length=300)),
                ('options', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=100), default=list, size=None)),
                ('is_required', models.BooleanField(default=False)),
                ('position', models.PositiveSmallIntegerField()),
                ('retired_at', models.DateTimeField(null=True)),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
                ('program', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='questions', to='brands.program')),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('kind__in', ['line', 'text', 'choice', 'several', 'yes_no', 'address'])), name='brands_question_kind_known'),
                    models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ('choice', 'several')), ('options__len__gte', 2)), models.Q(models.Q(('kind__in', ('choice', 'several')), _negated=True), ('options', [])), _connector='OR'), name='brands_question_options_where_chosen'),
                    core.constraints.SameBrand('program', name='brands_question_program_same_brand'),
                ],
            },
        ),
        migrations.CreateModel(
            name='RailSettings',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rail', models.CharField(choices=[('csv', 'Bank transfer by CSV file'), ('stripe', 'Stripe'), ('sepa', 'SEPA transfer file'), ('wise', 'Wise batch file'), ('paypal', 'PayPal'), ('paypal_csv', 'PayPal mass payment file'), ('manual', 'Paid by hand')], max_length=12)),
                ('is_enabled', models.BooleanField(default=True)),
                ('is_live', models.BooleanField(default=False)),
                ('secret_key', core.fields.EncryptedTextField(null=True)),
                ('webhook_secret', core.fields.EncryptedTextField(null=True)),
                ('details', core.fields.EncryptedTextField(null=True)),
                ('country', models.CharField(blank=True, max_length=2)),
                ('updated_at', models.DateTimeField()),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rails', to='core.brand')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('brand', 'rail'), name='brands_railsettings_once'),
                    models.CheckConstraint(condition=models.Q(('rail__in', ['csv', 'stripe', 'sepa', 'wise', 'paypal', 'paypal_csv', 'manual'])), name='brands_railsettings_rail_known'),
                ],
            },
        ),
        migrations.CreateModel(
            name='RuleSet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField()),
                ('effective_from', models.DateTimeField()),
                ('published_at', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
                ('program', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rule_sets', to='brands.program')),
                ('published_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('withdrawn_at__isnull', True), ('withdrawn_at__lt', models.F('effective_from')), _connector='OR'), name='brands_ruleset_withdrawn_in_time'),
                    models.UniqueConstraint(fields=('program', 'version'), name='brands_ruleset_version'),
                    models.UniqueConstraint(fields=('brand', 'id'), name='brands_ruleset_brand_id'),
                    core.constraints.SameBrand('program', name='brands_ruleset_program_same_brand'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Rule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('name', models.CharField(max_length=80)),
                ('kind', models.CharField(choices=[('percent', 'Percent'), ('flat_order', 'Fixed amount per order'), ('flat_item', 'Fixed amount per item'), ('lead', 'Fixed amount per lead'), ('click', 'Fixed amount per visit'), ('impression', 'Fixed amount per 1,000 views'), ('exclude', 'Pays nothing')], max_length=12)),
                ('rate_bps', models.PositiveIntegerField(default=0)),
                ('amounts', models.JSONField(default=dict)),
                ('conditions', models.JSONField(default=dict)),
                ('is_pro_rata', models.BooleanField(default=False)),
                ('cap_order', models.JSONField(default=dict)),
                ('max_payments', models.PositiveSmallIntegerField(null=True)),
                ('max_months', models.PositiveSmallIntegerField(null=True)),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
                ('rule_set', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rules', to='brands.ruleset')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('rule_set', 'position'), name='brands_rule_position'),
                    models.CheckConstraint(condition=models.Q(('kind__in', ['percent', 'flat_order', 'flat_item', 'lead', 'click', 'impression', 'exclude'])), name='brands_rule_kind_known'),
                    models.CheckConstraint(condition=models.Q(('rate_bps__lte', 10000)), name='brands_rule_rate_to_100_percent'),
                    core.constraints.SameBrand('rule_set', name='brands_rule_set_same_brand'),
                ],
            },
        ),
        migrations.CreateModel(
            name='SavedReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', core.fields.PublicIdField(prefix='srp')),
                ('name', models.CharField(max_length=80)),
                ('query', models.CharField(blank=True, max_length=500)),
                ('span', models.CharField(choices=[('days', 'As many days, up to today'), ('week', 'The last whole week'), ('month', 'This month'), ('last_month', 'The last whole month'), ('quarter', 'This quarter'), ('year', 'This year'), ('fixed', 'Always these days')], default='days', max_length=12)),
                ('is_shared', models.BooleanField(default=False)),
                ('every', models.CharField(blank=True, choices=[('week', 'Every week'), ('month', 'Every month')], max_length=8)),
                ('created_at', models.DateTimeField()),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='saved_reports', to='core.brand')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('brand', 'id'), name='brands_savedreport_brand_id'),
                    models.UniqueConstraint(fields=('brand', 'owner', 'name'), name='brands_savedreport_name_once'),
                    models.CheckConstraint(condition=models.Q(('span__in', ['days', 'week', 'month', 'last_month', 'quarter', 'year', 'fixed'])), name='brands_savedreport_span_known'),
                    models.CheckConstraint(condition=models.Q(('every', ''), ('every__in', ['week', 'month']), _connector='OR'), name='brands_savedreport_every_known'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ReportReader',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mailed_until', models.DateField()),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='readers', to='brands.savedreport')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('report', 'user'), name='brands_reportreader_once'),
                    core.constraints.SameBrand('report', name='brands_reportreader_report_same_brand'),
                ],
            },
        ),
        migrations.CreateModel(
            name='StoreConnection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', core.fields.PublicIdField(prefix='con')),
                ('platform', models.CharField(choices=[('shopify', 'Shopify'), ('woocommerce', 'WooCommerce'), ('generic', 'Any shop (signed webhook)'), ('csv', 'Files (CSV upload)')], max_length=16)),
                ('name', models.CharField(max_length=80)),
                ('shop_url', models.URLField(blank=True)),
                ('secret', core.fields.EncryptedTextField()),
                ('old_secret', core.fields.EncryptedTextField(null=True)),
                ('old_secret_until', models.DateTimeField(null=True)),
                ('api_key', core.fields.EncryptedTextField(null=True)),
                ('api_secret', core.fields.EncryptedTextField(null=True)),
                ('is_active', models.BooleanField(default=True)),
                ('uninstalled_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField()),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='connections', to='core.brand')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('brand', 'id'), name='brands_connection_brand_id'),
                    models.CheckConstraint(condition=models.Q(('platform__in', ['shopify', 'woocommerce', 'generic', 'csv'])), name='brands_connection_platform_known'),
                    models.CheckConstraint(condition=models.Q(models.Q(('old_secret__isnull', True), ('old_secret_until__isnull', True)), models.Q(('old_secret__isnull', False), ('old_secret_until__isnull', False)), _connector='OR'), name='brands_connection_old_secret_ends'),
                    models.CheckConstraint(condition=models.Q(models.Q(('api_key__isnull', True), ('api_secret__isnull', True)), models.Q(('api_key__isnull', False), ('api_secret__isnull', False), models.Q(('shop_url', ''), _negated=True)), _connector='OR'), name='brands_connection_keys_have_a_shop'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Terms',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField()),
                ('generated', models.JSONField()),
                ('own_text', models.TextField(blank=True)),
                ('published_at', models.DateTimeField()),
                ('effective_from', models.DateTimeField()),
                ('announced_at', models.DateTimeField(null=True)),
                ('announced_to', models.PositiveIntegerField(default=0)),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
                ('program', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='terms', to='brands.program')),
                ('rule_set', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='brands.ruleset')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('program', 'version'), name='brands_terms_version'),
                    models.CheckConstraint(condition=models.Q(('effective_from__gte', models.F('published_at'))), name='brands_terms_never_backwards'),
                    models.UniqueConstraint(fields=('brand', 'id'), name='brands_terms_brand_id'),
                    core.constraints.SameBrand('program', name='brands_terms_program_same_brand'),
                    core.constraints.SameBrand('rule_set', name='brands_terms_rules_same_brand'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Tier',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('threshold', models.BigIntegerField()),
                ('reach', models.CharField(choices=[('later', 'Orders placed from then on'), ('pending', 'Also orders of the period whose commission is not released'), ('all', 'Also orders of the period, released ones too')], default='later', max_length=8)),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='brands.group')),
                ('ladder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tiers', to='brands.ladder')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('ladder', 'position'), name='brands_tier_position'),
                    models.UniqueConstraint(fields=('ladder', 'group'), name='brands_tier_group_once'),
                    models.UniqueConstraint(fields=('ladder', 'threshold'), name='brands_tier_threshold'),
                    models.CheckConstraint(condition=models.Q(('reach__in', ['later', 'pending', 'all'])), name='brands_tier_reach_known'),
                    models.CheckConstraint(condition=models.Q(('threshold__gte', 0), ('threshold__lte', 1000000000000000)), name='brands_tier_threshold_sane'),
                    core.constraints.SameBrand('ladder', name='brands_tier_ladder_same_brand'),
                    core.constraints.SameBrand('group', name='brands_tier_group_same_brand'),
                ],
            },
        ),
        migrations.CreateModel(
            name='VettingPoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', core.fields.PublicIdField(prefix='vpt')),
                ('words', models.CharField(max_length=80)),
                ('position', models.PositiveSmallIntegerField()),
                ('retired_at', models.DateTimeField(null=True)),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
                ('program', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='vetting_points', to='brands.program')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(models.F('program'), django.db.models.functions.text.Lower('words'), condition=models.Q(('retired_at', None)), name='brands_vettingpoint_once'),
                    models.UniqueConstraint(fields=('brand', 'id'), name='brands_vettingpoint_brand_id'),
                    core.constraints.SameBrand('program', name='brands_vettingpoint_program_same_brand'),
                ],
            },
        ),
        migrations.CreateModel(
            name='WhatIf',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', core.fields.PublicIdField(prefix='wif')),
                ('rules', models.JSONField()),
                ('base', models.JSONField()),
                ('draft_hash', models.CharField(max_length=64)),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('asked_at', models.DateTimeField()),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('next_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('stop_code', models.CharField(blank=True, max_length=40)),
                ('result', models.JSONField(null=True)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
                ('program', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='what_ifs', to='brands.program')),
            ],
            options={
                'indexes': [
                    models.Index(condition=models.Q(('next_at__isnull', False)), fields=['next_at'], name='brands_whatif_waiting'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('brand', 'id'), name='brands_whatif_brand_id'),
                    models.CheckConstraint(condition=models.Q(('until__gt', models.F('since'))), name='brands_whatif_period_not_empty'),
                    models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', True), ('next_at__isnull', False)), models.Q(('finished_at__isnull', False), ('next_at__isnull', True)), _connector='OR'), name='brands_whatif_waits_or_is_over'),
                    core.constraints.SameBrand('program', name='brands_whatif_program_same_brand'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Member',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('owner', 'Owner'), ('manager', 'Manager'), ('finance', 'Finance'), ('analyst', 'Analyst')], max_length=12)),
                ('created_at', models.DateTimeField()),
                ('joined_at', models.DateTimeField(null=True)),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='members', to='core.brand')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('brand', 'user'), name='brands_member_once'),
                    models.CheckConstraint(condition=models.Q(('role__in', ['owner', 'manager', 'finance', 'analyst'])), name='brands_member_role_known'),
                ],
            },
        ),
        migrations.CreateModel(
            name='PartnerKind',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', core.fields.PublicIdField(prefix='kin')),
                ('usual', models.CharField(blank=True, choices=[('affiliate', 'Affiliate'), ('influencer', 'Influencer'), ('content', 'Content'), ('email', 'E-mail'), ('agency', 'Agency'), ('ppc', 'Pay per click'), ('coupon', 'Coupon'), ('cashback', 'Cashback'), ('loyalty', 'Loyalty'), ('referral', 'Referral'), ('reseller', 'Reseller'), ('distribution', 'Distribution'), ('sponsorship', 'Sponsorship'), ('co_branding', 'Co-branding'), ('licensing', 'Licensing'), ('joint_venture', 'Joint venture'), ('placement', 'Product placement'), ('other', 'Other')], max_length=16)),
                ('name', models.CharField(blank=True, max_length=40)),
                ('is_hidden', models.BooleanField(default=False)),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='partner_kinds', to='core.brand')),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('usual', ''), models.Q(('name', ''), _negated=True)), models.Q(('name', ''), ('usual__in', ['affiliate', 'influencer', 'content', 'email', 'agency', 'ppc', 'coupon', 'cashback', 'loyalty', 'referral', 'reseller', 'distribution', 'sponsorship', 'co_branding', 'licensing', 'joint_venture', 'placement', 'other'])), _connector='OR'), name='brands_partnerkind_own_or_usual'),
                    models.UniqueConstraint(condition=models.Q(('usual', ''), _negated=True), fields=('brand', 'usual'), name='brands_partnerkind_usual_once'),
                    models.UniqueConstraint(models.F('brand'), django.db.models.functions.text.Lower('name'), condition=models.Q(('name', ''), _negated=True), name='brands_partnerkind_name_unique'),
                ],
            },
        ),
        migrations.CreateModel(
            name='PayoutPolicy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day_of_month', models.PositiveSmallIntegerField(default=5)),
                ('minimums', models.JSONField(default=dict)),
                ('approval_limits', models.JSONField(default=dict)),
                ('past_limits', models.JSONField(default=list)),
                ('recovery_days', models.PositiveSmallIntegerField(default=90)),
                ('brand', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='payout_policy', to='core.brand')),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('day_of_month__gte', 1), ('day_of_month__lte', 28)), name='brands_payoutpolicy_day_1_to_28'),
                ],
            },
        ),
    ]
