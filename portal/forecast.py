"""The next payout of a creator: what is expected in it, and what is still missing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from affiliates.models import Affiliation
from brands.models import PayoutPolicy
from core.models import Brand
from core.money import Money
from core.wording import Reader
from ledger.models import AccountKind
from payouts import wording
from payouts.domain.plan import Gate, Payee, PlanPolicy, find_gates
from payouts.domain.tax import TaxTerms
from payouts.rails.registry import LIMITS
from payouts.selectors import list_next_runs
from payouts.services.planning import get_payee
from payouts.tax_words import list_notes, list_sums
from tracking.selectors import sum_due

Kinds = dict[AccountKind, int]
Balances = dict[tuple[UUID, str], Kinds]
OPEN_PAYOUT = "gate.open_payout"


@dataclass(frozen=True, slots=True)
class Task:
    """What keeps money from being paid; `view_name`: where to act, "" where nothing can be done."""

    text: str
    view_name: str


@dataclass(frozen=True, slots=True)
class Forecast:
    """One brand's next payout in one currency.

    expected = released + due - to_recover; what refunds left below zero is to recover. `tax`: the
    terms of the run's day, by the rates of now.
    """

    brand: Brand
    run_date: date
    released: Money
    due: Money
    to_recover: Money
    expected: Money
    tax: TaxTerms | None
    tasks: tuple[Task, ...]

    @property
    def sums(self) -> list[tuple[str, Money]]:
        """How what is sent comes about, where tax changes it."""
        minor, currency = self.expected.amount_minor, self.expected.currency
        return list_sums(amount_minor=minor, terms=self.tax, currency=currency)

    @property
    def notes(self) -> list[str]:
        return list_notes(self.tax)

    @property
    def taken(self) -> Money:
        """What earlier refunds take from this payout: below zero."""
        return Money(-self.to_recover.amount_minor, self.to_recover.currency)


def list_forecasts(
    *, affiliations: Sequence[Affiliation], balances: Balances, now: datetime
) -> list[Forecast]:
    """Return a forecast for each brand and currency with money, the next payment first."""
    by_place = {place.pk: place for place in affiliations}
    found = []
    for (party, currency), kinds in balances.items():
        place = by_place.get(party)
        if place is not None and (kinds.get(AccountKind.PENDING) or kinds.get(AccountKind.PAYABLE)):
            found.append(_forecast(place, currency, kinds, now))
    return sorted(found, key=_order)


def _order(forecast: Forecast) -> tuple[object, ...]:
    """Put a run that pays before one that does not."""
    is_empty = not forecast.expected.amount_minor or bool(forecast.tasks)
    return (is_empty, forecast.run_date, forecast.brand.name, forecast.released.currency)


def _forecast(place: Affiliation, currency: str, kinds: Kinds, now: datetime) -> Forecast:
    brand = place.brand
    run_date = list_next_runs(brand=brand, currencies=[currency], now=now)[currency]
    run_end = _end_of(run_date, ZoneInfo(brand.time_zone))
    payable = kinds.get(AccountKind.PAYABLE, 0)
    payee = get_payee(affiliation=place, currency=currency, limits=LIMITS, now=run_end)
    due = sum_due(affiliation_ids=[place.pk], before=run_end).get((place.pk, currency), 0)
    return Forecast(
        brand=brand,
        run_date=run_date,
        released=Money(max(0, payable), currency),
        due=Money(due, currency),
        to_recover=Money(max(0, -payable), currency),
        expected=Money(max(0, payable + due), currency),
        tax=payee.tax,
        tasks=tuple(_list_tasks(place, replace(payee, payable_minor=payable + due), run_end)),
    )


def _list_tasks(place: Affiliation, payee: Payee, run_end: datetime) -> list[Task]:
    """Return what would keep the run from paying what is expected by then."""
    policy = PayoutPolicy.objects.filter(brand=place.brand).first() or PayoutPolicy()
    gates = find_gates(payee=payee, policy=PlanPolicy(policy.minimums), now=run_end)
    reader = Reader(
        audience="creator",
        zone=ZoneInfo(place.brand.time_zone),
        known={"brand": place.brand.name},
    )
    return [_task(gate, reader) for gate in gates if gate.code != OPEN_PAYOUT]


def _task(gate: Gate, reader: Reader) -> Task:
    text = wording.explain(code=gate.code, params=gate.params, reader=reader)
    return Task(text, wording.next_step(code=gate.code, audience="creator") or "")


def _end_of(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone)
