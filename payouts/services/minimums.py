"""From how much on a creator wants to be paid, not below what the brand asks for."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from affiliates.models import Affiliation
from brands.models import PayoutPolicy
from core import audit
from payouts.models import OwnMinimum
from payouts.selectors import list_own_minimums


class BelowTheBrands(ValueError):
    """An amount is below the brand's minimum of `currency`, or the brand does not pay in it."""

    def __init__(self, currency: str) -> None:
        super().__init__(currency)
        self.currency = currency


@transaction.atomic
def set_own_minimums(
    *, affiliation_id: UUID, amounts: Mapping[str, int], actor_id: int, now: datetime
) -> None:
    """Replace a creator's own minimums, in minor units by currency; none means the brand's.

    :raises BelowTheBrands: nothing was changed.
    """
    affiliation = Affiliation.objects.select_for_update(of=("self",), no_key=True).get(
        pk=affiliation_id
    )
    brands = PayoutPolicy.objects.get(brand_id=affiliation.brand_id).minimums
    for currency, minor in amounts.items():
        if currency not in brands or minor < brands[currency]:
            raise BelowTheBrands(currency)
    before = list_own_minimums([affiliation_id]).get(affiliation_id, {})
    if before == dict(amounts):
        return
    OwnMinimum.objects.filter(affiliation=affiliation).delete()
    OwnMinimum.objects.bulk_create(
        OwnMinimum(
            brand_id=affiliation.brand_id,
            affiliation=affiliation,
            currency=currency,
            amount_minor=minor,
            changed_at=now,
        )
        for currency, minor in amounts.items()
    )
    audit.record(
        brand_id=affiliation.brand_id,
        actor_id=actor_id,
        action="payout_minimum.set",
        target=affiliation,
        before={"minimums": before},
        after={"minimums": dict(amounts)},
        now=now,
    )
