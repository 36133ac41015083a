"""The brand's door to its orders and commissions. Unknown and foreign ids look the same."""

from brands.access import BrandAccess
from brands.models import StoreConnection
from core.access import get_by_public_id
from tracking.models import (
    BonusPlan,
    Claim,
    Commission,
    Deliverable,
    Order,
    StoreCode,
    TrackingAlarm,
    Work,
)
from tracking.selectors_bonuses import list_bonus_plans
from tracking.selectors_brand import list_commissions, list_orders
from tracking.selectors_claims import list_claims
from tracking.selectors_deliverables import list_deliverables, list_works
from tracking.selectors_health import list_alarms


def get_order_for(access: BrandAccess, public_id: str) -> Order:
    """Return an order that one of the brand's stores sent.

    :raises core.access.NotFound: not one of this brand.
    """
    return get_by_public_id(list_orders(access.brand), public_id)


def get_commission_for(access: BrandAccess, public_id: str) -> Commission:
    """Return a commission of one of the brand's creators.

    :raises core.access.NotFound: not one of this brand.
    """
    return get_by_public_id(list_commissions(access.brand), public_id)


def get_deliverable_for(access: BrandAccess, public_id: str) -> Deliverable:
    """Return an offer of the brand.

    :raises core.access.NotFound: not one of this brand.
    """
    return get_by_public_id(list_deliverables(access.brand), public_id)


def get_work_for(access: BrandAccess, public_id: str) -> Work:
    """Return what a creator made of an offer of the brand.

    :raises core.access.NotFound: not one of this brand.
    """
    return get_by_public_id(list_works(access.brand), public_id)


def get_bonus_plan_for(access: BrandAccess, public_id: str) -> BonusPlan:
    """Return a bonus of the brand.

    :raises core.access.NotFound: not one of this brand.
    """
    return get_by_public_id(list_bonus_plans(access.brand), public_id)


def get_store_code_for(
    access: BrandAccess, connection: StoreConnection, public_id: str
) -> StoreCode:
    """Return a code as it stands in one of the brand's shops.

    :raises core.access.NotFound: not one of this shop.
    """
    rows = StoreCode.objects.filter(brand=access.brand, connection=connection)
    return get_by_public_id(rows, public_id)


def get_claim_for(access: BrandAccess, public_id: str) -> Claim:
    """Return what a creator asked the brand for.

    :raises core.access.NotFound: not one of this brand.
    """
    return get_by_public_id(list_claims(access.brand), public_id)


def get_alarm_for(access: BrandAccess, public_id: str) -> TrackingAlarm:
    """Return an alarm of the brand's tracking.

    :raises core.access.NotFound: not one of this brand.
    """
    return get_by_public_id(list_alarms(access.brand), public_id)
