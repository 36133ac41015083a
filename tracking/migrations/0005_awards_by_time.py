from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tracking", "0004_budget_warning")]

    operations = [
        migrations.AddIndex(
            model_name="award",
            index=models.Index(fields=["brand", "at"], name="tracking_award_by_time"),
        ),
    ]
