"""Mark the mailboxes of creators who are there already."""

from django.db import migrations

from affiliates.domain.likeness import mailbox_of
from core.crypto import keyed_hash
from core.signing import normalise_email

BATCH = 1000


def mark_mailboxes(apps, schema_editor):
    mark_model = apps.get_model("affiliates", "AccountMark")
    places = apps.get_model("affiliates", "Affiliation").objects.filter(affiliate__erased_at=None)
    rows = places.values_list(
        "pk", "brand_id", "brand__public_id", "affiliate__user__email", "created_at"
    )
    made = []
    for place_id, brand_id, scope, email, created_at in rows.iterator(chunk_size=BATCH):
        address = normalise_email(email)
        if address:
            mark = keyed_hash("account-mailbox", scope, mailbox_of(address))
            facts = {"affiliation_id": place_id, "brand_id": brand_id, "seen_at": created_at}
            made.append(mark_model(kind="mailbox", mark=mark, **facts))
    mark_model.objects.bulk_create(made, batch_size=BATCH, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("affiliates", "0004_alike")]

    operations = [migrations.RunPython(mark_mailboxes, migrations.RunPython.noop)]
