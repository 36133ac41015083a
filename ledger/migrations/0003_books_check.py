"""What the latest proof of a brand's books found."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0004_task_runs_and_key_canary"),
        ("ledger", "0002_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="BooksCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("checked_at", models.DateTimeField()),
                ("entries", models.PositiveBigIntegerField()),
                ("differences", models.PositiveIntegerField()),
                ("largest_minor", models.BigIntegerField()),
                (
                    "brand",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, to="core.brand"
                    ),
                ),
            ],
        ),
    ]
