"""UTM templates of programs, and which link uses one."""

import core.constraints
import core.fields
import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('affiliates', '0007_erased'),
        ('brands', '0007_order_upload'),
        ('core', '0007_erasure'),
    ]

    operations = [
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
        ),
        migrations.AddField(
            model_name='link',
            name='utm_template',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='links', to='affiliates.utmtemplate'),
        ),
        migrations.AddConstraint(
            model_name='link',
            constraint=core.constraints.SameBrand('utm_template', name='affiliates_link_utm_template_same_brand'),
        ),
        migrations.AddConstraint(
            model_name='utmtemplate',
            constraint=models.UniqueConstraint(models.F('program'), django.db.models.functions.text.Lower('name'), name='affiliates_utm_name_unique'),
        ),
        migrations.AddConstraint(
            model_name='utmtemplate',
            constraint=models.UniqueConstraint(fields=('brand', 'id'), name='affiliates_utm_brand_id'),
        ),
        migrations.AddConstraint(
            model_name='utmtemplate',
            constraint=models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('program',), name='affiliates_utm_one_default'),
        ),
        migrations.AddConstraint(
            model_name='utmtemplate',
            constraint=core.constraints.SameBrand('program', name='affiliates_utm_program_same_brand'),
        ),
    ]
