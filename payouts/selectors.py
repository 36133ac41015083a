"""Reads of payouts, for the brand's pages and the creator's."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Max, Q, QuerySet, Sum

from affiliates.models import Affiliation
from brands.domain.schedule import Schedule, next_run_day, run_day_of, start_period
from brands.models import PayoutPolicy
from core.models import Brand
from core.money import Money
from ledger.models import Account, AccountKind
from ledger.selectors import list_party_balances
from payouts.domain.kinds import FILE_RAILS, MANUAL
from payouts.models import (
    AttemptStatus,
    OwnMinimum,
    Payout,
    PayoutAttempt,
    PayoutItem,
    PayoutMethod,
    PayoutPlan,
    PayoutStatus,
    PlanStatus,
)
from payouts.selectors_recovery import Recovery, list_recoveries, sum_written_off

PAGE = 50
FOUND_OF = ("never_left", "bank_refused")  # said by people, who can be wrong
KEY_EXPIRED = "key_expired"
GONE = Q(status=PayoutStatus.PAID) | Q(found_at__isnull=False, found_back_at__isnull=True)
FAILED = (PayoutStatus.FAILED, PayoutStatus.RETURNED, PayoutStatus.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a creator has in one brand and currency.

    `recoveries`: what of payable below zero is taken from later commissions, and until when.
    """

    affiliation: Affiliation
    currency: str
    pending: Money
    payable: Money
    on_hold: Money
    in_payout: Money
    paid: Money
    written_off: Money
    recoveries: tuple[Recovery, ...]


def list_runs(brand: Brand) -> QuerySet[PayoutPlan]:
    """Return the brand's runs with the number of their payouts, newest first."""
    rows = PayoutPlan.objects.filter(brand=brand).exclude(status="discarded")
    return rows.annotate(payout_count=Count("payouts")).order_by("-pk")


def list_unchecked(*, brand: Brand, since: datetime) -> QuerySet[PayoutMethod]:
    """Return the accounts at a rail that nobody looked at since then, the longest first."""
    is_old = Q(checked_at__lt=since) | Q(checked_at__isnull=True)
    rows = PayoutMethod.objects.filter(is_old, brand=brand).exclude(external_account="")
    return rows.order_by(F("checked_at").asc(nulls_first=True), "pk")


def list_failed(brand: Brand) -> QuerySet[Payout]:
    """Return payouts that failed, came back, or whose answer is missing, newest first."""
    rows = Payout.objects.filter(brand=brand, status__in=FAILED)
    return rows.select_related("affiliation__affiliate", "plan").order_by("-pk")


def list_payouts_of_brand(brand: Brand) -> QuerySet[Payout]:
    """Return the payouts of a brand, newest first."""
    rows = Payout.objects.filter(brand=brand).select_related("affiliation__affiliate", "plan")
    return rows.order_by("-pk")


def list_payouts_of_run(plan: PayoutPlan) -> QuerySet[Payout]:
    """Return the payouts of a run, by creator's name."""
    return plan.payouts.select_related("affiliation__affiliate").order_by(
        "affiliation__affiliate__display_name", "pk"
    )


def list_released(brand: Brand) -> list[Money]:
    """Return what is released and not yet in a payout, one amount a currency.

    What is to be recovered from one creator does not lessen what is owed to the others.
    """
    rows = (
        Account.objects.filter(brand=brand, kind=AccountKind.PAYABLE)
        .annotate(total=Sum("postings__amount_minor"))
        .filter(total__gt=0)
        .values_list("currency", "total")
    )
    totals: dict[str, int] = {}
    for currency, total in rows:
        totals[currency] = totals.get(currency, 0) + total
    return [Money(total, currency) for currency, total in sorted(totals.items())]


def waits_for_person(payout: Payout) -> bool:
    """Tell whether a payout waits until somebody says that it was paid."""
    if payout.rail == MANUAL:
        return payout.status == PayoutStatus.APPROVED
    return payout.rail in FILE_RAILS and payout.status == PayoutStatus.SUBMITTED


def find_lost_attempt(payout: Payout) -> PayoutAttempt | None:
    """Return the attempt without an answer of which the rail can tell no more.

    What has the rail's own number can be asked about, whatever became of ours.
    """
    if payout.status != PayoutStatus.UNKNOWN:
        return None
    rows = payout.attempts.filter(
        status=AttemptStatus.UNKNOWN, code=KEY_EXPIRED, external_id="", closed_at__isnull=True
    )
    return rows.select_related("absence_said_by").first()


def may_be_found(payout: Payout) -> bool:
    """Tell whether people gave it back who cannot be sure, so that it may show up as paid."""
    was_refused = payout.status == PayoutStatus.FAILED and payout.code in FOUND_OF
    was_handed_over = payout.status == PayoutStatus.CANCELLED and payout.sent_at is not None
    return payout.found_at is None and (was_refused or was_handed_over)


def list_found(brand: Brand) -> QuerySet[Payout]:
    """Return payouts found to be paid after they were given back, until somebody looked."""
    rows = Payout.objects.filter(brand=brand, found_at__isnull=False, found_seen_at__isnull=True)
    return rows.order_by("pk")


def list_items(payout: Payout) -> QuerySet[PayoutItem]:
    """Return what a payout is made of, oldest first, with its commissions and orders."""
    return payout.items.select_related(
        "commission__order", "commission__award", "posting__entry"
    ).order_by("pk")


