"""A draft of a run beside the runs approved before it: what whoever approves should look at."""

from dataclasses import dataclass

from core.money import BPS, Money, divide_half_up
from payouts.models import Payout, PayoutPlan, PlanStatus


@dataclass(frozen=True, slots=True)
class SinceLast:
    """`newcomers`: names of creators who were in no approved run of this currency yet.

    `change_bps`: of the total, against the last approved run.
    """

    last: PayoutPlan
    change_bps: int
    newcomers: list[str]
    largest: Money
    largest_name: str


def compare_with_last(plan: PayoutPlan) -> SinceLast | None:
    """Compare a run with the last approved one before it; None where there is none to compare."""
    approved = PayoutPlan.objects.filter(
        brand_id=plan.brand_id, currency=plan.currency, status=PlanStatus.APPROVED, pk__lt=plan.pk
    )
    last = approved.order_by("-approved_at").first()
    lines = plan.content["lines"]
    if last is None or not last.total_minor or not lines:
        return None
    known = Payout.objects.filter(plan__in=approved).values_list("affiliation_id", flat=True)
    paid_before = {str(affiliation_id) for affiliation_id in known.distinct()}
    largest = max(lines, key=lambda line: line["amount_minor"])
    return SinceLast(
        last=last,
        change_bps=divide_half_up((plan.total_minor - last.total_minor) * 100, last.total_minor)
        * (BPS // 100),
        newcomers=[line["name"] for line in lines if line["affiliation"] not in paid_before],
        largest=Money(largest["amount_minor"], plan.currency),
        largest_name=largest["name"],
    )
