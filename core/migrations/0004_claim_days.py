from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0003_outbox_brand_id'),
    ]

    operations = [
        migrations.AddField(
            model_name='brand',
            name='claim_days',
            field=models.PositiveSmallIntegerField(default=5),
        ),
        migrations.AddConstraint(
            model_name='brand',
            constraint=models.CheckConstraint(condition=models.Q(('claim_days__range', (1, 30))), name='core_brand_claim'),
        ),
    ]
