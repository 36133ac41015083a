from django.db import migrations, models
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Greatest


def date_versions(apps, schema_editor):
    """Versions from before apply from their publication, or from their rules' later beginning."""
    terms = apps.get_model("brands", "Terms")
    rules = apps.get_model("brands", "RuleSet").objects.filter(pk=OuterRef("rule_set_id"))
    begin = Subquery(rules.values("effective_from")[:1])
    terms.objects.update(
        effective_from=Greatest(F("published_at"), begin), announced_at=F("published_at")
    )


class Migration(migrations.Migration):

    dependencies = [
        ('brands', '0003_store_keys'),
    ]

    operations = [
        migrations.AddField(
            model_name='terms',
            name='announced_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='terms',
            name='announced_to',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='terms',
            name='effective_from',
            field=models.DateTimeField(null=True),
        ),
        migrations.RunPython(date_versions, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='terms',
            name='effective_from',
            field=models.DateTimeField(),
        ),
        migrations.AddConstraint(
            model_name='terms',
            constraint=models.CheckConstraint(condition=models.Q(('effective_from__gte', models.F('published_at'))), name='brands_terms_never_backwards'),
        ),
    ]
