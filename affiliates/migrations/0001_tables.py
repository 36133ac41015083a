import core.constraints
import core.fields
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
import uuid
from django.conf import settings
from django.db import migrations, models

from core.migrating import Addition


class Migration(Addition):

    initial = True

    dependencies = [
        ('brands', '0001_tables'),
        ('core', '0001_tables'),
    ]

    operations = [
        migrations.CreateModel(
            name='Affiliate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', core.fields.PublicIdField(prefix='aff')),
                ('display_name', models.CharField(max_length=120)),
                ('country', models.CharField(blank=True, max_length=2)),
                ('created_at', models.DateTimeField()),
                ('erased_at', models.DateTimeField(null=True)),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='affiliate', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Affiliation',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('public_id', core.fields.PublicIdField(prefix='crt')),
                ('email_hash', models.CharField(max_length=32)),
                ('status', models.CharField(choices=[('active', 'Active'), ('suspended', 'Suspended')], default='active', max_length=10)),
                ('suspended_at', models.DateTimeField(null=True)),
                ('suspended_reason', models.CharField(blank=True, max_length=300)),
                ('tags', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), default=list, size=None)),
                ('created_at', models.DateTimeField()),
                ('affiliate', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='affiliations', to='affiliates.affiliate')),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='affiliations', to='core.brand')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('brand', 'affiliate'), name='affiliates_affiliation_once'),
                    models.UniqueConstraint(fields=('brand', 'id'), name='affiliates_affiliation_brand_id'),
                    models.CheckConstraint(condition=models.Q(models.Q(('status', 'active'), ('suspended_at__isnull', True)), models.Q(('status', 'suspended'), ('suspended_at__isnull', False)), _connector='OR'), name='affiliates_affiliation_suspension_dated'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Announcement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', core.fields.PublicIdField(prefix='ann')),
                ('title', models.CharField(max_length=120)),
                ('text', models.TextField(max_length=5000)),
                ('audience', models.JSONField(default=dict)),
                ('send_at', models.DateTimeField(null=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField()),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
                ('program', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='brands.program')),
            ],
            options={
                'indexes': [
                    models.Index(condition=models.Q(('send_at__isnull', False), ('sent_at__isnull', True)), fields=['send_at'], name='affiliates_announcement_due'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('brand', 'id'), name='affiliates_announcement_brand_id'),
                    models.CheckConstraint(condition=models.Q(('sent_at__isnull', True), models.Q(('send_at__isnull', False), ('sent_at__gte', models.F('send_at'))), _connector='OR'), name='affiliates_announcement_sent_when_due'),
                    core.constraints.SameBrand('program', name='affiliates_announcement_program_same_brand'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Application',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', core.fields.PublicIdField(prefix='app')),
                ('publishes_at', models.CharField(max_length=300)),
                ('message', models.TextField(blank=True, max_length=2000)),
                ('answers', models.JSONField(default=list)),
                ('status', models.CharField(choices=[('submitted', 'Waiting'), ('approved', 'Approved'), ('rejected', 'Rejected')], default='submitted', max_length=10)),
                ('submitted_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(null=True)),
                ('reject_reason', models.CharField(blank=True, choices=[('audience', 'The audience does not fit the program'), ('content', 'The content does not fit the brand'), ('incomplete', 'The application does not say where you publish'), ('full', 'The program takes no more creators now'), ('other', 'Another reason')], max_length=12)),
                ('reject_note', models.CharField(blank=True, max_length=500)),
                ('affiliate', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='applications', to='affiliates.affiliate')),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
                ('program', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='applications', to='brands.program')),
                ('terms', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='brands.terms')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['brand', 'status'], name='affiliates_app_by_status'),
                ],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('status', 'submitted')), fields=('program', 'affiliate'), name='affiliates_application_one_open'),
                    models.UniqueConstraint(fields=('brand', 'id'), name='affiliates_application_brand_id'),
                    models.CheckConstraint(condition=models.Q(('status__in', ['submitted', 'approved', 'rejected'])), name='affiliates_application_status_known'),
                    models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('status', 'submitted')), models.Q(('decided_at__isnull', False), ('status__in', ['approved', 'rejected'])), _connector='OR'), name='affiliates_application_decision_dated'),
                    core.constraints.SameBrand('program', name='affiliates_application_program_same_brand'),
                    core.constraints.SameBrand('terms', name='affiliates_application_terms_same_brand'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Asset',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', core.fields.PublicIdField(prefix='ast')),
                ('kind', models.CharField(choices=[('image', 'Image'), ('text', 'Text'), ('link', 'Link')], max_length=8)),
                ('title', models.CharField(max_length=80)),
                ('note', models.CharField(blank=True, max_length=300)),
                ('text', models.TextField(blank=True, max_length=2000)),
                ('url', models.URLField(blank=True, max_length=2000)),
                ('audience', models.JSONField(default=dict)),
                ('starts_on', models.DateField(null=True)),
                ('ends_on', models.DateField(null=True)),
                ('archived_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField()),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
                ('image', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='core.image')),
                ('program', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assets', to='brands.program')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['program', '-id'], name='affiliates_asset_by_program'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('kind__in', ['image', 'text', 'link'])), name='affiliates_asset_kind_known'),
                    models.CheckConstraint(condition=models.Q(models.Q(('image__isnull', False), ('kind', 'image')), models.Q(('image__isnull', True), ('kind', 'text'), models.Q(('text', ''), _negated=True)), models.Q(('image__isnull', True), ('kind', 'link'), models.Q(('url', ''), _negated=True)), _connector='OR'), name='affiliates_asset_holds_its_kind'),
                    models.CheckConstraint(condition=models.Q(('starts_on__isnull', True), ('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='affiliates_asset_days_in_order'),
                    core.constraints.SameBrand('program', name='affiliates_asset_program_same_brand'),
                    core.constraints.SameBrand('image', name='affiliates_asset_image_same_brand'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', core.fields.PublicIdField(prefix='inv')),
                ('kind', models.CharField(choices=[('link', 'Link'), ('email', 'E-mail')], max_length=5)),
                ('email', models.EmailField(blank=True, max_length=254)),
                ('name', models.CharField(blank=True, max_length=120)),
                ('code', models.CharField(blank=True, max_length=40)),
                ('message', models.TextField(blank=True, max_length=1000)),
                ('language', models.CharField(blank=True, max_length=8)),
                ('max_uses', models.PositiveIntegerField(null=True)),
                ('expires_at', models.DateTimeField(null=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('opened_at', models.DateTimeField(null=True)),
                ('joined_at', models.DateTimeField(null=True)),
                ('declined_at', models.DateTimeField(null=True)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField()),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='brands.group')),
                ('program', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invitations', to='brands.program')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['brand', '-id'], name='affiliates_invitation_by_brand'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('brand', 'id'), name='affiliates_invitation_brand_id'),
                    models.UniqueConstraint(condition=models.Q(('declined_at__isnull', True), ('joined_at__isnull', True), ('kind', 'email'), ('revoked_at__isnull', True)), fields=('program', 'email'), name='affiliates_invitation_one_open'),
                    models.CheckConstraint(condition=models.Q(('kind__in', ['link', 'email'])), name='affiliates_invitation_kind_known'),
                    models.CheckConstraint(condition=models.Q(models.Q(('kind', 'email'), ('max_uses__isnull', True), models.Q(('email', ''), _negated=True)), models.Q(('code', ''), ('declined_at__isnull', True), ('email', ''), ('joined_at__isnull', True), ('kind', 'link'), ('sent_at__isnull', True)), _connector='OR'), name='affiliates_invitation_holds_its_kind'),
                    models.CheckConstraint(condition=models.Q(('joined_at__isnull', True), models.Q(('declined_at__isnull', True), ('revoked_at__isnull', True)), _connector='OR'), name='affiliates_invitation_ends_once'),
                    core.constraints.SameBrand('program', name='affiliates_invitation_program_same_brand'),
                    core.constraints.SameBrand('group', name='affiliates_invitation_group_same_brand'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Enrollment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', core.fields.PublicIdField(prefix='enr')),
                ('terms_accepted_at', models.DateTimeField()),
                ('joined_at', models.DateTimeField()),
                ('pinned_at', models.DateTimeField(null=True)),
                ('falls_on', models.DateField(null=True)),
                ('affiliation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='enrollments', to='affiliates.affiliation')),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='enrollments', to='brands.group')),
                ('pinned_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('program', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='enrollments', to='brands.program')),
                ('terms', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='brands.terms')),
                ('invitation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='enrollments', to='affiliates.invitation')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('affiliation', 'program'), name='affiliates_enrollment_once'),
                    models.UniqueConstraint(fields=('brand', 'id'), name='affiliates_enrollment_brand_id'),
                    models.CheckConstraint(condition=models.Q(models.Q(('pinned_at__isnull', True), ('pinned_by__isnull', True)), models.Q(('pinned_at__isnull', False), ('pinned_by__isnull', False)), _connector='OR'), name='affiliates_enrollment_pinned_by_someone'),
                    core.constraints.SameBrand('affiliation', name='affiliates_enrollment_affiliation_same_brand'),
                    core.constraints.SameBrand('program', name='affiliates_enrollment_program_same_brand'),
                    core.constraints.SameBrand('group', name='affiliates_enrollment_group_same_brand'),
                    core.constraints.SameBrand('terms', name='affiliates_enrollment_terms_same_brand'),
                    core.constraints.SameBrand('invitation', name='affiliates_enrollment_invitation_same_brand'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Code',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', core.fields.PublicIdField(prefix='cod')),
                ('text', models.CharField(max_length=40)),
                ('normalised', models.CharField(max_length=40)),
                ('discount_note', models.CharField(blank=True, max_length=60)),
                ('active_from', models.DateTimeField()),
                ('disabled_at', models.DateTimeField(null=True)),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
                ('enrollment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='codes', to='affiliates.enrollment')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('brand', 'normalised'), name='affiliates_code_unique_in_brand'),
                    core.constraints.SameBrand('enrollment', name='affiliates_code_enrollment_same_brand'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Goal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', core.fields.PublicIdField(prefix='gol')),
                ('name', models.CharField(max_length=80)),
                ('note', models.CharField(blank=True, max_length=300)),
                ('measure', models.CharField(choices=[('orders', 'Orders credited'), ('revenue', 'Revenue, net of refunds'), ('commission', 'Commission'), ('new_customers', 'Orders of new customers'), ('joined', 'Creators who join'), ('active', 'Creators who bring an order')], max_length=16)),
                ('target', models.BigIntegerField()),
                ('currency', core.fields.CurrencyField(blank=True)),
                ('since', models.DateField()),
                ('until', models.DateField()),
                ('is_monthly', models.BooleanField(default=False)),
                ('is_shown', models.BooleanField(default=False)),
                ('has_mail', models.BooleanField(default=False)),
                ('reached_at', models.DateTimeField(null=True)),
                ('mailed_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('closed_value', models.BigIntegerField(null=True)),
                ('created_at', models.DateTimeField()),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('enrollment', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='affiliates.enrollment')),
                ('follows', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='followed_by', to='affiliates.goal')),
                ('group', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='brands.group')),
                ('program', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='goals', to='brands.program')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['brand', '-id'], name='affiliates_goal_by_brand'),
                    models.Index(condition=models.Q(('closed_at__isnull', True)), fields=['id'], name='affiliates_goal_open'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('brand', 'id'), name='affiliates_goal_brand_id'),
                    models.CheckConstraint(condition=models.Q(('measure__in', ['orders', 'revenue', 'commission', 'new_customers', 'joined', 'active'])), name='affiliates_goal_measure_known'),
                    models.CheckConstraint(condition=models.Q(('target__gte', 1), ('target__lte', 1000000000000000)), name='affiliates_goal_target'),
                    models.CheckConstraint(condition=models.Q(('until__gte', models.F('since'))), name='affiliates_goal_days_in_order'),
                    models.CheckConstraint(condition=models.Q(models.Q(('measure__in', ('revenue', 'commission')), models.Q(('currency', ''), _negated=True)), models.Q(models.Q(('measure__in', ('revenue', 'commission')), _negated=True), ('currency', '')), _connector='OR'), name='affiliates_goal_currency_of_money'),
                    models.CheckConstraint(condition=models.Q(('group__isnull', True), ('enrollment__isnull', True), _connector='OR'), name='affiliates_goal_group_or_creator'),
                    models.CheckConstraint(condition=models.Q(models.Q(('measure__in', ('joined', 'active')), _negated=True), ('enrollment__isnull', True), _connector='OR'), name='affiliates_goal_creators_of_many'),
                    models.CheckConstraint(condition=models.Q(('is_shown', False), models.Q(models.Q(('measure__in', ('joined', 'active')), _negated=True), models.Q(('group__isnull', False), ('enrollment__isnull', False), _connector='OR')), _connector='OR'), name='affiliates_goal_shown_to_someone'),
                    models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('closed_value__isnull', True)), models.Q(('closed_at__isnull', False), ('closed_value__isnull', False)), _connector='OR'), name='affiliates_goal_closed_with_figure'),
                    models.CheckConstraint(condition=models.Q(('ended_by__isnull', True), ('closed_at__isnull', False), _connector='OR'), name='affiliates_goal_ended_is_closed'),
                    core.constraints.SameBrand('program', name='affiliates_goal_program_same_brand'),
                    core.constraints.SameBrand('group', name='affiliates_goal_group_same_brand'),
                    core.constraints.SameBrand('enrollment', name='affiliates_goal_enrollment_same_brand'),
                    core.constraints.SameBrand('follows', name='affiliates_goal_follows_same_brand'),
                ],
            },
        ),
        migrations.CreateModel(
            name='GroupMove',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', core.fields.PublicIdField(prefix='mov')),
                ('at', models.DateTimeField()),
                ('effective_from', models.DateTimeField()),
                ('figures', models.JSONField(default=dict)),
                ('is_reaching_released', models.BooleanField(default=False)),
                ('reread_at', models.DateTimeField(null=True)),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
                ('enrollment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='moves', to='affiliates.enrollment')),
                ('from_group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.group')),
                ('ladder', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='brands.ladder')),
                ('to_group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.group')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['enrollment', 'id'], name='affiliates_move_of_place'),
                    models.Index(condition=models.Q(('reread_at__isnull', True)), fields=['id'], name='affiliates_move_unread'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('brand', 'id'), name='affiliates_move_brand_id'),
                    models.CheckConstraint(condition=models.Q(('effective_from__lte', models.F('at'))), name='affiliates_move_not_ahead'),
                    models.CheckConstraint(condition=models.Q(('from_group', models.F('to_group')), _negated=True), name='affiliates_move_elsewhere'),
                    models.CheckConstraint(condition=models.Q(('by__isnull', False), ('ladder__isnull', False), _connector='OR'), name='affiliates_move_by_someone'),
                    core.constraints.SameBrand('enrollment', name='affiliates_move_enrollment_same_brand'),
                    core.constraints.SameBrand('from_group', name='affiliates_move_from_same_brand'),
                    core.constraints.SameBrand('to_group', name='affiliates_move_to_same_brand'),
                    core.constraints.SameBrand('ladder', name='affiliates_move_ladder_same_brand'),
                ],
            },
        ),
        migrations.CreateModel(
            name='UtmTemplate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', core.fields.PublicIdField(prefix='utm')),
                ('name', models.CharField(max_length=60)),
                ('source', models.CharField(blank=True, max_length=100)),
                ('medium', models.CharField(blank=True, max_length=100)),
                ('campaign', models.CharField(blank=True, max_length=100)),
                ('term', models.CharField(blank=True, max_length=100)),
                ('content', models.CharField(blank=True, max_length=100)),
                ('is_default', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField()),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
                ('program', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='utm_templates', to='brands.program')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(models.F('program'), django.db.models.functions.text.Lower('name'), name='affiliates_utm_name_unique'),
                    models.UniqueConstraint(fields=('brand', 'id'), name='affiliates_utm_brand_id'),
                    models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('program',), name='affiliates_utm_one_default'),
                    core.constraints.SameBrand('program', name='affiliates_utm_program_same_brand'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Link',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', core.fields.PublicIdField(prefix='lnk')),
                ('name', models.CharField(blank=True, max_length=80)),
                ('destination_url', models.URLField(max_length=2000)),
                ('utm', models.JSONField(default=dict)),
                ('sub_ids', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=64), default=list, size=5)),
                ('archived_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField()),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
                ('enrollment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='links', to='affiliates.enrollment')),
                ('utm_template', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='links', to='affiliates.utmtemplate')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('brand', 'id'), name='affiliates_link_brand_id'),
                    core.constraints.SameBrand('enrollment', name='affiliates_link_enrollment_same_brand'),
                    core.constraints.SameBrand('utm_template', name='affiliates_link_utm_template_same_brand'),
                ],
            },
        ),
        migrations.CreateModel(
            name='LinkSlug',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.CharField(max_length=40)),
                ('is_current', models.BooleanField(default=True)),
                ('created_at', models.DateTimeField()),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
                ('link', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='slugs', to='affiliates.link')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(django.db.models.functions.text.Lower('slug'), name='affiliates_slug_given_once'),
                    models.UniqueConstraint(condition=models.Q(('is_current', True)), fields=('link',), name='affiliates_slug_one_current'),
                    models.CheckConstraint(condition=models.Q(('slug__regex', '^[A-Za-z0-9][A-Za-z0-9_-]{2,39}$')), name='affiliates_slug_form'),
                    core.constraints.SameBrand('link', name='affiliates_slug_link_same_brand'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Note',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(max_length=2000)),
                ('written_at', models.DateTimeField()),
                ('affiliate', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notes', to='affiliates.affiliate')),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
                ('written_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [
                    models.Index(fields=['brand', 'affiliate', '-id'], name='affiliates_note_of_person'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Receipt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mailed_at', models.DateTimeField(null=True)),
                ('read_at', models.DateTimeField(null=True)),
                ('affiliation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='news', to='affiliates.affiliation')),
                ('announcement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='receipts', to='affiliates.announcement')),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
            ],
            options={
                'indexes': [
                    models.Index(condition=models.Q(('mailed_at__isnull', True)), fields=['id'], name='affiliates_receipt_waiting'),
                    models.Index(fields=['affiliation', '-id'], name='affiliates_receipt_of_creator'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('announcement', 'affiliation'), name='affiliates_receipt_once'),
                    core.constraints.SameBrand('announcement', name='affiliates_receipt_announcement_same_brand'),
                    core.constraints.SameBrand('affiliation', name='affiliates_receipt_affiliation_same_brand'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Tick',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('words', models.CharField(max_length=80)),
                ('ticked_at', models.DateTimeField()),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='ticks', to='affiliates.application')),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
                ('point', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ticks', to='brands.vettingpoint')),
                ('ticked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('application', 'point'), name='affiliates_tick_once'),
                    core.constraints.SameBrand('application', name='affiliates_tick_application_same_brand'),
                    core.constraints.SameBrand('point', name='affiliates_tick_point_same_brand'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Viewing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', core.fields.PublicIdField(prefix='vwg')),
                ('reason', models.CharField(max_length=300)),
                ('started_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('left_at', models.DateTimeField(null=True)),
                ('affiliation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='viewings', to='affiliates.affiliation')),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [
                    models.Index(fields=['affiliation', '-id'], name='affiliates_viewing_by_creator'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('started_at'))), name='affiliates_viewing_ends'),
                    models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='affiliates_viewing_has_reason'),
                    core.constraints.SameBrand('affiliation', name='affiliates_viewing_affiliation_same_brand'),
                ],
            },
        ),
    ]
