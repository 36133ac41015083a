"""What a creator's home shows: the next payout, figures, releases, the last 30 days."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, TruncDate

from affiliates.context import Scope
from affiliates.models import Enrollment, Link
from core.money import Money
from ledger.models import AccountKind
from ledger.selectors import list_party_balances
from payouts.selectors import sum_paid
from portal.earnings import FILTERS
from portal.forecast import Balances, Forecast
from tracking.models import MOMENT, Commission, CommissionKind
from tracking.selectors import NO_TEST, count_clicks_by_day, days_back, list_releasing, sum_amounts

DAYS = 30
RELEASES = 6


@dataclass(frozen=True, slots=True)
class Tiles:
    """Amounts by where they stand, one a currency; those below zero show as to recover."""

    pending: list[Money]
    released: list[Money]
    on_hold: list[Money]
    in_payout: list[Money]
    paid: list[Money]
    to_recover: list[Money]


@dataclass(frozen=True, slots=True)
class Release:
    """What is released on one day in one brand; `is_late`: after that brand's next payout."""

    on: date
    amount: Money
    is_late: bool


@dataclass(frozen=True, slots=True)
class Period:
    """The last 30 days, by day: clicks, and earned for each currency, without its zeros."""

    days: list[date]
    clicks: dict[date, int]
    orders: int
    earned: list[Money]
    earned_by_day: dict[str, dict[date, int]]

    @property
    def click_count(self) -> int:
        return sum(self.clicks.values())

    @property
    def click_values(self) -> list[int]:
        return [self.clicks.get(day, 0) for day in self.days]


def load_balances(scope: Scope) -> Balances:
    """Return what stands on the accounts of these places."""
    balances: Balances = {}
    for place in scope.affiliations:
        balances |= list_party_balances(brand_id=place.brand_id, party_ids=[place.pk])
    return balances


def make_tiles(scope: Scope, balances: Balances) -> Tiles:
    """Add up the accounts, each currency apart; one brand's debt never lowers another's money."""
    return Tiles(
        pending=_add_up(balances, AccountKind.PENDING),
        released=_add_up(balances, AccountKind.PAYABLE),
        on_hold=_drop_zeros(_add_up(balances, AccountKind.ON_HOLD)),
        in_payout=_drop_zeros(_add_up(balances, AccountKind.IN_PAYOUT)),
        paid=sum_paid([place.pk for place in scope.affiliations]),
        to_recover=_add_up(balances, AccountKind.PAYABLE, sign=-1),
    )


def make_program_tiles(rows: QuerySet[Commission]) -> Tiles:
    """Add up the commissions of one program by their states: balances are of a whole brand.

    What is to recover is of the brand too, so it is left to the home of all programs.
    """

    def add_up(state: str) -> list[Money]:
        return sum_amounts(rows.filter(FILTERS[state]))

    return Tiles(
        pending=add_up("pending"),
        released=add_up("released"),
        on_hold=_drop_zeros(add_up("in_review")),
        in_payout=_drop_zeros(add_up("in_payout")),
        paid=add_up("paid"),
        to_recover=[],
    )


def list_releases(
    scope: Scope,
    places: Sequence[Enrollment],
    forecasts: Sequence[Forecast],
    *,
    limit: int = RELEASES,
) -> list[Release]:
    """Return what is released on which day next; held and rejected commissions are not."""
    run_dates = {(one.brand.pk, one.expected.currency): one.run_date for one in forecasts}
    found: list[Release] = []
    for place in scope.affiliations:
        rows = (
            list_releasing([place.pk])
            .filter(enrollment__in=places)
            .annotate(on=TruncDate("release_at", tzinfo=ZoneInfo(place.brand.time_zone)))
            .values_list("on", "currency")
            .annotate(total=Sum("amount_minor"))
            .order_by("on", "currency")[:limit]
        )
        for on, currency, total in rows:
            run_date = run_dates.get((place.brand_id, currency), on)
            found.append(Release(on, Money(total, currency), on > run_date))
    return sorted(found, key=lambda one: (one.on, one.amount.currency))[:limit]


def load_period(scope: Scope, places: Sequence[Enrollment], *, now: datetime) -> Period:
    """Return clicks, orders and earnings of the last 30 days, in the zone of the first brand."""
    zone = ZoneInfo(scope.affiliations[0].brand.time_zone if scope.affiliations else "UTC")
    days = days_back(DAYS, now=now, zone=zone)
    since = datetime.combine(days[0], time.min, tzinfo=zone)
    links = Link.objects.filter(enrollment__in=places)
    rows = (
        Commission.objects.filter(NO_TEST, enrollment__in=places)
        .annotate(earned=Coalesce("order__placed_at", F("award__at") - MOMENT))
        .filter(earned__gte=since)
        .annotate(day=TruncDate("earned", tzinfo=zone))
        .values_list("day", "currency")
        .annotate(orders=Count("pk", filter=Q(kind=CommissionKind.SALE)), total=Sum("amount_minor"))
        .order_by("day")
    )
    orders, earned, by_day = 0, Counter[str](), dict[str, dict[date, int]]()
    for day, currency, count, total in rows:
        orders += count
        earned[currency] += total
        by_day.setdefault(currency, {})[day] = total
    clicks = count_clicks_by_day(
        link_ids=list(links.values_list("pk", flat=True)), since=since, zone=zone
    )
    return Period(days, clicks, orders, _to_moneys(earned), by_day)


def _add_up(balances: Balances, kind: AccountKind, *, sign: int = 1) -> list[Money]:
    totals: Counter[str] = Counter()
    for (_party, currency), kinds in balances.items():
        totals[currency] += max(0, sign * kinds.get(kind, 0))
    return _to_moneys(totals)


def _to_moneys(totals: Mapping[str, int]) -> list[Money]:
    return [Money(amount, currency) for currency, amount in sorted(totals.items())]


def _drop_zeros(amounts: Iterable[Money]) -> list[Money]:
    return [amount for amount in amounts if amount.amount_minor]
