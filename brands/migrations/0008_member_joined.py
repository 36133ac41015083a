from django.db import migrations, models
from django.db.models import F


def join_who_has_logged_in(apps, schema_editor):
    members = apps.get_model("brands", "Member").objects.using(schema_editor.connection.alias)
    members.filter(user__last_login__isnull=False).update(joined_at=F("created_at"))


class Migration(migrations.Migration):

    dependencies = [("brands", "0007_order_upload")]

    operations = [
        migrations.AddField(
            model_name="member",
            name="joined_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunPython(join_who_has_logged_in, migrations.RunPython.noop),
    ]
