"""Reads of payouts: the next run of a brand, and what was paid."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Sum

from brands.models import PayoutPolicy
from core.models import Brand
from core.money import Money
from payouts.domain.calendar import next_month, next_run_day
from payouts.models import Payout, PayoutPlan, PayoutStatus, PlanStatus


def find_next_run(*, brand: Brand, currency: str, now: datetime) -> date:
    """Return the day of the next run in a currency, by the brand's calendar.

    A run that was approved ahead of its day is over: the next one is a month later.
    """
    return list_next_runs(brand=brand, currencies=[currency], now=now)[currency]


def list_next_runs(*, brand: Brand, currencies: Iterable[str], now: datetime) -> dict[str, date]:
    """Return the day of the next run for each currency."""
    policy = PayoutPolicy.objects.filter(brand=brand).first() or PayoutPolicy(brand=brand)
    today = now.astimezone(ZoneInfo(brand.time_zone)).date()
    done = set(
        PayoutPlan.objects.filter(
            brand=brand, status=PlanStatus.APPROVED, period=today.strftime("%Y-%m")
        ).values_list("currency", flat=True)
    )
    return {
        currency: next_run_day(
            day_of_month=policy.day_of_month,
            start=next_month(today) if currency in done else today,
        )
        for currency in currencies
    }


def sum_paid(affiliation_ids: Collection[UUID]) -> list[Money]:
    """Return what was paid to these places so far, for each currency."""
    rows = (
        Payout.objects.filter(affiliation_id__in=affiliation_ids, status=PayoutStatus.PAID)
        .values_list("currency")
        .annotate(total=Sum("amount_minor"))
        .order_by("currency")
    )
    return [Money(total, currency) for currency, total in rows]


def find_covering_payout(commission_id: int) -> Payout | None:
    """Return the latest payout that holds or paid a commission's money."""
    return (
        Payout.objects.filter(items__commission_id=commission_id, items__is_covering=True)
        .order_by("-pk")
        .first()
    )
