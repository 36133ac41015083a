"""Reads of payouts, for the brand's pages and the creator's."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Count, QuerySet

from affiliates.models import Affiliation
from brands.models import PayoutPolicy
from core.models import Brand
from core.money import Money
from ledger.models import AccountKind
from ledger.selectors import list_brand_totals, list_party_balances
from payouts.models import Payout, PayoutItem, PayoutMethod, PayoutPlan, PayoutStatus

PAGE = 50
FAILED = (PayoutStatus.FAILED, PayoutStatus.RETURNED, PayoutStatus.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a creator has in one brand and currency, in minor units."""

    affiliation: Affiliation
    currency: str
    pending: Money
    payable: Money
    on_hold: Money
    in_payout: Money
    paid: Money


def list_runs(brand: Brand) -> QuerySet[PayoutPlan]:
    """Return the brand's runs with the number of their payouts, newest first."""
    rows = PayoutPlan.objects.filter(brand=brand).exclude(status="discarded")
    return rows.annotate(payout_count=Count("payouts")).order_by("-pk")


def list_failed(brand: Brand) -> QuerySet[Payout]:
    """Return payouts that failed, came back, or whose answer is missing, newest first."""
    rows = Payout.objects.filter(brand=brand, status__in=FAILED)
    return rows.select_related("affiliation__affiliate", "plan").order_by("-pk")


def list_payouts_of_run(plan: PayoutPlan) -> QuerySet[Payout]:
    """Return the payouts of a run, by creator's name."""
    return plan.payouts.select_related("affiliation__affiliate").order_by(
        "affiliation__affiliate__display_name", "pk"
    )


def list_released(brand: Brand) -> list[Money]:
    """Return what is released and not yet in a payout, one amount a currency."""
    totals = list_brand_totals(brand_id=brand.pk)
    return [
        Money(kinds[AccountKind.PAYABLE], currency)
        for currency, kinds in sorted(totals.items())
        if kinds.get(AccountKind.PAYABLE)
    ]


def list_items(payout: Payout) -> QuerySet[PayoutItem]:
    """Return what a payout is made of, oldest first, with its commissions and orders."""
    return payout.items.select_related("commission__order", "posting__entry").order_by("pk")


def list_payouts_of(affiliations: list[Affiliation]) -> QuerySet[Payout]:
    """Return payouts to a creator, newest first."""
    rows = Payout.objects.filter(affiliation__in=affiliations)
    return rows.select_related("brand", "plan").order_by("-pk")


def list_methods_of(affiliations: list[Affiliation]) -> dict[object, PayoutMethod]:
    """Return the creator's methods by affiliation."""
    return {m.affiliation_id: m for m in PayoutMethod.objects.filter(affiliation__in=affiliations)}


def list_standings(affiliations: list[Affiliation]) -> list[Standing]:
    """Return balances by brand and currency; two currencies are never added."""
    found = []
    for affiliation in affiliations:
        balances = list_party_balances(brand_id=affiliation.brand_id, party_ids=[affiliation.pk])
        paid = _paid(affiliation)
        for currency in sorted({c for _, c in balances} | set(paid)):
            kinds = balances.get((affiliation.pk, currency), {})
            found.append(
                Standing(
                    affiliation=affiliation,
                    currency=currency,
                    pending=Money(kinds.get(AccountKind.PENDING, 0), currency),
                    payable=Money(kinds.get(AccountKind.PAYABLE, 0), currency),
                    on_hold=Money(kinds.get(AccountKind.ON_HOLD, 0), currency),
                    in_payout=Money(kinds.get(AccountKind.IN_PAYOUT, 0), currency),
                    paid=Money(paid.get(currency, 0), currency),
                )
            )
    return found


def next_run_date(brand: Brand, now: datetime) -> date:
    """Return the day of the next run, by the brand's own calendar."""
    policy = PayoutPolicy.objects.filter(brand=brand).first()
    day = policy.day_of_month if policy else 5
    today = now.astimezone(ZoneInfo(brand.time_zone)).date()
    if today.day <= day:
        return today.replace(day=day)
    month, year = (1, today.year + 1) if today.month == 12 else (today.month + 1, today.year)
    return date(year, month, day)


def _paid(affiliation: Affiliation) -> dict[str, int]:
    totals: dict[str, int] = {}
    rows = Payout.objects.filter(affiliation=affiliation, status=PayoutStatus.PAID)
    for currency, amount in rows.values_list("currency", "amount_minor"):
        totals[currency] = totals.get(currency, 0) + amount
    return totals
