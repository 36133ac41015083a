import core.fields
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

from core.migrating import Addition


class Migration(Addition):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='Erasure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email_hash', models.CharField(max_length=36, unique=True)),
                ('erased_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='GuessCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key_hash', models.CharField(max_length=64, unique=True)),
                ('count', models.PositiveIntegerField(default=0)),
                ('began_at', models.DateTimeField()),
                ('blocked_until', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Brand',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', core.fields.PublicIdField(prefix='brd')),
                ('slug', models.SlugField(max_length=60, unique=True)),
                ('name', models.CharField(max_length=120)),
                ('site_url', models.URLField(blank=True)),
                ('logo_digest', models.CharField(blank=True, max_length=64)),
                ('time_zone', models.CharField(default='UTC', max_length=64)),
                ('status', models.CharField(choices=[('active', 'Active'), ('suspended', 'Suspended')], default='active', max_length=16)),
                ('is_demo', models.BooleanField(default=False)),
                ('clock_offset_s', models.BigIntegerField(default=0)),
                ('archived_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField()),
                ('sandbox_of', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='twins', to='core.brand')),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('status__in', ['active', 'suspended'])), name='core_brand_status_known'),
                    models.CheckConstraint(condition=models.Q(('clock_offset_s', 0), ('sandbox_of__isnull', False), _connector='OR'), name='core_brand_only_sandbox_moves_clock'),
                    models.CheckConstraint(condition=models.Q(('sandbox_of', models.F('id')), _negated=True), name='core_brand_not_its_own_twin'),
                    models.UniqueConstraint(condition=models.Q(('archived_at__isnull', True)), fields=('sandbox_of',), name='core_brand_one_open_twin'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Image',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sha256', models.CharField(db_index=True, max_length=64)),
                ('content_type', models.CharField(max_length=20)),
                ('width', models.PositiveIntegerField()),
                ('height', models.PositiveIntegerField()),
                ('size_bytes', models.PositiveIntegerField()),
                ('created_at', models.DateTimeField()),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('brand', 'sha256'), name='core_image_once_a_brand'),
                    models.UniqueConstraint(fields=('brand', 'id'), name='core_image_brand_id'),
                ],
            },
        ),
        migrations.CreateModel(
            name='KeyCanary',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', core.fields.EncryptedTextField()),
                ('hash', models.CharField(max_length=32)),
                ('created_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='TaskRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=64, unique=True)),
                ('handed_on_at', models.DateTimeField(null=True)),
                ('started_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('duration_ms', models.PositiveIntegerField(default=0)),
                ('is_ok', models.BooleanField(null=True)),
                ('error', models.CharField(blank=True, max_length=100)),
                ('failures', models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('public_id', core.fields.PublicIdField(prefix='usr')),
                ('email', models.EmailField(max_length=254, unique=True)),
                ('name', models.CharField(blank=True, max_length=120)),
                ('language', models.CharField(blank=True, max_length=8)),
                ('time_zone', models.CharField(blank=True, max_length=64)),
                ('theme', models.CharField(choices=[('auto', 'As the device'), ('light', 'Light'), ('dark', 'Dark')], default='auto', max_length=8)),
                ('is_active', models.BooleanField(default=True)),
                ('is_staff', models.BooleanField(default=False)),
                ('date_joined', models.DateTimeField(auto_now_add=True)),
                ('former_email', models.EmailField(blank=True, max_length=254)),
                ('email_changed_at', models.DateTimeField(null=True)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='core_user_email_unique'),
                ],
            },
        ),
        migrations.CreateModel(
            name='AuditEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('action', models.CharField(max_length=64)),
                ('target_type', models.CharField(max_length=32)),
                ('target_id', models.CharField(max_length=40)),
                ('before', models.JSONField(default=dict)),
                ('after', models.JSONField(default=dict)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('at', models.DateTimeField()),
                ('erased_at', models.DateTimeField(editable=False, null=True)),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
                ('brand', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['brand', '-id'], name='core_audit_by_brand'),
                    models.Index(fields=['target_type', 'target_id'], name='core_audit_by_target'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ImageBytes',
            fields=[
                ('image', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='bytes', serialize=False, to='core.image')),
                ('full', models.BinaryField()),
                ('small', models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name='Installation',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('key', models.UUIDField()),
                ('epoch', models.PositiveBigIntegerField()),
                ('seen_at', models.DateTimeField()),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('id', 1)), name='core_installation_one_row'),
                ],
            },
        ),
        migrations.CreateModel(
            name='JobRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=64)),
                ('window', models.CharField(max_length=40)),
                ('started_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(null=True)),
                ('is_ok', models.BooleanField(null=True)),
                ('detail', models.CharField(blank=True, max_length=500)),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('name', 'window'), name='core_jobrun_once_a_window'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Mail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(blank=True, max_length=40)),
                ('language', models.CharField(blank=True, max_length=8)),
                ('to', models.EmailField(max_length=254)),
                ('from_name', models.CharField(blank=True, max_length=200)),
                ('reply_to', models.EmailField(blank=True, max_length=254)),
                ('subject', models.CharField(max_length=200)),
                ('text', models.TextField()),
                ('html', models.TextField(blank=True)),
                ('status', models.CharField(choices=[('waiting', 'Waiting'), ('collected', 'Waits for the digest'), ('held', 'Held back, the address refuses mail'), ('sent', 'Sent'), ('kept', 'Kept here'), ('digested', 'Sent in a digest'), ('failed', 'Failed')], default='waiting', max_length=12)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('next_attempt_at', models.DateTimeField()),
                ('created_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(null=True)),
                ('last_error', models.CharField(blank=True, max_length=200)),
                ('brand', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
                ('digest', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='parts', to='core.mail')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [
                    models.Index(condition=models.Q(('status', 'waiting')), fields=['next_attempt_at'], name='core_mail_waiting'),
                    models.Index(condition=models.Q(('status', 'collected')), fields=['user'], name='core_mail_collected'),
                    models.Index(fields=['brand', 'sent_at'], name='core_mail_by_brand'),
                    models.Index(django.db.models.functions.text.Lower('to'), name='core_mail_by_address'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('status__in', ['waiting', 'collected', 'held', 'sent', 'kept', 'digested', 'failed'])), name='core_mail_status_known'),
                    models.CheckConstraint(condition=models.Q(models.Q(('status', 'collected'), _negated=True), ('user__isnull', False), _connector='OR'), name='core_mail_only_people_get_digests'),
                ],
            },
        ),
        migrations.CreateModel(
            name='MailAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.EmailField(max_length=254, unique=True)),
                ('refused_at', models.DateTimeField(null=True)),
                ('refusal', models.CharField(blank=True, max_length=200)),
                ('stopped_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('email', django.db.models.functions.text.Lower('email'))), name='core_mailaddress_lower_case'),
                ],
            },
        ),
        migrations.CreateModel(
            name='MailSender',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_name', models.CharField(blank=True, max_length=60)),
                ('reply_to', models.EmailField(blank=True, max_length=254)),
                ('asked_reply_to', models.EmailField(blank=True, max_length=254)),
                ('brand', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
            ],
        ),
        migrations.CreateModel(
            name='MailText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40)),
                ('language', models.CharField(max_length=8)),
                ('subject', models.CharField(max_length=150)),
                ('text', models.TextField(max_length=4000)),
                ('changed_at', models.DateTimeField()),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('brand', 'kind', 'language'), name='core_mailtext_one_a_language'),
                ],
            },
        ),
        migrations.CreateModel(
            name='NoticeChoice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('group', models.CharField(max_length=40)),
                ('delivery', models.CharField(choices=[('now', 'At once'), ('daily', 'Once a day'), ('weekly', 'Once a week'), ('off', 'Not at all')], max_length=8)),
                ('changed_at', models.DateTimeField()),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notice_choices', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('user', 'group'), name='core_noticechoice_one_a_group'),
                    models.CheckConstraint(condition=models.Q(('delivery__in', ['now', 'daily', 'weekly', 'off'])), name='core_noticechoice_delivery_known'),
                ],
            },
        ),
        migrations.CreateModel(
            name='OutboxEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', core.fields.PublicIdField(prefix='evt')),
                ('topic', models.CharField(max_length=64)),
                ('payload', models.JSONField()),
                ('at', models.DateTimeField()),
                ('processed_at', models.DateTimeField(null=True)),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='core.brand')),
            ],
            options={
                'indexes': [
                    models.Index(condition=models.Q(('processed_at__isnull', True)), fields=['id'], name='core_outbox_waiting'),
                ],
            },
        ),
    ]
