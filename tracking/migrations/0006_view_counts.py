from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tracking", "0005_awards_by_time")]

    operations = [
        migrations.CreateModel(
            name='ViewCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('brand_id', models.BigIntegerField()),
                ('program_id', models.BigIntegerField()),
                ('enrollment_id', models.BigIntegerField()),
                ('link_id', models.BigIntegerField()),
                ('asset_id', models.BigIntegerField()),
                ('day', models.DateField()),
                ('views', models.PositiveIntegerField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('brand_id', 'day', 'link_id', 'asset_id'), name='tracking_viewcount_once')],
            },
        ),
    ]
