"""What became of a payout, in words for its brand."""

from zoneinfo import ZoneInfo

from brands.access import BrandAccess
from core.wording import Reader
from payouts.models import Payout
from payouts.own_wording import explain_payout


def reader_of(access: BrandAccess, *, creator: str) -> Reader:
    """Return who reads on the brand's side about a creator."""
    known = {"brand": access.brand.name, "creator": creator}
    return Reader(audience="brand", zone=ZoneInfo(access.brand.time_zone), known=known)


def say_payout(payout: Payout, access: BrandAccess) -> str:
    """Say where a payout stands and why."""
    creator = payout.affiliation.affiliate.display_name
    return explain_payout(payout, reader_of(access, creator=creator))
