from django.db import migrations, models

FILL = """
UPDATE tracking_commission c
SET caps_at = COALESCE(
    (SELECT COALESCE(o.placed_at, o.first_received_at) FROM tracking_order o WHERE o.id = c.order_id),
    (SELECT a.at FROM tracking_award a WHERE a.id = c.award_id),
    c.created_at
)
"""


class Migration(migrations.Migration):

    dependencies = [('tracking', '0018_subscriptions')]

    operations = [
        migrations.AddField(
            model_name='commission',
            name='caps_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='commission',
            name='caps_at',
            field=models.DateTimeField(),
        ),
    ]
