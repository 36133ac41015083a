"""What orders and clicks say of a creator who is erased: amounts stay, words go."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from core.erasing import about
from tracking.models import (
    Adjustment,
    Attribution,
    Claim,
    ClaimMessage,
    ClaimPicture,
    Click,
    Commission,
    CommissionChange,
    Order,
    ReviewHold,
    ReviewMessage,
    Work,
    WorkStep,
)
from tracking.services.claims import end_claims


def erase_earner(
    *, affiliation_ids: Collection[UUID], enrollment_ids: Collection[int], now: datetime
) -> None:
    """Empty his sub-ids, and what people wrote about him and his commissions."""
    Click.objects.filter(enrollment_id__in=enrollment_ids).exclude(sub_id="").update(sub_id="")
    own = Commission.objects.filter(affiliation__in=affiliation_ids)
    own.exclude(reject_reason="").update(reject_reason="")
    Adjustment.objects.filter(commission__in=own).update(reason="")
    ReviewHold.objects.filter(commission__in=own).update(reason="", close_reason="")
    ReviewMessage.objects.filter(commission__in=own).update(text="")
    end_claims(affiliation_ids=affiliation_ids, now=now)
    claims = Claim.objects.filter(affiliation__in=affiliation_ids)
    claims.exclude(reason="").update(reason="")
    ClaimMessage.objects.filter(claim__in=claims).update(text="")
    ClaimPicture.objects.filter(claim__in=claims).delete()
    WorkStep.objects.filter(work__enrollment__in=enrollment_ids).update(url="", text="")
    Attribution.objects.filter(enrollment__in=enrollment_ids).update(reason="")
    orders = Order.objects.filter(pk__in=own.values("order"))
    orders.exclude(test_reason="").update(test_reason="")
    Attribution.objects.filter(order__in=orders, enrollment=None).update(reason="")
    for rows in (
        CommissionChange.objects.filter(commission__in=own),
        ReviewHold.objects.filter(commission__in=own),
        Attribution.objects.filter(enrollment__in=enrollment_ids),
    ):
        for row in rows.filter(params__has_key="reason").iterator(chunk_size=500):
            row.params = {**row.params, "reason": ""}
            row.save(update_fields=["params"])


def pick_audit(affiliation_ids: Collection[UUID]) -> Q:
    """Return the audit rows whose reasons are about his commissions."""
    own = Commission.objects.filter(affiliation__in=affiliation_ids)
    holds = ReviewHold.objects.filter(commission__in=own)
    claims = Claim.objects.filter(affiliation__in=affiliation_ids)
    works = Work.objects.filter(enrollment__affiliation__in=affiliation_ids)
    return (
        about("tracking.commission", own.values_list("public_id", flat=True))
        | about("tracking.order", own.values_list("order__public_id", flat=True))
        | about("tracking.claim", claims.values_list("public_id", flat=True))
        | about("tracking.work", works.values_list("public_id", flat=True))
        | about("tracking.reviewhold", holds.values_list("public_id", flat=True))
    )
