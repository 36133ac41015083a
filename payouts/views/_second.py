"""What the page of a run says of the two people it takes."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from brands.access import BrandAccess
from brands.models import Member
from core.money import Money
from payouts.access import lacks_second_factor, list_approvers
from payouts.models import PayoutPlan, RunApproval
from payouts.services.second import find_first, find_limit_of


@dataclass(frozen=True, slots=True)
class Second:
    """`able`: who may give the other approval; `unready`: who lacks a factor, or has not come yet.

    `fell`: approvals of this list, or of the one before it, that count no more.
    """

    limit: Money
    first: RunApproval | None
    is_own: bool
    able: list[Member]
    unready: list[Member]
    fell: list[RunApproval]


def find_second(access: BrandAccess, plan: PayoutPlan, now: datetime) -> Second | None:
    """Return what a draft still takes; None where one person is enough."""
    brand = access.brand
    limit = find_limit_of(brand=brand, currency=plan.currency, now=now)
    if limit is None or plan.total_minor < limit:
        return None
    first = find_first(plan)
    done = {access.member.user_id, first.person_id if first else None}
    others = [one for one in list_approvers(brand) if one.user_id not in done]
    able = [one for one in others if one.joined_at and not lacks_second_factor(brand, one.user)]
    before = Q(plan__currency=plan.currency, fell_at=plan.planned_at)
    fell = RunApproval.objects.filter(
        Q(plan=plan) | before, brand=brand, fell_at__isnull=False
    ).select_related("person")
    return Second(
        limit=Money(limit, plan.currency),
        first=first,
        is_own=first is not None and first.person_id == access.member.user_id,
        able=able,
        unready=[one for one in others if one not in able],
        fell=list(fell.order_by("pk")),
    )