def list_payouts_of(affiliations: list[Affiliation]) -> QuerySet[Payout]:
    """Return payouts to a creator, newest first."""
    rows = Payout.objects.filter(affiliation__in=affiliations)
    rows = rows.select_related("brand", "plan", "statement")
    return rows.defer("statement__content", "statement__labels").order_by("-pk")


def search_payouts(brand: Brand, text: str) -> QuerySet[Payout]:
    """Return a brand's payouts by id, reference or creator's name, newest first."""
    found = Q(public_id=text) | Q(reference__icontains=text) | Q(plan__public_id=text)
    by_name = Q(affiliation__affiliate__display_name__icontains=text)
    rows = Payout.objects.filter(found | by_name, brand=brand)
    return rows.select_related("affiliation__affiliate").order_by("-pk")


def list_methods_of(affiliations: list[Affiliation]) -> dict[object, PayoutMethod]:
    """Return the creator's methods by affiliation."""
    return {m.affiliation_id: m for m in PayoutMethod.objects.filter(affiliation__in=affiliations)}


def list_own_minimums(affiliation_ids: Collection[UUID]) -> dict[UUID, dict[str, int]]:
    """Return what creators set for themselves, in minor units by place and currency."""
    rows = OwnMinimum.objects.filter(affiliation__in=affiliation_ids)
    found: dict[UUID, dict[str, int]] = {}
    for place, currency, minor in rows.values_list("affiliation_id", "currency", "amount_minor"):
        found.setdefault(place, {})[currency] = minor
    return found


def list_standings(affiliations: list[Affiliation]) -> list[Standing]:
    """Return balances by brand and currency; two currencies are never added."""
    found = []
    for affiliation in affiliations:
        balances = list_party_balances(brand_id=affiliation.brand_id, party_ids=[affiliation.pk])
        paid = _paid(affiliation)
        brand, mine = affiliation.brand, [affiliation.pk]
        written = sum_written_off(brand=brand, affiliation_ids=mine)
        recoveries = list_recoveries(brand=brand, affiliation_ids=mine)
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
                    written_off=written.get((affiliation.pk, currency), Money(0, currency)),
                    recoveries=tuple(one for one in recoveries if one.amount.currency == currency),
                )
            )
    return found


def find_next_run(*, brand: Brand, currency: str, now: datetime) -> date:
    """Return the day of the next run in a currency, by the brand's calendar.

    A run that was approved ahead of its day is over: the next one is that of the next period.
    """
    return list_next_runs(brand=brand, currencies=[currency], now=now)[currency]


def list_next_runs(*, brand: Brand, currencies: Iterable[str], now: datetime) -> dict[str, date]:
    """Return the day of the next run for each currency."""
    schedule = get_schedule(brand)
    today = now.astimezone(ZoneInfo(brand.time_zone)).date()
    done = set(list_runs_since(brand, find_period_start(brand=brand, day=today)))
    later = max(today, run_day_of(schedule, today) + timedelta(days=1))
    return {
        currency: next_run_day(schedule, later if currency in done else today)
        for currency in currencies
    }


def list_runs_since(brand: Brand, begun: datetime) -> QuerySet[PayoutPlan, str]:
    """Return the currencies of the approved runs that were made from a time on."""
    runs = PayoutPlan.objects.filter(brand=brand, status=PlanStatus.APPROVED, planned_at__gte=begun)
    return runs.values_list("currency", flat=True)


def find_period_start(*, brand: Brand, day: date) -> datetime:
    """Return from when on, by the brand's clock, a run counts for the run day of this day."""
    start = start_period(get_schedule(brand), day)
    return datetime.combine(start, time.min, tzinfo=ZoneInfo(brand.time_zone))


def get_schedule(brand: Brand) -> Schedule:
    """Return the run days of a brand."""
    policy = PayoutPolicy.objects.filter(brand=brand).first() or PayoutPolicy(brand=brand)
    return policy.schedule


def sum_paid(affiliation_ids: Collection[UUID]) -> list[Money]:
    """Return what was paid to these places so far, for each currency."""
    rows = (
        Payout.objects.filter(GONE, affiliation_id__in=affiliation_ids)
        .values_list("currency")
        .annotate(total=Sum("amount_minor"))
        .order_by("currency")
    )
    return [Money(total, currency) for currency, total in rows]


def find_covers(commission_ids: Collection[int]) -> dict[int, tuple[datetime, datetime | None]]:
    """Return since when standing payouts cover parts of commissions, and when one was paid last."""
    rows = (
        PayoutItem.objects.filter(commission_id__in=commission_ids, is_covering=True)
        .values_list("commission_id")
        .annotate(covered=Max("payout__approved_at"), paid=Max("payout__paid_at"))
        .order_by()
    )
    return {pk: (covered_at, paid_at) for pk, covered_at, paid_at in rows}


def find_covering_payout(commission_id: int) -> Payout | None:
    """Return the latest payout that holds or paid a commission's money."""
    return (
        Payout.objects.filter(items__commission_id=commission_id, items__is_covering=True)
        .order_by("-pk")
        .first()
    )


def _paid(affiliation: Affiliation) -> dict[str, int]:
    totals: dict[str, int] = {}
    rows = Payout.objects.filter(GONE, affiliation=affiliation)
    for currency, amount in rows.values_list("currency", "amount_minor"):
        totals[currency] = totals.get(currency, 0) + amount
    return totals
