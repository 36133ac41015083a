"""A brand accepts a claim: the order is credited by hand, and priced by the usual rules."""

from datetime import datetime

from django.db import transaction

from tracking.domain.claims import make_number_key
from tracking.models import Claim, ClaimStatus, Order
from tracking.services.attribution import find_current
from tracking.services.claims import announce, close, lock_claim
from tracking.services.review import credit_order


class NothingToCredit(ValueError):
    """The order is a test, or nothing but a refund of it is known: it earns nothing."""


class OtherNumber(ValueError):
    """The order has another number than the creator asked for."""


@transaction.atomic
def accept_claim(
    *, claim_id: int, order_id: int, reason: str, actor_id: int, now: datetime
) -> Claim:
    """Credit an order to the creator who asked for it, and tell him; his it may be already.

    The order is locked before the claim, as where the order itself decides.

    :raises AlreadyResolved: it is decided.
    :raises OtherNumber: he asked for another order.
    :raises NothingToCredit: it earns nothing.
    """
    order = Order.objects.select_for_update(of=("self",)).get(pk=order_id)
    claim = lock_claim(claim_id)
    numbers = {make_number_key(one) for one in (order.external_number, order.external_order_id)}
    if order.brand_id != claim.brand_id or claim.number_key not in numbers:
        raise OtherNumber(claim.public_id)
    if order.is_test or not order.currency:
        raise NothingToCredit(order.public_id)
    claim.order = order
    current = find_current(order)
    has_it = current is not None and current.enrollment_id == claim.enrollment_id
    close(claim=claim, status=ClaimStatus.ACCEPTED, reason=reason, actor_id=actor_id, now=now)
    if not has_it:
        credit_order(
            order_id=order.pk,
            enrollment_id=claim.enrollment_id,
            reason=reason,
            actor_id=actor_id,
            now=now,
        )
    announce(claim=claim, now=now)
    return claim
