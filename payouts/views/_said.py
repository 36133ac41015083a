"""What became of a payout, in words for its brand."""

from zoneinfo import ZoneInfo

from brands.access import BrandAccess
from core.wording import Reader
from payouts.models import Payout
from payouts.wording import explain, payout_reason


def reader_of(access: BrandAccess, *, creator: str) -> Reader:
    """Return who reads on the brand's side about a creator."""
    known = {"brand": access.brand.name, "creator": creator}
    return Reader(audience="brand", zone=ZoneInfo(access.brand.time_zone), known=known)


def say_payout(payout: Payout, access: BrandAccess) -> str:
    """Say where a payout stands and why."""
    at = payout.closed_at or payout.sent_at or payout.approved_at
    code, params = payout_reason(
        status=payout.status,
        cause=payout.code,
        detail=payout.detail,
        rail=payout.rail,
        date=at.isoformat(),
        reference=payout.reference,
    )
    creator = payout.affiliation.affiliate.display_name
    return explain(code=code, params=params, reader=reader_of(access, creator=creator))
