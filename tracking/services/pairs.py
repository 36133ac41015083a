"""What follows where a member says that two creators are two people."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from affiliates import selectors_alike
from affiliates.models import ClearedPair
from affiliates.services import alike
from tracking.models import Commission, HoldKind, ReviewHold
from tracking.services.commissions import lock_commission
from tracking.services.holds import close_hold


def clear_pair(
    *, affiliation_id: UUID, other_id: UUID, reason: str, actor_id: int, now: datetime
) -> ClearedPair:
    """Record that two creators are two people, and end the reviews that were for it alone.

    What was refused before stays refused: a member credits it by hand.

    :raises alike.NotAlike: they share nothing.
    :raises alike.AlreadyCleared: somebody said so before.
    """
    with transaction.atomic():
        held = ReviewHold.objects.filter(
            commission__affiliation__in={affiliation_id, other_id},
            kind=HoldKind.SECOND_ACCOUNT,
            closed_at=None,
        )
        ids = sorted(held.values_list("commission_id", flat=True))
        commissions = [lock_commission(pk) for pk in ids]
        pair = alike.clear_pair(
            affiliation_id=affiliation_id,
            other_id=other_id,
            reason=reason,
            actor_id=actor_id,
            now=now,
        )
        _end_reviews(commissions, reason, actor_id, now)
    return pair


def _end_reviews(
    commissions: Collection[Commission], reason: str, actor_id: int, now: datetime
) -> None:
    """End the reviews of creators of whom nothing is left to look at."""
    ids = {one.affiliation_id for one in commissions}
    brand_ids = {one.brand_id for one in commissions}
    left = {
        pk
        for brand_id in brand_ids
        for pk, others in selectors_alike.find_alike(brand_id, ids).items()
        if any(selectors_alike.is_suspect(one) for one in others)
    }
    for commission in commissions:
        if commission.affiliation_id in left:
            continue
        open_ones = ReviewHold.objects.filter(
            commission=commission, kind=HoldKind.SECOND_ACCOUNT, closed_at=None
        )
        for hold in open_ones:
            close_hold(commission=commission, hold=hold, reason=reason, actor_id=actor_id, now=now)
