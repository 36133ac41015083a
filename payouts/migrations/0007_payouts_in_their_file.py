from django.db import migrations

# Every file there was is the one of its run's bank transfers.
SQL = """
    UPDATE payouts_payout SET file_id = f.id FROM payouts_exportfile f
     WHERE f.plan_id = payouts_payout.plan_id AND payouts_payout.rail = 'csv'
"""


class Migration(migrations.Migration):

    dependencies = [
        ('payouts', '0006_files_by_rail'),
    ]

    operations = [
        migrations.RunSQL(SQL, migrations.RunSQL.noop),
    ]
