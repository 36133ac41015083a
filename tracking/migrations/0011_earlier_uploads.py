"""Files of before: what was confirmed was taken at once; what was only looked at is read anew."""

from django.db import migrations
from django.db.models import F


def settle(apps, schema_editor):
    uploads = apps.get_model("tracking", "OrderUpload").objects
    uploads.filter(confirmed_at__isnull=False).update(
        taken_at=F("confirmed_at"), finished_at=F("confirmed_at")
    )
    uploads.filter(confirmed_at__isnull=True, body__isnull=False).update(next_at=F("created_at"))


class Migration(migrations.Migration):
    dependencies = [("tracking", "0010_upload_work")]

    operations = [migrations.RunPython(settle, migrations.RunPython.noop)]
