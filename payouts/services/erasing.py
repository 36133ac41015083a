"""What payouts say of a creator who is erased: what was paid stays, where to goes.

An account at Stripe stays in the attempts that paid to it: money that comes back is found by it.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from uuid import UUID

from django.db.models import Q, QuerySet

from brands.models import RailKind
from core.erasing import about
from ledger.models import Account, AccountKind
from payouts.domain.export import erase_in_payout_file
from payouts.domain.export_paypal import erase_in_paypal_file
from payouts.domain.export_sepa import erase_in_sepa_file
from payouts.domain.export_wise import erase_in_wise_file
from payouts.domain.kinds import DETAIL_RAILS
from payouts.models import (
    OPEN_STATUSES,
    ExportFile,
    Invoice,
    OwnMinimum,
    Payout,
    PayoutAttempt,
    PayoutMethod,
    PayoutPlan,
    RailEvent,
    StandinObject,
    Statement,
    TaxDocument,
    TaxProfile,
)
from payouts.services.forgetting import DONE
from tracking.models import Commission
from tracking.services.release import lock_commissions

ERASERS: Mapping[str, Callable[..., bytes]] = {
    RailKind.CSV.value: erase_in_payout_file,
    RailKind.SEPA.value: erase_in_sepa_file,
    RailKind.WISE.value: erase_in_wise_file,
    RailKind.PAYPAL_CSV.value: erase_in_paypal_file,
}


def list_open(affiliation_ids: Collection[UUID]) -> QuerySet[Payout]:
    """Return payouts to a creator whose end is not known."""
    rows = Payout.objects.filter(affiliation__in=affiliation_ids, status__in=OPEN_STATUSES)
    return rows.select_related("brand").order_by("pk")


def lock_payables(affiliation_ids: Collection[UUID]) -> None:
    """Hold back every approval that would pay him, until this transaction ends.

    Commissions first, then accounts: the order in which approving takes them.
    """
    lock_commissions(Commission.objects.filter(affiliation__in=affiliation_ids))
    rows = Account.objects.filter(party_id__in=affiliation_ids, kind=AccountKind.PAYABLE)
    list(rows.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk"))


def erase_payee(*, affiliation_ids: Collection[UUID], email: str, name: str) -> None:
    """Forget where he was paid to, and his name in runs and files."""
    PayoutMethod.objects.filter(affiliation__in=affiliation_ids).update(
        details=None, hint="", external_account="", destination="", is_ready=False, needs=[]
    )
    OwnMinimum.objects.filter(affiliation__in=affiliation_ids).delete()
    payouts = Payout.objects.filter(affiliation__in=affiliation_ids)
    payouts.update(destination_hint="", detail="")
    payouts.filter(rail__in=DETAIL_RAILS).update(destination="")
    ids = {str(one) for one in affiliation_ids}
    brand_ids = list(payouts.values_list("brand_id", flat=True).distinct())
    for plan in PayoutPlan.objects.filter(brand__affiliations__in=affiliation_ids).distinct():
        _erase_in_plan(plan, ids, name)
    own = set(payouts.values_list("public_id", flat=True))
    for file in ExportFile.objects.filter(payouts__in=payouts).distinct():
        _erase_in_file(file, own, name)
    PayoutAttempt.objects.filter(payout__in=payouts).update(absence_reason="")
    TaxProfile.objects.filter(affiliation__in=affiliation_ids).update(
        details=None, self_billing_version=None, self_billing_at=None
    )
    TaxDocument.objects.filter(affiliation__in=affiliation_ids).update(content=None)
    Invoice.objects.filter(affiliation__in=affiliation_ids).update(supplier=None)
    for statement in Statement.objects.filter(affiliation__in=affiliation_ids):
        statement.labels = {**statement.labels, "creator": name}
        statement.save(update_fields=["labels"])
    RailEvent.objects.filter(brand__in=brand_ids, status__in=DONE).update(body=None)
    for row in StandinObject.objects.filter(data__icontains=email):
        row.data = json.loads(json.dumps(row.data).replace(email, f"{name}@erased.invalid"))
        row.save(update_fields=["data"])


def pick_audit_of_methods(affiliation_ids: Collection[UUID]) -> Q:
    """Return the audit rows that name his accounts."""
    rows = PayoutMethod.objects.filter(affiliation__in=affiliation_ids)
    return about("payouts.payoutmethod", rows.values_list("public_id", flat=True))


def pick_audit_of_payouts(affiliation_ids: Collection[UUID]) -> Q:
    """Return the audit rows whose reasons are about payouts to him, or files they stand in."""
    rows = Payout.objects.filter(affiliation__in=affiliation_ids)
    files = ExportFile.objects.filter(payouts__in=rows)
    own = about("payouts.payout", rows.values_list("public_id", flat=True))
    return own | about("payouts.exportfile", files.values_list("public_id", flat=True))


def _erase_in_plan(plan: PayoutPlan, ids: Collection[str], name: str) -> None:
    """Rename his lines; what was approved is the payments, and no name is in their hash."""
    lines = [*plan.content.get("lines", []), *plan.content.get("left_out", [])]
    his = [line for line in lines if line["affiliation"] in ids]
    for line in his:
        line["name"] = name
        for gate in line.get("gates", []):
            gate["params"] = {
                key: value for key, value in gate["params"].items() if key != "reason"
            }
    if his:
        plan.save(update_fields=["content"])


def _erase_in_file(file: ExportFile, payout_ids: Collection[str], name: str) -> None:
    """Write the file again without his name and account: ids, amounts and other rows stay.

    Why it was to be taken back may be about him.
    """
    file.content = ERASERS[file.rail](content=bytes(file.content), payout_ids=payout_ids, name=name)
    file.sha256 = hashlib.sha256(file.content).hexdigest()
    file.cancel_reason = ""
    file.save(update_fields=["content", "sha256", "cancel_reason"])
