"""The draft of a run that appears by itself on the brand's day; people approve it."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from brands.models import PayoutPolicy
from core.models import Brand
from payouts.emails_runs import mail_run_drafted
from payouts.models import PayoutPlan, PlanStatus
from payouts.selectors import list_released
from payouts.services.planning import Limits, compute_plan, make_plan, period_of

LATE = timedelta(days=2)  # a worker that was down makes up for it; later the month is the team's


def find_due_day(*, brand: Brand, now: datetime) -> date | None:
    """Return the run day that has come, by the brand's calendar, and is not long past."""
    policy = PayoutPolicy.objects.filter(brand=brand).first() or PayoutPolicy()
    today = now.astimezone(ZoneInfo(brand.time_zone)).date()
    day = today.replace(day=policy.day_of_month)
    return day if day <= today <= day + LATE else None


def draft_runs(*, brand: Brand, limits: Limits, now: datetime) -> int:
    """Make a draft for each currency in which somebody can be paid, and tell who approves.

    A currency that has a run of this month already, or a draft of a person, is left as it is.
    """
    made = 0
    for amount in list_released(brand):
        currency = amount.currency
        there = PayoutPlan.objects.filter(brand=brand, currency=currency)
        is_done = there.filter(status=PlanStatus.APPROVED, period=period_of(brand, now)).exists()
        if is_done or there.filter(status=PlanStatus.DRAFT).exists():
            continue
        if not compute_plan(brand=brand, currency=currency, limits=limits, now=now).lines:
            continue
        plan = make_plan(
            brand_id=brand.pk, currency=currency, limits=limits, actor_id=None, now=now
        )
        mail_run_drafted(plan=plan, now=now)
        made += 1
    return made
