"""The one door to each object of payouts, for the brand's side and the creator's."""

from affiliates.access import Visitor, list_affiliations
from brands.access import BrandAccess
from core.access import get_by_public_id
from core.factors import has_second_factor
from core.models import Brand, User
from payouts.models import Payout, PayoutPlan


def lacks_second_factor(brand: Brand, user: User) -> bool:
    """Say whether a person may not approve for want of a second factor.

    Where no money moves, in a sandbox and in the demo, nobody needs one.
    """
    is_play = brand.is_sandbox or brand.is_demo
    return not is_play and not has_second_factor(user)


def get_plan_for(access: BrandAccess, public_id: str) -> PayoutPlan:
    """Return a run of the brand.

    :raises NotFound: not one of this brand.
    """
    rows = PayoutPlan.objects.filter(brand=access.brand).select_related(
        "brand", "planned_by", "approved_by"
    )
    return get_by_public_id(rows, public_id)


def get_payout_for(access: BrandAccess, public_id: str) -> Payout:
    """Return a payout of the brand.

    :raises NotFound: not one of this brand.
    """
    rows = Payout.objects.filter(brand=access.brand)
    return get_by_public_id(rows.select_related("plan", "affiliation__affiliate"), public_id)


def get_own_payout(user: Visitor, public_id: str) -> Payout:
    """Return a payout to the creator himself.

    :raises NotFound: not his.
    """
    rows = Payout.objects.filter(affiliation__in=list_affiliations(user))
    return get_by_public_id(rows.select_related("plan", "brand", "affiliation"), public_id)
