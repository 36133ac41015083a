"""What became of a payout, in words for whoever reads and for its creator."""

from zoneinfo import ZoneInfo

from core.wording import Reader
from payouts.domain.kinds import MANUAL
from payouts.models import Payout, PayoutStatus
from payouts.wording import explain, payout_reason


def explain_payout(payout: Payout, reader: Reader) -> str:
    """Say where a payout stands and why."""
    at = payout.found_back_at or payout.found_at
    at = at or payout.closed_at or payout.sent_at or payout.approved_at
    code, params = payout_reason(
        status=_standing(payout),
        cause=_cause(payout),
        detail=payout.detail,
        rail=payout.rail,
        date=at.isoformat(),
        reference=payout.reference,
    )
    return explain(code=code, params=params, reader=reader)


def say_own_payout(payout: Payout) -> str:
    """Say it to the creator; the payout comes with affiliation, creator and brand."""
    affiliation = payout.affiliation
    zone = affiliation.affiliate.user.time_zone or affiliation.brand.time_zone
    known = {"brand": affiliation.brand.name}
    return explain_payout(payout, Reader(audience="creator", zone=ZoneInfo(zone), known=known))


def _standing(payout: Payout) -> str:
    if payout.found_at is None:
        return payout.status
    return "found_back" if payout.found_back_at else "found"


def _cause(payout: Payout) -> str:
    if payout.found_back_at:
        return payout.detail
    is_by_hand = payout.rail == MANUAL and payout.status == PayoutStatus.APPROVED
    return "by_hand" if is_by_hand else payout.code
