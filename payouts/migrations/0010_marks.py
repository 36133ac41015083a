"""Mark the accounts and tax numbers of creators who gave them before."""

import json

from django.db import migrations

from core.crypto import Undecryptable, keyed_hash
from payouts.domain.marks import mark_method, mark_tax

BATCH = 1000


def mark_details(apps, schema_editor):
    mark_model = apps.get_model("affiliates", "AccountMark")
    made = []
    for kind, place, texts, at in _list_all(apps):
        for text in texts:
            mark = keyed_hash(f"account-{kind}", place.brand.public_id, text)
            facts = {"affiliation_id": place.pk, "brand_id": place.brand_id, "seen_at": at}
            made.append(mark_model(kind=kind, mark=mark, **facts))
    mark_model.objects.bulk_create(made, batch_size=BATCH, ignore_conflicts=True)


def _list_all(apps):
    related = "affiliation__brand"
    methods = apps.get_model("payouts", "PayoutMethod").objects.defer("details")
    for row in methods.select_related(related).iterator(chunk_size=BATCH):
        details = _open(row)
        texts = mark_method(row.rail, details)
        texts += [f"{row.rail}:{row.destination}"] if row.destination else []
        yield "payout", row.affiliation, texts, row.changed_at
    profiles = apps.get_model("payouts", "TaxProfile").objects.defer("details")
    for row in profiles.select_related(related).iterator(chunk_size=BATCH):
        yield "tax", row.affiliation, mark_tax(row.country, _open(row)), row.declared_at


def _open(row):
    """Return what is kept encrypted; nothing where no key opens it, which is the doctor's to say."""
    try:
        return json.loads(row.details or "{}")
    except Undecryptable:
        return {}


class Migration(migrations.Migration):
    dependencies = [("payouts", "0009_found_after_all"), ("affiliates", "0004_alike")]

    operations = [migrations.RunPython(mark_details, migrations.RunPython.noop)]
