"""The draft of a run that appears by itself on the brand's day; people approve it."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from brands.domain.schedule import next_run_day
from core.models import Brand
from payouts.emails_runs import mail_run_drafted
from payouts.models import PayoutPlan, PlanStatus
from payouts.selectors import find_period_start, get_schedule, list_released, list_runs_since
from payouts.services.planning import Limits, compute_plan, make_plan

LATE = timedelta(days=2)  # a worker that was down makes up for it; later it is the team's


def find_due_day(*, brand: Brand, now: datetime) -> date | None:
    """Return the run day that has come, by the brand's calendar, and is not long past."""
    today = now.astimezone(ZoneInfo(brand.time_zone)).date()
    day = next_run_day(get_schedule(brand), today - LATE)
    return day if day <= today else None


def draft_runs(*, brand: Brand, limits: Limits, now: datetime) -> int:
    """Make a draft for each currency in which somebody can be paid, and tell who approves.

    A currency that has a run of this period already, or a draft of a person, is left as it is.
    """
    made = 0
    today = now.astimezone(ZoneInfo(brand.time_zone)).date()
    done = set(list_runs_since(brand, find_period_start(brand=brand, day=today)))
    for amount in list_released(brand):
        currency = amount.currency
        drafts = PayoutPlan.objects.filter(brand=brand, currency=currency, status=PlanStatus.DRAFT)
        if currency in done or drafts.exists():
            continue
        if not compute_plan(brand=brand, currency=currency, limits=limits, now=now).lines:
            continue
        plan = make_plan(
            brand_id=brand.pk, currency=currency, limits=limits, actor_id=None, now=now
        )
        mail_run_drafted(plan=plan, now=now)
        made += 1
    return made
