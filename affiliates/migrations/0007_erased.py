"""When a creator's account was deleted."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("affiliates", "0006_invitations")]
    operations = [
        migrations.AddField("affiliate", "erased_at", models.DateTimeField(null=True)),
    ]
